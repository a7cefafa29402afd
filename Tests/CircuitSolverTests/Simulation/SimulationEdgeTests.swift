import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// Decks at the edge of what has a solution: the answer where there is one, the reason where not.
@Suite struct SimulationEdgeTests {
  private func results(_ cards: String) throws -> CircuitSimulation.Results {
    let deck = try DeckReader().read("t\n\(cards)\n.end\n", name: "t")
    return try CircuitSimulation(deck, method: .general).run()
  }

  private func last(_ cards: String, _ name: String) throws -> Double {
    let plot = try #require(try results(cards).plots.last)
    return try #require(plot.values(of: name)?.last)
  }

  // MARK: Formulas

  /// Formulas that have no value, or no slope, at the zero where the search begins.
  @Test(arguments: [
    ("ln(v(a))", Foundation.log(2.0)), ("1/v(a)", 0.5), ("v(a)^0.5", 2.0.squareRoot()),
    ("v(a)/(v(a)-v(d))", 2 / 1.5), ("sqrt(v(a)-1)", 1), ("acosh(v(a))", Foundation.acosh(2.0)),
  ])
  func formulasAreFoundFromPlacesWithoutAValue(formula: String, expected: Double) throws {
    let cards = "v1 a 0 2\nr1 a d 3k\nr2 d 0 1k\nb1 c 0 v=\(formula)\nr3 c 0 1k\n.op"
    #expect(abs(try last(cards, "v(c)") - expected) < 1e-12)
  }

  /// `i = √v` into a resistor, whose slope at zero is infinite: `v = 1 − √v`.
  @Test func rootsAreSolved() throws {
    let root = (3 - 5.0.squareRoot()) / 2
    #expect(abs(try last("v1 a 0 1\nr1 a b 1\nb1 b 0 i=v(b)^0.5\n.op", "v(b)") - root) < 1e-9)
  }

  // MARK: Given voltages

  /// A voltage given to a node that a source sets says nothing new, and leaves the others in force.
  @Test func sourcesWinOverGivenVoltages() throws {
    let cards =
      "v1 a 0 1\nl1 a d 1u\nr1 d b 1k\nc1 b 0 1n\n.ic v(a)=0.5 v(d)=3 v(b)=0.25\n.tran 1n 10n"
    let plot = try #require(try results(cards).plots.first)
    for (name, volts) in [("v(a)", 1.0), ("v(d)", 1), ("v(b)", 0.25)] {
      #expect(abs((plot.values(of: name)?.first ?? .nan) - volts) < 1e-12)
    }
    let latch = """
      vd d 0 2
      m1 a b 0 0 nm w=1u l=1u
      m2 a b d d pm w=2u l=1u
      m3 b a 0 0 nm w=1u l=1u
      m4 b a d d pm w=2u l=1u
      .model nm nmos level=1 vto=0.5 kp=100u
      .model pm pmos level=1 vto=-0.5 kp=50u
      """
    for (a, b) in [(0.0, 2.0), (2.0, 0.0)] {
      let cards = "\(latch)\n.nodeset v(d)=2 v(a)=\(a) v(b)=\(b)\n.op"
      #expect(abs(try last(cards, "v(a)") - a) < 1e-6)
    }
  }

  /// An inductor that starts with a current of its own: `v = −R I exp(−t R / L)`.
  @Test func inductorsStartWithTheirCurrent() throws {
    let plot = try #require(
      try results("l1 a 0 1m ic=2m\nr1 a 0 1k\n.tran 10n 3u uic").plots.first)
    let (times, volts) = (plot.values(of: "time") ?? [], plot.values(of: "v(a)") ?? [])
    #expect(times.last == 3e-6)
    for (t, v) in matched(times, volts) { #expect(abs(v + 2 * exp(-t / 1e-6)) < 2e-3) }
  }

