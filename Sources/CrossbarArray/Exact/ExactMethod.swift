/// The choice of an exact method, made only here for single arrays, decks and whole networks.
public enum ExactMethod {
  /// The methods that exploit the structure of an array, fastest first. An array that none of them
  /// covers is solved as the exported circuit.
  static let structured: [any ExactModel.Type] = [
    LadderArray.self, ColumnArray.self, NonlinearLadderArray.self, EffectiveMatrix.self,
    CrossingArray.self, NonlinearCrossingArray.self, LineArray.self,
  ]

  /// The fastest exact method that covers an array, for `vectors` input vectors in all; `nil` if
  /// they are many. Refuses arrays that no method covers, with the reason of each.
  public static func model(
    of array: ArrayDescription, vectors: Int? = nil
  ) throws(ArrayError) -> any ArrayModel {
    if let model = try structuredModel(of: array, vectors: vectors) { return model }
    let candidates = structured.filter { $0.solves(array.topology) && $0.suits(array.law) }
    if let circuitRefusal = CircuitArray.refusal(of: array) {
      let reasons = candidates.compactMap { $0.refusal(of: array) } + [circuitRefusal]
      throw .unsupported(
        "no exact method covers \(array.topologyName) with law: \(array.law.keyword): "
          + reasons.joined(separator: "; "))
    }
    // The most general method of the topology says what keeps the array from being solved faster.
    return try CircuitArray(array, reason: candidates.last?.refusal(of: array))
  }

  /// The fastest method that exploits the structure of the array; `nil` if there is none.
  static func structuredModel(
    of array: ArrayDescription, vectors: Int?
  ) throws(ArrayError) -> (any ArrayModel)? {
    let isTabulated = array.law.law.tabulation != nil
    for method in structured where method.solves(array.topology) && method.suits(array.law) {
      // Whether curves cover an array may take tabulating them.
      if isTabulated, !method.isWorthPreparing(array, vectors: vectors) { continue }
      guard method.covers(array), method.isWorthPreparing(array, vectors: vectors) else { continue }
      return try method.init(array).guarded
    }
    return nil
  }

  /// The fastest exact method that also gives the voltages inside the array.
  public static func solver(of array: ArrayDescription) throws(ArrayError) -> any ArraySolver {
    if LineArray.covers(array) { return GuardedLineArray(try LineArray(array)) }
    return try judge(of: array)
  }

  /// A solver that shares nothing with the fast methods: the factorized circuit, or for cells that no
  /// circuit can hold, every column shot in double precision, or the circuit of their chords.
  public static func judge(of array: ArrayDescription) throws(ArrayError) -> any ArraySolver {
    if CircuitArray.refusal(of: array) != nil {
      if NonlinearLadderArray.covers(array) { return try NonlinearLadderArray(array) }
      if ChordArray.refusal(of: array) == nil { return try ChordArray(array) }
    }
    return try CircuitArray(array)
  }
}
