/// The largest rms error that `auto` accepts.
public enum ErrorBudget: Sendable, Equatable, Codable {
  /// In least significant bits of the layer's converter.
  case leastSignificantBits(Double)
  /// In per cent of the rms of the output currents.
  case percent(Double)

  /// `0.5lsb` or `0.1%`; nil for anything else, for zero and for negative numbers.
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

  /// The form that `init` reads.
  public var text: String {
    switch self {
    case .leastSignificantBits(let value): "\(value)lsb"
    case .percent(let value): "\(value)%"
    }
  }

  /// Whether a model with that held-out error is accepted.
  ///
  /// - Parameter lsbAmperes: One step of the converter; nil where it is ideal, which no error in LSB
  ///   can meet but zero.
  public func accepts(_ error: ModelError, lsbAmperes: Double?) -> Bool {
    switch self {
    case .percent(let value): error.relativeRMS <= value / 100
    case .leastSignificantBits(let value):
      error.rmsAmperes <= value * (lsbAmperes ?? 0)
    }
  }
}
