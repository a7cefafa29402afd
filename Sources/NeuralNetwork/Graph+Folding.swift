import NumericKernels

extension Graph {
  /// The graph with every batch normalization folded into the convolution or dense layer right
  /// before it, if nothing else reads that layer's output; others stay.
  public func foldingBatchNormalization() -> Graph {
    var readers: [String: Int] = [outputName: 1]
    for node in nodes { for input in node.inputs { readers[input, default: 0] += 1 } }
    var writer: [String: Int] = [:]
    var folded: [GraphNode?] = []
    for node in nodes {
      if case .batchNormalization(let normalization) = node.operation,
        let input = node.inputs.first, readers[input] == 1, let index = writer[input],
        let layer = folded[index],
        let operation = layer.operation.scaled(by: normalization)
      {
        folded[index] = GraphNode(
          name: layer.name, operation: operation, inputs: layer.inputs, output: node.output)
        writer[node.output] = index
        continue
      }
      writer[node.output] = folded.count
      folded.append(node)
    }
    // A layer writes where its normalization wrote, before anything that reads it: still in order.
    do {
      return try Graph(
        input: input, outputName: outputName, nodes: folded.compactMap { $0 },
        constants: constants)
    } catch {
      preconditionFailure("folding keeps the order of a valid graph")
    }
  }
}

extension Operation {
  /// The layer followed by a normalization of its outputs; `nil` for other operations.
  fileprivate func scaled(by normalization: BatchNormalization) -> Operation? {
    func fold(_ weights: Matrix<Float>, _ bias: [Float]) -> (Matrix<Float>, [Float])? {
      guard normalization.factor.count == weights.rows else { return nil }
      let scaled = Matrix(rows: weights.rows, columns: weights.columns) {
        weights[$0, $1] * normalization.factor[$0]
      }
      let shifted = normalization.offset.indices.map {
        normalization.offset[$0] + (bias.isEmpty ? 0 : bias[$0] * normalization.factor[$0])
      }
      return (scaled, shifted)
    }
    func scaled(
      _ stored: QuantizedWeights?, _ misfit: String?
    ) -> (QuantizedWeights?, String?) {
      guard let stored else { return (nil, misfit) }
      let result = stored.scaled(by: normalization.factor)
      return (
        result, result == nil ? "a factor of its batch normalization is not positive" : nil
      )
    }
    switch self {
    case .convolution(var convolution):
      guard let (weights, bias) = fold(convolution.weights, convolution.bias) else { return nil }
      (convolution.weights, convolution.bias) = (weights, bias)
      (convolution.storedWeights, convolution.storedWeightsMisfit) = scaled(
        convolution.storedWeights, convolution.storedWeightsMisfit)
      return .convolution(convolution)
    case .dense(var dense):
      guard let (weights, bias) = fold(dense.weights, dense.bias) else { return nil }
      (dense.weights, dense.bias) = (weights, bias)
      (dense.storedWeights, dense.storedWeightsMisfit) = scaled(
        dense.storedWeights, dense.storedWeightsMisfit)
      return .dense(dense)
    default: return nil
    }
  }
}

extension QuantizedWeights {
  /// The same codes with every output scaled by its factor; `nil` if a factor is not positive,
  /// because the codes would change too.
  fileprivate func scaled(by factors: [Float]) -> QuantizedWeights? {
    let scales = zip(scales, factors).map { $0 * $1 }
    guard scales.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    return QuantizedWeights(codes: codes, scales: scales, zeroPoints: zeroPoints)
  }
}
