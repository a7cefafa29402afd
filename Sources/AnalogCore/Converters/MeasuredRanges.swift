import Foundation
import NumericKernels

/// Converter ranges of a layer, from the values recorded before conversion.
public enum MeasuredRanges {
  /// Ranges in units that a specification asks for, one per weight slice; `nil` if it asks for
  /// none.
  ///
  /// The slice with the largest range keeps it. The others get the smallest of its halves,
  /// quarters, … that covers their own, because their results are shifted and added (Xiao et al.
  /// 2022, p. 39). A slice with nothing but zeros gets zero.
  public static func ranges(
    _ specification: ConverterSpecification, isBipolar: Bool, recorded: [MagnitudeHistogram]
  ) -> [Float]? {
    guard let range = specification.range, let codes = specification.codes(isBipolar: isBipolar)
    else { return nil }
    let wanted: [Float]
    switch range {
    case .covering(let percent, _):
      wanted = recorded.map { histogram in
        // In high slices, fewer values may be nonzero than the percentile leaves out.
        let range = histogram.quantile(percent / 100)
        return recorded.count > 1 && range < 1e-30 ? histogram.maximum : range
      }
    case .leastError:
      wanted = recorded.map { leastErrorRange($0, codes: codes) }
    case .anchored(let percent, _):
      let own = recorded.map {
        anchored($0, percent: percent, codes: codes, isSlice: recorded.count > 1)
      }
      let largest = own.max() ?? 0
      return own.map { $0 > 0 ? $0 : largest }
    case .maximum, .granular, .limits: return nil
    }
    guard let largest = wanted.max(), largest > 0 else { return wanted }
    return wanted.map { range in
      guard range > 0 else { return largest }
      var shared = largest
      while shared / 2 >= range { shared /= 2 }
      return shared
    }
  }

  /// The smallest range whose step is a power of two of a unit and that clips at most the rest of
  /// `percent` percent; zero if those are all zero.
  ///
  /// Xiao et al. (2022, p. 39) take the smallest limits that cover what was measured and let the
  /// ranges of slices differ by powers of two. Their published code halves an anchor `y`, about the
  /// largest value of a line, as long as it covers the percentile: `y / 2^N`,
  /// `N = ⌊log₂(y / max|p|)⌋`. The rule is the same here; the anchor is chosen so that a code is
  /// exactly a power of two of a unit. A value is clipped if it lies more than half a step beyond
  /// the last code, to within the bins of the histogram (0.4 %; exact for integers up to 256).
  static func anchored(
    _ recorded: MagnitudeHistogram, percent: Double, codes: Double, isSlice: Bool
  ) -> Float {
    let peak = Double(recorded.maximum)
    guard peak > 1e-30 else { return 0 }
    var step = anchoredStep(covering: peak, codes: codes)
    guard recorded.quantile(percent / 100) > 1e-30 else {
      // In high slices, fewer values may be nonzero than the percentile leaves out.
      return isSlice ? Float(step * codes) : 0
    }
    let wanted = UInt64((percent / 100 * Double(recorded.count)).rounded(.up))
    while recorded.count(upTo: Float((codes + 0.5) * step / 2)) >= wanted { step /= 2 }
    return Float(step * codes)
  }

  /// The smallest power of two that reaches `value` in `codes` steps.
  static func anchoredStep(covering value: Double, codes: Double) -> Double {
    var step = exp2(log2(value / codes).rounded(.up))
    // The logarithm is rounded.
    while step / 2 * codes >= value { step /= 2 }
    while step * codes < value { step *= 2 }
    return step
  }

  /// The range of least mean absolute error with codes up to `codes` on each side of zero. The
  /// error is a quarter of a step inside the range and the excess outside. Candidates are the bin
  /// edges.
  static func leastErrorRange(_ recorded: MagnitudeHistogram, codes: Double) -> Float {
    let bins = recorded.bins
    var (best, bestError) = (recorded.maximum, Double.infinity)
    // From the largest bin down: ever more lies beyond the range, and its excess follows from count
    // and sum alone.
    var (beyond, sumBeyond) = (0.0, 0.0)
    let total = Double(recorded.count)
    for bin in bins.reversed() {
      let edge = Double(bin.magnitude) + Double(bin.width) / 2
      guard edge > 0 else { break }
      let step = edge / codes
      let error = (total - beyond) * step / 4 + (sumBeyond - beyond * edge)
      if error < bestError { (best, bestError) = (Float(edge), error) }
      beyond += Double(bin.count)
      sumBeyond += Double(bin.count) * Double(bin.magnitude)
    }
    return best
  }
}
