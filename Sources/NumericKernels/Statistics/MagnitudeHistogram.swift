/// Counts of magnitudes in bins of 0.4 % relative width, over the whole range of `Float`.
///
/// Adding is commutative and merging exact, so quantiles do not depend on the order of the data or
/// on how it was divided over tasks, and no range must be guessed in advance.
public struct MagnitudeHistogram: Sendable, Equatable {
  // Eight exponent bits and eight mantissa bits of the single-precision pattern.
  private static let shift: UInt32 = 15, binCount = 1 << 16, page = 1 << 8
  /// Counts of the bin that holds zero, then of the bins from `first` on: whole powers of two, as far
  /// as magnitudes reached. Those of a layer take a few dozen kilobytes; all bins would take 512.
  private var counts: [UInt64] = [0]
  /// The bin of `counts[1]`.
  private var first = 0

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
    let bin = Int(magnitude.bitPattern >> Self.shift)
    cover(bin...bin)
    counts[place(bin)] += 1
    count += 1
    if magnitude > maximum { maximum = magnitude }
  }

  /// Adds the magnitudes of finite values.
  public mutating func add(_ values: Span<Float>) {
    var (lowest, highest) = (UInt32.max, UInt32.min)
    for k in values.indices {
      let bits = values[k].magnitude.bitPattern
      // Those in the bin of zero need no place of their own.
      lowest = min(lowest, bits >> Self.shift == 0 ? .max : bits)
      highest = max(highest, bits)
    }
    if lowest <= highest {
      cover(Int(lowest >> Self.shift)...Int(highest >> Self.shift))
    }
    let first = first
    var bins = counts.mutableSpan
    for k in values.indices {
      let bin = Int(values[k].magnitude.bitPattern >> Self.shift)
      bins[bin == 0 ? 0 : bin - first + 1] += 1
    }
    count += UInt64(values.count)
    maximum = max(maximum, Float(bitPattern: highest))
  }

  /// Adds everything that `other` counted.
  public mutating func merge(_ other: MagnitudeHistogram) {
    if other.counts.count > 1 { cover(other.first...other.first + other.counts.count - 2) }
    counts[0] += other.counts[0]
    let shift = other.first - first
    for k in other.counts.indices.dropFirst() { counts[k + shift] += other.counts[k] }
    count += other.count
    maximum = max(maximum, other.maximum)
  }

  /// Where the count of a bin is that `cover` made room for.
  private func place(_ bin: Int) -> Int { bin == 0 ? 0 : bin - first + 1 }

  /// Makes room for bins.
  @inline(__always)
  private mutating func cover(_ bins: ClosedRange<Int>) {
    let lower = max(bins.lowerBound, 1)
    guard bins.upperBound >= lower, lower < first || bins.upperBound >= first + counts.count - 1
    else { return }
    extend(to: lower...bins.upperBound)
  }

  @inline(never)
  private mutating func extend(to bins: ClosedRange<Int>) {
    let held = counts.count - 1
    let low = min(bins.lowerBound, held == 0 ? .max : first) / Self.page * Self.page
    let high = max(bins.upperBound + 1, held == 0 ? 0 : first + held)
    let size = (high - low + Self.page - 1) / Self.page * Self.page
    var wider = [UInt64](repeating: 0, count: size + 1)
    wider[0] = counts[0]
    for k in 0..<held { wider[first - low + k + 1] = counts[k + 1] }
    (counts, first) = (wider, low)
  }

  /// Bins that hold something, ascending, and their counts.
  private var filled: [(bin: Int, count: UInt64)] {
    counts.indices.compactMap { place in
      counts[place] > 0 ? (place == 0 ? 0 : first + place - 1, counts[place]) : nil
    }
  }

  public static func == (a: MagnitudeHistogram, b: MagnitudeHistogram) -> Bool {
    a.maximum == b.maximum && a.filled.elementsEqual(b.filled) { $0 == $1 }
  }

  /// The bins that hold something: middle, width and count.
  public var bins: [(magnitude: Float, width: Float, count: UInt64)] {
    filled.map { bin, count in
      let low = Float(bitPattern: UInt32(bin) << Self.shift)
      let high = min(maximum, Float(bitPattern: UInt32(bin + 1) << Self.shift))
      return ((low + high) / 2, high - low, count)
    }
  }

  /// Indices of the bins that hold something, ascending, and their counts.
  package var filledBins: (indices: [UInt64], counts: [UInt64]) {
    let filled = filled
    return (filled.map { UInt64($0.bin) }, filled.map(\.count))
  }

  /// The histogram with these filled bins and this maximum; `nil` if there is none.
  package init?(indices: [UInt64], counts: [UInt64], maximum: Float) {
    guard indices.count == counts.count else { return nil }
    for (index, own) in zip(indices, counts) {
      let (sum, overflow) = count.addingReportingOverflow(own)
      guard index < Self.binCount, !overflow else { return nil }
      cover(Int(index)...Int(index))
      guard self.counts[place(Int(index))] == 0 else { return nil }
      self.counts[place(Int(index))] = own
      count = sum
    }
    self.maximum = maximum
  }

  /// Number of magnitudes in the bins that begin at or below `limit`: all up to it, and at most those
  /// within 0.4 % above it.
  public func count(upTo limit: Float) -> UInt64 {
    let last = Int(limit.magnitude.bitPattern >> Self.shift)
    return filled.reduce(0) { $1.bin <= last ? $0 + $1.count : $0 }
  }

  /// The smallest bin edge that at least the fraction `q` of all magnitudes does not exceed: within
  /// 0.4 % above the quantile. Zero if nothing was added.
  public func quantile(_ q: Double) -> Float {
    guard count > 0 else { return 0 }
    let wanted = UInt64((q * Double(count)).rounded(.up))
    var seen: UInt64 = 0
    for (bin, n) in filled {
      seen += n
      if seen >= wanted {
        return min(maximum, Float(bitPattern: UInt32(bin + 1) << Self.shift))
      }
    }
    return maximum
  }
}
