import Foundation

extension GraphNode {
  /// The node's output by the float reference operators.
  public func evaluate(_ inputs: [Tensor]) throws(GraphError) -> Tensor {
    do throws(OperatorError) {
      guard let first = inputs.first else { throw OperatorError("has no input") }
      switch operation {
      case .convolution(let convolution): return try convolution.apply(first)
      case .dense(let dense): return try dense.apply(first)
      case .batchNormalization(let normalization): return try normalization.apply(first)
      case .relu: return first.map { $0 > 0 ? $0 : 0 }
      case .sigmoid: return first.map { 1 / (1 + exp(-$0)) }
      case .clip(let minimum, let maximum): return first.map { min(max($0, minimum), maximum) }
      case .add: return try first.combined(with: inputs.dropFirst()) { $0 + $1 }
      case .multiply: return try first.combined(with: inputs.dropFirst()) { $0 * $1 }
      case .maxPool(let window): return try first.pooled(window, by: .maximum)
      case .averagePool(let window, let countsPadding):
        return try first.pooled(window, by: countsPadding ? .meanOfWindow : .meanInside)
      case .globalAveragePool: return try first.spatialMeans()
      case .flatten(let axis): return try first.flattened(axis: axis)
      case .reshape(let shape): return try first.reshaped(like: shape)
      case .transpose(let order): return try first.transposed(order)
      case .slice(let axes): return try first.sliced(axes)
      case .pad(let before, let after, let value):
        return try first.padded(before: before, after: after, value: value)
      case .concatenate(let axis): return try Tensor.concatenating(inputs, axis: axis)
      case .softmax(let axis): return try first.softmax(axis: axis)
      case .identity: return first
      }
    } catch {
      let shapes = inputs.map { "\($0.shape)" }.joined(separator: ", ")
      throw GraphError(node: name, reason: "\(operation.name) \(error) (inputs \(shapes))")
    }
  }
}

/// Why an operator refuses its inputs; the node adds its name.
struct OperatorError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
