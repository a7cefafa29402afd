import NumericKernels

/// One selected cell of a column walk: which word line, and the wire walked since the last one.
///
/// Word lines that are off only add wire, so the walk costs nothing for them but the length of the
/// next step.
struct LadderStep<Scalar: BinaryFloatingPoint> {
  /// Word line, in the order of the walk.
  var line: Int32
  /// Resistance of the wire between this cell and the previous selected one, in ohms.
  var ohms: Scalar
}

/// Unused word lines as columns see them: their gates are off, so their cells carry nothing and only
/// lengthen the bit lines and the source lines beside them.
struct UnusedWire: Sendable, Equatable {
  /// Word lines before word line 0.
  var before = 0
  /// Word lines after the last one.
  var after = 0

  /// No unused word lines.
  init() {}

  /// The unused word lines of a gate-driven array.
  init(_ description: ArrayDescription) {
    let group = description.unused.wordLines
    if group.side == .near { before = group.count } else { after = group.count }
  }
}

/// The selected cells of one input vector in the order of the walk.
struct LadderPlan<Scalar: BinaryFloatingPoint> {
  /// The cells.
  private(set) var steps: [LadderStep<Scalar>] = []
  /// Ends of the runs of steps between which the walk starts again from `v = 1`.
  private(set) var runEnds: [Int] = []
  /// Wire from the last cell to the end of the line, in ohms.
  private(set) var endOhms: Scalar = 0

  /// Plans row `row` of `bits`.
  ///
  /// - Parameters:
  ///   - reversed: Whether the walk starts at the last word line.
  ///   - runLength: Word lines that a run spans at most; see `LadderArray.runLength`.
  ///   - unused: Word lines without cells, as segments of wire.
  mutating func set(
    _ bits: BitMatrix, row: Int, ohmsPerSegment: Scalar, reversed: Bool, runLength: Int,
    unused: UnusedWire = UnusedWire()
  ) {
    steps.removeAll(keepingCapacity: true)
    runEnds.removeAll(keepingCapacity: true)
    // Wire above the first selected cell carries no current: its first step may have any length.
    // Unused word lines are wire: they lengthen the first step and the way to the end.
    var last = -1 - (reversed ? unused.after : unused.before)
    var runStart = 0
    func step(to line: Int) {
      if line - runStart >= runLength {
        runEnds.append(steps.count)
        runStart = line
      }
      steps.append(LadderStep(line: Int32(line), ohms: Scalar(line - last) * ohmsPerSegment))
      last = line
    }
    let words = row * bits.wordsPerRow..<(row + 1) * bits.wordsPerRow
    if reversed {
      for index in words.reversed() {
        var word = bits.words[index]
        while word != 0 {
          let top = 63 - word.leadingZeroBitCount
          step(to: bits.columns - 1 - (64 * (index - words.lowerBound) + top))
          word &= ~(1 << UInt64(top))
        }
      }
    } else {
      for index in words {
        var word = bits.words[index]
        while word != 0 {
          step(to: 64 * (index - words.lowerBound) + word.trailingZeroBitCount)
          word &= word - 1
        }
      }
    }
    runEnds.append(steps.count)
    endOhms =
      Scalar(bits.columns + (reversed ? unused.before : unused.after) - last) * ohmsPerSegment
  }
}

