/// The passes that involve the sources: from the drive-line voltages to the residual, the currents
/// at the terminals and the bit-line voltages.
extension LineSolver {
  /// `r ← b` and `z ← T_u⁻¹ b` for the drivers' currents alone, with all voltages 0; returns
  /// `bᵀ z`.
  @inline(__always)
  func start(_ work: inout LineWorkspace<V>) -> V {
    start(&work.line, &work.z)
  }

  @inline(__always)
  private func start(_ lines: inout [V], _ zs: inout [V]) -> V {
    let n = system.columns
    let f = drivePivots.span
    var z = zs.mutableSpan
    var right = lines.mutableSpan
    for j in 0..<n { right[j] = .none }
    let along = V.all(system.driveSegment)
    var total = V.none
    for row in 0..<system.rows where isOn[row] {
      let (range, b) = (row * n..<row * n + n, drivers(row))
      var step = z._mutatingExtracting(range)
      right[0] = b.near
      right[n - 1] = n == 1 ? b.near + b.far : b.far
      if system.hasIdealDrive {
        total = total + Row.level(right.span, inverse: C.lanes(f[row]), z: &step)
      } else {
        let inverses = f.extracting(range)
        total = total + Row.eliminate(right.span, f: inverses, along: along, z: &step)
        Row.substitute(f: inverses, along: along, z: &step)
      }
    }
    return total
  }

  /// The forward half of `T_w w = G u + b_w`.
  @inline(__always)
  func descendWithSources(_ work: inout LineWorkspace<V>) {
    descendWithSources(work.u, &work.z, &work.line, &work.energy)
  }

  @inline(__always)
  private func descendWithSources(
    _ us: [V], _ zs: inout [V], _ lines: inout [V], _ energies: inout [V]
  ) {
    let n = system.columns
    let (g, pivots, u) = (cells.span, sensePivots.span, us.span)
    let injected = sources.injections.span
    var z = zs.mutableSpan
    var sums = lines.mutableSpan
    var energy = energies.mutableSpan
    precondition(sums.count == n, "line vectors do not fit the array")
    for j in 0..<n { sums[j] = .none }
    for i in 0..<system.positions {
      if !system.hasIdealSense {
        let across = V.all(system.senseSiemens(behind: i - 1))
        for j in 0..<n { sums[j] = across * sums[j] }
      }
      if !sources.columns.isEmpty {
        for j in 0..<n {
          let ends = system.columnTerminals[j].finite
          if i == 0 { sums[j] = .fused(.all(ends.near), sources.columns[j], sums[j]) }
          if i == system.positions - 1 {
            sums[j] = .fused(.all(ends.far), sources.columns[j], sums[j])
          }
        }
      }
      let position = i * system.rowsPerPosition
      for row in position..<position + system.rowsPerPosition where isOn[row] {
        let (range, gate) = (row * n..<row * n + n, gates[row])
        let (siemens, volts) = (g.extracting(range), u.extracting(range))
        for j in 0..<n { sums[j] = .fused(gate * C.lanes(siemens[j]), volts[j], sums[j]) }
        if injected.isEmpty { continue }
        let amperes = injected.extracting(range)
        for j in 0..<n { sums[j] = sums[j] + amperes[j] }
      }
      if system.hasIdealSense { continue }
      Sense.eliminate(&sums, pivots: pivots.extracting(i * n..<i * n + n), energy: &energy)
      var y = z._mutatingExtracting(position * n..<position * n + n)
      Sense.copy(sums.span, to: &y)
    }
    guard system.hasIdealSense else { return }
    for j in 0..<n {
      let isHeld = system.columnTerminals[j].isFixed && !sources.columns.isEmpty
      sums[j] = isHeld ? sources.columns[j] : sums[j] * W.lanes(pivots[j])
    }
  }

  /// The backward half of `T_w w = G u + b_w` and `r ← b_u − T_u u + G w`, then the currents at the
  /// terminals. Returns `rᵀ T_u⁻¹ r`, and `uᵀ diag(T_u) u`, which sets its rounding floor.
  ///
  /// `z ← T_u⁻¹ r`; with `keepsVoltages`, `z` holds `w` instead, in the first row of each position.
  @inline(__always)
  func ascendWithSources(
    _ work: inout LineWorkspace<V>, keepsVoltages: Bool = false
  ) -> (energy: V, weight: V) {
    ascendWithSources(
      keepsVoltages, work.u, &work.r, &work.z, &work.line, &work.flow, &work.energy,
      &work.rowAmperes, &work.amperes, &work.last)
  }

