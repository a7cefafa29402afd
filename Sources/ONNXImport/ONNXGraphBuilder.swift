import NeuralNetwork

/// A graph under construction, with everything known of each value as nodes arrive in execution
/// order.
struct ONNXGraphBuilder {
  /// Values of a constant that nodes may compute: broadcasting must not turn a small file into
  /// gigabytes.
  private static let largestFolded = 1 << 26

  let opset: Int
  /// Batch size in the file; `nil` if it is symbolic.
  let declaredBatch: Int?
  /// Values that do not depend on the input.
  private(set) var constants: [String: ONNXConstant]
  /// Results of shape arithmetic that contain the batch.
  private(set) var extents: [String: ONNXExtents] = [:]
  /// Shapes, for a batch of one, of values that depend on the input.
  private(set) var shapes: [String: [Int]]
  /// Types of those that are integers: codes, which the graph holds as floats.
  private var codes: [String: ONNXElementType] = [:]
  /// Where constants lie that the model keeps outside.
  let files: ONNXExternalFiles
  private(set) var nodes: [GraphNode] = []
  private var names = Set<String>()

  /// A graph without nodes; `inputShape` is that of one image.
  init(
    opset: Int, input: String, inputShape: [Int], declaredBatch: Int?,
    constants: [String: ONNXConstant], files: ONNXExternalFiles
  ) {
    self.opset = opset
    self.declaredBatch = declaredBatch
    self.constants = constants
    self.files = files
    shapes = [input: [1] + inputShape]
  }

  /// Adds a node as operations, or as a constant if nothing in it depends on the input.
  mutating func add(_ node: Onnx_NodeProto, name: String) throws(ONNXReason) {
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
    // The only cast left is one to float; it stays as an operation that changes no number.
    if node.opType == "Cast" { codes[output] = nil }
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
    let text = inputShapes.map { "\($0)" }.joined(separator: ", ")
    let shape: [Int]
    do throws(OperatorError) {
      shape = try operation.outputShape(inputShapes)
    } catch {
      throw ONNXReason("\(error.description) (inputs \(text))")
    }
    guard inputs.contains(where: { shapes[$0] != nil }) else {
      guard shape.reduce(1, *) <= Self.largestFolded else {
        throw ONNXReason(
          "makes a constant of shape \(shape), which is too large (inputs \(text))")
      }
      constants[output] = try operation.folded(inputs.compactMap { constants[$0] }, to: shape)
      return
    }
    shapes[output] = shape
    codes[output] = try codeType(of: operation, inputs)
    for input in inputs {
      if let constant = constants[input], !constant.floats.allSatisfy(\.isFinite) {
        throw ONNXReason("constant '\(input)' holds a number that is not finite")
      }
    }
    nodes.append(
      GraphNode(name: unique(name), operation: operation, inputs: inputs, output: output))
  }

  /// The type of a computed result if it is one of integers: codes stay codes where they are only
  /// moved or compared, and no arithmetic of floats may pass for one of integers.
  private func codeType(
    of operation: Operation, _ inputs: [String]
  ) throws(ONNXReason) -> ONNXElementType? {
    if case .quantize(let quantization) = operation {
      return ONNXElementType.allCases.first { $0.codes == quantization.codes }
    }
    guard let type = inputs.lazy.compactMap({ codes[$0] }).first else { return nil }
    switch operation {
    case .dequantize: return nil
    case .reshape, .flatten, .transpose, .slice, .gather, .concat, .identity, .pad, .maxPool,
      .unary(.clip), .unary(.relu), .binary(.maximum), .binary(.minimum):
      return type
    default:
      throw ONNXReason("computes with codes (\(type)), which are only moved and dequantized")
    }
  }

  private mutating func store(_ result: ONNXExtents, as output: String, isScalar: Bool) {
    let known = result.values.compactMap { $0 }
    guard known.count == result.values.count else {
      extents[output] = result
      return
    }
    let shape = isScalar ? [] : [known.count]
    constants[output] =
      result.type.integers == nil
      ? ONNXConstant(shape: shape, floats: known.map { Float($0) }, type: result.type)
      : ONNXConstant(shape: shape, integers: known, type: result.type)
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
}

/// A list of extents, or one of them by itself, that shape arithmetic made of a shape with a batch.
struct ONNXExtents {
  /// The extents; `nil` for that of the batch.
  var values: [Int?]
  /// The type that they have in the file: casts change it.
  var type = ONNXElementType.int64
}
