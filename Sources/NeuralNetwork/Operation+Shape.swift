import NumericKernels

extension Operation {
  /// Shape of the output for inputs of the given shapes.
  ///
  /// Throws if the inputs do not fit the operator, or if the output would be empty or larger than
  /// 2³¹ − 1 values. An operation that passes can be computed without a trap.
  package func outputShape(_ inputs: [[Int]]) throws(OperatorError) -> [Int] {
    if case .constant(let tensor) = self { return tensor.shape }
    guard let first = inputs.first else { throw OperatorError("has no input") }
    let shape = try extents(first, inputs)
    guard let count = Tensor.elementCount(of: shape), count > 0 else {
      throw OperatorError("has an output of impossible shape \(shape)")
    }
    do throws(MemoryError) {
      try MemoryBudget.machine.require(
        "has an output of shape \(shape), which", extents: shape,
        bytesEach: MemoryLayout<Float>.size)
    } catch {
      throw OperatorError("\(error)")
    }
    return shape
  }

  private func extents(_ first: [Int], _ inputs: [[Int]]) throws(OperatorError) -> [Int] {
    switch self {
    case .convolution(let convolution):
      return try MatrixOperator.convolution(convolution).outputShape(first)
    case .dense(let dense): return try MatrixOperator.dense(dense).outputShape(first)
    case .matrixProduct:
      guard inputs.count == 2 else { throw OperatorError("multiplies two values") }
      return try Self.productShape(first, inputs[1]).output
    case .batchNormalization(let normalization):
      guard first.count >= 2, first[1] == normalization.factor.count else {
        throw OperatorError("takes [N, \(normalization.factor.count), …]")
      }
      return first
    case .unary, .identity, .integers, .constant: return first
    case .dynamicQuantize: return [first.reduce(1, *) + 2]
    case .quantize(let quantization), .dequantize(let quantization):
      try quantization.check(first)
      return first
    case .localResponse:
      guard first.count >= 3 else { throw OperatorError("takes [N, channels, …]") }
      return first
    case .reduce(let reduction): return try reduction.outputShape(first)
    case .expand(let target):
      guard target.allSatisfy({ $0 > 0 }) else { throw OperatorError("expands to \(target)") }
      return try Self.broadcast(first, target)
    case .select:
      guard inputs.count == 3 else { throw OperatorError("chooses between two values") }
      return try Self.broadcast(try Self.broadcast(first, inputs[1]), inputs[2])
    case .standardize(let standardization):
      _ = try standardization.runLength(first)
      return first
    case .rank(let ranking): return try ranking.outputShape(first)
    case .lookup(let lookup): return try lookup.outputShape(inputs)
    case .oneHot(let encoding): return try encoding.outputShape(first)
    case .scatterElements(let scattering): return try scattering.outputShape(inputs)
    case .cumulativeSum(let sum):
      _ = try Self.resolve(sum.axis, in: first)
      return first
    case .resize(let resize): return try resize.outputShape(first)
    case .overlapAdd(let sum): return try sum.outputShape(first)
    case .einsum(let einsum): return try einsum.outputShape(inputs)
    case .recurrent(let layer): return try layer.outputShape(first)
    case .binary:
      var extents = first
      for input in inputs.dropFirst() { extents = try Self.broadcast(extents, input) }
      return extents
    case .maxPool(let pooling), .averagePool(let pooling):
      let geometry = try pooling.geometry(first)
      return [first[0], first[1], geometry.outputHeight, geometry.outputWidth]
    case .globalAveragePool:
      guard first.count >= 3 else { throw OperatorError("takes [N, channels, height, …]") }
      return Array(first.prefix(2)) + Array(repeating: 1, count: first.count - 2)
    case .flatten(let axis):
      let fromStart = axis < 0 ? axis + first.count : axis
      guard (0...first.count).contains(fromStart) else { throw Self.badAxis(axis, first) }
      return [first[..<fromStart].reduce(1, *), first[fromStart...].reduce(1, *)]
    case .reshape(let target): return try Self.reshape(first, like: target)
    case .transpose(let order):
      let order = order.isEmpty ? Array(first.indices.reversed()) : order
      guard order.sorted() == Array(first.indices) else {
        throw OperatorError("has the axis order \(order), its input \(first.count) axes")
      }
      return order.map { first[$0] }
    case .slice(let axes): return try Self.slice(first, axes)
    case .gather(let axis, let indices, let shape):
      return try Self.gather(first, axis: axis, indices, shape)
    case .pad(let padding): return try Self.pad(first, padding)
    case .concat(let axis): return try Self.concatenate(inputs, axis: axis)
    case .softmax(let axis, _):
      _ = try Self.resolve(axis, in: first)
      return first
    }
  }

