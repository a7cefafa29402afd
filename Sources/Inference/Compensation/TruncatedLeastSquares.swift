import NumericKernels

/// Steps `δ` that bring `X (d ∘ δ)` closest to `r`, for many `d` and `r` at a time, by conjugate
/// gradients on the normal equations from zero on (CGLS; Björck, Numerical Methods for Least Squares
/// Problems, 1996, algorithm 7.4.1).
///
/// Rows that are held out end the iteration of each step: it turns to the weak directions last, and
/// those follow chance. What is not determined stays at zero.
struct TruncatedLeastSquares: Sendable {
  /// Rows of `X`, and of them those that are fitted to, the first ones; unknowns of a step.
  let rows: Int, fitted: Int, columns: Int
  /// `X`, `[rows, columns]`, and the transpose of what is fitted to.
  private let matrix: [Float], transposed: [Float]

  /// Iterations at most, and without a smaller residual on what is held out.
  private static let most = 64, patience = 6

  /// Steps by the rows `matrix`, `[rows, columns]`.
  init(_ matrix: [Float], rows: Int, fitted: Int) {
    precondition(rows > 0 && matrix.count.isMultiple(of: rows) && fitted <= rows, "whole rows")
    let columns = matrix.count / rows
    (self.matrix, self.rows, self.fitted, self.columns) = (matrix, rows, fitted, columns)
    var transposed = [Float](repeating: 0, count: columns * fitted)
    var out = transposed.mutableSpan
    for row in 0..<fitted {
      for k in 0..<columns { out[k * fitted + row] = matrix[row * columns + k] }
    }
    self.transposed = transposed
  }

  /// The steps for weights `d`, `[columns, count]`, to residuals `r`, `[rows, count]`: `δ`, `[columns,
  /// count]`.
  func steps(_ weights: [Float], to residuals: [Float], count: Int) -> [Float] {
    precondition(
      weights.count == columns * count && residuals.count == rows * count, "operands differ")
    let judging = fitted < rows ? fitted..<rows : 0..<rows
    var own = Block(weights: weights, residuals: residuals, count: count)
    own.x = [Float](repeating: 0, count: weights.count)
    own.p = gradients(own)
    own.gamma = squares(own.p, 0..<columns, count)
    var best = own.x
    own.least = squares(own.residuals, judging, count)
    own.waited = [Int](repeating: 0, count: count)
    for _ in 0..<Self.most {
      own.keep(own.gamma.indices.filter { own.gamma[$0] > 0 && own.waited[$0] < Self.patience })
      guard own.count > 0 else { break }
      let n = own.count
      var q = [Float](repeating: 0, count: rows * n)
      do {
        var weighted = own.p
        for k in weighted.indices { weighted[k] *= own.weights[k] }
        var out = q.mutableSpan
        MatrixProduct.multiply(
          matrix.span, weighted.span, into: &out, m: rows, n: n, k: columns)
      }
      let curvatures = squares(q, 0..<fitted, n)
      let alphas = (0..<n).map { curvatures[$0] > 0 ? Float(own.gamma[$0] / curvatures[$0]) : 0 }
      Self.add(alphas, own.p, to: &own.x)
      Self.add(alphas.map { -$0 }, q, to: &own.residuals)
      let held = squares(own.residuals, judging, n)
      for j in 0..<n {
        guard held[j] < own.least[j] else {
          own.waited[j] += 1
          continue
        }
        (own.least[j], own.waited[j]) = (held[j], 0)
        for k in 0..<columns { best[k * count + own.places[j]] = own.x[k * n + j] }
      }
      let s = gradients(own)
      let next = squares(s, 0..<columns, n)
      // A direction without curvature ends there.
      let betas = (0..<n).map { alphas[$0] > 0 ? Float(next[$0] / own.gamma[$0]) : 0 }
      own.gamma = zip(next, alphas).map { $1 > 0 ? $0 : 0 }
      var p = own.p
      for row in 0..<columns {
        for j in 0..<n { p[row * n + j] = s[row * n + j] + betas[j] * p[row * n + j] }
      }
      own.p = p
    }
    return best
  }

  /// Steps under way, `count` side by side.
  private struct Block {
    var weights: [Float], residuals: [Float]
    var x: [Float] = [], p: [Float] = []
    var gamma: [Double] = [], least: [Double] = []
    var waited: [Int] = []
    /// Their places among all steps.
    var places: [Int]
    var count: Int { places.count }

    init(weights: [Float], residuals: [Float], count: Int) {
      (self.weights, self.residuals, places) = (weights, residuals, Array(0..<count))
    }

    /// Leaves the steps `kept`.
    mutating func keep(_ kept: [Int]) {
      guard kept.count < count else { return }
      func columns(_ values: [Float]) -> [Float] {
        var own: [Float] = []
        own.reserveCapacity(values.count / count * kept.count)
        for row in 0..<values.count / count {
          for j in kept { own.append(values[row * count + j]) }
        }
        return own
      }
      (weights, residuals, x, p) = (columns(weights), columns(residuals), columns(x), columns(p))
      (gamma, least) = (kept.map { gamma[$0] }, kept.map { least[$0] })
      waited = kept.map { waited[$0] }
      places = kept.map { places[$0] }
    }
  }

  /// `d ∘ Xᵀ r` over what is fitted to.
  private func gradients(_ own: Block) -> [Float] {
    var s = [Float](repeating: 0, count: columns * own.count)
    var out = s.mutableSpan
    MatrixProduct.multiply(
      transposed.span, own.residuals.span, into: &out, m: columns, n: own.count, k: fitted)
    for k in out.indices { out[k] *= own.weights[k] }
    return s
  }

  /// `y += a x`, one `a` for each of the values side by side.
  private static func add(_ a: [Float], _ x: [Float], to y: inout [Float]) {
    let n = a.count
    let (a, x) = (a.span, x.span)
    var y = y.mutableSpan
    for first in stride(from: 0, to: x.count, by: n) {
      for j in 0..<n { y[first + j] += a[j] * x[first + j] }
    }
  }

  /// Sums of squares over some rows of values `count` side by side.
  private func squares(_ values: [Float], _ rows: Range<Int>, _ count: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: count)
    let values = values.span
    var out = sums.mutableSpan
    for row in rows {
      for j in 0..<count {
        let value = Double(values[row * count + j])
        out[j] += value * value
      }
    }
    return sums
  }
}
