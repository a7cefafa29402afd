import NumericKernels

/// Deviations of the currents of interleaved pairs on ideal rails, sensed at one end: a walk from the
/// open end and one back.
///
/// Seen from a cut, what lies behind it is a conductance `y` and a current `j` into a short circuit. A
/// pair adds `g₊ + g₋` and `V (g₊ − g₋)`; wire of resistance `r` scales both by `f = 1 / (1 + r y)`. On
/// the way back the bit-line voltage follows, `w ← f (w + r j)`, and with it `a ← f a`, the share of
/// 1 V on the sense terminal that reaches the pair. Then
///
///     ∂I/∂G₊ = (V − w) a,   ∂I/∂G₋ = −(V + w) a
///
/// and the variances of the cells add with the squares of these. `f` is at most 1: nothing overflows.
struct PairDeviations<V: SIMD & Sendable>: Sendable where V.Scalar: BinaryFloatingPoint {
  /// Sum and difference of the conductances of each pair, in siemens.
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

  /// What the way back needs of the wire before a pair.
  struct Passage {
    var factor: V, drop: V
  }

  /// Deviations of the planned vector, one vector of columns for each group, in the unit times volts.
  func deviations(
    _ plan: borrowing LadderPlan<V.Scalar>, into out: inout MutableSpan<V>, at: Int,
    passages: inout [Passage]
  ) {
    let steps = plan.steps.span.extracting(plan.rows[0].steps)
    let (sums, gaps) = (pairs.first.span, pairs.second.span)
    let (positive, negative) = (variances.first.span, variances.second.span)
    let one = V(repeating: 1)
    let volts = V(repeating: V.Scalar(readVolts))
    let end = V(repeating: plan.endOhms + V.Scalar(terminalOhms))
    if passages.count < steps.count {
      passages = Array(repeating: Passage(factor: one, drop: V()), count: steps.count)
    }
    var kept = passages.mutableSpan
    for group in 0..<pairs.stride {
      var (y, j) = (V(), V())
      for k in steps.indices {
        let cell = Int(steps[k].line) * pairs.stride + group
        let r = V(repeating: steps[k].ohms)
        let factor = one / multiplyAdd(r, y, one)
        kept[k] = Passage(factor: factor, drop: r * j * factor)
        y = multiplyAdd(y, factor, sums[cell])
        j = multiplyAdd(j, factor, volts * gaps[cell])
      }
      var a = one / multiplyAdd(end, y, one)
      var w = end * j * a
      var total = V()
      for k in steps.indices.reversed() {
        let cell = Int(steps[k].line) * pairs.stride + group
        let (up, down) = ((volts - w) * a, (volts + w) * a)
        total = multiplyAdd(positive[cell] * up, up, total)
        total = multiplyAdd(negative[cell] * down, down, total)
        w = multiplyAdd(w, kept[k].factor, kept[k].drop)
        a *= kept[k].factor
      }
      out[at + group] = total.squareRoot()
    }
  }
}
