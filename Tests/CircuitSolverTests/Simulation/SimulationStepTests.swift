import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// `.step` of parameters and elements through every analysis.
@Suite struct SimulationStepTests {
  private func text(_ ohms: String, _ steps: String) -> String {
    """
    filter
    .param r=\(ohms) tau={r*1n}
    v1 a 0 dc 1 ac 1 pulse(0 1 0 1n 1n 1 2)
    r1 a b {r}
    c1 b 0 1n
    .tran {tau/50} {5*tau}
    .ac dec 3 1k 10meg
    .op
    .measure tran half when v(b)=0.5
    .measure ac corner when vm(b)=0.70710678
    \(steps)
    .end

    """
  }

  /// Every step is the deck with its value written out, to the last bit; names say which step it is.
  @Test func stepsAreDecksWithTheirValues() throws {
    let stepped = try CircuitSimulation(
      DeckReader().read(text("7", ".step r list 1k 2k 5k"), name: "t")
    ).run()
    #expect(stepped.plots.count == 9 && stepped.measurements.count == 6)
    var corners: [Double] = []
    for (index, ohms) in ["1k", "2k", "5k"].enumerated() {
      let alone = try CircuitSimulation(DeckReader().read(text(ohms, ""), name: "t")).run()
      for (plot, own) in matched(stepped.plots[3 * index..<3 * index + 3], alone.plots) {
        #expect(plot.values == own.values && plot.variables == own.variables)
        #expect(plot.analysisKind == own.analysisKind)
        #expect(plot.name.hasPrefix("\(own.name), step \(index + 1) of 3: r="))
      }
      let measured = stepped.measurements[2 * index..<2 * index + 2]
      #expect(measured.map(\.value) == alone.measurements.map(\.value))
      #expect(
        measured.allSatisfy { $0.step == "step \(index + 1) of 3: r=\(1e3 * [1, 2, 5][index])" })
      corners.append(measured.last?.value ?? .nan)
    }
    // 1 / (2π RC), on straight lines between three points per decade.
    for (corner, ohms) in matched(corners, [1e3, 2e3, 5e3]) {
      #expect(abs(corner * 2 * .pi * ohms * 1e-9 - 1) < 0.2)
    }
  }

  /// Steps of a source through transients: a linear circuit scales with it.
  @Test func sourcesAreSteppedThroughTransients() throws {
    let results = try CircuitSimulation(
      DeckReader().read(
        "t\nv1 a 0 1\nr1 a b 1k\nc1 b 0 1n ic=0\n.tran 10n 1u uic\n.step v1 1 3 1\n.end\n",
        name: "t")
    ).run()
    let ends = results.plots.map { $0.values(of: "v(b)")?.last ?? .nan }
    for (k, end) in ends.enumerated() {
      #expect(abs(end + Double(k + 1) * expm1(-1)) < 1e-3 * Double(k + 1))
    }
    #expect(ends.count == 3)
  }

  /// Decks of their own and points of one sweep: what goes wrong is told with the step's values.
  @Test(arguments: [
    ("b1 b 0 i=asin({p}+v(b)*v(b))\n.op\n.step p list 0 2\n.step v2 list 5 6", "p=2.0 v2=5.0"),
    (
      "b1 b 0 i=asin(v(c)+v(b)*v(b))\n.op\n.step v2 list 0 2\n.step temp list 20 30",
      "v2=2.0 temp=20.0"
    ),
    ("b1 b 0 i=asin(v(c)+v(b)*v(b))\n.tran 1n 10n\n.step v2 list 0 2", "v2=2.0"),
    ("b1 b 0 i=asin(v(c)+v(b)*v(b))\n.dc v2 0 2 2", "v2=2.0"),
  ])
  func failuresNameTheStep(cards: String, values: String) throws {
    let circuit = "t\n.param p=0\nv1 a 0 1\nr1 a b 1\nv2 c 0 0\nr2 c 0 1\n"
    let deck = try DeckReader().read(circuit + cards + "\n.end\n", name: "t")
    let error = CircuitError.at(values, .formulaUndefined("b1"))
    #expect(throws: error) { try CircuitSimulation(deck).run() }
    #expect("\(error)" == "at \(values): the formula of b1 has no finite value here")
  }

  /// The same where sources of a resistive circuit are swept by the nodal method.
  @Test func nodalFailuresNameTheStep() throws {
    let deck = try DeckReader().read(
      "t\nv1 a 0 9\nd1 a 0 dm\n.model dm d\n.op\n.step v1 list 0.1 9\n.end\n", name: "t")
    #expect(throws: CircuitError.at("v1=9.0", .beyondExponential("d1"))) {
      try CircuitSimulation(deck, method: .nodal).run()
    }
  }
}
