/// Real values as integer codes: `value = scale (code − zero point)`.
///
/// Rounding is to nearest, ties to even; codes beyond the range saturate (ONNX `QuantizeLinear`).
public struct AffineQuantization: Sendable, Equatable {
  /// Real value of one code: one for the whole tensor, or one per position of `axis`.
  public let scales: [Float]
  /// Code of real zero, as many as scales.
  public let zeroPoints: [Int]
  /// Axis along which the scales vary; meaningless for a single scale.
  public let axis: Int
  /// Codes of the integer type.
  public let codes: ClosedRange<Int>

  /// A quantization; scales are positive and finite, and zero points are codes.
  public init(scales: [Float], zeroPoints: [Int], axis: Int = 0, codes: ClosedRange<Int>) {
    precondition(!scales.isEmpty && scales.count == zeroPoints.count, "one zero point per scale")
    precondition(scales.allSatisfy { $0 > 0 && $0.isFinite }, "scales are positive")
    self.scales = scales
    self.zeroPoints = zeroPoints
    self.axis = axis
    self.codes = codes
  }

  /// Whether the whole tensor has one scale.
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
    try applied(to: x) { value, scale, zero in
      let low = Float(codes.lowerBound) - zero
      let high = Float(codes.upperBound) - zero
      // NaN stays NaN, so that the check of the results reports it.
      let rounded = (value / scale).rounded(.toNearestOrEven)
      let raised = rounded < low ? low : rounded
      return (raised > high ? high : raised) + zero
    }
  }

  /// Real values of codes.
  func dequantize(_ x: Tensor) throws(OperatorError) -> Tensor {
    try applied(to: x) { value, scale, zero in (value - zero) * scale }
  }

  @inline(__always)
  private func applied(
    to x: Tensor, _ body: (_ value: Float, _ scale: Float, _ zero: Float) -> Float
  ) throws(OperatorError) -> Tensor {
    try check(x.shape)
    var inner = x.count
    if !isPerTensor {
      inner = x.shape[(try Operation.resolve(axis, in: x.shape) + 1)...].reduce(1, *)
    }
    var result = x.values
    var out = result.mutableSpan
    for run in 0..<x.count / max(inner, 1) {
      let (scale, zero) = (scales[run % scales.count], Float(zeroPoints[run % scales.count]))
      var values = out._mutatingExtracting(run * inner..<(run + 1) * inner)
      for k in values.indices { values[k] = body(values[k], scale, zero) }
    }
    return Tensor(shape: x.shape, values: result)
  }
}