  @inline(__always)
  private func ascendWithSources(
    _ keepsVoltages: Bool, _ us: [V], _ rs: inout [V], _ zs: inout [V], _ lines: inout [V],
    _ flows: inout [V], _ sums: inout [V], _ rowAmperes: inout [V], _ columnAmperes: inout [V],
    _ lasts: inout [V]
  ) -> (energy: V, weight: V) {
    let n = system.columns
    let (g, f, pivots) = (cells.span, drivePivots.span, sensePivots.span)
    let (u, injected) = (us.span, sources.injections.span)
    var r = rs.mutableSpan
    var z = zs.mutableSpan
    var volts = lines.mutableSpan
    var flow = flows.mutableSpan
    var weights = sums.mutableSpan
    var amperes = columnAmperes.mutableSpan
    var last = lasts.mutableSpan
    precondition(
      volts.count == n && flow.count == n + 1 && weights.count == n && amperes.count == n && n > 0,
      "line vectors do not fit the array")
    let along = V.all(system.driveSegment)
    var total = V.none
    for j in 0...n { flow[j] = .none }
    for j in 0..<n {
      amperes[j] = .none
      weights[j] = .none
      if !system.hasIdealSense { volts[j] = .none }
    }
    // A drive line's segments count twice in its diagonal, except at its ends.
    let twice = system.hasIdealDrive ? V.none : along + along
    var i = system.positions
    while i > 0 {
      i -= 1
      let position = i * system.rowsPerPosition
      let place = position * n..<position * n + n
      if !system.hasIdealSense {
        Sense.substitute(
          &volts, y: z.span.extracting(place), pivots: pivots.extracting(i * n..<i * n + n),
          across: .all(system.senseSiemens(behind: i)))
      }
      if i == system.positions - 1 { Sense.copy(volts.span, to: &last) }
      for row in position..<position + system.rowsPerPosition where isOn[row] {
        let (range, terminals, source) = (
          row * n..<row * n + n, system.rowTerminals[row], sources.rows[row]
        )
        let (gate, ends) = (gates[row], terminals.finite)
        let (line, siemens) = (u.extracting(range), g.extracting(range))
        var rest = r._mutatingExtracting(range)
        if !system.hasIdealDrive {
          for j in 1..<n { flow[j] = along * (line[j &- 1] - line[j]) }
        }
        flow[0] = V.all(ends.near) * (source - line[0])
        flow[n] = V.all(ends.far) * (line[n - 1] - source)
        for j in 0..<n {
          let (here, cell) = (line[j], C.lanes(siemens[j]))
          let current = gate * cell * (here - volts[j])
          amperes[j] = amperes[j] + current
          weights[j] = .fused(here * here, cell + twice, weights[j])
          rest[j] = .fused(gate, flow[j] - flow[j &+ 1], -current)
        }
        if !injected.isEmpty {
          let extra = injected.extracting(range)
          for j in 0..<n {
            amperes[j] = amperes[j] + extra[j]
            rest[j] = rest[j] - extra[j]
          }
        }
        rowAmperes[row] = gate * (flow[n] - flow[0])
        let both = V.all(ends.near + ends.far)
        weights[0] = .fused(both * line[0], line[0], weights[0])
        if terminals.isFixed {
          var sum = V.none
          for j in 0..<n { sum = sum + rest[j] }
          rowAmperes[row] = sum
        }
        var step = z._mutatingExtracting(range)
        if system.hasIdealDrive {
          total = total + Row.level(rest.span, inverse: C.lanes(f[row]), z: &step)
        } else {
          let inverses = f.extracting(range)
          total = total + Row.eliminate(rest.span, f: inverses, along: along, z: &step)
          Row.substitute(f: inverses, along: along, z: &step)
        }
      }
      if keepsVoltages {
        var store = z._mutatingExtracting(place)
        Sense.copy(volts.span, to: &store)
      }
    }
    for j in 0..<n {
      let terminals = system.columnTerminals[j]
      guard !terminals.isFixed else { continue }
      let held = sources.columns.isEmpty ? V.none : sources.columns[j]
      let near = V.all(terminals.near) * (volts[j] - held)
      amperes[j] = .fused(.all(terminals.far), last[j] - held, near)
    }
    var weight = V.none
    for j in 0..<n { weight = weight + weights[j] }
    return (total, weight)
  }
}
