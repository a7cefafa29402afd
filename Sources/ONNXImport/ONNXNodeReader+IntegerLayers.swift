import NeuralNetwork

/// Operators on codes of integers: each is its counterpart on real numbers between the
/// dequantization of its operands and the quantization of its result.
extension ONNXNodeReader {
  static let integerLayerAttributes: [String: Set<String>] = {
    let convolution: Set<String> = [
      "auto_pad", "dilations", "group", "kernel_shape", "pads", "strides",
    ]
    return [
      "ConvInteger": convolution,
      "DynamicQuantizeLinear": [],
      "MatMulInteger": [],
      "QGemm": ["alpha", "transA", "transB"],
      "QLinearAdd": [],
      "QLinearAveragePool": [
        "auto_pad", "ceil_mode", "channels_last", "count_include_pad", "kernel_shape", "pads",
        "strides",
      ],
      "QLinearConcat": ["axis"],
      "QLinearConv": convolution,
      "QLinearGlobalAveragePool": ["channels_last"],
      "QLinearLeakyRelu": ["alpha"],
      "QLinearMatMul": [],
      "QLinearMul": [],
      "QLinearSigmoid": [],
      "QLinearSoftmax": ["axis", "opset"],
    ]
  }()

  /// Those of them that ONNX Runtime's quantizer writes in a domain of its own.
  static let microsoftOperators: Set<String> = [
    "QGemm", "QLinearAdd", "QLinearAveragePool", "QLinearConcat", "QLinearGlobalAveragePool",
    "QLinearLeakyRelu", "QLinearMul", "QLinearSigmoid", "QLinearSoftmax",
  ]

  /// Codes with the places of their scale and zero point among the node's inputs.
  private struct Operand {
    var codes: Int
    var scale: Int
    var zero: Int
    /// Of scales per position.
    var axis = 0

    init(_ codes: Int, axis: Int = 0) {
      (self.codes, scale, zero, self.axis) = (codes, codes + 1, codes + 2, axis)
    }
  }

  /// The steps of an operator on codes; `nil` for any other.
  func integerLayer() throws(ONNXReason) -> [ONNXStep]? {
    guard try !flag("channels_last") || Self.integerLayerAttributes[node.opType] == nil else {
      throw ONNXReason("attribute channels_last is set; channels are read first")
    }
    switch node.opType {
    case "ConvInteger", "MatMulInteger": return try integerProduct()
    case "DynamicQuantizeLinear": return nil
    case "QGemm":
      return try between(
        [Operand(0), Operand(3, axis: try flag("transB") ? 0 : 1)], result: 7, as: "Gemm")
    case "QLinearAdd", "QLinearMul":
      return try between([Operand(0), Operand(3)], result: 6, as: inner)
    case "QLinearConcat":
      let operands = stride(from: 2, to: node.input.count - 2, by: 3).map { Operand($0) }
      return try between(operands, result: 0, as: inner)
    case "QLinearConv": return try between([Operand(0), Operand(3)], result: 6, as: inner)
    case "QLinearSoftmax":
      // The rule of axes is that of the operator set in the attribute, not that of the file.
      let opset = try integer("opset", default: 0)
      guard (opset < 13) == (values.opset < 13) else {
        throw ONNXReason(
          "attribute opset is \(opset), the file's operator set \(values.opset); both below 13 or "
            + "neither is read")
      }
      return try between([Operand(0)], result: 3, as: inner)
    case "QLinearMatMul":
      return try between([Operand(0), Operand(3, axis: -1)], result: 6, as: inner)
    case "QLinearAveragePool", "QLinearGlobalAveragePool", "QLinearLeakyRelu", "QLinearSigmoid":
      return try between([Operand(0)], result: 3, as: inner)
    default: return nil
    }
  }

  /// The operator on real numbers.
  private var inner: String { String(node.opType.dropFirst("QLinear".count)) }

  /// The steps of `kind` on dequantized operands, and the quantization of its result.
  private func between(
    _ operands: [Operand], result: Int, as kind: String
  ) throws(ONNXReason) -> [ONNXStep] {
    var reader = self
    reader.node.opType = kind
    reader.node.domain = ""
    reader.node.input = []
    reader.node.attribute.removeAll { ["channels_last", "opset"].contains($0.name) }
    var quantizations: [String: AffineQuantization] = [:]
    for operand in operands {
      guard hasInput(operand.codes) else {
        throw ONNXReason("input \(operand.codes) is missing")
      }
      let quantization = try affine(operand)
      var name = node.input[operand.codes]
      if let constant = values.constants[name] {
        let real = try dequantized(constant, by: quantization)
        name += "/real"
        reader.values.define(name, real)
      }
      reader.values.dequantize(name)
      if let known = quantizations.updateValue(quantization, forKey: name), known != quantization {
        throw ONNXReason("reads '\(name)' with two quantizations")
      }
      reader.node.input.append(name)
    }
    if let bias = try bias(operands) {
      reader.values.define("\(node.output[0])/bias", bias)
      reader.node.input.append("\(node.output[0])/bias")
    }
    var steps = try reader.boundOperations(quantizations)
    guard hasInput(result) else {
      // Without a scale, its result is real.
      guard kind == "Gemm" else { throw ONNXReason("input \(result) (scale) is missing") }
      return steps
    }
    var place = Operand(result)
    (place.scale, place.zero) = (result, result + 1)
    steps.append(ONNXStep(operation: .quantize(try affine(place))))
    return steps
  }

