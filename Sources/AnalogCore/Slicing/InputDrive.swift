import CrossbarArray

/// Drive of the arrays by input codes: word-line signals, input slices, and the addition of the
/// results of slices.
public struct InputDrive: Sendable, Equatable {
  /// Form of an input slice on a word line.
  public enum Lines: Sendable, Equatable {
    /// A bit on the gates of select transistors; cells see the read voltage or nothing.
    case gates
    /// A voltage, `digit / (2^sliceBits − 1)` of the read voltage, on the cells themselves.
    case voltages(sliceBits: Int)
  }

  /// How negative inputs are applied.
  public enum Signs: String, Sendable, Equatable, Codable, CaseIterable {
    /// As magnitudes in two passes with conversions of their own, whose results are subtracted
    /// digitally.
    case split
    /// With one conversion (Xiao et al. 2022, p. 30: by negative voltages). Word lines take opposite
    /// voltages in the same read. Gates carry no sign: the magnitudes of negative inputs are a read
    /// of their own, with the opposite read voltage, and its current is integrated with that of the
    /// positive ones before it is converted.
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
  /// How negative inputs are applied.
  public var signs: Signs

  /// Bits on the gates, converted one by one.
  public init(
    _ lines: Lines = .gates, accumulation: Accumulation = .digital, signs: Signs = .split
  ) {
    self.lines = lines
    self.accumulation = accumulation
    self.signs = signs
  }

  /// How a single read takes negative inputs: `split` unless the array itself sees their signs.
  public var signsOfRead: Signs { lines == .gates ? .split : signs }

  /// Bits of one slice.
  public var sliceBits: Int {
    switch lines {
    case .gates: 1
    case .voltages(let bits): bits
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
