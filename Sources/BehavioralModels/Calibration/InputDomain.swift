import CrossbarArray
import NumericKernels

/// What of an input vector decides how wrong a reduced ladder is, and the ranges that calibration saw.
///
/// A segment's error is the distance between where its selected cells sit and where its lump sits. Summed
/// over the line this is one weighted sum of the input bits, the *imbalance*
/// `Σ x_k w_k (k − p̄)` with `w` a word line's share of the mean conductance and `k − p̄` its distance from
/// the mean lump: random vectors leave it small, a comb in step with the segments does not.
public struct InputDomain: Sendable, Equatable, Codable {
  /// Selected word lines, least and most.
  public var activeCount: ClosedRange<Int>
  /// Imbalance, least and most.
  public var imbalance: ClosedRange<Double>
  /// Weight of each word line in the imbalance.
  public let weights: [Double]

  /// Features of one vector.
  struct Features: Equatable {
    var activeCount: Int
    var imbalance: Double
  }

  /// The ranges of `inputs`, the vectors that calibration saw.
  init(_ weights: [Double], inputs: BitMatrix) {
    precondition(weights.count == inputs.columns, "one weight per word line")
    self.weights = weights
    activeCount = 0...0
    imbalance = 0...0
    let all = (0..<inputs.rows).map { features(of: inputs, row: $0) }
    guard let first = all.first else { return }
    activeCount = first.activeCount...first.activeCount
    imbalance = first.imbalance...first.imbalance
    for one in all.dropFirst() {
      activeCount =
        min(activeCount.lowerBound, one.activeCount)...max(activeCount.upperBound, one.activeCount)
      imbalance =
        min(imbalance.lowerBound, one.imbalance)...max(imbalance.upperBound, one.imbalance)
    }
  }

  func features(of bits: BitMatrix, row: Int) -> Features {
    var features = Features(activeCount: 0, imbalance: 0)
    let words = bits.words.span
    let weights = weights.span
    for index in 0..<bits.wordsPerRow {
      var word = words[row * bits.wordsPerRow + index]
      features.activeCount += word.nonzeroBitCount
      while word != 0 {
        features.imbalance += weights[64 * index + word.trailingZeroBitCount]
        word &= word &- 1
      }
    }
    return features
  }

  /// Whether calibration saw vectors on both sides of this one.
  public func contains(_ bits: BitMatrix, row: Int) -> Bool {
    let features = features(of: bits, row: row)
    // A sum in another order differs by roundings: they are no extrapolation.
    let slack = 1e-9 * (imbalance.upperBound - imbalance.lowerBound)
    return activeCount.contains(features.activeCount)
      && features.imbalance >= imbalance.lowerBound - slack
      && features.imbalance <= imbalance.upperBound + slack
  }
}

extension ReducedLadder {
  /// Weights of the word lines in the imbalance of this model's segments.
  var imbalanceWeights: [Double] {
    let (m, outputs) = (description.wordLineCount, description.outputCount)
    let n = description.bitLineCount
    var mean = (0..<m).map { line in
      (0..<outputs).reduce(0) { $0 + loads[$1 / n][line, $1 % n] }
    }
    let total = mean.reduce(0, +)
    if total > 0 { for line in mean.indices { mean[line] /= total } }
    var weights = [Double](repeating: 0, count: m)
    for segment in 0..<moments.count {
      let lines = moments.wordLines(segment)
      let positions = moments.position[segment * outputs..<(segment + 1) * outputs]
      let middle = positions.reduce(0) { $0 + Double($1) } / Double(outputs)
      for line in lines {
        let k = isReversed ? lines.upperBound - line : line - lines.lowerBound + 1
        weights[line] = mean[line] * (Double(k) - middle)
      }
    }
    return weights
  }
}
