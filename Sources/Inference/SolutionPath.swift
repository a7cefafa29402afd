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

  /// The model of one array on this path.
  public func model(of array: ArrayDescription) throws(ArrayError) -> any ArrayModel {
    switch self {
    case .ideal: return try IdealArray(array)
    case .cholmod: return try CircuitArray(array)
    case .exact:
      if LadderArray.covers(array) { return try LadderArray(array) }
      if array.topology == .voltageDriven { return try EffectiveMatrix(array) }
      return try CircuitArray(array)
    }
  }
}
