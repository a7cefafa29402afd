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
        body(vector, solution(solved, inputs, vector, lane: vector - group.lowerBound))
      }
    }
  }

  private func solution(
    _ solved: [LineVoltages], _ inputs: InputBatch, _ vector: Int, lane: Int
  ) -> ArraySolution {
    let each = plans[0].system.rowsPerPosition
    let (m, n) = (layout.wordLineCount, layout.bitLineCount)
    let volts: [Double] =
      if case .volts(let matrix) = inputs { Array(matrix.row(vector)) } else { [] }
    let law = description.law.law
    var planes: [ArraySolution.Plane] = []
    for (index, geometry) in layout.planes.enumerated() {
      let lines = solved[each == 1 ? index : 0]
      let first = each == 1 ? 0 : index
      let drive = Matrix(rows: m, columns: n) { lines.drive[lane, ($0 * each + first) * n + $1] }
      let sense = Matrix(rows: m, columns: n) { lines.sense[lane, $0 * n + $1] }
      let amperes = Matrix(rows: m, columns: n) { p, q in
        isOn(p, inputs, vector)
          ? law.tangent(
            drive[p, q] - sense[p, q], bitLine: sense[p, q], siemens: geometry.cells[p, q]
          ).amperes : 0
      }
      planes.append(
        ArraySolution.Plane(
          driveVolts: drive, bitLineVolts: sense, amperes: amperes, driveTerminals: [],
          bitLineTerminals: []))
    }
    // The terminal currents of a line are summed from its cells: sums of cell currents keep digits
    // that a voltage difference across a good terminal does not have.
    for (index, geometry) in layout.planes.enumerated() {
      let plane = planes[index]
      planes[index].driveTerminals = geometry.driveLines.enumerated().map { p, line in
        terminals(
          line, volts, first: plane.driveVolts[p, 0],
          out: -plane.amperes.row(p).reduce(0, +))
      }
      planes[index].bitLineTerminals = geometry.bitLines.enumerated().map { q, line in
        let sharing = layout.sharesBitLines ? planes : [plane]
        let out = sharing.reduce(0.0) { sum, plane in
          (0..<m).reduce(sum) { $0 + plane.amperes[$1, q] }
        }
        return terminals(line, volts, first: plane.bitLineVolts[0, q], out: out)
      }
    }
    return ArraySolution(
      layout, planes, volts: volts, outputs: description.outputCount,
      residual: SolutionResidual(solved.reduce(0) { max($0, $1.residual) }, residualNorm),
      iterations: solved.reduce(0) { max($0, $1.iterations) },
      sensedError: solved.reduce(0) { max($0, $1.sensedError) })
  }

  /// Currents at the ends of a line that delivers `out` amperes to its terminals in total.
  private func terminals(
    _ line: WiredLine?, _ volts: [Double], first: Double, out: Double
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
