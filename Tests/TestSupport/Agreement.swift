/// Largest difference of two lists over the largest magnitude of the reference; zero for two lists
/// of zeros, infinite for lists of different length or values that are not numbers.
public func relativeDifference(_ values: [Double], _ reference: [Double]) -> Double {
  guard values.count == reference.count else { return .infinity }
  var worst = 0.0
  var peak = 0.0
  for (a, b) in zip(values, reference) {
    guard a.isFinite, b.isFinite else { return .infinity }
    worst = max(worst, (a - b).magnitude)
    peak = max(peak, b.magnitude)
  }
  return worst == 0 ? 0 : worst / peak
}

/// Agreement asked of exact paths.
public enum Tolerance {
  /// Double-precision structured solver against CHOLMOD: some thousand roundings in each.
  public static let exactDouble = 1e-9
  /// Single-precision structured solver against CHOLMOD: 1152 sums of positive terms lose at most
  /// 1152 · 2⁻²⁴ = 7e-5 in the worst case and about its square root, 2e-6, in practice.
  public static let exactSingle = 1e-5
}
