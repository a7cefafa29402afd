extension Tensor {
  func transposed(_ order: [Int]) -> Tensor {
    let strides = Self.strides(of: shape)
    return strided(order.map { shape[$0] }, strides: order.map { strides[$0] })
  }

  func sliced(_ axes: [SliceAxis], to extents: [Int]) -> Tensor {
    var strides = Self.strides(of: shape)
    var offset = 0
    for slice in axes {
      let axis = slice.axis < 0 ? slice.axis + shape.count : slice.axis
      offset += slice.range(extent: shape[axis]).start * strides[axis]
      // A step that leaves the axis after one position may be too long to multiply.
      strides[axis] *= min(slice.step, shape[axis])
    }
    return strided(extents, strides: strides, offset: offset)
  }

  /// The values, those of an axis of extent 1 repeated, as NumPy's `broadcast_to`.
  func broadcast(to extents: [Int]) -> Tensor {
    guard shape != extents else { return self }
    let missing = extents.count - shape.count
    let strides = zip(shape, Self.strides(of: shape)).map { $0 == 1 ? 0 : $1 }
    return strided(extents, strides: Array(repeating: 0, count: missing) + strides)
  }

  func padded(before: [Int], to extents: [Int], value: Float) -> Tensor {
    var result = Tensor(
      shape: extents,
      values: Array(repeating: value, count: extents.reduce(1, *)))
    let strides = Self.strides(of: extents)
    let offset = zip(before, strides).reduce(0) { $0 + $1.0 * $1.1 }
    let length = shape.last ?? 1
    let starts = Self.rowStarts(shape.dropLast(), strides: strides.dropLast(), offset: offset)
    for (row, start) in starts.enumerated() {
      for k in 0..<length { result.values[start + k] = values[row * length + k] }
    }
    return result
  }

  static func concatenating(_ parts: [Tensor], axis: Int, to extents: [Int]) -> Tensor {
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

  /// A tensor whose value at a position is this one's at `offset + Σ position · stride`.
  private func strided(_ extents: [Int], strides: [Int], offset: Int = 0) -> Tensor {
    var result: [Float] = []
    result.reserveCapacity(extents.reduce(1, *))
    let (length, step) = (extents.last ?? 1, strides.last ?? 0)
    for start in Self.rowStarts(extents.dropLast(), strides: strides.dropLast(), offset: offset) {
      for k in 0..<length { result.append(values[start + k * step]) }
    }
    return Tensor(shape: extents, values: result)
  }

  /// `offset + Σ position · stride` for every position within `extents`, in C order.
  private static func rowStarts(
    _ extents: ArraySlice<Int>, strides: ArraySlice<Int>, offset: Int
  ) -> [Int] {
    zip(extents, strides).reduce([offset]) { starts, axis in
      starts.flatMap { start in (0..<axis.0).map { start + $0 * axis.1 } }
    }
  }
}
