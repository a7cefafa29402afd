/// The ADC of one tile, in units of the integer dot product (one unit of a weight slice times one
/// of an input slice).
public struct Converter: Sendable, Equatable {
  /// Units per code; zero for the ideal converter.
  public let step: Float
  /// The lowest code: minus the highest one, or zero if values have one sign; any with limits.
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
  ///   - calibratedRange: The measured range in units, for measured converters. A range of zero (no
  ///     signal was recorded) falls back to the peak.
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
    case .uniform(_, let range, _), .circuit(_, let range):
      guard let codes = specification.codes(isBipolar: isBipolar) else {
        preconditionFailure("these have codes")
      }
      if case .uniform(let bits, _, _) = specification {
        precondition(ConverterSpecification.uniformBits.contains(bits), "2 to 24 bits")
      }
      let measured = calibratedRange.flatMap { $0 > 0 ? $0 : nil }
      let limit: Float
      switch range {
      case .maximum: limit = Float(peak)
      case .granular: limit = Float(codes * granularity)
      case .covering, .leastError: limit = measured ?? Float(peak)
      case .anchored:
        limit = measured ?? Float(codes * MeasuredRanges.anchoredStep(covering: peak, codes: codes))
      case .limits(let low, let high):
        self.init(specification, low: low, high: high)
        return
      }
      self.init(
        step: limit / Float(codes), minimumCode: isBipolar ? -codes : 0, maximumCode: codes)
    }
  }

  /// A converter from `low` to `high` units, moved by at most half a step so that every code is a
  /// whole number of steps. Limits of both signs have `2^bits` codes if zero is then one of them;
  /// otherwise, like every other range with values of both signs, a code less.
  private init(_ specification: ConverterSpecification, low: Double, high: Double) {
    precondition(low < high, "limits enclose a range")
    guard let above = specification.codes(isBipolar: false),
      let side = specification.codes(isBipolar: true)
    else { preconditionFailure("these have codes") }
    let zero = low * above / (high - low)
    let isZeroACode = (zero - zero.rounded()).magnitude <= 1e-9 * zero.magnitude
    let steps = low >= 0 || high <= 0 || isZeroACode ? above : 2 * side
    let step = (high - low) / steps
    let lowest = (low / step).rounded(.toNearestOrEven)
    self.init(step: Float(step), minimumCode: lowest, maximumCode: lowest + steps)
  }

  private init(step: Float, minimumCode: Double, maximumCode: Double) {
    self.step = step
    self.minimumCode = minimumCode
    self.maximumCode = maximumCode
  }

  /// Whether values pass through unchanged.
  public var isIdeal: Bool { step == 0 }
}
