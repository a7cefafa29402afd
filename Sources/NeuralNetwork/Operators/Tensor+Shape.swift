extension Tensor {
  func flattened(axis: Int) throws(OperatorError) -> Tensor {
    let fromStart = axis < 0 ? axis + shape.count : axis
    guard (0...shape.count).contains(fromStart) else {
      throw OperatorError("has axis \(axis), its input \(shape.count) axes")
    }
    return reshaped([shape[..<fromStart].reduce(1, *), shape[fromStart...].reduce(1, *)])
  }

  func reshaped(like target: [Int]) throws(OperatorError) -> Tensor {
    var extents: [Int] = []
    for (axis, extent) in target.enumerated() {
      guard extent != 0 || axis < shape.count else {
        throw OperatorError("keeps axis \(axis) of an input of \(shape.count) axes")
      }
      extents.append(extent == 0 ? shape[axis] : extent)
    }
    if let free = extents.firstIndex(of: -1) {
      extents[free] = 1
      let (product, overflow) = Self.product(extents)
      guard !overflow, product > 0, count % product == 0 else {
        throw OperatorError("cannot give \(count) values the shape \(target)")
      }
      extents[free] = count / product
    }
    let (product, overflow) = Self.product(extents)
    guard !overflow, product == count, extents.allSatisfy({ $0 >= 0 }) else {
      throw OperatorError("cannot give \(count) values the shape \(target)")
    }
    return reshaped(extents)
  }

  private static func product(_ extents: [Int]) -> (Int, Bool) {
    var (result, overflow) = (1, false)
    for extent in extents {
      let step = result.multipliedReportingOverflow(by: extent)
      (result, overflow) = (step.partialValue, overflow || step.overflow)
    }
    return (result, overflow)
  }

  func transposed(_ order: [Int]) throws(OperatorError) -> Tensor {
    let order = order.isEmpty ? Array(shape.indices.reversed()) : order
    guard order.sorted() == Array(shape.indices) else {
      throw OperatorError("has the axis order \(order), its input \(shape.count) axes")
    }
    return gathered(order.map { shape[$0] }) { position in
      var source = [Int](repeating: 0, count: shape.count)
      for (axis, from) in order.enumerated() { source[from] = position[axis] }
      return source
    }
  }

  func sliced(_ axes: [SliceAxis]) throws(OperatorError) -> Tensor {
    var extents = shape
    var starts = [Int](repeating: 0, count: shape.count)
    var steps = [Int](repeating: 1, count: shape.count)
    for slice in axes {
      let axis = try resolved(axis: slice.axis)
      let positions = Array(slice.positions(extent: shape[axis]))
      extents[axis] = positions.count
      starts[axis] = positions.first ?? 0
      steps[axis] = slice.step
    }
    return gathered(extents) { position in
      position.indices.map { starts[$0] + position[$0] * steps[$0] }
    }
  }

  func padded(before: [Int], after: [Int], value: Float) throws(OperatorError) -> Tensor {
    guard before.count == shape.count, after.count == shape.count else {
      throw OperatorError("pads \(before.count) axes, its input has \(shape.count)")
    }
    let extents = shape.indices.map { before[$0] + shape[$0] + after[$0] }
    guard extents.allSatisfy({ $0 >= 0 }) else { throw OperatorError("removes more than there is") }
    return gathered(extents) { position in
      let source = position.indices.map { position[$0] - before[$0] }
      return source.indices.allSatisfy { shape[$0] > source[$0] && source[$0] >= 0 } ? source : nil
    } outside: {
      value
    }
  }

  static func concatenating(_ parts: [Tensor], axis: Int) throws(OperatorError) -> Tensor {
    guard let first = parts.first else { throw OperatorError("has no input") }
    let axis = try first.resolved(axis: axis)
    for part in parts {
      guard part.shape.count == first.shape.count,
        part.shape.indices.allSatisfy({ $0 == axis || part.shape[$0] == first.shape[$0] })
      else { throw OperatorError("joins inputs that differ off axis \(axis)") }
    }
    var extents = first.shape
    extents[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    var result: [Float] = []
    result.reserveCapacity(extents.reduce(1, *))
    let lengths = parts.map { $0.shape[axis...].reduce(1, *) }
    for outer in 0..<extents[..<axis].reduce(1, *) {
      for (part, length) in zip(parts, lengths) {
        result += part.values[outer * length..<(outer + 1) * length]
      }
    }
    return Tensor(shape: extents, values: result)
  }

  /// A tensor of `extents` whose value at a position is this tensor's at `source(position)`.
  private func gathered(
    _ extents: [Int], source: ([Int]) -> [Int]?, outside: () -> Float = { 0 }
  ) -> Tensor {
    let total = extents.reduce(1, *)
    var result: [Float] = []
    result.reserveCapacity(total)
    var position = [Int](repeating: 0, count: extents.count)
    for _ in 0..<total {
      if let from = source(position) {
        var index = 0
        for axis in from.indices { index = index * shape[axis] + from[axis] }
        result.append(values[index])
      } else {
        result.append(outside())
      }
      for axis in extents.indices.reversed() {
        position[axis] += 1
        if position[axis] < extents[axis] { break }
        position[axis] = 0
      }
    }
    return Tensor(shape: extents, values: result)
  }
}
