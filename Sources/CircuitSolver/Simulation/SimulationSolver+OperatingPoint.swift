import Netlist

extension SimulationSolver {
  /// How often operating points and the rest of events may take turns.
  private static let turnLimit = 100

  /// The operating point, from `guess` or from zero with `guesses` held first (`.nodeset`). Events
  /// come to rest at it, and where that changes what bridges drive, the search goes on from it.
  mutating func operatingPoint(
    _ problem: Problem, from guess: [Double]? = nil, guesses: [SimulationDeck.NodeVoltage] = []
  ) throws(CircuitError) -> [Double] {
    guard elements.events.count > 0 else {
      return try analogPoint(problem, from: guess, guesses: guesses)
    }
    var problem = problem
    var x = guess
    for _ in 0..<Self.turnLimit {
      elements.events.apply(to: &problem.sources, at: 0)
      let next = try analogPoint(problem, from: x, guesses: x == nil ? guesses : [])
      if try !elements.events.settle(at: next, elements.celsius) { return next }
      x = next
    }
    throw .unsettledBridges(elements.events.namesOfBridges)
  }

  /// The operating point with what bridges now drive.
  ///
  /// Where Newton's method does not find it, a conductance from every node to ground is lowered
  /// until it is gone, then one across every junction until it is GMIN, and after that the sources are
  /// raised from zero.
  private mutating func analogPoint(
    _ problem: Problem, from guess: [Double]?, guesses: [SimulationDeck.NodeVoltage]
  ) throws(CircuitError) -> [Double] {
    let start = guess ?? [Double](repeating: 0, count: order + 1)
    var x = start
    if guess == nil, !guesses.isEmpty {
      var held = problem
      held.forced += forced(guesses)
      if try attempt(&x, held) != .converged { x = start }
    }
    let first = try attempt(&x, problem)
    if first == .converged { return try accepted(x, problem) }
    if case .singular = first, let x = try pointOfFreeLevels(problem, from: guess) { return x }
    x = start
    let lowered = try lowerConductance(&x, problem, to: 1e-14) { $0.groundSiemens = $1 }
    if lowered == .converged { return try accepted(x, problem) }
    x = start
    let least = problem.conditions.junctionSiemens
    let eased = try lowerConductance(&x, problem, to: max(1e-14, 10 * least)) {
      $0.conditions.junctionSiemens = max(least, $1)
    }
    if eased == .converged { return try accepted(x, problem) }
    x = [Double](repeating: 0, count: order + 1)
    let raised = try raiseSources(&x, problem)
    if raised == .converged { return try accepted(x, problem) }
    // A circuit that no way of driving makes regular is singular by itself.
    for outcome in [lowered, first] {
      if case .singular = outcome { throw failure(outcome) }
    }
    throw failure(first)
  }

  /// Places of nodes with given voltages, but for those that sources set already: there a voltage
  /// more would leave no equation for a source's current. The source wins, as it does in SPICE.
  func forced(_ voltages: [SimulationDeck.NodeVoltage]) -> [(unknown: Int, volts: Double)] {
    var joined = elements.circuit.partsOfSetVoltages
    return voltages.filter { $0.node != .ground && joined.join($0.node.index, 0) }
      .map { (layout.place($0.node), $0.volts) }
  }

  /// The operating point with every part that capacitors alone connect to others at ground's level,
  /// as if it had never been charged; `nil` if no part is free. A part that current flows into has
  /// no operating point.
  private mutating func pointOfFreeLevels(
    _ problem: Problem, from guess: [Double]?
  ) throws(CircuitError) -> [Double]? {
    let circuit = elements.circuit
    let held = problem.forced.map { circuit.node($0.unknown + 1) }
    let free = circuit.nodesOfFreeLevel(holding: held)
    guard !free.isEmpty else { return nil }
    var grounded = problem
    grounded.forced += free.map { (layout.place($0), 0) }
    let x = try analogPoint(grounded, from: guess, guesses: [])
    // The equation of the node that is held was left out; it holds where nothing flows in.
    let matrix = evaluate(x, problem, isDynamic: false)
    for node in free where !matrix.balances(layout.place(node), at: x) {
      throw .floatingNode(circuit.name(of: node))
    }
    return x
  }

  private mutating func accepted(
    _ x: [Double], _ problem: Problem
  ) throws(CircuitError) -> [Double] {
    elements.switches.accept()
    if elements.compact.count > 0 {
      // What modules print here is a result.
      _ = evaluate(x, problem, isDynamic: false)
      if let failure = elements.compact.failure { throw .compactModel(failure) }
    }
    return x
  }

  /// The error of an attempt that had no success.
  func failure(_ outcome: Outcome) -> CircuitError {
    let circuit = elements.circuit
    switch outcome {
    case .converged: preconditionFailure("a success is no failure")
    case .singular(let unknown):
      if let node = circuit.firstFloatingNode { return .floatingNode(circuit.name(of: node)) }
      return .singular(layout.name(of: unknown))
    case .stalled(let unknown):
      return .noOperatingPoint(farthest: layout.name(of: unknown), iterations: iterations)
    case .notFinite(let unknown): return .solutionNotFinite(layout.name(of: unknown))
    case .beyondExponential(let diode):
      return .beyondExponential(circuit.name(of: circuit.diodes[diode].label))
    case .unsettled(let element):
      return .unsettledSwitch(circuit.name(of: circuit.switches[element].label))
    case .refused(let error): return .compactModel(error)
    case .undefined(let label): return .formulaUndefined(circuit.name(of: label))
    }
  }

  /// The solution with a conductance that `set` adds, which is lowered to `last` and then left out.
  private mutating func lowerConductance(
    _ x: inout [Double], _ problem: Problem, to last: Double,
    _ set: (_ trial: inout Problem, _ siemens: Double) -> Void
  ) throws(CircuitError) -> Outcome {
    var trial = problem
    var solved = x
    let smallestRatio = 1.2
    var (siemens, ratio) = (1e-2, 10.0)
    var hasSolved = false
    while true {
      set(&trial, siemens)
      x = solved
      let outcome = try attempt(&x, trial)
      if outcome == .converged {
        (solved, hasSolved) = (x, true)
        ratio = min(10, ratio * ratio)
        if siemens <= last { break }
      } else {
        guard hasSolved else { return outcome }
        siemens *= ratio
        ratio = ratio.squareRoot()
        guard ratio > smallestRatio else { return outcome }
      }
      siemens /= ratio
    }
    x = solved
    return try attempt(&x, problem)
  }

  private mutating func raiseSources(
    _ x: inout [Double], _ problem: Problem
  ) throws(CircuitError) -> Outcome {
    var solved = x
    var (reached, step) = (0.0, 0.1)
    var outcome = Outcome.stalled(unknown: 0)
    while reached < 1, step >= 1e-4 {
      var trial = problem
      trial.conditions.sourceScale = min(1, reached + step)
      x = solved
      outcome = try attempt(&x, trial)
      if outcome == .converged {
        (solved, reached) = (x, trial.conditions.sourceScale)
        step *= 2
      } else {
        step /= 4
      }
    }
    x = solved
    return outcome
  }
}
