import Netlist
import NumericKernels

extension CircuitSimulation {
  /// Throws if the points of an analysis, each with every node voltage and source current, do
  /// not fit into memory. A transient's are known when it starts: see `TransientRun`.
  static func requireMemory(
    for deck: SimulationDeck, within budget: MemoryBudget = .machine
  ) throws(CircuitError) {
    for analysis in deck.analyses {
      switch analysis {
      case .operatingPoint, .transient, .transferFunction, .poleZero: continue
      case .scattering(let settings):
        try requireMemory(
          ".sp", points: [settings.hertz.count], of: deck, isComplex: true,
          beside: settings.ports.count * settings.ports.count, within: budget)
      case .noise(let settings):
        try requireMemory(".noise", points: [settings.hertz.count], of: deck, within: budget)
      case .dcSweep(let sweeps):
        try requireMemory(".dc", points: sweeps.map(\.values.count), of: deck, within: budget)
      case .smallSignal(let hertz):
        try requireMemory(
          ".ac", points: [hertz.count], of: deck, isComplex: true, within: budget)
      case .table(let table):
        try requireMemory(
          table.hertz == nil ? ".dc" : ".ac", points: [table.rows.count], of: deck,
          isComplex: table.hertz != nil, within: budget)
      }
    }
  }

  /// Throws if the results at this number of points do not fit into memory.
  static func requireMemory(
    _ name: String, points: [Int], of deck: SimulationDeck, isComplex: Bool = false,
    beside others: Int = 0, within budget: MemoryBudget = .machine
  ) throws(CircuitError) {
    let variables =
      1 + deck.circuit.nodeCount + deck.circuit.voltageSources.count + deck.outputs.count
      + deck.circuit.events.nodes.count + others
    let count = points.map(String.init).joined(separator: " × ")
    do throws(MemoryError) {
      try budget.require(
        "the result of \(name), \(count) points of \(variables) variables,",
        extents: points + [variables], bytesEach: isComplex ? 16 : 8)
    } catch {
      throw .tooLarge(error)
    }
  }
}
