import NumericKernels

/// Cells of gate-driven columns in panels of two vectors of columns, and the walk down them.
///
/// A walk goes from the far end of the columns to the sensed end (design section 2):
///
///     v ← v + r i,   i ← i + g v        per selected cell, from v = 1, i = 0
///
/// `g` is the cell conductance and `r` the wire since the last selected cell, so `v` is the voltage
/// across a cell and `i` the line current, both relative to the voltage across the topmost cell.
/// All terms are positive: nothing cancels. The sensed current is `readVolts · i / (v + r_end i)`:
/// only the ratio matters, so between runs the walk restarts from `i / v` and nothing overflows.
///
/// The two multiply-adds of a cell depend on each other. Strands side by side hide their latency: as
/// many as registers hold the voltages and currents of, for one that is spilled to memory delays all.
/// In sixteen registers these are three strands of one vector of columns, with AVX-512 four of two, of
/// several input vectors on one panel. Each strand does the same arithmetic as it would alone, so a
/// vector's result does not depend on its neighbors.
struct LadderKernel<V: SIMD & Sendable>: Sendable where V.Scalar: BinaryFloatingPoint {
  /// Conductances in siemens, `[panels, wordLines, 2]` in the order of the walk, padded with zeros.
  private let conductances: [V]
  private let wordLineCount: Int
  private let outputCount: Int
  private let panelCount: Int
  /// Whether one vector holds all columns, so that the second of the panel need not be walked.
  private let isNarrow: Bool
  /// Input vectors that go down one panel before the next, so that it is read from a closer cache.
  private static var blockLength: Int { 48 }

  /// Cells `[wordLines, outputs]` in the order of the walk.
  init(wordLines: Int, outputs: Int, siemens: (Int, Int) -> Double) {
    let width = V.scalarCount
    (wordLineCount, outputCount) = (wordLines, outputs)
    panelCount = (outputs + 2 * width - 1) / (2 * width)
    isNarrow = outputs <= width
    var cells = [V](repeating: V(repeating: 0), count: 2 * panelCount * wordLines)
    for output in 0..<outputs {
      let (panel, rest) = (output / (2 * width), output % (2 * width))
      for line in 0..<wordLines {
        cells[(panel * wordLines + line) * 2 + rest / width][rest % width] =
          V.Scalar(siemens(line, output))
      }
    }
    conductances = cells
  }

  /// Parameters that all walks of a batch share.
  struct Wiring {
    var wire: LadderPlan<V.Scalar>.Wire
    /// Resistance of a terminal, in series with the end of each line.
    var terminalOhms: V.Scalar
    var readVolts: V.Scalar
  }

  /// Whether registers hold four strands of two vectors.
  static var holdsFour: Bool {
    #if TILESPICE_AVX512
      true
    #else
      false
    #endif
  }

  /// Writes sensed currents in amperes, `[bits.rows, outputs]`; the same for three strands as for four.
  func currents(
    _ bits: BitMatrix, _ wiring: Wiring, into amperes: inout [V.Scalar],
    walksFour: Bool = holdsFour
  ) {
    if amperes.count != bits.rows * outputCount {
      amperes = Array(repeating: 0, count: bits.rows * outputCount)
    }
    var out = amperes.mutableSpan
    var plan = LadderPlan<V.Scalar>(wiring.wire)
    var order = StepOrder()
    for first in stride(from: 0, to: bits.rows, by: Self.blockLength) {
      plan.removeAll()
      for row in first..<min(first + Self.blockLength, bits.rows) { plan.append(bits, row: row) }
      order.sort(plan, wordLineCount: wordLineCount)
      let width = walksFour ? 4 : 3
      let groups = order.singleCount / width
      for panel in 0..<panelCount {
        for group in 0..<groups {
          func strand(_ k: Int) -> Strand {
            self.strand(order.rows[width * group + k], panel, plan, wiring, firstRow: first)
          }
          if !walksFour {
            walk(strand(0), strand(1), strand(2), vector: 0, plan, wiring, &out)
            if !isNarrow { walk(strand(0), strand(1), strand(2), vector: 1, plan, wiring, &out) }
          } else if isNarrow {
            walkNarrow(strand(0), strand(1), strand(2), strand(3), plan, wiring, &out)
          } else {
            walk(strand(0), strand(1), strand(2), strand(3), plan, wiring, &out)
          }
        }
      }
      for place in width * groups..<order.rows.count {
        let row = order.rows[place]
        for panel in stride(from: 0, to: panelCount, by: 2) {
          // Panels beyond the last repeat it.
          let (a, b) = (panel, min(panel + 1, panelCount - 1))
          walk(
            strand(row, a, plan, wiring, firstRow: first),
            strand(row, b, plan, wiring, firstRow: first), plan, runs: plan.rows[row].runs, wiring,
            &out)
        }
      }
    }
  }

