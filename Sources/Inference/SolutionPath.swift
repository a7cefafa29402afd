import BehavioralModels
import CrossbarArray

/// How the currents of a layer's tiles are computed.
public enum SolutionPath: String, Sendable, Equatable, Codable, CaseIterable {
  /// Without wires: the dot product of conductances and inputs.
  case ideal
  /// With wires, by the fastest exact method that covers the array.
  case exact
  /// With wires, by factorizing the exported circuit.
  case cholmod
  /// The same circuit factorized by KLU.
  case klu
  /// With wires, by a model fitted to exact solves, with known error and domain.
  case calibrated
  /// The cheapest of ideal, calibrated and exact whose held-out error meets the budget.
  case auto

  /// Whether every array is factorized as a circuit, which takes a thousand times longer.
  var factorizesCircuits: Bool { self == .cholmod || self == .klu }

  /// Whether models are fitted to exact solves before they are used.
  public var isFitted: Bool { self == .calibrated || self == .auto }

  /// The model of one array on this path, to solve for `vectors` input vectors in all; `nil` if
  /// they are many.
  public func model(
    of array: ArrayDescription, vectors: Int? = nil
  ) throws(ArrayError) -> any ArrayModel {
    switch self {
    case .ideal: return try IdealArray(array)
    case .cholmod: return try CircuitArray(array)
    case .klu: return try CircuitArray(array, factorization: .klu)
    case .calibrated, .auto:
      return try ModelCalibration().choice(
        from: SolutionPath.exact.model(of: array), path: self, recorded: nil, lsbAmperes: nil,
        seed: 1
      ).model
    case .exact: return try ExactMethod.model(of: array, vectors: vectors)
    }
  }

  /// A solver that also gives voltages: on the exact path, the iterative one if it covers the
  /// array.
  public func solver(of array: ArrayDescription) throws(ArrayError) -> any ArraySolver {
    switch self {
    case .ideal:
      throw .unsupported("--path ideal has no voltages to write: without wires there are no drops")
    case .calibrated, .auto:
      throw .unsupported("--path \(rawValue) gives currents only; voltages come from --path exact")
    case .cholmod: try CircuitArray(array)
    case .klu: try CircuitArray(array, factorization: .klu)
    case .exact: try ExactMethod.solver(of: array)
    }
  }
}
