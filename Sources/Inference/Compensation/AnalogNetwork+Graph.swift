import NeuralNetwork
import NumericKernels

extension AnalogNetwork {
  /// The network as its arrays hold it, in real numbers: weights as they are programmed, input codes by
  /// pairs of quantization and dequantization with the scales of the circuit, and behind compensated
  /// layers their factors and addends.
  ///
  /// On the same arrays, without further compensation, it gives what this network gives. Throws for
  /// layers that are parts of other operations, and for codes that no integer type holds.
  public func graphOfArrays() throws(InferenceError) -> Graph {
    var nodes: [GraphNode] = []
    var constants = plan.graph.constants
    for node in plan.graph.nodes {
      let own = plan.layers(of: node).map { layers[$0] }
      guard let layer = own.first else {
        nodes.append(node)
        continue
      }
      let (operation, gains) = try layer.operation(of: node)
      var input = node.inputs[0]
      if layer.integer.activationRange != nil {
        let pair = try layer.quantization(of: input)
        nodes += pair
        input = pair.last?.output ?? input
      }
      guard let gains else {
        nodes.append(
          GraphNode(
            name: node.name, operation: operation, inputs: [input], output: node.output))
        continue
      }
      let (product, factor, addend) = (
        "\(node.name).product", "\(node.name).gains", "\(node.name).addends"
      )
      constants[factor] = gains.factors
      constants[addend] = gains.addends
      nodes += [
        GraphNode(name: node.name, operation: operation, inputs: [input], output: product),
        GraphNode(
          name: "\(node.name).gain", operation: .multiply, inputs: [product, factor],
          output: "\(node.name).gained"),
        GraphNode(
          name: "\(node.name).addend", operation: .add,
          inputs: ["\(node.name).gained", addend], output: node.output),
      ]
    }
    do throws(GraphError) {
      return try Graph(
        input: plan.graph.input, outputName: plan.graph.outputName, nodes: nodes,
        constants: constants)
    } catch {
      throw .notExported(layer: error.node, reason: error.reason)
    }
  }
}

extension AnalogNetwork.Layer {
  /// Digital factors and addends of the outputs, in the shape that broadcasts them.
  fileprivate struct DigitalGains {
    var factors: Tensor, addends: Tensor
  }

  /// The product of a node with the weights that its arrays hold, and what follows it digitally; `nil`
  /// without gains.
  fileprivate func operation(
    of node: GraphNode
  ) throws(InferenceError) -> (operation: Operation, gains: DigitalGains?) {
    let hasGains = compensation.map { $0.gains != .none } ?? false
    var weights = integer.weights
    var gains: DigitalGains?
    let count = weights.scales.count
    if hasGains {
      // Factors may be negative or zero, scales of codes are neither: those of all outputs are the
      // largest.
      let largest = weights.scales.reduce(0) { max($0, $1.magnitude) }
      let scale = largest > 0 ? largest : 1
      let isPlane = if case .convolution = node.operation { true } else { false }
      let shape = isPlane ? [1, count, 1, 1] : [count]
      gains = DigitalGains(
        factors: Tensor(shape: shape, values: weights.scales.map { $0 / scale }),
        addends: Tensor(shape: shape, values: integer.bias))
      weights = QuantizedWeights(
        codes: weights.codes, scales: Array(repeating: scale, count: count),
        zeroPoints: weights.zeroPoints, bits: weights.bits)
    }
    guard weights.zeroPoints.allSatisfy({ Int8(exactly: $0) != nil }) else {
      throw .notExported(
        layer: name,
        reason: "its codes of zero, up to \(weights.zeroPoints.max() ?? 0), exceed 8 bits")
    }
    let real = Matrix(rows: weights.codes.rows, columns: weights.codes.columns) {
      Float(weights.integer(output: $0, input: $1)) * weights.scales[$0]
    }
    let bias = hasGains ? [] : integer.bias
    switch node.operation {
    case .convolution(let own):
      return (
        .convolution(
          Convolution(
            weights: real, bias: bias, groups: own.groups, window: own.window,
            storedWeights: weights)), gains
      )
    case .dense: return (.dense(Dense(weights: real, bias: bias, storedWeights: weights)), gains)
    default:
      throw .notExported(
        layer: name, reason: "it is a product inside \(node.operation.name) (node \(node.name))")
    }
  }

  /// Nodes that bring `value` to the input codes and back.
  fileprivate func quantization(of value: String) throws(InferenceError) -> [GraphNode] {
    let quantizer = integer.quantizer
    let types = [0...255, -128...127, 0...65535, -32768...32767]
    guard
      let type = types.first(where: {
        $0.contains(quantizer.codes.lowerBound) && $0.contains(quantizer.codes.upperBound)
      })
    else {
      throw .notExported(layer: name, reason: "its input codes exceed 16 bits")
    }
    let quantization = AffineQuantization(
      scales: [quantizer.scale], zeroPoints: [0], codes: type)
    var nodes = [
      GraphNode(
        name: "\(name).quantize", operation: .quantize(quantization), inputs: [value],
        output: "\(name).inputCodes")
    ]
    if quantizer.codes != type {
      // Fewer codes than their type has.
      nodes.append(
        GraphNode(
          name: "\(name).limit",
          operation: .clip(
            min: Float(quantizer.codes.lowerBound), max: Float(quantizer.codes.upperBound)),
          inputs: ["\(name).inputCodes"], output: "\(name).limitedCodes"))
    }
    nodes.append(
      GraphNode(
        name: "\(name).dequantize", operation: .dequantize(quantization),
        inputs: [nodes[nodes.count - 1].output], output: "\(name).input"))
    return nodes
  }
}
