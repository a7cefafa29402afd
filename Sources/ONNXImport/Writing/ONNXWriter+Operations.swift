import NeuralNetwork
import NumericKernels

extension ONNXWriter {
  /// Adds a node; throws for an operation that ONNX has no operator for, or whose values are no real
  /// numbers there.
  mutating func add(_ node: GraphNode) throws(ONNXReason) {
    let (name, inputs, output) = (node.name, node.inputs, node.output)
    let operation = node.operation.name
    // What only moves values leaves their type.
    let type = inputs.first.map { elementType(of: $0) } ?? .float
    switch node.operation {
    case .convolution(let convolution): try add(convolution, node)
    case .dense(let dense): try add(dense, node)
    case .quantize(let quantization): try add(quantization, node, isQuantizing: true)
    case .dequantize(let quantization): try add(quantization, node, isQuantizing: false)
    case .batchNormalization(let own):
      let shape = Self.perChannel(own.factor.count, rank: extents(of: inputs[0]).count)
      let factor = add("\(name).factor", own.factor, shape)
      let offset = add("\(name).offset", own.offset, shape)
      add("Mul", "\(name).scaled", [inputs[0], factor], "\(name).product")
      add("Add", name, ["\(name).product", offset], output)
    case .unary(let function): try add(function, node, type)
    case .binary(let function): try add(function, node)
    case .maxPool(let pooling): try add(pooling, node, isMean: false)
    case .averagePool(let pooling): try add(pooling, node, isMean: true)
    case .matrixProduct, .globalAveragePool: add(operation, name, inputs, output)
    case .identity: add(operation, name, inputs, output, type: type)
    case .reduce(let reduction):
      let axes = add("\(name).axes", reduction.axes, [reduction.axes.count])
      add(
        operation, name, [inputs[0], axes], output,
        [Onnx_AttributeProto("keepdims", reduction.keepsAxes ? 1 : 0)])
    case .flatten(let axis):
      add(operation, name, inputs, output, [Onnx_AttributeProto("axis", axis)], type: type)
    case .reshape(let shape):
      let shape = add("\(name).shape", shape, [shape.count])
      add(operation, name, [inputs[0], shape], output, type: type)
    case .expand(let shape):
      let shape = add("\(name).shape", shape, [shape.count])
      add(operation, name, [inputs[0], shape], output, type: type)
    case .transpose(let order):
      add(operation, name, inputs, output, [Onnx_AttributeProto("perm", order)], type: type)
    case .slice(let axes): add(axes, node, type)
    case .gather(let axis, let indices, let shape):
      let indices = add("\(name).indices", indices, shape)
      add(
        operation, name, [inputs[0], indices], output, [Onnx_AttributeProto("axis", axis)],
        type: type)
    case .pad(let padding): try add(padding, node, type)
    case .concat(let axis):
      add(operation, name, inputs, output, [Onnx_AttributeProto("axis", axis)], type: type)
    case .softmax(let axis, _):
      add(operation, name, inputs, output, [Onnx_AttributeProto("axis", axis)])
    case .constant(let tensor):
      let values = add("\(name).values", tensor.values, tensor.shape)
      add("Identity", name, [values], output)
    case .localResponse, .standardize, .rank, .lookup, .oneHot, .scatterElements, .cumulativeSum,
      .resize, .overlapAdd, .einsum, .recurrent, .select, .dynamicQuantize, .integers:
      throw Self.refusal(operation)
    }
  }

  private static func refusal(_ operation: String) -> ONNXReason {
    ONNXReason("\(operation) is not written to ONNX files")
  }

  /// The shape of a value per channel beside values of `rank` axes.
  private static func perChannel(_ count: Int, rank: Int) -> [Int] {
    [1, count] + Array(repeating: 1, count: max(rank - 2, 0))
  }

