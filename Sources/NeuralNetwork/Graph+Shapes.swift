extension Graph {
  /// Shapes of all values of one image, without the batch; constants keep theirs whole.
  ///
  /// Throws if a node's inputs do not fit, or if a node mixes the images of a batch.
  public func inferShapes() throws(GraphError) -> [String: [Int]] {
    let single = try shapes(batch: 1)
    // A node that mixes images, such as a reshape that fixes the batch or a sum along it, cannot
    // scale the first extent, and only the first, with all of three batch sizes.
    for batch in 2...3 {
      let several = try shapes(batch: batch)
      for node in nodes {
        guard let one = single.values[node.output], let more = several.values[node.output],
          !single.batched.contains(node.output)
            || (one.first == 1 && more.first == batch && one.dropFirst() == more.dropFirst())
        else {
          throw GraphError(
            node: node.name,
            reason: "\(node.operation.name) mixes the images of a batch (inputs "
              + node.inputs.map { "\(single.values[$0] ?? [])" }.joined(separator: ", ") + ")")
        }
      }
    }
    var result: [String: [Int]] = [:]
    for (name, shape) in single.values {
      result[name] = single.batched.contains(name) ? Array(shape.dropFirst()) : shape
    }
    return result
  }

  private func shapes(
    batch: Int
  ) throws(GraphError) -> (values: [String: [Int]], batched: Set<String>) {
    guard Tensor.elementCount(of: [batch] + inputShape) != nil else {
      throw GraphError(node: inputName, reason: "the input shape \(inputShape) is impossible")
    }
    var values = constants.mapValues(\.shape)
    values[inputName] = [batch] + inputShape
    var batched: Set<String> = [inputName]
    for node in nodes {
      let inputs = node.inputs.map { values[$0] ?? [] }
      values[node.output] = try node.outputShape(inputs)
      if node.inputs.contains(where: batched.contains) {
        batched.insert(node.output)
        if case .softmax(let axis, _) = node.operation, axis == 0 || axis == -inputs[0].count {
          throw GraphError(
            node: node.name,
            reason: "\(node.operation.name) mixes the images of a batch (inputs \(inputs[0]))")
        }
      }
    }
    return (values, batched)
  }
}

extension GraphNode {
  /// Shape of the output, batch first; errors name the node, the operator and the shapes.
  func outputShape(_ inputs: [[Int]]) throws(GraphError) -> [Int] {
    do {
      return try operation.outputShape(inputs)
    } catch {
      let shapes = inputs.map { "\($0)" }.joined(separator: ", ")
      throw GraphError(node: name, reason: "\(operation.name) \(error) (inputs \(shapes))")
    }
  }
}
