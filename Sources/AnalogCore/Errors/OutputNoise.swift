import CrossbarArray
import NumericKernels
import Units

/// Read noise of a tile as noise of its sensed currents.
///
/// If each cell contributes `x V (G + n)` with independent normal `n` of deviation σ(G), a sensed
/// current is normal with variance `V² Σ x σ²(G)` for input bits `x`: one draw per current has
/// exactly the distribution of one draw per cell. That holds only without wires and with linear
/// cells.
public struct OutputNoise: Sendable {
  /// Variance per set bit over the squared current of a full cell, `[wordLines, outputs]`, columns
  /// as in the currents.
  private let variances: [Float]
  private let wordLineCount: Int
  private let lineCount: Int
  /// Current of a full cell in amperes; keeps squares within single precision.
  private let unit: Float
  private let draws: OutputDraws

  /// The noise of a tile with the cells of `array`.
  ///
  /// - Parameters:
  ///   - inputBlock: Index of the tile's block of inputs.
  ///   - outputs: The outputs on its bit lines; both address the draws.
  public init(
    _ noise: ConductanceError, array: ArrayDescription, cell: CellSpecification, seed: UInt64,
    layer: Int, weightSlice: Int = 0, inputBlock: Int, outputs: Range<Int>
  ) {
    precondition(array.bitLineCount == outputs.count, "outputs do not match the bit lines")
    let (m, n) = (array.wordLineCount, array.bitLineCount)
    let full = cell.onConductance.value
    func variance(_ siemens: Double) -> Double {
      let deviation = noise.statistics(of: siemens, cell: cell).deviation / full
      return deviation * deviation
    }
    let matrices = [array.conductances] + [array.negativeConductances].compactMap { $0 }
    let isSummed = array.outputCount == n
    lineCount = array.outputCount
    var variances = [Float](repeating: 0, count: m * lineCount)
    for (plane, matrix) in matrices.enumerated() {
      for i in 0..<m {
        for j in 0..<n {
          variances[i * lineCount + (isSummed ? 0 : plane * n) + j] += Float(variance(matrix[i, j]))
        }
      }
    }
    self.variances = variances
    wordLineCount = m
    unit = Float(full * array.readVoltage.value)
    draws = OutputDraws(
      seed: seed, layer: layer, weightSlice: weightSlice, inputBlock: inputBlock, outputs: outputs)
  }

  /// Adds the noise of every read to `amperes`, `[bits.rows, outputs]`.
  ///
  /// - Parameter reads: Read number of each row; addresses its draws.
  public func add(to amperes: inout [Float], bits: BitMatrix, reads: [UInt64]) {
    precondition(bits.columns == wordLineCount && reads.count == bits.rows, "shapes differ")
    var sums = [Float](repeating: 0, count: lineCount)
    var out = amperes.mutableSpan
    for row in 0..<bits.rows {
      accumulate(bits, row: row, into: &sums)
      draws.add(to: &out, base: row * lineCount, lineCount: lineCount, read: reads[row]) {
        unit * sums[$0].squareRoot()
      }
    }
  }

  /// `sums = Σ x σ²` of one row, added in word-line order.
  private func accumulate(_ bits: BitMatrix, row: Int, into sums: inout [Float]) {
    let variances = variances.span
    var total = sums.mutableSpan
    for j in total.indices { total[j] = 0 }
    for index in 0..<bits.wordsPerRow {
      var word = bits.words[row * bits.wordsPerRow + index]
      while word != 0 {
        let line = 64 * index + word.trailingZeroBitCount
        let source = variances.extracting(line * lineCount..<(line + 1) * lineCount)
        for j in total.indices { total[j] += source[j] }
        word &= word - 1
      }
    }
  }
}
