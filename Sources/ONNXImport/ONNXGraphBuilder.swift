import NeuralNetwork

/// A graph under construction, with everything known of each value as nodes arrive in execution
/// order.
struct ONNXGraphBuilder {
  /// Values of a constant that nodes may compute: broadcasting must not turn a small file into
  /// gigabytes.
  static let largestFolded = 1 << 26

  let opset: Int
  /// The batch for which the file is written, if that is fixed; it runs on one image all the same.
  let declaredBatch: Int?
  /// Values that do not depend on the input.
  private(set) var constants: [String: ONNXConstant]
  /// Shapes of values that depend on the input.
  private(set) var shapes: [String: [Int]] = [:]
  /// Types of those that are integers or truth values, which the graph holds as floats.
  private(set) var types: [String: ONNXElementType] = [:]
  /// Where constants lie that the model keeps outside.
  let files: ONNXExternalFiles
  private(set) var nodes: [GraphNode] = []
  private var names = Set<String>()
  /// Values that an obstacle keeps from being known.
  private var unknown: Set<String>
  /// Nodes of subgraphs that took part.
  private var inlined = 0

  /// A graph without nodes. Without `inputs`, and of `unknown` values, nothing is known.
  init(
    opset: Int, inputs: ONNXInputs?, constants: [String: ONNXConstant], files: ONNXExternalFiles,
    unknown: Set<String> = []
  ) {
    self.opset = opset
    self.constants = constants
    self.files = files
    self.unknown = unknown.subtracting([""])
    declaredBatch = inputs?.declaredBatch
    guard let inputs else { return }
    shapes = [inputs.input.name: inputs.input.tensorShape]
    if inputs.type.integers != nil { types = [inputs.input.name: inputs.type] }
    self.unknown.remove(inputs.input.name)
  }

  /// Whether nothing in a value depends on the input; so it is for an input that is left out.
  func isConstant(_ name: String) -> Bool { name.isEmpty || constants[name] != nil }

  /// Takes what a node writes for unknown.
  mutating func forget(_ node: Onnx_NodeProto) {
    // An empty name stands for no value.
    unknown.formUnion(node.output.filter { !$0.isEmpty })
  }

  /// Adds a node as operations, or as a constant if nothing in it depends on the input. Of a node
  /// that reads an unknown value, only the attributes are checked.
  mutating func add(_ node: Onnx_NodeProto, name: String) throws(ONNXReason) {
    try ONNXNodeReader(node: node, values: self).checkAttributes()
    guard unknown.isDisjoint(with: node.reads) else { return forget(node) }
    switch node.opType {
    case "If": return try addBranch(of: node, name: name)
    case "Loop": return try addLoop(node, name: name)
    default: break
    }
    switch try meaning(of: node) {
    case .outputs(let outputs): try add(outputs, of: node, name: name)
    case .constant(let constant): constants[node.output[0]] = constant
    case .steps(let steps, let type):
      try append(steps, of: node, name: name, output: node.output[0])
      if let type { types[node.output[0]] = type.integers == nil ? nil : type }
    }
  }

  /// What a node turns out to be.
  private enum Meaning {
    case outputs(ONNXOutputs)
    case constant(ONNXConstant)
    /// Steps, with the type that a Cast makes.
    case steps([ONNXStep], type: ONNXElementType?)
  }

  /// A function of its own, because a reader holds all values: none may be left when they change, or
  /// they would be copied for every node.
  private func meaning(of node: Onnx_NodeProto) throws(ONNXReason) -> Meaning {
    let reader = ONNXNodeReader(node: node, values: self)
    if let outputs = try reader.outputs() { return .outputs(outputs) }
    guard let output = node.output.first, !output.isEmpty else {
      throw ONNXReason("writes nothing")
    }
    if let constant = try reader.constantResult() { return .constant(constant) }
    return .steps(
      try reader.operations(), type: node.opType == "Cast" ? try reader.castType() : nil)
  }

