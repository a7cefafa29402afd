/// One row of cells in a pass over the array. Every argument is a row of `volts.count` or `p.count`
/// values, so that no access needs a check of its own.
///
/// A single vector uses vector instructions over columns, in short loops that keep the sums along
/// the line apart; several vectors fill the instructions by themselves and get one loop. Both do
/// the same operations on a value in the same order.
enum LineRow<V: LineLanes, C: LineReader> where C.Lanes == V {
  /// `p ← z + β p`, `sums ← sums + G p`, and per column the part of `pᵀ T_u p` of this line.
  @inline(__always)
  static func advance(
    _ p: inout MutableSpan<V>, z: Span<V>, beta: V, isFresh: Bool, g: Span<C.Element>, gate: V,
    along: V, ends: LineTerminals, sums: inout MutableSpan<V>, energy: inout MutableSpan<V>
  ) {
    let n = p.count
    precondition(
      n > 0 && z.count == n && g.count == n && sums.count == n && energy.count == n,
      "rows differ in length")
    let weight = gate * along
    if V.width == 1 {
      if isFresh {
        for j in 0..<n { p[j] = z[j] }
      } else {
        for j in 0..<n { p[j] = .fused(beta, p[j], z[j]) }
      }
      for j in 0..<n {
        let current = gate * C.lanes(g[j]) * p[j]
        sums[j] = sums[j] + current
        energy[j] = .fused(current, p[j], energy[j])
      }
      for j in 1..<n {
        let drop = p[j] - p[j &- 1]
        energy[j] = .fused(weight * drop, drop, energy[j])
      }
    } else {
      var before = V.none
      for j in 0..<n {
        let here = isFresh ? z[j] : .fused(beta, p[j], z[j])
        p[j] = here
        let current = gate * C.lanes(g[j]) * here
        sums[j] = sums[j] + current
        var own = V.fused(current, here, energy[j])
        let drop = here - before
        if j > 0 { own = .fused(weight * drop, drop, own) }
        energy[j] = own
        before = here
      }
    }
    energy[0] = .fused(gate * .all(ends.near) * p[0], p[0], energy[0])
    energy[n - 1] = .fused(gate * .all(ends.far) * p[n - 1], p[n - 1], energy[n - 1])
  }

  /// `q = T_u p − G volts` with the step `u ← u + α p`, `r ← r − α q`; for the first step `u = 0`
  /// and `r = b`, which has entries at the ends only. Several vectors on resistive lines also get
  /// the forward half of `T_u z = r` and return `rᵀ z`.
  @inline(__always)
  static func step(
    _ p: Span<V>, volts: Span<V>, g: Span<C.Element>, f: Span<C.Element>, alpha: V, gate: V,
    along: V, isIdeal: Bool, ends: LineTerminals, b: (near: V, far: V)?, u: inout MutableSpan<V>,
    r: inout MutableSpan<V>, z: inout MutableSpan<V>, flow: inout MutableSpan<V>
  ) -> V {
    let n = p.count
    precondition(
      n > 0 && volts.count == n && g.count == n && (isIdeal || f.count == n) && u.count == n
        && r.count == n && z.count == n && flow.count == n + 1, "rows differ in length")
    let step = -(alpha * gate)
    if V.width == 1 || isIdeal {
      if !isIdeal { for j in 1..<n { flow[j] = along * (p[j &- 1] - p[j]) } }
      flow[0] = -(V.all(ends.near) * p[0])
      flow[n] = V.all(ends.far) * p[n - 1]
      if let b {
        for j in 0..<n {
          let q = V.fused(C.lanes(g[j]), p[j] - volts[j], flow[j &+ 1] - flow[j])
          u[j] = alpha * p[j]
          r[j] = step * q
        }
        r[0] = r[0] + b.near
        r[n - 1] = r[n - 1] + b.far
      } else {
        for j in 0..<n {
          let q = V.fused(C.lanes(g[j]), p[j] - volts[j], flow[j &+ 1] - flow[j])
          u[j] = .fused(alpha, p[j], u[j])
          r[j] = .fused(step, q, r[j])
        }
      }
      return .none
    }
    var (carry, energy) = (V.none, V.none)
    var inflow = -(V.all(ends.near) * p[0])
    for j in 0..<n {
      let here = p[j]
      let outflow = j < n - 1 ? along * (here - p[j &+ 1]) : V.all(ends.far) * here
      let q = V.fused(C.lanes(g[j]), here - volts[j], outflow - inflow)
      inflow = outflow
      var rest: V
      if let b {
        u[j] = alpha * here
        rest = step * q
        if j == 0 { rest = rest + b.near }
        if j == n - 1 { rest = rest + b.far }
      } else {
        u[j] = .fused(alpha, here, u[j])
        rest = .fused(step, q, r[j])
      }
      r[j] = rest
      let inverse = C.lanes(f[j])
      let right = V.fused(along, carry, rest)
      carry = .fused(along * inverse, carry, inverse * rest)
      z[j] = carry
      energy = .fused(right, carry, energy)
    }
    return energy
  }

