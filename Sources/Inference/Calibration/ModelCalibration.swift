import AnalogCore
import BehavioralModels
import CrossbarArray
import Foundation
import NumericKernels

/// How models are fitted, stored and audited.
public struct ModelCalibration: Sendable, Equatable {
  /// The largest error that is accepted; `nil` for the standard target (0.1 % rms, 1 % worst).
  public var budget: ErrorBudget?
  /// Fraction of the input vectors that are solved exactly to observe the error.
  public var auditRate = 0.01
  /// Folder of stored models; `nil` to calibrate afresh.
  public var cacheFolder: String?
  /// Calibration images from which input vectors are recorded, and how many of each tile's.
  public var imageCount = 16, recordedVectors = 512

  /// The standard target, 1 % audits, nothing stored.
  public init() {}

  /// Windows whose inputs are recorded, spread over the `total` of all images.
  func recordedWindows(of total: Int, bitCount: Int) -> [Int] {
    stratifiedIndices(min(total, max(1, recordedVectors / bitCount)), of: total)
  }

  /// The model of one array on a fitted path.
  ///
  /// - Parameters:
  ///   - exact: The exact model of the array; fitted models fall back on it.
  ///   - recorded: Input vectors that it sees; `nil` if none are known.
  ///   - lsbAmperes: One LSB of its ADC; `nil` if the ADC is ideal.
  package func choice(
    from exact: any ArrayModel, path: SolutionPath, recorded: InputBatch?, lsbAmperes: Double?,
    seed: UInt64
  ) throws(ArrayError) -> ModelChoice {
    let array = exact.description
    if exact.isMatrixProduct {
      return ModelChoice(exact: exact, reason: "linear: the effective matrix is exact")
    }
    // The calibrator fits nonlinear voltage-driven arrays too, but no path offers those models yet.
    guard array.topology != .voltageDriven, Calibrator.refusal(of: array) == nil else {
      guard path == .auto else {
        throw .unsupported(
          "the calibrated path covers gate-driven arrays with sound wires and linear voltage-driven "
            + "arrays; take exact or auto")
      }
      return ModelChoice(exact: exact, reason: "no calibrated model covers this array")
    }
    var calibrator = Calibrator(target: budget.map { .budget($0) } ?? .standard, seed: seed)
    calibrator.mayIgnoreWires = path == .auto
    calibrator.sizes.recorded = recordedVectors
    let hashed = HashedArray(array)
    let found: (model: CalibratedModel, isStored: Bool)
    do {
      found = try calibrator.model(
        of: hashed, against: exact, recorded: recorded, lsbAmperes: lsbAmperes,
        store: cacheFolder.map { CalibrationStore(folder: $0) })
    } catch let error as ArrayError {
      throw error
    } catch {
      throw .unsupported("\(error)")
    }
    let target = budget.map { CalibrationTarget.budget($0) } ?? .standard
    let wanted = budget?.text ?? "0.1 % rms and 1 % worst"
    guard found.model.meetsTarget || path == .calibrated else {
      return ModelChoice(
        exact: exact,
        reason: "no model meets \(target.text); the best has "
          + Self.percent(found.model.heldOut.relativeRMS) + " rms and "
          + Self.percent(found.model.heldOut.relativeWorst) + " worst")
    }
    let model = try CalibratedArray(found.model, of: hashed, exact: exact, auditRate: auditRate)
    if path == .auto, found.model.form != .ideal, let recorded,
      let own = model.estimatedWork(recorded), let solving = exact.estimatedWork(recorded),
      solving <= own
    {
      return ModelChoice(
        exact: exact,
        reason: "on its recorded inputs no more expensive than the \(found.model.method.details)")
    }
    return ModelChoice(
      calibrated: model,
      reason: found.model.meetsTarget
        ? "the cheapest that meets \(wanted)" : "does not meet \(target.text): the best there is",
      isStored: found.isStored)
  }

  /// A fraction in percent with three significant digits.
  private static func percent(_ fraction: Double) -> String {
    String(format: "%.3g %%", 100 * fraction)
  }
}

/// The model of one tile and why it was chosen.
public struct ModelChoice: Sendable {
  /// The model.
  public let model: any ArrayModel
  /// Calibration and observations; `nil` if the choice is exact.
  public let calibrated: CalibratedArray?
  /// Why, for reports.
  public let reason: String
  /// Whether it came from the store.
  public let isStored: Bool

  init(exact model: any ArrayModel, reason: String) {
    (self.model, self.reason) = (model, reason)
    (calibrated, isStored) = (nil, false)
  }

  init(calibrated: CalibratedArray, reason: String, isStored: Bool) {
    (model, self.reason) = (calibrated, reason)
    (self.calibrated, self.isStored) = (calibrated, isStored)
  }
}
