import NumericKernels

/// The crossing ladder in single precision: meshes of sixteen vectors in lanes, then walks of one vector
/// down two vectors of columns at a time.
///
/// Columns are dealt to the lanes in blocks, so that lane `l` of vector `z` is column `z` of block `l`.
struct CrossingLadderKernel: Sendable {
  typealias Lanes = SIMD16<Float>

  /// `g` and `−g A` by plane, pair of vectors of columns, position of the walk and vector.
  private let cells: [Lanes]
  /// Currents of blocks by plane and position, blocks in lanes.
  private let blockCurrents: [Lanes]
  private let mesh: CrossingMeshKernel
  private let planeCount: Int, wordLineCount: Int, bitLineCount: Int
  /// Vectors of columns of a plane, an even number.
  private let vectorCount: Int
  private let blockLength: Int
  private let isReversed: Bool
  /// First position behind each segment.
  private let segmentEnds: [Int]
  /// Weights of the previous block, the own and the next one, by vector of columns.
  private let weights: [Lanes]
  private let ohmsPerSegment: Float, endOhms: Float
  private let ampereUnit: Float
  /// Largest ratio of the voltages along a bit line, with every gate on.
  let greatestGrowth: Double

  init(
    _ planes: [CrossingPlane], layout: CrossingLayout, mesh: CoarseMesh, ampereUnit: Double
  ) {
    let (m, n) = (layout.wordLineCount, layout.bitLineCount)
    let zero = Lanes(repeating: 0)
    let vectors = (layout.blockLength + 1) / 2 * 2
    (planeCount, wordLineCount, bitLineCount, vectorCount) = (planes.count, m, n, vectors)
    blockLength = layout.blockLength
    isReversed = layout.isReversed
    segmentEnds = layout.segments.map(\.upperBound)
    (ohmsPerSegment, endOhms) = (Float(layout.ohmsPerSegment), Float(layout.endOhms))
    self.ampereUnit = Float(ampereUnit)
    var cells = [Lanes](repeating: zero, count: planes.count * m * vectors * 2)
    var blockCurrents = [Lanes](repeating: zero, count: planes.count * m)
    var weights = [Lanes](repeating: zero, count: vectors * 3)
    var growth = 1.0
    for (p, plane) in planes.enumerated() {
      for i in 0..<m {
        for j in 0..<n {
          let (lane, z) = (j / layout.blockLength, j % layout.blockLength)
          // Pairs of vectors lie together: a walk reads only its own.
          let at = (((p * vectors + z) / 2 * m + i) * 2 + z % 2) * 2
          let g = plane.conductances[i, j]
          cells[at][lane] = Float(g)
          cells[at + 1][lane] = -Float(g * plane.takenOver[i, j])
        }
        for c in 0..<CoarseMesh.blockCount {
          blockCurrents[p * m + i][c] = Float(plane.currents[i, c])
        }
      }
      for j in 0..<n {
        var (v, current) = (1.0, 0.0)
        for i in 0..<m {
          v += layout.ohmsPerSegment * current
          current += plane.conductances[i, j] * v
        }
        growth = max(growth, v + layout.endOhms * current)
      }
    }
    for j in 0..<n {
      let (lane, z) = (j / layout.blockLength, j % layout.blockLength)
      let own = layout.weights(ofColumn: j)
      weights[3 * z][lane] = Float(own.previous)
      weights[3 * z + 1][lane] = Float(own.own)
      weights[3 * z + 2][lane] = Float(own.next)
    }
    (self.cells, self.blockCurrents, self.weights) = (cells, blockCurrents, weights)
    self.mesh = CrossingMeshKernel(planes, layout: layout, mesh: mesh)
    greatestGrowth = growth
  }

  /// Selected positions of sixteen vectors in the order of the walk, and where segments end in them.
  private struct Selections {
    var positions: [Int32]
    var ends: [Int32]
    private let segments: Int

    init(wordLines: Int, segments: Int) {
      positions = [Int32](repeating: 0, count: 16 * wordLines)
      ends = [Int32](repeating: 0, count: 16 * segments)
      self.segments = segments
    }

    /// Selects those of row `row` of `bits` as vector `lane`.
    mutating func set(
      _ bits: BitMatrix, row: Int, lane: Int, isReversed: Bool, segmentEnds: [Int]
    ) {
      let (m, each) = (bits.columns, bits.wordsPerRow)
      var count = lane * m
      var segment = 0
      for k in 0..<each {
        var word = bits.words[row * each + (isReversed ? each - 1 - k : k)]
        while word != 0 {
          let position: Int
          if isReversed {
            let bit = 63 - word.leadingZeroBitCount
            word &= ~(1 << UInt64(bit))
            position = m - 1 - (64 * (each - 1 - k) + bit)
          } else {
            position = 64 * k + word.trailingZeroBitCount
            word &= word &- 1
          }
          while position >= segmentEnds[segment] {
            ends[lane * segments + segment] = Int32(count)
            segment += 1
          }
          positions[count] = Int32(position)
          count += 1
        }
      }
      while segment < segments {
        ends[lane * segments + segment] = Int32(count)
        segment += 1
      }
    }
  }

