import CircuitSolver
import Foundation
import Netlist
import SPICE
import Testing

/// Nodes that capacitors alone connect to the rest: at DC at ground's level, and then with the charge
/// that they began with.
@Suite struct FreeLevelTests {
  private func run(_ cards: String) throws -> CircuitSimulation.Results {
    try CircuitSimulation(try DeckReader().read("t\n\(cards)\n.end\n", name: "t")).run()
  }

  private func first(_ cards: String, _ name: String) throws -> Double {
    try #require(try run(cards).plots.first?.values(of: name)?.first)
  }

  /// `C₁ / (C₁ + C₂)` of a step, whatever the source begins at.
  @Test(arguments: [0.0, 0.7])
  func capacitorsDivideSteps(start: Double) throws {
    let results = try run(
      """
      v1 a 0 pulse(\(start) \(start + 1.5) 1n 1n 1n 1 2)
      c1 a b 1p
      c2 b 0 2p
      .tran 0.1n 100n
      .measure tran before find v(b) at=0.5n
      .measure tran after find v(b) at=90n
      """)
    #expect(abs(try #require(results.measurements[0].value)) < 1e-9)
    #expect(abs(try #require(results.measurements[1].value) - 0.5) < 1e-6)
  }

  @Test func capacitorsDividePhasors() throws {
    let cards = "v1 a 0 dc 2 ac 1\nc1 a b 1p\nc2 b 0 3p\n"
    #expect(abs(try first(cards + ".ac lin 1 1meg 1meg\n", "v(b)") - 0.25) < 1e-12)
    #expect(try first(cards + ".op", "v(b)") == 0)
  }

  /// Parts may have direct paths inside; several may be free, and `.ic` may hold one of them.
  @Test func partsHaveTheirOwnLevels() throws {
    let cards = """
      v1 a 0 2
      c1 a b 1p
      vb b c 0.5
      r1 c d 1k
      r2 b d 1k
      c2 d e 1p
      c3 e 0 1p
      .op
      .dc v1 0 2 1
      """
    let results = try run(cards)
    for plot in results.plots {
      // The lower node of the part is at zero, and the battery drives its current in a loop.
      #expect(try #require(plot.values(of: "v(b)")).allSatisfy { $0 == 0 })
      for (name, volts) in [("v(c)", -0.5), ("v(d)", -0.25), ("v(e)", 0)] {
        let found = try #require(plot.values(of: name))
        #expect(found.allSatisfy { abs($0 - volts) < 1e-12 }, "\(name)")
      }
    }
    let held = try run(
      "v1 a 0 2\nc1 a b 1p\nr1 b c 1k\nc2 c d 1p\nc3 d 0 1p\n.ic v(c)=1\n.tran 1n 10n")
    let plot = try #require(held.plots.first)
    #expect(abs(try #require(plot.values(of: "v(b)")?.first) - 1) < 1e-9)
    #expect(abs(try #require(plot.values(of: "v(d)")?.first)) < 1e-9)
  }

  /// A current into a part without a way out has no operating point, and capacitors that lead nowhere
  /// hold nothing.
  @Test(arguments: [
    ("v1 a 0 1\nc1 a b 1n\nc2 b 0 1n\ni1 0 b 1f\n.op", "b"),
    ("v1 a 0 1\nr1 a 0 1\nc1 p q 1p\n.op", "p"),
    ("v1 a 0 1\nr1 a 0 1\nc1 a b 1p\nr2 p q 1\n.op", "p"),
  ])
  func otherPartsAreRefused(cards: String, node: String) {
    #expect(throws: CircuitError.floatingNode(node)) { try run(cards) }
  }
}
