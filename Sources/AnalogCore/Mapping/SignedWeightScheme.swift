import CrossbarArray

/// Storage of a signed weight in cells that have only positive conductances.
public enum SignedWeightScheme: Sendable, Equatable {
  /// Two cells whose currents subtract.
  case pair(PairStates, PairSubtraction)
  /// One cell that holds the weight plus an offset, so that zero is a level of its own.
  case offset(OffsetRemoval, zero: OffsetZero = .middle)

  /// States of the cells of a pair.
  public enum PairStates: String, Sendable, Equatable, Codable, CaseIterable {
    /// The magnitude in one cell, the other one at the off conductance.
    case oneSided
    /// Both move symmetrically around mid-range; their sum is constant.
    case twoSided
  }

  /// Where the currents of a pair are subtracted.
  public enum PairSubtraction: String, Sendable, Equatable, Codable, CaseIterable {
    /// On one bit line shared by both cells, which have opposite drive (interleaved).
    case inArray
    /// Two bit lines, subtracted before one conversion (Xiao et al. 2022, pp. 31–32).
    case analog
    /// Two bit lines, converted separately.
    case digital
  }

  /// How the offset is removed from the result.
  public enum OffsetRemoval: String, Sendable, Equatable, Codable, CaseIterable {
    /// Digitally: the offset times the sum of the inputs.
    case digital
    /// One more bit line per array, whose cells hold weight zero; converted like the others and
    /// subtracted from each.
    case unitColumn
  }

  /// The level of weight zero.
  public enum OffsetZero: String, Sendable, Equatable, Codable, CaseIterable {
    /// The middle of the range (Xiao et al. 2022, p. 33: `W + 2⁷` for 8 bits).
    case middle
    /// The lowest level that the layer's weights allow, with its smallest weight at level 0. Zero
    /// is then level 0 itself if no weight is negative.
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

  /// Bit lines of an array besides those of its outputs.
  public var sharedBitLines: Int {
    if case .offset(.unitColumn, _) = self { 1 } else { 0 }
  }

  /// Total bit lines of an array with that many outputs.
  public func bitLines(outputs: Int) -> Int { outputs * bitLinesPerOutput + sharedBitLines }

  /// Outputs that fit on that many bit lines.
  public func outputs(bitLines: Int) -> Int {
    max(0, bitLines - sharedBitLines) / bitLinesPerOutput
  }

  /// Values that an array with that many outputs converts at a time.
  public func conversions(outputs: Int) -> Int {
    switch self {
    case .pair(_, .analog), .pair(_, .inArray): outputs
    case .pair(_, .digital), .offset: bitLines(outputs: outputs)
    }
  }

  /// Position of the negative cells of pairs; `nil` without pairs.
  public var pairing: PairArrangement? {
    switch self {
    case .pair(_, .inArray): .interleaved
    case .pair(_, .analog), .pair(_, .digital): .separateLines
    case .offset: nil
    }
  }

  /// Cells at the crossing of a word line and a bit line: both of a pair if they share the bit
  /// line.
  public var cellsPerCrossing: Int { pairing == .interleaved ? 2 : 1 }

  /// Whether converted values may be negative.
  public var isBipolar: Bool {
    switch self {
    case .pair(_, .analog), .pair(_, .inArray): true
    case .pair(_, .digital), .offset: false
    }
  }

  /// Whether cells that hold weight zero add to converted values, to be removed after conversion.
  public var convertsZeros: Bool {
    switch self {
    case .pair(.twoSided, .digital), .offset: true
    case .pair: false
    }
  }

  /// The smallest difference between converted values, in units of the dot product. Single lines of
  /// two-sided pairs carry halves, because each cell moves by half a level.
  public var granularity: Double { self == .pair(.twoSided, .digital) ? 0.5 : 1 }
}
