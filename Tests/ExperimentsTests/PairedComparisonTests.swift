import Foundation
import Testing

@testable import Experiments

@Suite struct PairedComparisonTests {
  /// `onlyFirst` and `onlySecond` as given, `both` and `neither` images on top.
  private func compare(_ b: Int, _ c: Int, both: Int = 0, neither: Int = 0) -> PairedComparison {
    let first = [Int](repeating: 1, count: both + b) + [Int](repeating: 0, count: c + neither)
    let second =
      [Int](repeating: 1, count: both) + [Int](repeating: 0, count: b)
      + [Int](repeating: 1, count: c) + [Int](repeating: 0, count: neither)
    return PairedComparison(
      first: first, second: second, labels: [Int](repeating: 1, count: first.count))
  }

  @Test func imagesFallIntoFourCells() {
    let made = compare(2, 3, both: 5, neither: 7)
    let cells: [Int] = [made.both, made.onlyFirst, made.onlySecond, made.neither]
    #expect(cells == [5, 2, 3, 7])
    #expect(made.count == 17)
  }

  /// With all on one side, `p = 2 · 2⁻ⁿ`; 1 of 4 gives `2 (1 + 4) / 16`; even splits give 1.
  @Test func exactValuesAreBinomialTails() {
    // A few ulp of the logarithms, whose magnitudes stay below 100.
    let tolerance = 1e-12
    for n in 1...60 {
      #expect(abs(compare(0, n).exactPValue / (2 * pow(0.5, Double(n))) - 1) < tolerance)
    }
    #expect(abs(compare(1, 3).exactPValue - 0.625) < tolerance)
    #expect(abs(compare(3, 1).exactPValue - 0.625) < tolerance)
    for n in [0, 1, 5, 4000] { #expect(compare(n, n).exactPValue == 1) }
    let large = compare(3000, 3400).exactPValue
    // The corrected normal approximation is good to parts of a per cent at this count.
    #expect(abs(large / compare(3000, 3400).continuityCorrected.pValue - 1) < 0.01)
  }

  @Test func correctedStatisticIsEdwards() {
    let made = compare(10, 20, both: 100)
    #expect(made.continuityCorrected.statistic == 2.7)
    // χ²₁ above z² is both tails of the normal beyond z.
    #expect(compare(0, 0).continuityCorrected.pValue == 1)
    #expect(compare(4, 5).continuityCorrected.statistic == 0)
    #expect(compare(4, 5).continuityCorrected.pValue == 1)
    #expect(abs(erfc(PairedComparison.normalQuantile / 2.0.squareRoot()) - 0.05) < 1e-15)
  }

  /// The paired variance is that of the differences −1, 0, 1 themselves.
  @Test(arguments: [(3, 9, 40, 8), (0, 0, 5, 5), (7, 0, 0, 0), (50, 20, 300, 130)])
  func differenceHasTheVarianceOfItsTerms(b: Int, c: Int, both: Int, neither: Int) {
    let made = compare(b, c, both: both, neither: neither)
    let terms =
      [Double](repeating: -1, count: b) + [Double](repeating: 1, count: c)
      + [Double](repeating: 0, count: both + neither)
    let n = Double(terms.count)
    let mean = terms.reduce(0, +) / n
    let variance = terms.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    #expect(abs(made.difference.value - mean) < 1e-15)
    let half = PairedComparison.normalQuantile * (variance / n).squareRoot()
    #expect(abs(made.difference.halfWidth - half) < 1e-12)
  }

  /// Wilson's ends are where the score statistic is the quantile; 0 of n has `z² / (n + z²)`.
  @Test(arguments: [(0, 10), (10, 10), (1, 3), (287, 500), (356, 500)])
  func wilsonEndsSolveTheScoreEquation(correct: Int, count: Int) {
    let interval = PairedComparison.wilsonInterval(correct: correct, count: count)
    let (n, z) = (Double(count), PairedComparison.normalQuantile)
    let p = Double(correct) / n
    for end in [interval.lowerBound, interval.upperBound] where end > 1e-12 && end < 1 - 1e-12 {
      #expect(abs(abs(p - end) / (end * (1 - end) / n).squareRoot() - z) < 1e-9)
    }
    #expect(interval.contains(p) || correct == 0 || correct == count)
    if correct == 0 { #expect(abs(interval.upperBound - z * z / (n + z * z)) < 1e-12) }
  }
}
