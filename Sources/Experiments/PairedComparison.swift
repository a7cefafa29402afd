import Foundation

/// Two classifiers on the same images: the images that each gets right, and the significance of the
/// difference.
public struct PairedComparison: Sendable, Equatable, Codable {
  /// Images that both classify correctly, only the first, only the second, neither.
  public var both: Int, onlyFirst: Int, onlySecond: Int, neither: Int

  /// Counts over images; the predictions and labels are in one order.
  public init(first: [Int], second: [Int], labels: [Int]) {
    precondition(
      first.count == labels.count && second.count == labels.count, "one prediction per label")
    (both, onlyFirst, onlySecond, neither) = (0, 0, 0, 0)
    for (k, label) in labels.enumerated() {
      switch (first[k] == label, second[k] == label) {
      case (true, true): both += 1
      case (true, false): onlyFirst += 1
      case (false, true): onlySecond += 1
      case (false, false): neither += 1
      }
    }
  }

  /// Images in all.
  public var count: Int { both + onlyFirst + onlySecond + neither }

  /// Two-sided exact p-value of McNemar's test: the chance of so uneven a split of the images on
  /// which only one is right, were each as likely to be right.
  public var exactPValue: Double {
    let discordant = onlyFirst + onlySecond
    guard discordant > 0 else { return 1 }
    let smaller = min(onlyFirst, onlySecond)
    // Sums of binomial(n, k) 2^-n through logarithms: no overflow at any count.
    let n = Double(discordant)
    var tail = 0.0
    for k in 0...smaller {
      let ways = lgamma(n + 1) - lgamma(Double(k) + 1) - lgamma(n - Double(k) + 1)
      tail += exp(ways - n * log(2.0))
    }
    return min(1, 2 * tail)
  }

  /// McNemar's statistic with Edwards's continuity correction, `(|b − c| − 1)² / (b + c)`, and its
  /// p-value from χ² with one degree of freedom; trustworthy from about 25 discordant images on.
  public var continuityCorrected: (statistic: Double, pValue: Double) {
    let discordant = onlyFirst + onlySecond
    guard discordant > 0 else { return (0, 1) }
    let gap = max(0, abs(onlyFirst - onlySecond) - 1)
    let statistic = Double(gap * gap) / Double(discordant)
    return (statistic, erfc((statistic / 2).squareRoot()))
  }

  /// Accuracy of the second less that of the first, with the half width of its 95 % interval from
  /// the paired variance, `√(b + c − (b − c)² / n) / n` (Agresti, Categorical Data Analysis, 10.1).
  public var difference: (value: Double, halfWidth: Double) {
    guard count > 0 else { return (0, 0) }
    let n = Double(count)
    let gap = Double(onlySecond - onlyFirst)
    let variance = max(0, Double(onlyFirst + onlySecond) - gap * gap / n)
    return (gap / n, Self.normalQuantile * variance.squareRoot() / n)
  }

  /// 97.5 % quantile of the normal distribution.
  static let normalQuantile = 1.959963984540054

  /// Wilson's 95 % interval of a fraction `correct / count` (J. Am. Stat. Assoc. 22, 209, 1927).
  public static func wilsonInterval(correct: Int, count: Int) -> ClosedRange<Double> {
    precondition(count > 0 && (0...count).contains(correct), "a fraction of no images")
    let n = Double(count)
    let p = Double(correct) / n
    let z2 = normalQuantile * normalQuantile
    let center = (p + z2 / (2 * n)) / (1 + z2 / n)
    let half =
      normalQuantile / (1 + z2 / n) * (p * (1 - p) / n + z2 / (4 * n * n)).squareRoot()
    // If all or none are correct, the interval ends there, which rounding would miss.
    let low = correct == 0 ? 0 : max(0, center - half)
    return low...(correct == count ? 1 : min(1, center + half))
  }
}
