import NumericKernels

/// Sensed currents of a batch, with how they were computed.
public struct ArrayCurrents: Sendable {
  /// Amperes flowing out of each bit line into its virtual ground, `[batch, outputs]`; positive bit
  /// lines first, then negative ones where they are separate; both ends summed.
  public var amperes: Matrix<Double>
  /// Worst violation of Kirchhoff's current law relative to the currents at the node, over the
  /// batch (`LineArray` states its own norm); nil where the method solves no equations.
  public var relativeResidual: Double?
  /// Iterations of the slowest vector; nil where the method does not iterate.
  public var iterations: Int?
  /// Bound of the error of every current, relative to it: at most 1e-8, or the vector is refused. A
  /// current that others cancel counts as 1e-5 of what it would be if they added up. Nil where
  /// nothing is bounded from the solution itself.
  public var sensedError: Double?
  /// Whether `sensedError` is relative to what the contributions of all word lines would add up to
  /// without their signs, because it is known for each of them.
  public var boundsContributions = false
  /// Input vectors that were solved by elimination without subtractions, because the rounding of the
  /// factorization was too large for that bound.
  public var eliminatedVectors = 0

  /// Currents `[batch, outputs]` with the residual of their equations, if any were solved, and the
  /// iterations that took.
  public init(
    amperes: Matrix<Double>, relativeResidual: Double?, iterations: Int? = nil,
    sensedError: Double? = nil
  ) {
    self.amperes = amperes
    self.relativeResidual = relativeResidual
    self.iterations = iterations
    self.sensedError = sensedError
  }
}

/// A way to compute the sensed currents of one array. Models are values: no call changes another.
public protocol ArrayModel: Sendable {
  /// The array that is modelled.
  var description: ArrayDescription { get }
  /// What the numbers are, as reports print it: `ideal`, `exact: ladder`, …
  var method: String { get }
  /// Whether currents are those of an array without wire and terminal resistance.
  var ignoresWires: Bool { get }
  /// Sensed currents in double precision. Vectors do not influence each other.
  func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents
  /// Sensed currents in amperes, `[bits.rows, outputs]` row-major, for gate-driven arrays; the form
  /// that inference uses. Overwrites `amperes`.
  func currents(_ bits: BitMatrix, into amperes: inout [Float]) throws(ArrayError)
}

extension ArrayModel {
  public var ignoresWires: Bool { false }

  public func currents(_ bits: BitMatrix, into amperes: inout [Float]) throws(ArrayError) {
    amperes = try currents(.bits(bits)).amperes.elements.map { Float($0) }
  }
}

/// A model that solves for the voltages inside the array, not only for the currents out of it.
public protocol ArraySolver: ArrayModel {
  /// Hands each input vector, in order, its solution; holds a bounded number of them.
  func solutions(
    _ inputs: InputBatch, each body: (_ vector: Int, _ solution: ArraySolution) -> Void
  ) throws(ArrayError)
}

extension ArraySolver {
  /// The solution of one input vector.
  public func solution(_ input: InputBatch) throws(ArrayError) -> ArraySolution {
    precondition(input.count == 1, "a solution is of one input vector")
    var found: ArraySolution?
    try solutions(input) { found = $1 }
    guard let found else { preconditionFailure("one vector has one solution") }
    return found
  }
}
