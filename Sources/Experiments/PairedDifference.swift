/// A figure of a path less that of the digital integer network, on the same images.
public struct PairedDifference: Sendable, Codable, Equatable {
  /// The difference.
  public var value: Double
  /// Half width of its 95 % interval, from the spread of the differences of single images; `nil`
  /// for a single image.
  public var halfWidth: Double?

  /// The mean of differences of single images.
  init?(_ differences: [Double]) {
    guard !differences.isEmpty else { return nil }
    let n = Double(differences.count)
    let mean = differences.reduce(0, +) / n
    value = mean
    guard n > 1 else { return }
    let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    halfWidth = PairedComparison.normalQuantile * (squares / (n - 1) / n).squareRoot()
  }

  /// The difference of figures that are no means over images: `without` gives it with one image left
  /// out (the delete-one jackknife; Efron and Stein, Ann. Stat. 9, 586, 1981).
  init(_ value: Double, without: [Double]) {
    self.value = value
    let n = Double(without.count)
    guard n > 1 else { return }
    let mean = without.reduce(0, +) / n
    let squares = without.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    halfWidth = PairedComparison.normalQuantile * ((n - 1) / n * squares).squareRoot()
  }
}
