import NumericKernels

/// Deviations of fitted cells (`CrossingCellFit`).
struct FittedDeviation<V: SIMD & Sendable>: CrossingDeviation
where V.Scalar: BinaryFloatingPoint & Sendable {
  static var isNone: Bool { false }

  /// Of each vector of cells the coefficients from the constant up, then those of the tilt.
  private let coefficients: [V]
  private let degree: Int, stride: Int
  private let perVolt: V
  /// Reciprocal slopes of the cells in ohms; zero of cells that do not conduct.
  private let ohms: [V]

  init(_ fit: CrossingCellFit, rows: CrossingRows<V>, siemens: Matrix<Double>) {
    degree = fit.degree
    stride = fit.degree + 1 + (fit.hasThirdTerminal ? 3 : 0)
    perVolt = V(repeating: V.Scalar(1 / fit.volts))
    let (stride, length) = (stride, rows.length)
    let zero = V(repeating: 0)
    var coefficients = [V](repeating: zero, count: rows.rowCount * length * stride)
    var ohms = [V](repeating: zero, count: rows.rowCount * length)
    for row in 0..<rows.rowCount {
      for j in 0..<rows.columnCount {
        guard siemens[row, j] > 0 else { continue }
        let cell = fit.cell(siemens[row, j])
        ohms[row * length + j % length][j / length] = V.Scalar(1 / cell.siemens)
        let first = (row * length + j % length) * stride
        for (k, value) in (cell.deviation + cell.tilt).enumerated() {
          coefficients[first + k][j / length] = V.Scalar(value)
        }
      }
    }
    (self.coefficients, self.ohms) = (coefficients, ohms)
  }

  @inline(__always)
  func volts(_ index: Int, amperes: V) -> V { ohms[index] * amperes }

  @inline(__always)
  func amperes(_ index: Int, volts: V, bitLine: V) -> V {
    let c = coefficients.span
    let first = index &* stride
    let d = multiplyAdd(volts, perVolt, V(repeating: -1))
    var k = degree
    var deviation = c[first &+ k]
    while k > 0 {
      k &-= 1
      deviation = multiplyAdd(deviation, d, c[first &+ k])
    }
    let tilt = first &+ degree &+ 1
    guard tilt < first &+ stride else { return deviation }
    let lost = -multiplyAdd(bitLine, perVolt, d)
    return multiplyAdd(
      lost, multiplyAdd(c[tilt &+ 2], lost, multiplyAdd(c[tilt &+ 1], d, c[tilt])), deviation)
  }
}
