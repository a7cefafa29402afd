import NumericKernels
import Testing

@Suite struct StatisticsTests {
  /// Quantiles are within a bin (0.4 %) above the true ones.
  @Test(arguments: [0.001, 0.5, 0.9, 0.9998, 1.0])
  func quantilesAreWithinABin(q: Double) {
    var random = RandomStream(seed: 7)
    let values = (0..<20_000).map { _ in Float.random(in: -3...1, using: &random) }
    var histogram = MagnitudeHistogram()
    for value in values { histogram.add(value) }
    let sorted = values.map(\.magnitude).sorted()
    let truth = sorted[max(Int((q * 20_000).rounded(.up)) - 1, 0)]
    #expect(histogram.quantile(q) >= truth)
    #expect(histogram.quantile(q) <= truth * (1 + 1.0 / 128))
    #expect(histogram.quantile(1) == sorted.last)
  }

  /// Merging parts is the same as adding all to one, to the bit.
  @Test func mergingIsExact() {
    var random = RandomStream(seed: 8)
    var (whole, parts) = (MagnitudeHistogram(), [MagnitudeHistogram](repeating: .init(), count: 3))
    for k in 0..<3000 {
      let value = Float.random(in: 0...1e6, using: &random)
      whole.add(value)
      parts[k % 3].add(value)
    }
    var merged = parts[2]
    merged.merge(parts[0])
    merged.merge(parts[1])
    #expect(merged == whole)
  }

  @Test func valuesAtOnceCountAsOneByOne() {
    let values: [Float] = [0, -3, 1e-30, 7.25, 7.25, -.greatestFiniteMagnitude]
    var (whole, single) = (MagnitudeHistogram(), MagnitudeHistogram())
    whole.add(values.span)
    for value in values { single.add(value) }
    #expect(whole == single && whole.count == 6)
  }

  /// Filled bins and the maximum are all of a histogram.
  @Test func filledBinsGiveTheHistogramBack() throws {
    var histogram = MagnitudeHistogram()
    for values in [[], [0, -3, 1e-30, 7.25, 7.25, .greatestFiniteMagnitude] as [Float]] {
      histogram.add(values.span)
      let (indices, counts) = histogram.filledBins
      let maximum = histogram.maximum
      #expect(
        MagnitudeHistogram(indices: indices, counts: counts, maximum: maximum) == histogram)
      #expect(MagnitudeHistogram(indices: indices + [5], counts: counts, maximum: 1) == nil)
    }
    #expect(MagnitudeHistogram(indices: [1 << 16], counts: [1], maximum: 1) == nil)
    #expect(MagnitudeHistogram(indices: [3, 3], counts: [1, 1], maximum: 1) == nil)
    #expect(MagnitudeHistogram(indices: [3, 4], counts: [.max, 1], maximum: 1) == nil)
  }

  /// Room for bins grows with what is added, in any order, and equal contents are equal histograms.
  @Test func roomForBinsDoesNotShow() {
    let values: [Float] = [0, 3, 0x1p-132, 2e-3, 1e30, 0, 7, 1e-20, -3]
    var (forward, backward, together) = (
      MagnitudeHistogram(), MagnitudeHistogram(), MagnitudeHistogram()
    )
    for value in values { forward.add(value) }
    for value in values.reversed() {
      var one = MagnitudeHistogram()
      one.add(value)
      backward.merge(one)
    }
    together.add(values.span)
    #expect(forward == backward && forward == together)
    #expect(forward.count == 9 && forward.maximum == 1e30)
    #expect(forward.bins.map(\.count) == [2, 1, 1, 1, 2, 1, 1])
    #expect(forward.count(upTo: 0) == 2 && forward.count(upTo: 1) == 5)
    var other = forward
    other.add(2e-3)
    #expect(other != forward)
  }

  @Test func anEmptyHistogramHasNoRange() { #expect(MagnitudeHistogram().quantile(0.5) == 0) }
}

@Suite struct StratifiedSampleTests {
  /// One index per part, ascending; all where there are not more; no even step.
  @Test(arguments: [(0, 10), (1, 1), (4, 4), (9, 4), (64, 16_384), (7, 1000), (3, 5)])
  func indicesAreOnePerPart(count: Int, total: Int) {
    let indices = stratifiedIndices(count, of: total)
    #expect(indices.count == min(count, total))
    for (k, index) in indices.enumerated() where count < total {
      #expect(index >= k * total / count && index < (k + 1) * total / count)
    }
    if count == 64 { #expect(Set(indices.map { $0 % 32 }).count > 20) }
  }
}
