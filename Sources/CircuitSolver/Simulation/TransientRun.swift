import Netlist

/// One transient analysis: trapezoidal or Gear's second-order formula with steps chosen by their
/// truncation error, restarted by backward Euler at every corner of a source and every switch
/// (Nagel, UCB/ERL M520, 1975, chapter 4).
struct TransientRun {
  let deck: SimulationDeck
  let settings: TransientSettings
  let maximumStep: Double
  let smallestStep: Double
  /// Corners that are closer are one.
  let cornerGap: Double
  /// How many steps it takes at the very least.
  let leastSteps: Double
  /// More steps than this would run for hours and fill gigabytes.
  static let stepLimit = 2e8
  private let dc: SourceValues

  /// A point of the solution.
  struct Point {
    var time: Double
    var x: [Double]
    var charge: [Double]
    /// dq/dt.
    var rate: [Double]
  }

  init(_ deck: SimulationDeck, _ settings: TransientSettings) {
    self.deck = deck
    self.settings = settings
    let shown = (settings.stop - settings.start) / 50
    var longest = min(settings.maximumStep ?? min(settings.step, shown), settings.stop)
    for stimulus in deck.circuit.voltageSources.map(\.stimulus)
      + deck.circuit.currentSources.map(\.stimulus)
    {
      longest = min(longest, stimulus?.waveform?.longestStep ?? .infinity)
    }
    var steps = settings.stop / longest
    for stimulus in deck.circuit.voltageSources.map(\.stimulus)
      + deck.circuit.currentSources.map(\.stimulus)
    {
      // A corner takes four steps at the very least.
      steps = max(steps, 4 * settings.stop * (stimulus?.waveform?.cornersPerSecond ?? 0))
    }
    leastSteps = steps
    maximumStep = longest
    smallestStep = 1e-9 * longest
    cornerGap = max(0.02 * smallestStep, 8 * settings.stop.ulp)
    dc = SourceValues(deck.circuit)
  }

  /// Solves from zero to the end; hands over every point of the solution from `start` on.
  func run(
    _ solver: inout SimulationSolver,
    _ body: (_ seconds: Double, _ x: [Double], _ events: [Double]) -> Void
  ) throws(CircuitError) {
    guard leastSteps <= Self.stepLimit else { throw .tooManySteps(leastSteps) }
    let kept = leastSteps * (1 - settings.start / settings.stop)
    try CircuitSimulation.requireMemory(".tran", points: [max(1, Int(kept))], of: deck)
    var history = [try start(&solver)]
    if settings.start <= 0 { body(0, history[0].x, solver.elements.events.numbers) }
    var step = min(maximumStep, settings.stop / 100) / 10
    var shortest = 0
    while history[0].time < settings.stop {
      let now = history[0].time
      step = min(step, maximumStep)
      let corner = min(
        nextCorner(after: now) ?? .infinity, settings.stop,
        solver.elements.lines.nextCorner(after: now + 2 * smallestStep),
        try solver.elements.events.nextCorner(after: now, before: now + 2 * step) ?? .infinity)
      // A remainder that is rounding belongs to this step.
      let room = corner - now
      if room < 1.01 * step {
        step = room
      } else if room < 2 * step {
        step = room / 2
      }
      let isRestart = history.count == 1
      var next: Point?
      if isRestart {
        next = try restart(&solver, history[0], &step, room)
      } else {
        next = try advance(&solver, history, &step)
      }
      guard var point = next else { continue }
      // A few of the smallest steps pass an edge; many in a row would never arrive.
      shortest = point.time - now <= 2 * smallestStep ? shortest + 1 : 0
      guard shortest < 10_000 else { throw tooSmall(point, solver) }
      let reachesCorner = point.time >= corner - cornerGap
      if reachesCorner { point.time = corner }
      let switched = solver.elements.switches.flip(at: point.x)
      solver.elements.mosfets.accept()
      step = min(step, solver.elements.compact.stepBound)
      let isDriven = try solver.elements.events.accept(
        point.x, at: point.time, solver.elements.celsius)
      let isCorner = (reachesCorner && corner < settings.stop) || switched || isDriven
      solver.elements.lines.accept(point.x, at: point.time, isCorner: isCorner)
      if point.time >= settings.start {
        body(point.time, point.x, solver.elements.events.numbers)
      }
      if solver.elements.compact.asksToFinish { break }
      if isCorner {
        history = [point]
        step = min(maximumStep, settings.stop / 100) / 10
        // What a switch connects jumps: the point behind it stands as close as its crossing is known.
        if switched { step = min(step, 1e-4 * maximumStep) }
      } else {
        history.insert(point, at: 0)
        if history.count > 4 { history.removeLast() }
      }
    }
  }

