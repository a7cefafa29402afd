/// The modes of coupled lossless lines with losses that do not couple them: `v = M v'`,
/// `i = M⁻ᵀ i'` make `L C` diagonal, and with it `R` and `G` where these commute (Paul, Analysis of
/// Multiconductor Transmission Lines, 2nd ed. 2008, section 7.2).
public struct LineModes: Sendable {
  public let modes: [LineMode]
  /// `M⁻¹`, from voltages of conductors to those of modes, and `Mᵀ`, from currents to currents; row
  /// by row, `count` × `count`.
  public let voltages: [Double], currents: [Double]
  public var count: Int { modes.count }

  /// A line of one conductor.
  public init(_ mode: LineMode) {
    (modes, voltages, currents) = ([mode], [1], [1])
  }

  /// Why matrices have no modes.
  public enum Fault: Error {
    /// The matrix of this name is not symmetric and positive definite, or not nonnegative in R, G.
    case notPositive(String)
    /// Losses couple the modes.
    case coupled
  }

  /// The modes of lines with these totals of the whole length, each `count` × `count`, symmetric;
  /// `capacitance` and `conductance` are Maxwell's, with negative values beside the diagonal.
  public init(
    count n: Int, resistance: [Double], inductance: [Double], conductance: [Double],
    capacitance: [Double]
  ) throws(Fault) {
    precondition(
      [resistance, inductance, conductance, capacitance].allSatisfy { $0.count == n * n },
      "matrices of the line's order")
    guard let root = Self.cholesky(capacitance, n) else { throw .notPositive("C") }
    guard Self.cholesky(inductance, n) != nil else { throw .notPositive("L") }
    // C = K Kᵀ; Kᵀ L K = Q Λ Qᵀ has the squares of the delays.
    let kL = Self.product(Self.transposed(root, n), Self.product(inductance, root, n), n)
    let kR = Self.product(Self.transposed(root, n), Self.product(resistance, root, n), n)
    let inverse = Self.inverse(lower: root, n)
    let kG = Self.product(
      inverse, Self.product(conductance, Self.transposed(inverse, n), n), n)
    // Where delays are equal, any vectors diagonalize L C; those are needed that diagonalize R and G
    // too. Commuting matrices share the eigenvectors of any sum of them.
    var sum = [Double](repeating: 0, count: n * n)
    for (matrix, share) in [(kL, 1.0), (kR, 0.37), (kG, 0.23)] {
      let size = matrix.map(abs).max() ?? 0
      if size > 0 { for k in sum.indices { sum[k] += share / size * matrix[k] } }
    }
    let vectors = Self.eigenvectors(of: sum, n)
    func rotated(_ matrix: [Double]) -> [Double] {
      Self.product(Self.transposed(vectors, n), Self.product(matrix, vectors, n), n)
    }
    let (l, r, g) = (rotated(kL), rotated(kR), rotated(kG))
    for matrix in [l, r, g] {
      let size = matrix.map(abs).max() ?? 0
      for i in 0..<n {
        for j in 0..<n where i != j && abs(matrix[i * n + j]) > 1e-7 * size { throw .coupled }
      }
    }
    // M = K⁻ᵀ Q; its columns are scaled to a largest value of one, so that modes have volts.
    var m = Self.product(Self.transposed(inverse, n), vectors, n)
    var inverseM = Self.product(Self.transposed(vectors, n), Self.transposed(root, n), n)
    var found: [LineMode] = []
    for k in 0..<n {
      let size = (0..<n).map { abs(m[$0 * n + k]) }.max() ?? 1
      for i in 0..<n {
        m[i * n + k] /= size
        inverseM[k * n + i] *= size
      }
      let square = size * size
      let mode = LineMode(
        ohms: max(0, r[k * n + k] * square), siemens: max(0, g[k * n + k] / square),
        henries: l[k * n + k] * square, farads: 1 / square)
      guard mode.isValid else { throw .notPositive("L") }
      found.append(mode)
    }
    modes = found
    voltages = inverseM
    currents = Self.transposed(m, n)
  }

  private init(modes: [LineMode], voltages: [Double], currents: [Double]) {
    (self.modes, self.voltages, self.currents) = (modes, voltages, currents)
  }

  /// A piece of the line, `share` of its length.
  public func piece(_ share: Double) -> LineModes {
    LineModes(
      modes: modes.map {
        LineMode(
          ohms: $0.ohms * share, siemens: $0.siemens * share, henries: $0.henries * share,
          farads: $0.farads * share)
      }, voltages: voltages, currents: currents)
  }

  // MARK: Small dense matrices, row by row

  static func product(_ a: [Double], _ b: [Double], _ n: Int) -> [Double] {
    var c = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for k in 0..<n { for j in 0..<n { c[i * n + j] += a[i * n + k] * b[k * n + j] } }
    }
    return c
  }

  static func transposed(_ a: [Double], _ n: Int) -> [Double] {
    (0..<n * n).map { a[$0 % n * n + $0 / n] }
  }

  /// The lower factor of a symmetric positive definite matrix; `nil` if it is not one.
  static func cholesky(_ a: [Double], _ n: Int) -> [Double]? {
    var l = [Double](repeating: 0, count: n * n)
    for j in 0..<n {
      for i in j..<n {
        var sum = a[i * n + j]
        for k in 0..<j { sum -= l[i * n + k] * l[j * n + k] }
        if i == j {
          guard sum > 1e-14 * a[j * n + j], sum.isFinite else { return nil }
          l[i * n + i] = sum.squareRoot()
        } else {
          l[i * n + j] = sum / l[j * n + j]
        }
      }
    }
    return l
  }

  static func inverse(lower l: [Double], _ n: Int) -> [Double] {
    var x = [Double](repeating: 0, count: n * n)
    for j in 0..<n {
      for i in j..<n {
        var sum = i == j ? 1.0 : 0
        for k in j..<i { sum -= l[i * n + k] * x[k * n + j] }
        x[i * n + j] = sum / l[i * n + i]
      }
    }
    return x
  }

  /// The eigenvectors of a symmetric matrix, in columns, by Jacobi's rotations (Golub and Van Loan,
  /// Matrix Computations, 4th ed. 2013, section 8.5).
  static func eigenvectors(of matrix: [Double], _ n: Int) -> [Double] {
    var a = matrix
    var q = [Double](repeating: 0, count: n * n)
    for i in 0..<n { q[i * n + i] = 1 }
    for _ in 0..<60 {
      var off = 0.0
      for i in 0..<n { for j in 0..<i { off = max(off, abs(a[i * n + j])) } }
      let size = a.map(abs).max() ?? 0
      if off <= 1e-17 * size { break }
      for i in 1..<max(n, 1) where n > 1 {
        for j in 0..<i where a[i * n + j] != 0 {
          let ratio = (a[i * n + i] - a[j * n + j]) / (2 * a[i * n + j])
          let t = (ratio >= 0 ? 1 : -1) / (abs(ratio) + (1 + ratio * ratio).squareRoot())
          let c = 1 / (1 + t * t).squareRoot()
          let s = t * c
          for k in 0..<n {
            let (x, y) = (a[k * n + j], a[k * n + i])
            a[k * n + j] = c * x - s * y
            a[k * n + i] = s * x + c * y
          }
          for k in 0..<n {
            let (x, y) = (a[j * n + k], a[i * n + k])
            a[j * n + k] = c * x - s * y
            a[i * n + k] = s * x + c * y
            let (u, v) = (q[k * n + j], q[k * n + i])
            q[k * n + j] = c * u - s * v
            q[k * n + i] = s * u + c * v
          }
        }
      }
    }
    return q
  }
}
