import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// Noise against its laws; k and q are SI 2019's.
@Suite struct NoiseTests {
  private let boltzmann = 1.380649e-23
  private let charge = 1.602176634e-19

  private func plots(_ cards: String) throws -> [Plot] {
    try CircuitSimulation(DeckReader().read("t\n\(cards)\n.end\n", name: "t.sp")).run().plots
  }

  private func value(_ plot: Plot, _ name: String, _ point: Int = 0) throws -> Double {
    try #require(plot.values(of: name))[point]
  }

  /// Nyquist: `√(4 k T R)` of the parallel resistance; at the input, twice that of a halving divider.
  @Test func aDividerHasTheNoiseOfItsParallelResistance() throws {
    let plots = try plots(
      "v1 a 0 ac 1\nr1 a b 10k\nr2 b 0 10k\n.temp 77\n.noise v(b) v1 dec 5 10 1k 1")
    let exact = (4 * boltzmann * 350.15 * 5e3).squareRoot()
    for point in [0, 10] {
      let found = try value(plots[0], "onoise_spectrum", point)
      #expect(abs(found - exact) <= 1e-12 * exact)
      let input = try value(plots[0], "inoise_spectrum", point)
      #expect(abs(input - 2 * exact) <= 1e-12 * exact)
    }
    let part = try value(plots[0], "onoise_r1")
    #expect(abs(part - exact / 2.0.squareRoot()) <= 1e-12 * exact)
  }

  /// `4 k T R f_c (atan(f₂ / f_c) − atan(f₁ / f_c))`, nearly `k T / C`, of any R.
  @Test(arguments: [1e3, 1e5])
  func aCapacitorHasItsEquipartition(ohms: Double) throws {
    let corner = 1 / (2 * Double.pi * ohms * 1e-12)
    let (first, last) = (corner / 1e3, corner * 1e3)
    let plots = try plots(
      "v1 a 0 ac 1\nr1 a b \(ohms)\nc1 b 0 1p\n.noise v(b) v1 dec 100 \(first) \(last)")
    let exact =
      4 * boltzmann * 300.15 * ohms * corner * (atan(last / corner) - atan(first / corner))
    let found = try value(plots[1], "onoise_total")
    #expect(abs(found * found - exact) <= 1e-4 * exact, "\(found * found) \(exact)")
    #expect(abs(exact - boltzmann * 300.15 / 1e-12) <= 2e-3 * exact)
  }

  /// Schottky: `√(2 q I)` into the diode's resistance `Vt / I`, and flicker `KF I^AF / f` above it.
  @Test func aDiodeHasShotAndFlickerNoise() throws {
    let cards =
      "i1 0 a dc 1m ac 1\nd1 a 0 dm\n.model dm d is=1e-14 kf=1e-15 af=1.5\n"
      + ".options gmin=1e-30\n.noise v(a) i1 dec 1 1 1meg"
    let plot = try plots(cards)[0]
    let resistance = boltzmann * 300.15 / charge / (1e-3 + 1e-14)
    for (point, hertz) in [(0, 1.0), (6, 1e6)] {
      let density = 2 * charge * 1e-3 + 1e-15 * pow(1e-3, 1.5) / hertz
      let exact = density.squareRoot() * resistance
      let found = try value(plot, "onoise_spectrum", point)
      #expect(abs(found - exact) <= 1e-6 * exact, "\(found) \(exact)")
    }
  }

  /// A channel in saturation: `8/3 k T gm` into the load.
  @Test func aChannelHasThermalNoise() throws {
    let cards =
      "vd d 0 5\nvg g 0 dc 1.7 ac 1\nrl d o 1k noisy=0\nm1 o g 0 0 nm w=10u l=1u m=2\n"
      + ".model nm nmos level=1 vto=0.7 kp=50u is=0\n.noise v(o) vg lin 1 1k 1k"
    let conductance = 2 * 50e-6 * 10 * 1.0
    let exact = (8.0 / 3 * boltzmann * 300.15 * conductance).squareRoot() * 1e3
    let plot = try plots(cards)[0]
    let found = try value(plot, "onoise_spectrum")
    #expect(abs(found - exact) <= 1e-6 * exact, "\(found) \(exact)")
    let input = try value(plot, "inoise_spectrum")
    #expect(abs(input - exact / (conductance * 1e3)) <= 1e-6 * input)
  }

