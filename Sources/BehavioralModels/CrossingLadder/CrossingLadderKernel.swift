import NumericKernels

/// The crossing ladder in single precision: meshes of sixteen vectors in lanes, then walks of one vector
/// down a strand of columns at a time.
///
/// Columns are dealt to the lanes in blocks, so that lane `l` of vector `z` is column `z` of block `l`;
/// the vectors of the second plane follow those of the first.
struct CrossingLadderKernel<Strand: CrossingStrand>: Sendable {
  typealias Lanes = SIMD16<Float>

  /// Cells by strand, position of the walk, vector and number. Those of a strand lie together: a walk
  /// reads only its own.
  private let cells: [Lanes]
  /// Currents of blocks by plane and position, blocks in lanes.
  private let blockCurrents: [Lanes]
  private var mesh: CrossingMeshKernel
  private let planeCount: Int, wordLineCount: Int, bitLineCount: Int
  /// Vectors of columns, and those of a plane.
  private let vectorCount: Int, blockLength: Int
  private let isReversed: Bool
  /// First position behind each segment.
  private let segmentEnds: [Int]
  /// Weights of the previous block, the own one and the next in `Q`, and in the voltage at the far end,
  /// by vector.
  private let weights: [Lanes], startWeights: [Lanes]
  private let ohmsPerSegment: Float, endOhms: Float
  private let ampereUnit: Float
  /// Square of the largest correction of a start, in read voltages, that its tangent corrects well
  /// enough.
  private let largestSquare: Float
  /// Whether starts are guessed for every vector from the currents of each column: where the share of a
  /// column in those of its block, of all word lines, would often ask for a second walk.
  private let guessesByVector: Bool

  /// Walks after which what the tangent gives is taken as it is, and the error of a current after the
  /// last walk that is wanted, relative.
  private static var walkLimit: Int { 4 }
  private static var walkError: Double { 2e-5 }

  init(
    _ planes: [CrossingPlane], layout: CrossingLayout, mesh: CoarseMesh, ampereUnit: Double
  ) {
    let (m, n) = (layout.wordLineCount, layout.bitLineCount)
    let zero = Lanes(repeating: 0)
    let length = layout.blockLength
    let strands = (planes.count * length + Strand.columnVectors - 1) / Strand.columnVectors
    let vectors = strands * Strand.columnVectors
    (planeCount, wordLineCount, bitLineCount, vectorCount) = (planes.count, m, n, vectors)
    blockLength = length
    isReversed = layout.isReversed
    segmentEnds = layout.segments.map(\.upperBound)
    (ohmsPerSegment, endOhms) = (Float(layout.ohmsPerSegment), Float(layout.endOhms))
    self.ampereUnit = Float(ampereUnit)
    let each = Strand.cellVectors / Strand.columnVectors
    var cells = [Lanes](repeating: zero, count: strands * m * Strand.cellVectors)
    var blockCurrents = [Lanes](repeating: zero, count: planes.count * m)
    var weights = [Lanes](repeating: zero, count: vectors * 3)
    var startWeights = weights
    for (p, plane) in planes.enumerated() {
      for j in 0..<n {
        let (lane, vector) = (j / length, p * length + j % length)
        let (strand, place) = (vector / Strand.columnVectors, vector % Strand.columnVectors)
        for i in 0..<m {
          let at = (strand * m + i) * Strand.cellVectors + place * each
          for (k, value) in Strand.cell(plane, i, j).enumerated() {
            cells[at + k][lane] = Float(value)
          }
        }
        let own = layout.weights(ofColumn: j)
        let start = plane.startFactor(j, layout)
        for (k, value) in [own.previous, own.own, own.next].enumerated() {
          weights[3 * vector + k][lane] = Float(value)
          startWeights[3 * vector + k][lane] = Float(value * start)
        }
      }
      for i in 0..<m {
        for c in 0..<CoarseMesh.blockCount {
          blockCurrents[p * m + i][c] = Float(plane.currents[i, c])
        }
      }
    }
    (self.cells, self.blockCurrents) = (cells, blockCurrents)
    (self.weights, self.startWeights) = (weights, startWeights)
    self.mesh = CrossingMeshKernel(planes, layout: layout, mesh: mesh)
    // A current is off by up to h / i₀ of the square of what its start is off by.
    let bend = planes.reduce(0) { max($0, $1.sharpestBend) }
    largestSquare = bend > 0 ? Float(Self.walkError / bend) : .infinity
    let drop = planes.reduce(0) { max($0, $1.largestDrop) }
    guessesByVector = bend * drop * drop > 20 * Self.walkError
  }

