import NeuralNetwork
import NumericKernels

/// One node of an ONNX graph while it becomes an operation: typed attributes, constant inputs.
struct ONNXNodeReader {
  let node: Onnx_NodeProto
  let opset: Int
  let constants: [String: ONNXConstant]

  /// Operators that are read, as the error for any other lists them.
  static let supported = [
    "Add", "AveragePool", "BatchNormalization", "Clip", "Concat", "Constant", "Conv", "Dropout",
    "Flatten", "Gemm", "GlobalAveragePool", "Identity", "MatMul", "MaxPool", "Mul", "Pad", "Relu",
    "Reshape", "Sigmoid", "Slice", "Softmax", "Transpose",
  ]

  // MARK: Attributes

  private func attribute(_ name: String) -> Onnx_AttributeProto? {
    node.attribute.first { $0.name == name }
  }

  private func float(_ name: String, default value: Float) throws(ONNXReason) -> Float {
    let number = attribute(name)?.f ?? value
    guard number.isFinite else { throw ONNXReason("attribute \(name) is not finite") }
    return number
  }

  private func integer(_ name: String, default value: Int) -> Int {
    attribute(name).map { Int($0.i) } ?? value
  }

  /// Integers of an attribute, each within `range`, `count` of them.
  private func integers(
    _ name: String, count: Int, default value: Int, range: ClosedRange<Int>
  ) throws(ONNXReason) -> [Int] {
    guard let found = attribute(name) else { return Array(repeating: value, count: count) }
    let values = found.ints.map { Int($0) }
    guard values.count == count, values.allSatisfy(range.contains) else {
      throw ONNXReason(
        "attribute \(name) is \(values); \(count) integers from \(range.lowerBound) to "
          + "\(range.upperBound) are read")
    }
    return values
  }

  // MARK: Inputs

  private func hasInput(_ index: Int) -> Bool {
    index < node.input.count && !node.input[index].isEmpty
  }

  private func constant(_ index: Int, _ role: String) throws(ONNXReason) -> ONNXConstant {
    guard hasInput(index) else { throw ONNXReason("input \(index) (\(role)) is missing") }
    guard let value = constants[node.input[index]] else {
      throw ONNXReason(
        "input \(index) (\(role)) is '\(node.input[index])', which is no constant of the file")
    }
    return value
  }

  private func integers(_ index: Int, _ role: String) throws(ONNXReason) -> [Int] {
    guard let integers = try constant(index, role).integers else {
      throw ONNXReason("input \(index) (\(role)) holds no integers")
    }
    return integers
  }

  private func vector(_ index: Int, _ role: String, count: Int) throws(ONNXReason) -> [Float] {
    let value = try constant(index, role)
    guard value.floats.count == count else {
      throw ONNXReason("input \(index) (\(role)) has shape \(value.shape); \(count) values fit")
    }
    return value.floats
  }

  private func scalar(_ index: Int, _ role: String, default value: Float) throws(ONNXReason) -> Float {
    guard hasInput(index) else { return value }
    return try vector(index, role, count: 1)[0]
  }

  // MARK: Operations

  /// The operation, and how many of the node's first inputs are values rather than parameters.
  func operation() throws(ONNXReason) -> (Operation, valueInputs: Int) {
    switch node.opType {
    case "Conv": return (.convolution(try convolution()), 1)
    case "Gemm": return (.dense(try gemm()), 1)
    case "MatMul": return (.dense(try matMul()), 1)
    case "BatchNormalization": return (.batchNormalization(try batchNormalization()), 1)
    case "Relu": return (.relu, 1)
    case "Sigmoid": return (.sigmoid, 1)
    case "Clip":
      return (
        .clip(
          minimum: try scalar(1, "min", default: -.greatestFiniteMagnitude),
          maximum: try scalar(2, "max", default: .greatestFiniteMagnitude)), 1
      )
    case "Add": return (.add, 2)
    case "Mul": return (.multiply, 2)
    case "MaxPool": return (.maxPool(try window(dilates: true)), 1)
    case "AveragePool":
      return (
        .averagePool(
          try window(dilates: opset >= 19), countsPadding: integer("count_include_pad", default: 0) != 0),
        1
      )
    case "GlobalAveragePool": return (.globalAveragePool, 1)
    case "Flatten": return (.flatten(axis: integer("axis", default: 1)), 1)
    case "Reshape":
      guard integer("allowzero", default: 0) == 0 else {
        throw ONNXReason("attribute allowzero is not read")
      }
      return (.reshape(try integers(1, "shape")), 1)
    case "Transpose":
      return (.transpose(attribute("perm")?.ints.map { Int($0) } ?? []), 1)
    case "Slice": return (.slice(try slice()), 1)
    case "Pad": return (try pad(), 1)
    case "Concat": return (.concatenate(axis: integer("axis", default: 1)), node.input.count)
    case "Softmax": return (.softmax(axis: integer("axis", default: opset < 13 ? 1 : -1)), 1)
    case "Identity", "Dropout": return (.identity, 1)
    default:
      throw ONNXReason(
        "operator \(node.opType) is not supported; supported: "
          + Self.supported.joined(separator: ", "))
    }
  }

