import NeuralNetwork

/// A graph in the making: what is known of every value while nodes arrive in the order of execution.
struct ONNXGraphBuilder {
  /// Values of a constant that nodes may compute: broadcasting must not turn a small file into
  /// gigabytes.
  private static let largestFolded = 1 << 26

  let opset: Int
  /// Extent that the file gives the batch; nil where it is symbolic.
  let declaredBatch: Int?
  /// Values that do not depend on the input.
  private(set) var constants: [String: ONNXConstant]
  /// Results of shape arithmetic that contain the batch, which stands as nil.
  private(set) var extents: [String: [Int?]] = [:]
  /// Shapes, for a batch of one, of values that depend on the input.
  private(set) var shapes: [String: [Int]]
  private(set) var nodes: [GraphNode] = []
  private var names = Set<String>()

  /// A graph without nodes; `inputShape` is that of one image.
  init(
    opset: Int, input: String, inputShape: [Int], declaredBatch: Int?,
    constants: [String: ONNXConstant]
  ) {
    self.opset = opset
    self.declaredBatch = declaredBatch
    self.constants = constants
    shapes = [input: [1] + inputShape]
  }

  /// Adds a node as operations, or as a constant where nothing in it depends on the input.
  mutating func add(_ node: Onnx_NodeProto, name: String) throws(ONNXReason) {
    guard node.domain.isEmpty || node.domain == "ai.onnx" else {
      throw ONNXReason(
        "operator \(node.opType) of domain '\(node.domain)' is not supported; supported: "
          + ONNXNodeReader.supportedList)
    }
    guard let output = node.output.first, !output.isEmpty else {
      throw ONNXReason("writes nothing")
    }
    let reader = ONNXNodeReader(node: node, values: self)
    try reader.checkAttributes()
    if let constant = try reader.constantResult() {
      constants[output] = constant
      return
    }
    if let result = try reader.shapeArithmetic() {
      store(result, as: output)
      return
    }
    let (chain, count) = try reader.operations()
    guard node.input.count >= count, count > 0, node.input[..<count].allSatisfy({ !$0.isEmpty })
    else { throw ONNXReason("needs \(max(count, 1)) inputs, has \(node.input)") }
    var inputs = Array(node.input[..<count])
    for (step, operation) in chain.enumerated() {
      let target = step == chain.count - 1 ? output : "\(output)/\(step)"
      try append(operation, name: name, inputs: inputs, output: target)
      inputs = [target]
    }
  }

  private mutating func append(
    _ operation: Operation, name: String, inputs: [String], output: String
  ) throws(ONNXReason) {
    var inputShapes: [[Int]] = []
    for input in inputs {
      guard let shape = shapes[input] ?? constants[input]?.shape else {
        throw ONNXReason("reads '\(input)', which depends on the size of the batch")
      }
      inputShapes.append(shape)
    }
    do throws(OperatorError) {
      let shape = try operation.outputShape(inputShapes)
      guard inputs.contains(where: { shapes[$0] != nil }) else {
        guard shape.reduce(1, *) <= Self.largestFolded else {
          throw OperatorError("makes a constant of shape \(shape), which is too large")
        }
        let tensors = inputs.compactMap { constants[$0] }.map {
          Tensor(shape: $0.shape, values: $0.floats)
        }
        let result = try operation.evaluate(tensors)
        constants[output] = ONNXConstant(shape: result.shape, floats: result.values)
        return
      }
      shapes[output] = shape
    } catch {
      let text = inputShapes.map { "\($0)" }.joined(separator: ", ")
      throw ONNXReason("\(error.description) (inputs \(text))")
    }
    for input in inputs {
      if let constant = constants[input], !constant.floats.allSatisfy(\.isFinite) {
        throw ONNXReason("constant '\(input)' holds a number that is not finite")
      }
    }
    nodes.append(
      GraphNode(name: unique(name), operation: operation, inputs: inputs, output: output))
  }

  private mutating func store(_ result: [Int?], as output: String) {
    let integers = result.compactMap { $0 }
    if integers.count == result.count {
      constants[output] = ONNXConstant(
        shape: [integers.count], floats: integers.map { Float($0) }, integers: integers)
    } else {
      extents[output] = result
    }
  }

  private mutating func unique(_ name: String) -> String {
    var (candidate, copy) = (name, 1)
    while !names.insert(candidate).inserted {
      copy += 1
      candidate = "\(name)_\(copy)"
    }
    return candidate
  }

  /// The graph up to `output`, without nodes that it does not need.
  func graph(
    input: String, inputShape: [Int], output: String
  ) throws(GraphError) -> Graph {
    var needed: Set<String> = [output]
    var kept: [GraphNode] = []
    for node in nodes.reversed() where needed.contains(node.output) {
      needed.formUnion(node.inputs)
      kept.append(node)
    }
    guard shapes[output] != nil else {
      throw GraphError(node: output, reason: "the result does not depend on the input")
    }
    let graph = try Graph(
      inputName: input, inputShape: inputShape, outputName: output, nodes: kept.reversed(),
      constants: constants.filter { needed.contains($0.key) }
        .mapValues { Tensor(shape: $0.shape, values: $0.floats) })
    _ = try graph.inferShapes()
    return graph
  }
}