  /// The same cells on a mesh with other corrections.
  func corrected(by mesh: CoarseMesh) -> CrossingLadderKernel {
    var other = self
    other.mesh.correct(by: mesh)
    return other
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

  /// Sensed currents in amperes of every vector, `[bits.rows, outputs]`, and what each strains where
  /// that is asked for.
  func currents(_ bits: BitMatrix, into amperes: inout [Float], strain: inout MeshStrain?) {
    let isStrained = strain != nil
    strain?.reset(bits.rows)
    let segments = segmentEnds.count
    let zero = Lanes(repeating: 0)
    var selections = Selections(wordLines: wordLineCount, segments: segments)
    var works = (0..<planeCount).map { _ in CrossingMeshKernel.Workspace(segments: segments) }
    var seen = [Lanes](repeating: zero, count: segments * vectorCount)
    var starts = [Lanes](repeating: zero, count: vectorCount)
    var found = starts
    var out = amperes.mutableSpan
    for first in stride(from: 0, to: bits.rows, by: 16) {
      let count = min(16, bits.rows - first)
      for lane in 0..<count {
        selections.set(
          bits, row: first + lane, lane: lane, isReversed: isReversed, segmentEnds: segmentEnds)
      }
      for plane in 0..<planeCount {
        add(selections, plane: plane, count: count, to: &works[plane])
        mesh.solve(plane: plane, &works[plane], strained: isStrained)
        strain?.add(works[plane], group: first / 16)
      }
      var corrections = zero
      for lane in 0..<count {
        for plane in 0..<planeCount {
          interpolate(
            works[plane].shared, plane: plane, lane: lane, seen: &seen, starts: &starts)
        }
        if guessesByVector { guess(selections, lane: lane, works, &starts) }
        var last: Float = 0
        for vector in stride(from: 0, to: vectorCount, by: Strand.columnVectors) {
          last = max(
            last, walk(selections, lane: lane, vector: vector, seen.span, &starts, into: &found))
        }
        corrections[lane] = last
        store(found.span, row: first + lane, &out)
      }
      strain?.corrections[first / 16] = corrections.squareRoot()
    }
  }

  /// Sums of the blocks' currents of each segment and vector, and the numbers of selected word lines.
  private func add(
    _ selections: borrowing Selections, plane: Int, count: Int,
    to work: inout CrossingMeshKernel.Workspace
  ) {
    let segments = segmentEnds.count
    let own = blockCurrents.span.extracting(plane * wordLineCount..<(plane + 1) * wordLineCount)
    let (positions, ends) = (selections.positions.span, selections.ends.span)
    let least = Float(CrossingLadder.leastRows)
    for lane in 0..<count {
      var k = lane * wordLineCount
      for segment in 0..<segments {
        let end = Int(ends[lane * segments + segment])
        work.rows[segment][lane] = max(Float(end - k), least)
        k = end
      }
      guard guessesByVector else { continue }
      var moment = Lanes(repeating: 0)
      for k in lane * wordLineCount..<k {
        let position = Int(positions[k])
        moment = multiplyAdd(Lanes(repeating: endOhms(behind: position)), own[position], moment)
      }
      work.moments[lane] = moment
    }
    var out = work.given.mutableSpan
    for lane in 0..<16 {
      var k = lane * wordLineCount
      for segment in 0..<segments {
        let end = lane < count ? Int(ends[lane * segments + segment]) : k
        var sum = Lanes(repeating: 0)
        while k < end {
          sum += own[Int(positions[k])]
          k += 1
        }
        out[segment * 16 + lane] = sum
      }
    }
  }

  /// Resistance between a position and the virtual ground.
  @inline(__always)
  private func endOhms(behind position: Int) -> Float {
    multiplyAdd(ohmsPerSegment, Float(wordLineCount - 1 - position), endOhms)
  }

  /// Guesses of the voltages at the far end: those of the blocks, in the ratio of what the columns'
  /// currents would drop on the way to the virtual ground.
  private func guess(
    _ selections: borrowing Selections, lane: Int, _ works: [CrossingMeshKernel.Workspace],
    _ starts: inout [Lanes]
  ) {
    var out = starts.mutableSpan
    let (cells, weights, positions) = (cells.span, weights.span, selections.positions.span)
    for plane in 0..<planeCount {
      let volts = works[plane].shared[segmentEnds.count * 16 + lane]
      // Blocks that do not exist have neither.
      let near = Neighbors(
        volts / pointwiseMax(works[plane].moments[lane], Lanes(repeating: 1e-30)))
      for z in plane * blockLength..<(plane + 1) * blockLength { out[z] = near.mean(weights, z) }
    }
    let each = Strand.cellVectors / Strand.columnVectors
    let first = lane * wordLineCount
    let end = Int(selections.ends[(lane + 1) * segmentEnds.count - 1])
    for vector in stride(from: 0, to: vectorCount, by: 2) {
      let strand = vector / Strand.columnVectors * wordLineCount
      let place = vector % Strand.columnVectors * each
      var (a, b) = (Lanes(repeating: 0), Lanes(repeating: 0))
      for k in first..<end {
        let position = Int(positions[k])
        let ohms = Lanes(repeating: endOhms(behind: position))
        let at = (strand + position) * Strand.cellVectors + place
        a = multiplyAdd(ohms, cells[at], a)
        b = multiplyAdd(ohms, cells[at + each], b)
      }
      out[vector] *= a
      out[vector + 1] *= b
    }
  }

  /// What the cells of every column of a plane see of one vector, by segment, and the guess of their
  /// voltages at the far end.
  private func interpolate(
    _ shared: [Lanes], plane: Int, lane: Int, seen: inout [Lanes], starts: inout [Lanes]
  ) {
    let shared = shared.span
    var out = seen.mutableSpan
    var first = starts.mutableSpan
    let (weights, startWeights) = (weights.span, startWeights.span)
    let without = Lanes(repeating: Strand.seenWithout)
    let vectors = plane * blockLength..<(plane + 1) * blockLength
    for segment in segmentEnds.indices {
      let near = Neighbors(shared[segment * 16 + lane])
      for z in vectors {
        out[segment * vectorCount + z] = without - near.mean(weights, z)
      }
    }
    guard mesh.isCurved else { return }
    let near = Neighbors(shared[segmentEnds.count * 16 + lane])
    for z in vectors { first[z] = near.mean(startWeights, z) }
  }

  /// Values of blocks with those of the blocks before and behind. Neighbors beyond the ends have no
  /// weight.
  private struct Neighbors {
    let previous: Lanes, own: Lanes, next: Lanes

    @inline(__always)
    init(_ q: Lanes) {
      own = q
      previous = Lanes(
        q[0], q[0], q[1], q[2], q[3], q[4], q[5], q[6], q[7], q[8], q[9], q[10], q[11], q[12],
        q[13], q[14])
      next = Lanes(
        q[1], q[2], q[3], q[4], q[5], q[6], q[7], q[8], q[9], q[10], q[11], q[12], q[13], q[14],
        q[15], q[15])
    }

    @inline(__always)
    func mean(_ weights: Span<Lanes>, _ vector: Int) -> Lanes {
      multiplyAdd(
        weights[3 * vector], previous,
        multiplyAdd(weights[3 * vector + 1], own, weights[3 * vector + 2] * next))
    }
  }

  /// One vector down the strand that starts with vector `vector` of columns; returns the square of the
  /// largest correction that the last walk's tangent found, 0 where it reaches that far.
  private func walk(
    _ selections: borrowing Selections, lane: Int, vector: Int, _ seen: Span<Lanes>,
    _ starts: inout [Lanes], into found: inout [Lanes]
  ) -> Float {
    let each = wordLineCount * Strand.cellVectors
    let base = vector / Strand.columnVectors * each
    let own = cells.span.extracting(base..<base + each)
    let segments = segmentEnds.count
    let (positions, ends) = (selections.positions.span, selections.ends.span)
    let unit = Lanes(repeating: ampereUnit)
    var walks = 0
    while true {
      walks += 1
      var strand = Strand(starts.span, at: vector)
      var k = lane * wordLineCount
      var last = k < Int(ends[lane * segments + segments - 1]) ? Int(positions[k]) : 0
      for segment in 0..<segments {
        let end = Int(ends[lane * segments + segment])
        strand.enter(seen, at: segment * vectorCount + vector)
        while k < end {
          let position = Int(positions[k])
          strand.step(
            Lanes(repeating: ohmsPerSegment * Float(position - last)), own,
            at: Strand.cellVectors &* position)
          last = position
          k &+= 1
        }
      }
      strand.close(
        Lanes(repeating: ohmsPerSegment * Float(wordLineCount - 1 - last) + endOhms))
      let square = strand.largestSquare
      let isSettled = !(square > largestSquare)
      if isSettled || walks == Self.walkLimit {
        var out = found.mutableSpan
        strand.write(&out, at: vector)
        for z in vector..<vector + Strand.columnVectors { out[z] *= unit }
        return isSettled ? 0 : square
      }
      var first = starts.mutableSpan
      strand.correct(&first, at: vector)
    }
  }

  /// Deals the columns of one vector out.
  @inline(__always)
  private func store(_ found: Span<Lanes>, row: Int, _ out: inout MutableSpan<Float>) {
    for plane in 0..<planeCount {
      let first = (row * planeCount + plane) * bitLineCount
      for z in 0..<blockLength {
        let values = found[plane * blockLength + z]
        for lane in 0..<16 where lane * blockLength + z < bitLineCount {
          out[first + lane * blockLength + z] = values[lane]
        }
      }
    }
  }
}
