import NumericKernels

/// A batch of input vectors for one array.
public enum InputBatch: Sendable, Equatable {
  /// Word-line voltages in volts, `[batch, wordLines]`, for voltage-driven arrays.
  case volts(Matrix<Double>)
  /// Gate bits, `[batch, wordLines]`, for gate-driven arrays.
  case bits(BitMatrix)

  /// Number of input vectors.
  public var count: Int {
    switch self {
    case .volts(let matrix): matrix.rows
    case .bits(let bits): bits.rows
    }
  }

  /// Values per input vector.
  public var vectorLength: Int {
    switch self {
    case .volts(let matrix): matrix.columns
    case .bits(let bits): bits.columns
    }
  }

  /// Interprets a `[batch, wordLines]` matrix for an array of that topology: as volts, or as 0/1
  /// gate bits.
  public init(_ numbers: Matrix<Double>, for topology: CellTopology) throws(ArrayError) {
    guard topology != .voltageDriven else {
      if let bad = numbers.elements.firstIndex(where: { !$0.isFinite }) {
        throw .invalidInput(
          "input [\(bad / numbers.columns), \(bad % numbers.columns)] is "
            + "\(numbers.elements[bad]) V; word-line voltages must be finite")
      }
      self = .volts(numbers)
      return
    }
    if let bad = numbers.elements.firstIndex(where: { $0 != 0 && $0 != 1 }) {
      throw .invalidInput(
        "input [\(bad / numbers.columns), \(bad % numbers.columns)] is \(numbers.elements[bad]); "
          + "the gates of a gate-driven array take 0 or 1")
    }
    self = .bits(BitMatrix(rows: numbers.rows, columns: numbers.columns) { numbers[$0, $1] == 1 })
  }

  /// Number of word lines that a vector drives: gates that are on, or nonzero voltages.
  public func activeLines(vector index: Int) -> Int {
    switch self {
    case .volts(let matrix): matrix.row(index).count { $0 != 0 }
    case .bits(let bits): bits.population(row: index)
    }
  }

  /// Drive strength of a vector: number of gates that are on, or sum of the magnitudes of its
  /// voltages.
  public func strength(vector index: Int) -> Double {
    switch self {
    case .volts(let matrix): matrix.row(index).reduce(0) { $0 + $1.magnitude }
    case .bits(let bits): Double(bits.population(row: index))
    }
  }

  /// The vectors restricted to some of the word lines.
  public func lines(_ range: Range<Int>) -> InputBatch {
    switch self {
    case .volts(let matrix): .volts(matrix.block(rows: 0..<matrix.rows, columns: range))
    case .bits(let bits):
      .bits(
        BitMatrix(rows: bits.rows, columns: range.count) { bits[$0, range.lowerBound + $1] })
    }
  }

  /// One vector of the batch, as a batch of one.
  public func vector(_ index: Int) -> InputBatch { vectors(index..<index + 1) }

  /// Some vectors of the batch, in order.
  public func vectors(_ range: Range<Int>) -> InputBatch {
    switch self {
    case .volts(let matrix): .volts(matrix.block(rows: range, columns: 0..<matrix.columns))
    case .bits(let bits):
      .bits(
        BitMatrix(rows: range.count, columns: bits.columns) { bits[range.lowerBound + $0, $1] })
    }
  }
}