  /// Integrals of noise through `.measure`, and the current of a sense source as the input.
  @Test func measuresNoise() throws {
    let deck = try DeckReader().read(
      "t\ni1 0 a ac 1\nr1 a 0 1k\n.noise v(a) i1 lin 11 100 1100\n"
        + ".measure noise n find onoise at=600\n.measure noise i find inoise_spectrum at=600\n.end\n",
      name: "t.sp")
    let values = try CircuitSimulation(deck).run().measurements
    let exact = (4 * boltzmann * 300.15 * 1e3).squareRoot()
    let (output, input) = (try #require(values[0].value), try #require(values[1].value))
    #expect(abs(output - exact) <= 1e-12 * exact && abs(input - exact / 1e3) <= 1e-12 * input)
  }

  // MARK: .tf, .four

  @Test func gainAndResistances() throws {
    let plot = try plots("v1 a 0 1\nr1 a b 1k\nr2 b 0 3k\nr3 b c 2k\nr4 c 0 6k\n.tf v(c) v1")[0]
    let b = 1 / (1 / 3e3 + 1 / 8e3)
    #expect(abs(try value(plot, "transfer_function") - b / (1e3 + b) * 0.75) <= 1e-12)
    #expect(abs(try value(plot, "v1#input_impedance") - (1e3 + b)) <= 1e-9)
    let above = 2e3 + 1 / (1 / 1e3 + 1 / 3e3)
    #expect(
      abs(try value(plot, "output_impedance_at_v(c)") - 1 / (1 / 6e3 + 1 / above)) <= 1e-9)
  }

  @Test func transferOfACurrent() throws {
    let plot = try plots("i1 0 a 1m\nr1 a 0 1k\nr2 a b 1k\nv2 b 0 0\n.tf i(v2) i1")[0]
    #expect(abs(try value(plot, "transfer_function") - 0.5) <= 1e-12)
    #expect(abs(try value(plot, "i1#input_impedance") - 500) <= 1e-9)
    #expect(abs(try value(plot, "output_impedance_at_i(v2)") - 2e3) <= 1e-9)
  }

  /// A cubic of a sine: `x + x³ / 10` has the third harmonic `1 / 40` against `1 + 3 / 40`.
  @Test func harmonicsOfACubic() throws {
    let deck = try DeckReader().read(
      "t\nv1 a 0 sin(0 1 1k)\nb1 b 0 v='v(a)+0.1*v(a)*v(a)*v(a)+0.3'\nr1 b 0 1k\n"
        + ".tran 1u 3m\n.four 1k v(b)\n.end\n", name: "t.sp")
    let results = try CircuitSimulation(deck).run()
    let harmonics = try #require(results.plots.last?.values(of: "mag(v(b))"))
    for (number, exact) in [(0, 0.3), (1, 1.075), (2, 0), (3, 0.025), (4, 0)] {
      #expect(abs(harmonics[number] - exact) <= 2e-5, "\(number): \(harmonics[number])")
    }
    let phases = try #require(results.plots.last?.values(of: "phase(v(b))"))
    #expect(abs(phases[1]) <= 0.01 && abs(abs(phases[3]) - 180) <= 0.1)
    let distortion = try #require(results.measurements.first { $0.name == "thd(v(b))" }?.value)
    #expect(abs(distortion - 100 * 0.025 / 1.075) <= 2e-3, "\(distortion)")
  }

  /// A square wave's odd harmonics are `4 / (π n)`: exact, since lines are integrated exactly.
  @Test func harmonicsOfASquare() throws {
    let edges: [(Double, Double)] = [(0, 1), (0.5, 1), (0.5 + 1e-12, -1), (1, -1)]
    let series = try #require(
      FourierSeries(seconds: edges.map(\.0), values: edges.map(\.1), hertz: 1))
    for n in 1...9 {
      let exact = n % 2 == 1 ? 4 / (.pi * Double(n)) : 0
      #expect(abs(series.magnitudes[n] - exact) <= 1e-10)
    }
    #expect(FourierSeries(seconds: [0, 0.5], values: [1, 2], hertz: 1) == nil)
  }

  @Test func aTransientShorterThanAPeriodIsRefused() {
    #expect(throws: CircuitError.shorterThanPeriod("v(a)", hertz: 10)) {
      try plots("v1 a 0 sin(0 1 1k)\nr1 a 0 1\n.tran 1u 3m\n.four 10 v(a)")
    }
  }
}
