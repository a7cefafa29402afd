/// The two passes of an iteration, each once over the array; lanes are input vectors.
///
/// An iteration moves 11 values per cell and vector: 4 down (`z`, `p` read; `p`, `y` written), 7 up
/// (`y`, `p`, `u`, `r` read; `u`, `r`, `z` written). Two facts allow it. The step length is known
/// before the products `q = S p`, because `pᵀ S p = pᵀ T_u p − yᵀ D y` with the pivots `D` of the
/// bit lines; so `q` is never stored. And the half-eliminated bit-line voltages `y` share the
/// storage of `z`. No pass mixes lanes.
extension LineSolver {
  typealias Row = LineRow<V, C>
  typealias Sense = LineSense<V, W>

  /// `p ← z + β p`, or `z` if there is no direction yet, and the forward half of `T_w w = G p`,
  /// from the near to the far end; returns `pᵀ S p`.
  @inline(__always)
  func descend(_ work: inout LineWorkspace<V>, beta: V, isFresh: Bool) -> V {
    descend(beta, isFresh, &work.z, &work.p, &work.line, &work.energy)
  }

  // Arrays passed one by one: spans of two properties of one value would overlap.
  @inline(__always)
  private func descend(
    _ beta: V, _ isFresh: Bool, _ zs: inout [V], _ ps: inout [V], _ lines: inout [V],
    _ energies: inout [V]
  ) -> V {
    let n = system.columns
    let (g, pivots) = (cells.span, sensePivots.span)
    var z = zs.mutableSpan
    var p = ps.mutableSpan
    var sums = lines.mutableSpan
    var energy = energies.mutableSpan
    precondition(sums.count == n && energy.count == n, "line vectors do not fit the array")
    for j in 0..<n {
      sums[j] = .none
      energy[j] = .none
    }
    let along = system.hasIdealDrive ? V.none : .all(system.driveSegment)
    for i in 0..<system.positions {
      if !system.hasIdealSense {
        let across = V.all(system.senseSiemens(behind: i - 1))
        for j in 0..<n { sums[j] = across * sums[j] }
      }
      let position = i * system.rowsPerPosition
      for row in position..<position + system.rowsPerPosition where isOn[row] {
        let range = row * n..<row * n + n
        var direction = p._mutatingExtracting(range)
        Row.advance(
          &direction, z: z.span.extracting(range), beta: beta, isFresh: isFresh,
          g: g.extracting(range), gate: gates[row], along: along,
          ends: system.rowTerminals[row].finite, sums: &sums, energy: &energy)
      }
      if system.hasIdealSense { continue }
      Sense.eliminate(&sums, pivots: pivots.extracting(i * n..<i * n + n), energy: &energy)
      var y = z._mutatingExtracting(position * n..<position * n + n)
      Sense.copy(sums.span, to: &y)
    }
    if system.hasIdealSense { Sense.eliminate(&sums, pivots: pivots, energy: &energy) }
    var total = V.none
    for j in 0..<n { total = total + energy[j] }
    return total
  }

  /// The backward half of `T_w w = G p`, `u ← u + α p`, `r ← r − α S p` and `z ← T_u⁻¹ r`; returns
  /// `rᵀ z`. The first step starts from `u = 0` and `r = b`, which are not stored.
  ///
  /// Voltages enter the product as differences, exact for neighbors of nearly equal voltage. Lines
  /// whose gate is off are not touched.
  @inline(__always)
  func ascend(_ work: inout LineWorkspace<V>, alpha: V, isFirst: Bool) -> V {
    ascend(
      alpha, isFirst, work.p, &work.u, &work.r, &work.z, &work.line, &work.flow, &work.half,
      &work.otherHalf)
  }

  @inline(__always)
  private func ascend(
    _ alpha: V, _ isFirst: Bool, _ ps: [V], _ us: inout [V], _ rs: inout [V], _ zs: inout [V],
    _ lines: inout [V], _ flows: inout [V], _ halves: inout [V], _ otherHalves: inout [V]
  ) -> V {
    let n = system.columns
    let (g, f, pivots) = (cells.span, drivePivots.span, sensePivots.span)
    let p = ps.span
    var u = us.mutableSpan
    var r = rs.mutableSpan
    var z = zs.mutableSpan
    var volts = lines.mutableSpan
    var flow = flows.mutableSpan
    precondition(volts.count == n && flow.count == n + 1, "line vectors do not fit the array")
    let along = V.all(system.driveSegment)
    for j in 0...n { flow[j] = .none }
    if !system.hasIdealSense { for j in 0..<n { volts[j] = .none } }
    var half = halves.mutableSpan
    var otherHalf = otherHalves.mutableSpan
    // The line whose backward half is still to come, and whether `half` has its forward half.
    var (pending, isInHalf) = (-1, false)
    var total = V.none
    var i = system.positions
    while i > 0 {
      i -= 1
      let position = i * system.rowsPerPosition
      if !system.hasIdealSense {
        Sense.substitute(
          &volts, y: z.span.extracting(position * n..<position * n + n),
          pivots: pivots.extracting(i * n..<i * n + n),
          across: .all(system.senseSiemens(behind: i)))
      }
      for row in position..<position + system.rowsPerPosition where isOn[row] {
        let range = row * n..<row * n + n
        var voltages = u._mutatingExtracting(range)
        var rest = r._mutatingExtracting(range)
        var step = z._mutatingExtracting(range)
        let inverses = system.hasIdealDrive ? f.extracting(0..<0) : f.extracting(range)
        let energy = Row.step(
          p.extracting(range), volts: volts.span, g: g.extracting(range), f: inverses,
          alpha: alpha, gate: gates[row], along: along, isIdeal: system.hasIdealDrive,
          ends: system.rowTerminals[row].finite, b: isFirst ? drivers(row) : nil, u: &voltages,
          r: &rest, z: &step, flow: &flow)
        if system.hasIdealDrive {
          total = total + Row.level(rest.span, inverse: C.lanes(f[row]), z: &step)
        } else if V.width > 1 {
          total = total + energy
          Row.substitute(f: inverses, along: along, z: &step)
        } else {
          isInHalf.toggle()
          guard pending >= 0 else {
            pending = row
            total = total + Row.eliminate(rest.span, f: inverses, along: along, z: &half)
            continue
          }
          let other = pending * n..<pending * n + n
          var otherZ = z._mutatingExtracting(other)
          if isInHalf {
            total =
              total
              + Row.eliminate(
                rest.span, f: inverses, along: along, half: &half, otherHalf: otherHalf.span,
                otherF: f.extracting(other), otherZ: &otherZ)
          } else {
            total =
              total
              + Row.eliminate(
                rest.span, f: inverses, along: along, half: &otherHalf, otherHalf: half.span,
                otherF: f.extracting(other), otherZ: &otherZ)
          }
          pending = row
        }
      }
    }
    if pending >= 0 {
      let range = pending * n..<pending * n + n
      var step = z._mutatingExtracting(range)
      if isInHalf {
        Sense.copy(half.span, to: &step)
      } else {
        Sense.copy(otherHalf.span, to: &step)
      }
      Row.substitute(f: f.extracting(range), along: along, z: &step)
    }
    return total
  }
}
