import Foundation
import NumericKernels
import SparseLinearAlgebra
import TestSupport
import Testing

/// Conductance matrix of a `side × side` resistor grid with one resistor to ground at a corner and
/// random conductances over three decades; `symmetry` says which triangles are stored.
private func grid(
  side: Int, seed: UInt64, _ symmetry: SparsePattern.Symmetry
) -> (pattern: SparsePattern, values: [Double]) {
  var random = RandomStream(seed: seed)
  var (rows, columns, entries): ([Int32], [Int32], [Double]) = ([], [], [])
  func add(_ i: Int, _ j: Int, _ value: Double) {
    rows.append(Int32(i))
    columns.append(Int32(j))
    entries.append(value)
  }
  func connect(_ a: Int, _ b: Int) {
    let g = exp(Double.random(in: -3...3, using: &random))
    add(a, a, g)
    add(b, b, g)
    add(a, b, -g)
    if symmetry == .general { add(b, a, -g) }
  }
  add(0, 0, 1)
  for y in 0..<side {
    for x in 0..<side {
      if x + 1 < side { connect(y * side + x, y * side + x + 1) }
      if y + 1 < side { connect(y * side + x, y * side + x + side) }
    }
  }
  let pattern = SparsePattern(
    order: side * side, symmetry: symmetry, rows: rows, columns: columns)
  var values = [Double](repeating: 0, count: pattern.entryCount)
  for (slot, entry) in zip(pattern.slots, entries) { values[Int(slot)] += entry }
  return (pattern, values)
}

/// `‖A x − b‖∞ / (‖A‖₁ ‖x‖∞ + ‖b‖∞)`: the normwise backward error.
private func backwardError(
  _ pattern: SparsePattern, _ values: [Double], _ x: [Double], _ b: [Double]
) -> Double {
  var product = b
  var span = product.mutableSpan
  pattern.product(values.span, x.span, into: &span)
  let norm = 2 * (values.map(abs).max() ?? 0) * 4
  let residual = zip(product, b).map { abs($0 - $1) }.max() ?? 0
  return residual / (norm * (x.map(abs).max() ?? 0) + (b.map(abs).max() ?? 0))
}

