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
    if let gates = inputs.gates {
      // Every vector has its own cells: those of drive lines whose gate is off do not conduct.
      for vector in 0..<inputs.count {
        let gated = gated { gates[vector, $0] }
        try gated.solve(inputs, cell, sensed, vector..<vector + 1, Double.self, &result)
        for row in 0..<rows where !gates[vector, row] {
          for k in row * columns..<(row + 1) * columns {
            result.drive[vector, k] = inputs.rowVolts[vector, row]
          }
        }
      }
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

  /// The system with only the drive lines that are on.
  private func gated(_ isOn: (Int) -> Bool) -> LineSystem {
    let on = (0..<rows).map(isOn)
    return LineSystem(
      rowsPerPosition: rowsPerPosition,
      cells: cells.indices.map { on[$0 / columns] ? cells[$0] : 0 }, rows: rowTerminals,
      columns: columnTerminals, driveSegment: driveSegment, senseSegment: senseSegment)
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
    result.residual = max(result.residual, solution.residual)
    result.sensedError = max(result.sensedError, solution.sensedError)
    result.iterations = max(result.iterations, solution.iterations)
  }
}
