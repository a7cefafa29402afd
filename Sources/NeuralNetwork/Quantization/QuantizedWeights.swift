import NumericKernels

/// Weights as signed integer codes with the real value of one code per output.
public struct QuantizedWeights: Sendable, Equatable {
  /// Which weights share a scale.
  public enum Granularity: String, Sendable, Codable, CaseIterable {
    /// One scale for the whole layer: its largest magnitude.
    case perLayer
    /// One scale per output: that output's largest magnitude.
    case perChannel
  }

  /// Codes `[outputs, inputs]` within ±127.
  public let codes: Matrix<Int8>
  /// Real value of one code, per output.
  public let scales: [Float]

  /// Codes `[outputs, inputs]` stored in a network, one positive scale per output.
  public init(codes: Matrix<Int8>, scales: [Float]) {
    precondition(scales.count == codes.rows, "one scale per output")
    self.codes = codes
    self.scales = scales
  }

  /// Symmetric 8-bit codes of real weights `[outputs, inputs]`, rounded to nearest, ties to even;
  /// `nil` if the magnitude not exceeded by `percent` percent of the weights under a scale is zero
  /// although some weights are not: clipping would leave nothing of them.
  ///
  /// - Parameter percent: Percentage of the weights under a scale that is not clipped, above 0 to
  ///   100.
  public init?(_ weights: Matrix<Float>, granularity: Granularity, percent: Double) {
    precondition(percent > 0 && percent <= 100, "a part of the weights")
    func limit(_ values: some Sequence<Float>) -> Float? {
      let magnitudes = values.map(\.magnitude)
      let largest = magnitudes.max() ?? 0
      // All-zero weights have no scale of their own; any will do.
      guard largest > 0 else { return 127 }
      guard percent < 100 else { return largest }
      let covered = Int((percent / 100 * Double(magnitudes.count)).rounded(.up))
      let range = magnitudes.sorted()[max(covered, 1) - 1]
      return range > 0 ? range : nil
    }
    var limits: [Float] = []
    switch granularity {
    case .perLayer:
      guard let range = limit(weights.elements) else { return nil }
      limits = Array(repeating: range, count: weights.rows)
    case .perChannel:
      for output in 0..<weights.rows {
        guard let range = limit(weights.row(output)) else { return nil }
        limits.append(range)
      }
    }
    let scales = limits.map { $0 / 127 }
    self.scales = scales
    codes = Matrix(rows: weights.rows, columns: weights.columns) { output, input in
      let code = (weights[output, input] / scales[output]).rounded(.toNearestOrEven)
      return Int8(min(max(code, -127), 127))
    }
  }
}
