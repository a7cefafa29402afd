/// Least squares with a penalty on large coefficients.
enum RidgeRegression {
  /// Coefficients `c` that minimize `Σ (rows · c − targets)² + λ Σ (d_t c_t)²`, with `d_t²` the
  /// mean square of term `t` times the number of rows, so that the penalty does not depend on
  /// units.
  ///
  /// Solved by Cholesky factorization of the normal equations; terms that never occur get zero.
  static func coefficients(_ rows: [[Double]], _ targets: [Double], ridge: Double) -> [Double] {
    precondition(rows.count == targets.count && ridge > 0, "one target per row, a positive ridge")
    guard let count = rows.first?.count else { return [] }
    var normal = [Double](repeating: 0, count: count * count)
    var right = [Double](repeating: 0, count: count)
    for (row, target) in zip(rows, targets) {
      for a in 0..<count {
        right[a] += row[a] * target
        for b in 0...a { normal[a * count + b] += row[a] * row[b] }
      }
    }
    // Scaled to a unit diagonal, so that the ridge bounds the condition number by count / ridge.
    let scale = (0..<count).map { k in
      let d = normal[k * count + k]
      return d > 0 ? 1 / d.squareRoot() : 0
    }
    var factor = [Double](repeating: 0, count: count * count)
    for a in 0..<count {
      for b in 0...a {
        var sum = normal[a * count + b] * scale[a] * scale[b]
        if a == b { sum = (scale[a] > 0 ? 1 : 0) + ridge }
        for k in 0..<b { sum -= factor[a * count + k] * factor[b * count + k] }
        factor[a * count + b] =
          a == b ? max(sum, ridge / 2).squareRoot() : sum / factor[b * count + b]
      }
    }
    var x = (0..<count).map { right[$0] * scale[$0] }
    for a in 0..<count {
      for k in 0..<a { x[a] -= factor[a * count + k] * x[k] }
      x[a] /= factor[a * count + a]
    }
    for a in (0..<count).reversed() {
      for k in a + 1..<count { x[a] -= factor[k * count + a] * x[k] }
      x[a] /= factor[a * count + a]
    }
    return (0..<count).map { x[$0] * scale[$0] }
  }
}
