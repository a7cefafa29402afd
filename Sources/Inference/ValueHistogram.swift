/// Counts of values in equal bins.
public struct ValueHistogram: Sendable, Equatable, Codable {
  /// Lower end of the first bin and width of every bin, in the unit of the values.
  public var lowest: Double, width: Double
  /// Values in each bin; a value on an edge counts in the bin above.
  public var counts: [Int]

  /// Counts in bins of `width` from `lowest`.
  public init(lowest: Double, width: Double, counts: [Int]) {
    self.lowest = lowest
    self.width = width
    self.counts = counts
  }

  /// Values that were counted.
  public var total: Int { counts.reduce(0, +) }

  /// The histogram without the empty bins at its ends.
  var trimmed: ValueHistogram {
    guard let first = counts.firstIndex(where: { $0 > 0 }),
      let last = counts.lastIndex(where: { $0 > 0 })
    else { return ValueHistogram(lowest: lowest, width: width, counts: []) }
    return ValueHistogram(
      lowest: lowest + Double(first) * width, width: width, counts: Array(counts[first...last]))
  }
}

/// A histogram of values whose range is not known beforehand.
///
/// Bins start at multiples of their width. Whenever a value lies beyond them, neighbors merge and
/// the width doubles, so that the counts depend on the values alone, not on their order.
struct GrowingHistogram: Sendable, Equatable {
  /// Bins on each side of zero.
  static let half = 32
  private(set) var width: Double
  private(set) var counts = [Int](repeating: 0, count: 2 * half)

  /// An empty histogram with bins of `width`, a power of two.
  init(width: Double = 1) { self.width = width }

  /// Counts a value that is finite.
  mutating func add(_ value: Double) {
    guard value.isFinite else { return }
    var bin = (value / width).rounded(.down)
    while bin < -Double(Self.half) || bin >= Double(Self.half) {
      widen()
      bin = (value / width).rounded(.down)
    }
    counts[Int(bin) + Self.half] += 1
  }

  /// Counts the values that are finite.
  mutating func add(_ values: Span<Float>) {
    for k in values.indices { add(Double(values[k])) }
  }

  private mutating func widen() {
    var merged = [Int](repeating: 0, count: counts.count)
    for (k, count) in counts.enumerated() {
      // An arithmetic shift rounds down, as bins do.
      merged[((k - Self.half) >> 1) + Self.half] += count
    }
    counts = merged
    width *= 2
  }

  /// The counts with values in a unit of which one of these has `scale`, empty ends left out.
  func histogram(scale: Double) -> ValueHistogram {
    ValueHistogram(
      lowest: -Double(Self.half) * width * scale, width: width * scale, counts: counts
    ).trimmed
  }
}
