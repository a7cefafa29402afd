import NumericKernels

/// Cells of any law in gate-driven columns, as polynomials (`CellFit`), and the walks down them.
///
/// A walk goes from the far end of the columns to the sensed end. With `d = y / V − 1`, from a guess
/// of it at the topmost cell and `i = 0`,
///
///     d ← d + s i,   i ← i + c(d),   s = r / V         per selected cell,
///     p ← p + s q,   q ← q + c'(d) p                   the slopes of d and i against the guess,
///
/// it is exact for the drive voltage that it ends with, `V (1 + d)`. The tangent takes the guess to
/// `d = 0` there: `e = −d / p`, `I = i + q e`. What the tangent leaves grows with `e²`; a strand whose
/// `e` is large walks again from the better guess.
///
/// Four input vectors go down one panel of columns together, which hides the latency of a step. Each
/// does the same arithmetic as it would alone, so no result depends on its neighbors.
struct NonlinearLadderKernel: Sendable {
  /// A vector of columns.
  typealias V = SIMD8<Float>

  /// Coefficients in amperes, `[panels, wordLines, degree + 1]` in the order of the walk, from that of
  /// `d⁰` up; columns that do not exist have zeros.
  private let coefficients: [V]
  private let wordLineCount: Int
  private let degree: Int
  /// Vectors of currents per input vector.
  let panelCount: Int
  /// Parameters of the walks.
  private let wiring: Wiring

  /// Input vectors that go down one panel before the next, so that it is read from a closer cache.
  private static let blockLength = 32

  /// Parameters that all walks share.
  struct Wiring: Sendable {
    /// One segment, and the terminals, in ohms per volt of the read voltage.
    var perSegment: Float, terminal: Float
    /// Whether walks start at the last word line.
    var isReversed: Bool
    var unused: UnusedWire
    /// Where the walks of a strand start.
    var start: Start
    /// The largest `e` that the tangent corrects well enough.
    var largestStep: Float
    /// Walks of a strand after which it is given up.
    var walkLimit: Int
  }

  /// The first guess of the loss at the topmost cell.
  enum Start {
    /// The same for all strands.
    case same(Float)
    /// That of resistors, on wires of `wireFactor` times the resistance.
    case resistors(wireFactor: Float)
  }

  /// Cells `[wordLines, outputs]` in the order of the walk; `cell` gives `degree + 1` coefficients.
  init(
    wordLines: Int, outputs: Int, degree: Int, wiring: Wiring, cell: (Int, Int) -> [Double]
  ) {
    let width = V.scalarCount
    (wordLineCount, self.degree, self.wiring) = (wordLines, degree, wiring)
    panelCount = (outputs + width - 1) / width
    var all = [V](repeating: V(repeating: 0), count: panelCount * wordLines * (degree + 1))
    for output in 0..<outputs {
      let (panel, lane) = (output / width, output % width)
      for line in 0..<wordLines {
        let first = (panel * wordLines + line) * (degree + 1)
        for (power, value) in cell(line, output).enumerated() {
          all[first + power][lane] = Float(value)
        }
      }
    }
    coefficients = all
  }

  /// Sensed currents in amperes, `[bits.rows, panelCount]`, and the rows whose walks were given up.
  func currents(_ bits: BitMatrix) -> (amperes: [V], failed: Set<Int>) {
    var result = [V](repeating: V(repeating: 0), count: bits.rows * panelCount)
    var failed: Set<Int> = []
    var out = result.mutableSpan
    var plan = LadderPlan<Float>(
      .init(
        ohmsPerSegment: wiring.perSegment, isReversed: wiring.isReversed, unused: wiring.unused))
    for first in Swift.stride(from: 0, to: bits.rows, by: Self.blockLength) {
      plan.removeAll()
      for row in first..<min(first + Self.blockLength, bits.rows) {
        plan.append(bits, row: row)
      }
      let order = plan.rows.indices.sorted {
        (plan.rows[$0].steps.count, $0) < (plan.rows[$1].steps.count, $1)
      }
      for panel in 0..<panelCount {
        let unsolved: [Int]
        switch degree {
        case 2: unsolved = solve(Quadratic.self, order, panel, plan, first, &out)
        case 3: unsolved = solve(Cubic.self, order, panel, plan, first, &out)
        case 4: unsolved = solve(Quartic.self, order, panel, plan, first, &out)
        default: unsolved = solve(Polynomial.self, order, panel, plan, first, &out)
        }
        for row in unsolved { failed.insert(first + row) }
      }
    }
    return (result, failed)
  }

