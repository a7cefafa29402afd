internal import CSuiteSparse

/// `P R⁻¹ A Q = L U` of a general matrix by KLU (Davis, Palamadai Natarajan, ACM TOMS 37(3), 2010,
/// doi 10.1145/1824801.1824814), made for circuits: sparse, nearly triangular after permutation.
///
/// One owner: solving uses workspace inside the handle.
@safe
public struct LUFactorization: ~Copyable {
  /// How the pivots of the current factors came about.
  public enum Pivots: Sendable, Equatable {
    /// Chosen for these values.
    case chosen
    /// Taken over from earlier values, with a residual that shows they still serve.
    case reused
  }

  /// The structure that was analyzed; values are given in its order.
  public let pattern: SparsePattern
  /// Whether `solve` may be called.
  public private(set) var isFactorized = false
  /// KLU's cheap estimate of the reciprocal condition number, zero before the first factorization.
  public private(set) var reciprocalCondition = 0.0

  private let common: UnsafeMutablePointer<klu_l_common>
  private var symbolic: UnsafeMutablePointer<klu_l_symbolic>?
  private var numeric: UnsafeMutablePointer<klu_l_numeric>?

  /// Permutes to block triangular form and orders each block of a general pattern.
  public init(analyzing pattern: SparsePattern) throws(SparseError) {
    precondition(pattern.symmetry == .general, "LU needs both triangles of the pattern")
    precondition(pattern.order > 0, "an empty matrix has no factorization")
    let common = UnsafeMutablePointer<klu_l_common>.allocate(capacity: 1)
    unsafe common.initialize(to: klu_l_common())
    unsafe klu_l_defaults(common)
    let symbolic = unsafe pattern.withIndices {
      unsafe klu_l_analyze(pattern.order, $0, $1, common)
    }
    if unsafe symbolic == nil {
      let error = unsafe SparseError(klu: common.pointee)
      unsafe common.deallocate()
      throw error
    }
    self.pattern = pattern
    unsafe self.common = common
    unsafe self.symbolic = symbolic
  }

  deinit {
    var (numeric, symbolic) = unsafe (numeric, symbolic)
    unsafe klu_l_free_numeric(&numeric, common)
    unsafe klu_l_free_symbolic(&symbolic, common)
    unsafe common.deallocate()
  }

  /// Factorizes with pivots chosen for these values, one per stored entry of the pattern.
  public mutating func factorize(_ values: Span<Double>) throws(SparseError) {
    isFactorized = false
    reciprocalCondition = 0
    try pattern.requireFinite(values)
    unsafe klu_l_free_numeric(&numeric, common)
    unsafe values.withUnsafeBufferPointer { values in
      unsafe pattern.withIndices { starts, rows in
        unsafe numeric = klu_l_factor(
          starts, rows, UnsafeMutablePointer(mutating: values.baseAddress), symbolic, common)
      }
    }
    guard unsafe numeric != nil, unsafe common.pointee.status == KLU_OK else {
      throw unsafe SparseError(klu: common.pointee)
    }
    isFactorized = true
    estimateCondition()
  }

  /// Factorizes new values with the pivots of earlier ones, and afresh where those no longer serve.
  ///
  /// KLU reuses pivots without testing them, so a system with a known solution is solved; its
  /// residual must stay below `tolerance` times the size of its terms.
  @discardableResult
  public mutating func refactorize(
    _ values: Span<Double>, tolerance: Double = 1e-11
  ) throws(SparseError) -> Pivots {
    guard isFactorized else {
      try factorize(values)
      return .chosen
    }
    try pattern.requireFinite(values)
    unsafe values.withUnsafeBufferPointer { values in
      unsafe pattern.withIndices { starts, rows in
        _ = unsafe klu_l_refactor(
          starts, rows, UnsafeMutablePointer(mutating: values.baseAddress), symbolic, numeric,
          common)
      }
    }
    if unsafe common.pointee.status == KLU_OK, probeResidual(values) <= tolerance {
      estimateCondition()
      return .reused
    }
    try factorize(values)
    return .chosen
  }

  /// Replaces each right-hand side by its solution; `count` columns of `pattern.order` numbers.
  public func solve(_ rightHandSides: inout [Double], count: Int) {
    precondition(isFactorized, "factorize before solving")
    precondition(
      rightHandSides.count == pattern.order * count,
      "right-hand side does not match the matrix order")
    guard count > 0 else { return }
    unsafe rightHandSides.withUnsafeMutableBufferPointer { values in
      _ = unsafe klu_l_solve(symbolic, numeric, pattern.order, count, values.baseAddress, common)
    }
  }

  /// `‖A x − b‖∞ / max(‖|A| |x|‖∞, ‖b‖∞)` for `b = A 1`, infinite when something is not a number.
  private mutating func probeResidual(_ values: Span<Double>) -> Double {
    let order = pattern.order
    var b = [Double](repeating: 0, count: order)
    var scale = b
    for j in 0..<order {
      for entry in pattern.columnStarts[j]..<pattern.columnStarts[j + 1] {
        b[pattern.rowIndices[entry]] += values[entry]
      }
    }
    var x = b
    solve(&x, count: 1)
    var residual = b
    for j in 0..<order {
      for entry in pattern.columnStarts[j]..<pattern.columnStarts[j + 1] {
        let term = values[entry] * x[j]
        residual[pattern.rowIndices[entry]] -= term
        scale[pattern.rowIndices[entry]] += abs(term)
      }
    }
    var (worst, largest) = (0.0, 0.0)
    for i in 0..<order {
      guard residual[i].isFinite else { return .infinity }
      worst = max(worst, abs(residual[i]))
      largest = max(largest, scale[i], abs(b[i]))
    }
    return largest > 0 ? worst / largest : .infinity
  }

  private mutating func estimateCondition() {
    _ = unsafe klu_l_rcond(symbolic, numeric, common)
    reciprocalCondition = unsafe common.pointee.rcond
  }
}

extension SparsePattern {
  /// Calls `body` with column starts and row indices, which KLU only reads.
  func withIndices<Result>(
    _ body: (UnsafeMutablePointer<Int>?, UnsafeMutablePointer<Int>?) -> Result
  ) -> Result {
    unsafe columnStarts.withUnsafeBufferPointer { starts in
      unsafe rowIndices.withUnsafeBufferPointer { rows in
        unsafe body(
          UnsafeMutablePointer(mutating: starts.baseAddress),
          UnsafeMutablePointer(mutating: rows.baseAddress))
      }
    }
  }
}

extension SparseError {
  /// KLU's status: zero is success, negative an error, positive a warning; its warning is a
  /// singular matrix, which is a failure here.
  init(klu common: klu_l_common) {
    switch unsafe Int32(common.status) {
    case KLU_SINGULAR: self = .singular(unknown: unsafe Int(common.singular_col))
    case KLU_OUT_OF_MEMORY: self = .outOfMemory
    case KLU_TOO_LARGE: self = .tooLarge
    default: self = .library(name: "KLU", status: unsafe Int(common.status))
    }
  }
}
