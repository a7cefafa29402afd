/// Widths of the integers of a layer.
public struct LayerPrecision: Sendable, Equatable {
  /// Widths of weight codes.
  public static let weightRange = 2...8
  /// Widths of input codes.
  public static let activationRange = 2...16

  /// Bits of a weight code, which lies within ±(2^(bits−1) − 1).
  public var weightBits: Int
  /// Bits of an input code: 0 … 2^bits − 1, or ±(2^(bits−1) − 1) if inputs may be negative.
  public var activationBits: Int

  /// Codes of 8 bits, unless said otherwise.
  public init(weightBits: Int = 8, activationBits: Int = 8) {
    self.weightBits = weightBits
    self.activationBits = activationBits
  }
}
