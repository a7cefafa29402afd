/// Eigenvalues and eigenvectors of a symmetric tridiagonal matrix by the implicit QL method
/// (Bowdler, Martin, Reinsch and Wilkinson, Numer. Math. 11, 1968, procedure tql2).
struct TridiagonalEigenproblem {
  /// Eigenvalues, in no particular order.
  private(set) var values: [Double]
  /// `vectors[k * order + m]` is component `m` of the unit eigenvector of `values[k]`.
  private(set) var vectors: [Double]

  /// The matrix with `diagonal` and the entries `offDiagonal` beside it, one fewer; `nil` if an
  /// eigenvalue takes more than 60 sweeps, which does not happen for finite matrices.
  init?(diagonal: [Double], offDiagonal: [Double]) {
    let order = diagonal.count
    precondition(order > 0 && offDiagonal.count == order - 1, "a tridiagonal matrix does not fit")
    values = diagonal
    vectors = [Double](repeating: 0, count: order * order)
    for k in 0..<order { vectors[k * order + k] = 1 }
    var beside = offDiagonal + [0]
    for first in 0..<order {
      var sweeps = 0
      while true {
        // The first negligible entry splits the matrix.
        var last = first
        while last < order - 1 {
          let size = abs(values[last]) + abs(values[last + 1])
          if abs(beside[last]) <= .ulpOfOne * size { break }
          last += 1
        }
        if last == first { break }
        sweeps += 1
        guard sweeps <= 60 else { return nil }
        sweep(first, last, &beside)
      }
    }
  }

  /// One implicit QL step on the rows `first...last`, shifted by the eigenvalue of the leading two
  /// rows that is closer to the first.
  private mutating func sweep(_ first: Int, _ last: Int, _ beside: inout [Double]) {
    let order = values.count
    var g = (values[first + 1] - values[first]) / (2 * beside[first])
    let length = (g * g + 1).squareRoot()
    g = values[last] - values[first] + beside[first] / (g + (g < 0 ? -length : length))
    var (sine, cosine, shift) = (1.0, 1.0, 0.0)
    for i in stride(from: last - 1, through: first, by: -1) {
      var f = sine * beside[i]
      let b = cosine * beside[i]
      let radius = (f * f + g * g).squareRoot()
      beside[i + 1] = radius
      guard radius > 0 else {
        // A rotation that underflows splits the matrix; the next step continues from there.
        values[i + 1] -= shift
        beside[last] = 0
        return
      }
      sine = f / radius
      cosine = g / radius
      g = values[i + 1] - shift
      let r = (values[i] - g) * sine + 2 * cosine * b
      shift = sine * r
      values[i + 1] = g + shift
      g = cosine * r - b
      for m in 0..<order {
        f = vectors[(i + 1) * order + m]
        let lower = vectors[i * order + m]
        vectors[(i + 1) * order + m] = sine * lower + cosine * f
        vectors[i * order + m] = cosine * lower - sine * f
      }
    }
    values[first] -= shift
    beside[first] = g
    beside[last] = 0
  }
}