  /// The rows of a plan, those of a single run first and ordered roughly by number of steps, so that
  /// strands side by side end together.
  private struct StepOrder {
    private(set) var rows: [Int] = []
    private(set) var singleCount = 0
    private static var buckets: Int { 64 }

    mutating func sort(_ plan: borrowing LadderPlan<V.Scalar>, wordLineCount: Int) {
      let planned = plan.rows.span
      // Rows of several runs come last, as if they were the longest.
      func bucket(_ row: Int) -> Int {
        let own = planned[row]
        return own.runs.count > 1
          ? Self.buckets : own.steps.count * (Self.buckets - 1) / wordLineCount
      }
      if rows.count != planned.count { rows = Array(repeating: 0, count: planned.count) }
      var ends = InlineArray<66, Int>(repeating: 0)
      for row in planned.indices { ends[bucket(row) + 1] += 1 }
      for k in 1...Self.buckets + 1 { ends[k] += ends[k - 1] }
      singleCount = ends[Self.buckets]
      var sorted = rows.mutableSpan
      for row in planned.indices {
        let own = bucket(row)
        sorted[ends[own]] = row
        ends[own] += 1
      }
    }
  }

  /// One input vector on one panel.
  private struct Strand {
    /// Its first step, and their number.
    var firstStep: Int, count: Int
    /// Its panel.
    var panel: Int
    /// Resistance from the last cell to the terminal, with that of the terminal, in ohms.
    var endOhms: V.Scalar
    /// Where its currents go.
    var out: Int
  }

  private func strand(
    _ row: Int, _ panel: Int, _ plan: borrowing LadderPlan<V.Scalar>, _ wiring: borrowing Wiring,
    firstRow: Int
  ) -> Strand {
    let own = plan.rows[row]
    return Strand(
      firstStep: own.steps.lowerBound, count: own.steps.count,
      panel: panel, endOhms: own.endOhms + wiring.terminalOhms,
      out: (firstRow + row) * outputCount + 2 * V.scalarCount * panel)
  }

  /// Walks two strands of one run each, or of the same `runs`.
  private func walk(
    _ a: Strand, _ b: Strand, _ plan: borrowing LadderPlan<V.Scalar>, runs: Range<Int>,
    _ wiring: borrowing Wiring, _ out: inout MutableSpan<V.Scalar>
  ) {
    let (one, zero) = (V(repeating: 1), V(repeating: 0))
    var (va0, va1, vb0, vb1) = (one, one, one, one)
    var (ia0, ia1, ib0, ib1) = (zero, zero, zero, zero)
    let g = conductances.span
    let cells = 2 * wordLineCount
    let ga = g.extracting(a.panel * cells..<(a.panel + 1) * cells)
    let gb = g.extracting(b.panel * cells..<(b.panel + 1) * cells)
    let steps = plan.steps.span
    let sa = steps.extracting(a.firstStep..<a.firstStep + a.count)
    let sb = steps.extracting(b.firstStep..<b.firstStep + b.count)
    let common = min(a.count, b.count)
    var start = 0
    for run in 0..<max(1, runs.count) {
      if run > 0 {
        (ia0, ia1, ib0, ib1) = (ia0 / va0, ia1 / va1, ib0 / vb0, ib1 / vb1)
        (va0, va1, vb0, vb1) = (one, one, one, one)
      }
      let end = runs.isEmpty ? common : plan.runEnds[runs.lowerBound + run] - a.firstStep
      precondition(end <= common, "strands of several runs share their steps")
      for k in start..<end {
        stepPair(ga, sa, k, &va0, &va1, &ia0, &ia1)
        stepPair(gb, sb, k, &vb0, &vb1, &ib0, &ib1)
      }
      start = end
    }
    for k in start..<max(start, a.count) { stepPair(ga, sa, k, &va0, &va1, &ia0, &ia1) }
    for k in start..<max(start, b.count) { stepPair(gb, sb, k, &vb0, &vb1, &ib0, &ib1) }
    finish(a, va0, va1, ia0, ia1, wiring, &out)
    finish(b, vb0, vb1, ib0, ib1, wiring, &out)
  }

