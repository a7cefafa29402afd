import BehavioralModels
import CrossbarArray

/// How the currents of a layer's tiles are computed.
public enum SolutionPath: String, Sendable, Equatable, Codable, CaseIterable {
  /// Without wires: the dot product of conductances and inputs.
  case ideal
  /// With wires, by the fastest exact method that covers the array.
  case exact
  /// With wires, by factorising the circuit that the exporter writes.
  case cholmod
  /// The same circuit factorised by KLU.
  case klu

  /// Whether every array is factorised as a circuit, which takes a thousand times longer.
  var factorisesCircuits: Bool { self == .cholmod || self == .klu }

  /// The model of one array on this path.
  public func model(of array: ArrayDescription) throws(ArrayError) -> any ArrayModel {
    switch self {
    case .ideal: return try IdealArray(array)
    case .cholmod: return try CircuitArray(array)
    case .klu: return try CircuitArray(array, factorization: .klu)
    case .exact:
      if LadderArray.covers(array) { return try LadderArray(array) }
      if ColumnArray.covers(array) { return try ColumnArray(array) }
      if array.topology == .voltageDriven { return try EffectiveMatrix(array) }
      if LineArray.covers(array) { return try LineArray(array) }
      return try CircuitArray(array)
    }
  }
}
