/// What a calibrated model must reach on held-out vectors.
public enum CalibrationTarget: Sendable, Equatable, Codable {
  /// At most 0.1 % rms and 1 % worst, relative to the output rms: the promise of design section 3.
  case standard
  /// The rms error within a budget.
  case budget(ErrorBudget)

  /// Whether a model with that held-out error is good enough.
  public func accepts(_ error: ModelError, lsbAmperes: Double?) -> Bool {
    switch self {
    case .standard: error.relativeRMS <= 1e-3 && error.relativeWorst <= 1e-2
    case .budget(let budget): budget.accepts(error, lsbAmperes: lsbAmperes)
    }
  }
}