  private mutating func add(
    _ function: UnaryFunction, _ node: GraphNode, _ type: ONNXElementType
  ) throws(ONNXReason) {
    var attributes: [Onnx_AttributeProto] = []
    switch function {
    case .truncate, .isZero, .affine, .scaledTanh, .swish: throw Self.refusal(function.name)
    case .clip(let low, let high):
      func bound(_ value: Float, _ name: String) -> String {
        type == .float
          ? add("\(node.name).\(name)", [value], [])
          : add("\(node.name).\(name)", [Int(value)], [], type)
      }
      let (low, high) = (bound(low, "low"), bound(high, "high"))
      add(function.name, node.name, [node.inputs[0], low, high], node.output, type: type)
      return
    case .celu(let slope), .elu(let slope), .leakyRelu(let slope):
      attributes = [Onnx_AttributeProto("alpha", slope)]
    case .thresholdedRelu(let limit): attributes = [Onnx_AttributeProto("alpha", limit)]
    case .hardSigmoid(let slope, let offset):
      attributes = [Onnx_AttributeProto("alpha", slope), Onnx_AttributeProto("beta", offset)]
    case .selu(let slope, let scale):
      attributes = [Onnx_AttributeProto("alpha", slope), Onnx_AttributeProto("gamma", scale)]
    case .shrink(let limit, let bias):
      attributes = [Onnx_AttributeProto("lambd", limit), Onnx_AttributeProto("bias", bias)]
    case .gelu(let isApproximate):
      attributes = [Onnx_AttributeProto("approximate", isApproximate ? "tanh" : "none")]
    default: break
    }
    add(function.name, node.name, node.inputs, node.output, attributes)
  }

  private mutating func add(_ function: BinaryFunction, _ node: GraphNode) throws(ONNXReason) {
    switch function {
    case .add, .divide, .maximum, .minimum, .multiply, .parametricRelu, .power, .subtract: break
    default: throw Self.refusal(function.rawValue)
    }
    // From the left, two at a time.
    var first = node.inputs[0]
    for (k, second) in node.inputs.enumerated().dropFirst() {
      let isLast = k == node.inputs.count - 1
      let output = isLast ? node.output : "\(node.name).\(k)"
      add(
        function.rawValue, isLast ? node.name : "\(node.name).part\(k)", [first, second], output)
      first = output
    }
    if node.inputs.count == 1 { add("Identity", node.name, node.inputs, node.output) }
  }

  private mutating func add(
    _ pooling: Pooling, _ node: GraphNode, isMean: Bool
  ) throws(ONNXReason) {
    var attributes = attributes(pooling.window)
    attributes.append(Onnx_AttributeProto("ceil_mode", pooling.window.roundsUp ? 1 : 0))
    if isMean {
      attributes.append(Onnx_AttributeProto("count_include_pad", pooling.countsPadding ? 1 : 0))
    }
    add(node.operation.name, node.name, node.inputs, node.output, attributes)
  }

  private mutating func add(_ axes: [SliceAxis], _ node: GraphNode, _ type: ONNXElementType) {
    func list(_ name: String, _ values: [Int]) -> String {
      add("\(node.name).\(name)", values, [values.count])
    }
    let inputs = [
      node.inputs[0], list("starts", axes.map(\.start)), list("ends", axes.map(\.end)),
      list("axes", axes.map(\.axis)), list("steps", axes.map(\.step)),
    ]
    add("Slice", node.name, inputs, node.output, type: type)
  }

  private mutating func add(
    _ padding: Padding, _ node: GraphNode, _ type: ONNXElementType
  ) throws(ONNXReason) {
    let counts = padding.before + padding.after
    var inputs = [node.inputs[0], add("\(node.name).pads", counts, [counts.count])]
    let mode: String
    switch padding.fill {
    case .constant(let value):
      mode = "constant"
      inputs.append(
        type == .float
          ? add("\(node.name).value", [value], [])
          : add("\(node.name).value", [Int(value)], [], type))
    case .edge: mode = "edge"
    case .reflect: mode = "reflect"
    case .wrap: mode = "wrap"
    }
    add(
      "Pad", node.name, inputs, node.output, [Onnx_AttributeProto("mode", mode)], type: type)
  }
}
