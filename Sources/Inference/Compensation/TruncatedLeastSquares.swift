import NumericKernels

/// Steps `δ` that bring `J δ` closest to `r`, by conjugate gradients on the normal equations from zero
/// on (CGLS; Björck, Numerical Methods for Least Squares Problems, 1996, algorithm 7.4.1).
///
/// Vectors that are held out end the iteration: it turns to the weak directions of `J` last, and those
/// follow chance. What is not determined stays at zero.
struct TruncatedLeastSquares {
  /// Rows of `J`, and of them those that are fitted to, the first ones.
  let rows: Int, fitted: Int
  /// Unknowns.
  let columns: Int

  /// Iterations at most, and without a smaller residual on what is held out.
  private static let most = 64, patience = 6

  /// The step for the rows `matrix`, `[rows, columns]`.
  func step(_ matrix: Span<Float>, to residual: [Float]) -> [Float] {
    precondition(matrix.count == rows * columns && residual.count == rows, "operands differ")
    let own = matrix.extracting(0..<fitted * columns)
    let judging = fitted < rows ? fitted..<rows : 0..<rows
    var (r, x) = (residual, [Float](repeating: 0, count: columns))
    var s = gradient(own, r)
    var p = s
    var gamma = Self.square(s[...])
    var (best, least) = (x, Self.square(r[judging]))
    var waited = 0
    var q = [Float](repeating: 0, count: rows)
    for _ in 0..<Self.most {
      guard gamma > 0 else { break }
      var out = q.mutableSpan
      MatrixProduct.multiply(matrix, vector: p.span, into: &out, offset: 0, m: rows, k: columns)
      let curvature = Self.square(q[..<fitted])
      guard curvature > 0 else { break }
      let alpha = Float(gamma / curvature)
      for k in x.indices { x[k] += alpha * p[k] }
      for k in r.indices { r[k] -= alpha * q[k] }
      let held = Self.square(r[judging])
      if held < least {
        (best, least, waited) = (x, held, 0)
      } else {
        waited += 1
        if waited == Self.patience { break }
      }
      s = gradient(own, r)
      let next = Self.square(s[...])
      let beta = Float(next / gamma)
      gamma = next
      for k in p.indices { p[k] = s[k] + beta * p[k] }
    }
    return best
  }

  /// `Jᵀ r` over what is fitted to.
  private func gradient(_ matrix: Span<Float>, _ r: [Float]) -> [Float] {
    var s = [Float](repeating: 0, count: columns)
    var out = s.mutableSpan
    MatrixProduct.add(
      r.span, strideA: fitted, matrix, strideB: columns, into: &out, offset: 0, strideC: columns,
      m: 1, n: columns, k: fitted)
    return s
  }

  private static func square(_ values: ArraySlice<Float>) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }
  }
}
