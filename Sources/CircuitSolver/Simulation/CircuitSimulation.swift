import Netlist

/// Everything that a deck asks for: operating points, sweeps, small-signal and transient analyses
/// of any circuit that `Circuit` describes, and their measurements.
///
/// Modified nodal analysis with bound slots: footprint, pattern and symbolic analysis once, then
/// values, factors by KLU and solutions. Circuits of resistors, sources and ideal devices go to
/// `StaticSimulation`, which factorizes symmetric matrices by CHOLMOD and leaves GMIN out.
public struct CircuitSimulation: Sendable {
  /// How the equations are set up and factorized.
  public enum Method: String, Sendable {
    /// `StaticSimulation`: CHOLMOD or KLU over the nodes alone.
    case nodal
    /// Modified nodal analysis of any element, KLU.
    case general
  }

  /// The results of the analyses.
  public struct Results: Sendable {
    /// The method that computed them.
    public var method: Method
    /// One plot per analysis, in the deck's order.
    public var plots: [Plot] = []
    /// In the deck's order.
    public var measurements: [MeasuredValue] = []
    /// Newton's iterations, factorizations, symbolic analyses and accepted time steps of the
    /// general method, in total: one symbolic analysis of real matrices, one per `.ac` analysis.
    public var iterations = 0, factorizations = 0, analyses = 0, timeSteps = 0
    /// What compact models printed at solutions, and what looks unintended in them.
    public var notes: [String] = []

    /// Adds the counts of a solver.
    mutating func count(_ solver: borrowing SimulationSolver) {
      iterations += solver.iterations
      factorizations += solver.factorizations
      analyses += solver.analyses
      notes += solver.elements.compact.notes.filter { !notes.contains($0) }
    }

    /// Adds the results of one step; plots and measurements name it.
    fileprivate mutating func append(_ results: Results, of step: String) {
      method = results.method
      for var plot in results.plots {
        plot.name += ", \(step)"
        plots.append(plot)
      }
      for var measured in results.measurements {
        measured.step = step
        measurements.append(measured)
      }
      iterations += results.iterations
      factorizations += results.factorizations
      analyses += results.analyses
      timeSteps += results.timeSteps
      notes += results.notes.filter { !notes.contains($0) }
    }
  }

  let deck: SimulationDeck
  private let method: Method
  /// The method asked for, if any.
  private let wanted: Method?

  /// A simulation by `method`; without one, by the nodal one where that covers the deck. Asking for
  /// it elsewhere is a programming error.
  public init(_ deck: SimulationDeck, method: Method? = nil) {
    self.deck = deck
    wanted = method
    // Where a search is to start matters to circuits with several operating points.
    // Nodes that capacitors alone connect are the general method's.
    let isNodal =
      deck.guesses.isEmpty && StaticSimulation.covers(deck)
      && deck.circuit.nodesOfFreeLevel(holding: []).isEmpty
    self.method = method ?? (isNodal ? .nodal : .general)
  }

