import NumericKernels

/// The reduced ladder in single precision: four vectors by two vectors of columns in registers.
///
/// A block of a matrix product ends in a step of the ladder instead of a store, so that segment
/// sums never leave the registers. Word lines that no vector of the four selects are skipped.
struct ReducedLadderKernel: Sendable {
  typealias Lanes = SIMD16<Float>

  /// Conductances in siemens in panels of two vectors of columns, `[panels, wordLines, 2]`.
  private let conductances: [Lanes]
  private let wordLineCount: Int
  /// Wire in ohms before each lump in the order of the walk, then to the terminal.
  private let wires: [Lanes]
  /// `r b` in ohms per lump, in the order of the walk.
  private let bends: [Lanes]
  /// `−r² c` in square ohms per lump, likewise.
  private let spreads: [Lanes]
  private let stride: Int
  private let outputs: Int
  private let segmentLength: Int
  private let segmentCount: Int
  private let isReversed: Bool
  private let readVolts: Float
  /// Largest ratio of the voltages along a line, with every gate on; infinite where the drop within
  /// a segment is beyond the model.
  let greatestGrowth: Double

  init(
    _ loads: [Matrix<Double>], moments: SegmentMoments, reversed: Bool, ohmsPerSegment: Double,
    endOhms: Double, readVolts: Double
  ) {
    let (m, n) = (moments.wordLineCount, loads[0].columns)
    outputs = moments.outputCount
    let stride = 2 * ((moments.outputCount + 31) / 32)
    self.stride = stride
    wordLineCount = m
    segmentLength = moments.length
    segmentCount = moments.count
    isReversed = reversed
    self.readVolts = Float(readVolts)
    var conductances = [Lanes](repeating: .zero, count: m * stride)
    var wires = [Lanes](repeating: .zero, count: (moments.count + 1) * stride)
    var bends = [Lanes](repeating: .zero, count: moments.count * stride)
    var spreads = bends
    var growth = 1.0
    for j in 0..<moments.outputCount {
      let (group, lane) = (j / 16, j % 16)
      for line in 0..<m {
        let at = PanelLayout.index(row: line, group: group, rows: m)
        conductances[at][lane] = Float(loads[j / n][line, j % n])
      }
      var (v, i, wire) = (1.0, 0.0, 0.0)
      for step in 0..<moments.count {
        let segment = reversed ? moments.count - 1 - step : step
        let lines = moments.wordLines(segment)
        let position = Double(moments.position[segment * moments.outputCount + j])
        let index = segment * moments.outputCount + j
        let bend = ohmsPerSegment * Double(moments.bend[index])
        let spread = ohmsPerSegment * ohmsPerSegment * Double(moments.spread[index])
        let ohms = ohmsPerSegment * (wire + position)
        wires[step * stride + group][lane] = Float(ohms)
        bends[step * stride + group][lane] = Float(bend)
        spreads[step * stride + group][lane] = -Float(spread)
        let sum = lines.reduce(0) { $0 + loads[j / n][$1, j % n] }
        v += ohms * i
        (v, i) = (v - spread * sum * i, i + sum * (1 + bend * sum) * v)
        wire = Double(lines.count) - position
        // A segment that loses most of its voltage is no lump: the correction would change its
        // sign.
        if v <= 0 { growth = .infinity }
      }
      let end = ohmsPerSegment * wire + endOhms
      wires[moments.count * stride + group][lane] = Float(end)
      growth = max(growth, v + end * i)
    }
    self.conductances = conductances
    self.wires = wires
    self.bends = bends
    self.spreads = spreads
    greatestGrowth = growth
  }

  /// Sensed currents in amperes of every vector, `[bits.rows, outputs]`.
  func currents(_ bits: BitMatrix, into amperes: inout [Float]) {
    var out = amperes.mutableSpan
    var selections = QuadSelections(
      wordLineCount: bits.columns, segmentLength: segmentLength, vectors: bits.rows)
    var first = 0
    while first < bits.rows {
      selections.set(bits, row: first)
      for group in Swift.stride(from: 0, to: stride, by: 2) {
        for quad in 0..<selections.count {
          let row = first + 4 * quad
          walk(selections, quad, group, first: row, rows: min(4, bits.rows - row), into: &out)
        }
      }
      first += 4 * selections.count
    }
  }

