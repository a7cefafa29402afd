import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// How operating points are found, what is said where there is none, and what sweeps leave behind.
@Suite struct SimulationSearchTests {
  private func run(_ cards: String) throws -> CircuitSimulation.Results {
    try CircuitSimulation(try DeckReader().read("t\n\(cards)\n.end\n", name: "t"), method: .general)
      .run()
  }

  private func last(_ cards: String, _ name: String) throws -> Double {
    let plot = try #require(try run(cards).plots.last)
    return try #require(plot.values(of: name)?.last)
  }

  // MARK: Failures

  @Test(arguments: [
    ("v1 a 0 1\nr1 a 0 1\nc1 p q 1p\nc2 q p 1p\n.op", CircuitError.floatingNode("p")),
    ("v1 a 0 1\nr1 a b 1\nb1 b 0 i=asin(2+v(b)*v(b))\n.op", .formulaUndefined("b1")),
  ])
  func failuresNameTheirPlace(cards: String, error: CircuitError) throws {
    #expect(throws: error) { try run(cards) }
  }

  /// A node whose current has no zero.
  @Test func whatHasNoOperatingPointIsNamed() throws {
    do {
      _ = try run("r1 a b 1\nr2 a 0 1meg\nb1 b 0 i=1+v(b)*v(b)\n.op")
      Issue.record("found an operating point")
    } catch CircuitError.noOperatingPoint(let farthest, let iterations) {
      #expect(["a", "b"].contains(farthest) && iterations > 100)
    }
  }

  @Test func parallelSourcesAreSingular() throws {
    do {
      _ = try run("v1 a 0 1\nv2 a 0 2\nr1 a 0 1\n.op")
      Issue.record("solved")
    } catch CircuitError.singular(let name) {
      #expect(["a", "v1", "v2"].contains(name))
    }
  }

  /// A formula that ends within the time of a transient.
  @Test func transientsStopWhereNoStepIsShortEnough() throws {
    do {
      _ = try run("r1 a 0 1\nc1 a 0 1u\nb1 0 a i=asin(time/1u)\n.tran 0.1u 2u")
      Issue.record("went on")
    } catch CircuitError.at(let place, .formulaUndefined(let source)) {
      let seconds = try #require(Double(place.dropFirst("time=".count)))
      #expect(source == "b1" && abs(seconds - 1e-6) < 1e-9)
    }
  }

  // MARK: Searches

  /// Thirty junctions in series: the drop is divided equally.
  @Test func longChainsOfDiodesConverge() throws {
    let chain = (1...30).map { "d\($0) n\($0 - 1) \($0 == 30 ? "0" : "n\($0)") dm" }
    let volts = try last(
      "v1 n0 0 21\n" + chain.joined(separator: "\n") + "\n.model dm d is=1e-15\n.op", "v(n15)")
    #expect(abs(volts - 10.5) < 1e-6)
  }

  private static let latch = """
    vd d 0 2
    m1 a b 0 0 nm w=1u l=1u
    m2 a b d d pm w=2u l=1u
    m3 b a 0 0 nm w=1u l=1u
    m4 b a d d pm w=2u l=1u
    c1 a 0 1f
    .model nm nmos level=1 vto=0.5 kp=100u
    .model pm pmos level=1 vto=-0.5 kp=50u
    """

  /// A latch keeps the state that `.nodeset` suggests, in an operating point, and the one that `.ic`
  /// forces, in a transient.
  @Test(arguments: [(0.0, 2.0), (2.0, 0.0)])
  func latchesTakeTheStateTheyAreGiven(a: Double, b: Double) throws {
    let state = "v(a)=\(a) v(b)=\(b)"
    #expect(abs(try last("\(Self.latch)\n.nodeset \(state)\n.op", "v(a)") - a) < 1e-6)
    #expect(abs(try last("\(Self.latch)\n.ic \(state)\n.tran 1n 20n", "v(a)") - a) < 1e-3)
    #expect(abs(try last("\(Self.latch)\n.ic \(state)\n.tran 1n 20n", "v(b)") - b) < 1e-3)
  }

  // MARK: Sweeps

  /// `v = R / (R + 1k)`, and the resistor has its own value again afterwards.
  @Test func resistorsAreSweptAndRestored() throws {
    let results = try run("v1 a 0 1\nr1 a b 1k\nr2 b 0 3k\n.dc r2 1k 4k 1k\n.op")
    let volts = try #require(results.plots[0].values(of: "v(b)"))
    for (k, v) in volts.enumerated() {
      let ohms = 1e3 * Double(k + 1)
      #expect(abs(v - ohms / (ohms + 1e3)) < 1e-14)
    }
    #expect(abs((results.plots[1].values(of: "v(b)")?[0] ?? 0) - 0.75) < 1e-14)
    #expect(results.analyses == 1)
  }

