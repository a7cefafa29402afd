internal import CSuiteSparse

/// `A = Pᵀ L Lᵀ P` of a symmetric positive definite matrix by CHOLMOD (Chen, Davis, Hager,
/// Rajamanickam, ACM TOMS 35(3), 2008, doi 10.1145/1391989.1391995).
///
/// One thread only, and one owner: solving uses workspace inside the handle.
@safe
public struct CholeskyFactorization: ~Copyable {
  /// The structure that was analyzed; values are given in its order.
  public let pattern: SparsePattern
  /// Whether `solve` may be called.
  public private(set) var isFactorized = false
  /// Ratio of the extreme diagonal entries of `L`, squared: a cheap estimate of the reciprocal
  /// condition number, zero before the first factorization.
  public private(set) var reciprocalCondition = 0.0

  private let common: UnsafeMutablePointer<cholmod_common>
  private var factor: UnsafeMutablePointer<cholmod_factor>?
  private let workspace: UnsafeMutablePointer<SolveWorkspace>

  /// Dense matrices that CHOLMOD keeps between solves.
  @unsafe private struct SolveWorkspace {
    var x: UnsafeMutablePointer<cholmod_dense>?
    var y: UnsafeMutablePointer<cholmod_dense>?
    var e: UnsafeMutablePointer<cholmod_dense>?
  }

  /// Orders the unknowns and finds the structure of `L` for a symmetric pattern.
  public init(analyzing pattern: SparsePattern) throws(SparseError) {
    precondition(pattern.symmetry == .symmetric, "Cholesky needs a symmetric pattern")
    precondition(pattern.order > 0, "an empty matrix has no factorization")
    tilespice_hold_to_one_thread()
    let common = UnsafeMutablePointer<cholmod_common>.allocate(capacity: 1)
    unsafe cholmod_l_start(common)
    unsafe common.pointee.print = 0
    unsafe common.pointee.useGPU = 0
    // Dense blocks pay off above about this many operations per entry of L (default 40): measured
    // on crossbars of 64² (61: simplicial 1.4 times faster) and 128² (116: supernodal 1.4 times).
    unsafe common.pointee.supernodal_switch = 90
    // L Lᵀ also in the simplicial method: its L D Lᵀ accepts negative pivots in silence.
    unsafe common.pointee.final_ll = 1
    // The values come later; analysis reads none.
    var factor = unsafe pattern.withMatrix(values: nil) { unsafe cholmod_l_analyze($0, common) }
    let status = unsafe common.pointee.status
    if unsafe factor == nil || status < 0 {
      unsafe cholmod_l_free_factor(&factor, common)
      unsafe cholmod_l_finish(common)
      unsafe common.deallocate()
      throw SparseError(cholmod: status, unknown: 0)
    }
    self.pattern = pattern
    unsafe self.common = common
    unsafe self.factor = factor
    unsafe workspace = .allocate(capacity: 1)
    unsafe workspace.initialize(to: SolveWorkspace())
  }

  deinit {
    unsafe cholmod_l_free_dense(&workspace.pointee.x, common)
    unsafe cholmod_l_free_dense(&workspace.pointee.y, common)
    unsafe cholmod_l_free_dense(&workspace.pointee.e, common)
    var factor = unsafe factor
    unsafe cholmod_l_free_factor(&factor, common)
    unsafe cholmod_l_finish(common)
    unsafe workspace.deallocate()
    unsafe common.deallocate()
  }

  /// Factorizes the matrix with these values, one per stored entry of the pattern.
  public mutating func factorize(_ values: Span<Double>) throws(SparseError) {
    isFactorized = false
    reciprocalCondition = 0
    try pattern.requireFinite(values)
    tilespice_hold_to_one_thread()
    unsafe values.withUnsafeBufferPointer { values in
      _ = unsafe pattern.withMatrix(values: values.baseAddress) {
        unsafe cholmod_l_factorize($0, factor, common)
      }
    }
    let status = unsafe common.pointee.status
    guard status == CHOLMOD_OK else {
      throw SparseError(cholmod: status, unknown: failedUnknown())
    }
    isFactorized = true
    reciprocalCondition = unsafe cholmod_l_rcond(factor, common)
  }

