/// Arrays of nonlinear cells: Newton's method over line CG, one vector per lane, every lane with
/// its own linearized cells.
///
/// Of cells with a third terminal, steps know the slope by the voltage across the cell alone: what the
/// bit line's own voltage does to a transistor is left to the next step, which shrinks the error by
/// that effect times the IR drop. Sums of currents and errors are those of the whole law. Where the
/// effect is too strong, a vector fails soon; `GuardedLineArray` leaves it to the circuit.
///
/// The co-content of monotone cells is convex, so a step that descends on it and stops where it
/// rises cannot miss the solution; steps are shortened by its derivative along the step, which is a
/// weighted sum of the current imbalances. A vector is done when the largest sum of currents at a
/// node is at most `residualBound` times the largest current of a cell or terminal, plus what the
/// rounding of voltages at that node explains.
struct LineNewton<V: LineLanes, Cell: LaneLaw> {
  let system: LineSystem
  let cell: Cell
  let sources: LineSources<V>
  /// Bit lines whose currents are needed.
  var sensed: Range<Int> = 0..<0
  /// Relative bound on the sum of currents at a node.
  var residualBound = 1e-13
  /// Newton steps, and line-CG iterations of one step, after which a vector has failed.
  var stepLimit = Cell.stepLimit
  var iterationLimit = 2000

  /// Largest number of step lengths tried.
  private static var trialLimit: Int { 40 }

  /// Voltages, currents and slopes of the cells, and currents at the terminals.
  struct State {
    /// Volts by drive-line cell, and by position along the bit lines.
    var u: [V], w: [V]
    /// Amperes and siemens of the cells, by drive-line cell.
    var currents: [V], slopes: [V]
    /// Amperes out of bit lines and out of drive lines into their terminals.
    var amperes: [V], rowAmperes: [V]

    /// Takes the lanes `open` from another state.
    mutating func take(_ open: [Int], of other: State) {
      guard open.count < V.width else {
        self = other
        return
      }
      for lane in open {
        for k in u.indices {
          u[k][lane: lane] = other.u[k][lane: lane]
          currents[k][lane: lane] = other.currents[k][lane: lane]
          slopes[k][lane: lane] = other.slopes[k][lane: lane]
        }
        for k in w.indices { w[k][lane: lane] = other.w[k][lane: lane] }
        for j in amperes.indices { amperes[j][lane: lane] = other.amperes[j][lane: lane] }
        for row in rowAmperes.indices {
          rowAmperes[row][lane: lane] = other.rowAmperes[row][lane: lane]
        }
      }
    }
  }

  /// A solution with the relative residual of its worst lane.
  struct Solution {
    var state: State
    /// Newton steps of the slowest lane, line-CG iterations of all steps.
    var steps: Int, iterations: Int
    /// Largest sum of currents at a node, beyond what the rounding of voltages explains, relative
    /// to the largest current of a cell or terminal.
    var residual: Double
    /// Bound on the relative error of the sensed currents, for the worst lane.
    var sensedError = 0.0
  }

  /// Extra final steps for currents that `LineSensing` does not find accurate.
  private static var correctionLimit: Int { 4 }

