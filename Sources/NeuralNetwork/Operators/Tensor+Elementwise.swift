import Foundation

extension Tensor {
  /// The tensor with `transform` applied to every value.
  @inline(__always)
  func map(_ transform: (Float) -> Float) -> Tensor {
    Tensor(shape: shape, values: values.map(transform))
  }

  /// Combines two tensors value by value, each broadcast to `extents`.
  @inline(__always)
  func combined(
    with other: Tensor, to extents: [Int], _ combine: (Float, Float) -> Float
  ) -> Tensor {
    var result = broadcast(to: extents)
    let other = other.broadcast(to: extents)
    for k in result.values.indices { result.values[k] = combine(result.values[k], other.values[k]) }
    return result
  }

  /// Normalised exponentials along `axis`, which is not negative.
  func softmax(axis: Int) -> Tensor {
    let (extent, inner) = (shape[axis], shape[(axis + 1)...].reduce(1, *))
    var result = self
    for outer in 0..<shape[..<axis].reduce(1, *) {
      for k in 0..<inner {
        let positions = (0..<extent).map { (outer * extent + $0) * inner + k }
        // Shifted by the maximum so that no exponential overflows.
        let peak = positions.reduce(-Float.infinity) { max($0, values[$1]) }
        var sum: Float = 0
        for p in positions {
          result.values[p] = exp(values[p] - peak)
          sum += result.values[p]
        }
        for p in positions { result.values[p] /= sum }
      }
    }
    return result
  }
}
