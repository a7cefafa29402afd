import Netlist

extension SimulationSolver {
  /// The operating point, from `guess` or from zero with `guesses` held first (`.nodeset`).
  ///
  /// Where Newton's method does not find it, a conductance from every node to ground is lowered
  /// until it is gone, and after that the sources are raised from zero.
  mutating func operatingPoint(
    _ problem: Problem, from guess: [Double]? = nil, guesses: [SimulationDeck.NodeVoltage] = []
  ) throws(CircuitError) -> [Double] {
    let start = guess ?? [Double](repeating: 0, count: order + 1)
    var x = start
    if guess == nil, !guesses.isEmpty {
      var held = problem
      held.forced += forced(guesses)
      if try attempt(&x, held) != .converged { x = start }
    }
    let first = try attempt(&x, problem)
    if first == .converged { return accepted(x) }
    x = start
    let lowered = try lowerGroundConductance(&x, problem)
    if lowered == .converged { return accepted(x) }
    x = [Double](repeating: 0, count: order + 1)
    let raised = try raiseSources(&x, problem)
    if raised == .converged { return accepted(x) }
    // A circuit that no way of driving makes regular is singular by itself.
    for outcome in [lowered, first] {
      if case .singular(let unknown) = outcome { throw .singular(layout.name(of: unknown)) }
    }
    throw failure(first, x, problem)
  }

  /// Places of nodes with given voltages.
  func forced(_ voltages: [SimulationDeck.NodeVoltage]) -> [(unknown: Int, volts: Double)] {
    voltages.filter { $0.node != .ground }.map { (layout.place($0.node), $0.volts) }
  }

  private mutating func accepted(_ x: [Double]) -> [Double] {
    elements.switches.accept()
    return x
  }

  /// The error of an attempt that had no success.
  func failure(_ outcome: Outcome, _ x: [Double], _ problem: Problem) -> CircuitError {
    switch outcome {
    case .converged: preconditionFailure("a success is no failure")
    case .singular(let unknown): return .singular(layout.name(of: unknown))
    case .stalled(let unknown):
      return .noOperatingPoint(farthest: layout.name(of: unknown), iterations: iterations)
    case .notFinite(let unknown):
      if let index = elements.formulas.firstUndefined(x, problem.conditions) {
        let circuit = elements.circuit
        return .formulaUndefined(circuit.name(of: circuit.behavioralSources[index].label))
      }
      return .solutionNotFinite(layout.name(of: unknown))
    }
  }

  private mutating func lowerGroundConductance(
    _ x: inout [Double], _ problem: Problem
  ) throws(CircuitError) -> Outcome {
    var trial = problem
    var solved = x
    let (last, smallestRatio) = (1e-14, 1.2)
    var (siemens, ratio) = (1e-2, 10.0)
    var hasSolved = false
    while true {
      trial.groundSiemens = siemens
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
