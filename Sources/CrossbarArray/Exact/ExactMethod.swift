/// The choice of an exact method, made here alone for single arrays, decks and whole networks.
public enum ExactMethod {
  /// The fastest exact method that covers an array, to solve for `vectors` input vectors in all; `nil`
  /// if they are many. The circuit as it is exported if no other method covers the array.
  public static func model(
    of array: ArrayDescription, vectors: Int? = nil
  ) throws(ArrayError) -> any ArrayModel {
    if let model = try structured(array, vectors: vectors) { return model }
    if array.law.law.circuitRefusal != nil, array.topology == .gateDriven(sourceLine: .parallel) {
      throw .unsupported(
        "law: \(array.law.keyword) is solved by line CG alone, which does not cover sourceLine: "
          + "parallel; crossing source lines and voltage-driven arrays are solved")
    }
    return try CircuitArray(
      array,
      reason: array.topology == .gateDriven(sourceLine: .parallel)
        ? ColumnArray.refusal(array) : LineArray.refusal(array))
  }

  /// The fastest method that knows the structure of the array; `nil` if there is none.
  static func structured(
    _ array: ArrayDescription, vectors: Int?
  ) throws(ArrayError) -> (any ArrayModel)? {
    if LadderArray.covers(array) { return try LadderArray(array) }
    if ColumnArray.covers(array) { return try ColumnArray(array) }
    // The effective matrix takes as many solves as there are inputs or outputs, whichever is less.
    let solves = min(array.wordLineCount, array.bitLineCount)
    let isWorthIt = vectors.map { $0 >= solves || solves <= 32 } ?? true
    if array.topology == .voltageDriven, array.law.isLinear, isWorthIt {
      return try EffectiveMatrix(array)
    }
    return LineArray.covers(array) ? try LineArray(array) : nil
  }

  /// The fastest exact method that gives the voltages inside the array too.
  public static func solver(of array: ArrayDescription) throws(ArrayError) -> any ArraySolver {
    LineArray.covers(array) ? try LineArray(array) : try CircuitArray(array)
  }
}