  // MARK: Start

  /// The operating point with the sources at time zero, or the initial conditions.
  private func start(_ solver: inout SimulationSolver) throws(CircuitError) -> Point {
    solver.elements.mosfets.forget()
    solver.elements.lines.rest()
    var problem = problem(at: 0, solver)
    problem.iterationLimit = solver.options.operatingPointIterations
    var x: [Double]
    if settings.usesInitialConditions {
      x = initialVoltages(solver.layout)
      _ = try solver.elements.events.settle(at: x, solver.elements.celsius)
      solver.elements.events.apply(to: &problem.sources, at: 0)
    } else {
      problem.forced = solver.forced(deck.initialConditions)
      do throws(CircuitError) {
        x = try solver.operatingPoint(problem, guesses: deck.guesses)
      } catch .unsettledSwitch {
        // A relaxation oscillator: from the initial states its switches take turns.
        problem.conditions.holdsSwitches = true
        x = try solver.operatingPoint(problem, guesses: deck.guesses)
      }
      problem.forced = []
    }
    problem.conditions.holdsSwitches = true
    var charge = solver.evaluate(x, problem).charge
    if let failure = solver.elements.compact.failure { throw .compactModel(failure) }
    solver.elements.mosfets.accept()
    try solver.elements.lines.begin(
      x, stop: settings.stop, longestStep: maximumStep,
      initially: settings.usesInitialConditions)
    if settings.usesInitialConditions {
      give(&charge, initialVolts: x, solver.layout)
      // The stored charges and fluxes determine the rest at once: one backward Euler step of almost
      // zero length. A shorter one would lose conductances at a floating capacitor to rounding.
      let instant = smallestStep
      _ = solver.elements.switches.flip(at: x)
      // The first brings the stored charges in line with the sources, by an impulse of current where
      // they contradict each other; the second has the currents that flow after it.
      for _ in 0..<2 {
        problem.companion = .init(rate: 1 / instant, history: charge.map { -$0 / instant })
        let outcome = try solver.attempt(&x, problem)
        guard outcome == .converged else { throw solver.failure(outcome) }
        charge = solver.evaluate(x, problem).charge
        solver.elements.mosfets.accept()
      }
    }
    solver.elements.events.begin()
    return Point(time: 0, x: x, charge: charge, rate: charge.map { _ in 0 })
  }

  // MARK: Steps

  private func problem(at seconds: Double, _ solver: borrowing SimulationSolver)
    -> SimulationSolver.Problem
  {
    var conditions = SimulationConditions(
      time: seconds, junctionSiemens: solver.options.junctionSiemens,
      celsius: solver.elements.celsius)
    if seconds < settings.rampSeconds { conditions.sourceScale = seconds / settings.rampSeconds }
    var sources = SourceValues(deck.circuit, at: seconds, dc: dc)
    solver.elements.events.apply(to: &sources, at: seconds)
    return SimulationSolver.Problem(
      sources: sources, conditions: conditions,
      iterationLimit: solver.options.transientIterations + 4)
  }