  /// Walks three strands of one run each on one of a panel's two vectors of columns.
  private func walk(
    _ a: Strand, _ b: Strand, _ c: Strand, vector: Int, _ plan: borrowing LadderPlan<V.Scalar>,
    _ wiring: borrowing Wiring, _ out: inout MutableSpan<V.Scalar>
  ) {
    let (one, zero) = (V(repeating: 1), V(repeating: 0))
    var (va, vb, vc) = (one, one, one)
    var (ia, ib, ic) = (zero, zero, zero)
    let cells = 2 * wordLineCount
    let g = conductances.span.extracting(a.panel * cells + vector..<(a.panel + 1) * cells)
    let steps = plan.steps.span
    let sa = steps.extracting(a.firstStep..<a.firstStep + a.count)
    let sb = steps.extracting(b.firstStep..<b.firstStep + b.count)
    let sc = steps.extracting(c.firstStep..<c.firstStep + c.count)
    let common = min(min(a.count, b.count), c.count)
    for k in 0..<common {
      step(g, sa, k, &va, &ia)
      step(g, sb, k, &vb, &ib)
      step(g, sc, k, &vc, &ic)
    }
    for k in common..<a.count { step(g, sa, k, &va, &ia) }
    for k in common..<b.count { step(g, sb, k, &vb, &ib) }
    for k in common..<c.count { step(g, sc, k, &vc, &ic) }
    store(current(a, va, ia, wiring), of: a, vector: vector, &out)
    store(current(b, vb, ib, wiring), of: b, vector: vector, &out)
    store(current(c, vc, ic, wiring), of: c, vector: vector, &out)
  }

  /// Walks four strands of one run each on one panel.
  private func walk(
    _ a: Strand, _ b: Strand, _ c: Strand, _ d: Strand, _ plan: borrowing LadderPlan<V.Scalar>,
    _ wiring: borrowing Wiring, _ out: inout MutableSpan<V.Scalar>
  ) {
    let (one, zero) = (V(repeating: 1), V(repeating: 0))
    var (va0, va1, vb0, vb1) = (one, one, one, one)
    var (vc0, vc1, vd0, vd1) = (one, one, one, one)
    var (ia0, ia1, ib0, ib1) = (zero, zero, zero, zero)
    var (ic0, ic1, id0, id1) = (zero, zero, zero, zero)
    let cells = 2 * wordLineCount
    let g = conductances.span.extracting(a.panel * cells..<(a.panel + 1) * cells)
    let steps = plan.steps.span
    let sa = steps.extracting(a.firstStep..<a.firstStep + a.count)
    let sb = steps.extracting(b.firstStep..<b.firstStep + b.count)
    let sc = steps.extracting(c.firstStep..<c.firstStep + c.count)
    let sd = steps.extracting(d.firstStep..<d.firstStep + d.count)
    let common = min(min(a.count, b.count), min(c.count, d.count))
    for k in 0..<common {
      stepPair(g, sa, k, &va0, &va1, &ia0, &ia1)
      stepPair(g, sb, k, &vb0, &vb1, &ib0, &ib1)
      stepPair(g, sc, k, &vc0, &vc1, &ic0, &ic1)
      stepPair(g, sd, k, &vd0, &vd1, &id0, &id1)
    }
    for k in common..<a.count { stepPair(g, sa, k, &va0, &va1, &ia0, &ia1) }
    for k in common..<b.count { stepPair(g, sb, k, &vb0, &vb1, &ib0, &ib1) }
    for k in common..<c.count { stepPair(g, sc, k, &vc0, &vc1, &ic0, &ic1) }
    for k in common..<d.count { stepPair(g, sd, k, &vd0, &vd1, &id0, &id1) }
    finish(a, va0, va1, ia0, ia1, wiring, &out)
    finish(b, vb0, vb1, ib0, ib1, wiring, &out)
    finish(c, vc0, vc1, ic0, ic1, wiring, &out)
    finish(d, vd0, vd1, id0, id1, wiring, &out)
  }

