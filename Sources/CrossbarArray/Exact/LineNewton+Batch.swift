import NumericKernels

extension LineSystem {
  /// Voltages and terminal currents of a batch of vectors on an array of nonlinear cells with the
  /// system's conductances. The currents of the bit lines `sensed` are accurate to
  /// `LineSensing.tolerance`; the residual is that of Kirchhoff's law at the worst node.
  func solve(
    _ inputs: LineInputs, cell: some LaneLaw, sensed: Range<Int>
  ) throws(ArrayError) -> LineVoltages {
    func matrix(_ columns: Int) -> Matrix<Double> {
      Matrix(rows: inputs.count, columns: columns, repeating: 0)
    }
    var result = LineVoltages(
      drive: matrix(cells.count), sense: matrix(positions * columns), amperes: matrix(columns),
      rowAmperes: matrix(rows), residual: 0, iterations: 0)
    if inputs.gates != nil {
      // Every vector has cells of its own.
      for vector in 0..<inputs.count { try solve(inputs, cell, sensed, gatesOf: vector, &result) }
      return result
    }
    for first in stride(from: 0, to: inputs.count, by: 4) {
      let group = first..<min(first + 4, inputs.count)
      switch group.count {
      case 1: try solve(inputs, cell, sensed, group, Double.self, &result)
      case 2: try solve(inputs, cell, sensed, group, SIMD2<Double>.self, &result)
      default: try solve(inputs, cell, sensed, group, SIMD4<Double>.self, &result)
      }
    }
    return result
  }

  /// Solves one vector of an array whose inputs switch gates; drive lines that are off have the
  /// voltages of their sources.
  private func solve<Cell: LaneLaw>(
    _ inputs: LineInputs, _ cell: Cell, _ sensed: Range<Int>, gatesOf vector: Int,
    _ result: inout LineVoltages
  ) throws(ArrayError) {
    guard let gates = inputs.gates else { preconditionFailure("nothing is switched") }
    let (each, n) = (rowsPerPosition, columns)
    for row in 0..<rows where !gates[vector, row] {
      for k in row * n..<(row + 1) * n { result.drive[vector, k] = inputs.rowVolts[vector, row] }
    }
    func held(_ column: Int) -> Double { inputs.columnVolts?[vector, column] ?? 0 }
    guard let selected = SelectedLines(self, isOn: { gates[vector, $0] }) else {
      for i in 0..<positions { for j in 0..<n { result.sense[vector, i * n + j] = held(j) } }
      return
    }
    let own = selected.positions.flatMap { $0 * each..<($0 + 1) * each }
    let sources = LineSources(
      rows: own.map { inputs.rowVolts[vector, $0] },
      columns: inputs.columnVolts.map { Array($0.row(vector)) } ?? [])
    let newton = LineNewton(
      system: selected.system, cell: cell, sources: sources, sensed: sensed)
    let solution: LineNewton<Double, Cell>.Solution
    do throws(ArrayError) {
      solution = try newton.solve(firstVector: vector)
    } catch .newtonNotConverged(let vector, let steps, let residual, let position, let bitLine) {
      throw .newtonNotConverged(
        vector: vector, steps: steps, residual: residual,
        wordLine: selected.positions[position], bitLine: bitLine)
    }
    let state = solution.state
    for (k, row) in own.enumerated() where gates[vector, row] {
      for j in 0..<n { result.drive[vector, row * n + j] = state.u[k * n + j] }
      result.rowAmperes[vector, row] = state.rowAmperes[k]
    }
    for (k, volts) in selected.senseVolts(state.w, held: held).enumerated() {
      result.sense[vector, k] = volts
    }
    for j in 0..<n { result.amperes[vector, j] = state.amperes[j] }
    result.note(solution)
  }

  private func solve<V: LineLanes>(
    _ inputs: LineInputs, _ cell: some LaneLaw, _ sensed: Range<Int>, _ group: Range<Int>,
    _ lanes: V.Type, _ result: inout LineVoltages
  ) throws(ArrayError) {
    func gather(_ matrix: Matrix<Double>) -> [V] {
      (0..<matrix.columns).map { column in
        var value = V.none
        for (lane, vector) in group.enumerated() { value[lane: lane] = matrix[vector, column] }
        return value
      }
    }
    let sources = LineSources(
      rows: gather(inputs.rowVolts), columns: inputs.columnVolts.map(gather) ?? [])
    let newton = LineNewton(system: self, cell: cell, sources: sources, sensed: sensed)
    let solution = try newton.solve(firstVector: group.lowerBound)
    let state = solution.state
    for (lane, vector) in group.enumerated() {
      for k in state.u.indices { result.drive[vector, k] = state.u[k][lane: lane] }
      for k in state.w.indices { result.sense[vector, k] = state.w[k][lane: lane] }
      for j in 0..<columns { result.amperes[vector, j] = state.amperes[j][lane: lane] }
      for row in 0..<rows { result.rowAmperes[vector, row] = state.rowAmperes[row][lane: lane] }
    }
    result.note(solution)
  }
}

extension LineVoltages {
  /// Takes over how a group of vectors converged.
  fileprivate mutating func note<V, Cell>(_ solution: LineNewton<V, Cell>.Solution) {
    residual = max(residual, solution.residual)
    sensedError = max(sensedError, solution.sensedError)
    iterations = max(iterations, solution.iterations)
  }
}