  /// The solution `step` after `point` by the formula; `nil` if iteration fails.
  private func solve(
    _ solver: inout SimulationSolver, from x: [Double], at seconds: Double,
    _ companion: SimulationSolver.Companion
  ) throws(CircuitError) -> Point? {
    var problem = problem(at: seconds, solver)
    problem.companion = companion
    problem.conditions.holdsSwitches = true
    var x = x
    let outcome = try solver.attempt(&x, problem)
    guard outcome == .converged else {
      solver.lastFailure = outcome
      return nil
    }
    let places = derivativePlaces(solver)
    let charge = solver.charge(at: x, problem, scaled: places)
    if let failure = solver.elements.compact.failure {
      solver.lastFailure = .refused(failure)
      return nil
    }
    var rate = zip(charge, companion.history).map { companion.rate * $0 + $1 }
    for place in places {
      rate[place] =
        companion.derivativeScale * companion.rate * charge[place] + companion.history[place]
    }
    return Point(time: seconds, x: x, charge: charge, rate: rate)
  }

  /// The solution after a point that is not accepted yet.
  private func solve(
    _ solver: inout SimulationSolver, after point: Point, at seconds: Double,
    _ companion: SimulationSolver.Companion
  ) throws(CircuitError) -> Point? {
    solver.elements.lines.accept(point.x, at: point.time, isCorner: false)
    return try solve(&solver, from: point.x, at: seconds, companion)
  }

  /// Rows of `ddt`.
  private func derivativePlaces(_ solver: borrowing SimulationSolver) -> [Int] {
    let layout = solver.layout
    guard !layout.dynamicPlaces.isEmpty else { return [] }
    return zip(deck.circuit.dynamicTerms, layout.dynamicPlaces)
      .filter { $0.0.kind == .derivative }.map(\.1)
  }

  private func euler(_ point: Point, _ step: Double) -> SimulationSolver.Companion {
    .init(rate: 1 / step, history: point.charge.map { -$0 / step })
  }

  /// The first step after a corner: backward Euler in two halves, as short as it takes for one
  /// whole step to agree with them.
  private func restart(
    _ solver: inout SimulationSolver, _ point: Point, _ step: inout Double, _ room: Double
  ) throws(CircuitError) -> Point? {
    step = min(step, room / 10)
    let lines = solver.elements.lines
    while true {
      if let whole = try solve(
        &solver, from: point.x, at: point.time + step, euler(point, step)),
        let half = try solve(
          &solver, from: point.x, at: point.time + step / 2, euler(point, step / 2)),
        let second = try solve(
          &solver, after: half, at: point.time + step, euler(half, step / 2))
      {
        let error = difference(whole.x, second.x, point.x, solver)
        if error <= 1 || step <= 16 * smallestStep, !mustLocate(solver, step, second),
          stepToThreshold(solver, step, second) == nil
        {
          return second
        }
      }
      step /= 8
      if lines.count > 0 { solver.elements.lines = lines }
      guard step > smallestStep else { throw tooSmall(point, solver) }
    }
  }

  /// A second-order step from at least two points; `nil` if it was too long, with `step` set to the
  /// next one to try.
  private func advance(
    _ solver: inout SimulationSolver, _ history: [Point], _ step: inout Double
  ) throws(CircuitError) -> Point? {
    let last = history[0]
    let before = history[1]
    let ratio = step / (last.time - before.time)
    let guess = predicted(history, step)
    var companion: SimulationSolver.Companion
    let (a, b, c) = ((1 + 2 * ratio) / (1 + ratio), -(1 + ratio), ratio * ratio / (1 + ratio))
    if solver.options.integration == .gear {
      companion = .init(
        rate: a / step,
        history: last.charge.indices.map {
          (b * last.charge[$0] + c * before.charge[$0]) / step
        })
    } else {
      companion = .init(
        rate: 2 / step,
        history: last.charge.indices.map { -2 / step * last.charge[$0] - last.rate[$0] })
      // The trapezoidal rule would hand on every error of a rate with its sign turned, for ever.
      companion.derivativeScale = a / 2
      for place in derivativePlaces(solver) {
        companion.history[place] = (b * last.charge[place] + c * before.charge[place]) / step
      }
    }
    guard let point = try solve(&solver, from: guess, at: last.time + step, companion) else {
      step /= 8
      guard step > smallestStep else { throw tooSmall(last, solver) }
      return nil
    }
    if mustLocate(solver, step, point) {
      step /= 8
      return nil
    }
    if let shorter = stepToThreshold(solver, step, point) {
      step = shorter
      return nil
    }
    let allowed =
      step
      * min(
        truncation([point] + history, step, solver),
        solver.elements.lines.stepFactor(point.x, at: point.time, solver.options))
    if allowed < 0.9 * step, step > 2 * smallestStep {
      step = max(allowed, step / 8, smallestStep)
      return nil
    }
    step = min(2 * step, max(allowed, smallestStep))
    return point
  }

