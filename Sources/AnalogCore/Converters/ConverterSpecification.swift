/// How analog outputs become codes.
public enum ConverterSpecification: Sendable, Equatable {
  /// No quantisation: the analog value itself.
  case ideal
  /// A uniform converter with a code at zero, symmetric around it.
  case uniform(bits: Int, range: ConverterRange)
  /// As many bits as the full-precision guarantee asks for: one code per unit of the integer dot
  /// product over the whole range (Xiao et al. 2022, section 2.4).
  case fullPrecision

  /// Whether the range must be measured before the converter can be built.
  public var needsCalibration: Bool {
    if case .uniform(_, .calibrated) = self { true } else { false }
  }
}

/// The input range of a uniform converter.
public enum ConverterRange: Sendable, Equatable {
  /// Covers `percent` per cent of the magnitudes recorded on calibration inputs, one range per layer
  /// (Xiao et al. 2022, p. 39: 99.98 %).
  case calibrated(percent: Double)
  /// Covers every value that the tile can deliver.
  case maximum
}

/// A converter of one tile, in units of the integer dot product (one weight code times one input
/// bit).
public struct Converter: Sendable, Equatable {
  /// Units per code; zero stands for the ideal converter.
  public let step: Float
  /// Codes reach from `-maximumCode` to `maximumCode`.
  public let maximumCode: Float

  /// The ideal converter.
  public static let ideal = Converter(step: 0, maximumCode: .infinity)

  /// A converter for a tile whose outputs lie within ±`peak` units.
  ///
  /// - Parameter calibratedRange: The measured range in units, for calibrated converters. A range of
  ///   zero (no signal was seen) falls back on the peak.
  public init(_ specification: ConverterSpecification, peak: Float, calibratedRange: Float?) {
    switch specification {
    case .ideal:
      self = .ideal
    case .fullPrecision:
      self.init(step: 1, maximumCode: peak)
    case .uniform(let bits, let range):
      let codes = Float((1 << (bits - 1)) - 1)
      let limit: Float =
        switch range {
        case .maximum: peak
        case .calibrated: calibratedRange.map { $0 > 0 ? $0 : peak } ?? peak
        }
      self.init(step: limit / codes, maximumCode: codes)
    }
  }

  private init(step: Float, maximumCode: Float) {
    self.step = step
    self.maximumCode = maximumCode
  }

  /// Whether values pass through unchanged.
  public var isIdeal: Bool { step == 0 }
}
