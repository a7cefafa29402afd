import NumericKernels

/// Uniform quantisation of a layer's inputs to the codes that drive its arrays.
public struct ActivationQuantizer: Sendable, Equatable {
  /// Real value of one code.
  public let scale: Float
  /// Whether codes are signed (±127: 7-bit magnitude and sign) or unsigned (0 … 255).
  public let isSigned: Bool

  /// Bits of a code's magnitude.
  public var bitCount: Int { isSigned ? 7 : 8 }
  private var limit: Float { isSigned ? 127 : 255 }

  /// The quantiser whose largest code stands for `range`.
  public init(range: Float, isSigned: Bool) {
    self.isSigned = isSigned
    scale = range > 0 ? range / (isSigned ? 127 : 255) : 1
  }

  /// Codes of real values, rounded to nearest, ties to even, and clipped: magnitudes where the
  /// values are positive, and (for signed codes, else empty) magnitudes where they are negative.
  public func codes(_ values: [Float]) -> (positive: [UInt8], negative: [UInt8]) {
    let inverse = 1 / scale
    let positive = values.map {
      UInt8(min(max(($0 * inverse).rounded(.toNearestOrEven), 0), limit))
    }
    guard isSigned else { return (positive, []) }
    let negative = values.map {
      UInt8(min(max((-$0 * inverse).rounded(.toNearestOrEven), 0), limit))
    }
    return (positive, negative)
  }
}

/// What was seen of a layer's inputs on calibration images.
public struct ActivationRecord: Sendable, Equatable {
  /// Magnitudes seen.
  public private(set) var magnitudes = MagnitudeHistogram()
  /// Whether a value was negative.
  public private(set) var hasNegatives = false

  /// Nothing seen yet.
  public init() {}

  /// Adds values, which must be finite.
  public mutating func add(_ values: [Float]) {
    for value in values {
      magnitudes.add(value)
      hasNegatives = hasNegatives || value < 0
    }
  }

  /// Adds everything that `other` saw.
  public mutating func merge(_ other: ActivationRecord) {
    magnitudes.merge(other.magnitudes)
    hasNegatives = hasNegatives || other.hasNegatives
  }

  /// The quantiser that covers `percent` per cent of the magnitudes (100: all of them).
  public func quantizer(percent: Double) -> ActivationQuantizer {
    ActivationQuantizer(
      range: magnitudes.quantile(percent / 100), isSigned: hasNegatives)
  }
}
