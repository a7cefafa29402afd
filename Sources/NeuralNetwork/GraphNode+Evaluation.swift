import Foundation

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
    case .relu: return first.map { $0 > 0 ? $0 : 0 }
    case .sigmoid: return first.map { 1 / (1 + exp(-$0)) }
    case .clip(let low, let high): return first.map { Swift.min(Swift.max($0, low), high) }
    case .add: return Self.combine(inputs, to: extents) { $0 + $1 }
    case .multiply: return Self.combine(inputs, to: extents) { $0 * $1 }
    case .maxPool(let pooling): return try first.maxima(pooling)
    case .averagePool(let pooling): return try first.means(pooling)
    case .globalAveragePool: return try first.spatialMeans()
    case .flatten, .reshape: return first.reshaped(extents)
    case .transpose(let order):
      return first.transposed(order.isEmpty ? Array(first.shape.indices.reversed()) : order)
    case .slice(let axes): return first.sliced(axes, to: extents)
    case .pad(let before, _, let value):
      return first.padded(before: before, to: extents, value: value)
    case .concat(let axis):
      return Tensor.concatenating(
        inputs, axis: try Self.resolve(axis, in: first.shape), to: extents)
    case .softmax(let axis): return first.softmax(axis: try Self.resolve(axis, in: first.shape))
    case .identity: return first
    }
  }

  @inline(__always)
  private static func combine(
    _ inputs: [Tensor], to extents: [Int], _ combine: (Float, Float) -> Float
  ) -> Tensor {
    inputs.dropFirst().reduce(inputs[0].broadcast(to: extents)) {
      $0.combined(with: $1, to: extents, combine)
    }
  }
}

/// Why an operator refuses its inputs; the node adds its name.
package struct OperatorError: Error, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}
