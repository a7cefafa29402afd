import CrossbarArray
import NumericKernels

extension InputBatch {
  /// The vectors as numbers, `[vectors, wordLines]`: volts, or 0 and 1.
  public var numbers: [Double] {
    switch self {
    case .volts(let volts): volts.elements
    case .bits(let bits):
      (0..<bits.rows).flatMap { row in (0..<bits.columns).map { bits[row, $0] ? 1 : 0 } }
    }
  }

  /// The given vectors in the order given.
  public func selecting(_ rows: [Int]) -> InputBatch {
    switch self {
    case .bits(let bits): .bits(bits.selecting(rows))
    case .volts(let volts): .volts(volts.selecting(rows))
    }
  }
}

extension Matrix where Element == Double {
  /// The given rows in the order given.
  public func selecting(_ rows: [Int]) -> Matrix {
    Matrix(rows: rows.count, columns: columns, elements: rows.flatMap { row($0) })
  }
}

extension CalibrationSet {
  /// The vectors as inputs of an array: gate bits, or for voltage-driven arrays `volts` on the selected word
  /// lines, times a drawn factor from 0 to 1 each.
  public func inputs(
    for topology: CellTopology, volts: Double, seed: UInt64
  ) -> InputBatch {
    guard topology == .voltageDriven else { return .bits(bits) }
    var random = RandomStream(seed: seed, stream: 1)
    return .volts(
      Matrix(rows: bits.rows, columns: bits.columns) { row, line in
        let factor = Double.random(in: 0...1, using: &random)
        return bits[row, line] ? volts * factor : 0
      })
  }
}
