/// Kirchhoff's current law of the nonlinear array.
extension LineNewton {
  /// Violation of Kirchhoff's current law, per lane.
  struct Balance {
    /// Derivative of the co-content along the step; negative while the step descends.
    var slope: V = .none
    /// Largest sum of currents at a node, and the cell at that node.
    var worst: V = .none
    var worstCell = [Int](repeating: 0, count: V.width)
    /// Largest current of a cell or terminal, and the part of `worst` due to rounding of voltages.
    var peak: V = .none
    var rounding: V = .none
    /// Largest sum of currents beyond what the rounding of voltages at its node explains.
    var excess: V = .none

    @inline(__always)
    mutating func note(_ sum: V, _ amperes: V, volts: V, siemens: Double, cell: Int) {
      for lane in 0..<V.width {
        let magnitude = sum[lane: lane].magnitude
        // Also true for NaN, which an overflow leaves.
        if !(magnitude <= worst[lane: lane]) {
          worst[lane: lane] = magnitude.isFinite ? magnitude : .infinity
          worstCell[lane] = cell
        }
        peak[lane: lane] = max(peak[lane: lane], amperes[lane: lane].magnitude)
        let rounded = siemens * volts[lane: lane].magnitude * 4 * .ulpOfOne
        rounding[lane: lane] = max(rounding[lane: lane], rounded)
        excess[lane: lane] = max(excess[lane: lane], magnitude - rounded)
      }
    }
  }

  /// Evaluates cells and sums currents at the voltages `u`, `w`, along the step `du`, `dw`. Leaves
  /// the cells' currents and slopes and the terminals' currents in `state`.
  func balance(_ state: inout State, u: [V], w: [V], du: [V], dw: [V]) -> Balance {
    let (n, each, last) = (system.columns, system.rowsPerPosition, system.positions - 1)
    var balance = Balance()
    // Sums at the bit-line nodes: of one position, or of whole ideal lines.
    var sums = [V](repeating: .none, count: n)
    let isIdeal = system.hasIdealDrive
    let (along, across) = (system.driveSegment, system.senseSegment)
    for j in 0..<n { state.amperes[j] = .none }
    for i in 0...last {
      if !system.hasIdealSense { for j in 0..<n { sums[j] = .none } }
      for row in i * each..<(i + 1) * each {
        let terminals = system.rowTerminals[row]
        let (ends, source, base) = (terminals.finite, sources.rows[row], row * n)
        var (line, cells) = (V.none, V.none)
        let nearAmperes = V.all(ends.near) * (source - u[base])
        let farAmperes = V.all(ends.far) * (u[base + n - 1] - source)
        for j in 0..<n {
          let (k, node) = (base + j, i * n + j)
          let (current, slope) = cell.amperes(u[k] - w[node], siemens: .all(system.cells[k]))
          state.currents[k] = current
          state.slopes[k] = slope
          sums[j] = sums[j] + current
          cells = cells + current
          state.amperes[j] = state.amperes[j] + current
          var flow = -current
          if j == 0 { flow = flow + nearAmperes }
          if j == n - 1 { flow = flow - farAmperes }
          if !isIdeal {
            if j > 0 { flow = flow + .all(along) * (u[k - 1] - u[k]) }
            if j < n - 1 { flow = flow - .all(along) * (u[k] - u[k + 1]) }
            balance.note(
              flow, current, volts: u[k],
              siemens: 2 * along + ends.near + ends.far, cell: k)
          }
          balance.slope = balance.slope - flow * du[k]
          line = line + flow
        }
        if isIdeal, !terminals.isFixed {
          balance.note(
            line, nearAmperes - farAmperes, volts: u[base], siemens: ends.near + ends.far,
            cell: base)
        }
        state.rowAmperes[row] = terminals.isFixed ? -cells : farAmperes - nearAmperes
      }
      for j in 0..<n {
        let node = i * n + j
        let terminals = system.columnTerminals[j]
        let ends = terminals.finite
        let held = sources.columns.isEmpty ? V.none : sources.columns[j]
        let nearAmperes = V.all(i == 0 ? ends.near : 0) * (w[node] - held)
        let farAmperes = V.all(i == last ? ends.far : 0) * (w[node] - held)
        var flow = sums[j] - nearAmperes - farAmperes
        if system.hasIdealSense {
          // One node: its sum is complete at the last position; both terminals see one voltage.
          guard i == last else { continue }
          flow = sums[j] - .all(ends.near + ends.far) * (w[node] - held)
        } else {
          if i > 0 { flow = flow + .all(across) * (w[node - n] - w[node]) }
          if i < last { flow = flow - .all(across) * (w[node] - w[node + n]) }
        }
        balance.slope = balance.slope - flow * dw[node]
        if terminals.isFixed { continue }
        balance.note(
          flow, nearAmperes + farAmperes, volts: w[node],
          siemens: (system.hasIdealSense ? 0 : 2 * across) + ends.near + ends.far,
          cell: i * each * n + j)
      }
    }
    for j in 0..<n where !system.columnTerminals[j].isFixed {
      let ends = system.columnTerminals[j]
      let held = sources.columns.isEmpty ? V.none : sources.columns[j]
      let near = V.all(ends.near) * (w[j] - held)
      state.amperes[j] = .fused(.all(ends.far), w[last * n + j] - held, near)
    }
    return balance
  }
}