  /// Sensed currents in amperes of every vector, `[bits.rows, outputs]`.
  func currents(_ bits: BitMatrix, into amperes: inout [Float]) {
    let segments = segmentEnds.count
    let outputs = planeCount * bitLineCount
    var selections = Selections(wordLines: wordLineCount, segments: segments)
    var work = CrossingMeshKernel.Workspace(segments: segments)
    var missing = [Lanes](repeating: Lanes(repeating: 0), count: segments * vectorCount)
    var out = amperes.mutableSpan
    for first in stride(from: 0, to: bits.rows, by: 16) {
      let count = min(16, bits.rows - first)
      for lane in 0..<count {
        selections.set(
          bits, row: first + lane, lane: lane, isReversed: isReversed, segmentEnds: segmentEnds)
      }
      for plane in 0..<planeCount {
        add(selections, plane: plane, count: count, into: &work.given, rows: &work.rows)
        mesh.solve(plane: plane, &work)
        for lane in 0..<count {
          interpolate(work.shared.span, lane: lane, into: &missing)
          for pair in stride(from: 0, to: vectorCount, by: 2) {
            walk(
              selections, lane: lane, plane: plane, pair: pair, missing.span,
              out: (first + lane) * outputs + plane * bitLineCount, into: &out)
          }
        }
      }
    }
  }

  /// Sums of the blocks' currents of each segment and vector, and the numbers of selected word lines.
  private func add(
    _ selections: borrowing Selections, plane: Int, count: Int, into sums: inout [Lanes],
    rows: inout [Lanes]
  ) {
    let segments = segmentEnds.count
    let own = blockCurrents.span.extracting(plane * wordLineCount..<(plane + 1) * wordLineCount)
    let (positions, ends) = (selections.positions.span, selections.ends.span)
    let least = Float(CrossingLadder.leastRows)
    var out = sums.mutableSpan
    for lane in 0..<16 {
      var k = lane * wordLineCount
      for segment in 0..<segments {
        let end = lane < count ? Int(ends[lane * segments + segment]) : k
        rows[segment][lane] = max(Float(end - k), least)
        var sum = Lanes(repeating: 0)
        while k < end {
          sum += own[Int(positions[k])]
          k += 1
        }
        out[segment * 16 + lane] = sum
      }
    }
  }

  /// `1 − Q` at every column of one vector, by segment.
  private func interpolate(_ shared: Span<Lanes>, lane: Int, into missing: inout [Lanes]) {
    var out = missing.mutableSpan
    let weights = weights.span
    let one = Lanes(repeating: 1)
    for segment in segmentEnds.indices {
      let q = shared[segment * 16 + lane]
      // Neighbors beyond the ends have no weight.
      let previous = Lanes(
        q[0], q[0], q[1], q[2], q[3], q[4], q[5], q[6], q[7], q[8], q[9], q[10], q[11], q[12],
        q[13], q[14])
      let next = Lanes(
        q[1], q[2], q[3], q[4], q[5], q[6], q[7], q[8], q[9], q[10], q[11], q[12], q[13], q[14],
        q[15], q[15])
      for z in 0..<vectorCount {
        let mean = multiplyAdd(
          weights[3 * z], previous,
          multiplyAdd(weights[3 * z + 1], q, weights[3 * z + 2] * next))
        out[segment * vectorCount + z] = one - mean
      }
    }
  }

  /// One vector down two vectors of columns.
  @inline(__always)
  private func walk(
    _ selections: borrowing Selections, lane: Int, plane: Int, pair: Int, _ missing: Span<Lanes>,
    out first: Int, into out: inout MutableSpan<Float>
  ) {
    let (one, zero) = (Lanes(repeating: 1), Lanes(repeating: 0))
    var (y0, y1, i0, i1) = (one, one, zero, zero)
    var (dy0, dy1, di0, di1) = (one, one, zero, zero)
    let base = (plane * vectorCount + pair) / 2 * wordLineCount * 4
    let own = cells.span.extracting(base..<base + 4 * wordLineCount)
    let segments = segmentEnds.count
    let (positions, ends) = (selections.positions.span, selections.ends.span)
    var k = lane * wordLineCount
    var last = k < Int(ends[lane * segments + segments - 1]) ? Int(positions[k]) : 0
    for segment in 0..<segments {
      let end = Int(ends[lane * segments + segment])
      let (m0, m1) = (
        missing[segment * vectorCount + pair], missing[segment * vectorCount + pair + 1]
      )
      while k < end {
        let position = Int(positions[k])
        let r = Lanes(repeating: ohmsPerSegment * Float(position - last))
        last = position
        // Positions are of word lines of the array.
        let at = 4 &* position
        let (g0, a0) = unsafe (own[unchecked: at], own[unchecked: at &+ 1])
        let (g1, a1) = unsafe (own[unchecked: at &+ 2], own[unchecked: at &+ 3])
        y0 = multiplyAdd(r, i0, y0)
        y1 = multiplyAdd(r, i1, y1)
        dy0 = multiplyAdd(r, di0, dy0)
        dy1 = multiplyAdd(r, di1, dy1)
        i0 = multiplyAdd(g0, y0, multiplyAdd(a0, m0, i0))
        i1 = multiplyAdd(g1, y1, multiplyAdd(a1, m1, i1))
        di0 = multiplyAdd(g0, dy0, di0)
        di1 = multiplyAdd(g1, dy1, di1)
        k &+= 1
      }
    }
    let r = Lanes(
      repeating: ohmsPerSegment * Float(wordLineCount - 1 - last) + endOhms)
    let unit = Lanes(repeating: ampereUnit)
    let x0 = (one - multiplyAdd(r, i0, y0)) / multiplyAdd(r, di0, dy0)
    let x1 = (one - multiplyAdd(r, i1, y1)) / multiplyAdd(r, di1, dy1)
    store(unit * multiplyAdd(x0, di0, i0), z: pair, first, &out)
    store(unit * multiplyAdd(x1, di1, i1), z: pair + 1, first, &out)
  }

  @inline(__always)
  private func store(_ values: Lanes, z: Int, _ first: Int, _ out: inout MutableSpan<Float>) {
    guard z < blockLength else { return }
    for lane in 0..<16 where lane * blockLength + z < bitLineCount {
      out[first + lane * blockLength + z] = values[lane]
    }
  }
}
