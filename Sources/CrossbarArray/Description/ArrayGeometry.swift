/// Which end of a line carries its driver or its sense terminal.
///
/// Word line `i` meets bit lines `j = 0 … n−1` and its near end is at `j = 0`; bit line `j` meets
/// word lines `i = 0 … m−1` and its near end is at `i = 0`; source lines follow the lines they are
/// parallel to.
public enum LineEnd: String, Sendable, Codable, CaseIterable {
  case near, far, both
}

/// The ends at which each kind of line is driven or sensed.
public struct LineEnds: Sendable, Equatable, Codable {
  /// Word-line drivers (voltage-driven arrays).
  public var wordLineDrive: LineEnd
  /// Bit-line sense terminals, virtual grounds at 0 V.
  public var bitLineSense: LineEnd
  /// Source-line drivers (gate-driven arrays).
  public var sourceLineDrive: LineEnd

  /// The contract's defaults: driven near, sensed far.
  public init(
    wordLineDrive: LineEnd = .near, bitLineSense: LineEnd = .far, sourceLineDrive: LineEnd = .near
  ) {
    self.wordLineDrive = wordLineDrive
    self.bitLineSense = bitLineSense
    self.sourceLineDrive = sourceLineDrive
  }
}

/// How the cells of an array are driven.
public enum CellTopology: Sendable, Equatable, Codable {
  /// Inputs are word-line voltages; every cell conducts between its word line and its bit line.
  case voltageDriven
  /// Inputs are bits on the gates of ideal select switches; every selected cell conducts between
  /// its source line and its bit line (Xiao et al. 2022, p. 28).
  case gateDriven(sourceLine: SourceLine)

  /// Direction of the source lines of a gate-driven array.
  public enum SourceLine: String, Sendable, Codable, CaseIterable {
    /// Parallel to the bit lines: one source line beside every bit line.
    case parallel
    /// Parallel to the word lines: one source line beside every word line.
    case crossing
  }
}

/// Where the negative cells of differential pairs sit.
public enum PairArrangement: String, Sendable, Codable, CaseIterable {
  /// Negative cells form an array of their own with the same wires; its currents are sensed
  /// separately.
  case separateLines
  /// Both cells of a pair share a bit line, driven with opposite signs.
  case interleaved
}
