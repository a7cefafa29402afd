extension GraphNode {
  /// The node's output by the float reference operators.
  public func evaluate(_ inputs: [Tensor]) throws(GraphError) -> Tensor {
    do throws(OperatorError) {
      return try operation.evaluate(inputs)
    } catch {
      let shapes = inputs.map { "\($0.shape)" }.joined(separator: ", ")
      throw GraphError(node: name, reason: "\(operation.name) \(error) (inputs \(shapes))")
    }
  }

  /// The node's output, with the products that `product` computes taken from it; see `Graph.run`.
  func evaluate(
    _ inputs: [Tensor], product: (GraphNode, Int, Tensor) throws -> Tensor?
  ) throws -> Tensor {
    let matrices = operation.matrices
    guard !matrices.isEmpty else { return try evaluate(inputs) }
    let shape = try outputShape(inputs.map(\.shape))
    let result = try operation.evaluate(inputs) { position, factor in
      guard let own = try product(self, position, factor) else {
        return try matrices[position].product.apply(factor)
      }
      let expected = try matrices[position].product.outputShape(factor.shape)
      guard own.shape == expected else {
        throw GraphError(
          node: name, reason: "has a product of shape \(own.shape), not \(expected)")
      }
      return own
    }
    precondition(result.shape == shape, "an operation gives what it declares")
    return result
  }
}

extension Operation {
  /// The output by the float reference operators.
  package func evaluate(_ inputs: [Tensor]) throws(OperatorError) -> Tensor {
    let extents = try outputShape(inputs.map(\.shape))
    if case .constant(let tensor) = self { return tensor }
    let first = inputs[0]
    switch self {
    case .constant(let tensor): return tensor
    case .convolution(let convolution): return try convolution.apply(first)
    case .dense(let dense): return dense.apply(first)
    case .batchNormalization(let normalization): return normalization.apply(first)
    case .matrixProduct: return try first.multiplied(by: inputs[1])
    case .unary(let function): return function(first)
    case .binary(let function):
      return inputs.dropFirst().reduce(first.broadcast(to: extents)) {
        function($0, $1, to: extents)
      }
    case .dynamicQuantize: return DynamicQuantization.apply(first)
    case .quantize(let quantization): return try quantization.quantize(first)
    case .dequantize(let quantization): return try quantization.dequantize(first)
    case .reduce(let reduction): return try reduction.apply(first, to: extents)
    case .localResponse(let response): return response.apply(first)
    case .standardize(let standardization): return try standardization.apply(first)
    case .rank(let ranking): return try ranking.apply(first, to: extents)
    case .lookup(let lookup): return try lookup.apply(first, inputs[1], to: extents)
    case .oneHot(let encoding): return encoding.apply(first, to: extents)
    case .scatterElements(let scattering):
      return try scattering.apply(first, inputs[1], inputs[2])
    case .cumulativeSum(let sum): return try sum.apply(first)
    case .resize(let resize): return resize.apply(first)
    case .overlapAdd(let sum): return sum.apply(first, to: extents)
    case .einsum(let einsum): return try einsum.apply(inputs, to: extents)
    case .recurrent(let layer):
      let matrices = layer.matrices
      return try layer.apply(first, to: extents) { position, factor throws(OperatorError) in
        try matrices[position].product.apply(factor)
      }
    case .maxPool(let pooling): return try first.maxima(pooling)
    case .averagePool(let pooling): return try first.means(pooling)
    case .globalAveragePool: return try first.spatialMeans()
    case .flatten, .reshape: return first.reshaped(extents)
    case .transpose(let order):
      return first.transposed(order.isEmpty ? Array(first.shape.indices.reversed()) : order)
    case .expand: return first.broadcast(to: extents)
    case .select:
      let parts = inputs.map { $0.broadcast(to: extents).values }
      return Tensor(
        shape: extents,
        values: parts[0].indices.map { parts[0][$0] != 0 ? parts[1][$0] : parts[2][$0] })
    case .slice(let axes): return first.sliced(axes, to: extents)
    case .gather(let axis, let indices, _):
      let axis = try Self.resolve(axis, in: first.shape)
      return first.gathered(
        axis: axis, indices: indices.map { $0 < 0 ? $0 + first.shape[axis] : $0 }, to: extents)
    case .pad(let padding): return first.padded(padding, to: extents)
    case .concat(let axis):
      return Tensor.concatenating(
        inputs, axis: try Self.resolve(axis, in: first.shape), to: extents)
    case .softmax(let axis, let isLogarithm):
      return first.softmax(
        axis: try Self.resolve(axis, in: first.shape), isLogarithm: isLogarithm)
    case .integers(let range):
      try first.checkIntegers(range)
      return first
    case .identity: return first
    }
  }
}

/// Why an operator refuses its inputs; the node adds its name.
package struct OperatorError: Error, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}
