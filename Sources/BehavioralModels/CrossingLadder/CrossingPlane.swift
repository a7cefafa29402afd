import CrossbarArray
import NumericKernels
import Units

/// The cells of one polarity and the mesh over them, in double precision, in units of the steepest
/// slope of a cell and of the read voltage. Word lines are in the order of the walk, which ends where
/// bit lines are sensed.
///
/// With `d` what a bit line's voltage exceeds by what its source line takes over of it, a cell carries
/// `i₀ − s d + h d² + k d³`.
struct CrossingPlane: Sendable {
  /// Law of the cells, the read voltage, and the unit of conductance in siemens.
  let law: CellLaw
  let readVolts: Double, unit: Double
  /// Conductances in siemens, and volts of the source lines with the bit lines at 0 V,
  /// `[wordLines, bitLines]`.
  let siemens: Matrix<Double>, sourceVolts: Matrix<Double>
  /// `i₀`, `s`, and the share `A` of a voltage on all bit lines that a source line takes over,
  /// `[wordLines, bitLines]`.
  let amperes: Matrix<Double>, slopes: Matrix<Double>, takenOver: Matrix<Double>
  /// `h` and `k`; zero for resistors.
  let bends: Matrix<Double>, twists: Matrix<Double>
  /// Largest error of a current without `k`, relative.
  let twistError: Double
  /// Largest `|h| / i₀`.
  let sharpestBend: Double
  /// A bound on the voltages of the bit lines.
  let largestDrop: Double
  /// Mean of `i₀` over the columns of a block, `[wordLines, blocks]`.
  let currents: Matrix<Double>
  /// `s` over `i₀`, the mean of `A`, and `h` over `i₀` of the cells of a segment and block,
  /// `[segments, blocks]`.
  let ratios: Matrix<Double>, shares: Matrix<Double>, curvatures: Matrix<Double>

  init(
    _ siemens: Matrix<Double>, lines: [GroundedSourceLine], law: CellLaw, readVolts: Double,
    unit: Double, layout: CrossingLayout
  ) {
    let (m, n) = (siemens.rows, siemens.columns)
    let order = (0..<m).map { layout.wordLine($0) }
    func ordered(_ value: (GroundedSourceLine, Int) -> Double) -> Matrix<Double> {
      Matrix(rows: m, columns: n) { value(lines[order[$0]], $1) }
    }
    (self.law, self.readVolts, self.unit) = (law, readVolts, unit)
    let own = Matrix(rows: m, columns: n) { siemens[order[$0], $1] }
    let volts = ordered { $0.volts[$1] }
    let i = ordered { $0.amperes[$1] / (unit * readVolts) }
    let s = ordered { $0.siemens[$1] / unit }
    let a = ordered { $0.takenOver[$1] }
    (self.siemens, sourceVolts, amperes, slopes, takenOver) = (own, volts, i, s, a)
    let zero = Matrix(rows: m, columns: n, repeating: 0.0)
    var (h, k, twistError, sharpest) = (zero, zero, 0.0, 0.0)
    let largest = Self.largestDrop(i, layout)
    largestDrop = largest
    if !law.isLinear {
      for row in 0..<m {
        for j in 0..<n where i[row, j] > 0 {
          let source = volts[row, j]
          let range = min(largest, 0.9 * source / readVolts)
          // d² (d − a) (d − b) is least in magnitude up to 1 with these a and b.
          let (d1, d2) = (0.61 * range, 0.955 * range)
          func rest(_ d: Double) -> Double {
            let cell = law.crossing(
              source: source, bitLine: d * readVolts, siemens: own[row, j])
            return (cell.amperes / (unit * readVolts) - i[row, j] + s[row, j] * d) / (d * d)
          }
          let (first, second) = (rest(d1), rest(d2))
          k[row, j] = (second - first) / (d2 - d1)
          h[row, j] = first - k[row, j] * d1
          twistError = max(
            twistError, 0.106 * k[row, j].magnitude * range * range * range / i[row, j])
          sharpest = max(sharpest, h[row, j].magnitude / i[row, j])
        }
      }
      if twistError <= Self.leastTwist {
        // The best parabola: d² (d − a) is least in magnitude up to 1 with this a.
        for index in h.elements.indices {
          let range = min(largest, 0.9 * volts.elements[index] / readVolts)
          h.elements[index] += 0.894 * range * k.elements[index]
          k.elements[index] = 0
        }
      }
    }
    (bends, twists, self.twistError, sharpestBend) = (h, k, twistError, sharpest)
    func mean(_ row: Int, _ block: Int, _ value: (Int) -> Double) -> Double {
      let columns = layout.columns(ofBlock: block)
      return columns.isEmpty ? 0 : columns.reduce(0) { $0 + value($1) } / Double(columns.count)
    }
    let blocks = CoarseMesh.blockCount
    let means = Matrix(rows: m, columns: blocks) { row, block in mean(row, block) { i[row, $0] } }
    currents = means
    func sum(_ segment: Int, _ block: Int, _ value: (Int, Int) -> Double) -> Double {
      layout.segments[segment].reduce(0) { sum, row in
        sum + mean(row, block) { value(row, $0) }
      }
    }
    func perSegment(_ value: (_ segment: Int, _ block: Int) -> Double) -> Matrix<Double> {
      Matrix(rows: layout.segments.count, columns: blocks) { value($0, $1) }
    }
    ratios = perSegment {
      let (all, current) = (sum($0, $1) { s[$0, $1] }, sum($0, $1) { i[$0, $1] })
      return current > 0 ? all / current : 1
    }
    shares = perSegment {
      let (taken, all) = (sum($0, $1) { s[$0, $1] * a[$0, $1] }, sum($0, $1) { s[$0, $1] })
      return all > 0 ? taken / all : 0
    }
    let bent = h
    curvatures = perSegment {
      let (all, current) = (sum($0, $1) { bent[$0, $1] }, sum($0, $1) { i[$0, $1] })
      return current > 0 ? all / current : 0
    }
  }