  /// Runs the analyses one after the other; of a deck with steps, all of them at each step.
  public func run() throws(CircuitError) -> Results {
    var results = Results(method: method)
    if !deck.steps.isEmpty {
      for (index, step) in deck.steps.enumerated() {
        let own: Results
        do throws(CircuitError) {
          own = try CircuitSimulation(step.deck, method: wanted).run()
        } catch {
          throw .at(step.name, error)
        }
        results.append(own, of: "step \(index + 1) of \(deck.steps.count): \(step.name)")
      }
      return results
    }
    guard !deck.analyses.isEmpty else { return results }
    guard deck.circuit.nodeCount > 1 else {
      results.plots = try plotsOfEvents()
      return results
    }
    try Self.requireMemory(for: deck)
    guard method == .general else {
      results.plots = try StaticSimulation(deck).run()
      return results
    }
    var solver = try SimulationSolver(
      deck.circuit, options: deck.options, showing: shownCurrents)
    var tables = deck.tablePoints[...]
    // The first plot of every analysis.
    var measurable: [(Analysis, Int)] = []
    for analysis in deck.analyses {
      measurable.append((analysis, results.plots.count))
      switch analysis {
      case .table(let table):
        results.plots.append(try sweep(table, tables.popFirst() ?? [], &results))
      case .operatingPoint: results.plots.append(try operatingPoint(&solver))
      case .dcSweep(let sweeps): results.plots.append(try sweep(sweeps, &solver))
      case .smallSignal(let hertz): results.plots.append(try smallSignal(hertz, &solver))
      case .noise(let settings): results.plots += try noise(settings, &solver)
      case .transferFunction(let settings):
        results.plots.append(try transferFunction(settings, &solver))
      case .scattering(let settings):
        results.plots.append(try scattering(settings, &solver))
      case .poleZero(let settings):
        results.plots.append(try poleZero(settings, &solver))
      case .transient(let settings):
        let plot = try transient(settings, &solver)
        results.timeSteps += plot.pointCount
        results.plots.append(plot)
        try analyzeHarmonics(of: plot, &results)
      }
    }
    results.count(solver)
    // Formulas of measurements know those before them in the same run.
    var known: [AnalysisKind: [Int: [String: Double]]] = [:]
    for measurement in deck.measurements {
      let kind = measurement.analysis
      let runs = measurable.filter { $0.0.kind == kind }
        .flatMap { analysis, number in results.plots[number].runs(of: analysis) }
      for (number, run) in runs.enumerated() {
        let measured = MeasuredValue(
          measurement, of: run, deck.circuit, known: known[kind]?[number] ?? [:])
        known[kind, default: [:]][number, default: [:]][measured.name] = measured.value
        results.measurements.append(measured)
      }
    }
    return results
  }

  /// Currents that the plots have to show.
  var shownCurrents: [ElementCurrent] { deck.shownCurrents }

  func problem(
    _ solver: borrowing SimulationSolver, limit: Int
  ) -> SimulationSolver.Problem {
    SimulationSolver.Problem(
      sources: SourceValues(deck.circuit),
      conditions: SimulationConditions(
        junctionSiemens: deck.options.junctionSiemens, celsius: solver.elements.celsius),
      iterationLimit: limit)
  }

  private func operatingPoint(
    _ solver: inout SimulationSolver
  ) throws(CircuitError) -> Plot {
    let problem = problem(solver, limit: deck.options.operatingPointIterations)
    let x = try solver.operatingPoint(problem, guesses: deck.guesses)
    let output = SimulationOutput(deck, solver.layout, .operatingPoint)
    var plot = output.plot("Operating Point", scale: nil)
    output.append(
      x, events: solver.elements.events.numbers, scale: nil, time: nil,
      celsius: solver.elements.celsius, to: &plot)
    return plot
  }

  func smallSignal(
    _ hertz: [Double], _ solver: inout SimulationSolver
  ) throws(CircuitError) -> Plot {
    let problem = problem(solver, limit: deck.options.operatingPointIterations)
    let x = try solver.operatingPoint(problem, guesses: deck.guesses)
    solver.elements.mosfets.forget()
    let output = SimulationOutput(deck, solver.layout, .smallSignal)
    let scale = Plot.Variable(name: "frequency", kind: "frequency")
    var plot = output.plot("AC Analysis", scale: scale, isComplex: true)
    let celsius = solver.elements.celsius
    try SmallSignalRun(deck: deck, hertz: hertz).run(&solver, at: x, problem) {
      (hertz, phasors) throws(CircuitError) in
      try output.append(phasors, hertz: hertz, celsius: celsius, to: &plot)
    }
    return plot
  }