/// Walks a group of columns from the far end to the sensed end (design section 2):
///
///     v ← v + r i,   i ← i + g v        per selected cell, from v = 1, i = 0
///
/// `g` is the cell conductance and `r` the wire since the last selected cell, so `v` is the voltage
/// across a cell and `i` the line current, both relative to the voltage across the topmost cell. All
/// terms are positive: nothing cancels. The sensed current is `readVolts · i / (v + r_end i)`: only the
/// ratio counts, so between runs the walk starts again from `i / v` and nothing overflows.
///
/// Eight vectors of columns keep enough independent chains in flight to hide the latency of the two
/// dependent multiply-adds; they are spelt out because an indexed group is kept in memory.
@inline(__always)
func walkLadder8<V: SIMD>(
  _ conductances: Span<V>, stride: Int, offset: Int, plan: borrowing LadderPlan<V.Scalar>,
  end: V.Scalar, readVolts: V.Scalar, into out: inout MutableSpan<V>, at: Int
) where V.Scalar: BinaryFloatingPoint {
  let one = V(repeating: 1)
  var (v0, v1, v2, v3, v4, v5, v6, v7) = (one, one, one, one, one, one, one, one)
  let zero = V(repeating: 0)
  var (i0, i1, i2, i3, i4, i5, i6, i7) = (zero, zero, zero, zero, zero, zero, zero, zero)
  let steps = plan.steps.span
  var start = 0
  for runEnd in plan.runEnds {
    if start > 0 {
      (i0, v0) = (i0 / v0, one)
      (i1, v1) = (i1 / v1, one)
      (i2, v2) = (i2 / v2, one)
      (i3, v3) = (i3 / v3, one)
      (i4, v4) = (i4 / v4, one)
      (i5, v5) = (i5 / v5, one)
      (i6, v6) = (i6 / v6, one)
      (i7, v7) = (i7 / v7, one)
    }
    for k in start..<runEnd {
      let step = steps[k]
      let r = V(repeating: step.ohms)
      let first = Int(step.line) * stride + offset
      let g = conductances.extracting(first..<first + 8)
      v0 = multiplyAdd(r, i0, v0)
      v1 = multiplyAdd(r, i1, v1)
      v2 = multiplyAdd(r, i2, v2)
      v3 = multiplyAdd(r, i3, v3)
      v4 = multiplyAdd(r, i4, v4)
      v5 = multiplyAdd(r, i5, v5)
      v6 = multiplyAdd(r, i6, v6)
      v7 = multiplyAdd(r, i7, v7)
      i0 = multiplyAdd(g[0], v0, i0)
      i1 = multiplyAdd(g[1], v1, i1)
      i2 = multiplyAdd(g[2], v2, i2)
      i3 = multiplyAdd(g[3], v3, i3)
      i4 = multiplyAdd(g[4], v4, i4)
      i5 = multiplyAdd(g[5], v5, i5)
      i6 = multiplyAdd(g[6], v6, i6)
      i7 = multiplyAdd(g[7], v7, i7)
    }
    start = runEnd
  }
  let r = V(repeating: end)
  let volts = V(repeating: readVolts)
  out[at] = volts * i0 / multiplyAdd(r, i0, v0)
  out[at + 1] = volts * i1 / multiplyAdd(r, i1, v1)
  out[at + 2] = volts * i2 / multiplyAdd(r, i2, v2)
  out[at + 3] = volts * i3 / multiplyAdd(r, i3, v3)
  out[at + 4] = volts * i4 / multiplyAdd(r, i4, v4)
  out[at + 5] = volts * i5 / multiplyAdd(r, i5, v5)
  out[at + 6] = volts * i6 / multiplyAdd(r, i6, v6)
  out[at + 7] = volts * i7 / multiplyAdd(r, i7, v7)
}

/// The same walk for one vector of columns: the remainder of a group, and the reference.
@inline(__always)
func walkLadder1<V: SIMD>(
  _ conductances: Span<V>, stride: Int, offset: Int, plan: borrowing LadderPlan<V.Scalar>,
  end: V.Scalar, readVolts: V.Scalar, into out: inout MutableSpan<V>, at: Int
) where V.Scalar: BinaryFloatingPoint {
  var v = V(repeating: 1)
  var i = V(repeating: 0)
  let steps = plan.steps.span
  var start = 0
  for runEnd in plan.runEnds {
    if start > 0 { (i, v) = (i / v, V(repeating: 1)) }
    for k in start..<runEnd {
      let step = steps[k]
      v = multiplyAdd(V(repeating: step.ohms), i, v)
      i = multiplyAdd(conductances[Int(step.line) * stride + offset], v, i)
    }
    start = runEnd
  }
  out[at] = V(repeating: readVolts) * i / multiplyAdd(V(repeating: end), i, v)
}