  /// Errors of currents below which `k` is not worth its time.
  static let leastTwist = 2e-6

  /// Current of a cell and what it falls by per volt of its bit line, at `d`, by its law.
  func cell(_ row: Int, _ column: Int, _ d: Double) -> (current: Double, slope: Double) {
    let found = law.crossing(
      source: sourceVolts[row, column], bitLine: d * readVolts, siemens: siemens[row, column])
    return (found.amperes / (unit * readVolts), found.siemens / unit)
  }

  /// Largest ratio of small voltages along a bit line, with every gate on.
  func greatestGrowth(_ layout: CrossingLayout) -> Double {
    (0..<slopes.columns).reduce(1) { largest, j in
      var (v, current) = (1.0, 0.0)
      for i in 0..<slopes.rows {
        v += layout.ohmsPerSegment * current
        current += slopes[i, j] * v
      }
      return max(largest, v + layout.endOhms * current)
    }
  }

  /// Voltage of a column at its far end over that of its place between the blocks: by its share of their
  /// current.
  func startFactor(_ column: Int, _ layout: CrossingLayout) -> Double {
    let block = column / layout.blockLength
    let weights = layout.weights(ofColumn: column)
    var (own, mean) = (0.0, 0.0)
    for i in 0..<amperes.rows {
      own += amperes[i, column]
      mean += weights.own * currents[i, block]
      if block > 0 { mean += weights.previous * currents[i, block - 1] }
      if block + 1 < layout.usedBlocks { mean += weights.next * currents[i, block + 1] }
    }
    return mean > 0 ? min(4, own / mean) : 1
  }

  /// A bound on the voltages of the bit lines: with every gate on, and all cells at their largest
  /// current.
  private static func largestDrop(_ amperes: Matrix<Double>, _ layout: CrossingLayout) -> Double {
    var largest = 0.01
    for j in 0..<amperes.columns {
      var (volts, current) = (0.0, 0.0)
      for row in 0..<amperes.rows {
        volts += layout.ohmsPerSegment * current
        current += amperes[row, j]
      }
      largest = max(largest, volts + layout.endOhms * current)
    }
    return min(1, largest)
  }
}

/// Where word lines and bit lines are on the mesh, and the wires between them. Resistances are in units
/// of the reciprocal of the steepest slope of a cell.
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
