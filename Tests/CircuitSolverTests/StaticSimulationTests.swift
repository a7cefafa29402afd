import CircuitSolver
import Netlist
import SPICE
import Testing

@Suite struct StaticSimulationTests {
  /// Two sources in a bridge of equal resistors: the middle is their mean, whatever the order.
  @Test func nestedSweepsRunTheFirstFastest() throws {
    let deck = try DeckReader().read(
      """
      mean
      v1 a 0 5
      v2 b 0 7
      r1 a m 1k
      r2 b m 1k
      .dc v1 0 2 1 v2 10 20 10
      .op
      .print dc v(m) v(a,m)
      """, name: "mean")
    let plots = try StaticSimulation(deck).run()
    #expect(plots.map(\.analysisKind) == [.dcSweep, .operatingPoint])
    #expect(plots[0].values(of: "v-sweep") == [0, 1, 2, 0, 1, 2])
    #expect(plots[0].values(of: "v(m)") == [5, 5.5, 6, 10, 10.5, 11])
    #expect(plots[0].values(of: "v(a,m)") == [-5, -4.5, -4, -10, -9.5, -9])
    #expect(plots[1].values(of: "v(m)") == [6])
    #expect(plots[1].values(of: "v(a,m)") == nil)
  }

  /// A deck so large that its chains are solved, against the factor.
  @Test func largeDecksAreSolvedAlongTheirWires() throws {
    let circuit = passiveArray(side: 30, segmentOhms: 1)
    var deck = SimulationDeck(circuit: circuit)
    deck.analyses = [.operatingPoint]
    let plot = try StaticSimulation(deck).run()[0]
    var reference = try LinearOperatingPoint(analyzing: circuit, method: .cholesky)
    try reference.factorize()
    let point = try reference.solve()
    #expect(plot.values.count == point.nodeVolts.count - 1 + point.sourceAmperes.count)
    let currents = Array(plot.values.suffix(point.sourceAmperes.count))
    #expect(worstDifference(currents, point.sourceAmperes) <= 1e-12)
  }

  @Test func whatIsNotStaticIsNamed() throws {
    for (card, reason) in [
      ("l1 a b 1u\nr2 b 0 1", "l1 is beyond"), (".tran 1n 1u", ".tran"), (".ac dec 1 1 10", ".ac"),
      (".temp 50", "temperatures"), (".dc r1 1 2 1", "sweep of r1"),
    ] {
      let deck = try DeckReader().read("t\nv1 a 0 1\nr1 a 0 1\n.op\n\(card)\n", name: "t")
      #expect(!StaticSimulation.covers(deck))
      #expect(StaticSimulation.refusal(deck)?.contains(reason) == true)
    }
  }

  /// At DC a capacitor is open, and no path to ground.
  @Test func capacitorsAreOpen() throws {
    let open = try DeckReader().read(
      "t\nv1 a 0 2\nr1 a b 1k\nc1 b 0 1n\nc2 a b 1p\n.op\n", name: "t")
    #expect(try StaticSimulation(open).run()[0].values(of: "v(b)") == [2])
    let floating = try DeckReader().read("t\nv1 a 0 2\nc1 a b 1n\nc2 b 0 1n\n.op\n", name: "t")
    #expect(throws: CircuitError.floatingNode("b")) { try StaticSimulation(floating).run() }
  }
}
