import CrossbarArray
import NumericKernels

extension InputBatch {
  /// Vectors that drive the selected word lines of an array: the bits themselves on its gates, or
  /// `fullScaleVolts` times a random factor from 0 to 1 on each selected word line.
  ///
  /// - Parameter stream: Random stream of the factors, together with `seed`.
  init(
    selecting bits: BitMatrix, of topology: CellTopology, fullScaleVolts: Double, seed: UInt64,
    stream: UInt64
  ) {
    guard topology == .voltageDriven else {
      self = .bits(bits)
      return
    }
    var random = RandomStream(seed: seed, stream: stream)
    self = .volts(
      Matrix(rows: bits.rows, columns: bits.columns) { row, line in
        let factor = Double.random(in: 0...1, using: &random)
        return bits[row, line] ? fullScaleVolts * factor : 0
      })
  }

  /// The vectors as numbers, `[vectors, wordLines]`: volts, or 0 and 1.
  public var numbers: [Double] {
    switch self {
    case .volts(let volts): volts.elements
    case .bits(let bits):
      (0..<bits.rows).flatMap { row in (0..<bits.columns).map { bits[row, $0] ? 1 : 0 } }
    }
  }

  /// The given vectors, in that order.
  public func selecting(_ rows: [Int]) -> InputBatch {
    switch self {
    case .bits(let bits): .bits(bits.selecting(rows))
    case .volts(let volts): .volts(volts.selecting(rows))
    }
  }

  /// The vectors followed by those of another batch of the same kind.
  func followed(by other: InputBatch) -> InputBatch {
    switch (self, other) {
    case (.bits(let first), .bits(let second)):
      return .bits(
        BitMatrix(
          rows: first.rows + second.rows, columns: first.columns, words: first.words + second.words)
      )
    case (.volts(let first), .volts(let second)):
      return .volts(
        Matrix(
          rows: first.rows + second.rows, columns: first.columns,
          elements: first.elements + second.elements))
    default: preconditionFailure("gate bits and voltages do not mix")
    }
  }
}

extension BitMatrix {
  /// The given rows, in that order.
  public func selecting(_ rows: [Int]) -> BitMatrix {
    BitMatrix(
      rows: rows.count, columns: columns,
      words: rows.flatMap { words[$0 * wordsPerRow..<($0 + 1) * wordsPerRow] })
  }
}

extension Matrix where Element == Double {
  /// The given rows, in that order.
  public func selecting(_ rows: [Int]) -> Matrix {
    Matrix(rows: rows.count, columns: columns, elements: rows.flatMap { row($0) })
  }
}

extension ArrayModel {
  /// The currents as in inference, `[vectors, outputs]` row-major: in single precision for gate
  /// bits, in double precision for voltages.
  public func inferredCurrents(_ inputs: InputBatch) throws(ArrayError) -> [Double] {
    guard case .bits = inputs else { return try currents(inputs).amperes.elements }
    var single: [Float] = []
    try currents(inputs, into: &single)
    return single.map { Double($0) }
  }
}
