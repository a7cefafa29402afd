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
    let reader = ONNXNodeReader(node: node, values: self)
    try reader.checkAttributes()
    if node.opType == "Split" { return try split(node, reader, name: name) }
    guard let output = node.output.first, !output.isEmpty else {
      throw ONNXReason("writes nothing")
    }
    if let constant = try reader.constantResult() {
      constants[output] = constant
      return
    }
    if let result = try reader.shapeArithmetic() {
      store(result, as: output, isScalar: reader.gathersOne)
      return
    }
    let steps = try reader.operations()
    guard let first = steps.first else { throw ONNXReason("computes nothing") }
    let count = first.inputs.count
    guard node.input.count >= count, count > 0, first.inputs.allSatisfy({ !$0.isEmpty })
    else { throw ONNXReason("needs \(max(count, 1)) inputs, has \(node.input)") }
    var previous: [String] = []
    for (index, step) in steps.enumerated() {
      let target = index == steps.count - 1 ? output : "\(output)/\(index)"
      // Steps that only rearrange leave the node's name to the one that computes.
      let isMain = steps.count == 1 || !step.operation.onlyRearranges
      try append(
        step.operation, name: isMain ? name : "\(name)/\(step.operation.name)",
        inputs: previous + step.inputs, output: target)
      previous = [target]
    }
  }

  /// A split is one slice for each output.
  private mutating func split(
    _ node: Onnx_NodeProto, _ reader: ONNXNodeReader, name: String
  ) throws(ONNXReason) {
    let parts = try reader.split()
    for (part, output) in zip(parts, node.output) where !output.isEmpty {
      try append(.slice([part]), name: name, inputs: [node.input[0]], output: output)
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
        let parts = inputs.compactMap { constants[$0] }
        constants[output] = ONNXConstant(
          try operation.evaluate(parts.map(\.tensor)),
          isInteger: operation.keepsIntegers && parts.allSatisfy { $0.integers != nil })
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

  private mutating func store(_ result: [Int?], as output: String, isScalar: Bool) {
    let integers = result.compactMap { $0 }
    if integers.count == result.count {
      constants[output] = ONNXConstant(
        shape: isScalar ? [] : [integers.count], floats: integers.map { Float($0) },
        integers: integers)
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
        .mapValues(\.tensor))
    _ = try graph.inferShapes()
    return graph
  }
}

/// One operation of a node: it reads the result of the step before it, then `inputs`.
struct ONNXStep {
  var operation: Operation
  var inputs: [String] = []
}

extension Operation {
  fileprivate var onlyRearranges: Bool {
    switch self {
    case .reshape, .flatten, .transpose, .identity: true
    default: false
    }
  }

  /// Whether integers stay integers, a quotient by rounding towards zero.
  fileprivate var keepsIntegers: Bool {
    switch self {
    case .binary(let function): function != .power && function != .parametricRelu
    case .reshape, .flatten, .transpose, .slice, .gather, .concat, .identity: true
    case .reduce(let reduction): [.sum, .product, .maximum, .minimum].contains(reduction.kind)
    default: false
    }
  }
}
