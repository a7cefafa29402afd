import NeuralNetwork

/// Values moved by their positions, whatever their type.
extension ONNXConstant {
  /// Repeated over `extents`, which it broadcasts to as NumPy does.
  func broadcast(to extents: [Int]) -> ONNXConstant {
    guard shape != extents else { return self }
    return taking(Self.broadcast(Array(floats.indices), shape, to: extents), shape: extents)
  }

  /// Values of a shape repeated over `extents`, as NumPy's `broadcast_to`.
  static func broadcast(_ values: [Int], _ shape: [Int], to extents: [Int]) -> [Int] {
    guard shape != extents else { return values }
    var result = values
    let wide = Array(repeating: 1, count: extents.count - shape.count) + shape
    // From the innermost axis out, each axis of extent 1 is repeated in blocks of what is inside.
    var inner = 1
    for axis in extents.indices.reversed() {
      if wide[axis] != extents[axis] {
        result = stride(from: 0, to: result.count, by: inner).flatMap { start in
          (0..<extents[axis]).flatMap { _ in result[start..<start + inner] }
        }
      }
      inner *= extents[axis]
    }
    return result
  }

  /// Distances in values between neighbors along each axis.
  var strides: [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }

  /// Coordinates of the value at `position`.
  func coordinates(of position: Int) -> [Int] {
    zip(strides, shape).map { position / $0 % $1 }
  }

  /// The values at coordinates that `indices` give along `axis`, all others being their own.
  func gatheringElements(
    _ indices: ONNXConstant, axis: Int
  ) throws(ONNXReason) -> ONNXConstant {
    let place = try resolve(axis)
    let others = shape.indices.filter { $0 != place }
    guard indices.shape.count == shape.count, let list = indices.integers,
      others.allSatisfy({ indices.shape[$0] <= shape[$0] })
    else { throw ONNXReason("gathers with indices \(indices.shape) from \(shape)") }
    let strides = strides
    var positions: [Int] = []
    for (k, index) in list.enumerated() {
      var coordinates = indices.coordinates(of: k)
      coordinates[place] = try wrapped(index, axis: place)
      positions.append(zip(coordinates, strides).reduce(0) { $0 + $1.0 * $1.1 })
    }
    return taking(positions, shape: indices.shape)
  }

  /// A copy with `updates` written where `indices` point along `axis`, all other coordinates being
  /// their own.
  func scatteringElements(
    _ updates: ONNXConstant, at indices: ONNXConstant, axis: Int
  ) throws(ONNXReason) -> ONNXConstant {
    let places = ONNXConstant(shape: shape, integers: Array(floats.indices))
    let targets = try places.gatheringElements(indices, axis: axis)
    guard updates.type == type, updates.shape == indices.shape else {
      throw ONNXReason(
        "writes \(updates.shape) of \(updates.type) into \(shape) of \(type) at \(indices.shape)")
    }
    var result = self
    for (k, place) in (targets.integers ?? []).enumerated() {
      result.floats[place] = updates.floats[k]
      if let own = updates.integers { result.integers?[place] = own[k] }
    }
    result.stored = nil
    return result
  }

  /// First positions of the blocks that rows of `indices` name by their leading coordinates, and
  /// the length of a block.
  func blocks(_ indices: ONNXConstant) throws(ONNXReason) -> (starts: [Int], length: Int) {
    guard let depth = indices.shape.last, (1...max(shape.count, 1)).contains(depth),
      depth <= shape.count, let list = indices.integers
    else { throw ONNXReason("has indices of shape \(indices.shape) into \(shape)") }
    let strides = strides
    var starts: [Int] = []
    for first in stride(from: 0, to: list.count, by: depth) {
      var start = 0
      for axis in 0..<depth {
        start += try wrapped(list[first + axis], axis: axis) * strides[axis]
      }
      starts.append(start)
    }
    return (starts, shape[depth...].reduce(1, *))
  }

  /// A copy whose blocks at `indices` are those of `updates`.
  func scattering(
    _ updates: ONNXConstant, at indices: ONNXConstant
  ) throws(ONNXReason) -> ONNXConstant {
    let (starts, length) = try blocks(indices)
    guard updates.type == type, updates.floats.count == starts.count * length else {
      throw ONNXReason(
        "writes \(updates.shape) of \(updates.type) into \(shape) of \(type), \(starts.count) "
          + "blocks of \(length)")
    }
    var result = self
    for (block, start) in starts.enumerated() {
      for k in 0..<length {
        result.floats[start + k] = updates.floats[block * length + k]
        if let own = updates.integers { result.integers?[start + k] = own[block * length + k] }
      }
    }
    result.stored = nil
    return result
  }

  func resolve(_ axis: Int) throws(ONNXReason) -> Int {
    let place = axis < 0 ? axis &+ shape.count : axis
    guard shape.indices.contains(place) else {
      throw ONNXReason("has axis \(axis), its input \(shape.count) axes")
    }
    return place
  }

  private func wrapped(_ index: Int, axis: Int) throws(ONNXReason) -> Int {
    let place = index < 0 ? index &+ shape[axis] : index
    guard (0..<shape[axis]).contains(place) else {
      throw ONNXReason("reads position \(index) of axis \(axis) of \(shape)")
    }
    return place
  }
}
