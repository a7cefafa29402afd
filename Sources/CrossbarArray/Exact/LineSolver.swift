/// Sources of a batch of vectors, per lane.
struct LineSources<V: LineLanes> {
  /// Volts behind the terminals of each drive line.
  var rows: [V]
  /// Volts behind the terminals of each bit line; empty if all are 0.
  var columns: [V] = []
  /// Amperes that a source in parallel with each cell takes from its drive line to its bit line;
  /// empty if there are none.
  var injections: [V] = []
}

/// Conjugate gradients on the drive-line voltages of a batch of vectors, one vector per lane.
///
/// The bit lines are eliminated by exact tridiagonal solves, `S = T_u − G T_w⁻¹ G`, and the drive
/// lines are the preconditioner: iterations count how often the two kinds of lines must exchange
/// currents (design section 2). `S` is symmetric, and positive definite on all lines that a chain
/// of cells connects to a terminal; lines that float together have a zero right-hand side and stay
/// at 0 V.
struct LineSolver<V, C: LineReader, W: LineReader> where C.Lanes == V, W.Lanes == V {
  let system: LineSystem
  /// Cell conductances in siemens and reciprocal pivots of the drive lines.
  let cells: [C.Element]
  let drivePivots: [C.Element]
  /// Reciprocal pivots of the bit lines.
  let sensePivots: [W.Element]
  /// Weight of each drive line's cells per lane: 1, or 0 where its gate is off.
  let gates: [V]
  let sources: LineSources<V>
  /// Whether any lane has the drive line's gate on; the passes leave out the others.
  let isOn: [Bool]
  /// Iterations after which a lane counts as not converged.
  let iterationLimit: Int

  init(
    system: LineSystem, cells: [C.Element], drivePivots: [C.Element], sensePivots: [W.Element],
    gates: [V], sources: LineSources<V>, iterationLimit: Int
  ) {
    precondition(
      gates.count == system.rows && sources.rows.count == system.rows
        && (sources.columns.isEmpty || sources.columns.count == system.columns),
      "sources do not fit the lines")
    self.system = system
    self.cells = cells
    self.drivePivots = drivePivots
    self.sensePivots = sensePivots
    self.gates = gates
    self.sources = sources
    self.iterationLimit = iterationLimit
    isOn = gates.map { gate in (0..<V.width).contains { gate[lane: $0] != 0 } }
  }

  /// How a batch converged; voltages and currents are left in the work arrays.
  struct Outcome {
    /// Iterations and final residual `√(rᵀ T_u⁻¹ r)` over its scale, of the worst lane.
    var iterations: Int
    var residual: Double
    /// The scale per lane.
    var scale: V
    /// Bounds on the relative errors of the sensed currents per lane; zero if none are sensed.
    var sensedErrors: [Double]

    /// The worst of them.
    var sensedError: Double { sensedErrors.reduce(0, max) }
  }

  /// Restarts from a recomputed residual that a lane may take before it counts as stagnant.
  private static var restartLimit: Int { 3 }

  /// Solves until `√(rᵀ T_u⁻¹ r)` is at most `tolerance` times its value without drive-line
  /// voltages, per lane, and the currents of the lines of `sensing` are accurate to
  /// `LineSensing.tolerance`; errors report lane 0 as vector `firstVector`.
  func solve(
    _ work: inout LineWorkspace<V>, tolerance: Double, firstVector: Int,
    keepsVoltages: Bool = false, sensing: LineSensing? = nil
  ) throws(ArrayError) -> Outcome {
    // Without sources other than drivers the first residual is theirs, and one pass is saved.
    let isPlain =
      sources.columns.isEmpty && sources.injections.isEmpty
      && !system.rowTerminals.contains(where: \.isFixed)
    var energy: V
    if isPlain {
      energy = start(&work)
    } else {
      for row in 0..<system.rows {
        let volts = system.rowTerminals[row].isFixed ? sources.rows[row] : .none
        for k in row * system.columns..<(row + 1) * system.columns { work.u[k] = volts }
      }
      descendWithSources(&work)
      energy = ascendWithSources(&work).energy
    }
    return try iterate(
      &work, energy: &energy, scale: energy, tolerance: tolerance, isPlain: isPlain,
      firstVector: firstVector, keepsVoltages: keepsVoltages, sensing: sensing)
  }

