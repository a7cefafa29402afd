import NumericKernels

extension LineArray {
  /// A voltage-driven array as the matrix that it is, by line CG.
  struct EffectiveSiemens: Sendable {
    /// `[wordLines, outputs]`: the current of an output per volt on a word line.
    var siemens: Matrix<Double>
    /// Worst relative residual in the norm of `LineArray.tolerance`, and most iterations.
    var relativeResidual: Double
    var iterations: Int
  }

  /// Solves for the effective matrix with as many right-hand sides as there are word lines or bit
  /// lines, whichever are fewer: by reciprocity a bit line driven at 1 V with all inputs at 0 V
  /// delivers its row of the matrix through the word-line drivers.
  ///
  /// Gate-driven arrays depend on their input and are refused.
  func effectiveMatrix(tolerance: Double) throws(ArrayError) -> EffectiveSiemens {
    guard description.topology == .voltageDriven else {
      throw .unsupported("a gate-driven array has no effective matrix: it depends on the input")
    }
    let (m, n) = (description.wordLineCount, description.bitLineCount)
    var result = EffectiveSiemens(
      siemens: Matrix(rows: m, columns: description.outputCount, repeating: 0),
      relativeResidual: 0, iterations: 0)
    for (index, plan) in plans.enumerated() {
      // Word line i drives row i, or rows 2i and 2i + 1 with opposite signs.
      let each = plan.system.rowsPerPosition
      func sign(_ row: Int) -> Double { row % each == 0 ? 1 : -1 }
      let isAdjoint = n < m
      let sources =
        isAdjoint
        ? LineInputs(
          rowVolts: Matrix(rows: n, columns: plan.system.rows, repeating: 0),
          columnVolts: Matrix(rows: n, columns: n) { $0 == $1 ? 1 : 0 })
        : LineInputs(
          rowVolts: Matrix(rows: m, columns: plan.system.rows) { $1 / each == $0 ? sign($1) : 0 })
      let solved = try plan.solve(
        sources, tolerance: tolerance, iterationLimit: iterationLimit, keepsVoltages: false)
      for i in 0..<m {
        for j in 0..<n {
          result.siemens[i, index * n + j] =
            isAdjoint
            ? (i * each..<(i + 1) * each).reduce(0) { $0 + sign($1) * solved.rowAmperes[j, $1] }
            : solved.amperes[i, j]
        }
      }
      result.relativeResidual = max(result.relativeResidual, solved.residual)
      result.iterations = max(result.iterations, solved.iterations)
    }
    return result
  }
}