  /// Replaces each right-hand side by its solution; `count` columns of `pattern.order` numbers.
  public func solve(_ rightHandSides: inout [Double], count: Int) {
    precondition(isFactorized, "factorize before solving")
    precondition(
      rightHandSides.count == pattern.order * count,
      "right-hand side does not match the matrix order")
    guard count > 0 else { return }
    let order = pattern.order
    unsafe rightHandSides.withUnsafeMutableBufferPointer { values in
      var b = unsafe cholmod_dense()
      unsafe b.nrow = order
      unsafe b.ncol = count
      unsafe b.nzmax = order * count
      unsafe b.d = order
      unsafe b.x = UnsafeMutableRawPointer(values.baseAddress)
      unsafe b.xtype = CHOLMOD_REAL
      unsafe b.dtype = CHOLMOD_DOUBLE
      let solved = unsafe cholmod_l_solve2(
        CHOLMOD_A, factor, &b, nil, &workspace.pointee.x, nil, &workspace.pointee.y,
        &workspace.pointee.e, common)
      // Only allocation can fail here: the shapes match and the factor is complete.
      precondition(solved == 1, "CHOLMOD could not allocate its solution")
      if let x = unsafe workspace.pointee.x?.pointee.x?.assumingMemoryBound(to: Double.self) {
        unsafe values.baseAddress?.update(from: x, count: order * count)
      }
    }
  }

  /// The unknowns in the order of their elimination, as the analysis chose it.
  var ordering: [Int] {
    guard let factor = unsafe factor?.pointee,
      let order = unsafe factor.Perm?.assumingMemoryBound(to: Int.self)
    else { return Array(0..<pattern.order) }
    return (0..<pattern.order).map { unsafe order[$0] }
  }

  /// The unknown whose column stopped the elimination.
  private func failedUnknown() -> Int {
    guard let factor = unsafe factor?.pointee, unsafe factor.minor < factor.n,
      let order = unsafe factor.Perm?.assumingMemoryBound(to: Int.self)
    else { return 0 }
    return unsafe order[factor.minor]
  }
}

extension SparsePattern {
  /// Calls `body` with CHOLMOD's view of the matrix; without values only its structure.
  fileprivate func withMatrix<Result>(
    values: UnsafePointer<Double>?, _ body: (UnsafeMutablePointer<cholmod_sparse>) -> Result
  ) -> Result {
    unsafe columnStarts.withUnsafeBufferPointer { starts in
      unsafe rowIndices.withUnsafeBufferPointer { rows in
        var matrix = unsafe cholmod_sparse()
        unsafe matrix.nrow = order
        unsafe matrix.ncol = order
        unsafe matrix.nzmax = rows.count
        unsafe matrix.p = UnsafeMutableRawPointer(mutating: starts.baseAddress)
        unsafe matrix.i = UnsafeMutableRawPointer(mutating: rows.baseAddress)
        unsafe matrix.x = UnsafeMutableRawPointer(mutating: values)
        unsafe matrix.stype = -1
        unsafe matrix.itype = CHOLMOD_LONG
        unsafe matrix.xtype = values == nil ? CHOLMOD_PATTERN : CHOLMOD_REAL
        unsafe matrix.dtype = CHOLMOD_DOUBLE
        unsafe matrix.sorted = 1
        unsafe matrix.packed = 1
        return unsafe body(&matrix)
      }
    }
  }
}

extension SparseError {
  /// CHOLMOD's status: zero is success, negative an error, positive a warning; the warnings are
  /// failures too, since a matrix that is not positive definite is one of them.
  fileprivate init(cholmod status: Int32, unknown: Int) {
    self =
      switch status {
      case CHOLMOD_NOT_POSDEF, CHOLMOD_DSMALL: .notPositiveDefinite(unknown: unknown)
      case CHOLMOD_OUT_OF_MEMORY: .outOfMemory
      case CHOLMOD_TOO_LARGE: .tooLarge
      default: .library(name: "CHOLMOD", status: Int(status))
      }
  }
}
