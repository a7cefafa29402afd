import NumericKernels
import Units

/// Shares of the cells of arrays that `LadderArray` covers: a walk down each column and one back.
///
/// Seen from a cell, what lies behind it is a conductance `y`; a cell adds `g`, and the wire `r` to the
/// next cell passes the part `f` of the voltage there:
///
///     f = 1 / (1 + r y),   y ← f y + g
///
/// The cell next to the sensed end has the share `u = 1 / (1 + r_end y)`, and the way back gives the
/// others, `u ← f u`. All terms are positive and none grows: no input overflows.
struct ShareWalk {
  private let array: ArrayDescription
  private let cells: ColumnCells<SIMD8<Double>>
  private let ohmsPerSegment: Double, terminalOhms: Double
  private let isReversed: Bool

  /// Prepares an array that `LadderArray` covers.
  init(_ array: ArrayDescription) {
    precondition(LadderArray.covers(array), "the ladder covers the array")
    self.array = array
    let isReversed = array.ends.bitLineSense == .near
    self.isReversed = isReversed
    ohmsPerSegment = array.wires.bitLineSegment.value + array.wires.sourceLineSegment.value
    terminalOhms = array.terminals.bitLineSense.value + array.terminals.sourceLineDriver.value
    cells = ColumnCells(
      first: array.effectiveConductances.map { matrix in
        guard isReversed else { return matrix }
        return Matrix(rows: matrix.rows, columns: matrix.columns) {
          matrix[matrix.rows - 1 - $0, $1]
        }
      }, second: [])
  }

  /// Sums over the reads of `bits`, in their order.
  func shares(_ bits: BitMatrix, weights: [Double]) -> ShareSums {
    let (m, n) = (array.wordLineCount, array.bitLineCount)
    let one = SIMD8<Double>(repeating: 1)
    var plan = LadderPlan<Double>(
      .init(
        ohmsPerSegment: ohmsPerSegment, isReversed: isReversed, unused: UnusedWire(array)))
    var sums = [SIMD8<Double>](repeating: SIMD8(), count: m * cells.stride)
    var passed = [SIMD8<Double>](repeating: SIMD8(), count: m)
    var drives = [Double](repeating: 0, count: m)
    let siemens = cells.first.span
    for row in 0..<bits.rows {
      let weight = SIMD8(repeating: weights[row])
      plan.set(bits, row: row)
      let steps = plan.steps.span.extracting(plan.rows[0].steps)
      for k in steps.indices { drives[Int(steps[k].line)] += weights[row] }
      let end = SIMD8(repeating: plan.endOhms + terminalOhms)
      var factors = passed.mutableSpan
      var out = sums.mutableSpan
      for group in 0..<cells.stride {
        var y = SIMD8<Double>()
        for k in steps.indices {
          let factor = one / multiplyAdd(SIMD8(repeating: steps[k].ohms), y, one)
          factors[k] = factor
          y = multiplyAdd(y, factor, siemens[Int(steps[k].line) * cells.stride + group])
        }
        var share = one / multiplyAdd(end, y, one)
        for k in steps.indices.reversed() {
          let cell = Int(steps[k].line) * cells.stride + group
          out[cell] = multiplyAdd(weight, share, out[cell])
          share *= factors[k]
        }
      }
    }
    let isReversed = isReversed
    func place(_ line: Int) -> Int { isReversed ? m - 1 - line : line }
    let planes = array.effectiveConductances.count
    return ShareSums(
      array,
      sums: (0..<planes).map { polarity in
        Matrix(rows: m, columns: n) { line, j in
          let output = polarity * n + j
          return sums[place(line) * cells.stride + output / 8][output % 8]
        }
      }, drives: (0..<m).map { drives[place($0)] })
  }
}
