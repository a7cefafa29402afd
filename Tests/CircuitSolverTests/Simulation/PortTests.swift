import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// `.sp` and `.pz` against closed forms.
@Suite struct PortTests {
  private func plot(_ cards: String) throws -> Plot {
    try #require(
      try CircuitSimulation(DeckReader().read("t\n\(cards)\n.end\n", name: "t.sp")).run().plots.last
    )
  }

  private func complex(_ plot: Plot, _ name: String, _ point: Int = 0) throws -> (Double, Double) {
    let column = try #require(plot.variables.firstIndex { $0.name == name })
    let place = 2 * (point * plot.variables.count + column)
    return (plot.values[place], plot.values[place + 1])
  }

  /// A resistance between two ports of different impedances: `S_ii = (R + Z_k − Z_i) / Σ`,
  /// `S_ik = 2 √(Z_i Z_k) / Σ` with `Σ = R + Z_i + Z_k`.
  @Test func seriesResistance() throws {
    let plot = try plot(
      """
      v1 a 0 dc 0 portnum 1 z0 50
      r1 a b 30
      v2 b 0 dc 0 ac 0 portnum 2 z0 200
      .sp lin 2 1k 2k
      """)
    let sum = 280.0
    let expected: [(String, Double)] = [
      ("s_1_1", 180 / sum), ("s_2_2", -120 / sum), ("s_1_2", 200 / sum), ("s_2_1", 200 / sum),
    ]
    for (name, expected) in expected {
      let found = try complex(plot, name, 1)
      #expect(abs(found.0 - expected) <= 1e-12 && abs(found.1) <= 1e-12, "\(name): \(found)")
    }
  }

  /// A shunt capacitance: `S11 = −jωCZ / (2 + jωCZ)`, `S21 = 2 / (2 + jωCZ)`; power is kept.
  @Test func shuntCapacitance() throws {
    let plot = try plot(
      """
      v1 a 0 portnum 1 z0 50
      c1 a 0 10p
      v2 a 0 portnum 2
      .sp dec 1 100meg 1g
      """)
    let x = 2 * Double.pi * 1e8 * 10e-12 * 50
    let size = 4 + x * x
    let (s11, s21) = (try complex(plot, "s_1_1"), try complex(plot, "s_2_1"))
    #expect(abs(s11.0 + x * x / size) <= 1e-12 && abs(s11.1 + 2 * x / size) <= 1e-12)
    #expect(abs(s21.0 - 4 / size) <= 1e-12 && abs(s21.1 + 2 * x / size) <= 1e-12)
    func square(_ z: (Double, Double)) -> Double { z.0 * z.0 + z.1 * z.1 }
    let power = square(s11) + square(s21)
    #expect(abs(power - 1) <= 1e-12)
  }

  /// A port has its resistance in every analysis.
  @Test func portsHaveTheirResistance() throws {
    let plot = try plot("v1 a 0 dc 2 portnum 1 z0 50\nr1 a 0 150\n.op")
    #expect(abs(try #require(plot.values(of: "v(a)")?.first) - 1.5) <= 1e-12)
  }

  private func roots(_ plot: Plot, _ name: String) throws -> [(Double, Double)] {
    try plot.variables.map(\.name).filter { $0.hasPrefix(name) }.map { try complex(plot, $0) }
  }

  /// A bridged T, whose poles and zeros are roots of `s² + 3 s / RC + 1 / (RC)²` and
  /// `s² + 2 s / RC + 1 / (RC)²`.
  @Test func bridgedT() throws {
    let plot = try plot(
      """
      v1 1 0 12 ac 1
      c1 1 2 1u
      c2 2 3 1u
      r3 2 0 1k
      r4 1 3 1k
      .pz 1 0 3 0 vol pz
      """)
    let (poles, zeros) = (try roots(plot, "pole"), try roots(plot, "zero"))
    #expect(poles.count == 2 && zeros.count == 2, "\(poles) \(zeros)")
    let root = 5.0.squareRoot()
    let expectedPoles: [Double] = [(root - 3) * 500, (-root - 3) * 500]
    for (found, expected) in zip(poles, expectedPoles) {
      #expect(abs(found.0 - expected) <= 1e-9 * abs(expected) && found.1 == 0, "\(found)")
    }
    // A double zero is known to the root of rounding.
    for zero in zeros { #expect(hypot(zero.0 + 1000, zero.1) <= 1e-3) }
  }

  /// A series resonance: poles at `−R/2L ± j √(1/LC − (R/2L)²)`, a double zero of its high pass.
  @Test func resonance() throws {
    for source in ["v1 1 0 ac 1", "r0 1 0 1g"] {
      let plot = try plot("\(source)\nr1 1 2 10\nc1 2 3 1n\nl1 3 0 1m\n.pz 1 0 3 0 vol pol")
      let poles = try roots(plot, "pole").filter { hypot($0.0, $0.1) > 1 }
      let (damping, square) = (10 / 2e-3, 1 / 1e-12)
      let omega = (square - damping * damping).squareRoot()
      #expect(poles.count == 2, "\(poles)")
      for pole in poles {
        #expect(abs(pole.0 + damping) <= 1e-6 * omega && abs(abs(pole.1) - omega) <= 1e-6 * omega)
      }
    }
  }

  /// A current into an RC: one pole, no zero.
  @Test func currentIntoACapacitor() throws {
    let plot = try plot("i1 0 1 0\nr1 1 0 1k\nc1 1 0 1n\n.pz 1 0 1 0 cur pz")
    let poles = try roots(plot, "pole")
    #expect(poles.count == 1 && abs((poles.first?.0 ?? 0) + 1e6) <= 1e-3)
    #expect(try roots(plot, "zero").isEmpty)
  }

  @Test(arguments: [
    ("v1 a 0 portnum 0 z0 50\nr1 a 0 1\n.op", "value must be positive"),
    ("v1 a 0 1\nr1 a 0 1\n.sp lin 1 1 1", "'portnum': card has too few fields"),
    ("v1 a 0 portnum 2\nr1 a 0 1\n.sp lin 1 1 1", "'portnum 1': parameter is out of range"),
    ("v1 a 0 1\nr1 a 0 1\n.pz a 0 a 0 foo pz", "is not expected here; did you mean 'vol'?"),
    ("v1 a 0 1\nr1 a 0 1\n.pz a a a 0 vol pz", "name is used twice"),
    ("v1 a 0 1\nr1 a 0 1\n.pz a 0 b 0 vol pz", "no node has that name"),
  ])
  func mistakes(cards: String, says: String) {
    let error = #expect(throws: DeckError.self) { try plot(cards) }
    #expect(error?.description.contains(says) == true, "\(error.map { "\($0)" } ?? "")")
  }
}
