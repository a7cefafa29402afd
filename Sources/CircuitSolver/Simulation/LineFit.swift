import Foundation
import Netlist

/// A function of frequency as `d + Σ wₖ / (1 + s/pₖ)`, with which a convolution needs no more of the
/// past than one number per pole (Semlyen and Dabuleanu, IEEE Trans. Power App. Syst. 94(2), 1975).
struct LineFit: Sendable {
  /// d: the value at infinite frequency.
  var infinity: Double
  /// wₖ, and pₖ in 1/s.
  var weights: [Double], poles: [Double]
  /// The largest error at imaginary frequencies, by the fit's own measure.
  var error: Double

  /// A constant.
  init(constant: Double) {
    (infinity, weights, poles, error) = (constant, [], [], 0)
  }

  /// The value at zero frequency, which is exact.
  var atRest: Double { weights.reduce(infinity, +) }

  typealias Phasor = SmallSignalRun.Phasor

  /// Error that a fit tries to reach, and that it may have.
  static let aim = 1e-6, bound = 1e-3

  /// A function that is regular except on the negative axis from `-low` to `-high`, with its value at
  /// infinity; its value at zero is kept exactly. Errors count times `weight`, at s = jω.
  ///
  /// Poles lie evenly in the logarithm of their place between the ends of the cut and closer and
  /// closer at the ends, as those of the best approximations of roots do.
  init(
    from low: Double, to high: Double, infinity: Double, of function: (Phasor) -> Phasor,
    weight: (Phasor) -> Double
  ) {
    self.infinity = infinity
    let rest = function(Phasor()).real
    (weights, poles, error) = ([], [], .infinity)
    func grid(_ count: Int) -> [Double] {
      let (first, last) = (log(low / 100), log(high * 100))
      return (0..<count).map { exp(first + (last - first) * Double($0) / Double(count - 1)) }
    }
    let decades = log10(high / low) + 4
    let (coarse, fine) = (grid(Int(10 * decades) + 1), grid(Int(23 * decades) + 1))
    for count in stride(from: 8, through: 72, by: 8) {
      let ends = (log(0.1 * low / high), log(10.0))
      let poles = (0..<count).map { k in
        let t = exp(ends.0 + (ends.1 - ends.0) * Double(k) / Double(count - 1))
        return (low + high * t) / (1 + t)
      }
      let (rows, targets) = Self.equations(
        coarse, poles, infinity: infinity, rest: rest, function, weight)
      guard var weights = LeastSquares.solution(rows, targets) else { continue }
      weights.append(rest - infinity - weights.reduce(0, +))
      var worst = 0.0
      for omega in fine {
        let s = Phasor(imaginary: omega)
        var value = Phasor(real: infinity)
        for (w, p) in zip(weights, poles) { value = value + w * Self.basis(s, p) }
        worst = max(worst, weight(s) * (value + -function(s)).magnitude)
      }
      if worst < error { (self.weights, self.poles, error) = (weights, poles, worst) }
      if error <= Self.aim { return }
    }
  }

  private static func basis(_ s: Phasor, _ pole: Double) -> Phasor {
    Phasor(real: 1) / Phasor(real: 1, imaginary: s.imaginary / pole)
  }

  /// Real and imaginary parts in rows; the last weight follows from the value at zero.
  private static func equations(
    _ omegas: [Double], _ poles: [Double], infinity: Double, rest: Double,
    _ function: (Phasor) -> Phasor, _ weight: (Phasor) -> Double
  ) -> (rows: [[Double]], targets: [Double]) {
    var (rows, targets): ([[Double]], [Double]) = ([], [])
    for omega in omegas {
      let s = Phasor(imaginary: omega)
      let last = basis(s, poles[poles.count - 1])
      let factor = weight(s)
      let columns = poles.dropLast().map { factor * (basis(s, $0) + -last) }
      let target =
        factor
        * (function(s) + Phasor(real: -infinity) + -((rest - infinity) * last))
      rows.append(columns.map(\.real))
      rows.append(columns.map(\.imaginary))
      targets += [target.real, target.imaginary]
    }
    return (rows, targets)
  }
}

/// Linear least squares by Householder's reflections (Golub and Van Loan, Matrix Computations, 4th
/// ed. 2013, section 5.3).
enum LeastSquares {
  /// The coefficients that bring `rows` nearest to `targets`; `nil` if columns depend on each other
  /// to the last digit. More rows than columns.
  static func solution(_ rows: [[Double]], _ targets: [Double]) -> [Double]? {
    let (m, n) = (rows.count, rows.first?.count ?? 0)
    guard n > 0, m >= n else { return nil }
    // By columns.
    var a = (0..<n).map { j in rows.map { $0[j] } }
    var b = targets
    for k in 0..<n {
      var norm = 0.0
      for i in k..<m { norm += a[k][i] * a[k][i] }
      norm = norm.squareRoot()
      guard norm > 0, norm.isFinite else { return nil }
      let diagonal = a[k][k] > 0 ? -norm : norm
      var v = Array(a[k][k..<m])
      v[0] -= diagonal
      let square = v.reduce(0) { $0 + $1 * $1 }
      guard square > 0 else { return nil }
      func reflect(_ column: inout [Double]) {
        var sum = 0.0
        for i in v.indices { sum += v[i] * column[k + i] }
        let factor = 2 * sum / square
        for i in v.indices { column[k + i] -= factor * v[i] }
      }
      for j in (k + 1)..<max(n, k + 1) { reflect(&a[j]) }
      reflect(&b)
      a[k][k] = diagonal
    }
    var x = [Double](repeating: 0, count: n)
    for k in stride(from: n - 1, through: 0, by: -1) {
      var sum = b[k]
      for j in (k + 1)..<max(n, k + 1) { sum -= a[j][k] * x[j] }
      x[k] = sum / a[k][k]
      guard x[k].isFinite else { return nil }
    }
    return x
  }
}