  /// A floating capacitor that starts charged has as much on one side as is missing on the other.
  @Test func floatingCapacitorsStartWithTheirCharge() throws {
    let plot = try #require(
      try results("c1 a b 1n ic=1\nr1 a 0 1k\nr2 b 0 3k\n.tran 20n 8u uic").plots.first)
    let (a, b) = (plot.values(of: "v(a)") ?? [], plot.values(of: "v(b)") ?? [])
    for (k, t) in (plot.values(of: "time") ?? []).enumerated() {
      let volts = exp(-t / 4e-6)
      #expect(abs(a[k] - 0.25 * volts) < 1e-3 && abs(b[k] + 0.75 * volts) < 1e-3)
    }
    #expect(a.count > 50)
  }

  /// What a junction in reverse does not carry, GMIN does: `v = (IS − i) / GMIN`.
  @Test func junctionsHaveTheirMinimalConductance() throws {
    let cards = "i1 a 0 1u\nd1 a 0 dm\n.model dm d is=1e-14\n.options gmin=1e-6\n.op"
    #expect(abs(try last(cards, "v(a)") + (1e-6 - 1e-14) / 1e-6) < 1e-12)
  }

  /// GMIN in a transient: it alone discharges a capacitor across a junction without current.
  @Test func minimalConductancesDischargeCapacitors() throws {
    let plot = try #require(
      try results(
        "c1 a 0 1n ic=-1\nd1 a 0 dm\n.model dm d is=1e-20\n.options gmin=1e-3\n.tran 10n 3u uic"
      ).plots.first)
    let (times, volts) = (plot.values(of: "time") ?? [], plot.values(of: "v(a)") ?? [])
    #expect(times.last == 3e-6)
    for (t, v) in matched(times, volts) { #expect(abs(v + exp(-t / 1e-6)) < 1e-3) }
  }

  /// GMIN from both ends of a channel to its bulk: a source of current into drain and source alone.
  @Test func bulkJunctionsHaveTheirMinimalConductance() throws {
    let cards = "m1 d 0 s 0 nm\n.model nm nmos vto=1 is=1e-14\n.options gmin=1e-6\n.op\n"
    #expect(abs(try last(cards + "i1 0 d 1u\nr1 s 0 1meg", "v(d)") - (1 + 1e-8)) < 1e-6)
  }

  // MARK: Coupling

  /// Ideal coupling: the voltages are in the ratio of the turns at every instant.
  @Test(arguments: [1.0, -1])
  func idealTransformersFollowTheirTurns(coupling: Double) throws {
    let plot = try #require(
      try results(
        "v1 a 0 sin(0 1 1k)\nrs a p 1\nl1 p 0 1m\nl2 s 0 4m\nk1 l1 l2 \(coupling)\nr1 s 0 100\n"
          + ".tran 10u 2m"
      ).plots.first)
    let (p, s) = (plot.values(of: "v(p)") ?? [], plot.values(of: "v(s)") ?? [])
    #expect(p.contains { abs($0) > 0.5 } && p.count > 100)
    for (p, s) in matched(p, s) { #expect(abs(s - 2 * coupling * p) < 1e-9) }
  }

  // MARK: Switches

  /// A switch closes within 1e-4 of the longest step of the instant when its control passes VT + VH,
  /// and opens as exactly: what it charges follows its exponential from there.
  @Test func switchesAreLocated() throws {
    let plot = try #require(
      try results(
        "vc c 0 pulse(0 1 1u 10n 10n 1u 4u)\nv1 a 0 1\ns1 a b c 0 sm\nc1 b 0 1p\nr1 b 0 10k\n"
          + ".model sm sw ron=1k roff=1g vt=0.5 vh=0.1\n.tran 10n 3u 0 5n"
      ).plots.first)
    let (closed, opened) = (1e-6 + 6e-9, 1e-6 + 10e-9 + 1e-6 + 6e-9)
    let (charging, discharging) = (1e-9 / 1.1, 1e-8)
    let full = 10 / 11.0
    let (times, volts) = (plot.values(of: "time") ?? [], plot.values(of: "v(b)") ?? [])
    for (t, v) in matched(times, volts) {
      let expected =
        t < closed
        ? 0
        : t < opened
          ? -full * expm1(-(t - closed) / charging) : full * exp(-(t - opened) / discharging)
      // RELTOL; ROFF lets 1e-5 through.
      #expect(abs(v - expected) < 1e-3, "at \(t): \(v), not \(expected)")
    }
    #expect(times.contains { $0 > closed && $0 < closed + 1e-9 })
  }

  // MARK: Refusals

  @Test(arguments: [
    ("v1 a 0 1\nc1 a b 1n\nc2 b 0 1n\ni1 0 b 1f\n.tran 1n 10n", CircuitError.floatingNode("b")),
    ("i1 0 a 1m\nc1 a 0 1n\n.ac dec 1 1 10", .floatingNode("a")),
    ("v1 a 0 1\nr1 a 0 1k\nc1 p q 1n\n.tran 1n 10n", .floatingNode("p")),
    ("v1 a 0 1\nl1 a 0 1m\n.tran 1n 10n", .singular("l1")),
    ("v1 a 0 1\nr1 a b 1k\ng1 b 0 b 0 -1m\n.op", .singular("v1")),
    ("v1 a 0 1\nr1 a b 1k\nb1 b 0 v=exp(1000*v(a))\n.op", .formulaUndefined("b1")),
    ("b1 b 0 v=1/v(b)\nr2 b 0 1\n.op", .formulaUndefined("b1")),
    ("v1 a 0 1\nr1 a b 1k\nb1 b 0 v=ln(v(a)-1)\n.op", .formulaUndefined("b1")),
    (".op", .nothingToSolve),
    ("v1 a 0 sin(0 1 1e15)\nr1 a 0 1k\n.tran 1u 1m", .tooManySteps(2e13)),
    ("v1 a 0 1\nr1 a 0 1k\n.tran 1f 1u 0 1f", .tooManySteps(1e9)),
  ])
  func refusalsSayWhy(cards: String, error: CircuitError) throws {
    do {
      _ = try results(cards)
      Issue.record("solved")
    } catch CircuitError.tooManySteps(let count) {
      guard case .tooManySteps(let expected) = error else { throw error }
      #expect(abs(count - expected) < 1e-9 * expected)
    } catch let found as CircuitError {
      #expect(found == error)
    }
  }

  /// The same by the nodal method.
  @Test func diodesBeyondTheirExponentialAreRefused() throws {
    let deck = try DeckReader().read("t\nv1 a 0 9\nd1 a 0 dm\n.model dm d\n.op\n.end\n", name: "t")
    #expect(throws: CircuitError.beyondExponential("d1")) {
      try CircuitSimulation(deck, method: .nodal).run()
    }
  }

  /// A pulse with corners every femtosecond, for a microsecond.
  @Test func pulsesTooFastForTheirTransientAreRefused() throws {
    do {
      _ = try results("v1 a 0 pulse(0 1 0 1f 1f 1f 4f)\nr1 a 0 1k\n.tran 1n 1u")
      Issue.record("solved")
    } catch CircuitError.tooManySteps(let count) {
      #expect(count > 1e9)
    }
  }

  /// A source that grows beyond all numbers: the transient stops there, and does not creep.
  @Test func growingSourcesStopWhereTheyOverflow() throws {
    do {
      _ = try results("v1 a 0 sin(0 1 1k 0 -1e6)\nr1 a b 1k\nc1 b 0 1n\n.tran 1u 2m")
      Issue.record("went on")
    } catch CircuitError.stepTooSmall(let seconds, _) {
      // e^(10⁶ t) is 1e308 at 709 µs; charges are 1e-9 of that and differences may be more.
      #expect(seconds > 6.5e-4 && seconds < 7.2e-4)
    }
  }

  /// A current that turns round at zero volts, and drives there from both sides: the solution stays
  /// at the edge, where only the shortest steps are taken, and ten thousand of them are enough.
  @Test func transientsAtAnEdgeStopAfterTenThousandSteps() throws {
    do {
      _ = try results("c1 a 0 1u ic=-1\nb1 0 a i=v(a)<0?1:-1\n.tran 0.1u 2u uic")
      Issue.record("went on")
    } catch CircuitError.stepTooSmall(let seconds, let node) {
      // A shortest step is a billionth of a fiftieth of the time; each of the ten thousand is up to
      // twice that long, after a few longer ones that found the edge.
      let shortest = 1e-9 * 2e-6 / 50
      let late = (seconds - 1e-6) / shortest
      #expect(node == "a" && late > 1e4 && late < 6e4, "\(late)")
    }
  }

  // MARK: Measurements

  /// A sweep downwards measures what the same sweep upwards does, and nested sweeps are measured run
  /// by run.
  @Test func sweepsAreMeasuredRunByRun() throws {
    let cards = "v1 a 0 1\nr1 a b 1\nr2 b 0 1\n"
    let measures =
      "\n.measure dc m avg v(b)\n.measure dc i integ v(b) from=0.2 to=0.6\n.measure dc w when v(b)=0.275"
    let expected = [0.25, 0.08, 0.55]
    for sweep in [".dc v1 0 1 0.1", ".dc v1 1 0 -0.1"] {
      let values = try results(cards + sweep + measures).measurements.map { $0.value ?? .nan }
      for (found, expected) in matched(values, expected) { #expect(abs(found - expected) < 1e-12) }
    }
    let nested = try results(cards + ".dc v1 0 1 0.1 r2 list 1 3" + "\n.measure dc top max v(b)")
    #expect(nested.measurements.map(\.name) == ["top", "top"])
    for (found, expected) in matched(nested.measurements, [0.5, 0.75]) {
      #expect(abs((found.value ?? .nan) - expected) < 1e-12)
    }
  }
}
