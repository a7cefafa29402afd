import Foundation

/// Polynomials for the current of cells over the voltages that they can have in a tile.
///
/// In `d = y / V − 1`, the relative loss of voltage, negative: `c(d) = c₀ + c₁ d + c₂ d² + …`,
/// interpolated at Chebyshev's points. The degree is the lowest whose error is small enough.
struct CellFit: Sendable {
  /// Range of `d`.
  let range: ClosedRange<Double>
  /// Highest power.
  let degree: Int
  /// Largest error of a cell's current over the current itself, at any conductance and any `d` of the
  /// range. The current of a column is off by no more: its losses only damp what its cells add.
  private(set) var relativeError: Double
  private let path: CellPath
  /// Values of `d` at which the polynomial is exact.
  private let nodes: [Double]
  /// Coefficients per value at a node, `[degree + 1, nodes]`.
  private let weights: [[Double]]

  /// The arithmetic in which polynomials are evaluated. Errors below its own are not worth a higher
  /// degree.
  enum Precision {
    case single, double

    var wanted: Double { self == .single ? 1e-6 : 1e-12 }
    var largestDegree: Int { self == .single ? 10 : 16 }

    /// The polynomial at `d`: high powers may cancel.
    func value(_ coefficients: [Double], _ d: Double) -> Double {
      switch self {
      case .single:
        Double(coefficients.reversed().reduce(Float(0)) { $0 * Float(d) + Float($1) })
      case .double: coefficients.reversed().reduce(0) { $0 * d + $1 }
      }
    }
  }

  /// The fit of cells with conductances within `siemens`, above zero.
  init(
    _ path: CellPath, range: ClosedRange<Double>, siemens: ClosedRange<Double>, isPaired: Bool,
    precision: Precision = .single
  ) {
    let samples = (0..<17).map { k in
      siemens.lowerBound * pow(siemens.upperBound / siemens.lowerBound, Double(k) / 16)
    }
    func fit(_ degree: Int) -> CellFit {
      CellFit(
        path, range: range, degree: degree, samples: samples, isPaired: isPaired,
        precision: precision)
    }
    var best = fit(2)
    for degree in 3...precision.largestDegree where best.relativeError > precision.wanted {
      let next = fit(degree)
      if next.relativeError < best.relativeError { best = next }
    }
    self = best
  }

  private init(
    _ path: CellPath, range: ClosedRange<Double>, degree: Int, samples: [Double], isPaired: Bool,
    precision: Precision
  ) {
    (self.path, self.range, self.degree) = (path, range, degree)
    let (middle, half) = (
      (range.lowerBound + range.upperBound) / 2, (range.upperBound - range.lowerBound) / 2
    )
    let count = Double(degree + 1)
    var nodes: [Double] = []
    for k in 0...degree {
      let angle = Double.pi * (Double(k) + 0.5) / count
      nodes.append(middle + half * cos(angle))
    }
    self.nodes = nodes
    weights = Self.lagrange(nodes)
    relativeError = 0
    var worst = 0.0
    for siemens in samples {
      for isNegative in isPaired ? [false, true] : [false] {
        let fitted = coefficients(siemens, isNegative: isNegative)
        for k in 0...8 * degree {
          let d = middle + half * cos(Double.pi * Double(k) / Double(8 * degree))
          let exact = current(d, siemens, isNegative)
          let value = precision.value(fitted, d)
          // Where nothing is left of the voltage, the error counts against a thousandth of it.
          let scale = max(
            exact.magnitude, 1e-3 * current(0, siemens, isNegative).magnitude)
          if scale > 0 { worst = max(worst, (value - exact).magnitude / scale) }
        }
      }
    }
    // The points between those checked, and conductances between the samples.
    relativeError = 1.2 * worst
  }

  /// Coefficients of each node's Lagrange polynomial, by power and node.
  private static func lagrange(_ nodes: [Double]) -> [[Double]] {
    var byPower = [[Double]](
      repeating: [Double](repeating: 0, count: nodes.count), count: nodes.count)
    for (k, node) in nodes.enumerated() {
      var product = [1.0]
      for (other, x) in nodes.enumerated() where other != k {
        var next = [Double](repeating: 0, count: product.count + 1)
        for (power, value) in product.enumerated() {
          next[power + 1] += value / (node - x)
          next[power] -= value * x / (node - x)
        }
        product = next
      }
      for (power, value) in product.enumerated() { byPower[power][k] = value }
    }
    return byPower
  }

  private func current(_ d: Double, _ siemens: Double, _ isNegative: Bool) -> Double {
    path.tangent(path.volts * (1 + d), siemens: siemens, isNegative: isNegative).amperes
  }

  /// Coefficients in amperes of a cell, from that of `d⁰` up.
  func coefficients(_ siemens: Double, isNegative: Bool = false) -> [Double] {
    guard siemens > 0 else { return [Double](repeating: 0, count: degree + 1) }
    let values = nodes.map { current($0, siemens, isNegative) }
    return weights.map { row in
      var sum = 0.0
      for k in row.indices { sum += row[k] * values[k] }
      return sum
    }
  }
}
