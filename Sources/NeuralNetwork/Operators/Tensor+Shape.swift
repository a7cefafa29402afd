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
      strides[axis] *= max(min(slice.step, shape[axis]), -shape[axis])
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

  /// The tensor with padding; the slow path handles every fill, with a table per axis.
  func padded(_ padding: Padding, to extents: [Int]) -> Tensor {
    guard case .constant(let value) = padding.fill,
      (padding.before + padding.after).allSatisfy({ $0 >= 0 })
    else { return padded(to: extents, padding) }
    var result = Tensor(
      shape: extents,
      values: Array(repeating: value, count: extents.reduce(1, *)))
    let strides = Self.strides(of: extents)
    let offset = zip(padding.before, strides).reduce(0) { $0 + $1.0 * $1.1 }
    let length = shape.last ?? 1
    let starts = Self.rowStarts(shape.dropLast(), strides: strides.dropLast(), offset: offset)
    for (row, start) in starts.enumerated() {
      for k in 0..<length { result.values[start + k] = values[row * length + k] }
    }
    return result
  }

  private func padded(to extents: [Int], _ padding: Padding) -> Tensor {
    var value: Float = 0
    if case .constant(let given) = padding.fill { value = given }
    // Source of each padded position, in C order; −1 for none.
    let strides = Self.strides(of: shape)
    var sources = [0]
    for (axis, extent) in extents.enumerated() {
      let table = (0..<extent).map { padding.source($0, axis: axis, extent: shape[axis]) }
      sources = sources.flatMap { start in
        table.map { place in
          guard start >= 0, let place else { return -1 }
          return start + place * strides[axis]
        }
      }
    }
    return Tensor(shape: extents, values: sources.map { $0 < 0 ? value : values[$0] })
  }

  /// The positions `indices`, none of them negative, along `axis`.
  func gathered(axis: Int, indices: [Int], to extents: [Int]) -> Tensor {
    let inner = shape[(axis + 1)...].reduce(1, *)
    var result: [Float] = []
    result.reserveCapacity(extents.reduce(1, *))
    for outer in 0..<shape[..<axis].reduce(1, *) {
      for index in indices {
        let start = (outer * shape[axis] + index) * inner
        result += values[start..<start + inner]
      }
    }
    return Tensor(shape: extents, values: result)
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
