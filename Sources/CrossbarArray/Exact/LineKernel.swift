import NumericKernels

/// The three passes of an iteration, each once over the array; lanes are input vectors.
///
/// Fusing them is what sets the speed: an iteration moves 14 values per cell and vector, and the
/// elimination of the bit lines never stores its right-hand side. No pass mixes lanes.
extension LineSystem {
  /// `p ← z + β p`, and the forward half of `T_w w = G p`, from the near to the far end.
  @inline(__always)
  func descend<V, P: LinePivot>(
    _ z: Span<V>, beta: V, p: inout MutableSpan<V>, w: inout MutableSpan<V>, pivots: Span<P>
  ) where P.Lanes == V {
    let g = cells.span
    precondition(
      z.count == g.count && p.count == g.count && w.count == g.count && pivots.count == g.count,
      "line vectors do not fit the array")
    let segment = V(repeating: sense.segment)
    for k in 0..<bitLines {
      let direction = multiplyAdd(beta, p[k], z[k])
      p[k] = direction
      w[k] = V(repeating: g[k]) * direction * pivots[k].inverse
    }
    for k in bitLines..<g.count {
      let direction = multiplyAdd(beta, p[k], z[k])
      p[k] = direction
      let above = segment * w[k - bitLines]
      w[k] = multiplyAdd(V(repeating: g[k]), direction, above) * pivots[k].inverse
    }
  }

  /// The backward half of `T_w w = G p`, then `w ← q = T_u p − G w`, the Schur complement times `p`.
  ///
  /// Voltages enter `q` as differences, which are exact for neighbours of nearly equal voltage.
  /// Rows whose gate is off keep `q = 0`. Returns `pᵀ q`; `amperes` receives the sensed currents.
  @inline(__always)
  func ascend<V, P: LinePivot>(
    _ p: Span<V>, w: inout MutableSpan<V>, pivots: Span<P>, gates: Span<V>,
    row below: inout MutableSpan<V>, amperes: inout MutableSpan<V>
  ) -> V where P.Lanes == V {
    let g = cells.span
    precondition(
      p.count == g.count && w.count == g.count && pivots.count == g.count
        && gates.count == wordLines && below.count == bitLines && amperes.count == bitLines,
      "line vectors do not fit the array")
    let segment = V(repeating: sense.segment)
    let along = V(repeating: drive.segment)
    let (near, far) = (V(repeating: drive.near), V(repeating: drive.far))
    let last = bitLines - 1
    var energy = V.zero
    for j in 0..<bitLines { below[j] = .zero }
    var i = wordLines - 1
    while i >= 0 {
      let base = i * bitLines
      let gate = gates[i]
      var flow = -near * p[base]
      for j in 0..<bitLines {
        let k = base + j
        let v = multiplyAdd(segment * pivots[k].inverse, below[j], w[k])
        below[j] = v
        let here = p[k]
        let next = j == last ? far * here : along * (here - p[k + 1])
        let q = gate * multiplyAdd(V(repeating: g[k]), here - v, next - flow)
        flow = next
        w[k] = q
        energy = multiplyAdd(here, q, energy)
      }
      if i == wordLines - 1 {
        for j in 0..<bitLines { amperes[j] = V(repeating: sense.far) * below[j] }
      }
      i -= 1
    }
    for j in 0..<bitLines {
      amperes[j] = multiplyAdd(V(repeating: sense.near), below[j], amperes[j])
    }
    return energy
  }

  /// `u ← u + α p`, `r ← r − α q`, `z ← T_u⁻¹ r`; returns `rᵀ z`.
  @inline(__always)
  func relax<V: SIMD>(
    alpha: V, p: Span<V>, q: Span<V>, u: inout MutableSpan<V>, r: inout MutableSpan<V>,
    z: inout MutableSpan<V>
  ) -> V where V.Scalar == Double {
    let f = drivePivots.span
    precondition(
      p.count == f.count && q.count == f.count && u.count == f.count && r.count == f.count
        && z.count == f.count, "line vectors do not fit the array")
    let along = V(repeating: drive.segment)
    var energy = V.zero
    for i in 0..<wordLines {
      let (start, end) = (i * bitLines, (i + 1) * bitLines)
      var carry = V.zero
      for k in start..<end {
        u[k] = multiplyAdd(alpha, p[k], u[k])
        let rest = multiplyAdd(-alpha, q[k], r[k])
        r[k] = rest
        carry = multiplyAdd(along, carry, rest) * f[k]
        z[k] = carry
      }
      carry = .zero
      var k = end - 1
      while k >= start {
        carry = multiplyAdd(along * f[k], carry, z[k])
        z[k] = carry
        energy = multiplyAdd(r[k], carry, energy)
        k -= 1
      }
    }
    return energy
  }
}