  /// A strand's row, and the guess from which it walks.
  private struct Strand {
    var row: Int
    var guess: V
  }

  /// Solves the rows of `order` on a panel; returns those that were given up.
  private func solve<P: CellPolynomial>(
    _: P.Type, _ order: [Int], _ panel: Int, _ plan: borrowing LadderPlan<Float>, _ firstRow: Int,
    _ out: inout MutableSpan<V>
  ) -> [Int] {
    let cells = wordLineCount * (degree + 1)
    let panelCells = coefficients.span.extracting(panel * cells..<(panel + 1) * cells)
    var strands: [Strand]
    switch wiring.start {
    case .same(let guess): strands = order.map { Strand(row: $0, guess: V(repeating: guess)) }
    case .resistors(let factor):
      strands = order.map { Strand(row: $0, guess: V(repeating: 0)) }
      for first in Swift.stride(from: 0, to: strands.count, by: 4) {
        let last = strands.count - 1
        let rows = SIMD4(first, min(first + 1, last), min(first + 2, last), min(first + 3, last))
        let found = starts(
          panelCells, plan, factor, strands[rows[0]].row, strands[rows[1]].row,
          strands[rows[2]].row, strands[rows[3]].row)
        strands[rows[0]].guess = found.0
        strands[rows[1]].guess = found.1
        strands[rows[2]].guess = found.2
        strands[rows[3]].guess = found.3
      }
    }
    for _ in 0..<wiring.walkLimit where !strands.isEmpty {
      var again: [Strand] = []
      for first in Swift.stride(from: 0, to: strands.count, by: 4) {
        // Places beyond the last strand repeat it.
        let last = strands.count - 1
        func strand(_ k: Int) -> Strand { strands[min(first + k, last)] }
        let ends = walk(P.self, panelCells, plan, strand(0), strand(1), strand(2), strand(3))
        func finish(_ k: Int, _ end: End) {
          guard first + k <= last else { return }
          let own = strands[first + k]
          out[(firstRow + own.row) * panelCount + panel] = end.amperes
          if !end.isDone { again.append(Strand(row: own.row, guess: own.guess + end.step)) }
        }
        finish(0, ends.0)
        finish(1, ends.1)
        finish(2, ends.2)
        finish(3, ends.3)
      }
      strands = again
    }
    return strands.map(\.row)
  }

  /// What a walk leaves.
  private struct End {
    var amperes: V
    /// Correction of the guess.
    var step: V
    /// Whether the tangent has corrected it well enough.
    var isDone: Bool
  }

  // MARK: Walks

  private typealias Walks = (End, End, End, End)

  /// Walks of four strands on one panel; a function of its own for each form of the cells.
  @inline(never)
  private func walk<P: CellPolynomial>(
    _: P.Type, _ cells: Span<V>, _ plan: borrowing LadderPlan<Float>, _ a: Strand, _ b: Strand,
    _ c: Strand, _ d: Strand
  ) -> Walks {
    let steps = plan.steps.span
    let sa = steps.extracting(plan.rows[a.row].steps)
    let sb = steps.extracting(plan.rows[b.row].steps)
    let sc = steps.extracting(plan.rows[c.row].steps)
    let sd = steps.extracting(plan.rows[d.row].steps)
    var (wa, wb, wc, wd) = (Walk(a.guess), Walk(b.guess), Walk(c.guess), Walk(d.guess))
    let common = min(min(sa.count, sb.count), min(sc.count, sd.count))
    for k in 0..<common {
      wa.pass(P.self, cells, sa, k, degree)
      wb.pass(P.self, cells, sb, k, degree)
      wc.pass(P.self, cells, sc, k, degree)
      wd.pass(P.self, cells, sd, k, degree)
    }
    for k in common..<sa.count { wa.pass(P.self, cells, sa, k, degree) }
    for k in common..<sb.count { wb.pass(P.self, cells, sb, k, degree) }
    for k in common..<sc.count { wc.pass(P.self, cells, sc, k, degree) }
    for k in common..<sd.count { wd.pass(P.self, cells, sd, k, degree) }
    return (
      end(wa, a.row, plan), end(wb, b.row, plan), end(wc, c.row, plan), end(wd, d.row, plan)
    )
  }

