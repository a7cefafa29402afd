import CrossbarArray
import NumericKernels

/// Positions of the cells within each segment of a column, for the reduced ladder.
///
/// With `q_k = x_k g_k` and `k = 1 … s` counted along the walk from the segment's upper end, a
/// segment has the sum `S = Σ q_k`, the first and second moments `F = Σ k q_k` and `Q = Σ k² q_k`
/// and the self-drop `T = Σ_{l<k} (k − l) q_k q_l`. The ladder needs `F = position · S`,
/// `Q = (position² + spread) S` and `T = bend · S²`.
public struct SegmentMoments: Sendable, Equatable, Codable {
  /// Word lines per segment; the last segment, by word line, may have fewer.
  public let length: Int
  /// Word lines of the array.
  public let wordLineCount: Int
  /// Sensed currents of the array.
  public let outputCount: Int
  /// `F / S` in wire segments, `[segments, outputs]`; segments by word line.
  public internal(set) var position: [Float]
  /// `T / S²` in wire segments, `[segments, outputs]`.
  public internal(set) var bend: [Float]
  /// `Q / S − position²` in squared wire segments, `[segments, outputs]`.
  public internal(set) var spread: [Float]

  /// Segments of that length that cover `wordLineCount` word lines.
  public var count: Int { (wordLineCount + length - 1) / length }

  /// Word lines of a segment.
  func wordLines(_ segment: Int) -> Range<Int> {
    segment * length..<min((segment + 1) * length, wordLineCount)
  }

  /// The moments with every gate on: the best estimate before any input is known.
  ///
  /// - Parameter reversed: Whether the walk starts at the last word line.
  init(_ conductances: [Matrix<Double>], length: Int, reversed: Bool) {
    precondition(length > 0, "a segment has word lines")
    let all = BitMatrix(rows: 1, columns: conductances[0].rows) { _, _ in true }
    self.init(
      conductances, length: length, reversed: reversed, inputs: all, prior: nil, ridge: 0)
  }

  /// The moments fitted to input vectors, segment by segment and column by column: least squares of
  /// `F − position · S`, of `Q` and of `T − bend · S²` over the vectors, regularized toward
  /// `prior`.
  ///
  /// - Parameter ridge: Weight of the prior in vectors of mean square sum.
  init(
    _ conductances: [Matrix<Double>], length: Int, reversed: Bool, inputs: BitMatrix,
    prior: SegmentMoments?, ridge: Double
  ) {
    let (m, n) = (conductances[0].rows, conductances[0].columns)
    let outputs = n * conductances.count
    self.length = length
    wordLineCount = m
    outputCount = outputs
    position = []
    bend = []
    spread = []
    let loads = Matrix(rows: m, columns: outputs) { conductances[$1 / n][$0, $1 % n] }
    for segment in 0..<(m + length - 1) / length {
      let lines = segment * length..<min((segment + 1) * length, m)
      var sums = SegmentSums(outputs: outputs)
      for vector in 0..<inputs.rows {
        sums.begin()
        for k in 1...lines.count {
          let line = reversed ? lines.upperBound - k : lines.lowerBound + k - 1
          if inputs[vector, line] { sums.add(loads, line: line, position: Double(k)) }
        }
        sums.end()
      }
      for j in 0..<outputs {
        // A column that no vector drives keeps its prior, at worst the middle.
        let size = Double(lines.count)
        var known = Moments(
          position: (size + 1) / 2, second: (size + 1) * (2 * size + 1) / 6, bend: size / 6)
        if let prior {
          let index = segment * outputs + j
          known.position = Double(prior.position[index])
          known.second = known.position * known.position + Double(prior.spread[index])
          known.bend = Double(prior.bend[index])
        }
        let found = sums.solution(j, prior: known, ridge: ridge / Double(max(inputs.rows, 1)))
        position.append(Float(found.position))
        bend.append(Float(found.bend))
        spread.append(Float(max(found.second - found.position * found.position, 0)))
      }
    }
  }
}

/// Moments of one segment of one column.
private struct Moments {
  var position: Double
  /// `Q / S`.
  var second: Double
  var bend: Double
}

/// Normal equations of one segment, all columns at once.
private struct SegmentSums {
  private var sum: [Double], first: [Double], second: [Double], drop: [Double]
  private var squares: [Double], products: [Double], seconds: [Double]
  private var fourths: [Double], drops: [Double]

  init(outputs: Int) {
    let zero = [Double](repeating: 0, count: outputs)
    (sum, first, second, drop) = (zero, zero, zero, zero)
    (squares, products, seconds, fourths, drops) = (zero, zero, zero, zero, zero)
  }

  mutating func begin() {
    for j in sum.indices { (sum[j], first[j], second[j], drop[j]) = (0, 0, 0, 0) }
  }

  /// Adds the selected cells of one word line, `position` wire segments from the upper end.
  mutating func add(_ loads: Matrix<Double>, line: Int, position: Double) {
    let base = line * sum.count
    for j in sum.indices {
      let g = loads.elements[base + j]
      drop[j] += g * (position * sum[j] - first[j])
      sum[j] += g
      first[j] += position * g
      second[j] += position * position * g
    }
  }

  mutating func end() {
    for j in sum.indices {
      let square = sum[j] * sum[j]
      squares[j] += square
      products[j] += first[j] * sum[j]
      seconds[j] += second[j] * sum[j]
      fourths[j] += square * square
      drops[j] += drop[j] * square
    }
  }

  /// Moments of column `j`: averages of positive terms, so positive.
  func solution(_ j: Int, prior: Moments, ridge: Double) -> Moments {
    guard squares[j] > 0, fourths[j] > 0 else { return prior }
    func drawn(_ fitted: Double, _ prior: Double) -> Double {
      (fitted + ridge * prior) / (1 + ridge)
    }
    return Moments(
      position: drawn(products[j] / squares[j], prior.position),
      second: drawn(seconds[j] / squares[j], prior.second),
      bend: drawn(drops[j] / fourths[j], prior.bend))
  }
}