  private func window(
    dilates: Bool, kernel weights: [Int]? = nil
  ) throws(ONNXReason) -> WindowShape {
    let limit = 1...(1 << 20)
    if let auto = attribute("auto_pad") {
      let name = String(decoding: auto.s, as: UTF8.self)
      guard name == "NOTSET" || name == "VALID" else {
        throw ONNXReason("attribute auto_pad is \(name); NOTSET and VALID with explicit pads are read")
      }
    }
    if weights == nil, attribute("kernel_shape") == nil {
      throw ONNXReason("attribute kernel_shape is missing")
    }
    let kernel = try integers("kernel_shape", count: 2, default: 1, range: limit)
    if let weights, attribute("kernel_shape") != nil, weights != kernel {
      throw ONNXReason("attribute kernel_shape is \(kernel), the weights are \(weights)")
    }
    var window = WindowShape(
      kernelHeight: weights?[0] ?? kernel[0], kernelWidth: weights?[1] ?? kernel[1])
    let strides = try integers("strides", count: 2, default: 1, range: limit)
    let dilations = try integers("dilations", count: 2, default: 1, range: limit)
    guard dilates || dilations == [1, 1] else { throw ONNXReason("attribute dilations is not read") }
    let pads = try integers("pads", count: 4, default: 0, range: 0...(1 << 20))
    (window.strideHeight, window.strideWidth) = (strides[0], strides[1])
    (window.dilationHeight, window.dilationWidth) = (dilations[0], dilations[1])
    (window.padTop, window.padLeft) = (pads[0], pads[1])
    (window.padBottom, window.padRight) = (pads[2], pads[3])
    window.roundsUp = integer("ceil_mode", default: 0) != 0
    return window
  }

  private func convolution() throws(ONNXReason) -> Convolution {
    let weights = try constant(1, "weights")
    guard weights.shape.count == 4, weights.shape.allSatisfy({ $0 > 0 }) else {
      throw ONNXReason(
        "weights have shape \(weights.shape); two-dimensional convolutions have "
          + "[outputs, inputs, height, width]")
    }
    let outputs = weights.shape[0]
    let groups = integer("group", default: 1)
    guard groups > 0, outputs % groups == 0 else {
      throw ONNXReason("attribute group is \(groups), which does not divide \(outputs) outputs")
    }
    return Convolution(
      weights: Matrix(
        rows: outputs, columns: weights.floats.count / outputs, elements: weights.floats),
      bias: hasInput(2) ? try vector(2, "bias", count: outputs) : [], groups: groups,
      window: try window(dilates: true, kernel: Array(weights.shape[2...])))
  }

  private func matrix(_ index: Int, isTransposed: Bool) throws(ONNXReason) -> Matrix<Float> {
    let weights = try constant(index, "weights")
    guard weights.shape.count == 2 else {
      throw ONNXReason("weights have shape \(weights.shape); a matrix is read")
    }
    let stored = Matrix(
      rows: weights.shape[0], columns: weights.shape[1], elements: weights.floats)
    return isTransposed ? stored : stored.transposed()
  }

  private func gemm() throws(ONNXReason) -> Dense {
    guard integer("transA", default: 0) == 0 else {
      throw ONNXReason("attribute transA is set; only plain inputs are read")
    }
    let alpha = try float("alpha", default: 1)
    let beta = try float("beta", default: 1)
    let weights = try matrix(1, isTransposed: integer("transB", default: 0) != 0)
    var bias: [Float] = []
    if hasInput(2) {
      let given = try constant(2, "bias")
      guard given.floats.count == weights.rows || given.floats.count == 1 else {
        throw ONNXReason("bias has shape \(given.shape), the outputs are \(weights.rows)")
      }
      bias = (0..<weights.rows).map { given.floats[given.floats.count == 1 ? 0 : $0] * beta }
    }
    return Dense(weights: alpha == 1 ? weights : weights.map { $0 * alpha }, bias: bias)
  }

  private func matMul() throws(ONNXReason) -> Dense {
    Dense(weights: try matrix(1, isTransposed: false), bias: [])
  }

  private func batchNormalization() throws(ONNXReason) -> BatchNormalization {
    let scale = try constant(1, "scale").floats
    let variance = try vector(4, "variance", count: scale.count)
    let epsilon = try float("epsilon", default: 1e-5)
    guard variance.allSatisfy({ $0 + epsilon > 0 }) else {
      throw ONNXReason("a variance plus epsilon is not positive")
    }
    return BatchNormalization(
      scale: scale, shift: try vector(2, "bias", count: scale.count),
      mean: try vector(3, "mean", count: scale.count), variance: variance, epsilon: epsilon)
  }

  private func slice() throws(ONNXReason) -> [SliceAxis] {
    let starts = try integers(1, "starts")
    let ends = try integers(2, "ends")
    let axes = hasInput(3) ? try integers(3, "axes") : Array(starts.indices)
    let steps = hasInput(4) ? try integers(4, "steps") : starts.map { _ in 1 }
    guard ends.count == starts.count, axes.count == starts.count, steps.count == starts.count else {
      throw ONNXReason("starts, ends, axes and steps differ in count")
    }
    guard steps.allSatisfy({ $0 > 0 }), starts.allSatisfy({ $0 > .min / 2 }),
      axes.allSatisfy({ $0.magnitude < 64 })
    else { throw ONNXReason("steps are \(steps), axes \(axes); forward slices are read") }
    return starts.indices.map {
      SliceAxis(axis: axes[$0], start: starts[$0], end: max(ends[$0], .min / 2), step: steps[$0])
    }
  }

  private func pad() throws(ONNXReason) -> Operation {
    if let mode = attribute("mode"), String(decoding: mode.s, as: UTF8.self) != "constant" {
      throw ONNXReason("attribute mode is \(String(decoding: mode.s, as: UTF8.self)); constant is read")
    }
    guard !hasInput(3) else { throw ONNXReason("input 3 (axes) is not read") }
    let pads = try integers(1, "pads")
    guard pads.count % 2 == 0, pads.allSatisfy({ $0.magnitude < 1 << 20 }) else {
      throw ONNXReason("pads are \(pads)")
    }
    return .pad(
      before: Array(pads[..<(pads.count / 2)]), after: Array(pads[(pads.count / 2)...]),
      value: try scalar(2, "value", default: 0))
  }
}
