import NumericKernels

extension LineArray {
  /// The effective matrix of a voltage-driven array, by line CG.
  struct EffectiveSiemens: Sendable {
    /// `[wordLines, outputs]`: the current of an output per volt on a word line.
    var siemens: Matrix<Double>
    /// Worst relative residual in the norm of `LineArray.tolerance`, and largest number of
    /// iterations.
    var relativeResidual: Double
    var iterations: Int
    /// Worst bound on the relative error of an entry.
    var sensedError = 0.0
  }

  /// Solves for the effective matrix with as many right-hand sides as there are word lines or bit
  /// lines, whichever are fewer: by reciprocity a bit line driven at 1 V with all inputs at 0 V
  /// delivers its row of the matrix through the word-line drivers.
  ///
  /// Gate-driven arrays are refused: they have no matrix that is independent of the input.
  func effectiveMatrix(tolerance: Double) throws(ArrayError) -> EffectiveSiemens {
    guard description.topology == .voltageDriven else {
      throw .unsupported("a gate-driven array has no effective matrix: it depends on the input")
    }
    guard description.isLinear else {
      throw .unsupported("an array of nonlinear cells has no effective matrix")
    }
    let (m, n) = (description.wordLineCount, description.bitLineCount)
    let (firstRow, firstColumn) = (layout.usedWordLines.lowerBound, layout.usedBitLines.lowerBound)
    var result = EffectiveSiemens(
      siemens: Matrix(rows: m, columns: description.outputCount, repeating: 0),
      relativeResidual: 0, iterations: 0)
    for (index, plan) in plans.enumerated() {
      // Word line i drives one row, or two neighboring ones with opposite signs.
      let each = plan.system.rowsPerPosition
      func sign(_ row: Int) -> Double { row % each == 0 ? 1 : -1 }
      let isAdjoint = n < m
      let (rows, columns) = (plan.system.rows, plan.system.columns)
      let sensing = LineSensing(
        plan.system, columns: isAdjoint ? 0..<0 : layout.usedBitLines,
        rows: isAdjoint ? firstRow * each..<(firstRow + m) * each : 0..<0)
      // Blocks bound the memory for the sources.
      for start in stride(from: 0, to: min(m, n), by: 64) {
        let block = start..<min(start + 64, min(m, n))
        let sources =
          isAdjoint
          ? LineInputs(
            rowVolts: Matrix(rows: block.count, columns: rows, repeating: 0),
            columnVolts: Matrix(rows: block.count, columns: columns) {
              $1 == firstColumn + start + $0 ? 1 : 0
            })
          : LineInputs(
            rowVolts: Matrix(rows: block.count, columns: rows) {
              $1 / each == firstRow + start + $0 ? sign($1) : 0
            })
        let solved = try plan.solve(
          sources, tolerance: tolerance, iterationLimit: iterationLimit, keepsVoltages: false,
          sensing: sensing)
        for k in block {
          if isAdjoint {
            for i in 0..<m {
              let driven = (firstRow + i) * each..<(firstRow + i + 1) * each
              result.siemens[i, index * n + k] = driven.reduce(0) {
                $0 + sign($1) * solved.rowAmperes[k - start, $1]
              }
            }
          } else {
            for j in 0..<n {
              result.siemens[k, index * n + j] = solved.amperes[k - start, firstColumn + j]
            }
          }
        }
        result.relativeResidual = max(result.relativeResidual, solved.residual)
        result.iterations = max(result.iterations, solved.iterations)
        result.sensedError = max(result.sensedError, solved.sensedError)
      }
    }
    return result
  }
}
