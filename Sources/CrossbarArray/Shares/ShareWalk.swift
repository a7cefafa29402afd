import NumericKernels
import Units

/// Shares of the cells of arrays that `LadderArray` covers: a walk down each column and one back.
///
/// Seen from a cell, what lies behind it is a conductance `y`; a cell adds `g`, and the wire `r` to the
/// next cell passes the part `f` of the voltage there:
///
///     f = 1 / (1 + r y),   y ← f y + g
///
/// The cell next to the sensed end has the share `u = 1 / (1 + r_end y)`, and the way back gives the
/// others, `u ← f u`. All terms are positive and none grows: no input overflows.
struct ShareWalk<V: SIMD & Sendable>: Sendable where V.Scalar: BinaryFloatingPoint {
  private let array: ArrayDescription
  private let cells: ColumnCells<V>
  private let ohmsPerSegment: Double, terminalOhms: Double
  private let isReversed: Bool
  private static var lanes: Int { V.scalarCount }

  /// Prepares an array that `LadderArray` covers.
  init(_ array: ArrayDescription) {
    precondition(LadderArray.covers(array), "the ladder covers the array")
    self.array = array
    let isReversed = array.ends.bitLineSense == .near
    self.isReversed = isReversed
    ohmsPerSegment = array.wires.bitLineSegment.value + array.wires.sourceLineSegment.value
    terminalOhms = array.terminals.bitLineSense.value + array.terminals.sourceLineDriver.value
    cells = ColumnCells(
      first: array.effectiveConductances.map { matrix in
        guard isReversed else { return matrix }
        return Matrix(rows: matrix.rows, columns: matrix.columns) {
          matrix[matrix.rows - 1 - $0, $1]
        }
      }, second: [])
  }

  /// Reads whose shares are summed up in the precision of the walk.
  private static var block: Int { 32 }

  /// Sums over the reads of `bits`, in their order, of the shares, or of what `term` makes of each.
  @inline(__always)
  func shares(
    _ bits: BitMatrix, weights: [Double], of term: (V) -> V = { $0 }
  ) -> ShareSums {
    let (m, n) = (array.wordLineCount, array.bitLineCount)
    var walk = Walk(self)
    var passed = walk.memory
    var sums = [V](repeating: V(), count: m * cells.stride)
    var totals = [Double](repeating: 0, count: sums.count * Self.lanes)
    var drives = [Double](repeating: 0, count: m)
    for start in stride(from: 0, to: bits.rows, by: Self.block) {
      var out = sums.mutableSpan
      for row in start..<min(start + Self.block, bits.rows) {
        let weight = V(repeating: V.Scalar(weights[row]))
        walk.start(bits, row: row) { drives[$0] += weights[row] }
        walk.columns(&passed) { cell, share in
          out[cell] = multiplyAdd(weight, term(share), out[cell])
        }
      }
      for cell in out.indices {
        for lane in 0..<Self.lanes { totals[cell * Self.lanes + lane] += Double(out[cell][lane]) }
        out[cell] = V()
      }
    }
    let planes = array.effectiveConductances.count
    return ShareSums(
      array,
      sums: (0..<planes).map { polarity in
        Matrix(rows: m, columns: n) { line, j in
          let output = polarity * n + j
          return totals[place(line) * cells.stride * Self.lanes + output]
        }
      }, drives: (0..<m).map { drives[place($0)] })
  }

  /// Derivatives of the sensed currents by the conductances, over the read voltage, summed over the
  /// reads of each vector: `Σ w x u²`, `[vectors, outputs, wordLines]`.
  ///
  /// - Parameters:
  ///   - bits: As many reads of each vector, one vector after the other, as there are weights.
  ///   - weights: Weight of each read of a vector.
  func squares(_ bits: BitMatrix, weights: [Double]) -> [Float] {
    let (m, outputs) = (array.wordLineCount, array.outputCount)
    let vectors = bits.rows / weights.count
    var walk = Walk(self)
    var passed = walk.memory
    var squares = [Float](repeating: 0, count: vectors * outputs * m)
    var sums = [V](repeating: V(), count: m * cells.stride)
    for vector in 0..<vectors {
      var own = sums.mutableSpan
      for cell in own.indices { own[cell] = V() }
      for (read, weight) in weights.enumerated() {
        let weight = V(repeating: V.Scalar(weight))
        walk.start(bits, row: vector * weights.count + read)
        walk.columns(&passed) { cell, share in
          own[cell] = multiplyAdd(weight * share, share, own[cell])
        }
      }
      var out = squares.mutableSpan
      for line in 0..<m {
        let place = place(line) * cells.stride
        for output in 0..<outputs {
          let own = own[place + output / Self.lanes][output % Self.lanes]
          out[(vector * outputs + output) * m + line] = Float(own)
        }
      }
    }
    return squares
  }

  /// A word line in the order of the walk.
  private func place(_ line: Int) -> Int { isReversed ? array.wordLineCount - 1 - line : line }

  /// The walk of one read after the other.
  private struct Walk {
    private let owner: ShareWalk
    private var plan: LadderPlan<V.Scalar>

    init(_ owner: ShareWalk) {
      self.owner = owner
      plan = LadderPlan<V.Scalar>(
        .init(
          ohmsPerSegment: V.Scalar(owner.ohmsPerSegment), isReversed: owner.isReversed,
          unused: UnusedWire(owner.array)))
    }

    /// Memory for the parts of the voltage that the wires of a column pass.
    var memory: [V] {
      Array(repeating: V(), count: owner.array.wordLineCount)
    }

    /// Plans one read; `driven` gets its word lines, in the order of the walk.
    mutating func start(_ bits: BitMatrix, row: Int, driven: (Int) -> Void = { _ in }) {
      plan.set(bits, row: row)
      let steps = plan.steps.span.extracting(plan.rows[0].steps)
      for k in steps.indices { driven(Int(steps[k].line)) }
    }

    /// Calls `visit` with the shares of every driven cell of some columns and their place.
    @inline(__always)
    func columns(
      _ passed: inout [V], _ visit: (_ cell: Int, _ share: V) -> Void
    ) {
      let one = V(repeating: 1)
      let stride = owner.cells.stride
      let siemens = owner.cells.first.span
      let steps = plan.steps.span.extracting(plan.rows[0].steps)
      let end = V(repeating: plan.endOhms + V.Scalar(owner.terminalOhms))
      var factors = passed.mutableSpan
      for group in 0..<stride {
        var y = V()
        for k in steps.indices {
          let factor = one / multiplyAdd(V(repeating: steps[k].ohms), y, one)
          factors[k] = factor
          y = multiplyAdd(y, factor, siemens[Int(steps[k].line) * stride + group])
        }
        var share = one / multiplyAdd(end, y, one)
        for k in steps.indices.reversed() {
          visit(Int(steps[k].line) * stride + group, share)
          share *= factors[k]
        }
      }
    }
  }
}
