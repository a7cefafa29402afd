/// Kirchhoff's current law of the nonlinear array.
extension LineNewton {
  /// Violation of Kirchhoff's current law, per lane.
  struct Balance {
    /// Derivative of the co-content along the step; negative while the step descends.
    var slope: V = .none
    /// Largest sum of currents at a node.
    var worst: V = .none
    /// Largest current of a cell or terminal, and the part of `worst` due to rounding of voltages.
    var peak: V = .none
    var rounding: V = .none
    /// Largest sum of currents beyond what the rounding of voltages at its node explains.
    var excess: V = .none
    /// All sums of currents: not finite where one of them is not.
    private var total: V = .none

    @inline(__always)
    mutating func note(_ sum: V, _ amperes: V, volts: V, siemens: Double) {
      let magnitude = sum.magnitude
      let rounded = V.all(siemens * 4 * .ulpOfOne) * volts.magnitude
      worst = .larger(worst, magnitude)
      total = total + magnitude
      peak = .larger(peak, amperes.magnitude)
      rounding = .larger(rounding, rounded)
      excess = .larger(excess, magnitude - rounded)
    }

    /// Lanes in which an overflow left no numbers have an infinite sum.
    mutating func close() {
      for lane in 0..<V.width where !total[lane: lane].isFinite {
        worst[lane: lane] = .infinity
        excess[lane: lane] = .infinity
      }
    }
  }

  /// Sums currents at the voltages `u`, `w`, along the step `du`, `dw`. Leaves the cells' currents and
  /// slopes and the terminals' currents in `state`.
  ///
  /// - Parameter isKnown: Whether the cells' currents and slopes in `state` are those at `u` and `w`.
  func balance(
    _ state: inout State, u: [V], w: [V], du: [V], dw: [V], isKnown: Bool = false
  ) -> Balance {
    let (n, each, last) = (system.columns, system.rowsPerPosition, system.positions - 1)
    var balance = Balance()
    // Sums at the bit-line nodes: of one position, or of whole ideal lines.
    var sums = [V](repeating: .none, count: n)
    let isIdeal = system.hasIdealDrive
    let along = system.driveSegment
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
          if !isKnown {
            (state.currents[k], state.slopes[k]) = cell.amperes(
              u[k] - w[node], bitLine: w[node], siemens: .all(system.cells[k]))
          }
          let current = state.currents[k]
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
              siemens: 2 * along + ends.near + ends.far)
          }
          balance.slope = balance.slope - flow * du[k]
          line = line + flow
        }
        if isIdeal, !terminals.isFixed {
          balance.note(
            line, nearAmperes - farAmperes, volts: u[base], siemens: ends.near + ends.far)
        }
        state.rowAmperes[row] = terminals.isFixed ? -cells : farAmperes - nearAmperes
      }
      let (before, behind) = (
        system.senseSiemens(behind: i - 1), system.senseSiemens(behind: i)
      )
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
          if i > 0 { flow = flow + .all(before) * (w[node - n] - w[node]) }
          if i < last { flow = flow - .all(behind) * (w[node] - w[node + n]) }
        }
        balance.slope = balance.slope - flow * dw[node]
        if terminals.isFixed { continue }
        balance.note(
          flow, nearAmperes + farAmperes, volts: w[node],
          siemens: (system.hasIdealSense ? 0 : before + behind) + ends.near + ends.far)
      }
    }
    for j in 0..<n where !system.columnTerminals[j].isFixed {
      let ends = system.columnTerminals[j]
      let held = sources.columns.isEmpty ? V.none : sources.columns[j]
      let near = V.all(ends.near) * (w[j] - held)
      state.amperes[j] = .fused(.all(ends.far), w[last * n + j] - held, near)
    }
    balance.close()
    return balance
  }

  /// The first cell at the node with the largest sum of currents, for messages.
  func worstCell(_ state: State, lane: Int) -> Int {
    let (n, each) = (system.columns, system.rowsPerPosition)
    var (worst, cell) = (-1.0, 0)
    func note(_ sum: Double, _ own: Int) {
      // Of nodes without a number, the first.
      if !(sum.magnitude <= worst) { (worst, cell) = (sum.isNaN ? .infinity : sum.magnitude, own) }
    }
    func inflow(_ volts: [V], _ node: Int, from other: Int, _ siemens: Double) -> Double {
      siemens * (volts[other][lane: lane] - volts[node][lane: lane])
    }
    var sums = [Double](repeating: 0, count: system.positions * n)
    for row in 0..<system.rows {
      let (ends, base) = (system.rowTerminals[row].finite, row * n)
      let source = sources.rows[row][lane: lane]
      var line = 0.0
      for j in 0..<n {
        let (k, current) = (base + j, state.currents[base + j][lane: lane])
        sums[row / each * n + j] += current
        var sum = -current
        if j == 0 { sum += ends.near * (source - state.u[k][lane: lane]) }
        if j == n - 1 { sum += ends.far * (source - state.u[k][lane: lane]) }
        line += sum
        guard !system.hasIdealDrive else { continue }
        if j > 0 { sum += inflow(state.u, k, from: k - 1, system.driveSegment) }
        if j < n - 1 { sum += inflow(state.u, k, from: k + 1, system.driveSegment) }
        note(sum, k)
      }
      if system.hasIdealDrive, !system.rowTerminals[row].isFixed { note(line, base) }
    }
    for j in 0..<n where !system.columnTerminals[j].isFixed {
      let ends = system.columnTerminals[j]
      let held = sources.columns.isEmpty ? 0 : sources.columns[j][lane: lane]
      var line = 0.0
      for i in 0..<system.positions {
        let node = i * n + j
        var sum = sums[node]
        if i == 0 { sum += ends.near * (held - state.w[node][lane: lane]) }
        if i == system.positions - 1 { sum += ends.far * (held - state.w[node][lane: lane]) }
        line += sum
        guard !system.hasIdealSense else { continue }
        if i > 0 {
          sum += inflow(state.w, node, from: node - n, system.senseSiemens(behind: i - 1))
        }
        if i < system.positions - 1 {
          sum += inflow(state.w, node, from: node + n, system.senseSiemens(behind: i))
        }
        note(sum, i * each * n + j)
      }
      if system.hasIdealSense { note(line, j) }
    }
    return cell
  }
}
