import NeuralNetwork
import NumericKernels

extension ONNXWriter {
  mutating func add(_ convolution: Convolution, _ node: GraphNode) throws(ONNXReason) {
    guard extents(of: node.inputs[0]).count == 4 else { throw ONNXReason("reads no planes") }
    let window = convolution.window
    let extents = [
      convolution.weights.rows, convolution.channelsPerGroup, window.kernelHeight,
      window.kernelWidth,
    ]
    var inputs = [
      node.inputs[0],
      weights(node.name, convolution.weights, convolution.storedWeights, extents),
    ]
    if !convolution.bias.isEmpty {
      inputs.append(add("\(node.name).bias", convolution.bias, [extents[0]]))
    }
    add(
      "Conv", node.name, inputs, node.output,
      attributes(window) + [Onnx_AttributeProto("group", convolution.groups)])
  }

  mutating func add(_ dense: Dense, _ node: GraphNode) throws(ONNXReason) {
    let (rows, columns) = (dense.weights.rows, dense.weights.columns)
    if extents(of: node.inputs[0]).count == 2 {
      var inputs = [
        node.inputs[0], weights(node.name, dense.weights, dense.storedWeights, [rows, columns]),
      ]
      if !dense.bias.isEmpty { inputs.append(add("\(node.name).bias", dense.bias, [rows])) }
      add("Gemm", node.name, inputs, node.output, [Onnx_AttributeProto("transB", 1)])
      return
    }
    let product = dense.bias.isEmpty ? node.output : "\(node.name).product"
    // Scales are those of outputs, here along the second axis.
    let matrix = weights(
      node.name, dense.weights, dense.storedWeights, [columns, rows], isTransposed: true)
    add("MatMul", node.name, [node.inputs[0], matrix], product)
    guard !dense.bias.isEmpty else { return }
    let bias = add("\(node.name).bias", dense.bias, [rows])
    add("Add", "\(node.name).sum", [product, bias], node.output)
  }

  /// Weights `[outputs, inputs]` as real numbers, or as integers behind a `DequantizeLinear`, in `shape`;
  /// returns the name.
  private mutating func weights(
    _ node: String, _ real: Matrix<Float>, _ stored: QuantizedWeights?, _ shape: [Int],
    isTransposed: Bool = false
  ) -> String {
    let name = "\(node).weights"
    func inOrder<T: Sendable>(_ matrix: Matrix<T>) -> [T] {
      isTransposed ? matrix.transposed().elements : matrix.elements
    }
    guard let stored else { return add(name, inOrder(real), shape) }
    let codes = add("\(node).codes", inOrder(stored.codes).map { Int($0) }, shape, .int8)
    let isShared =
      Set(stored.scales).count == 1
      && (stored.zeroPoints.isEmpty || Set(stored.zeroPoints).count == 1)
    let count = isShared ? 1 : stored.scales.count
    let extents = isShared ? [] : [count]
    let zeros =
      stored.zeroPoints.isEmpty
      ? Array(repeating: 0, count: count) : Array(stored.zeroPoints.prefix(count))
    add(
      "DequantizeLinear", "\(node).dequantized",
      [
        codes, add("\(node).scales", Array(stored.scales.prefix(count)), extents),
        add("\(node).zeros", zeros, extents, .int8),
      ], name, isShared ? [] : [Onnx_AttributeProto("axis", isTransposed ? 1 : 0)])
    return name
  }

  func attributes(_ window: WindowShape) -> [Onnx_AttributeProto] {
    [
      Onnx_AttributeProto("kernel_shape", [window.kernelHeight, window.kernelWidth]),
      Onnx_AttributeProto("strides", [window.strideHeight, window.strideWidth]),
      Onnx_AttributeProto("dilations", [window.dilationHeight, window.dilationWidth]),
      Onnx_AttributeProto(
        "pads", [window.padTop, window.padLeft, window.padBottom, window.padRight]),
    ]
  }

  mutating func add(
    _ quantization: AffineQuantization, _ node: GraphNode, isQuantizing: Bool
  ) throws(ONNXReason) {
    guard let type = ONNXElementType.allCases.first(where: { $0.codes == quantization.codes })
    else {
      throw ONNXReason(
        "codes \(quantization.codes.lowerBound) … \(quantization.codes.upperBound) are those of no "
          + "type")
    }
    let shape = quantization.isPerTensor ? [] : [quantization.scales.count]
    let inputs = [
      node.inputs[0], add("\(node.name).scale", quantization.scales, shape),
      add("\(node.name).zero", quantization.zeroPoints, shape, type),
    ]
    add(
      node.operation.name, node.name, inputs, node.output,
      quantization.isPerTensor ? [] : [Onnx_AttributeProto("axis", quantization.axis)],
      type: isQuantizing ? type : .float)
  }
}