  private func noise(
    _ settings: NoiseSettings, _ solver: inout SimulationSolver
  ) throws(CircuitError) -> [Plot] {
    let problem = problem(solver, limit: deck.options.operatingPointIterations)
    let x = try solver.operatingPoint(problem, guesses: deck.guesses)
    solver.elements.mosfets.forget()
    let run = NoiseRun(deck: deck, settings: settings)
    let (sources, points) = try run.run(&solver, at: x, problem)
    return try run.plots(sources, points)
  }

  /// The operating point that small signals are about.
  private func rest(
    _ solver: inout SimulationSolver
  ) throws(CircuitError) -> (problem: SimulationSolver.Problem, x: [Double]) {
    let problem = problem(solver, limit: deck.options.operatingPointIterations)
    return (problem, try solver.operatingPoint(problem, guesses: deck.guesses))
  }

  private func transferFunction(
    _ settings: TransferSettings, _ solver: inout SimulationSolver
  ) throws(CircuitError) -> Plot {
    let (problem, x) = try rest(&solver)
    return try TransferRun(deck: deck, settings: settings).run(&solver, at: x, problem)
  }

  private func scattering(
    _ settings: ScatteringSettings, _ solver: inout SimulationSolver
  ) throws(CircuitError) -> Plot {
    let (problem, x) = try rest(&solver)
    solver.elements.mosfets.forget()
    return try ScatteringRun(deck: deck, settings: settings).run(&solver, at: x, problem)
  }

  private func poleZero(
    _ settings: PoleZeroSettings, _ solver: inout SimulationSolver
  ) throws(CircuitError) -> Plot {
    let (problem, x) = try rest(&solver)
    solver.elements.mosfets.forget()
    return try PoleZeroRun(deck: deck, settings: settings).run(&solver, at: x, problem)
  }

  /// `.four` of a transient: a plot of harmonics and the distortion of each output.
  private func analyzeHarmonics(of plot: Plot, _ results: inout Results) throws(CircuitError) {
    for request in deck.fourier {
      guard let seconds = plot.values(of: "time"),
        let values = MeasuredValue.curve(of: request.output, in: plot, deck.circuit)
      else { throw .unsupportedOutput(request.output.name) }
      guard let series = FourierSeries(seconds: seconds, values: values, hertz: request.hertz)
      else {
        throw .shorterThanPeriod(request.output.name, hertz: request.hertz)
      }
      let name = request.output.name
      var harmonics = Plot(
        title: plot.title, name: "Fourier Analysis of \(name)",
        variables: [
          .init(name: "frequency", kind: "frequency"), .init(name: "mag(\(name))", kind: "notype"),
          .init(name: "phase(\(name))", kind: "notype"),
        ])
      for k in series.magnitudes.indices {
        harmonics.values += [
          Double(k) * request.hertz, series.magnitudes[k], series.phases[k],
        ]
      }
      results.plots.append(harmonics)
      results.measurements.append(
        MeasuredValue(name: "thd(\(name))", analysis: .transient, value: series.distortionPercent))
    }
  }

  private func transient(
    _ settings: TransientSettings, _ solver: inout SimulationSolver
  ) throws(CircuitError) -> Plot {
    let output = SimulationOutput(deck, solver.layout, .transient)
    var plot = output.plot("Transient Analysis", scale: .init(name: "time", kind: "time"))
    let celsius = solver.elements.celsius
    try TransientRun(deck, settings).run(&solver) { seconds, x, events in
      output.append(
        x, events: events, scale: seconds, time: seconds, celsius: celsius, to: &plot)
    }
    return plot
  }

  // MARK: Sweeps

