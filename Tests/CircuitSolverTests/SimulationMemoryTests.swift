import Netlist
import NumericKernels
import Testing

@testable import CircuitSolver

@Suite struct SimulationMemoryTests {
  /// A divider under two nested sweeps: a scale, 3 nodes, 2 sources.
  @Test func sweepsAreMultipliedOut() throws {
    var circuit = Circuit(title: "divider")
    let (a, b) = (circuit.addNode(circuit.label("a")), circuit.addNode(circuit.label("b")))
    circuit.addVoltageSource(circuit.label("va"), plus: a, minus: .ground, volts: 1)
    circuit.addVoltageSource(circuit.label("vb"), plus: b, minus: .ground, volts: 1)
    circuit.addResistor(circuit.label("r", 1), a, b, ohms: 2)
    func sweep(_ source: Int) -> Sweep {
      Sweep(variable: .voltageSource(source), name: "v\(source)", values: [0, 1, 2, 3, 4])
    }
    var deck = SimulationDeck(circuit: circuit)
    deck.analyses = [.dcSweep([sweep(0), sweep(1)])]
    try CircuitSimulation.requireMemory(for: deck, within: MemoryBudget(bytes: 25 * 6 * 8))
    let expected = MemoryError(
      what: "the result of .dc, 5 × 5 points of 6 variables,", wantedBytes: 1200,
      limitBytes: 1199)
    #expect(throws: CircuitError.tooLarge(expected)) {
      try CircuitSimulation.requireMemory(for: deck, within: MemoryBudget(bytes: 1199))
    }
  }
}
