import NumericKernels

/// Statistics of a layer's inputs on calibration images.
public struct ActivationRecord: Sendable, Equatable {
  /// Magnitudes seen.
  public private(set) var magnitudes = MagnitudeHistogram()
  /// Whether a value was negative.
  public private(set) var hasNegatives = false

  /// Nothing seen yet.
  public init() {}

  /// What was seen before.
  package init(magnitudes: MagnitudeHistogram, hasNegatives: Bool) {
    (self.magnitudes, self.hasNegatives) = (magnitudes, hasNegatives)
  }

  /// Adds values, which must be finite.
  public mutating func add(_ values: [Float]) {
    for value in values {
      magnitudes.add(value)
      hasNegatives = hasNegatives || value < 0
    }
  }

  /// Adds everything that `other` saw.
  public mutating func merge(_ other: ActivationRecord) {
    magnitudes.merge(other.magnitudes)
    hasNegatives = hasNegatives || other.hasNegatives
  }

  /// The quantizer of `bits` bits whose largest code stands for the range that `rule` chooses.
  public func quantizer(_ rule: ActivationRange, bits: Int = 8) -> ActivationQuantizer {
    let highest = ActivationQuantizer.highest(isSigned: hasNegatives, bits: bits)
    let range =
      switch rule {
      case .percentile(let percent): magnitudes.quantile(percent / 100)
      case .meanSquareError: magnitudes.leastErrorRange(codes: highest)
      }
    return ActivationQuantizer(range: range, isSigned: hasNegatives, bits: bits)
  }
}

/// Rule for the range of a layer's input codes, from statistics of calibration images.
public enum ActivationRange: Sendable, Equatable {
  /// Covers that percentage of the magnitudes; 100: all, the minimum and the maximum.
  case percentile(Double)
  /// The range of least mean square error, clipping and rounding together.
  case meanSquareError

  /// All magnitudes that were seen.
  public static let maximum = ActivationRange.percentile(100)
}

extension MagnitudeHistogram {
  /// The largest value of a uniform quantizer with `codes` positive codes whose mean square error
  /// on the recorded magnitudes is least, among 100 ranges from 1 % to 100 % of the largest
  /// magnitude.
  ///
  /// A bin stands for its midpoint. If a step is wider than a bin, the rounding error is that of
  /// the midpoint, otherwise its mean over a step, `step² / 12`.
  func leastErrorRange(codes: Int) -> Float {
    let bins = bins
    var best = (error: Double.infinity, range: Double(maximum))
    for percent in 1...100 {
      let range = Double(maximum) * Double(percent) / 100
      let step = range / Double(codes)
      var error = 0.0
      for bin in bins {
        let middle = Double(bin.magnitude)
        let difference: Double
        if middle > range {
          difference = middle - range
        } else if step < Double(bin.width) {
          difference = step / 12.0.squareRoot()
        } else {
          difference = middle - step * (middle / step).rounded()
        }
        error += Double(bin.count) * difference * difference
      }
      // The widest range wins a tie.
      if error <= best.error { best = (error, range) }
    }
    return Float(best.range)
  }
}
