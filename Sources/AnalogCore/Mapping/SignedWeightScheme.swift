import CrossbarArray

/// How a signed weight is stored in cells that only have positive conductances.
public enum SignedWeightScheme: Sendable, Equatable {
  /// Two cells whose currents subtract.
  case pair(PairStates, PairSubtraction)
  /// One cell that holds the weight plus an offset, so that zero is a level of its own.
  case offset(OffsetRemoval, zero: OffsetZero = .middle)

  /// Which states the cells of a pair take.
  public enum PairStates: String, Sendable, Equatable, Codable, CaseIterable {
    /// The magnitude in one cell, the other one at the off conductance.
    case oneSided
    /// Both move around the middle of the range; their sum is constant.
    case twoSided
  }

  /// Where the currents of a pair subtract.
  public enum PairSubtraction: String, Sendable, Equatable, Codable, CaseIterable {
    /// On one bit line, which both cells share with opposite drive (interleaved).
    case inArray
    /// Two bit lines, subtracted before one conversion (Xiao et al. 2022, pp. 31–32).
    case analog
    /// Two bit lines, converted apart.
    case digital
  }

  /// How the offset leaves the result.
  public enum OffsetRemoval: String, Sendable, Equatable, Codable, CaseIterable {
    /// The offset times the sum of the inputs, which digital logic knows.
    case digital
    /// One more bit line per array, whose cells hold the zero weight; converted like the others and
    /// subtracted from each.
    case unitColumn
  }

  /// Which level the weight zero is.
  public enum OffsetZero: String, Sendable, Equatable, Codable, CaseIterable {
    /// The one in the middle of the range (Xiao et al. 2022, p. 33: `W + 2⁷` for 8 bits).
    case middle
    /// The lowest one that the layer's weights leave it, because its smallest weight is the lowest level:
    /// where no weight is negative, the lowest of all.
    case lowest
  }

  /// One-sided pairs on bit lines of their own, subtracted before conversion.
  public static let differentialPair = SignedWeightScheme.pair(.oneSided, .analog)

  /// Bit lines that one output takes.
  public var bitLinesPerOutput: Int {
    switch self {
    case .pair(_, .analog), .pair(_, .digital): 2
    case .pair(_, .inArray), .offset: 1
    }
  }

  /// Bit lines that an array needs beside those of its outputs.
  public var sharedBitLines: Int {
    if case .offset(.unitColumn, _) = self { 1 } else { 0 }
  }

  /// Bit lines of an array of so many outputs, in all.
  public func bitLines(outputs: Int) -> Int { outputs * bitLinesPerOutput + sharedBitLines }

  /// Outputs that fit on so many bit lines.
  public func outputs(bitLines: Int) -> Int {
    max(0, bitLines - sharedBitLines) / bitLinesPerOutput
  }

  /// Values that an array of so many outputs converts at a time.
  public func conversions(outputs: Int) -> Int {
    switch self {
    case .pair(_, .analog), .pair(_, .inArray): outputs
    case .pair(_, .digital), .offset: bitLines(outputs: outputs)
    }
  }

  /// Where the negative cells of pairs sit; nil without pairs.
  public var pairing: PairArrangement? {
    switch self {
    case .pair(_, .inArray): .interleaved
    case .pair(_, .analog), .pair(_, .digital): .separateLines
    case .offset: nil
    }
  }

  /// Cells where a word line meets a bit line: both of a pair if they share the bit line.
  public var cellsPerCrossing: Int { pairing == .interleaved ? 2 : 1 }

  /// Whether what is converted may be negative.
  public var isBipolar: Bool {
    switch self {
    case .pair(_, .analog), .pair(_, .inArray): true
    case .pair(_, .digital), .offset: false
    }
  }

  /// The smallest difference between values that are converted, in units of the dot product: the
  /// single lines of two-sided pairs carry halves, because each cell moves by half a level.
  public var granularity: Double { self == .pair(.twoSided, .digital) ? 0.5 : 1 }
}
