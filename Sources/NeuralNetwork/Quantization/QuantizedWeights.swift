import NumericKernels

/// Weights as signed integer codes: `value = scale (code − zero point)`, per output.
public struct QuantizedWeights: Sendable, Equatable {
  /// Which weights share a scale.
  public enum Granularity: String, Sendable, Codable, CaseIterable {
    /// One scale for the whole layer: its largest magnitude.
    case perLayer
    /// One scale per output: that output's largest magnitude.
    case perChannel
  }

  /// Codes `[outputs, inputs]` of `bits` bits.
  public let codes: Matrix<Int8>
  /// Width of the codes: 8 if the network stores them.
  public let bits: Int
  /// Real value of one code, per output.
  public let scales: [Float]
  /// Code of real zero, per output; empty if that is 0 for all. Arrays hold the codes as they are;
  /// what the zero points add, `−zero point · Σ x`, is subtracted digitally.
  public let zeroPoints: [Int]

  /// Codes `[outputs, inputs]` of `bits` bits, one scale per output and, unless all are 0, one zero
  /// point.
  public init(codes: Matrix<Int8>, scales: [Float], zeroPoints: [Int] = [], bits: Int = 8) {
    precondition(scales.count == codes.rows, "one scale per output")
    precondition(zeroPoints.isEmpty || zeroPoints.count == codes.rows, "one zero point per output")
    self.codes = codes
    self.scales = scales
    self.zeroPoints = zeroPoints
    self.bits = bits
  }

  /// A weight in units of its scale: its code less the zero point.
  public func integer(output: Int, input: Int) -> Int {
    Int(codes[output, input]) - (zeroPoints.isEmpty ? 0 : zeroPoints[output])
  }

  /// Symmetric codes within ±(2^(bits−1) − 1) of real weights `[outputs, inputs]`, rounded to nearest, ties to even;
  /// `nil` if the magnitude not exceeded by `percent` percent of the weights under a scale is zero
  /// although some weights are not: clipping would leave nothing of them.
  ///
  /// - Parameters:
  ///   - percent: Percentage of the weights under a scale that is not clipped, above 0 to 100.
  ///   - bits: Width of the codes, 2 to 8.
  public init?(
    _ weights: Matrix<Float>, granularity: Granularity, percent: Double, bits: Int = 8
  ) {
    precondition(percent > 0 && percent <= 100, "a part of the weights")
    precondition(LayerPrecision.weightRange.contains(bits), "weights have 2 to 8 bits")
    let highest = Float(1 << (bits - 1) - 1)
    func limit(_ values: some Sequence<Float>) -> Float? {
      let magnitudes = values.map(\.magnitude)
      let largest = magnitudes.max() ?? 0
      // All-zero weights have no scale of their own; any will do.
      guard largest > 0 else { return highest }
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
    let scales = limits.map { $0 / highest }
    self.scales = scales
    self.bits = bits
    zeroPoints = []
    codes = Matrix(rows: weights.rows, columns: weights.columns) { output, input in
      let code = (weights[output, input] / scales[output]).rounded(.toNearestOrEven)
      return Int8(min(max(code, -highest), highest))
    }
  }
}
