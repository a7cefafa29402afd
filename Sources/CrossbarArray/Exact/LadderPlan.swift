import NumericKernels

/// One selected cell of a column walk: its word line, and the wire since the previous one.
///
/// Word lines that are off only add wire, so they cost the walk nothing: they lengthen the next
/// step.
struct LadderStep<Scalar: BinaryFloatingPoint> {
  /// Word line, in the order of the walk.
  var line: Int32
  /// Resistance of the wire between this cell and the previous selected one, in ohms.
  var ohms: Scalar
}

/// Unused word lines as seen from the columns: their gates are off, so their cells carry no current
/// and only lengthen the bit lines and the source lines beside them.
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

/// The selected cells of input vectors in the order of the walk.
struct LadderPlan<Scalar: BinaryFloatingPoint> {
  /// The wire beside the cells, the same for all vectors.
  struct Wire {
    var ohmsPerSegment: Scalar
    /// Whether the walk starts at the last word line.
    var isReversed = false
    /// Largest number of word lines in a run; see `LadderArray.runLength`.
    var runLength = Int.max
    /// Word lines without cells, as segments of wire.
    var unused: UnusedWire
  }

  /// One vector.
  struct Row {
    /// Where its cells are in `steps`.
    var steps: Range<Int>
    /// Where the ends of its runs are in `runEnds`.
    var runs: Range<Int>
    /// Wire from the last cell to the end of the line, in ohms.
    var endOhms: Scalar
  }

  private let wire: Wire
  /// The cells of all vectors; those beyond the last row's are left over.
  private(set) var steps: [LadderStep<Scalar>] = []
  /// Ends, in `steps`, of the runs of steps between which a walk restarts from `v = 1`.
  private(set) var runEnds: [Int] = []
  /// The vectors.
  private(set) var rows: [Row] = []

  /// Wire from the last cell of the last vector to the end of the line, in ohms.
  var endOhms: Scalar { rows.last?.endOhms ?? 0 }

  /// A plan without vectors.
  init(_ wire: Wire) { self.wire = wire }

  /// Plans row `row` of `bits` alone; see `append`.
  mutating func set(_ bits: BitMatrix, row: Int) {
    removeAll()
    append(bits, row: row)
  }

  /// Removes all vectors and keeps the capacity.
  mutating func removeAll() {
    runEnds.removeAll(keepingCapacity: true)
    rows.removeAll(keepingCapacity: true)
  }

  /// Plans row `row` of `bits` after the rows planned so far.
  mutating func append(_ bits: BitMatrix, row: Int) {
    let firstStep = rows.last?.steps.upperBound ?? 0
    let missing = firstStep + bits.columns - steps.count
    if missing > 0 {
      // At least doubles the room.
      let room = max(missing, steps.count)
      steps.append(contentsOf: repeatElement(LadderStep(line: 0, ohms: 0), count: room))
    }
    let firstRun = runEnds.count
    let (reversed, unused) = (wire.isReversed, wire.unused)
    // Wire above the first selected cell carries no current: its first step may have any length.
    // Unused word lines are wire: they lengthen the first step and the path to the end.
    var last = -1 - (reversed ? unused.after : unused.before)
    let end = Self.fill(
      &steps, from: firstStep, &runEnds, last: &last, bits, row: row, wire)
    runEnds.append(end)
    let segments = bits.columns + (reversed ? unused.before : unused.after) - last
    rows.append(
      Row(
        steps: firstStep..<end, runs: firstRun..<runEnds.count,
        endOhms: Scalar(segments) * wire.ohmsPerSegment))
  }

  /// Writes the steps of one row and returns where they end.
  private static func fill(
    _ stepArray: inout [LadderStep<Scalar>], from first: Int, _ runEnds: inout [Int],
    last: inout Int, _ bits: BitMatrix, row: Int, _ wire: Wire
  ) -> Int {
    var steps = stepArray.mutableSpan
    let (words, each) = (bits.words.span, bits.wordsPerRow)
    let (reversed, ohmsPerSegment) = (wire.isReversed, wire.ohmsPerSegment)
    let runLength = wire.runLength
    var (count, previous, runStart) = (first, last, 0)
    for k in 0..<each {
      let index = reversed ? each - 1 - k : k
      // The word's bits, and the place of its first one, in the order of the walk.
      var word = reversed ? words[row * each + index].mirrored : words[row * each + index]
      let start = reversed ? bits.columns - 64 * (index + 1) : 64 * index
      while word != 0 {
        let line = start &+ word.trailingZeroBitCount
        word &= word &- 1
        if line &- runStart >= runLength {
          runEnds.append(count)
          runStart = line
        }
        // `append` made room for every bit.
        unsafe steps[unchecked: count] = LadderStep(
          line: Int32(truncatingIfNeeded: line), ohms: Scalar(line &- previous) * ohmsPerSegment)
        previous = line
        count &+= 1
      }
    }
    last = previous
    return count
  }
}

extension UInt64 {
  /// Its bits in the opposite order.
  fileprivate var mirrored: UInt64 {
    var x = byteSwapped
    x = x &>> 4 & 0x0F0F_0F0F_0F0F_0F0F | (x & 0x0F0F_0F0F_0F0F_0F0F) &<< 4
    x = x &>> 2 & 0x3333_3333_3333_3333 | (x & 0x3333_3333_3333_3333) &<< 2
    return x &>> 1 & 0x5555_5555_5555_5555 | (x & 0x5555_5555_5555_5555) &<< 1
  }
}
