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

  /// Codes `[outputs, inputs]` that a network brings along, one positive scale per output.
  public init(codes: Matrix<Int8>, scales: [Float]) {
    precondition(scales.count == codes.rows, "one scale per output")
    self.codes = codes
    self.scales = scales
  }

  /// Symmetric 8-bit codes of real weights `[outputs, inputs]`, rounded to nearest, ties to even.
  public init(_ weights: Matrix<Float>, granularity: Granularity) {
    func peak(_ values: some Sequence<Float>) -> Float {
      values.reduce(0) { max($0, $1.magnitude) }
    }
    let layerPeak = peak(weights.elements)
    scales = (0..<weights.rows).map { output in
      let limit = granularity == .perLayer ? layerPeak : peak(weights.row(output))
      // All-zero weights have no scale of their own; any will do.
      return limit > 0 ? limit / 127 : 1
    }
    let scales = scales
    codes = Matrix(rows: weights.rows, columns: weights.columns) { output, input in
      Int8((weights[output, input] / scales[output]).rounded(.toNearestOrEven))
    }
  }
}
