import CrossbarArray
import NumericKernels
import Units

/// The array without wire or terminal resistance: `I = Gᵀ V`, or `I = V Σ x g` for gate inputs.
public struct IdealArray: ArrayModel {
  public let description: ArrayDescription
  /// Amperes per unit of input in single precision, `[wordLines, outputs]`.
  private let selected: SelectedSums

  /// Prepares a physical array.
  public init(_ description: ArrayDescription) throws(ArrayError) {
    try description.validate()
    if let reason = Self.refusal(of: description) { throw .unsupported(reason) }
    self.description = description
    let response = Self.response(of: description)
    selected = SelectedSums(rows: description.wordLineCount, columns: description.outputCount) {
      Float(response[$0, $1])
    }
  }

  public static func refusal(of array: ArrayDescription) -> String? {
    array.wiringExclusion(from: "the ideal model")
  }

  public var method: ArrayMethod { ArrayMethod(.ideal) }
  public var isMatrixProduct: Bool {
    description.topology != .voltageDriven || description.law.isLinear
  }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    guard inputs.vectorLength == description.wordLineCount else {
      throw .invalidInput(
        "an input vector has \(inputs.vectorLength) values, the array "
          + "\(description.wordLineCount) word lines")
    }
    let response = Self.response(of: description)
    if case .volts(let volts) = inputs, !description.law.isLinear {
      return ArrayCurrents(amperes: nonlinearAmperes(volts))
    }
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
    selected.multiply(bits, into: &amperes)
  }

  /// Each nonlinear cell at the voltage of its word line.
  private func nonlinearAmperes(_ volts: Matrix<Double>) -> Matrix<Double> {
    let (m, n) = (description.wordLineCount, description.bitLineCount)
    var amperes = Matrix(rows: volts.rows, columns: description.outputCount, repeating: 0.0)
    for (plane, siemens) in description.effectiveConductances.enumerated() {
      let isInterleaved = description.pairing == .interleaved
      let (sign, first) = isInterleaved ? (plane == 0 ? 1.0 : -1.0, 0) : (1, plane * n)
      for vector in 0..<volts.rows {
        for i in 0..<m {
          for j in 0..<n {
            amperes[vector, first + j] += description.law.amperes(
              sign * volts[vector, i], siemens: siemens[i, j])
          }
        }
      }
    }
    return amperes
  }

  /// Amperes per unit of input, `[wordLines, outputs]`: siemens, or amperes per set gate bit.
  private static func response(of array: ArrayDescription) -> Matrix<Double> {
    let isVoltageDriven = array.topology == .voltageDriven
    let volts = isVoltageDriven ? 1 : array.readVoltage.value
    func amperes(_ siemens: Double, _ sign: Double) -> Double {
      isVoltageDriven ? sign * siemens : array.law.amperes(sign * volts, siemens: siemens)
    }
    let matrices = array.effectiveConductances
    let positive = matrices[0]
    guard matrices.count == 2 else { return positive.map { amperes($0, 1) } }
    let negative = matrices[1]
    let n = array.bitLineCount
    return Matrix(rows: array.wordLineCount, columns: array.outputCount) { i, j in
      switch array.pairing {
      case .interleaved: amperes(positive[i, j], 1) + amperes(negative[i, j], -1)
      case .separateLines: amperes(j < n ? positive[i, j] : negative[i, j - n], 1)
      }
    }
  }
}