  /// Iterations from the residual in the work arrays, or from zero voltages if `isPlain`.
  func iterate(
    _ work: inout LineWorkspace<V>, energy: inout V, scale: V, tolerance: Double, isPlain: Bool,
    firstVector: Int, keepsVoltages: Bool, sensing: LineSensing? = nil
  ) throws(ArrayError) -> Outcome {
    let lanes = 0..<V.width
    // Energies to iterate to, and the longest step: 1 / α is a Rayleigh quotient of `T_u⁻¹ S`, so
    // the longest step is close to the factor by which `rᵀ S⁻¹ r` may exceed `rᵀ T_u⁻¹ r`.
    var bounds = lanes.map { tolerance * tolerance * scale[lane: $0] }
    var longest = lanes.map { _ in 1.0 }
    var isActive = lanes.map { scale[lane: $0] > 0 }
    var (isFirst, isFresh) = (isPlain, true)
    var beta = V.none
    var (iterations, restarts) = (0, 0)
    if isPlain, !isActive.contains(true) { clearVoltages(&work) }
    while true {
      while isActive.contains(true) {
        guard iterations < iterationLimit else {
          throw notConverged(isActive, iterations, energy, scale, firstVector)
        }
        iterations += 1
        let curvature = descend(&work, beta: beta, isFresh: isFresh)
        isFresh = false
        // A lane that is done takes no steps, so its result does not depend on its neighbors.
        var alpha = V.none
        for lane in lanes where isActive[lane] {
          // The direction is lost to rounding: let the true residual decide.
          guard curvature[lane: lane] > 0 else {
            isActive[lane] = false
            continue
          }
          alpha[lane: lane] = energy[lane: lane] / curvature[lane: lane]
          longest[lane] = max(longest[lane], alpha[lane: lane])
        }
        let next = ascend(&work, alpha: alpha, isFirst: isFirst)
        isFirst = false
        beta = .none
        for lane in lanes where isActive[lane] {
          beta[lane: lane] = next[lane: lane] / energy[lane: lane]
          energy[lane: lane] = next[lane: lane]
          isActive[lane] = !(next[lane: lane] <= bounds[lane])
        }
      }
      // The residual of the recurrence may drift from the true one by rounding: recompute it,
      // together with the currents.
      descendWithSources(&work)
      let (rest, weight) = ascendWithSources(&work, keepsVoltages: keepsVoltages)
      var errors = lanes.map { _ in 0.0 }
      if let sensing {
        errors = sensedErrors(
          &work, lanes.map { longest[$0] * rest[lane: $0] }, scale, sensing,
          keepsVoltages: keepsVoltages)
      }
      var residual = 0.0
      for lane in lanes where scale[lane: lane] > 0 {
        // Voltages are rounded to ε |u|, a residual of ε² uᵀ diag(T_u) u in this norm: that is the
        // floor. The factor 8 allows for three roundings of each voltage.
        let reachable =
          tolerance * scale[lane: lane].squareRoot()
          + 8 * Double.ulpOfOne * weight[lane: lane].squareRoot()
        isActive[lane] = !(rest[lane: lane] <= reachable * reachable)
        residual = max(residual, (rest[lane: lane] / scale[lane: lane]).squareRoot())
        guard errors[lane] > LineSensing.tolerance else { continue }
        isActive[lane] = true
        let factor = LineSensing.tolerance / errors[lane]
        bounds[lane] = min(bounds[lane], 0.25 * factor * factor * rest[lane: lane])
      }
      let sensedError = errors.reduce(0, max)
      guard isActive.contains(true) else {
        return Outcome(
          iterations: iterations, residual: residual, scale: scale, sensedErrors: errors)
      }
      guard restarts < Self.restartLimit else {
        if sensedError > LineSensing.tolerance {
          let lane = errors.firstIndex(of: sensedError) ?? 0
          throw .currentsNotAccurate(vector: firstVector + lane, relativeError: sensedError)
        }
        throw notConverged(isActive, iterations, rest, scale, firstVector)
      }
      restarts += 1
      energy = rest
      if keepsVoltages {
        descendWithSources(&work)
        energy = ascendWithSources(&work).energy
      }
      isFresh = true
    }
  }

  /// Bounds on the relative errors of the sensed currents per lane, for `rᵀ S⁻¹ r` at most
  /// `energies`; the shift is computed only where those do not suffice.
  private func sensedErrors(
    _ work: inout LineWorkspace<V>, _ energies: [Double], _ scale: V, _ sensing: LineSensing,
    keepsVoltages: Bool
  ) -> [Double] {
    func errors(_ shift: LineShift<V>? = nil) -> [Double] {
      energies.indices.map { lane in
        guard scale[lane: lane] > 0 else { return 0 }
        return sensing.relativeError(work, lane: lane, energy: energies[lane], shift: shift)
      }
    }
    let plain = errors()
    guard plain.contains(where: { $0 > LineSensing.tolerance }) else { return plain }
    // Kept bit-line voltages occupy `z`: `z` is recomputed first, then the voltages.
    if keepsVoltages {
      descendWithSources(&work)
      _ = ascendWithSources(&work)
    }
    let shift = shift(work)
    if keepsVoltages {
      descendWithSources(&work)
      _ = ascendWithSources(&work, keepsVoltages: true)
    }
    // A lane's bound does not depend on its neighbors either.
    return zip(plain, errors(shift)).map { $0 <= LineSensing.tolerance ? $0 : $1 }
  }

  /// Currents that the drivers push into the first and last cell of a drive line.
  @inline(__always)
  func drivers(_ row: Int) -> (near: V, far: V) {
    let (ends, driven) = (system.rowTerminals[row].finite, sources.rows[row] * gates[row])
    return (.all(ends.near) * driven, .all(ends.far) * driven)
  }

  private func clearVoltages(_ work: inout LineWorkspace<V>) {
    for k in work.u.indices { work.u[k] = .none }
  }

  private func notConverged(
    _ isOpen: [Bool], _ iterations: Int, _ energy: V, _ scale: V, _ firstVector: Int
  ) -> ArrayError {
    let lane = isOpen.firstIndex(of: true) ?? 0
    return .notConverged(
      vector: firstVector + lane, iterations: iterations,
      residual: (energy[lane: lane] / scale[lane: lane]).squareRoot())
  }
}
