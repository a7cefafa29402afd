import NumericKernels

/// Codes 0 … 255 with the scale and the zero point that cover the values of one input (ONNX
/// `DynamicQuantizeLinear`): all three are written one behind the other, as `count + 2` values.
enum DynamicQuantization {
  static func apply(_ x: Tensor) -> Tensor {
    let low = x.values.reduce(Float(0)) { min($0, $1) }
    let high = x.values.reduce(Float(0)) { max($0, $1) }
    // NaN stays NaN, so that the check of the results reports it.
    let isFinite = x.values.span.areFinite
    let range = (high - low) / 255
    let scale: Float = !isFinite ? .nan : range > 0 ? range : 1
    let zero = min(max(-low / scale, 0), 255).rounded(.toNearestOrEven)
    let codes = x.values.map {
      min(max(($0 / scale).rounded(.toNearestOrEven) + zero, 0), 255)
    }
    return Tensor(shape: [x.count + 2], values: codes + [scale, zero])
  }
}
