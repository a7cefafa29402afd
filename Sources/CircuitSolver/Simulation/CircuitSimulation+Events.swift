import Netlist

/// Circuits of nodes of events alone, which have no equations.
extension CircuitSimulation {
  /// One plot per analysis: values at every event of a transient.
  func plotsOfEvents() throws(CircuitError) -> [Plot] {
    let circuit = deck.circuit
    guard !circuit.events.isEmpty else { throw .nothingToSolve }
    var plots: [Plot] = []
    for analysis in deck.analyses {
      var events = BoundEvents(circuit, nil)
      _ = try events.settle(at: [0], deck.options.celsius)
      var plot: Plot
      switch analysis {
      case .operatingPoint:
        plot = self.plot("Operating Point", scale: nil)
        plot.values += events.numbers
      case .transient(let settings):
        plot = self.plot(
          "Transient Analysis", scale: Plot.Variable(name: "time", kind: "time"))
        try run(settings, &events, &plot)
      default: throw .nothingToSolve
      }
      plots.append(plot)
    }
    return plots
  }

  private func plot(_ name: String, scale: Plot.Variable?) -> Plot {
    let circuit = deck.circuit
    let vectors = circuit.events.nodes.indices.map {
      Plot.Variable(name: circuit.vectorName(ofEventNode: $0), kind: "notype")
    }
    return Plot(title: circuit.title, name: name, variables: (scale.map { [$0] } ?? []) + vectors)
  }

  /// Every edge is two points, before and behind it.
  private func run(
    _ settings: TransientSettings, _ events: inout BoundEvents, _ plot: inout Plot
  ) throws(CircuitError) {
    events.begin()
    _ = try events.accept([0], at: settings.start, deck.options.celsius)
    var last = events.numbers
    plot.values += [settings.start] + last
    var examined = 1 << 22
    while let next = events.nextEvent, next <= settings.stop {
      _ = try events.accept([0], at: next, deck.options.celsius)
      let values = events.numbers
      guard values != last else { continue }
      plot.values += [next] + last + [next] + values
      last = values
      // Twice as many are made room for next.
      if plot.values.count > examined {
        examined = 2 * plot.values.count
        try Self.requireMemory(".tran", points: [2 * plot.pointCount], of: deck)
      }
    }
    plot.values += [settings.stop] + last
  }
}
