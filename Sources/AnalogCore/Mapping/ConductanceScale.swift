import NumericKernels

/// The weight magnitude of a layer that the largest conductance stands for.
public enum ConductanceScale: Sendable, Equatable {
  /// The largest possible code: of 8 bits 127, or 128 if −128 occurs.
  case codes
  /// The largest magnitude in the layer.
  case maximum
  /// The magnitude that `percent` percent of the layer's weights do not exceed; larger ones are
  /// clipped.
  case percentile(percent: Double)

  /// The code magnitude that uses the full range of a cell, at least 1.
  public func weightLevels(of weights: WeightCodes) -> Int {
    let codes = weights.codes
    let highest = 1 << (weights.bits - 1) - 1
    let largest = codes.elements.contains { Int($0) < -highest } ? highest + 1 : highest
    if case .codes = self { return largest }
    var counts = [Int](repeating: 0, count: 129)
    for code in codes.elements { counts[Int(code.magnitude)] += 1 }
    var wanted = codes.elements.count
    if case .percentile(let percent) = self {
      wanted = Int((percent / 100 * Double(wanted)).rounded(.up))
    }
    var seen = 0
    for (magnitude, count) in counts.enumerated() {
      seen += count
      if seen >= wanted { return max(magnitude, 1) }
    }
    return largest
  }
}
