import NumericKernels

/// Termination of a column of one bit line and one source line, from both lines' ends and
/// terminals.
///
/// Cells carry current from one line to the other, so the sum `C` of both line currents is the same
/// everywhere, and `β v_s + α v_b` falls by `αβ r C` per segment whatever the cells do, with
/// `r = r_b + r_s`, `α = r_s / r`, `β = r_b / r`. What remains is a ladder for the voltage `v`
/// across the cells and `i = i_b − α C`. With its T network `Z1` (near), `Z2` (far) and `Z12`,
/// every combination of ends gives
///
///     I = V / (Z12 + E + (σ Z1 Z2 + F Z1 + P Z2 + Q) / (σ (Z1 + Z2) + S))
///
/// with the constants below, all ≥ 0: nothing cancels, at any drop.
struct TransferCircuit<V: SIMD> where V.Scalar: BinaryFloatingPoint {
  var volts: V.Scalar
  /// `E` in ohms.
  var series: V.Scalar
  /// `σ`, `F`, `P`, `Q` and `S`.
  var product: V.Scalar
  var near: V.Scalar
  var far: V.Scalar
  var constant: V.Scalar
  var sum: V.Scalar

  /// - Parameters:
  ///   - segments: Wire segments from the near to the far terminal.
  init(bitLine: ColumnLine, sourceLine: ColumnLine, segments: Int, volts: Double) {
    let r = bitLine.segmentOhms + sourceLine.segmentOhms
    let alpha = r > 0 ? sourceLine.segmentOhms / r : 0
    let beta = r > 0 ? bitLine.segmentOhms / r : 1
    let rho = r > 0 ? Double(segments) * alpha * bitLine.segmentOhms : 0
    let (b, s) = (bitLine.terminalOhms, sourceLine.terminalOhms)
    var (series, product, near, far, constant, sum) = (b + s, 0.0, 0.0, 0.0, 0.0, 1.0)
    func mixed(
      _ bothOhms: Double, _ singleOhms: Double, weight: Double, complement: Double, isFar: Bool
    ) {
      (series, product) = (singleOhms, weight * weight)
      near = weight * weight * bothOhms
      far = bothOhms * (1 + complement * complement) + rho
      if !isFar { (near, far) = (far, near) }
      constant = bothOhms * (bothOhms + rho)
      sum = 2 * bothOhms + rho
    }
    let isBitBoth = bitLine.hasNearTerminal && bitLine.hasFarTerminal
    let isSourceBoth = sourceLine.hasNearTerminal && sourceLine.hasFarTerminal
    // The terminals of an ideal line act anywhere on it.
    let isBitFar = beta > 0 ? bitLine.hasFarTerminal : sourceLine.hasFarTerminal
    let isSourceFar = alpha > 0 ? sourceLine.hasFarTerminal : isBitFar
    switch (isBitBoth, isSourceBoth) {
    case (false, false):
      if isBitFar == isSourceFar {
        (near, far) = isBitFar ? (0, 1) : (1, 0)
      } else {
        series += rho
        let (a, c) = (alpha * alpha, beta * beta)
        (near, far) = isBitFar ? (a, c) : (c, a)
      }
    case (true, false): mixed(b, s, weight: beta, complement: alpha, isFar: isSourceFar)
    case (false, true): mixed(s, b, weight: alpha, complement: beta, isFar: isBitFar)
    case (true, true):
      let total = rho + 2 * (alpha * alpha * b + beta * beta * s)
      let coupling = alpha * b - beta * s
      let each = ((b + s) * rho + 2 * b * s) / total
      (series, product) = (coupling * coupling / total, 1)
      (near, far, constant, sum) = (each, each, each * each, 2 * each)
    }
    self.volts = V.Scalar(volts)
    self.series = V.Scalar(series)
    self.product = V.Scalar(product)
    self.near = V.Scalar(near)
    self.far = V.Scalar(far)
    self.constant = V.Scalar(constant)
    self.sum = V.Scalar(sum)
  }
}

/// The transfer matrix of a column with two resistive lines, any ends: four multiply-adds per cell.
///
/// Two walks of `v ← v + r i`, `i ← i + g v` from word line 0, one from `v = 1, i = 0` and one from
/// `v = 0, i = 1`: entries `M11`, `M21` and `M12`, `M22`. All terms are positive. Then
/// `Z12 = 1 / M21`, `Z1 = (M22 − 1) / M21`, `Z2 = (M11 − 1) / M21`; the two differences lose only
/// what is small against `Z12`.
struct TransferWalk<V: SIMD & Sendable>: ColumnWalk where V.Scalar: BinaryFloatingPoint {
  static var isPaired: Bool { false }
  /// `M11`, `M21`, `M12`, `M22`, all times `unit`.
  private var (v1, i1, v2, i2) = (V(repeating: 1), V(), V(), V(repeating: 1))
  private var unit = V(repeating: 1)

  @inline(__always)
  init(_ circuit: TransferCircuit<V>) {}

  @inline(__always)
  mutating func step(_ r: V, _ g: V, _: V) {
    v1 = multiplyAdd(r, i1, v1)
    v2 = multiplyAdd(r, i2, v2)
    i1 = multiplyAdd(g, v1, i1)
    i2 = multiplyAdd(g, v2, i2)
  }

  @inline(__always)
  mutating func restart() {
    let scale = V(repeating: 1) / v1
    (v1, i1, v2, i2, unit) = (v1 * scale, i1 * scale, v2 * scale, i2 * scale, unit * scale)
  }

  @inline(__always)
  consuming func sensedAmperes(_ circuit: TransferCircuit<V>, endOhms: V) -> V {
    let c = circuit
    let farLoss = multiplyAdd(endOhms, i1, v1) - unit
    let nearLoss = i2 - unit
    // Numerator and denominator of the last term, both times M21.
    let product = V(repeating: c.product)
    var top = multiplyAdd(product, nearLoss, V(repeating: c.far) * i1) * farLoss
    top = multiplyAdd(V(repeating: c.near) * i1, nearLoss, top)
    top = multiplyAdd(V(repeating: c.constant) * i1, i1, top)
    let bottom = multiplyAdd(V(repeating: c.sum), i1, product * (nearLoss + farLoss))
    // Without current or without resistance there is nothing to divide.
    let term = (top / bottom).replacing(with: V(), where: bottom .<= V())
    return V(repeating: c.volts) * i1 / (multiplyAdd(V(repeating: c.series), i1, unit) + term)
  }
}
