import NumericKernels

/// Conjugate gradients on the drive-line voltages of a batch of vectors, one vector per lane.
///
/// The bit lines are eliminated by exact tridiagonal solves, `S = T_u − G T_w⁻¹ G`, and the drive
/// lines precondition: iterations count how often the two kinds of line must exchange currents
/// (design section 2). `S` is symmetric positive definite wherever a line has a terminal.
struct LineSolver<V, P: LinePivot> where P.Lanes == V {
  let system: LineSystem
  /// Reciprocal pivots of the bit lines.
  let pivots: [P]
  /// Weight of each word line's cells per lane: 1, or 0 where its gate is off.
  let gates: [V]
  /// Bound of `√(rᵀ T_u⁻¹ r / bᵀ T_u⁻¹ b)`, per vector.
  let tolerance: Double
  let iterationLimit: Int

  /// Sensed currents of one batch.
  struct Solution {
    /// Amperes by bit line.
    var amperes: [V]
    /// Iterations and final residual of the worst lane; the residual is recomputed from the voltages.
    var iterations: Int
    var residual: Double
  }

  /// Restarts from a recomputed residual that a lane may take before it counts as stagnant.
  private static var restartLimit: Int { 3 }

  /// Sensed currents with drive line `i` at `volts[i]`; `firstVector` is the index errors give lane 0.
  func solve(volts: [V], firstVector: Int) throws(ArrayError) -> Solution {
    let (m, n) = (system.wordLines, system.bitLines)
    let zeros = [V](repeating: .zero, count: m * n)
    var (u, r, z, p, q) = (zeros, zeros, zeros, zeros, zeros)
    var row = [V](repeating: .zero, count: n)
    var amperes = row
    let b = drivers(volts)
    for i in 0..<m {
      r[i * n] += b.near[i]
      r[i * n + n - 1] += b.far[i]
    }
    var energy = relax(.zero, p, q, &u, &r, &z)
    let scale = energy
    let bound = scale * (tolerance * tolerance)
    var active = scale .> 0
    var beta = V.zero
    var iterations = 0
    var restarts = 0
    while true {
      while any(active) {
        guard iterations < iterationLimit else {
          throw notConverged(active, iterations, energy / scale, firstVector)
        }
        iterations += 1
        let curvature = apply(z, beta, &p, &q, &row, &amperes)
        // A lane that is done takes no steps, so its result does not depend on its neighbours.
        let alpha = V.zero.replacing(with: energy / curvature, where: active)
        let next = relax(alpha, p, q, &u, &r, &z)
        beta = V.zero.replacing(with: next / energy, where: active)
        energy.replace(with: next, where: active)
        let unfinished = active .& .!(energy .<= bound)
        active = unfinished
      }
      // The recurrence's residual may part from the true one by rounding: recompute it.
      _ = apply(u, .zero, &p, &q, &row, &amperes)
      var weight = V.zero
      for i in 0..<m {
        for j in 0..<n {
          let k = i * n + j
          r[k] = -q[k]
          weight = multiplyAdd(u[k] * u[k], V(repeating: diagonal(i, j)), weight)
        }
        r[i * n] += b.near[i]
        r[i * n + n - 1] += b.far[i]
      }
      let remaining = relax(.zero, p, q, &u, &r, &z)
      // Voltages are rounded to ε |u|, which is a residual of ε² uᵀ diag(T_u) u in this norm: less
      // cannot be asked for. The factor 8 allows for three roundings of each voltage.
      let rounding = 8 * Double.ulpOfOne
      let reachable = bound.squareRoot() + rounding * weight.squareRoot()
      let isOpen = (scale .> 0) .& .!(remaining .<= reachable * reachable)
      let relative = V.zero.replacing(with: remaining / scale, where: scale .> 0)
      guard any(isOpen) else {
        return Solution(
          amperes: amperes, iterations: iterations, residual: relative.max().squareRoot())
      }
      guard restarts < Self.restartLimit else {
        throw notConverged(isOpen, iterations, relative, firstVector)
      }
      restarts += 1
      active = isOpen
      energy = remaining
      beta = .zero
    }
  }

  /// Currents that the drivers push into the first and last cell of each drive line.
  private func drivers(_ volts: [V]) -> (near: [V], far: [V]) {
    let driven = zip(volts, gates).map { $0 * $1 }
    return (driven.map { $0 * system.drive.near }, driven.map { $0 * system.drive.far })
  }

  /// Diagonal of `T_u` in siemens.
  private func diagonal(_ i: Int, _ j: Int) -> Double {
    system.cells[i * system.bitLines + j]
      + (j == 0 ? system.drive.near : system.drive.segment)
      + (j == system.bitLines - 1 ? system.drive.far : system.drive.segment)
  }

  private func apply(
    _ z: [V], _ beta: V, _ p: inout [V], _ q: inout [V], _ row: inout [V], _ amperes: inout [V]
  ) -> V {
    var direction = p.mutableSpan
    var product = q.mutableSpan
    system.descend(z.span, beta: beta, p: &direction, w: &product, pivots: pivots.span)
    var below = row.mutableSpan
    var sensed = amperes.mutableSpan
    return system.ascend(
      direction.span, w: &product, pivots: pivots.span, gates: gates.span, row: &below,
      amperes: &sensed)
  }

  private func relax(
    _ alpha: V, _ p: [V], _ q: [V], _ u: inout [V], _ r: inout [V], _ z: inout [V]
  ) -> V {
    var voltages = u.mutableSpan
    var rest = r.mutableSpan
    var step = z.mutableSpan
    return system.relax(
      alpha: alpha, p: p.span, q: q.span, u: &voltages, r: &rest, z: &step)
  }

  private func notConverged(
    _ open: SIMDMask<V.MaskStorage>, _ iterations: Int, _ squares: V, _ firstVector: Int
  ) -> ArrayError {
    let lane = (0..<V.scalarCount).first { open[$0] } ?? 0
    return .notConverged(
      vector: firstVector + lane, iterations: iterations, residual: squares[lane].squareRoot())
  }
}
