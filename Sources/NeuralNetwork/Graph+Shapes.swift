extension Graph {
  /// Shapes of all values, those of the image with the batch of 1 in front.
  ///
  /// Throws if a node's inputs do not fit.
  public func inferShapes() throws(GraphError) -> [String: [Int]] {
    guard Tensor.elementCount(of: input.tensorShape) != nil else {
      throw GraphError(
        node: input.name, reason: "the input shape \(input.tensorShape) is impossible")
    }
    var shapes = constants.mapValues(\.shape)
    shapes[input.name] = input.tensorShape
    for node in nodes {
      shapes[node.output] = try node.outputShape(node.inputs.map { shapes[$0] ?? [] })
    }
    return shapes
  }
}

extension GraphNode {
  /// Shape of the output; errors name the node, the operator and the shapes.
  func outputShape(_ inputs: [[Int]]) throws(GraphError) -> [Int] {
    do {
      return try operation.outputShape(inputs)
    } catch {
      let shapes = inputs.map { "\($0)" }.joined(separator: ", ")
      throw GraphError(node: name, reason: "\(operation.name) \(error) (inputs \(shapes))")
    }
  }
}
