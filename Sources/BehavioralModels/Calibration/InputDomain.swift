import CrossbarArray
import NumericKernels

/// Features of input vectors that bound a fitted model's error, and their ranges in calibration.
///
/// A segment's error is the distance between its selected cells and its lump. Summed over the line,
/// this is one weighted sum of the input bits, the *imbalance* `Σ x_k w_k (k − p̄)` with `w` a word
/// line's share of the mean conductance and `k − p̄` its distance from the mean lump. Random
/// vectors leave it small; a comb in step with the segments does not. Voltages are weighted in
/// volts, and also bounded individually and in sum. A crossing ladder adds what a vector strains in it:
/// the voltages left in each segment, the last change on its mesh, and walks that did not settle.
///
/// A domain of gate bits contains no voltages, and vice versa.
public struct InputDomain: Sendable, Equatable, Codable {
  /// Number of driven word lines, least and most.
  public var activeCount: ClosedRange<Int>
  /// Imbalance, least and most.
  public var imbalance: ClosedRange<Double>
  /// Voltages on word lines; `nil` for gate bits.
  public var volts: VoltageRanges?
  /// Ranges of what vectors strain in the mesh of a crossing ladder; `nil` for other models.
  public var mesh: MeshRanges?
  /// Weight of each word line in the imbalance.
  public let weights: [Double]

  /// Voltage ranges of the calibration vectors.
  public struct VoltageRanges: Sendable, Equatable, Codable {
    /// Voltage of a word line in volts, least and most.
    public var lines: ClosedRange<Double>
    /// Sum of the magnitudes of all word lines in volts, least and most.
    public var sum: ClosedRange<Double>
  }

  /// Features of one vector.
  struct Features: Equatable {
    var activeCount: Int
    var imbalance: Double
    /// Of the word lines; `nil` for gate bits.
    var volts: VoltageRanges?
  }

  /// The ranges of the calibration vectors `inputs` and of what they strained in a model.
  init(_ weights: [Double], inputs: InputBatch, strain: MeshStrain?) {
    precondition(weights.count == inputs.vectorLength, "one weight per word line")
    self.weights = weights
    mesh = strain.flatMap { MeshRanges($0) }
    activeCount = 0...0
    imbalance = 0...0
    let all = (0..<inputs.count).map { features(of: inputs, vector: $0) }
    guard let first = all.first else { return }
    activeCount = first.activeCount...first.activeCount
    imbalance = first.imbalance...first.imbalance
    volts = first.volts
    for one in all.dropFirst() {
      activeCount = activeCount.widened(to: one.activeCount...one.activeCount)
      imbalance = imbalance.widened(to: one.imbalance...one.imbalance)
      if let volts, let own = one.volts {
        self.volts = VoltageRanges(
          lines: volts.lines.widened(to: own.lines), sum: volts.sum.widened(to: own.sum))
      }
    }
  }

  func features(of inputs: InputBatch, vector: Int) -> Features {
    switch inputs {
    case .bits(let bits): features(of: bits, row: vector)
    case .volts(let volts): features(of: volts, row: vector)
    }
  }

  private func features(of volts: Matrix<Double>, row: Int) -> Features {
    var features = Features(activeCount: 0, imbalance: 0)
    var (low, high, sum) = (Double.infinity, -Double.infinity, 0.0)
    for (line, value) in volts.row(row).enumerated() {
      if value != 0 { features.activeCount += 1 }
      features.imbalance += weights[line] * value
      (low, high, sum) = (min(low, value), max(high, value), sum + value.magnitude)
    }
    if low <= high { features.volts = VoltageRanges(lines: low...high, sum: sum...sum) }
    return features
  }

  private func features(of bits: BitMatrix, row: Int) -> Features {
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

  /// Whether the vector lies within the ranges seen in calibration; what it strains in a mesh is apart.
  public func contains(_ inputs: InputBatch, vector: Int) -> Bool {
    let features = features(of: inputs, vector: vector)
    guard activeCount.contains(features.activeCount),
      imbalance.containsUpToRounding(features.imbalance...features.imbalance)
    else { return false }
    switch (volts, features.volts) {
    case (nil, nil): return true
    case (let seen?, let own?):
      return seen.lines.containsUpToRounding(own.lines) && seen.sum.containsUpToRounding(own.sum)
    default: return false
    }
  }
}

extension ClosedRange {
  /// The smallest range that contains both.
  fileprivate func widened(to other: ClosedRange) -> ClosedRange {
    Swift.min(lowerBound, other.lowerBound)...Swift.max(upperBound, other.upperBound)
  }
}

extension ClosedRange<Double> {
  /// Sums in another order differ by rounding, which is no extrapolation.
  fileprivate func containsUpToRounding(_ other: ClosedRange<Double>) -> Bool {
    let slack = 1e-9 * (upperBound - lowerBound)
    return other.lowerBound >= lowerBound - slack && other.upperBound <= upperBound + slack
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
