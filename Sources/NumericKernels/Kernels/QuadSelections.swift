/// The word lines selected by input vectors, four vectors at a time and segment by segment. Holds
/// as many vectors as pass through one panel of columns before the next one, so that a panel is
/// read from the nearer cache.
package struct QuadSelections {
  /// A word line and the bits of the four vectors on it.
  package struct Line {
    /// The word line.
    package var index: UInt32
    /// One bit per vector, the first vector lowest.
    package var bits: UInt32
  }

  /// Four bits, lowest first, as numbers.
  package static let numbers: [SIMD4<Float>] = (0..<16).map { (bits: Int) -> SIMD4<Float> in
    var number = SIMD4<Float>(repeating: 0)
    for k in 0..<4 where bits >> k & 1 == 1 { number[k] = 1 }
    return number
  }
  private static let most = 16

  /// Word lines selected by at least one of four vectors, ascending, quad after quad; entries
  /// beyond them are left over from earlier vectors.
  package private(set) var lines: [Line]
  /// For each quad, the start of each segment's word lines in `lines`, then the end of the last
  /// ones.
  package private(set) var starts: [Int]
  /// Quads in use.
  package private(set) var count = 0
  /// Starts per quad: one more than there are segments.
  package let startsPerQuad: Int
  private let wordLineCount: Int, segmentLength: Int

  package init(wordLineCount: Int, segmentLength: Int, vectors: Int) {
    self.wordLineCount = wordLineCount
    self.segmentLength = segmentLength
    startsPerQuad = (wordLineCount + segmentLength - 1) / segmentLength + 1
    let quads = min(Self.most, (vectors + 3) / 4)
    lines = Array(repeating: Line(index: 0, bits: 0), count: quads * wordLineCount)
    starts = Array(repeating: 0, count: quads * startsPerQuad)
  }

  /// Cost of sums over the selected rows of a matrix of `columns`, in multiply-adds of a matrix
  /// product of known length. The weights are measured by `Benchmarks reducedLadder`; the choice of
  /// a model must not depend on a clock.
  package static func estimatedWork(_ bits: BitMatrix, columns: Int) -> Double {
    let each = bits.wordsPerRow
    var lines = 0
    for row in Swift.stride(from: 0, to: bits.rows, by: 4) {
      for index in 0..<each {
        let any = (row..<min(row + 4, bits.rows)).reduce(UInt64(0)) {
          $0 | bits.words[$1 * each + index]
        }
        lines += any.nonzeroBitCount
      }
    }
    return Double(4 * lines) * (0.7 * Double(columns) + 12)
  }

  /// Takes the rows from `row` on, as many as fit.
  package mutating func set(_ bits: BitMatrix, row: Int) {
    count = min(Self.most, (bits.rows - row + 3) / 4)
    for quad in 0..<count {
      Self.fill(
        &lines, from: quad * wordLineCount, &starts,
        quad * startsPerQuad..<(quad + 1) * startsPerQuad, bits, row: row + 4 * quad,
        segmentLength: segmentLength)
    }
  }

  /// Takes rows `row … row + 3`; rows beyond the last are zero.
  private static func fill(
    _ lineArray: inout [Line], from firstLine: Int, _ startArray: inout [Int], _ own: Range<Int>,
    _ bits: BitMatrix, row: Int, segmentLength: Int
  ) {
    let each = bits.wordsPerRow
    let rows = bits.rows - row
    let words = bits.words.span
    var lines = lineArray.mutableSpan
    var starts = startArray.mutableSpan
    var (start, boundary, count) = (own.lowerBound, segmentLength, firstLine)
    starts[start] = count
    for index in 0..<each {
      let w0 = words[row * each + index]
      let w1 = rows > 1 ? words[(row + 1) * each + index] : 0
      let w2 = rows > 2 ? words[(row + 2) * each + index] : 0
      let w3 = rows > 3 ? words[(row + 3) * each + index] : 0
      var any = w0 | w1 | w2 | w3
      while any != 0 {
        let bit = UInt64(truncatingIfNeeded: any.trailingZeroBitCount)
        let line = 64 * index + Int(bit)
        while line >= boundary {
          start += 1
          starts[start] = count
          boundary += segmentLength
        }
        let (b0, b1) = ((w0 &>> bit) & 1, (w1 &>> bit) & 1)
        let (b2, b3) = ((w2 &>> bit) & 1, (w3 &>> bit) & 1)
        let low = b0 | (b1 &<< 1)
        let high = (b2 &<< 2) | (b3 &<< 3)
        lines[count] = Line(
          index: UInt32(truncatingIfNeeded: line), bits: UInt32(truncatingIfNeeded: low | high))
        count += 1
        any &= any &- 1
      }
    }
    for rest in start + 1..<own.upperBound { starts[rest] = count }
  }
}

/// Matrices in panels of two vectors of columns, so that a walk down two vectors reads one stretch
/// of memory.
package enum PanelLayout {
  /// Index of the vector of columns `group` in `row`.
  package static func index(row: Int, group: Int, rows: Int) -> Int {
    (group / 2 * rows + row) * 2 + group % 2
  }
}
