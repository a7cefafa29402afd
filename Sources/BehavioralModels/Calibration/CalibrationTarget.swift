/// Required accuracy of a calibrated model on held-out vectors.
public enum CalibrationTarget: Sendable, Equatable, Codable {
  /// At most 0.1 % rms and 1 % worst, relative to the output rms. Held-out vectors also choose the
  /// model, so it is chosen with a margin: 0.07 % and 0.6 % on them.
  case standard
  /// The rms error within a budget.
  case budget(ErrorBudget)

  /// Whether a model with that held-out error is good enough.
  public func accepts(_ error: ModelError, lsbAmperes: Double?) -> Bool {
    switch self {
    case .standard: error.relativeRMS <= 7e-4 && error.relativeWorst <= 6e-3
    case .budget(let budget): budget.accepts(error, lsbAmperes: lsbAmperes)
    }
  }

  /// What held-out vectors have to meet.
  public var text: String {
    switch self {
    case .standard: "0.07 % rms and 0.6 % worst on held-out vectors"
    case .budget(let budget): budget.text
    }
  }
}
