/// The largest rms error that `auto` accepts.
public enum ErrorBudget: Sendable, Equatable, Codable {
  /// In least significant bits of the layer's converter.
  case leastSignificantBits(Double)
  /// In percent of the rms of the output currents.
  case percent(Double)

  /// `0.5lsb` or `0.1%`; `nil` for anything else, for zero and for negative numbers.
  public init?(_ text: String) {
    let lowered = text.lowercased()
    func number(dropping suffix: String) -> Double? {
      guard lowered.hasSuffix(suffix),
        let value = Double(lowered.dropLast(suffix.count)), value.isFinite, value > 0
      else { return nil }
      return value
    }
    if let value = number(dropping: "lsb") {
      self = .leastSignificantBits(value)
    } else if let value = number(dropping: "%") {
      self = .percent(value)
    } else {
      return nil
    }
  }

  /// The text that `init` reads.
  public var text: String {
    switch self {
    case .leastSignificantBits(let value): "\(value)lsb"
    case .percent(let value): "\(value)%"
    }
  }

  /// Whether a model with that held-out error is accepted.
  ///
  /// - Parameter lsbAmperes: One LSB of the ADC; `nil` for an ideal ADC, where only a zero error
  ///   meets a budget in LSB.
  public func accepts(_ error: ModelError, lsbAmperes: Double?) -> Bool {
    switch self {
    case .percent(let value): error.relativeRMS <= value / 100
    case .leastSignificantBits(let value):
      error.rmsAmperes <= value * (lsbAmperes ?? 0)
    }
  }
}