  /// The forward half of `T_u z = r`; returns `rᵀ z`. Only one multiply-add waits for its neighbor.
  @inline(__always)
  static func eliminate(
    _ r: Span<V>, f: Span<C.Element>, along: V, z: inout MutableSpan<V>
  ) -> V {
    let n = r.count
    precondition(f.count == n && z.count == n, "rows differ in length")
    var (carry, energy) = (V.none, V.none)
    for j in 0..<n {
      let inverse = C.lanes(f[j])
      let right = V.fused(along, carry, r[j])
      carry = .fused(along * inverse, carry, inverse * r[j])
      z[j] = carry
      energy = .fused(right, carry, energy)
    }
    return energy
  }

  /// The forward half of one line, into `half`, beside the backward half of another, from
  /// `otherHalf`: each waits for its own neighbors, neither waits for the other. Returns `rᵀ z` of
  /// the first.
  @inline(__always)
  static func eliminate(
    _ r: Span<V>, f: Span<C.Element>, along: V, half: inout MutableSpan<V>,
    otherHalf: Span<V>, otherF: Span<C.Element>, otherZ: inout MutableSpan<V>
  ) -> V {
    let n = r.count
    precondition(
      f.count == n && half.count == n && otherHalf.count == n && otherF.count == n
        && otherZ.count == n, "rows differ in length")
    var (carry, energy, back) = (V.none, V.none, V.none)
    for j in 0..<n {
      let inverse = C.lanes(f[j])
      let right = V.fused(along, carry, r[j])
      carry = .fused(along * inverse, carry, inverse * r[j])
      half[j] = carry
      energy = .fused(right, carry, energy)
      let k = n &- 1 &- j
      back = .fused(along * C.lanes(otherF[k]), back, otherHalf[k])
      otherZ[k] = back
    }
    return energy
  }

  /// The backward half of `T_u z = r`.
  @inline(__always)
  static func substitute(f: Span<C.Element>, along: V, z: inout MutableSpan<V>) {
    let n = z.count
    precondition(f.count == n, "rows differ in length")
    var carry = V.none
    var j = n
    while j > 0 {
      j &-= 1
      carry = .fused(along * C.lanes(f[j]), carry, z[j])
      z[j] = carry
    }
  }

  /// `z ← T_u⁻¹ r` on an ideal line, one number for the whole line; returns `rᵀ z`.
  @inline(__always)
  static func level(_ r: Span<V>, inverse: V, z: inout MutableSpan<V>) -> V {
    precondition(z.count == r.count, "rows differ in length")
    var sum = V.none
    for j in 0..<r.count { sum = sum + r[j] }
    let level = sum * inverse
    for j in 0..<r.count { z[j] = level }
    return sum * level
  }
}

/// The bit lines at one position in a pass over the array.
enum LineSense<V: LineLanes, W: LineReader> where W.Lanes == V {
  /// `y = sums D⁻¹`, to be carried on; per column `−yᵀ D y`.
  @inline(__always)
  static func eliminate(
    _ sums: inout MutableSpan<V>, pivots: Span<W.Element>, energy: inout MutableSpan<V>
  ) {
    let n = sums.count
    precondition(pivots.count == n && energy.count == n, "rows differ in length")
    for j in 0..<n {
      let y = sums[j] * W.lanes(pivots[j])
      energy[j] = .fused(-sums[j], y, energy[j])
      sums[j] = y
    }
  }

  /// `volts ← y + D⁻¹ G_across volts`, from the voltages one position further.
  @inline(__always)
  static func substitute(
    _ volts: inout MutableSpan<V>, y: Span<V>, pivots: Span<W.Element>, across: V
  ) {
    let n = volts.count
    precondition(pivots.count == n && y.count == n, "rows differ in length")
    for j in 0..<n { volts[j] = .fused(across * W.lanes(pivots[j]), volts[j], y[j]) }
  }

  @inline(__always)
  static func copy(_ a: Span<V>, to b: inout MutableSpan<V>) {
    precondition(a.count == b.count, "rows differ in length")
    for j in 0..<a.count { b[j] = a[j] }
  }
}
