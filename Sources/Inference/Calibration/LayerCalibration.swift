import BehavioralModels
import CrossbarArray

/// The models that calibration chose for a layer's tiles, their expected errors, and the errors
/// observed in a run.
public struct LayerCalibration: Sendable, Equatable, Codable {
  /// Method and reason of each tile.
  public var choices: [String]
  /// The reasons alone.
  public var reasons: [String]
  /// Held-out rms, 99.9 % and worst error over the output rms, each of its worst tile.
  public var relativeRMS: Double, relativePercentile999: Double, relativeWorst: Double
  /// Held-out rms and worst error in LSB of the ADC; `nil` if the ADC is ideal.
  public var leastSignificantBitsRMS: Double?, leastSignificantBitsWorst: Double?
  /// Expected errors in amperes: the largest held-out rms and the largest held-out error over the
  /// tiles. A run sees many more vectors than were held out, so its own worst error may be larger.
  public var promisedRMSAmperes: Double, promisedWorstAmperes: Double
  /// Vectors, fallbacks and audits over all tiles.
  public var observations: CalibrationObservations
  /// Observed rms error over the expected rms, of the worst tile; `nil` without audits.
  public var observedOverPromised: Double?

  /// The calibration of a layer; `nil` if its path is not fitted.
  init?(_ layer: AnalogNetwork.Layer) {
    guard !layer.choices.isEmpty else { return nil }
    choices = layer.choices.map { "\($0.model.method) (\($0.reason))" }
    reasons = layer.choices.map(\.reason)
    (relativeRMS, relativePercentile999, relativeWorst) = (0, 0, 0)
    (promisedRMSAmperes, promisedWorstAmperes) = (0, 0)
    observations = CalibrationObservations()
    for array in layer.choices.compactMap(\.calibrated) {
      let error = array.calibration.heldOut
      relativeRMS = max(relativeRMS, error.relativeRMS)
      relativePercentile999 = max(relativePercentile999, error.relativePercentile999)
      relativeWorst = max(relativeWorst, error.relativeWorst)
      let promised = array.calibration.promisedRMSAmperes
      promisedRMSAmperes = max(promisedRMSAmperes, promised)
      promisedWorstAmperes = max(promisedWorstAmperes, error.worstAmperes)
      if let lsb = array.calibration.lsbAmperes {
        leastSignificantBitsRMS = max(leastSignificantBitsRMS ?? 0, error.rmsAmperes / lsb)
        leastSignificantBitsWorst = max(leastSignificantBitsWorst ?? 0, error.worstAmperes / lsb)
      }
      let seen = array.observations
      observations.merge(seen)
      if let rms = seen.rmsAmperes, promised > 0 {
        observedOverPromised = max(observedOverPromised ?? 0, rms / promised)
      }
    }
  }

  /// One line for the methods of all tiles: the method that they share, or each one's label with
  /// its number of tiles.
  static func methods(of tiles: [ArrayMethod]) -> String {
    if let common = ArrayMethod.common(tiles) { return "\(common)" }
    let counts = tiles.reduce(into: [:]) { $0[$1.label, default: 0] += 1 }
    return counts.sorted { $0.key < $1.key }.map {
      "\($0.key) (\($0.value) \($0.value == 1 ? "tile" : "tiles"))"
    }
    .joined(separator: "; ")
  }
}
