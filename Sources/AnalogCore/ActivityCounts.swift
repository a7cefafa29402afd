/// Exact counts of hardware activity, from which energy and time follow.
public struct ActivityCounts: Sendable, Equatable, Codable {
  /// Matrix-vector products computed by the core.
  public var products = 0
  /// Word-line activations: set input bits, counted once per tile that they drive.
  public var wordLineActivations = 0
  /// Input bits applied to word lines, set or not; activations over this is the input density.
  public var wordLineBits = 0
  /// Analog-to-digital conversions.
  public var conversions = 0
  /// Conversions whose input lay outside the converter's range.
  public var clippedConversions = 0

  /// No activity.
  public init() {}

  /// Adds the activity of `other`.
  public mutating func merge(_ other: ActivityCounts) {
    products += other.products
    wordLineActivations += other.wordLineActivations
    wordLineBits += other.wordLineBits
    conversions += other.conversions
    clippedConversions += other.clippedConversions
  }
}
