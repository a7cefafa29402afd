import NumericKernels

extension LineArray: ArraySolver {
  public func solutions(
    _ inputs: InputBatch, each body: (_ vector: Int, _ solution: ArraySolution) -> Void
  ) throws(ArrayError) {
    try description.check(inputs)
    for group in groups(inputs.count) {
      var solved: [LineVoltages] = []
      for index in plans.indices {
        solved.append(try voltages(index, inputs, group, keepsVoltages: true))
      }
      for vector in group {
        var volts: [Double] = []
        if case .volts(let matrix) = inputs { volts = Array(matrix.row(vector)) }
        body(
          vector,
          ArraySolution(
            layout,
            layout.planes.indices.map {
              plane($0, solved, inputs, vector, vector - group.lowerBound)
            },
            volts: volts, outputs: description.outputCount,
            residual: solved.reduce(0) { max($0, $1.residual) },
            iterations: solved.reduce(0) { max($0, $1.iterations) }))
      }
    }
  }

  private func plane(
    _ index: Int, _ solved: [LineVoltages], _ inputs: InputBatch, _ vector: Int, _ lane: Int
  ) -> ArraySolution.Plane {
    let each = plans[0].system.rowsPerPosition
    let lines = solved[each == 1 ? index : 0]
    let geometry = layout.planes[index]
    let (m, n) = (layout.wordLineCount, layout.bitLineCount)
    func row(_ p: Int) -> Int { each == 1 ? p : p * each + index }
    let drive = Matrix(rows: m, columns: n) { lines.drive[lane, row($0) * n + $1] }
    let sense = Matrix(rows: m, columns: n) { lines.sense[lane, $0 * n + $1] }
    let amperes = Matrix(rows: m, columns: n) { p, q in
      isOn(p, inputs, vector)
        ? description.cell.amperes(drive[p, q] - sense[p, q], siemens: geometry.cells[p, q]) : 0
    }
    let inputVolts: [Double] =
      if case .volts(let matrix) = inputs { Array(matrix.row(vector)) } else { [] }
    return ArraySolution.Plane(
      driveVolts: drive, bitLineVolts: sense, amperes: amperes,
      driveTerminals: geometry.driveLines.enumerated().map { p, line in
        terminals(line, inputVolts, first: drive[p, 0], out: lines.rowAmperes[lane, row(p)])
      },
      bitLineTerminals: geometry.bitLines.enumerated().map { q, line in
        terminals(line, inputVolts, first: sense[0, q], out: lines.amperes[lane, q])
      })
  }

  /// Currents at the ends of a line that gives `out` amperes to its terminals in all.
  private func terminals(
    _ line: ArrayLine?, _ volts: [Double], first: Double, out: Double
  ) -> ArraySolution.TerminalAmperes {
    guard let line else { return .init() }
    let attached = line.terminals
    let nearOnly = attached.first { !$0.isFar }
    guard attached.count == 2, let near = nearOnly else {
      return nearOnly == nil ? .init(near: 0, far: out) : .init(near: -out, far: 0)
    }
    let inflow = (line.source.volts(volts) - first) / near.ohms
    return .init(near: inflow, far: out + inflow)
  }

  private func isOn(_ position: Int, _ inputs: InputBatch, _ vector: Int) -> Bool {
    guard case .bits(let bits) = inputs else { return true }
    return layout.usedWordLines.contains(position)
      && bits[vector, position - layout.usedWordLines.lowerBound]
  }
}
