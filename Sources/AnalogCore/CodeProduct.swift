import NumericKernels

/// Products of a tile in units with whole input codes: what the hardware accumulates over all input
/// slices before it converts.
public struct CodeProduct: Sendable {
  /// Lines of the same nonzero inputs, which one product covers.
  public struct Block: Sendable {
    /// Converted lines.
    public let lines: Range<Int>
    /// Inputs of the tile outside of which the block is zero.
    public let inputs: Range<Int>
  }

  /// Inputs of the tile, and its converted lines.
  public let inputCount: Int, lineCount: Int
  /// `[lines, inputs]` in single precision; empty if only double precision is exact.
  public let singles: [Float]
  private let doubles: [Double]
  /// What of the matrix is not zero, as arrays of many groups are but for one input in many.
  public let blocks: [Block]

  /// A matrix `[inputs, lines]` in single precision.
  init(_ matrix: Matrix<Double>) {
    (inputCount, lineCount) = (matrix.rows, matrix.columns)
    singles = matrix.transposed().elements.map { Float($0) }
    doubles = []
    blocks = Self.blocks(matrix)
  }

  /// A matrix `[inputs, lines]` of whole numbers whose sums only double precision holds.
  init(exactly matrix: Matrix<Double>) {
    (inputCount, lineCount) = (matrix.rows, matrix.columns)
    singles = []
    doubles = matrix.transposed().elements
    blocks = []
  }

  /// Lines in fours, as products take them, joined where they have the same inputs.
  private static func blocks(_ matrix: Matrix<Double>) -> [Block] {
    var blocks: [Block] = []
    for first in stride(from: 0, to: matrix.columns, by: 4) {
      let lines = first..<min(first + 4, matrix.columns)
      func isUsed(_ input: Int) -> Bool { lines.contains { matrix[input, $0] != 0 } }
      guard let low = (0..<matrix.rows).first(where: isUsed),
        let high = (0..<matrix.rows).last(where: isUsed)
      else { continue }
      let inputs = low..<high + 1
      if let last = blocks.last, last.lines.upperBound == first,
        last.inputs.clamped(to: inputs).count * 4 >= 3 * max(last.inputs.count, inputs.count)
      {
        let joined =
          min(low, last.inputs.lowerBound)..<max(inputs.upperBound, last.inputs.upperBound)
        blocks[blocks.count - 1] = Block(
          lines: last.lines.lowerBound..<lines.upperBound, inputs: joined)
      } else {
        blocks.append(Block(lines: lines, inputs: inputs))
      }
    }
    return blocks
  }

  /// Whether only double precision is exact.
  var isDouble: Bool { !doubles.isEmpty }

  /// Signals `[batch, lines]` of input codes in single precision. A vector gives the same signals in
  /// any batch.
  func singleSignals(of codes: [Float]) -> [Float] {
    let batch = codes.count / inputCount
    var signals = [Float](repeating: 0, count: batch * lineCount)
    let all = codes.span
    for vector in 0..<batch {
      var out = signals.mutableSpan
      MatrixProduct.multiply(
        singles.span, vector: all.extracting(vector * inputCount..<(vector + 1) * inputCount),
        into: &out, offset: vector * lineCount, m: lineCount, k: inputCount)
    }
    return signals
  }

  /// The same in double precision: whole numbers, exact in any order.
  func doubleSignals(of codes: [Float]) -> [Double] {
    let batch = codes.count / inputCount
    let codes = codes.map { Double($0) }
    var signals = [Double](repeating: 0, count: batch * lineCount)
    var out = signals.mutableSpan
    MatrixProduct.multiplyTransposed(
      codes.span, doubles.span, into: &out, m: batch, n: lineCount, k: inputCount)
    return signals
  }
}
