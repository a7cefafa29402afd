import NumericKernels

/// Deviations of fitted cells (`CrossingCellFit`), in single precision.
struct FittedDeviation: CrossingDeviation {
  typealias V = SIMD16<Float>

  static var isNone: Bool { false }

  /// Of each vector of cells the coefficients from the constant up, then those of the tilt.
  private let coefficients: [V]
  private let degree: Int, stride: Int
  private let perVolt: V

  init(_ fit: CrossingCellFit, rows: CrossingRows<V>, siemens: Matrix<Double>) {
    degree = fit.degree
    stride = fit.degree + 1 + (fit.hasThirdTerminal ? 3 : 0)
    perVolt = V(repeating: Float(1 / fit.volts))
    let (stride, length) = (stride, rows.length)
    var coefficients = [V](repeating: V(repeating: 0), count: rows.rowCount * length * stride)
    for row in 0..<rows.rowCount {
      for j in 0..<rows.columnCount {
        let cell = fit.cell(siemens[row, j])
        let first = (row * length + j % length) * stride
        for (k, value) in (cell.deviation + cell.tilt).enumerated() {
          coefficients[first + k][j / length] = Float(value)
        }
      }
    }
    self.coefficients = coefficients
  }

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
