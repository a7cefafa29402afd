import CrossbarArray
import Files
import Foundation

/// Result of calibrating one array: a model, its error, and the domain where that error holds.
public struct CalibratedModel: Sendable, Equatable, Codable {
  /// Form of the model.
  public enum Form: Sendable, Equatable, Codable {
    /// The dot product: wires do not matter at this budget.
    case ideal
    /// The reduced ladder with fitted moments.
    case reducedLadder(SegmentMoments)
    /// The crossing ladder with fitted corrections.
    case crossingLadder(CoarseMesh)
    /// Columns fitted on a dot product, where no ladder covers the array.
    case columns(ResidualModel.Operator, FittedColumns)
  }

  /// Version of the calibration recipe; a model of another version is stale.
  public static let recipeVersion = 6

  /// Recipe that made the model.
  public var recipe: Int
  /// SHA-256 of the circuit.
  public var circuitHash: String
  /// SHA-256 of the calibration request.
  public var requestHash: String
  /// Seed of the structured vectors.
  public var seed: UInt64
  /// The model.
  public var form: Form
  /// Error on the held-out vectors of all kinds.
  public var heldOut: ModelError
  /// The same by kind of vector.
  public var heldOutByKind: [CalibrationSet.Kind: ModelError]
  /// Promised rms error of a run in amperes: that of the worst kind of held-out vectors, which
  /// bounds every mixture of kinds, or, if larger, the upper end of the 99 % interval of the rms
  /// over all of them or over recorded ones.
  public var promisedRMSAmperes: Double
  /// One LSB of the ADC in amperes; `nil` for an ideal ADC.
  public var lsbAmperes: Double?
  /// Input vectors for which the error holds.
  public var domain: InputDomain
  /// Vectors fitted and held out.
  public var fittedCount: Int, heldOutCount: Int
  /// Whether the held-out error meets the target.
  public var meetsTarget: Bool

  /// The model of an array; refuses an array that is not the one calibrated.
  public func model(of hashed: HashedArray) throws(ArrayError) -> any ArrayModel {
    let (array, hash) = (hashed.array, hashed.hash.hexadecimal)
    guard hash == circuitHash else {
      throw .unsupported(
        "the calibrated model is of circuit \(circuitHash.prefix(12))…, the array is "
          + "\(hash.prefix(12))…: calibrate it again")
    }
    switch form {
    case .ideal: return try IdealArray(array)
    case .reducedLadder(let moments): return try ReducedLadder(array, moments: moments)
    case .crossingLadder(let mesh): return try CrossingLadder(array, mesh: mesh)
    case .columns(let base, let columns):
      return try ResidualModel(array, base: base, columns: columns)
    }
  }

  /// Description of the model, without its errors.
  public var method: ArrayMethod {
    switch form {
    case .ideal: ArrayMethod(.calibrated, "no wires")
    case .reducedLadder(let moments): ReducedLadder.method(wordLinesPerStep: moments.length)
    case .crossingLadder(let mesh): CrossingLadder.method(mesh)
    case .columns(let base, let columns):
      ArrayMethod(.calibrated, "\(columns.terms.rawValue) terms on \(base.rawValue)")
    }
  }
}
