import NumericKernels
import Testing

@testable import AnalogCore

@Suite struct MeasuredRangesTests {
  /// Ranges of slices differ by powers of two and are the smallest that cover each slice.
  @Test func slicesShareARangeUpToPowersOfTwo() throws {
    let peaks: [Float] = [100, 51, 50, 7, 0]
    let recorded = peaks.map { peak in
      var histogram = MagnitudeHistogram()
      for k in 0...1000 { histogram.add(peak * Float(k) / 1000) }
      return histogram
    }
    let ranges = try #require(
      MeasuredRanges.ranges(
        .uniform(bits: 8, range: .covering(percent: 100)), isBipolar: true, recorded: recorded))
    #expect(ranges == [100, 100, 50, 12.5, 100])
  }

  /// The chosen range has no larger error than any other, by conversion of the values themselves.
  @Test(arguments: [3, 5, 8])
  func noRangeErrsLess(bits: Int) throws {
    var random = RandomStream(seed: 61)
    // Sums of uniform values: a bulk with thin tails.
    let values = (0..<4000).map { _ in
      (0..<12).reduce(Float(0)) { sum, _ in sum + Float.random(in: -1...1, using: &random) }
    }
    var histogram = MagnitudeHistogram()
    for value in values { histogram.add(value) }
    let codes = Double(1 << (bits - 1) - 1)
    func error(_ range: Float) -> Double {
      let step = range / Float(codes)
      return values.reduce(0) { sum, x in
        let code = min(max((x / step).rounded(), -Float(codes)), Float(codes))
        return sum + Double((code * step - x).magnitude)
      }
    }
    let chosen = MeasuredRanges.leastErrorRange(histogram, codes: codes)
    #expect(chosen < histogram.maximum)
    let best = (1...200).map { error(histogram.maximum * Float($0) / 200) }.min() ?? 0
    // The law of a quarter of a step holds on average; 4000 values leave about 2 % of scatter.
    #expect(error(chosen) < 1.05 * best)
  }
}
