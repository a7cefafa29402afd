import CrossbarArray

/// Drive of the arrays by input codes: word-line signals, input slices, and the addition of the
/// results of slices.
public struct InputDrive: Sendable, Equatable {
  /// Form of an input slice on a word line.
  public enum Lines: Sendable, Equatable {
    /// A bit on the gates of select transistors; cells see the read voltage or nothing.
    case gates
    /// A voltage, `digit / (2^sliceBits − 1)` of the read voltage, on the cells themselves.
    case voltages(sliceBits: Int, signs: Signs = .split)
  }

  /// How negative inputs are applied.
  public enum Signs: String, Sendable, Equatable, Codable, CaseIterable {
    /// As magnitudes in two passes, whose results are subtracted digitally.
    case split
    /// In one pass, by opposite voltages.
    case differential
  }

  /// How the results of the slices of one input are added.
  public enum Accumulation: String, Sendable, Equatable, Codable, CaseIterable {
    /// A conversion per slice, then shift-and-add.
    case digital
    /// On switched capacitors, one conversion per product.
    case analog
  }

  /// Word-line signals.
  public var lines: Lines
  /// How slices are added.
  public var accumulation: Accumulation

  /// Bits on the gates, converted one by one.
  public init(_ lines: Lines = .gates, accumulation: Accumulation = .digital) {
    self.lines = lines
    self.accumulation = accumulation
  }

  /// Cell topology that this drive requires.
  public var topology: CellTopology {
    switch lines {
    case .gates: .gateDriven(sourceLine: .parallel)
    case .voltages: .voltageDriven
    }
  }

  /// Bits of one slice.
  public var sliceBits: Int {
    switch lines {
    case .gates: 1
    case .voltages(let bits, _): bits
    }
  }

  /// How negative inputs are applied; gates carry no sign.
  public var signs: Signs {
    switch lines {
    case .gates: .split
    case .voltages(_, let signs): signs
    }
  }

  /// Slices of codes of `bitCount` bits.
  public func sliceCount(bitCount: Int) -> Int { (bitCount + sliceBits - 1) / sliceBits }

  /// The largest sum of the slices that share one conversion, per input of codes of `bitCount`
  /// bits.
  public func largestInput(bitCount: Int) -> Int {
    switch accumulation {
    case .digital: 1 << sliceBits - 1
    case .analog: 1 << (sliceBits * sliceCount(bitCount: bitCount)) - 1
    }
  }
}
