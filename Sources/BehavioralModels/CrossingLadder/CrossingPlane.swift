import CrossbarArray
import NumericKernels
import Units

/// The cells of one polarity and the mesh over them, in double precision and in units of the largest
/// conductance. Word lines are in the order of the walk, which ends where bit lines are sensed.
struct CrossingPlane: Sendable {
  /// Conductances, and what of a volt on the bit lines alone a source line takes over at each cell,
  /// `A = 1 − u0`, `[wordLines, bitLines]`.
  let conductances: Matrix<Double>, takenOver: Matrix<Double>
  /// Mean over the columns of a block of the current of a cell whose bit line is at 0 V, per volt of
  /// the source, `[wordLines, blocks]`.
  let currents: Matrix<Double>
  /// Conductance over that current, of the cells of a segment and block, `[segments, blocks]`.
  let ratios: Matrix<Double>

  init(
    _ siemens: Matrix<Double>, unit: Double, line: CrossingLine, layout: CrossingLayout
  ) {
    let (m, n) = (siemens.rows, siemens.columns)
    let order = (0..<m).map { layout.wordLine($0) }
    conductances = Matrix(rows: m, columns: n) { siemens[order[$0], $1] / unit }
    let reached = order.map { line.eliminate(siemens.row($0)).reached }
    takenOver = Matrix(rows: m, columns: n) { 1 - reached[$0][$1] }
    let (g, a) = (conductances, takenOver)
    func mean(_ row: Int, _ block: Int, _ value: (Int) -> Double) -> Double {
      let columns = layout.columns(ofBlock: block)
      return columns.isEmpty ? 0 : columns.reduce(0) { $0 + value($1) } / Double(columns.count)
    }
    let blocks = CoarseMesh.blockCount
    currents = Matrix(rows: m, columns: blocks) { row, block in
      mean(row, block) { g[row, $0] * (1 - a[row, $0]) }
    }
    let own = currents
    ratios = Matrix(rows: layout.segments.count, columns: blocks) { segment, block in
      let rows = layout.segments[segment]
      let sum = rows.reduce(0) { $0 + own[$1, block] }
      let all = rows.reduce(0) { sum, row in sum + mean(row, block) { g[row, $0] } }
      return sum > 0 ? all / sum : 1
    }
  }
}

/// Where word lines and bit lines are on the mesh, and the wires between them. Resistances are in units
/// of the reciprocal of the largest conductance.
struct CrossingLayout: Sendable {
  let wordLineCount: Int, bitLineCount: Int
  /// Whether the walk starts at the last word line.
  let isReversed: Bool
  /// Word lines of each segment, in the order of the walk.
  let segments: [Range<Int>]
  /// Columns of a block; the last one may have fewer, and blocks beyond it none.
  let blockLength: Int
  /// One segment of the bit lines, and from the last word line to the virtual ground.
  let ohmsPerSegment: Double, endOhms: Double
  /// From each segment's middle to the next one's, or to the virtual ground.
  let segmentOhms: [Double]
  /// Between the middles of neighboring blocks, and from the terminals to the first and the last
  /// block; `nil` without a terminal.
  let blockOhms: [Double], nearOhms: Double?, farOhms: Double?
  /// Blocks that have columns.
  let usedBlocks: Int

  init(_ array: ArrayDescription, unit: Double, line: CrossingLine, segmentCount: Int) {
    let (m, n) = (array.wordLineCount, array.bitLineCount)
    (wordLineCount, bitLineCount) = (m, n)
    isReversed = array.ends.bitLineSense == .near
    let count = min(segmentCount, m)
    segments = (0..<count).map { $0 * m / count..<($0 + 1) * m / count }
    let length = (n + CoarseMesh.blockCount - 1) / CoarseMesh.blockCount
    blockLength = length
    usedBlocks = (n + length - 1) / length
    let r = array.wires.bitLineSegment.value * unit
    ohmsPerSegment = r
    let unused = array.unused.wordLines
    // Unused word lines on the sensed side lengthen the path to the terminal; on the other side
    // they carry no current.
    let isAtEnd = (unused.side == .near) == isReversed
    let end =
      r * Double(1 + (isAtEnd ? unused.count : 0)) + array.terminals.bitLineSense.value * unit
    endOhms = end
    let middles = segments.map { Double($0.lowerBound + $0.upperBound - 1) / 2 }
    segmentOhms = middles.indices.map {
      $0 + 1 < middles.count
        ? r * (middles[$0 + 1] - middles[$0]) : r * (Double(m - 1) - middles[$0]) + end
    }
    let s = line.ohmsPerSegment * unit
    let centers = (0..<usedBlocks).map {
      Double($0 * length + min(n, ($0 + 1) * length) - 1) / 2
    }
    blockOhms = (1..<max(1, centers.count)).map { s * (centers[$0] - centers[$0 - 1]) }
    nearOhms = line.nearOhms.map { s * (centers[0] + 1) + $0 * unit }
    farOhms = line.farOhms.map { s * (Double(n) - (centers.last ?? 0)) + $0 * unit }
  }

  /// Word line at a position of the walk.
  func wordLine(_ position: Int) -> Int { isReversed ? wordLineCount - 1 - position : position }

  /// Columns of a block.
  func columns(ofBlock block: Int) -> Range<Int> {
    let first = min(block * blockLength, bitLineCount)
    return first..<min(first + blockLength, bitLineCount)
  }

  /// Middle of a block, in columns.
  func middle(ofBlock block: Int) -> Double {
    let own = columns(ofBlock: block)
    return Double(own.lowerBound + own.upperBound - 1) / 2
  }

  /// Weights of the previous block, the own one and the next in the value at a column between the
  /// blocks' middles, or beyond the outer ones.
  func weights(ofColumn column: Int) -> (previous: Double, own: Double, next: Double) {
    let block = column / blockLength
    let distance = Double(column) - middle(ofBlock: block)
    guard usedBlocks > 1 else { return (0, 1, 0) }
    let leans = distance < 0 ? block > 0 : block == usedBlocks - 1
    let other = leans ? block - 1 : block + 1
    let t = distance / (middle(ofBlock: other) - middle(ofBlock: block))
    return leans ? (t, 1 - t, 0) : (0, 1 - t, t)
  }
}