  static func resolve(_ axis: Int, in shape: [Int]) throws(OperatorError) -> Int {
    let fromStart = axis < 0 ? axis + shape.count : axis
    guard shape.indices.contains(fromStart) else { throw badAxis(axis, shape) }
    return fromStart
  }

  private static func badAxis(_ axis: Int, _ shape: [Int]) -> OperatorError {
    OperatorError("has axis \(axis), its input \(shape.count) axes")
  }

  static func broadcast(_ a: [Int], _ b: [Int]) throws(OperatorError) -> [Int] {
    let rank = max(a.count, b.count)
    let wideA = Array(repeating: 1, count: rank - a.count) + a
    let wideB = Array(repeating: 1, count: rank - b.count) + b
    var extents: [Int] = []
    for (x, y) in zip(wideA, wideB) {
      guard x == y || x == 1 || y == 1 else { throw OperatorError("cannot broadcast its inputs") }
      extents.append(x == 1 ? y : x)
    }
    return extents
  }

  private static func reshape(_ shape: [Int], like target: [Int]) throws(OperatorError) -> [Int] {
    let misfit = OperatorError("cannot give \(shape) the shape \(target)")
    var extents: [Int] = []
    for (axis, extent) in target.enumerated() {
      guard extent != 0 || axis < shape.count else { throw misfit }
      extents.append(extent == 0 ? shape[axis] : extent)
    }
    guard let count = Tensor.elementCount(of: shape) else { throw misfit }
    if let free = extents.firstIndex(of: -1) {
      extents[free] = 1
      guard let fixed = Tensor.elementCount(of: extents), fixed > 0, count % fixed == 0 else {
        throw misfit
      }
      extents[free] = count / fixed
    }
    guard Tensor.elementCount(of: extents) == count else { throw misfit }
    return extents
  }

  private static func slice(_ shape: [Int], _ axes: [SliceAxis]) throws(OperatorError) -> [Int] {
    var extents = shape
    var seen = Set<Int>()
    for slice in axes {
      let axis = try resolve(slice.axis, in: shape)
      guard seen.insert(axis).inserted else { throw OperatorError("slices axis \(axis) twice") }
      extents[axis] = slice.range(extent: shape[axis]).count
    }
    return extents
  }

  private static func gather(
    _ shape: [Int], axis: Int, _ indices: [Int], _ extents: [Int]
  ) throws(OperatorError) -> [Int] {
    let axis = try resolve(axis, in: shape)
    guard Tensor.elementCount(of: extents) == indices.count,
      indices.allSatisfy(shape[axis] > 0 ? (-shape[axis]..<shape[axis]).contains : { _ in false })
    else { throw OperatorError("gathers positions that axis \(axis) of \(shape) does not have") }
    return shape[..<axis] + extents + shape[(axis + 1)...]
  }

  private static func pad(_ shape: [Int], _ padding: Padding) throws(OperatorError) -> [Int] {
    let (before, after) = (padding.before, padding.after)
    guard before.count == shape.count, after.count == shape.count else {
      throw OperatorError("pads \(before.count) axes, its input has \(shape.count)")
    }
    let pads = before + after
    guard pads.allSatisfy({ (-WindowShape.limit...WindowShape.limit).contains($0) }) else {
      throw OperatorError(
        "has pads \(pads); pads must lie between ±\(WindowShape.limit)")
    }
    if padding.fill == .reflect {
      // Mirrored once: a longer mirror is defined differently from program to program.
      guard shape.indices.allSatisfy({ max(before[$0], after[$0]) < shape[$0] }) else {
        throw OperatorError("reflects more than its input holds: pads \(pads)")
      }
    }
    return shape.indices.map { before[$0] + shape[$0] + after[$0] }
  }

  private static func concatenate(
    _ inputs: [[Int]], axis: Int
  ) throws(OperatorError) -> [Int] {
    var extents = inputs[0]
    let axis = try resolve(axis, in: extents)
    for input in inputs.dropFirst() {
      guard input.count == extents.count,
        input.indices.allSatisfy({ $0 == axis || input[$0] == extents[$0] })
      else { throw OperatorError("joins inputs that differ off axis \(axis)") }
      extents[axis] += input[axis]
    }
    return extents
  }
}
