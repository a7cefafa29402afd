/// Real values as integer codes: `value = scale (code − zero point)`.
///
/// Rounding is to nearest, ties to even; codes beyond the range saturate (ONNX `QuantizeLinear`).
public struct AffineQuantization: Sendable, Equatable {
  /// Real value of one code: one for the whole tensor, or one per position of `axis`.
  public let scales: [Float]
  /// Code of real zero, as many as scales.
  public let zeroPoints: [Int]
  /// Axis that the scales go along; without meaning for one scale.
  public let axis: Int
  /// Codes of the integer type.
  public let codes: ClosedRange<Int>

  /// A quantisation; scales are positive and finite, and zero points are codes.
  public init(scales: [Float], zeroPoints: [Int], axis: Int = 0, codes: ClosedRange<Int>) {
    precondition(!scales.isEmpty && scales.count == zeroPoints.count, "one zero point per scale")
    precondition(scales.allSatisfy { $0 > 0 && $0.isFinite }, "scales are positive")
    self.scales = scales
    self.zeroPoints = zeroPoints
    self.axis = axis
    self.codes = codes
  }

  /// Whether one scale serves the whole tensor.
  public var isPerTensor: Bool { scales.count == 1 }

  func check(_ shape: [Int]) throws(OperatorError) {
    guard !isPerTensor else { return }
    let place = try Operation.resolve(axis, in: shape)
    guard shape[place] == scales.count else {
      throw OperatorError("has \(scales.count) scales along axis \(axis)")
    }
  }

  /// Codes of real values.
  func quantize(_ x: Tensor) throws(OperatorError) -> Tensor {
    try applied(to: x) { values, scale, zero, range in
      let low = Float(codes.lowerBound - zero)
      let high = Float(codes.upperBound - zero)
      for k in range {
        // What is not a number stays so, for the check of the results to name.
        let rounded = (values[k] / scale).rounded(.toNearestOrEven)
        let raised = rounded < low ? low : rounded
        values[k] = (raised > high ? high : raised) + Float(zero)
      }
    }
  }

  /// Real values of codes.
  func dequantize(_ x: Tensor) throws(OperatorError) -> Tensor {
    try applied(to: x) { values, scale, zero, range in
      for k in range { values[k] = (values[k] - Float(zero)) * scale }
    }
  }

  @inline(__always)
  private func applied(
    to x: Tensor, _ body: (inout [Float], Float, Int, Range<Int>) -> Void
  ) throws(OperatorError) -> Tensor {
    try check(x.shape)
    var result = x
    guard !isPerTensor else {
      body(&result.values, scales[0], zeroPoints[0], 0..<x.count)
      return result
    }
    let place = try Operation.resolve(axis, in: x.shape)
    let inner = x.shape[(place + 1)...].reduce(1, *)
    for run in 0..<x.count / max(inner, 1) {
      let channel = run % scales.count
      body(&result.values, scales[channel], zeroPoints[channel], run * inner..<(run + 1) * inner)
    }
    return result
  }
}
