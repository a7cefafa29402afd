/// Uniform quantization of a layer's inputs to the codes that drive its arrays.
///
/// A code stands for `scale · code`: zero is the code 0, because any zero point of the network is
/// subtracted first. Arrays get magnitudes and signs separately, `W x = W x⁺ − W x⁻`, so no sum of
/// weights is needed to correct for a zero point, and padding is the code 0.
public struct ActivationQuantizer: Sendable, Equatable {
  /// Real value of one code.
  public let scale: Float
  /// Codes that occur, zero among them, of magnitudes up to 65535.
  public let codes: ClosedRange<Int>
  /// Width of the codes: 8 or 16 if the network stores them.
  public let bits: Int

  /// Whether codes may be negative: then arrays are driven twice.
  public var isSigned: Bool { codes.lowerBound < 0 }
  /// Bits of the largest magnitude: the slices that drive an array once.
  public var bitCount: Int {
    let peak = max(codes.upperBound, -codes.lowerBound, 1)
    return Int.bitWidth - peak.leadingZeroBitCount
  }

  /// Codes 0 … 2^bits − 1, or ±(2^(bits−1) − 1) if they are signed; the largest code stands for
  /// `range`.
  public init(range: Float, isSigned: Bool, bits: Int = 8) {
    precondition(LayerPrecision.activationRange.contains(bits), "inputs have 2 to 16 bits")
    let highest = Self.highest(isSigned: isSigned, bits: bits)
    codes = (isSigned ? -highest : 0)...highest
    self.bits = bits
    scale = range > 0 ? range / Float(codes.upperBound) : 1
  }

  /// The largest code.
  static func highest(isSigned: Bool, bits: Int) -> Int { 1 << (isSigned ? bits - 1 : bits) - 1 }

  /// The codes of a network's own quantization; `nil` if they have no single scale or if, less the
  /// zero point, magnitudes exceed 65535.
  public init?(_ stored: AffineQuantization) {
    guard stored.isPerTensor else { return nil }
    let low = min(0, stored.codes.lowerBound - stored.zeroPoints[0])
    let high = max(0, stored.codes.upperBound - stored.zeroPoints[0])
    guard low >= -65535, high <= 65535 else { return nil }
    scale = stored.scales[0]
    codes = low...high
    bits = low >= -255 && high <= 255 ? 8 : 16
  }

  /// Codes of real values, rounded to nearest, ties to even, and clipped: magnitudes of the
  /// positive values, and (for signed codes, else empty) magnitudes of the negative ones.
  public func codes(_ values: [Float]) -> (positive: [UInt16], negative: [UInt16]) {
    let inverse = 1 / scale
    let (high, low) = (Float(codes.upperBound), Float(-codes.lowerBound))
    let positive = values.map {
      UInt16(min(max(($0 * inverse).rounded(.toNearestOrEven), 0), high))
    }
    guard isSigned else { return (positive, []) }
    let negative = values.map {
      UInt16(min(max((-$0 * inverse).rounded(.toNearestOrEven), 0), low))
    }
    return (positive, negative)
  }

  /// Signed codes of real values, as whole numbers; `codes` gives the same in two parts.
  public func signedCodes(_ values: [Float]) -> [Float] {
    let inverse = 1 / scale
    let (high, low) = (Float(codes.upperBound), Float(codes.lowerBound))
    // In place of a map: loops over spans of a known length run on vectors.
    var result = values
    var codes = result.mutableSpan
    for k in codes.indices {
      codes[k] = min(max((codes[k] * inverse).rounded(.toNearestOrEven), low), high)
    }
    return result
  }
}