  /// Solves from `start`, or from 0 V; errors report lane 0 as vector `firstVector`.
  func solve(startingAt start: (u: [V], w: [V])? = nil, firstVector: Int) throws(ArrayError)
    -> Solution
  {
    precondition(sources.injections.isEmpty, "cells bring their own currents")
    let n = system.columns
    var state = initialState(start)
    let lanes = 0..<V.width
    var solution = Solution(state: state, steps: 0, iterations: 0, residual: 0)
    let (still, stillSense) = (
      [V](repeating: .none, count: state.u.count), [V](repeating: .none, count: state.w.count)
    )
    var now = balance(&state, u: state.u, w: state.w, du: still, dw: stillSense)
    var work: LineWorkspace<V> = LineWorkspacePool.shared.take(system)
    while true {
      let isOpen = lanes.map { !isDone(now, $0) }
      guard isOpen.contains(true) else { break }
      guard solution.steps < stepLimit else {
        throw failure(state, now, isOpen, solution.steps, firstVector)
      }
      solution.steps += 1
      let tighten = lanes.map { lane in
        isOpen[lane] ? min(1e-2, max(1e-6, relative(now.worst, now, lane))) : 0
      }
      solution.iterations += try linearize(state, &work, tighten, firstVector).iterations
      var (du, dw) = (still, stillSense)
      for row in 0..<system.rows {
        for k in row * n..<(row + 1) * n { du[k] = work.u[k] - state.u[k] }
      }
      for i in 0..<system.positions {
        for j in 0..<n {
          dw[i * n + j] = work.z[i * system.rowsPerPosition * n + j] - state.w[i * n + j]
        }
      }
      now = try search(&state, from: now, du: du, dw: dw, isOpen, solution.steps, firstVector)
    }
    // Rounding of voltages excuses sums of currents that a final step still lowers; its currents
    // are those of the tangents, which keep digits that differences of rounded voltages do not
    // have.
    var errors = lanes.map { _ in Double.infinity }
    var corrections = 0
    while errors.contains(where: { !($0 <= LineSensing.tolerance) }) {
      guard corrections < Self.correctionLimit else {
        let lane = errors.firstIndex { !($0 <= LineSensing.tolerance) } ?? 0
        throw .currentsNotAccurate(vector: firstVector + lane, relativeError: errors[lane])
      }
      // A lane that is done keeps its values, so its result does not depend on its neighbors.
      let open = lanes.filter { !(errors[$0] <= LineSensing.tolerance) }
      let sensing = LineSensing(system, slopes: state.slopes, columns: sensed)
      let outcome = try linearize(
        state, &work, lanes.map { open.contains($0) ? 1e-8 : 0 }, firstVector, sensing: sensing)
      solution.iterations += outcome.iterations
      // Work arrays may be longer than this system needs.
      var next = state
      next.u = Array(work.u.prefix(state.u.count))
      for i in 0..<system.positions {
        for j in 0..<n { next.w[i * n + j] = work.z[i * system.rowsPerPosition * n + j] }
      }
      now = balance(&next, u: next.u, w: next.w, du: still, dw: stillSense)
      next.amperes = Array(work.amperes.prefix(n))
      next.rowAmperes = Array(work.rowAmperes.prefix(system.rows))
      let bends = bend(from: state, to: next)
      for lane in open {
        errors[lane] =
          outcome.sensedErrors[lane]
          + sensing.relativeError(work, lane: lane, energy: 0, beside: bends[lane: lane])
      }
      solution.residual = open.reduce(solution.residual) {
        max($0, relative(now.excess, now, $1))
      }
      state.take(open, of: next)
      corrections += 1
    }
    LineWorkspacePool.shared.give(work)
    solution.state = state
    solution.sensedError = errors.reduce(0, max)
    return solution
  }

  /// Deviation of the cells' currents from their tangents after a step, in amperes, summed over all
  /// cells: a bound on the effect of the law's curvature on any terminal. The law's own rounding, a
  /// few units in the last place of a current, is not counted: the rounded law is as good as
  /// the given one.
  private func bend(from old: State, to new: State) -> V {
    let n = system.columns
    var sum = V.none
    for row in 0..<system.rows {
      let node = row / system.rowsPerPosition * n
      for j in 0..<n {
        let k = row * n + j
        let moved = (new.u[k] - new.w[node + j]) - (old.u[k] - old.w[node + j])
        let missed = (new.currents[k] - old.currents[k] - old.slopes[k] * moved).magnitude
        let rounding = V.all(8 * .ulpOfOne) * new.currents[k].magnitude
        for lane in 0..<V.width where missed[lane: lane] > rounding[lane: lane] {
          sum[lane: lane] += missed[lane: lane]
        }
      }
    }
    return sum
  }

  /// The voltages of the array with the cells' tangents, in the work arrays.
  private func linearize(
    _ state: State, _ work: inout LineWorkspace<V>, _ tighten: [Double], _ firstVector: Int,
    sensing: LineSensing? = nil
  ) throws(ArrayError) -> LineSolver<V, LaneReader<V>, LaneReader<V>>.Outcome {
    let n = system.columns
    var tangent = sources
    tangent.injections = state.currents
    for row in 0..<system.rows {
      let node = row / system.rowsPerPosition * n
      for j in 0..<n {
        let k = row * n + j
        let volts = state.u[k] - state.w[node + j]
        tangent.injections[k] = state.currents[k] - state.slopes[k] * volts
        work.u[k] = state.u[k]
      }
    }
    let ones = [V](repeating: .all(1), count: system.rows)
    let solver = LineSolver<V, LaneReader<V>, LaneReader<V>>(
      system: system, cells: state.slopes,
      drivePivots: system.drivePivots(LaneReader<V>.self, cells: state.slopes),
      sensePivots: system.sensePivots(LaneReader<V>.self, cells: state.slopes, gates: ones),
      gates: ones, sources: tangent, iterationLimit: iterationLimit)
    return try solver.improve(&work, by: tighten, firstVector: firstVector, sensing: sensing)
  }

