import CrossbarArray
import NumericKernels
import Units

/// The array without wire or terminal resistance: `I = Gᵀ V`, or `I = V Σ x g` for gate inputs.
public struct IdealArray: ArrayModel {
  public let description: ArrayDescription
  /// Amperes per set gate bit in single precision, `[wordLines, outputs]`.
  private let selected = MadeOnce<SelectedSums>()

  /// Prepares an array, whose conductances may be negative.
  public init(_ description: ArrayDescription) throws(ArrayError) {
    try description.validate(allowsNegative: true)
    if let reason = Self.refusal(of: description) { throw .unsupported(reason) }
    self.description = description
  }

  public static func refusal(of array: ArrayDescription) -> String? {
    array.wiringExclusion(from: "the ideal model")
  }

  public var method: ArrayMethod { ArrayMethod(.ideal) }
  public var isMatrixProduct: Bool { description.isSum }
  public var response: Matrix<Double>? {
    description.isSum ? description.unwiredResponse : nil
  }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    guard inputs.vectorLength == description.wordLineCount else {
      throw .invalidInput(
        "an input vector has \(inputs.vectorLength) values, the array "
          + "\(description.wordLineCount) word lines")
    }
    if case .volts(let volts) = inputs, !description.law.isLinear {
      return ArrayCurrents(amperes: nonlinearAmperes(volts))
    }
    let response = description.unwiredResponse
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
    return ArrayCurrents(amperes: amperes)
  }

  public func currents(_ inputs: InputBatch, into amperes: inout [Float]) throws(ArrayError) {
    guard case .bits(let bits) = inputs else {
      amperes = try currents(inputs).amperes.elements.map { Float($0) }
      return
    }
    guard bits.columns == description.wordLineCount else {
      throw .invalidInput(
        "an input vector has \(bits.columns) bits, the array \(description.wordLineCount) word lines"
      )
    }
    selected.value {
      let response = description.unwiredResponse
      return SelectedSums(rows: response.rows, columns: response.columns) {
        Float(response[$0, $1])
      }
    }.multiply(bits, into: &amperes)
  }

  /// Each nonlinear cell at the voltage of its word line. A word line has few different voltages, one
  /// per digit, and a cell's current may take an iteration: each is computed once.
  private func nonlinearAmperes(_ volts: Matrix<Double>) -> Matrix<Double> {
    let (m, n) = (description.wordLineCount, description.bitLineCount)
    var amperes = Matrix(rows: volts.rows, columns: description.outputCount, repeating: 0.0)
    for (plane, siemens) in description.effectiveConductances.enumerated() {
      let isInterleaved = description.pairing == .interleaved
      let (sign, first) = isInterleaved ? (plane == 0 ? 1.0 : -1.0, 0) : (1, plane * n)
      for i in 0..<m {
        var rows: [Double: [Double]] = [:]
        for vector in 0..<volts.rows where volts[vector, i] != 0 {
          let v = sign * volts[vector, i]
          let row = rows[v] ?? siemens.row(i).map { description.law.amperes(v, siemens: $0) }
          rows[v] = row
          for j in 0..<n { amperes[vector, first + j] += row[j] }
        }
      }
    }
    return amperes
  }
}
