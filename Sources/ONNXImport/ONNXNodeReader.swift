import NeuralNetwork

/// One node of an ONNX graph while it becomes operations: typed attributes, constant inputs.
struct ONNXNodeReader {
  var node: Onnx_NodeProto
  var values: ONNXGraphBuilder

  /// Operators that are read, with the attributes that each may carry.
  private static let attributes: [String: Set<String>] = [
    "Abs": [],
    "Add": [],
    "And": [],
    "AveragePool": [
      "auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads", "strides",
    ],
    "BatchNormalization": ["epsilon", "momentum", "training_mode"],
    "Cast": ["round_mode", "saturate", "to"],
    "Ceil": [],
    "Clip": [],
    "Concat": ["axis"],
    "Constant": ["value", "value_float", "value_floats", "value_int", "value_ints"],
    "ConstantOfShape": ["value"],
    "Conv": ["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"],
    "DequantizeLinear": ["axis", "block_size", "output_dtype"],
    "Div": [],
    "Dropout": ["ratio", "seed"],
    "Elu": ["alpha"],
    "Equal": [],
    "Erf": [],
    "Exp": [],
    "Expand": [],
    "Flatten": ["axis"],
    "Floor": [],
    "GatherElements": ["axis"],
    "GatherND": ["batch_dims"],
    "Gelu": ["approximate"],
    "Gemm": ["alpha", "beta", "transA", "transB"],
    "GlobalAveragePool": [],
    "GlobalMaxPool": [],
    "Greater": [],
    "GreaterOrEqual": [],
    "HardSigmoid": ["alpha", "beta"],
    "HardSwish": [],
    "Identity": [],
    "LRN": ["alpha", "beta", "bias", "size"],
    "LeakyRelu": ["alpha"],
    "Less": [],
    "LessOrEqual": [],
    "Log": [],
    "LogSoftmax": ["axis"],
    "MatMul": [],
    "Max": [],
    "MaxPool": [
      "auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides",
    ],
    "Min": [],
    "Mod": ["fmod"],
    "Mul": [],
    "Neg": [],
    "NonZero": [],
    "Not": [],
    "Or": [],
    "PRelu": [],
    "Pad": ["mode"],
    "Pow": [],
    "QuantizeLinear": ["axis", "block_size", "output_dtype", "precision", "saturate"],
    "Range": [],
    "Reciprocal": [],
    "Relu": [],
    "Reshape": ["allowzero"],
    "Round": [],
    "ScatterND": ["reduction"],
    "Selu": ["alpha", "gamma"],
    "Shape": ["end", "start"],
    "Sigmoid": [],
    "Sign": [],
    "Size": [],
    "Slice": [],
    "Softmax": ["axis"],
    "Softplus": [],
    "Softsign": [],
    "Split": ["axis", "num_outputs", "split"],
    "Sqrt": [],
    "Squeeze": ["axes"],
    "Sub": [],
    "Sum": [],
    "Tanh": [],
    "Tile": [],
    "Transpose": ["perm"],
    "Trilu": ["upper"],
    "Unsqueeze": ["axes"],
    "Where": [],
    "Xor": [],
  ].merging(
    Reduction.Kind.allCases.map {
      ($0.rawValue, ["axes", "keepdims", "noop_with_empty_axes"])
    }, uniquingKeysWith: { first, _ in first }
  ).merging(
    [
      blockAttributes, einsumAttributes, functionAttributes, integerLayerAttributes,
      normalizationAttributes, positionAttributes, rankingAttributes, recurrentAttributes,
      resizingAttributes, subgraphAttributes, transposedConvolutionAttributes,
    ].joined().map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })

  /// Attributes that became inputs or went away, with the last operator set that has them.
  private static let formerAttributes: [String: (last: Int, names: Set<String>)] = [
    "BatchNormalization": (8, ["spatial"]),
    "Clip": (10, ["max", "min"]),
    "Pad": (10, ["pads", "value"]),
    "Slice": (9, ["axes", "ends", "starts"]),
  ]

  /// Operators that are read, as errors list them.
  static let supportedList = attributes.keys.sorted().joined(separator: ", ")

  /// Whether a node's operator is read, apart from its attributes and inputs.
  static func supports(_ node: Onnx_NodeProto) -> Bool {
    let isOwn =
      microsoftOperators.contains(node.opType)
      ? node.domain == "com.microsoft" : ["", "ai.onnx"].contains(node.domain)
    return isOwn && attributes[node.opType] != nil
  }

  /// Why nodes of other operators are refused: each operator once, with its first node.
  static func refusal(of nodes: [(name: String, node: Onnx_NodeProto)]) -> String {
    var operators: [String] = []
    var seen = Set<String>()
    for (name, node) in nodes {
      let isOwn = ["", "ai.onnx"].contains(node.domain)
      let text = isOwn ? node.opType : "\(node.opType) of domain '\(node.domain)'"
      guard seen.insert(text).inserted else { continue }
      operators.append(nodes.count == 1 ? text : "\(text) (node '\(name)')")
    }
    let subject = operators.count == 1 ? "operator" : "operators"
    return "\(subject) \(operators.joined(separator: ", ")) \(operators.count == 1 ? "is" : "are") "
      + "not supported; supported: \(supportedList)"
  }

  /// Throws unless the node has only attributes that are understood.
  func checkAttributes() throws(ONNXReason) {
    var known = Self.attributes[node.opType] ?? []
    if let former = Self.formerAttributes[node.opType], values.opset <= former.last {
      known.formUnion(former.names)
    }
    let unknown = node.attribute.map(\.name).filter { !known.contains($0) }
    guard unknown.isEmpty else {
      throw ONNXReason(
        "\(unknown.count == 1 ? "attribute" : "attributes") \(unknown.joined(separator: ", ")) "
          + "\(unknown.count == 1 ? "is" : "are") unknown")
    }
    var seen = Set<String>()
    for attribute in node.attribute {
      guard seen.insert(attribute.name).inserted else {
        throw ONNXReason("attribute \(attribute.name) is given twice")
      }
    }
  }

  // MARK: Attributes

  /// Codes of `AttributeProto.type`.
  enum Kind: Int32 {
    case float = 1
    case integer = 2
    case text = 3
    case tensor = 4
    case graph = 5
    case floats = 6
    case integers = 7
    case texts = 8
  }

  func attribute(_ name: String, _ kind: Kind) throws(ONNXReason) -> Onnx_AttributeProto? {
    guard let found = node.attribute.first(where: { $0.name == name }) else { return nil }
    // Zero: written before IR version 3, when the type was implied.
    guard found.type == kind.rawValue || found.type == 0 else {
      throw ONNXReason("attribute \(name) has type \(found.type), not \(kind.rawValue) (\(kind))")
    }
    return found
  }

  func float(_ name: String, default value: Float) throws(ONNXReason) -> Float {
    let number = try attribute(name, .float)?.f ?? value
    guard number.isFinite else { throw ONNXReason("attribute \(name) is not finite") }
    return number
  }

  func integer(_ name: String, default value: Int) throws(ONNXReason) -> Int {
    try attribute(name, .integer).map { Int($0.i) } ?? value
  }

  func flag(_ name: String, default value: Bool = false) throws(ONNXReason) -> Bool {
    let number = try integer(name, default: value ? 1 : 0)
    guard number == 0 || number == 1 else {
      throw ONNXReason("attribute \(name) is \(number); 0 and 1 are read")
    }
    return number == 1
  }

  func text(_ name: String, default value: String) throws(ONNXReason) -> String {
    try attribute(name, .text).map { String(decoding: $0.s, as: UTF8.self) } ?? value
  }

  func integers(_ name: String) throws(ONNXReason) -> [Int]? {
    try attribute(name, .integers)?.ints.map { Int($0) }
  }

  /// Integers of an attribute, each within `range`, `count` of them.
  func integers(
    _ name: String, count: Int, default value: Int, range: ClosedRange<Int>
  ) throws(ONNXReason) -> [Int] {
    guard let found = try integers(name) else { return Array(repeating: value, count: count) }
    guard found.count == count, found.allSatisfy(range.contains) else {
      throw ONNXReason(
        "attribute \(name) is \(found); \(count) integers from \(range.lowerBound) to "
          + "\(range.upperBound) are read")
    }
    return found
  }

  // MARK: Inputs

  func hasInput(_ index: Int) -> Bool {
    index < node.input.count && !node.input[index].isEmpty
  }

  /// Shape of an input.
  func shape(_ index: Int) throws(ONNXReason) -> [Int] {
    guard hasInput(index) else { throw ONNXReason("input \(index) is missing") }
    let name = node.input[index]
    guard let shape = values.shapes[name] ?? values.constants[name]?.shape else {
      throw ONNXReason("input '\(name)' is not computed")
    }
    return shape
  }

  func constant(_ index: Int, _ role: String) throws(ONNXReason) -> ONNXConstant {
    guard hasInput(index) else { throw ONNXReason("input \(index) (\(role)) is missing") }
    guard let value = values.constants[node.input[index]] else {
      throw ONNXReason(
        "input \(index) (\(role)) is '\(node.input[index])', which is no constant of the file")
    }
    return value
  }

  func finite(_ index: Int, _ role: String) throws(ONNXReason) -> ONNXConstant {
    let value = try constant(index, role)
    guard value.floats.allSatisfy(\.isFinite) else {
      throw ONNXReason("input \(index) (\(role)) holds a number that is not finite")
    }
    return value
  }

  func integers(_ index: Int, _ role: String) throws(ONNXReason) -> [Int] {
    guard let integers = try constant(index, role).integers else {
      throw ONNXReason("input \(index) (\(role)) holds no integers")
    }
    return integers
  }

  func vector(_ index: Int, _ role: String, count: Int) throws(ONNXReason) -> [Float] {
    let value = try finite(index, role)
    guard value.floats.count == count else {
      throw ONNXReason("input \(index) (\(role)) has shape \(value.shape); \(count) values fit")
    }
    return value.floats
  }

  /// One number, which may be infinite but not NaN.
  func scalar(_ index: Int, _ role: String, default value: Float) throws(ONNXReason) -> Float {
    guard hasInput(index) else { return value }
    let found = try constant(index, role)
    guard found.floats.count == 1, !found.floats[0].isNaN else {
      throw ONNXReason("input \(index) (\(role)) of shape \(found.shape) is no single number")
    }
    return found.floats[0]
  }
}
