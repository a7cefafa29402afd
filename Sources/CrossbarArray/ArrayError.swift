import CircuitSolver
import Foundation
import NumericKernels

/// An array that is not physical, inputs that do not fit it, or a solution that cannot be trusted.
public enum ArrayError: Error, CustomStringConvertible, Sendable {
  /// A conductance that is negative, not finite or absurd.
  case invalidConductance(siemens: Double, wordLine: Int, bitLine: Int, negative: Bool)
  /// A parameter that is negative, not finite or absurd; `name` is its configuration key.
  case invalidValue(name: String, value: Double, allowed: String = "0 or between 1e-30 and 1e30")
  /// A defect at a place that the array does not have, or in conflict with another; the text names
  /// both.
  case invalidDefect(String)
  /// Matrices whose shapes must agree but do not.
  case shapesDiffer(String)
  /// Inputs of the wrong kind, shape or value.
  case invalidInput(String)
  /// A combination that a model does not cover; the text names both.
  case unsupported(String)
  /// An iterative solution that did not reach its tolerance; the residual is relative to the input.
  case notConverged(vector: Int, iterations: Int, residual: Double)
  /// Line CG that cannot bound the relative error of a current by 1e-8, however long it iterates.
  case currentsNotAccurate(vector: Int, relativeError: Double)
  /// Newton's method on nonlinear cells that did not converge to Kirchhoff's law; the residual is
  /// the largest sum of currents at a node over the largest current, at the node of the named cell.
  case newtonNotConverged(
    vector: Int, steps: Int, residual: Double, wordLine: Int, bitLine: Int)
  /// An array, or a result computed from it, that does not fit into memory.
  case tooLarge(MemoryError)
  /// The circuit of the array could not be solved.
  case circuit(CircuitError)

  public var description: String {
    switch self {
    case .invalidConductance(let siemens, let wordLine, let bitLine, let negative):
      "\(negative ? "negativeConductances" : "conductances")[\(wordLine), \(bitLine)] is "
        + "\(siemens) S; a conductance is 0 or between 1e-30 and 1e30"
    case .invalidValue(let name, let value, let allowed):
      "\(name) is \(value); it must be \(allowed)"
    case .shapesDiffer(let text), .invalidInput(let text), .unsupported(let text),
      .invalidDefect(let text):
      text
    case .notConverged(let vector, let iterations, let residual):
      "input vector \(vector) did not converge: relative residual \(residual) after "
        + "\(iterations) iterations; solve it with cholmod, or allow more iterations"
    case .currentsNotAccurate(let vector, let error):
      "currents of input vector \(vector) may be off by \(String(format: "%.1g", error)) of "
        + "themselves: its wires conduct too well for line CG; solve it with cholmod"
    case .newtonNotConverged(let vector, let steps, let residual, let wordLine, let bitLine):
      "input vector \(vector) did not converge: relative residual \(residual) after \(steps) Newton "
        + "steps, worst at the cell of word line \(wordLine), bit line \(bitLine)"
    case .tooLarge(let error): error.description
    case .circuit(let error): "the circuit of the array has no solution: \(error)"
    }
  }

  /// The same error, renumbered for a batch that starts at input vector `first`.
  func inVectors(from first: Int) -> ArrayError {
    switch self {
    case .notConverged(let vector, let iterations, let residual):
      .notConverged(vector: first + vector, iterations: iterations, residual: residual)
    case .currentsNotAccurate(let vector, let error):
      .currentsNotAccurate(vector: first + vector, relativeError: error)
    case .newtonNotConverged(let vector, let steps, let residual, let wordLine, let bitLine):
      .newtonNotConverged(
        vector: first + vector, steps: steps, residual: residual, wordLine: wordLine,
        bitLine: bitLine)
    default: self
    }
  }
}