  /// The largest difference of two solutions over the tolerances, a tenth of SPICE's.
  private func difference(
    _ a: [Double], _ b: [Double], _ before: [Double], _ solver: borrowing SimulationSolver
  ) -> Double {
    let options = solver.options
    var (worst, largestVolts, largestAmperes) = (0.0, 0.0, 0.0)
    let voltages = solver.layout.voltageCount
    let count = solver.layout.circuitCount
    for i in 0..<solver.layout.firstOther {
      let size = max(abs(b[i]), abs(before[i]))
      if i < voltages {
        largestVolts = max(largestVolts, size)
      } else {
        largestAmperes = max(largestAmperes, size)
      }
    }
    for i in 0..<count {
      var size = i < voltages ? largestVolts : largestAmperes
      var floor = i < voltages ? options.absoluteVolts : options.absoluteAmperes
      if solver.layout.isOfAnySize(i) {
        size = max(abs(b[i]), abs(before[i]), solver.largest[i] ?? 0)
        floor = i < voltages ? 1e-13 : 1e-20
      }
      worst = max(worst, abs(a[i] - b[i]) / (0.1 * options.relativeTolerance * size + floor))
    }
    return worst
  }

  /// By what factor the step may change: the local truncation error of the charge at every node
  /// and branch against its tolerance. SPICE asks for RELTOL of the current and allows TRTOL times
  /// that; here the estimate is used as it is, with a tenth of RELTOL as its bound.
  private func truncation(
    _ points: [Point], _ step: Double, _ solver: borrowing SimulationSolver
  ) -> Double {
    let options = solver.options
    // Three derivatives need four points; until there are, steps do not grow.
    guard points.count >= 4 else { return 1 }
    let relative = 0.1 * options.relativeTolerance * options.truncationFactor / 7
    // In units of the step, differences overflow no sooner than charges do.
    func perStep(_ a: Int, _ b: Int) -> Double { step / (points[a].time - points[b].time) }
    let first = (perStep(0, 1), perStep(1, 2), perStep(2, 3))
    let second = (perStep(0, 2), perStep(1, 3))
    let third = perStep(0, 3)
    // A third derivative is six times its divided difference; the error of dq/dt over a step of
    // length h is h²/12 of it for the trapezoidal rule and 2 h²/9 for Gear's formula.
    let coefficient = (options.integration == .gear ? 4.0 / 3 : 0.5) / step
    let charges = (points[0].charge, points[1].charge, points[2].charge, points[3].charge)
    let (now, before) = (points[0].rate, points[1].rate)
    var factor = 2.0
    for i in 0..<solver.order {
      var size = max(abs(charges.0[i]), abs(charges.1[i]))
      if size == 0 { continue }
      let slopes = (
        (charges.0[i] - charges.1[i]) * first.0, (charges.1[i] - charges.2[i]) * first.1,
        (charges.2[i] - charges.3[i]) * first.2
      )
      let curvatures = ((slopes.0 - slopes.1) * second.0, (slopes.1 - slopes.2) * second.1)
      let error = coefficient * abs((curvatures.0 - curvatures.1) * third)
      var floor =
        i < solver.layout.voltageCount || i >= solver.layout.firstOther
        ? options.absoluteAmperes : options.absoluteVolts
      size = max(size, options.absoluteCoulombs)
      if i >= solver.layout.firstOther, !solver.layout.compactRates.contains(i) {
        size = max(abs(charges.0[i]), abs(charges.1[i]), solver.largest[i] ?? 0)
        floor = 0
      }
      let tolerance = max(
        relative * max(abs(now[i]), abs(before[i])) + floor, relative * size / step)
      if error > 0 { factor = min(factor, (tolerance / error).squareRoot()) }
    }
    return factor
  }
}