  /// Adds a node of several outputs: what they share is computed once.
  private mutating func add(
    _ outputs: ONNXOutputs, of node: Onnx_NodeProto, name: String
  ) throws(ONNXReason) {
    guard node.output.count <= outputs.parts.count else {
      throw ONNXReason("writes \(node.output.count) outputs, it has \(outputs.parts.count)")
    }
    var shared: [String] = []
    if !outputs.shared.isEmpty {
      shared = ["\(name)/outputs"]
      try append(outputs.shared, of: node, name: name, output: shared[0])
    }
    for (place, output) in node.output.enumerated() where !output.isEmpty {
      try append(
        outputs.parts[place], of: node, name: name, output: output, isPart: !shared.isEmpty,
        previous: shared)
      guard let type = outputs.types[place] else { continue }
      if let constant = constants[output] {
        let integers = constant.floats.compactMap { Int(exactly: $0) }
        guard integers.count == constant.floats.count else {
          throw ONNXReason("makes '\(output)' of constants that are not finite")
        }
        constants[output] = ONNXConstant(shape: constant.shape, integers: integers, type: type)
      } else {
        types[output] = type
      }
    }
  }

  /// Adds the steps of a node, or of the part of one that makes an output of what all share.
  private mutating func append(
    _ steps: [ONNXStep], of node: Onnx_NodeProto, name: String, output: String,
    isPart: Bool = false, previous: [String] = []
  ) throws(ONNXReason) {
    guard let first = steps.first else { throw ONNXReason("computes nothing") }
    let count = first.inputs.count
    guard node.input.count >= count, count + previous.count > 0,
      first.inputs.allSatisfy({ !$0.isEmpty })
    else { throw ONNXReason("needs \(max(count, 1)) inputs, has \(node.input)") }
    var previous = previous
    for (index, step) in steps.enumerated() {
      let target = index == steps.count - 1 ? output : "\(output)/\(index)"
      // Steps that only rearrange leave the node's name to the one that computes.
      let isMain = !isPart && (steps.count == 1 || !step.operation.onlyRearranges)
      try append(
        step.operation, name: isMain ? name : "\(name)/\(step.operation.name)",
        inputs: previous + operands(of: step, name: name, output: target), output: target,
        makesReal: step.makesReal)
      previous = [target]
    }
  }

  /// The values that a step reads beside the one before it; those that it dequantizes are added.
  private mutating func operands(
    of step: ONNXStep, name: String, output: String
  ) throws(ONNXReason) -> [String] {
    var result: [String] = []
    for input in step.inputs {
      let own = "\(output)/\(input)"
      if let constant = step.constants[input] {
        constants[own] = constant
        result.append(own)
      } else if let quantization = step.dequantized[input] {
        if shapes[own] == nil {
          try append(
            .dequantize(quantization), name: "\(name)/DequantizeLinear", inputs: [input],
            output: own)
        }
        result.append(own)
      } else {
        result.append(input)
      }
    }
    return result
  }

  /// Takes a value of codes for real numbers: a node dequantizes it before it reads it.
  mutating func dequantize(_ name: String) { types[name] = nil }

  /// A constant that a node makes of its inputs for its own steps.
  mutating func define(_ name: String, _ constant: ONNXConstant) { constants[name] = constant }

  /// Gives a value a second name.
  mutating func alias(_ value: String, as output: String, name: String) throws(ONNXReason) {
    if let constant = constants[value] {
      constants[output] = constant
    } else {
      try append(.identity, name: name, inputs: [value], output: output)
    }
  }

  /// Joins values of one shape along a new first axis.
  mutating func stack(
    _ parts: [String], as output: String, name: String
  ) throws(ONNXReason) {
    guard !parts.isEmpty else { throw ONNXReason("makes an empty result '\(output)'") }
    var rows: [String] = []
    for (k, part) in parts.enumerated() {
      guard let shape = shapes[part] ?? constants[part]?.shape else {
        throw ONNXReason("reads '\(part)', which is not computed")
      }
      rows.append("\(output)/\(k)")
      try append(
        .reshape([1] + shape), name: "\(name)/Reshape", inputs: [part], output: rows[k])
    }
    try append(.concat(axis: 0), name: "\(name)/Concat", inputs: rows, output: output)
  }

  /// Counts a node of a subgraph.
  mutating func countInlined() throws(ONNXReason) {
    inlined += 1
    guard inlined <= Self.mostInlined else {
      throw ONNXReason("subgraphs have more than \(Self.mostInlined) nodes in all")
    }
  }