  /// Walks the first vectors of four strands of one run each; the second ones hold no columns.
  @inline(__always)
  private func walkNarrow(
    _ a: Strand, _ b: Strand, _ c: Strand, _ d: Strand, _ plan: borrowing LadderPlan<V.Scalar>,
    _ wiring: borrowing Wiring, _ out: inout MutableSpan<V.Scalar>
  ) {
    let (one, zero) = (V(repeating: 1), V(repeating: 0))
    var (va, vb, vc, vd) = (one, one, one, one)
    var (ia, ib, ic, id) = (zero, zero, zero, zero)
    let g = conductances.span.extracting(0..<2 * wordLineCount)
    let steps = plan.steps.span
    let sa = steps.extracting(a.firstStep..<a.firstStep + a.count)
    let sb = steps.extracting(b.firstStep..<b.firstStep + b.count)
    let sc = steps.extracting(c.firstStep..<c.firstStep + c.count)
    let sd = steps.extracting(d.firstStep..<d.firstStep + d.count)
    let common = min(min(a.count, b.count), min(c.count, d.count))
    for k in 0..<common {
      step(g, sa, k, &va, &ia)
      step(g, sb, k, &vb, &ib)
      step(g, sc, k, &vc, &ic)
      step(g, sd, k, &vd, &id)
    }
    for k in common..<a.count { step(g, sa, k, &va, &ia) }
    for k in common..<b.count { step(g, sb, k, &vb, &ib) }
    for k in common..<c.count { step(g, sc, k, &vc, &ic) }
    for k in common..<d.count { step(g, sd, k, &vd, &id) }
    store(current(a, va, ia, wiring), of: a, vector: 0, &out)
    store(current(b, vb, ib, wiring), of: b, vector: 0, &out)
    store(current(c, vc, ic, wiring), of: c, vector: 0, &out)
    store(current(d, vd, id, wiring), of: d, vector: 0, &out)
  }

  /// Passes the wire to step `k`, then its cells in the vector with which `g` starts; see `stepPair`.
  @inline(__always)
  private func step(
    _ g: Span<V>, _ steps: Span<LadderStep<V.Scalar>>, _ k: Int, _ v: inout V, _ i: inout V
  ) {
    let step = unsafe steps[unchecked: k]
    v = multiplyAdd(V(repeating: step.ohms), i, v)
    i = multiplyAdd(unsafe g[unchecked: 2 &* Int(step.line)], v, i)
  }

  /// Passes the wire to step `k`, then its cells.
  ///
  /// `k` is below the number of steps wherever this is called, and plans only name word lines of
  /// the array: bounds checks in every step would cost as much as the arithmetic.
  @inline(__always)
  private func stepPair(
    _ g: Span<V>, _ steps: Span<LadderStep<V.Scalar>>, _ k: Int, _ v0: inout V, _ v1: inout V,
    _ i0: inout V, _ i1: inout V
  ) {
    let step = unsafe steps[unchecked: k]
    let at = 2 &* Int(step.line)
    let (g0, g1) = unsafe (g[unchecked: at], g[unchecked: at &+ 1])
    let r = V(repeating: step.ohms)
    v0 = multiplyAdd(r, i0, v0)
    v1 = multiplyAdd(r, i1, v1)
    i0 = multiplyAdd(g0, v0, i0)
    i1 = multiplyAdd(g1, v1, i1)
  }

  @inline(__always)
  private func finish(
    _ strand: Strand, _ v0: V, _ v1: V, _ i0: V, _ i1: V, _ wiring: borrowing Wiring,
    _ out: inout MutableSpan<V.Scalar>
  ) {
    store(current(strand, v0, i0, wiring), of: strand, vector: 0, &out)
    store(current(strand, v1, i1, wiring), of: strand, vector: 1, &out)
  }

  /// Writes the currents of one of a panel's two vectors of columns.
  @inline(__always)
  private func store(
    _ lanes: V, of strand: Strand, vector: Int, _ out: inout MutableSpan<V.Scalar>
  ) {
    let width = V.scalarCount
    let place = strand.out + vector * width
    let count = outputCount - (2 * strand.panel + vector) * width
    if count >= width {
      var own = out._mutatingExtracting(place..<place + width)
      unsafe own.withUnsafeMutableBufferPointer {
        unsafe UnsafeMutableRawBufferPointer($0).storeBytes(of: lanes, as: V.self)
      }
    } else {
      for k in 0..<max(count, 0) { out[place + k] = lanes[k] }
    }
  }

  /// The sensed current for the voltage and the current at the last cell.
  @inline(__always)
  private func current(_ strand: Strand, _ v: V, _ i: V, _ wiring: borrowing Wiring) -> V {
    V(repeating: wiring.readVolts) * i / multiplyAdd(V(repeating: strand.endOhms), i, v)
  }
}