  @inline(__always)
  private func end(_ walk: Walk, _ row: Int, _ plan: borrowing LadderPlan<Float>) -> End {
    let s = V(repeating: plan.rows[row].endOhms + wiring.terminal)
    let d = multiplyAdd(s, walk.i, walk.d)
    let p = multiplyAdd(s, walk.q, walk.p)
    let step = -d / p
    let most = V(repeating: wiring.largestStep)
    // Not a number is not done.
    let isDone = (step .<= most) .& (step .>= -most)
    return End(amperes: multiplyAdd(walk.q, step, walk.i), step: step, isDone: all(isDone))
  }

  /// The first guesses of four rows: the loss at the topmost cell if cells were resistors with their
  /// current at the read voltage, on wires of `factor` times the resistance.
  private func starts(
    _ cells: Span<V>, _ plan: borrowing LadderPlan<Float>, _ factor: Float, _ a: Int, _ b: Int,
    _ c: Int, _ d: Int
  ) -> (V, V, V, V) {
    let steps = plan.steps.span
    let sa = steps.extracting(plan.rows[a].steps)
    let sb = steps.extracting(plan.rows[b].steps)
    let sc = steps.extracting(plan.rows[c].steps)
    let sd = steps.extracting(plan.rows[d].steps)
    var (wa, wb, wc, wd) = (LinearWalk(), LinearWalk(), LinearWalk(), LinearWalk())
    let stride = degree + 1
    let common = min(min(sa.count, sb.count), min(sc.count, sd.count))
    for k in 0..<common {
      wa.pass(cells, sa, k, stride, factor)
      wb.pass(cells, sb, k, stride, factor)
      wc.pass(cells, sc, k, stride, factor)
      wd.pass(cells, sd, k, stride, factor)
    }
    for k in common..<sa.count { wa.pass(cells, sa, k, stride, factor) }
    for k in common..<sb.count { wb.pass(cells, sb, k, stride, factor) }
    for k in common..<sc.count { wc.pass(cells, sc, k, stride, factor) }
    for k in common..<sd.count { wd.pass(cells, sd, k, stride, factor) }
    func guess(_ walk: LinearWalk, _ row: Int) -> V {
      let s = factor * (plan.rows[row].endOhms + wiring.terminal)
      return V(repeating: 1) / multiplyAdd(V(repeating: s), walk.i, walk.v) - V(repeating: 1)
    }
    return (guess(wa, a), guess(wb, b), guess(wc, c), guess(wd, d))
  }

  private struct LinearWalk {
    var v = V(repeating: 1), i = V(repeating: 0)

    @inline(__always)
    mutating func pass(
      _ cells: Span<V>, _ steps: Span<LadderStep<Float>>, _ k: Int, _ stride: Int, _ factor: Float
    ) {
      let step = unsafe steps[unchecked: k]
      v = multiplyAdd(V(repeating: factor * step.ohms), i, v)
      i = multiplyAdd(unsafe cells[unchecked: stride &* Int(step.line)], v, i)
    }
  }

  private struct Walk {
    var d: V, i = V(repeating: 0), p = V(repeating: 1), q = V(repeating: 0)

    @inline(__always)
    init(_ guess: V) { d = guess }

