/// The ADC of one tile, in units of the integer dot product (one unit of a weight slice times one
/// of an input slice).
public struct Converter: Sendable, Equatable {
  /// Units per code; zero for the ideal converter.
  public let step: Float
  /// The lowest code: minus the highest one, or zero if values have one sign.
  public let minimumCode: Double
  /// The highest code.
  public let maximumCode: Double

  /// The ideal converter.
  public static let ideal = Converter(
    step: 0, minimumCode: -Double.infinity, maximumCode: .infinity)

  /// A converter for a tile whose outputs lie within ±`peak` units, or 0 … `peak`.
  ///
  /// - Parameters:
  ///   - isBipolar: Whether values may be negative; codes are then symmetric around zero.
  ///   - granularity: Smallest difference between values, in units.
  ///   - calibratedRange: The measured range in units, for calibrated converters. A range of zero
  ///     (no signal was recorded) falls back to the peak.
  public init(
    _ specification: ConverterSpecification, peak: Double, isBipolar: Bool = true,
    granularity: Double = 1, calibratedRange: Float?
  ) {
    switch specification {
    case .ideal:
      self = .ideal
    case .fullPrecision:
      let codes = peak / granularity
      self.init(
        step: Float(granularity), minimumCode: isBipolar ? -codes : 0, maximumCode: codes)
    case .uniform(_, let range), .circuit(_, let range):
      guard let codes = specification.codes(isBipolar: isBipolar) else {
        preconditionFailure("these have codes")
      }
      if case .uniform(let bits, _) = specification {
        precondition(ConverterSpecification.uniformBits.contains(bits), "2 to 24 bits")
      }
      let limit: Float =
        switch range {
        case .maximum: Float(peak)
        case .granular: Float(codes * granularity)
        case .covering, .leastError:
          calibratedRange.map { $0 > 0 ? $0 : Float(peak) } ?? Float(peak)
        }
      self.init(
        step: limit / Float(codes), minimumCode: isBipolar ? -codes : 0, maximumCode: codes)
    }
  }

  private init(step: Float, minimumCode: Double, maximumCode: Double) {
    self.step = step
    self.minimumCode = minimumCode
    self.maximumCode = maximumCode
  }

  /// Whether values pass through unchanged.
  public var isIdeal: Bool { step == 0 }
}