  /// Moves open lanes along the step as long as the co-content falls.
  private func search(
    _ state: inout State, from old: Balance, du: [V], dw: [V], _ isOpen: [Bool], _ steps: Int,
    _ firstVector: Int
  ) throws(ArrayError) -> Balance {
    let slopes = balance(
      &state, u: state.u, w: state.w, du: du, dw: dw, isKnown: true
    ).slope
    var length = V.none
    for lane in 0..<V.width where isOpen[lane] { length[lane: lane] = 1 }
    var isSettled = isOpen.map { !$0 }
    for _ in 0..<Self.trialLimit {
      let u = zip(state.u, du).map { V.fused(length, $1, $0) }
      let w = zip(state.w, dw).map { V.fused(length, $1, $0) }
      let trial = balance(&state, u: u, w: w, du: du, dw: dw)
      for lane in 0..<V.width where !isSettled[lane] {
        let (before, after) = (slopes[lane: lane], trial.slope[lane: lane])
        let falls = after.isFinite && after <= 0.9 * before.magnitude
        // Close to the solution, slopes are rounding noise; the currents themselves are not.
        if falls && trial.worst[lane: lane].isFinite
          || trial.worst[lane: lane] <= 0.5 * old.worst[lane: lane] || isDone(trial, lane)
        {
          isSettled[lane] = true
          continue
        }
        let secant = after.isFinite ? before / (before - after) : 0
        length[lane: lane] *= min(0.5, max(0.1, secant))
      }
      if !isSettled.contains(false) {
        state.u = u
        state.w = w
        return trial
      }
    }
    throw failure(state, old, isSettled.map { !$0 }, steps, firstVector)
  }

  private func isDone(_ balance: Balance, _ lane: Int) -> Bool {
    let worst = balance.worst[lane: lane]
    return worst.isFinite
      && worst <= residualBound * balance.peak[lane: lane] + balance.rounding[lane: lane]
  }

  private func relative(_ sum: V, _ balance: Balance, _ lane: Int) -> Double {
    let peak = balance.peak[lane: lane]
    return peak > 0 ? sum[lane: lane] / peak : sum[lane: lane] > 0 ? 1 : 0
  }

  private func failure(
    _ state: State, _ balance: Balance, _ isOpen: [Bool], _ steps: Int, _ firstVector: Int
  ) -> ArrayError {
    let lane = isOpen.firstIndex(of: true) ?? 0
    let cell = worstCell(state, lane: lane)
    return .newtonNotConverged(
      vector: firstVector + lane, steps: steps, residual: relative(balance.worst, balance, lane),
      wordLine: cell / system.columns / system.rowsPerPosition, bitLine: cell % system.columns)
  }

  private func initialState(_ start: (u: [V], w: [V])?) -> State {
    let n = system.columns
    func values(_ count: Int) -> [V] { [V](repeating: .none, count: count) }
    var state = State(
      u: start?.u ?? values(system.cells.count), w: start?.w ?? values(system.positions * n),
      currents: values(system.cells.count), slopes: values(system.cells.count),
      amperes: values(n), rowAmperes: values(system.rows))
    precondition(
      state.u.count == system.cells.count && state.w.count == system.positions * n,
      "the start does not fit the lines")
    // Lines fixed by their sources have their voltage from the start: a shortened step would not
    // get there.
    for row in 0..<system.rows where system.rowTerminals[row].isFixed {
      for k in row * n..<(row + 1) * n { state.u[k] = sources.rows[row] }
    }
    for j in 0..<n where system.columnTerminals[j].isFixed {
      for i in 0..<system.positions {
        state.w[i * n + j] = sources.columns.isEmpty ? .none : sources.columns[j]
      }
    }
    return state
  }
}

extension LineSolver {
  /// Starts from the voltages `work.u` and reduces the residual `√(rᵀ T_u⁻¹ r)` of lane `k` by the
  /// factor `factors[k]`, or to the rounding floor of the voltages, and until the currents of the
  /// lines of `sensing` are accurate to `LineSensing.tolerance`; lanes of factor 0 are left alone.
  /// The bit-line voltages are in `work.z` afterwards.
  func improve(
    _ work: inout LineWorkspace<V>, by factors: [Double], firstVector: Int,
    sensing: LineSensing? = nil
  ) throws(ArrayError) -> Outcome {
    descendWithSources(&work)
    var (energy, weight) = ascendWithSources(&work)
    var scale = V.none
    for lane in 0..<V.width where factors[lane] > 0 {
      let rounding = 8 * Double.ulpOfOne
      scale[lane: lane] = max(
        energy[lane: lane] * factors[lane] * factors[lane],
        rounding * rounding * weight[lane: lane])
    }
    return try iterate(
      &work, energy: &energy, scale: scale, tolerance: 1, isPlain: false,
      firstVector: firstVector, keepsVoltages: true, sensing: sensing)
  }
}