  /// Every temperature of a sweep is what a deck at that temperature gives, and lower temperatures
  /// give higher drops: about 2 mV per kelvin.
  @Test func temperaturesAreSwept() throws {
    let cards =
      "i1 0 a 1m\nd1 a 0 dm\nm1 a a 0 0 nm w=1u l=1u\n"
      + ".model dm d is=1e-14\n.model nm nmos level=1 vto=0.4 kp=100u gamma=0.3"
    let sweep = try run("\(cards)\n.dc temp -40 120 40\n.op")
    let volts = try #require(sweep.plots[0].values(of: "v(a)"))
    for (k, v) in volts.enumerated() {
      let alone = try last("\(cards)\n.temp \(-40 + 40 * k)\n.op", "v(a)")
      #expect(abs(v - alone) < 1e-8)
      if k > 0 { #expect(abs((volts[k - 1] - v) / 40 - 2e-3) < 0.6e-3) }
    }
    let unswept = try #require(sweep.plots[1].values(of: "v(a)"))
    #expect(try unswept[0] == last("\(cards)\n.op", "v(a)"))
  }

  // MARK: Switches and measurements

  /// A sine opens and closes a switch with hysteresis where it passes VT ± VH.
  @Test func switchesSwitchAtTheirThresholds() throws {
    let results = try run(
      """
      vc c 0 sin(0 1 10k)
      v1 a 0 1
      r1 a b 1k
      s1 b 0 c 0 sm
      .model sm sw ron=1 roff=1g vt=0.2 vh=0.3
      .tran 1u 200u
      .measure tran closed when v(b)=0.5 fall=1
      .measure tran opened when v(b)=0.5 rise=1
      .measure tran again when v(b)=0.5 fall=2
      """)
    let values = results.measurements.map { $0.value ?? .nan }
    let phase = asin(0.5) / (2e4 * .pi)
    let expected = [phase, 0.5e-4 + asin(0.1) / (2e4 * .pi), 1e-4 + phase]
    for (found, expected) in matched(values, expected) { #expect(abs(found - expected) < 2e-8) }
  }

  /// Measurements of a triangle and of what does not happen.
  @Test func measurementsOfATriangle() throws {
    let results = try run(
      """
      v1 a 0 pwl(0 0 1u 1 2u 0)
      r1 a 0 1
      .tran 10n 2u
      .measure tran mean avg v(a)
      .measure tran effective rms v(a)
      .measure tran top max v(a)
      .measure tran low min v(a) from=0.5u to=1.5u
      .measure tran swing pp v(a)
      .measure tran area integ v(a) from=0 to=1u
      .measure tran up when v(a)=0.25 rise=1
      .measure tran down when v(a)=0.25 fall=1
      .measure tran at find i(v1) at=0.5u
      .measure tran width trig v(a) val=0.5 rise=1 targ v(a) val=0.5 fall=1
      .measure tran never when v(a)=2
      """)
    let expected: [(String, Double?)] = [
      ("mean", 0.5), ("effective", 1 / 3.0.squareRoot()), ("top", 1), ("low", 0.5), ("swing", 1),
      ("area", 0.5e-6), ("up", 0.25e-6), ("down", 1.75e-6), ("at", -0.5), ("width", 1e-6),
      ("never", nil),
    ]
    #expect(results.measurements.map(\.name) == expected.map(\.0))
    for (found, (name, value)) in matched(results.measurements, expected) {
      guard let value else {
        #expect(found.value == nil)
        continue
      }
      #expect(abs((found.value ?? .nan) - value) <= 1e-9 * abs(value), "\(name)")
    }
  }

  // MARK: Methods

  /// What both methods cover, both solve to rounding: a few ulps of the largest voltage, and those
  /// ulps across the smallest resistance for currents. Decks with devices end within a thousandth of
  /// the deck's RELTOL, 1e-7, and VNTOL, 1e-10 V; GMIN, 1e-15 S, is in one method only. The automatic
  /// choice says which it was.
  @Test func methodsAgreeWhereBothApply() throws {
    var compared = 0
    for deck in SmallDecks.resistive + SmallDecks.nonlinear {
      let read = try DeckReader().read(deck.text, name: deck.name)
      let automatic = try CircuitSimulation(read).run()
      guard automatic.method == .nodal else { continue }
      compared += 1
      let general = try CircuitSimulation(read, method: .general).run()
      let volts = read.circuit.voltageSources.map { abs($0.volts) }.max() ?? 0
      let siemens = read.circuit.resistors.map { 1 / $0.ohms }.max() ?? 0
      for (a, b) in matched(automatic.plots, general.plots) {
        let peak =
          b.variables.filter { $0.name.hasPrefix("i(v") }
          .compactMap { b.values(of: $0.name)?.map(abs).max() }.max() ?? 0
        let rounding = 8 * max(volts, 1) * .ulpOfOne * siemens / max(peak, .leastNormalMagnitude)
        CurveAgreement.expect(
          a, agreesWith: CurveAgreement.Reference(b),
          tolerance: read.circuit.isNonlinear ? 1e-8 : 1e-13,
          ofCurrents: (read.circuit.isNonlinear ? 1e-8 : 1e-13) + rounding)
      }
    }
    #expect(compared >= 20)
    let inductive = try DeckReader().read("t\nv1 a 0 1\nr1 a b 1\nl1 b 0 1m\n.op\n", name: "t")
    #expect(try CircuitSimulation(inductive).run().method == .general)
  }

  /// Newton iterates more often than it factorizes new values, on one symbolic analysis.
  @Test func patternsAreAnalysedOnce() throws {
    let results = try run(
      "v1 a 0 1\nr1 a b 1k\nd1 b 0 dm\n.model dm d is=1e-14\n.dc v1 -1 1 0.01\n.op\n.ac dec 5 1 1k")
    #expect(results.analyses == 2)
    #expect(results.iterations > 200 && results.factorizations <= results.iterations)
  }
}
