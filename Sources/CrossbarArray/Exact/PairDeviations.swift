import NumericKernels

/// Deviations of the currents of interleaved pairs on ideal rails, sensed at one end: a walk from
/// the open end and one back.
///
/// Seen from a cut, what lies behind it is a conductance `y`, and currents `p` from the cut at −V
/// and `n` into the cut at +V; a pair adds `g₊ + g₋`, `2 V g₊` and `2 V g₋`, and wire of resistance
/// `r` scales all by `f = 1 / (1 + r y)`. The way back gives the voltages across the cells,
/// `V − w ← f (V − w + r n)` and `V + w ← f (V + w + r p)`, and with `a ← f a` the share of 1 V on
/// the sense terminal that reaches the pair. Then
///
///     ∂I/∂G₊ = (V − w) a,   ∂I/∂G₋ = −(V + w) a
///
/// and the variances of the cells add with the squares of these. `f` is at most 1: nothing
/// overflows. And nothing is subtracted: where the wires take nearly all of V, `w` holds no digits
/// of `V − w`.
struct PairDeviations<V: SIMD & Sendable>: Sendable where V.Scalar: BinaryFloatingPoint {
  /// Conductances of the positive and the negative cell of each pair, in siemens.
  private let pairs: ColumnCells<V>
  /// Variances of the positive and the negative cell, in the square of some unit.
  private let variances: ColumnCells<V>
  private let readVolts: Double
  /// In series with the sensed end.
  private let terminalOhms: Double

  init(
    pairs: ColumnCells<V>, variances: ColumnCells<V>, readVolts: Double, terminalOhms: Double
  ) {
    precondition(pairs.stride == variances.stride, "as many variances as pairs")
    self.pairs = pairs
    self.variances = variances
    self.readVolts = readVolts
    self.terminalOhms = terminalOhms
  }

  /// The wire before a pair, as the way back needs it.
  struct Passage {
    var factor: V
    /// Voltages that the wire adds across the positive and the negative cell.
    var up: V, down: V
  }

  /// Deviations of the planned vector, one vector of columns for each group, in the unit times
  /// volts.
  func deviations(
    _ plan: borrowing LadderPlan<V.Scalar>, into out: inout MutableSpan<V>, at: Int,
    passages: inout [Passage]
  ) {
    let steps = plan.steps.span.extracting(plan.rows[0].steps)
    let (adding, taking) = (pairs.first.span, pairs.second.span)
    let (positive, negative) = (variances.first.span, variances.second.span)
    let one = V(repeating: 1)
    let volts = V(repeating: V.Scalar(readVolts))
    let twice = volts + volts
    let end = V(repeating: plan.endOhms + V.Scalar(terminalOhms))
    if passages.count < steps.count {
      passages = Array(repeating: Passage(factor: one, up: V(), down: V()), count: steps.count)
    }
    var kept = passages.mutableSpan
    for group in 0..<pairs.stride {
      var (y, p, n) = (V(), V(), V())
      for k in steps.indices {
        let cell = Int(steps[k].line) * pairs.stride + group
        let r = V(repeating: steps[k].ohms)
        let factor = one / multiplyAdd(r, y, one)
        kept[k] = Passage(factor: factor, up: r * n * factor, down: r * p * factor)
        y = multiplyAdd(y, factor, adding[cell] + taking[cell])
        p = multiplyAdd(p, factor, twice * adding[cell])
        n = multiplyAdd(n, factor, twice * taking[cell])
      }
      var a = one / multiplyAdd(end, y, one)
      var (up, down) = (multiplyAdd(end, n, volts) * a, multiplyAdd(end, p, volts) * a)
      var total = V()
      for k in steps.indices.reversed() {
        let cell = Int(steps[k].line) * pairs.stride + group
        let (rise, fall) = (up * a, down * a)
        total = multiplyAdd(positive[cell] * rise, rise, total)
        total = multiplyAdd(negative[cell] * fall, fall, total)
        up = multiplyAdd(up, kept[k].factor, kept[k].up)
        down = multiplyAdd(down, kept[k].factor, kept[k].down)
        a *= kept[k].factor
      }
      out[at + group] = total.squareRoot()
    }
  }
}
