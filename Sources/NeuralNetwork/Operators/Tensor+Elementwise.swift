import Foundation

extension Tensor {
  /// The tensor with `transform` applied to every value.
  func map(_ transform: (Float) -> Float) -> Tensor {
    Tensor(shape: shape, values: values.map(transform))
  }

  /// Combines tensors value by value with NumPy's broadcasting.
  func combined(
    with others: ArraySlice<Tensor>, _ combine: (Float, Float) -> Float
  ) throws(OperatorError) -> Tensor {
    var result = self
    for other in others { result = try result.combined(with: other, combine) }
    return result
  }

  private func combined(
    with other: Tensor, _ combine: (Float, Float) -> Float
  ) throws(OperatorError) -> Tensor {
    if shape == other.shape {
      var result = self
      for k in result.values.indices { result.values[k] = combine(values[k], other.values[k]) }
      return result
    }
    let rank = max(shape.count, other.shape.count)
    let a = Array(repeating: 1, count: rank - shape.count) + shape
    let b = Array(repeating: 1, count: rank - other.shape.count) + other.shape
    var extents: [Int] = []
    for (x, y) in zip(a, b) {
      guard x == y || x == 1 || y == 1 else { throw OperatorError("cannot broadcast its inputs") }
      extents.append(x == 1 ? y : x)
    }
    var result: [Float] = []
    result.reserveCapacity(extents.reduce(1, *))
    for index in 0..<extents.reduce(1, *) {
      var (rest, i, j, stepA, stepB) = (index, 0, 0, 1, 1)
      for axis in (0..<rank).reversed() {
        let position = rest % extents[axis]
        rest /= extents[axis]
        if a[axis] > 1 { i += position * stepA }
        if b[axis] > 1 { j += position * stepB }
        stepA *= a[axis]
        stepB *= b[axis]
      }
      result.append(combine(values[i], other.values[j]))
    }
    return Tensor(shape: extents, values: result)
  }

  /// Normalised exponentials along `axis`.
  func softmax(axis: Int) throws(OperatorError) -> Tensor {
    let axis = try resolved(axis: axis)
    let (extent, inner) = (shape[axis], shape[(axis + 1)...].reduce(1, *))
    guard extent > 0 else { return self }
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

  func resolved(axis: Int) throws(OperatorError) -> Int {
    let fromStart = axis < 0 ? axis + shape.count : axis
    guard shape.indices.contains(fromStart) else {
      throw OperatorError("has axis \(axis), its input \(shape.count) axes")
    }
    return fromStart
  }
}