/// The process's threads, by the kernel's count; where there is no such file, none.
private func threadCount() -> Int {
  (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 0
}

@Suite struct FactorizationTests {
  /// Cholesky is backward stable: the error stays below a small multiple of n ulp (Higham 2002,
  /// theorem 10.3, with the row count of the factor in place of n).
  @Test(arguments: [1, 2, 3, 17, 60])
  func choleskyResidualIsAtRoundingLevel(side: Int) throws {
    let (pattern, values) = grid(side: side, seed: 1, .symmetric)
    var cholesky = try CholeskyFactorization(analyzing: pattern)
    try cholesky.factorize(values.span)
    let b = (0..<pattern.order).map { Double($0 % 7) - 3 }
    var x = b
    cholesky.solve(&x, count: 1)
    #expect(backwardError(pattern, values, x, b) <= 8 * Double(side + 1) * .ulpOfOne)
    let reciprocalCondition = cholesky.reciprocalCondition
    #expect(reciprocalCondition > 0)
  }

  @Test(arguments: [1, 2, 3, 17, 60])
  func luResidualIsAtRoundingLevel(side: Int) throws {
    let (pattern, values) = grid(side: side, seed: 2, .general)
    var lu = try LUFactorization(analyzing: pattern)
    try lu.factorize(values.span)
    let b = (0..<pattern.order).map { Double($0 % 7) - 3 }
    var x = b
    lu.solve(&x, count: 1)
    #expect(backwardError(pattern, values, x, b) <= 8 * Double(side + 1) * .ulpOfOne)
  }

  /// Two libraries, one answer: differences are bounded by condition number times rounding.
  @Test(arguments: [2, 5, 24])
  func choleskyAndLUAgree(side: Int) throws {
    let (lower, lowerValues) = grid(side: side, seed: 5, .symmetric)
    let (full, fullValues) = grid(side: side, seed: 5, .general)
    var cholesky = try CholeskyFactorization(analyzing: lower)
    var lu = try LUFactorization(analyzing: full)
    try cholesky.factorize(lowerValues.span)
    try lu.factorize(fullValues.span)
    var x = [Double](repeating: 0, count: lower.order)
    x[lower.order - 1] = 1
    var y = x
    cholesky.solve(&x, count: 1)
    lu.solve(&y, count: 1)
    let scale = x.map(abs).max() ?? 0
    // Condition of a weighted grid Laplacian with one ground: at most n · 8 · (g_max/g_min) · n.
    let order = Double(lower.order)
    let bound = 8 * order * order * exp(6) * .ulpOfOne * scale
    for (a, b) in matched(x, y) { #expect(abs(a - b) <= bound) }
  }

  @Test(arguments: [1, 2, 5, 33])
  func columnsOfABatchAreSolvedLikeSingleOnes(count: Int) throws {
    let (pattern, values) = grid(side: 12, seed: 7, .symmetric)
    let (general, generalValues) = grid(side: 12, seed: 7, .general)
    var cholesky = try CholeskyFactorization(analyzing: pattern)
    var lu = try LUFactorization(analyzing: general)
    try cholesky.factorize(values.span)
    try lu.factorize(generalValues.span)
    let order = pattern.order
    let b = (0..<order * count).map { Double($0 % 11) - 5 }
    var (x, y) = (b, b)
    cholesky.solve(&x, count: count)
    lu.solve(&y, count: count)
    for k in 0..<count {
      let column = k * order..<(k + 1) * order
      let right = Array(b[column])
      #expect(backwardError(pattern, values, Array(x[column]), right) <= 1e3 * .ulpOfOne)
      #expect(backwardError(pattern, values, Array(y[column]), right) <= 1e3 * .ulpOfOne)
    }
  }

  @Test(arguments: [1, 6, 40])
  func anIndefiniteMatrixIsRefusedWithItsUnknown(side: Int) throws {
    var (pattern, values) = grid(side: side, seed: 3, .symmetric)
    let bad = pattern.order / 2
    values[pattern.columnStarts[bad]] = -1
    var cholesky = try CholeskyFactorization(analyzing: pattern)
    let error = #expect(throws: SparseError.self) { try cholesky.factorize(values.span) }
    guard case .notPositiveDefinite(let unknown) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect((0..<pattern.order).contains(unknown))
    let isFactorized = cholesky.isFactorized
    #expect(!isFactorized)
  }

  /// The failing column is reported in the caller's numbering, not in the elimination order.
  @Test func theUnknownIsNamedInTheCallersOrder() throws {
    let pattern = SparsePattern(
      order: 5, symmetry: .symmetric, rows: [0, 1, 2, 3, 4, 4], columns: [0, 1, 2, 3, 4, 0])
    var cholesky = try CholeskyFactorization(analyzing: pattern)
    var values = [Double](repeating: 2, count: pattern.entryCount)
    values[1] = -1
    values[Int(pattern.slots[3])] = 0
    #expect(throws: SparseError.notPositiveDefinite(unknown: 3)) {
      try cholesky.factorize(values.span)
    }
    // A later set of values is not spoilt by the failure.
    values[Int(pattern.slots[3])] = 4
    try cholesky.factorize(values.span)
    var x: [Double] = [0, 0, 0, 8, 0]
    cholesky.solve(&x, count: 1)
    #expect(x == [0, 0, 0, 2, 0])
  }

  @Test func aSingularMatrixIsRefusedByLU() throws {
    let pattern = SparsePattern(
      order: 3, symmetry: .general, rows: [0, 1, 2, 1], columns: [0, 1, 2, 2])
    var lu = try LUFactorization(analyzing: pattern)
    var values: [Double] = [1, 0, 1, 1]
    #expect(throws: SparseError.self) { try lu.factorize(values.span) }
    values[1] = 2
    #expect(try lu.refactorize(values.span) == .chosen)
  }

  @Test func aStructurallySingularMatrixIsRefused() throws {
    let pattern = SparsePattern(order: 2, symmetry: .general, rows: [0, 0], columns: [0, 1])
    #expect(throws: SparseError.self) {
      var lu = try LUFactorization(analyzing: pattern)
      try lu.factorize([1.0, 1.0].span)
    }
  }

  /// `[ε 1; 1 1]` needs its rows exchanged once ε is tiny; the pivots of ε = 1 would lose all digits.
  @Test func uselessPivotsAreNotReused() throws {
    let pattern = SparsePattern(
      order: 2, symmetry: .general, rows: [0, 1, 0, 1], columns: [0, 0, 1, 1])
    var lu = try LUFactorization(analyzing: pattern)
    try lu.factorize([4, 1, 1, 4].span)
    #expect(try lu.refactorize([5, 1, 1, 5].span) == .reused)
    #expect(try lu.refactorize([1e-18, 1, 1, 1].span) == .chosen)
    var x: [Double] = [1, 2]
    lu.solve(&x, count: 1)
    #expect(abs(x[0] - 1) <= 4 * .ulpOfOne && abs(x[1] - 1) <= 4 * .ulpOfOne)
  }

  @Test(arguments: [Double.nan, .infinity])
  func valuesThatAreNoNumbersAreRefused(value: Double) throws {
    let (lower, lowerValues) = grid(side: 3, seed: 1, .symmetric)
    let (full, fullValues) = grid(side: 3, seed: 1, .general)
    var cholesky = try CholeskyFactorization(analyzing: lower)
    var lu = try LUFactorization(analyzing: full)
    try lu.factorize(fullValues.span)
    var (bad, alsoBad) = (lowerValues, fullValues)
    bad[lower.columnStarts[4]] = value
    alsoBad[full.columnStarts[4]] = value
    let error = SparseError.notFinite(unknown: 4)
    #expect(throws: error) { try cholesky.factorize(bad.span) }
    #expect(throws: error) { try lu.refactorize(alsoBad.span) }
    #expect(throws: error) { try lu.factorize(alsoBad.span) }
  }

  @Test func refactorizationSolvesTheNewValues() throws {
    let (pattern, first) = grid(side: 15, seed: 1, .general)
    let (_, second) = grid(side: 15, seed: 2, .general)
    var lu = try LUFactorization(analyzing: pattern)
    try lu.factorize(first.span)
    #expect(try lu.refactorize(second.span) == .reused)
    let b = (0..<pattern.order).map { Double($0) }
    var x = b
    lu.solve(&x, count: 1)
    #expect(backwardError(pattern, second, x, b) <= 1e3 * .ulpOfOne)
  }

  /// A supernodal factorization big enough for BLAS and OpenMP starts no thread.
  @Test func noThreadIsStarted() async throws {
    await #expect(processExitsWith: .success) {
      let (pattern, values) = grid(side: 220, seed: 1, .symmetric)
      let before = threadCount()
      var cholesky = try CholeskyFactorization(analyzing: pattern)
      try cholesky.factorize(values.span)
      var x = [Double](repeating: 1, count: pattern.order * 8)
      cholesky.solve(&x, count: 8)
      precondition(threadCount() <= before, "threads were started")
    }
  }

  @Test func solvingBeforeFactorizingTraps() async {
    await #expect(processExitsWith: .failure) {
      let (pattern, _) = grid(side: 2, seed: 1, .symmetric)
      let cholesky = try CholeskyFactorization(analyzing: pattern)
      var x = [Double](repeating: 1, count: 4)
      cholesky.solve(&x, count: 1)
    }
  }
}