  /// The first sweep runs fastest; each point starts from the one before it.
  private func sweep(
    _ sweeps: [Sweep], _ solver: inout SimulationSolver
  ) throws(CircuitError) -> Plot {
    let output = SimulationOutput(deck, solver.layout, .dcSweep)
    var plot = output.plot("DC transfer characteristic", scale: sweeps[0].variable.scale)
    var problem = problem(solver, limit: deck.options.sweepIterations)
    var places = [Int](repeating: 0, count: sweeps.count)
    var x: [Double]?
    var changed = sweeps.count
    while true {
      for (sweep, place) in zip(sweeps, places).prefix(changed) {
        set(sweep.variable, sweep.values[place], &problem, &solver)
      }
      problem.conditions.celsius = solver.elements.celsius
      let next: [Double]
      do throws(CircuitError) {
        next = try point(problem, from: x, &solver)
      } catch {
        throw .at(Sweep.names(sweeps, at: places), error)
      }
      output.append(
        next, events: solver.elements.events.numbers, scale: sweeps[0].values[places[0]],
        time: nil, celsius: solver.elements.celsius, to: &plot)
      x = next
      changed = 0
      while changed < sweeps.count {
        places[changed] += 1
        if places[changed] < sweeps[changed].values.count { break }
        places[changed] = 0
        changed += 1
      }
      if changed == sweeps.count { break }
      changed += 1
    }
    // Later analyses find the circuit as the deck has it.
    for sweep in sweeps {
      switch sweep.variable {
      case .resistor(let index):
        solver.elements.setOhms(deck.circuit.resistors[index].ohms, ofResistor: index)
      case .temperature: solver.elements.setCelsius(deck.options.celsius)
      case .voltageSource, .currentSource: continue
      }
    }
    return plot
  }

  func point(
    _ problem: SimulationSolver.Problem, from guess: [Double]?, _ solver: inout SimulationSolver
  ) throws(CircuitError) -> [Double] {
    var wide = problem
    wide.iterationLimit = deck.options.operatingPointIterations
    guard let guess else { return try solver.operatingPoint(wide, guesses: deck.guesses) }
    var x = guess
    if solver.elements.events.count > 0 { return try solver.operatingPoint(wide, from: guess) }
    if try solver.attempt(&x, problem) == .converged {
      solver.elements.switches.accept()
      return x
    }
    return try solver.operatingPoint(wide)
  }

  private func set(
    _ variable: Sweep.Variable, _ value: Double, _ problem: inout SimulationSolver.Problem,
    _ solver: inout SimulationSolver
  ) {
    switch variable {
    case .voltageSource(let index): problem.sources.volts[index] = value
    case .currentSource(let index): problem.sources.amperes[index] = value
    case .resistor(let index): solver.elements.setOhms(value, ofResistor: index)
    case .temperature: solver.elements.setCelsius(value)
    }
  }
}

extension Plot {
  /// The runs of the fastest sweep, each of which is measured by itself; elsewhere the whole plot.
  fileprivate func runs(of analysis: Analysis) -> [Plot] {
    let length: Int
    switch analysis {
    case .dcSweep(let sweeps) where sweeps.count > 1: length = sweeps[0].values.count
    case .table(let table) where table.runLength < table.rows.count: length = table.runLength
    default: return [self]
    }
    let width = length * variables.count
    return stride(from: 0, to: values.count, by: width).map { start in
      var run = self
      run.values = Array(values[start..<min(start + width, values.count)])
      return run
    }
  }
}

extension Sweep {
  /// The swept quantities and their values at a point of nested sweeps: `v1=0.5 temp=27.0`.
  static func names(_ sweeps: [Sweep], at places: [Int]) -> String {
    zip(sweeps, places).map { "\($0.name)=\($0.values[$1])" }.joined(separator: " ")
  }
}

extension Sweep.Variable {
  /// The scale of a plot, as ngspice names it.
  var scale: Plot.Variable {
    switch self {
    case .voltageSource: .init(name: "v-sweep", kind: "voltage")
    case .currentSource: .init(name: "i-sweep", kind: "current")
    case .resistor: .init(name: "res-sweep", kind: "notype")
    case .temperature: .init(name: "temp-sweep", kind: "temperature")
    }
  }
}