    /// Passes the wire to step `k`, then its cell.
    ///
    /// `k` is below the number of steps wherever this is called, and plans only name word lines of
    /// the array: bounds checks in every step would cost as much as the arithmetic.
    @inline(__always)
    mutating func pass<P: CellPolynomial>(
      _: P.Type, _ cells: Span<V>, _ steps: Span<LadderStep<Float>>, _ k: Int, _ degree: Int
    ) {
      let step = unsafe steps[unchecked: k]
      let s = V(repeating: step.ohms)
      d = multiplyAdd(s, i, d)
      p = multiplyAdd(s, q, p)
      P.add(cells, at: (degree &+ 1) &* Int(step.line), degree, d, p, &i, &q)
    }
  }
}

/// A polynomial `c(d)` of fixed form.
private protocol CellPolynomial {
  typealias V = NonlinearLadderKernel.V
  /// `i ← i + c(d)`, `q ← q + c'(d) p` for the coefficients from `at` on.
  static func add(
    _ c: Span<V>, at: Int, _ degree: Int, _ d: V, _ p: V, _ i: inout V, _ q: inout V)
}

/// `a b + c` with two roundings.
///
/// Swift 6.3.1 fuses lane by lane, and LLVM finds the vectors again only in short chains: with
/// `multiplyAdd` throughout, a quartic is computed in scalars, at a quarter of the speed.
@inline(__always)
private func plus(
  _ c: NonlinearLadderKernel.V, _ a: NonlinearLadderKernel.V, _ b: NonlinearLadderKernel.V
) -> NonlinearLadderKernel.V {
  c + a * b
}

/// `c₀ + d (c₁ + c₂ d)`.
private enum Quadratic: CellPolynomial {
  @inline(__always)
  static func add(
    _ c: Span<V>, at: Int, _ degree: Int, _ d: V, _ p: V, _ i: inout V, _ q: inout V
  ) {
    let t = unsafe c[unchecked: at &+ 2] * d
    let h = unsafe c[unchecked: at &+ 1] + t
    i = unsafe multiplyAdd(d, h, i + c[unchecked: at])
    q = multiplyAdd(h + t, p, q)
  }
}

/// `c₀ + d (c₁ + d (c₂ + c₃ d))`.
private enum Cubic: CellPolynomial {
  @inline(__always)
  static func add(
    _ c: Span<V>, at: Int, _ degree: Int, _ d: V, _ p: V, _ i: inout V, _ q: inout V
  ) {
    let t = unsafe c[unchecked: at &+ 3] * d
    let g = unsafe c[unchecked: at &+ 2] + t
    let h = unsafe plus(c[unchecked: at &+ 1], d, g)
    i = unsafe multiplyAdd(d, h, i + c[unchecked: at])
    q = multiplyAdd(multiplyAdd(d, g + t, h), p, q)
  }
}

/// `c₀ + d (c₁ + d (c₂ + d (c₃ + c₄ d)))`.
private enum Quartic: CellPolynomial {
  @inline(__always)
  static func add(
    _ c: Span<V>, at: Int, _ degree: Int, _ d: V, _ p: V, _ i: inout V, _ q: inout V
  ) {
    let t = unsafe c[unchecked: at &+ 4] * d
    let f = unsafe c[unchecked: at &+ 3] + t
    let g = unsafe plus(c[unchecked: at &+ 2], d, f)
    let h = unsafe plus(c[unchecked: at &+ 1], d, g)
    i = unsafe multiplyAdd(d, h, i + c[unchecked: at])
    let slope = multiplyAdd(d, plus(g, d, f + t), h)
    q = multiplyAdd(slope, p, q)
  }
}

/// Horner's rule for any degree, with that of the derivative beside it.
private enum Polynomial: CellPolynomial {
  @inline(__always)
  static func add(
    _ c: Span<V>, at: Int, _ degree: Int, _ d: V, _ p: V, _ i: inout V, _ q: inout V
  ) {
    var value = c[at + degree]
    var slope = V(repeating: 0)
    for power in Swift.stride(from: degree - 1, through: 0, by: -1) {
      slope = plus(value, d, slope)
      value = plus(c[at + power], d, value)
    }
    i += value
    q = multiplyAdd(slope, p, q)
  }
}