  @inline(__always)
  private func walk(
    _ selections: borrowing QuadSelections, _ quad: Int, _ group: Int, first: Int, rows: Int,
    into out: inout MutableSpan<Float>
  ) {
    let one = Lanes(repeating: 1)
    let zero = Lanes(repeating: 0)
    var (v00, v01, v10, v11) = (one, one, one, one)
    var (v20, v21, v30, v31) = (one, one, one, one)
    var (i00, i01, i10, i11) = (zero, zero, zero, zero)
    var (i20, i21, i30, i31) = (zero, zero, zero, zero)
    let g = conductances.span.extracting(
      group * wordLineCount..<(group + 2) * wordLineCount)
    let (r, b, c) = (wires.span, bends.span, spreads.span)
    let (lines, starts) = (selections.lines.span, selections.starts.span)
    let firstStart = quad * selections.startsPerQuad
    let table = QuadSelections.numbers
    let numbers = table.span
    for step in 0..<segmentCount {
      let segment = isReversed ? segmentCount - 1 - step : step
      var (s00, s01, s10, s11) = (zero, zero, zero, zero)
      var (s20, s21, s30, s31) = (zero, zero, zero, zero)
      for k in starts[firstStart + segment]..<starts[firstStart + segment + 1] {
        // Selections name word lines of the array and four bits; see `LadderKernel`.
        let line = unsafe lines[unchecked: k]
        let at = 2 &* Int(line.index)
        let (g0, g1) = unsafe (g[unchecked: at], g[unchecked: at &+ 1])
        let x = unsafe numbers[unchecked: Int(line.bits)]
        let x0 = Lanes(repeating: x[0])
        let x1 = Lanes(repeating: x[1])
        let x2 = Lanes(repeating: x[2])
        let x3 = Lanes(repeating: x[3])
        s00 = multiplyAdd(x0, g0, s00)
        s01 = multiplyAdd(x0, g1, s01)
        s10 = multiplyAdd(x1, g0, s10)
        s11 = multiplyAdd(x1, g1, s11)
        s20 = multiplyAdd(x2, g0, s20)
        s21 = multiplyAdd(x2, g1, s21)
        s30 = multiplyAdd(x3, g0, s30)
        s31 = multiplyAdd(x3, g1, s31)
      }
      let at = step * stride + group
      let (r0, r1, b0, b1) = (r[at], r[at + 1], b[at], b[at + 1])
      let (c0, c1) = (c[at], c[at + 1])
      stepLadder(&v00, &i00, s00, r0, b0, c0)
      stepLadder(&v01, &i01, s01, r1, b1, c1)
      stepLadder(&v10, &i10, s10, r0, b0, c0)
      stepLadder(&v11, &i11, s11, r1, b1, c1)
      stepLadder(&v20, &i20, s20, r0, b0, c0)
      stepLadder(&v21, &i21, s21, r1, b1, c1)
      stepLadder(&v30, &i30, s30, r0, b0, c0)
      stepLadder(&v31, &i31, s31, r1, b1, c1)
    }
    let end = segmentCount * stride + group
    let (r0, r1) = (r[end], r[end + 1])
    let volts = Lanes(repeating: readVolts)
    store(volts * i00 / multiplyAdd(r0, i00, v00), first, 0, rows, group, &out)
    store(volts * i01 / multiplyAdd(r1, i01, v01), first, 0, rows, group + 1, &out)
    store(volts * i10 / multiplyAdd(r0, i10, v10), first, 1, rows, group, &out)
    store(volts * i11 / multiplyAdd(r1, i11, v11), first, 1, rows, group + 1, &out)
    store(volts * i20 / multiplyAdd(r0, i20, v20), first, 2, rows, group, &out)
    store(volts * i21 / multiplyAdd(r1, i21, v21), first, 2, rows, group + 1, &out)
    store(volts * i30 / multiplyAdd(r0, i30, v30), first, 3, rows, group, &out)
    store(volts * i31 / multiplyAdd(r1, i31, v31), first, 3, rows, group + 1, &out)
  }

  @inline(__always)
  private func stepLadder(
    _ v: inout Lanes, _ i: inout Lanes, _ sum: Lanes, _ ohms: Lanes, _ bend: Lanes,
    _ spread: Lanes
  ) {
    v = multiplyAdd(ohms, i, v)
    let lump = multiplyAdd(bend * sum, sum, sum)
    let joined = multiplyAdd(lump, v, i)
    v = multiplyAdd(spread * sum, i, v)
    i = joined
  }

  @inline(__always)
  private func store(
    _ lanes: Lanes, _ first: Int, _ row: Int, _ rows: Int, _ group: Int,
    _ out: inout MutableSpan<Float>
  ) {
    guard row < rows else { return }
    let base = (first + row) * outputs + 16 * group
    let count = outputs - 16 * group
    if count >= 16 {
      // A constant count: one vector store.
      for k in 0..<16 { out[base + k] = lanes[k] }
    } else if count > 0 {
      for k in 0..<count { out[base + k] = lanes[k] }
    }
  }
}
