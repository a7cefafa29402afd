internal import CSuiteSparse

/// `A = L U` of a general complex matrix by KLU: the pattern is analyzed once, each frequency
/// factorizes its own values.
///
/// One owner: solving uses workspace inside the handle.
@safe
public struct ComplexLUFactorization: ~Copyable {
  /// The structure that was analyzed; values are given in its order.
  public let pattern: SparsePattern

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
    unsafe klu_zl_free_numeric(&numeric, common)
    unsafe klu_l_free_symbolic(&symbolic, common)
    unsafe common.deallocate()
  }

  /// Factorizes with pivots chosen for these values: real and imaginary part of every stored entry,
  /// one after the other.
  public mutating func factorize(_ values: [Double]) throws(SparseError) {
    precondition(values.count == 2 * pattern.entryCount, "values do not match the pattern")
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      let column = pattern.columnStarts.lastIndex { $0 <= bad / 2 } ?? 0
      throw .notFinite(unknown: min(column, pattern.order - 1))
    }
    unsafe klu_zl_free_numeric(&numeric, common)
    unsafe values.withUnsafeBufferPointer { values in
      unsafe pattern.withIndices { starts, rows in
        unsafe numeric = klu_zl_factor(
          starts, rows, UnsafeMutablePointer(mutating: values.baseAddress), symbolic, common)
      }
    }
    guard unsafe numeric != nil, unsafe common.pointee.status == KLU_OK else {
      throw unsafe SparseError(klu: common.pointee)
    }
  }

  /// Replaces the right-hand side, real and imaginary part of every unknown, by its solution.
  public func solve(_ rightHandSide: inout [Double]) {
    precondition(unsafe numeric != nil, "factorize before solving")
    precondition(
      rightHandSide.count == 2 * pattern.order, "right-hand side does not match the matrix order")
    unsafe rightHandSide.withUnsafeMutableBufferPointer { values in
      _ = unsafe klu_zl_solve(symbolic, numeric, pattern.order, 1, values.baseAddress, common)
    }
  }

  /// Replaces the right-hand side by the solution of `Aᵀ x = b`; not of the conjugate.
  public func solveTransposed(_ rightHandSide: inout [Double]) {
    precondition(unsafe numeric != nil, "factorize before solving")
    precondition(
      rightHandSide.count == 2 * pattern.order, "right-hand side does not match the matrix order")
    unsafe rightHandSide.withUnsafeMutableBufferPointer { values in
      _ = unsafe klu_zl_tsolve(symbolic, numeric, pattern.order, 1, values.baseAddress, 0, common)
    }
  }
}
