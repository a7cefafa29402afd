/// Counts of magnitudes in bins of 0.4 % relative width, over the whole range of `Float`.
///
/// Adding is commutative and merging exact, so quantiles do not depend on the order of the data or
/// on how it was divided over tasks, and no range must be guessed in advance.
public struct MagnitudeHistogram: Sendable, Equatable {
  // Eight exponent bits and eight mantissa bits of the single-precision pattern.
  private static let shift: UInt32 = 15
  private var counts = [UInt64](repeating: 0, count: 1 << 16)

  /// Number of values added.
  public private(set) var count: UInt64 = 0
  /// Largest magnitude added, exactly; zero if none.
  public private(set) var maximum: Float = 0

  /// An empty histogram.
  public init() {}

  /// Adds the magnitude of `value`, which must be finite.
  @inline(__always)
  public mutating func add(_ value: Float) {
    let magnitude = value.magnitude
    counts[Int(magnitude.bitPattern >> Self.shift)] += 1
    count += 1
    if magnitude > maximum { maximum = magnitude }
  }

  /// Adds the magnitudes of finite values.
  public mutating func add(_ values: Span<Float>) {
    var largest = maximum
    var bins = counts.mutableSpan
    for k in values.indices {
      let magnitude = values[k].magnitude
      bins[Int(magnitude.bitPattern >> Self.shift)] += 1
      largest = max(largest, magnitude)
    }
    count += UInt64(values.count)
    maximum = largest
  }

  /// Adds everything that `other` counted.
  public mutating func merge(_ other: MagnitudeHistogram) {
    for k in counts.indices { counts[k] += other.counts[k] }
    count += other.count
    maximum = max(maximum, other.maximum)
  }

  /// The bins that hold something: middle, width and count.
  public var bins: [(magnitude: Float, width: Float, count: UInt64)] {
    counts.indices.compactMap { bin in
      guard counts[bin] > 0 else { return nil }
      let low = Float(bitPattern: UInt32(bin) << Self.shift)
      let high = min(maximum, Float(bitPattern: UInt32(bin + 1) << Self.shift))
      return ((low + high) / 2, high - low, counts[bin])
    }
  }

  /// Indices of the bins that hold something, ascending, and their counts.
  package var filledBins: (indices: [UInt64], counts: [UInt64]) {
    let filled = counts.indices.filter { counts[$0] > 0 }
    return (filled.map { UInt64($0) }, filled.map { counts[$0] })
  }

  /// The histogram with these filled bins and this maximum; `nil` if there is none.
  package init?(indices: [UInt64], counts: [UInt64], maximum: Float) {
    guard indices.count == counts.count else { return nil }
    for (index, own) in zip(indices, counts) {
      let (sum, overflow) = count.addingReportingOverflow(own)
      guard index < self.counts.count, self.counts[Int(index)] == 0, !overflow else { return nil }
      self.counts[Int(index)] = own
      count = sum
    }
    self.maximum = maximum
  }

  /// Number of magnitudes in the bins that begin at or below `limit`: all up to it, and at most those
  /// within 0.4 % above it.
  public func count(upTo limit: Float) -> UInt64 {
    counts[...Int(limit.magnitude.bitPattern >> Self.shift)].reduce(0, +)
  }

  /// The smallest bin edge that at least the fraction `q` of all magnitudes does not exceed: within
  /// 0.4 % above the quantile. Zero if nothing was added.
  public func quantile(_ q: Double) -> Float {
    guard count > 0 else { return 0 }
    let wanted = UInt64((q * Double(count)).rounded(.up))
    var seen: UInt64 = 0
    for (bin, n) in counts.enumerated() where n > 0 {
      seen += n
      if seen >= wanted {
        return min(maximum, Float(bitPattern: UInt32(bin + 1) << Self.shift))
      }
    }
    return maximum
  }
}