  private mutating func append(
    _ operation: Operation, name: String, inputs: [String], output: String,
    makesReal: Bool = false
  ) throws(ONNXReason) {
    var inputShapes: [[Int]] = []
    for input in inputs {
      guard let shape = shapes[input] ?? constants[input]?.shape else {
        throw ONNXReason("reads '\(input)', which is not computed")
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
    types[output] = makesReal ? nil : try type(of: operation, inputs)
    try checkBatch(inputs, result: shape)
    for input in inputs {
      if let constant = constants[input], !constant.floats.allSatisfy(\.isFinite) {
        throw ONNXReason("constant '\(input)' holds a number that is not finite")
      }
    }
    nodes.append(
      GraphNode(name: unique(name), operation: operation, inputs: inputs, output: output))
  }

  /// The type of a computed result if it is one of integers. No arithmetic of floats may pass for
  /// one of integers: what is computed with them is followed by a check.
  private func type(
    of operation: Operation, _ inputs: [String]
  ) throws(ONNXReason) -> ONNXElementType? {
    if case .quantize(let quantization) = operation {
      return ONNXElementType.allCases.first { $0.codes == quantization.codes }
    }
    if case .rank(let ranking) = operation, case .position = ranking.result { return .int64 }
    if case .oneHot = operation { return .bool }
    let all = operation.typedInputs(inputs.count).map { place in
      types[inputs[place]] ?? constants[inputs[place]]?.type ?? .float
    }
    let integers = all.filter { $0.integers != nil }
    if let other = integers.first(where: { $0 != integers[0] }) {
      throw ONNXReason("mixes the element types \(integers[0]) and \(other)")
    }
    if case .binary(let function) = operation, function.isTruth { return .bool }
    if case .unary(.isZero) = operation { return .bool }
    guard let type = integers.first else { return nil }
    switch operation {
    case .dequantize: return nil
    case .reshape, .flatten, .transpose, .slice, .gather, .concat, .identity, .pad, .maxPool,
      .expand, .select, .rank, .lookup, .scatterElements, .cumulativeSum, .integers, .binary,
      .unary(.clip), .unary(.relu), .unary(.truncate),
      .unary(.absolute), .unary(.negative), .unary(.sign):
      return type
    case .reduce(let reduction) where [.maximum, .minimum].contains(reduction.kind): return type
    default:
      throw ONNXReason(
        "is computed on real numbers, its input holds integers (\(type))")
    }
  }

  /// Throws if a constant with a row for each image of the file's fixed batch meets the one image
  /// that runs.
  private func checkBatch(_ inputs: [String], result: [Int]) throws(ONNXReason) {
    guard let batch = declaredBatch, batch > 1, result.first == batch,
      !inputs.contains(where: { shapes[$0]?.count == result.count && shapes[$0]?.first == batch }),
      let wide = inputs.first(where: {
        constants[$0]?.shape.count == result.count && constants[$0]?.shape.first == batch
      })
    else { return }
    throw ONNXReason(
      "constant '\(wide)' has a row for each image of the file's batch of \(batch); networks run "
        + "on one image")
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
  func graph(input: GraphInput, output: String) throws(GraphError) -> Graph {
    var needed: Set<String> = [output]
    var kept: [GraphNode] = []
    for node in nodes.reversed() where needed.contains(node.output) {
      needed.formUnion(node.inputs)
      kept.append(node)
    }
    guard shapes[output] != nil else {
      throw GraphError(node: output, reason: "the result does not depend on the input")
    }
    return try Graph(
      input: input, outputName: output, nodes: kept.reversed(),
      constants: constants.filter { needed.contains($0.key) }.mapValues(\.tensor))
  }
}

/// One operation of a node: it reads the result of the step before it, then `inputs`.
struct ONNXStep {
  var operation: Operation
  var inputs: [String] = []
  /// Inputs that are codes, with what makes them real before the operation reads them.
  var dequantized: [String: AffineQuantization] = [:]
  /// Inputs that are constants of the node's own making.
  var constants: [String: ONNXConstant] = [:]
  /// Whether it takes codes as numbers, and its result is none.
  var makesReal = false
}

extension Operation {
  fileprivate var onlyRearranges: Bool {
    switch self {
    case .reshape, .flatten, .transpose, .identity, .integers, .overlapAdd, .quantize: true
    default: false
    }
  }
}
