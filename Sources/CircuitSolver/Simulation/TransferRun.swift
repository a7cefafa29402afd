import Netlist

/// `.tf`: gain, input and output resistance of small signals at DC, each by one solution with the
/// slopes of the operating point.
struct TransferRun {
  let deck: SimulationDeck
  let settings: TransferSettings

  /// A plot with one point.
  func run(
    _ solver: inout SimulationSolver, at point: [Double], _ problem: SimulationSolver.Problem
  ) throws(CircuitError) -> Plot {
    let layout = solver.layout
    let circuit = deck.circuit
    let input = circuit.name(of: circuit.label(of: settings.source)).lowercased()
    var plot = Plot(
      title: circuit.title, name: "Transfer Function",
      variables: [
        .init(name: "transfer_function", kind: "notype"),
        .init(name: "\(input)#input_impedance", kind: "impedance"),
        .init(name: "output_impedance_at_\(settings.outputName)", kind: "impedance"),
      ])
    var factors = try FrequencyFactors(deck, &solver, at: point, problem, isAtRest: true)
    try factors.factorize(0, &solver)
    let (from, to) = layout.drivenPlaces(of: settings.source)
    let gain = response(factors, layout, from, to).output
    plot.values = [gain, impedance(factors, layout, settings.source)]
    switch settings.output {
    case .voltage(let plus, let minus):
      let own = response(factors, layout, layout.place(minus), layout.place(plus)).own
      plot.values.append(own)
    case .current(let source):
      plot.values.append(impedance(factors, layout, .voltageSource(source)))
    }
    for (value, variable) in zip(plot.values, plot.variables) where !value.isFinite {
      throw .solutionNotFinite(variable.name)
    }
    return plot
  }

  /// What a unit from `from` to `to` makes of the output, and of `to` against `from`.
  private func response(
    _ factors: borrowing FrequencyFactors, _ layout: SimulationLayout, _ from: Int, _ to: Int
  ) -> (output: Double, own: Double) {
    var drive = [Double](repeating: 0, count: 2 * layout.order + 2)
    drive[2 * to] += 1
    drive[2 * from] -= 1
    var x = Array(drive[0..<2 * layout.order])
    factors.solve(&x)
    let output = zip(layout.selector(of: settings.output), x).reduce(0) { $0 + $1.0 * $1.1 }
    x += [0, 0]
    return (output, x[2 * to] - x[2 * from])
  }

  /// Ohms of the circuit as a source sees it; a source whose circuit takes no current sees 1e20, as in
  /// SPICE.
  private func impedance(
    _ factors: borrowing FrequencyFactors, _ layout: SimulationLayout, _ source: ElementCurrent
  ) -> Double {
    let (from, to) = layout.drivenPlaces(of: source)
    let own = response(factors, layout, from, to).own
    guard case .voltageSource = source else { return own }
    // A volt drives the current −own out of a source.
    return own == 0 ? 1e20 : -1 / own
  }
}

extension SimulationLayout {
  /// The row that picks an output out of the unknowns, real and imaginary parts one after the other.
  func selector(of output: SmallSignalOutput) -> [Double] {
    var row = [Double](repeating: 0, count: 2 * order + 2)
    switch output {
    case .voltage(let plus, let minus):
      row[2 * place(plus)] += 1
      row[2 * place(minus)] -= 1
    case .current(let source): row[2 * sourceBranches[source]] = 1
    }
    return Array(row[0..<2 * order])
  }

  /// Where a unit of an independent source leaves and enters the equations: a current at its nodes, a
  /// voltage in its own row.
  func drivenPlaces(of source: ElementCurrent) -> (from: Int, to: Int) {
    switch source {
    case .voltageSource(let index): return (order, sourceBranches[index])
    case .currentSource(let index):
      let element = circuit.currentSources[index]
      return (terminal(source, element.from), place(element.to))
    default: preconditionFailure("only independent sources drive small signals")
    }
  }
}
