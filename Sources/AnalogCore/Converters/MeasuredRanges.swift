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
    case .covering(let percent):
      wanted = recorded.map { histogram in
        // In high slices, fewer values may be nonzero than the percentile leaves out.
        let range = histogram.quantile(percent / 100)
        return recorded.count > 1 && range < 1e-30 ? histogram.maximum : range
      }
    case .leastError:
      wanted = recorded.map { leastErrorRange($0, codes: codes) }
    case .maximum, .granular: return nil
    }
    guard let largest = wanted.max(), largest > 0 else { return wanted }
    return wanted.map { range in
      guard range > 0 else { return largest }
      var shared = largest
      while shared / 2 >= range { shared /= 2 }
      return shared
    }
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
