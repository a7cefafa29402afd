import NumericKernels

/// Bit lines that cross source lines, solved for one input vector at a time by line relaxation: whole
/// source lines and whole bit lines in turn, over the selected word lines alone.
///
/// Source lines follow from the bit lines by elimination, `u = u(w)`. Of each cell's current
/// `g (u − w)` the part `s g w` joins the equations of its bit line, the rest its right-hand side:
///
///     (L_b + s G) w' = f,   f = G (u(w) − (1 − s) w).
///
/// With `s` what source lines would hold if bit lines were at 0 V, a common shift of the bit lines is
/// right at once, and every pass shrinks the error by the coupling that is left, some hundredths. For
/// `s ≥ ½` the iteration converges for any array: `2 s G − G + G M G` is positive, with `M` the
/// source lines' inverse. All terms are positive, so that currents keep their digits in the smallest
/// column and on the best wires.
///
/// Cells that are no resistors carry `g (u − w)` with their slope `g` at the read voltage, and a
/// deviation from it that joins the currents of the sources, at the voltages found last.
struct CrossingKernel<V: SIMD & Sendable, Deviation: CrossingDeviation<V>>: Sendable
where V.Scalar: BinaryFloatingPoint & Sendable {
  typealias Scalar = V.Scalar

  /// A selected row and the bit-line wire between it and the previous one, in ohms.
  struct Step {
    var row: Int
    var ohms: Scalar
  }

  /// Memory for a vector.
  struct Workspace {
    /// Bit-line voltages, currents that arrive from the start of the line, and factors
    /// `1 / (1 + r c)` behind each cell, `[steps, length]`.
    var volts: [V] = [], arriving: [V] = [], passing: [V] = []
    /// Currents along a source line times its segment.
    fileprivate var drops: [V] = []
    /// Deviations of the cells' currents from their slopes, `[steps, length]`.
    fileprivate var deviations: [V] = []
    /// The currents found last, by column.
    fileprivate(set) var amperes: [V] = []

    fileprivate mutating func reserve(vectors count: Int, columns length: Int) {
      if volts.count < count {
        let zeros = [V](repeating: V(repeating: 0), count: count)
        (volts, arriving, passing) = (zeros, zeros, zeros)
      }
      if !Deviation.isNone, deviations.count < count {
        deviations = [V](repeating: V(repeating: 0), count: count)
      }
      guard drops.count != length else { return }
      drops = [V](repeating: V(repeating: 0), count: length)
      amperes = drops
    }

    /// The arrays that change during a solve, until they are put back.
    fileprivate mutating func taken() -> ([V], [V], [V], [V]) {
      defer { (volts, arriving, passing, drops) = ([], [], [], []) }
      return (volts, arriving, passing, drops)
    }
  }

  let rows: CrossingRows<V>
  let deviation: Deviation

  /// Solves one vector from the bit-line voltages in `work`, or from 0 V.
  ///
  /// - Parameters:
  ///   - steps: The selected rows from the start of the bit lines to the sensed end.
  ///   - startSiemens: Conductance of a terminal at the start, to 0 V.
  ///   - endOhms: Resistance from the last row to the virtual ground.
  ///   - change: The largest change of a bit-line voltage, or of a deviation by the slope of its cell, in
  ///     volts, after which the iteration ends.
  /// - Returns: Passes, and a bound on the last change in volts.
  func solve(
    _ steps: Span<Step>, startSiemens: Scalar, endOhms: Scalar, until change: Scalar, limit: Int,
    startsFromZero: Bool = true, in work: inout Workspace
  ) -> (passes: Int, change: Scalar) {
    let length = rows.length
    work.reserve(vectors: steps.count * length, columns: length)
    guard !steps.isEmpty else {
      for z in 0..<length { work.amperes[z] = V(repeating: 0) }
      return (0, 0)
    }
    if startsFromZero { for k in 0..<steps.count * length { work.volts[k] = V(repeating: 0) } }
    // Arrays of their own: spans of one and changes of another must not meet in one value.
    var (volts, arriving, passing, drops) = work.taken()
    var deviations: [V] = []
    if !Deviation.isNone {
      swap(&deviations, &work.deviations)
      start(steps, &deviations)
    }
    factorize(
      steps, startSiemens: startSiemens, endOhms: endOhms, passing: &passing, seen: &drops)
    var (passes, last) = (0, Scalar.infinity)
    while passes < limit, !(last <= 1) {
      passes += 1
      let moved = descend(
        steps, volts.span, passing.span, unit: change, deviations: &deviations, drops: &drops,
        arriving: &arriving)
      last = ascend(
        steps, arriving.span, passing.span, endOhms: endOhms, unit: change, moved: moved,
        volts: &volts)
    }
    let base = (steps.count - 1) * length
    for z in 0..<length {
      work.amperes[z] = multiplyAdd(
        V(repeating: startSiemens), volts[z], arriving[base + z] * passing[base + z])
    }
    (work.volts, work.arriving, work.passing, work.drops) = (volts, arriving, passing, drops)
    if !Deviation.isNone { swap(&deviations, &work.deviations) }
    return (passes, last * change)
  }

  /// Deviations of cells at the read voltage.
  private func start(_ steps: Span<Step>, _ deviations: inout [V]) {
    let length = rows.length
    for e in steps.indices {
      for z in 0..<length {
        deviations[e * length + z] = deviation.amperes(
          steps[e].row * length + z, volts: V(repeating: Scalar(rows.bounds.volts)),
          bitLine: V(repeating: 0))
      }
    }
  }

  /// Factors of the bit lines: what of a current passes on towards the sensed end.
  private func factorize(
    _ steps: Span<Step>, startSiemens: Scalar, endOhms: Scalar, passing: inout [V],
    seen: inout [V]
  ) {
    let length = rows.length
    var passing = passing.mutableSpan
    var seen = seen.mutableSpan
    let (g, s) = (rows.siemens.span, rows.shares.span)
    let one = V(repeating: 1)
    for z in 0..<length { seen[z] = V(repeating: startSiemens) }
    for e in steps.indices {
      let own = g.extracting(steps[e].row * length..<(steps[e].row + 1) * length)
      let ohms = V(repeating: e + 1 < steps.count ? steps[e + 1].ohms : endOhms)
      for z in 0..<length {
        let c = multiplyAdd(own[z], s[z], seen[z])
        let t = one / multiplyAdd(ohms, c, one)
        passing[e * length + z] = t
        seen[z] = c * t
      }
    }
  }

  /// Source lines from the bit lines' voltages, and what their cells carry down the bit lines. Returns
  /// sums of the eighth powers of what the deviations changed by, in volts over `unit`: the source lines
  /// were found with the deviations before, and move by at most that times what their wires lose.
  private func descend(
    _ steps: Span<Step>, _ w: Span<V>, _ passing: Span<V>, unit: Scalar, deviations: inout [V],
    drops: inout [V], arriving: inout [V]
  ) -> V {
    let length = rows.length
    let each = V(repeating: 1 / unit)
    var moved = V(repeating: 0)
    var deviations = deviations.mutableSpan
    var arriving = arriving.mutableSpan
    var drops = drops.mutableSpan
    let (g, t, s) = (rows.siemens.span, rows.passing.span, rows.shares.span)
    let r = V(repeating: rows.ohmsPerSegment)
    let one = V(repeating: 1)
    for e in steps.indices {
      let row = steps[e].row
      let (g, t) = (
        g.extracting(row * length..<(row + 1) * length),
        t.extracting(row * length..<(row + 1) * length)
      )
      let w = w.extracting(e * length..<(e + 1) * length)
      let here = e * length
      // Currents from the far end: what each lane adds, then what reaches it.
      var h = V(repeating: 0)
      for z in (0..<length).reversed() {
        let injected =
          Deviation.isNone ? g[z] * w[z] : multiplyAdd(g[z], w[z], -deviations[here + z])
        h = multiplyAdd(t[z], h, t[z] * injected)
      }
      let passed = rows.passed[row]
      var current = rows.injected[row]
      var reaching = V(repeating: 0)
      for lane in (0..<V.scalarCount).reversed() {
        reaching[lane] = current
        current = multiplyAdd(passed[lane], current, h[lane])
      }
      // The same with those currents; and the voltage that a lane adds by them.
      h = reaching
      var (share, added) = (one, V(repeating: 0))
      for z in (0..<length).reversed() {
        let injected =
          Deviation.isNone ? g[z] * w[z] : multiplyAdd(g[z], w[z], -deviations[here + z])
        let drop = Deviation.isNone ? r * multiplyAdd(g[z], w[z], h) : r * (injected + h)
        drops[z] = drop
        h = multiplyAdd(t[z], h, t[z] * injected)
        share *= t[z]
        added = multiplyAdd(share, drop, added)
      }
      var volts = multiplyAdd(rows.carried[row], current, rows.driven[row])
      var u = V(repeating: 0)
      for lane in 0..<V.scalarCount {
        u[lane] = volts
        volts = multiplyAdd(passed[lane], volts, added[lane])
      }
      // Voltages from the driver on, and down the bit lines.
      let before = (e - 1) * length
      for z in 0..<length {
        u = multiplyAdd(t[z], u, t[z] * drops[z])
        var f = g[z] * multiplyAdd(s[z] - one, w[z], u)
        if !Deviation.isNone {
          let own = deviation.amperes(row * length + z, volts: u - w[z], bitLine: w[z])
          let change =
            each * deviation.volts(row * length + z, amperes: own - deviations[here + z])
          let square = change * change
          let fourth = square * square
          moved = multiplyAdd(fourth, fourth, moved)
          deviations[here + z] = own
          f += own
        }
        arriving[here + z] =
          e == 0 ? f : multiplyAdd(passing[before + z], arriving[before + z], f)
      }
    }
    return moved
  }

  /// Bit-line voltages from the sensed end on; returns a bound on the largest change over `unit`, that of
  /// the deviations included.
  private func ascend(
    _ steps: Span<Step>, _ arriving: Span<V>, _ passing: Span<V>, endOhms: Scalar, unit: Scalar,
    moved: V, volts: inout [V]
  ) -> Scalar {
    let length = rows.length
    var w = volts.mutableSpan
    let each = V(repeating: 1 / unit)
    var sum = moved
    for e in steps.indices.reversed() {
      let isLast = e + 1 == steps.count
      let ohms = V(repeating: isLast ? endOhms : steps[e + 1].ohms)
      let (here, next) = (e * length, (e + 1) * length)
      for z in 0..<length {
        let behind = isLast ? V(repeating: 0) : w[next + z]
        let volts = passing[here + z] * multiplyAdd(ohms, arriving[here + z], behind)
        let scaled = each * (volts - w[here + z])
        let square = scaled * scaled
        let fourth = square * square
        sum = multiplyAdd(fourth, fourth, sum)
        w[here + z] = volts
      }
    }
    // Eighth powers sum to at least that of the largest: a norm without comparisons.
    return sum.sum().squareRoot().squareRoot().squareRoot()
  }
}
