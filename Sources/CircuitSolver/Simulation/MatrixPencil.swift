import Foundation

/// A pencil `G + sC` of dense real matrices.
struct MatrixPencil {
  typealias Complex = SmallSignalRun.Phasor

  let order: Int
  /// Row by row.
  var conductances: [Double], capacitances: [Double]

  /// The pencil with a column and a row around it, whose corner is zero.
  func bordered(column: [Double], row: [Double]) -> MatrixPencil {
    let size = order + 1
    var whole = MatrixPencil(
      order: size, conductances: [Double](repeating: 0, count: size * size),
      capacitances: [Double](repeating: 0, count: size * size))
    for i in 0..<order {
      for j in 0..<order {
        whole.conductances[i * size + j] = conductances[i * order + j]
        whole.capacitances[i * size + j] = capacitances[i * order + j]
      }
      whole.conductances[i * size + order] = column[i]
      whole.conductances[order * size + i] = row[i]
    }
    return whole
  }

  /// The values of s at which it is singular, by magnitude; `nil` if it is everywhere.
  func finiteEigenvalues() -> [Complex]? {
    guard order > 0 else { return [] }
    func norm(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let (g, c) = (norm(conductances), norm(capacitances))
    // A shift that is neither real nor imaginary, where roots are.
    let scale = g > 0 && c > 0 ? g / c : 1
    let shift = Complex(real: 0.6 * scale, imaginary: 0.8 * scale)
    guard let shifted = solved(at: shift) else { return nil }
    guard c > 0 else { return [] }
    let inverses = Self.eigenvalues(shifted, order)
    let largest = inverses.map(\.magnitude).max() ?? 0
    var roots: [Complex] = []
    for inverse in inverses where inverse.magnitude > 1e-14 * largest {
      var root = shift + -(Complex(real: 1) / inverse)
      // An eigenvalue at infinity leads nowhere, a root back to itself.
      var isRoot = false
      var last = Double.infinity
      for _ in 0..<30 {
        guard let matrix = solved(at: root) else {
          (isRoot, last) = (true, 0)
          break
        }
        var trace = Complex()
        for k in 0..<order { trace = trace + matrix[k * order + k] }
        guard trace.magnitude > 0 else { break }
        let step = -(Complex(real: 1) / trace)
        let isNear =
          step.magnitude <= 0.1 * root.magnitude
          || step.magnitude <= 1e-12 * scale
        guard isNear || isRoot else { break }
        isRoot = true
        root = root + step
        last = step.magnitude
        if step.magnitude <= 1e-14 * root.magnitude { break }
      }
      // Far out the trace is n / s, and steps of a share 1 / n of the way lead on and on.
      guard isRoot, last <= max(1e-3 * root.magnitude, 1e-12 * scale), root.real.isFinite,
        root.imaginary.isFinite
      else { continue }
      if abs(root.imaginary) <= 1e-9 * root.magnitude { root.imaginary = 0 }
      if abs(root.real) <= 1e-13 * root.magnitude { root.real = 0 }
      roots.append(root)
    }
    return roots.sorted {
      let (a, b) = ($0.magnitude, $1.magnitude)
      return abs(a - b) > 1e-9 * max(a, b) ? a < b : $0.imaginary > $1.imaginary
    }
  }

  /// `(G + sC)⁻¹ C` by elimination with partial pivots; `nil` if the matrix is singular to rounding.
  private func solved(at s: Complex) -> [Complex]? {
    let n = order
    var a = (0..<n * n).map {
      Complex(
        real: conductances[$0] + s.real * capacitances[$0],
        imaginary: s.imaginary * capacitances[$0])
    }
    var b = capacitances.map { Complex(real: $0) }
    // Rows of very different units are made alike first.
    for i in 0..<n {
      let size = (0..<n).map { a[i * n + $0].magnitude }.max() ?? 0
      guard size > 0 else { return nil }
      for j in 0..<n {
        a[i * n + j] = a[i * n + j] / Complex(real: size)
        b[i * n + j] = b[i * n + j] / Complex(real: size)
      }
    }
    for k in 0..<n {
      let pivot = (k..<n).max { a[$0 * n + k].magnitude < a[$1 * n + k].magnitude } ?? k
      guard a[pivot * n + k].magnitude > 1e-300 else { return nil }
      if pivot != k {
        for j in 0..<n {
          a.swapAt(pivot * n + j, k * n + j)
          b.swapAt(pivot * n + j, k * n + j)
        }
      }
      for i in (k + 1)..<max(n, k + 1) where a[i * n + k] != Complex() {
        let factor = -(a[i * n + k] / a[k * n + k])
        for j in k..<n { a[i * n + j] = a[i * n + j] + factor * a[k * n + j] }
        for j in 0..<n { b[i * n + j] = b[i * n + j] + factor * b[k * n + j] }
      }
    }
    for k in stride(from: n - 1, through: 0, by: -1) {
      for j in 0..<n {
        var sum = b[k * n + j]
        for i in (k + 1)..<max(n, k + 1) { sum = sum + -(a[k * n + i] * b[i * n + j]) }
        b[k * n + j] = sum / a[k * n + k]
      }
    }
    return b
  }

  /// All eigenvalues of a complex matrix: to Hessenberg form by elimination, then QR steps with
  /// Wilkinson's shifts (Wilkinson, The Algebraic Eigenvalue Problem, 1965, chapters 6 and 8).
  static func eigenvalues(_ matrix: [Complex], _ n: Int) -> [Complex] {
    var h = matrix
    for k in 0..<max(0, n - 2) {
      let pivot = ((k + 1)..<n).max { h[$0 * n + k].magnitude < h[$1 * n + k].magnitude } ?? k + 1
      guard h[pivot * n + k].magnitude > 0 else { continue }
      if pivot != k + 1 {
        for j in 0..<n { h.swapAt(pivot * n + j, (k + 1) * n + j) }
        for i in 0..<n { h.swapAt(i * n + pivot, i * n + k + 1) }
      }
      for i in (k + 2)..<max(n, k + 2) where h[i * n + k] != Complex() {
        let factor = h[i * n + k] / h[(k + 1) * n + k]
        for j in 0..<n { h[i * n + j] = h[i * n + j] + -(factor * h[(k + 1) * n + j]) }
        for row in 0..<n { h[row * n + k + 1] = h[row * n + k + 1] + factor * h[row * n + i] }
      }
    }
    var found: [Complex] = []
    var (last, turns) = (n - 1, 0)
    while last >= 0 {
      var first = last
      while first > 0 {
        let size = h[(first - 1) * n + first - 1].magnitude + h[first * n + first].magnitude
        if h[first * n + first - 1].magnitude <= 2e-16 * size { break }
        first -= 1
      }
      guard first < last, turns < 200 else {
        found.append(h[last * n + last])
        (last, turns) = (last - 1, 0)
        continue
      }
      turns += 1
      var shift = wilkinson(h, n, last)
      // A shift of its own breaks a cycle.
      if turns % 11 == 10 { shift = shift + Complex(real: h[last * n + last - 1].magnitude) }
      for k in first...last { h[k * n + k] = h[k * n + k] + -shift }
      var turned: [(Double, Complex)] = []
      for k in first..<last {
        let (a, b) = (h[k * n + k], h[(k + 1) * n + k])
        let size = hypot(a.magnitude, b.magnitude)
        let phase = a.magnitude > 0 ? a / Complex(real: a.magnitude) : Complex(real: 1)
        // A rotation of two rows: real cosine, complex sine.
        let cosine = size > 0 ? a.magnitude / size : 1
        let conjugate = Complex(real: b.real, imaginary: -b.imaginary)
        let sine = size > 0 ? phase * conjugate / Complex(real: size) : Complex()
        turned.append((cosine, sine))
        for j in k...last {
          let (x, y) = (h[k * n + j], h[(k + 1) * n + j])
          h[k * n + j] = Complex(real: cosine) * x + sine * y
          h[(k + 1) * n + j] =
            Complex(real: cosine) * y
            + -(Complex(real: sine.real, imaginary: -sine.imaginary) * x)
        }
      }
      for (offset, (cosine, sine)) in turned.enumerated() {
        let k = first + offset
        for i in first...min(k + 1, last) {
          let (x, y) = (h[i * n + k], h[i * n + k + 1])
          h[i * n + k] =
            Complex(real: cosine) * x + Complex(real: sine.real, imaginary: -sine.imaginary) * y
          h[i * n + k + 1] = Complex(real: cosine) * y + -(sine * x)
        }
      }
      for k in first...last { h[k * n + k] = h[k * n + k] + shift }
    }
    return found
  }

  /// The eigenvalue of the last two rows that is nearer to the last diagonal.
  private static func wilkinson(_ h: [Complex], _ n: Int, _ last: Int) -> Complex {
    let (a, b) = (h[(last - 1) * n + last - 1], h[(last - 1) * n + last])
    let (c, d) = (h[last * n + last - 1], h[last * n + last])
    let half = (a + -d) * Complex(real: 0.5)
    let square = half * half + b * c
    let (size, angle) = (square.magnitude.squareRoot(), square.radians / 2)
    let root = Complex(real: size * cos(angle), imaginary: size * sin(angle))
    let (one, other) = (half + root, half + -root)
    return d + (one.magnitude < other.magnitude ? one : other)
  }
}
