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

  /// The model of one array on this path, to solve for `vectors` input vectors in all; nil where
  /// they are many.
  public func model(
    of array: ArrayDescription, vectors: Int? = nil
  ) throws(ArrayError) -> any ArrayModel {
    switch self {
    case .ideal: return try IdealArray(array)
    case .cholmod: return try CircuitArray(array)
    case .klu: return try CircuitArray(array, factorization: .klu)
    case .exact:
      if LadderArray.covers(array) { return try LadderArray(array) }
      if ColumnArray.covers(array) { return try ColumnArray(array) }
      // The effective matrix takes as many solves as there are inputs or outputs, whichever is less.
      let solves = min(array.wordLineCount, array.bitLineCount)
      let isWorthIt = vectors.map { $0 >= solves || solves <= 32 } ?? true
      if array.topology == .voltageDriven, array.cell == .linear, isWorthIt {
        return try EffectiveMatrix(array)
      }
      if LineArray.covers(array) { return try LineArray(array) }
      return try CircuitArray(
        array,
        reason: array.topology == .gateDriven(sourceLine: .parallel)
          ? ColumnArray.refusal(array) : LineArray.refusal(array))
    }
  }

  /// A solver that gives voltages too: on the exact path the iterative one where it covers the array.
  public func solver(of array: ArrayDescription) throws(ArrayError) -> any ArraySolver {
    switch self {
    case .ideal:
      throw .unsupported("--path ideal has no voltages to write: without wires there are no drops")
    case .cholmod: try CircuitArray(array)
    case .klu: try CircuitArray(array, factorization: .klu)
    case .exact: LineArray.covers(array) ? try LineArray(array) : try CircuitArray(array)
    }
  }
}
