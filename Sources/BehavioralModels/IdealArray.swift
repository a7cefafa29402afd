import CrossbarArray
import NumericKernels

/// The array without wire or terminal resistance: `I = Gᵀ V`, or `I = V Σ x g` where gates carry the
/// input.
public struct IdealArray: ArrayModel {
  public let description: ArrayDescription
  /// Amperes per unit of input in single precision, `[outputs, wordLines]`.
  private let transposed: [Float]

  /// Prepares a physical array.
  public init(_ description: ArrayDescription) throws(ArrayError) {
    try description.validate()
    if let reason = description.exclusion(from: "the ideal model") { throw .unsupported(reason) }
    self.description = description
    let (m, outputs) = (description.wordLineCount, description.outputCount)
    let response = Self.response(of: description)
    transposed = (0..<outputs * m).map { Float(response[$0 % m, $0 / m]) }
  }

  public var method: String { "ideal" }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    guard inputs.vectorLength == description.wordLineCount else {
      throw .invalidInput(
        "an input vector has \(inputs.vectorLength) values, the array "
          + "\(description.wordLineCount) word lines")
    }
    let response = Self.response(of: description)
    var amperes = Matrix(rows: inputs.count, columns: description.outputCount, repeating: 0.0)
    for vector in 0..<inputs.count {
      for i in 0..<description.wordLineCount {
        let x: Double =
          switch inputs {
          case .volts(let volts): volts[vector, i]
          case .bits(let bits): bits[vector, i] ? 1 : 0
          }
        guard x != 0 else { continue }
        for j in 0..<description.outputCount {
          amperes[vector, j] = multiplyAdd(response[i, j], x, amperes[vector, j])
        }
      }
    }
    return ArrayCurrents(amperes: amperes, relativeResidual: nil)
  }

  public func currents(_ bits: BitMatrix, into amperes: inout [Float]) throws(ArrayError) {
    let (m, outputs) = (description.wordLineCount, description.outputCount)
    guard bits.columns == m else {
      throw .invalidInput("an input vector has \(bits.columns) bits, the array \(m) word lines")
    }
    var unpacked = [Float](repeating: 0, count: bits.rows * m)
    for row in 0..<bits.rows {
      for index in 0..<bits.wordsPerRow {
        var word = bits.words[row * bits.wordsPerRow + index]
        while word != 0 {
          unpacked[row * m + 64 * index + word.trailingZeroBitCount] = 1
          word &= word - 1
        }
      }
    }
    amperes = Array(repeating: 0, count: bits.rows * outputs)
    var out = amperes.mutableSpan
    MatrixProduct.multiplyTransposed(
      unpacked.span, transposed.span, into: &out, m: bits.rows, n: outputs, k: m)
  }

  /// Amperes per unit of input, `[wordLines, outputs]`: siemens, or amperes per set gate bit.
  private static func response(of array: ArrayDescription) -> Matrix<Double> {
    let scale = array.topology == .voltageDriven ? 1 : array.readVoltage.value
    let matrices = array.effectiveConductances
    let positive = matrices[0]
    guard matrices.count == 2 else { return positive.map { $0 * scale } }
    let negative = matrices[1]
    let n = array.bitLineCount
    return Matrix(rows: array.wordLineCount, columns: array.outputCount) { i, j in
      switch array.pairing {
      case .interleaved: scale * (positive[i, j] - negative[i, j])
      case .separateLines: scale * (j < n ? positive[i, j] : negative[i, j - n])
      }
    }
  }
}