  /// The integers behind an operator's products, in units of the product of both scales; `nil` for
  /// none. The factor of a product also multiplies them.
  private func bias(_ operands: [Operand]) throws(ONNXReason) -> ONNXConstant? {
    let place: Int
    switch node.opType {
    case "QLinearConv": place = 8
    case "QGemm": place = 6
    default: return nil
    }
    guard hasInput(place) else { return nil }
    let codes = try constant(place, "bias")
    guard let integers = codes.integers else {
      throw ONNXReason("input \(place) (bias) holds no integers")
    }
    let scales = (try affine(operands[0]).scales, try affine(operands[1]).scales)
    guard scales.0.count == 1, scales.1.count == 1 || scales.1.count == integers.count else {
      throw ONNXReason(
        "has \(integers.count) biases, \(scales.0.count) scales of inputs and \(scales.1.count) of "
          + "weights")
    }
    let factor = try float("alpha", default: 1)
    return ONNXConstant(
      shape: codes.shape,
      floats: integers.indices.map {
        Float(integers[$0]) * (factor * scales.0[0] * scales.1[scales.1.count == 1 ? 0 : $0])
      })
  }

  /// The steps of an operator whose constants are this reader's own, and some of whose inputs are
  /// codes.
  private func boundOperations(
    _ quantizations: [String: AffineQuantization]
  ) throws(ONNXReason) -> [ONNXStep] {
    var steps = try operations()
    for k in steps.indices {
      for input in steps[k].inputs {
        if let constant = values.constants[input] {
          steps[k].constants[input] = constant
        } else if let quantization = quantizations[input] {
          steps[k].dequantized[input] = quantization
        }
      }
    }
    return steps
  }

  /// Products of integers, in integers: zero points are taken off, a computed one too.
  private func integerProduct() throws(ONNXReason) -> [ONNXStep] {
    let isConvolution = node.opType == "ConvInteger"
    let weights = try constant(1, "weights")
    let zero = try unit(1, zero: 3, axis: isConvolution ? 0 : -1)
    var reader = self
    reader.node.opType = isConvolution ? "Conv" : "MatMul"
    reader.values.define("\(node.output[0])/weights", try dequantized(weights, by: zero))
    reader.node.input = [node.input[0], "\(node.output[0])/weights"]
    guard hasInput(2), values.constants[node.input[2]] == nil else {
      return try reader.boundOperations([node.input[0]: unit(0, zero: 2, axis: 0)])
    }
    var steps = try reader.boundOperations([:])
    steps[0].inputs.removeFirst()
    let offset = ONNXStep(
      operation: .binary(.subtract), inputs: [node.input[0], node.input[2]], makesReal: true)
    return [offset] + steps
  }

  /// Codes, scale and zero point of an input by its own values.
  func dynamicQuantization() throws(ONNXReason) -> ONNXOutputs {
    let shape = try shape(0)
    let count = shape.reduce(1, *)
    func part(_ start: Int, _ length: Int, _ shape: [Int]) -> [ONNXStep] {
      [
        ONNXStep(
          operation: .slice([SliceAxis(axis: 0, start: start, end: start + length, step: 1)])),
        ONNXStep(operation: .reshape(shape)),
      ]
    }
    return ONNXOutputs(
      shared: [step(.dynamicQuantize)],
      parts: [part(0, count, shape), part(count, 1, []), part(count + 1, 1, [])],
      types: [0: .uint8, 2: .uint8])
  }

  /// Codes of scale one.
  private func unit(
    _ index: Int, zero: Int, axis: Int
  ) throws(ONNXReason) -> AffineQuantization {
    let name = node.input[index]
    let type = values.types[name] ?? values.constants[name]?.type
    guard let codes = type?.codes, codes.count <= 1 << 16 else {
      throw ONNXReason("input \(index) has no type of codes")
    }
    let zeros = hasInput(zero) ? try integers(zero, "zero point") : [0]
    guard !zeros.isEmpty, zeros.allSatisfy(codes.contains) else {
      throw ONNXReason("zero points \(zeros.prefix(4)) are no codes")
    }
    return AffineQuantization(
      scales: zeros.map { _ in 1 }, zeroPoints: zeros, axis: axis, codes: codes)
  }

  private func affine(_ operand: Operand) throws(ONNXReason) -> AffineQuantization {
    let scales = try finite(operand.scale, "scale").floats
    guard !scales.isEmpty, scales.allSatisfy({ $0 > 0 && (1 / $0).isFinite }) else {
      throw ONNXReason("scales \(scales.prefix(4)) are not positive or too small to divide by")
    }
    let zero = try constant(operand.zero, "zero point")
    guard let zeros = zero.integers, zeros.count == 1 || zeros.count == scales.count,
      let codes = zero.type.codes
    else {
      throw ONNXReason(
        "input \(operand.zero) (zero point) is \(zero.type) of shape \(zero.shape) for "
          + "\(scales.count) scales")
    }
    return AffineQuantization(
      scales: scales, zeroPoints: scales.indices.map { zeros[zeros.count == 1 ? 0 : $0] },
      axis: operand.axis, codes: codes)
  }
}
