import Netlist

extension CircuitSimulation {
  /// A sweep with a separate circuit at each point. A DC sweep starts each point from the previous
  /// one, switches included, as sweeps of sources do; small-signal analysis has an operating point
  /// at each. Columns other than the scale are vectors of the plot.
  func sweep(
    _ table: TableSweep, _ points: [SimulationDeck], _ results: inout Results
  ) throws(CircuitError) -> Plot {
    var whole: Plot?
    // The decks of the points have no measurements.
    let shownCurrents = shownCurrents
    var former: (x: [Double], switches: BoundSwitches)?
    for (index, point) in points.enumerated() {
      let simulation = CircuitSimulation(point, method: .general)
      do throws(CircuitError) {
        var solver = try SimulationSolver(
          point.circuit, options: point.options, showing: shownCurrents)
        var plot: Plot
        if let hertz = table.hertz {
          plot = try simulation.smallSignal([hertz[index]], &solver)
        } else {
          if let former { solver.elements.switches.start(from: former.switches) }
          let problem = simulation.problem(solver, limit: point.options.sweepIterations)
          let start = former.flatMap { $0.x.count == solver.order + 1 ? $0.x : nil }
          let x = try simulation.point(problem, from: start, &solver)
          let output = SimulationOutput(point, solver.layout, .dcSweep)
          plot = output.plot("DC transfer characteristic", scale: table.scaleVariable)
          output.append(
            x, events: solver.elements.events.numbers, scale: table.rows[index][0], time: nil,
            celsius: solver.elements.celsius, to: &plot)
          former = (x, solver.elements.switches)
        }
        for column in table.shownColumns {
          plot.variables.append(.init(name: table.names[column], kind: "notype", isReal: true))
          plot.values.append(table.rows[index][column])
          if plot.isComplex { plot.values.append(0) }
        }
        results.count(solver)
        // Values change from point to point; nodes and elements do not.
        whole?.values += plot.values
        whole = whole ?? plot
      } catch {
        throw .at(table.name(ofPoint: index), error)
      }
    }
    guard let whole else { throw .nothingToSolve }
    return whole
  }
}

extension TableSweep {
  /// The scale of a DC sweep.
  fileprivate var scaleVariable: Plot.Variable {
    scale?.scale ?? .init(name: "param-sweep", kind: "notype")
  }

  /// Columns that are not the scale.
  fileprivate var shownColumns: Range<Int> { (hertz == nil ? 1 : 0)..<names.count }

  /// `r=1000.0 c=1e-09`.
  fileprivate func name(ofPoint index: Int) -> String {
    var parts = zip(names, rows[index]).map { "\($0)=\($1)" }
    if let hertz { parts.insert("freq=\(hertz[index])", at: 0) }
    return parts.joined(separator: " ")
  }
}
