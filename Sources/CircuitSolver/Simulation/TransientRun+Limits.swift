import Netlist

/// What bounds a step from above, and why none may be short enough.
extension TransientRun {
  /// The next corner of a source after a time, in seconds.
  func nextCorner(after seconds: Double) -> Double? {
    var next: Double?
    if settings.rampSeconds > seconds + 2 * smallestStep { next = settings.rampSeconds }
    for stimulus in deck.circuit.voltageSources.map(\.stimulus)
      + deck.circuit.currentSources.map(\.stimulus)
    {
      guard let corner = stimulus?.waveform?.corner(after: seconds + cornerGap) else {
        continue
      }
      next = min(next ?? .infinity, corner)
    }
    return next
  }

  /// Whether a switch is to change at the end of a step that is too long to say when.
  func mustLocate(
    _ solver: borrowing SimulationSolver, _ step: Double, _ point: Point
  ) -> Bool {
    step > 1e-4 * maximumStep && solver.elements.switches.mustFlip(at: point.x)
  }

  /// What the next point would be on the line, or the parabola, through the last ones.
  func predicted(_ history: [Point], _ step: Double) -> [Double] {
    let (last, before) = (history[0], history[1])
    let first = last.time - before.time
    guard history.count > 2 else {
      return zip(last.x, before.x).map { $0 + step / first * ($0 - $1) }
    }
    let (second, all) = (before.time - history[2].time, last.time - history[2].time)
    let curved = step * (step + first) / all
    return last.x.indices.map { i in
      let slope = (last.x[i] - before.x[i]) / first
      let earlier = (before.x[i] - history[2].x[i]) / second
      return last.x[i] + step * slope + curved * (slope - earlier)
    }
  }

  /// The step to just behind the first threshold of a bridge that one step passes; `nil` if it
  /// passes none, or ends there.
  func stepToThreshold(
    _ solver: borrowing SimulationSolver, _ step: Double, _ point: Point
  ) -> Double? {
    let tolerance = 1e-4 * maximumStep
    guard solver.elements.events.count > 0, step > 2 * tolerance,
      let share = solver.elements.events.crossing(to: point.x, solver.elements.celsius)
    else { return nil }
    let wanted = max(step * share + tolerance / 2, 1.5 * tolerance)
    return wanted < step - tolerance / 2 ? wanted : nil
  }

  /// Why the steps at a point became too small.
  func tooSmall(_ point: Point, _ solver: borrowing SimulationSolver) -> CircuitError {
    // A formula without a value is the reason, not the step.
    if case .refused = solver.lastFailure, let failure = solver.lastFailure {
      return .at("time=\(point.time)", solver.failure(failure))
    }
    if case .undefined(let label) = solver.lastFailure {
      return .at("time=\(point.time)", solver.failure(.undefined(label)))
    }
    // The unknown that changes fastest for its size.
    var (worst, unknown) = (-1.0, 0)
    for i in 0..<solver.order where abs(point.rate[i]) > worst {
      (worst, unknown) = (abs(point.rate[i]), i)
    }
    return .stepTooSmall(seconds: point.time, node: solver.layout.name(of: unknown))
  }
}
