import Foundation

extension Tensor {
  /// The tensor with `transform` applied to every value.
  @inline(__always)
  func map(_ transform: (Float) -> Float) -> Tensor {
    var result = values
    var out = result.mutableSpan
    for k in out.indices { out[k] = transform(out[k]) }
    return Tensor(shape: shape, values: result)
  }

  /// Combines two tensors value by value, each broadcast to `extents`.
  @inline(__always)
  func combined(
    with other: Tensor, to extents: [Int], _ combine: (Float, Float) -> Float
  ) -> Tensor {
    var result = broadcast(to: extents).values
    var out = result.mutableSpan
    if other.values.count == 1 {
      let value = other.values[0]
      for k in out.indices { out[k] = combine(out[k], value) }
    } else {
      let other = other.broadcast(to: extents).values
      let second = other.span
      for k in out.indices { out[k] = combine(out[k], second[k]) }
    }
    return Tensor(shape: extents, values: result)
  }

  /// Normalized exponentials along `axis`, which is not negative, or their logarithms.
  func softmax(axis: Int, isLogarithm: Bool) -> Tensor {
    let (extent, inner) = (shape[axis], shape[(axis + 1)...].reduce(1, *))
    var result = self
    for outer in 0..<shape[..<axis].reduce(1, *) {
      for k in 0..<inner {
        let first = outer * extent * inner + k
        let positions = stride(from: first, to: first + extent * inner, by: inner)
        // Shifted by the maximum so that no exponential overflows.
        let peak = positions.reduce(-Float.infinity) { max($0, values[$1]) }
        // In single precision, thousands of small terms vanish beside a large one.
        let sum = Float(positions.reduce(0.0) { $0 + Double(exp(values[$1] - peak)) })
        let shift = log(sum)
        for p in positions {
          let logit = values[p] - peak
          result.values[p] = isLogarithm ? logit - shift : exp(logit) / sum
        }
      }
    }
    return result
  }
}
