import NumericKernels

/// A way to compute the sensed currents of one array. Models are values: no call affects another.
///
/// A model itself states everything that callers base decisions on, so that none of them asks for
/// its type.
public protocol ArrayModel: Sendable {
  /// Why this method does not cover an array, naming the option; `nil` if it does.
  static func refusal(of array: ArrayDescription) -> String?

  /// The array that is modeled.
  var description: ArrayDescription { get }
  /// The model's method and the origin of its numbers.
  var method: ArrayMethod { get }
  /// Whether a vector costs one product with the array's matrix, so that no other model is cheaper.
  var isMatrixProduct: Bool { get }
  /// Amperes per volt on a word line, or per set gate bit, `[wordLines, outputs]`, if every current
  /// is the sum of what the word lines contribute; else `nil`.
  var response: Matrix<Double>? { get }

  /// Sensed currents in double precision. Vectors are independent of each other.
  func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents
  /// The same currents, bit for bit, computed by at most `width` tasks at once.
  func currents(_ inputs: InputBatch, width: Int) async throws -> ArrayCurrents
  /// Sensed currents in amperes, `[batch, outputs]` row-major, in the precision of inference.
  /// Overwrites `amperes`.
  func currents(_ inputs: InputBatch, into amperes: inout [Float]) throws(ArrayError)
  /// Cost of the currents of `inputs` in single precision, in multiply-adds of a matrix product;
  /// `nil` if it was never measured.
  func estimatedWork(_ inputs: InputBatch) -> Double?
}

extension ArrayModel {
  /// Whether this method covers an array.
  public static func covers(_ array: ArrayDescription) -> Bool { refusal(of: array) == nil }

  public var isMatrixProduct: Bool { false }
  public var response: Matrix<Double>? { nil }

  /// A single task, for methods that do not split a batch.
  public func currents(_ inputs: InputBatch, width: Int) async throws -> ArrayCurrents {
    try currents(inputs)
  }

  /// The currents in double precision, rounded to single.
  public func currents(_ inputs: InputBatch, into amperes: inout [Float]) throws(ArrayError) {
    amperes = try currents(inputs).amperes.elements.map { Float($0) }
  }

  /// The currents of gate bits `[batch, wordLines]` in the precision of inference.
  public func currents(_ bits: BitMatrix, into amperes: inout [Float]) throws(ArrayError) {
    try currents(.bits(bits), into: &amperes)
  }

  public func estimatedWork(_ inputs: InputBatch) -> Double? { nil }
}

/// A model that solves for the voltages inside the array, not only for the currents out of it.
public protocol ArraySolver: ArrayModel {
  /// Passes the solution of each input vector to `body`, in order; holds a bounded number of them.
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
