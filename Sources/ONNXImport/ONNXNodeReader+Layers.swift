import NeuralNetwork
import NumericKernels

extension ONNXNodeReader {
  /// The steps of an operation that works on planes: lines stand as planes of height 1 meanwhile.
  func planar(_ operation: Operation) throws(ONNXReason) -> [ONNXStep] {
    let input = try shape(0)
    guard input.count == 3 else { return [step(operation)] }
    return [
      step(.reshape([0, input[1], 1, input[2]])), ONNXStep(operation: operation),
      ONNXStep(operation: .reshape([0, outputChannels(operation) ?? input[1], -1])),
    ]
  }

  private func outputChannels(_ operation: Operation) -> Int? {
    guard case .convolution(let convolution) = operation else { return nil }
    return convolution.weights.rows
  }

  func convolution() throws(ONNXReason) -> Convolution {
    let weights = try finite(1, "weights")
    guard (3...4).contains(weights.shape.count), weights.shape.allSatisfy({ $0 > 0 }) else {
      throw ONNXReason(
        "weights have shape \(weights.shape); convolutions over lines and planes have "
          + "[outputs, inputs, length] and [outputs, inputs, height, width]")
    }
    let outputs = weights.shape[0]
    let groups = try integer("group", default: 1)
    guard groups > 0, outputs % groups == 0 else {
      throw ONNXReason("attribute group is \(groups), which does not divide \(outputs) outputs")
    }
    let channels = weights.shape[1].multipliedReportingOverflow(by: groups)
    let input = try shape(0)
    guard input.count == weights.shape.count, !channels.overflow, input[1] == channels.partialValue
    else {
      throw ONNXReason(
        "weights \(weights.shape) in \(groups) groups do not fit the input \(input)")
    }
    var convolution = Convolution(
      weights: Matrix(
        rows: outputs, columns: weights.floats.count / outputs, elements: weights.floats),
      bias: hasInput(2) ? try vector(2, "bias", count: outputs) : [], groups: groups,
      window: try window(weights: Array(weights.shape[2...])),
      storedWeights: weights.stored?.weights(rows: outputs, axis: 0))
    convolution.storedWeightsMisfit = weights.stored?.misfit(rows: outputs, axis: 0)
    return convolution
  }

  /// The window of a pooling, or of a convolution whose weights have the given extents. Over lines
  /// it is a window of height 1.
  func window(weights: [Int]? = nil) throws(ONNXReason) -> WindowShape {
    let limit = 1...(1 << 20)
    let input = try shape(0)
    let rank = input.count - 2
    guard (1...2).contains(rank) else {
      throw ONNXReason(
        "its input has shape \(input); [N, channels, length] and [N, channels, height, width] "
          + "are read")
    }
    let stored = try integers("kernel_shape")
    guard let kernel = stored ?? weights else {
      throw ONNXReason("attribute kernel_shape is missing")
    }
    guard kernel.count == rank, kernel.allSatisfy(limit.contains) else {
      throw ONNXReason("attribute kernel_shape is \(kernel); \(rank) extents from 1 on are read")
    }
    if let weights, weights != kernel {
      throw ONNXReason("attribute kernel_shape is \(kernel), the weights are \(weights)")
    }
    let strides = try integers("strides", count: rank, default: 1, range: limit)
    let dilations = try integers("dilations", count: rank, default: 1, range: limit)
    let pads = try integers("pads", count: 2 * rank, default: 0, range: 0...(1 << 20))
    let isLine = rank == 1
    var window = WindowShape(
      kernelHeight: isLine ? 1 : kernel[0], kernelWidth: kernel[rank - 1])
    (window.strideHeight, window.strideWidth) = (isLine ? 1 : strides[0], strides[rank - 1])
    (window.dilationHeight, window.dilationWidth) = (isLine ? 1 : dilations[0], dilations[rank - 1])
    (window.padTop, window.padLeft) = (isLine ? 0 : pads[0], pads[rank - 1])
    (window.padBottom, window.padRight) = (isLine ? 0 : pads[rank], pads[2 * rank - 1])
    if weights == nil { window.roundsUp = try flag("ceil_mode") }
    let automatic = try text("auto_pad", default: "NOTSET")
    switch automatic {
    case "NOTSET": return window
    case "VALID", "SAME_UPPER", "SAME_LOWER":
      guard pads.allSatisfy({ $0 == 0 }) else {
        throw ONNXReason("attributes auto_pad \(automatic) and pads \(pads) contradict each other")
      }
      if automatic != "VALID" {
        pad(&window, over: (isLine ? 1 : input[2], input[rank + 1]), automatic == "SAME_LOWER")
      }
      return window
    default:
      throw ONNXReason(
        "attribute auto_pad is \(automatic); NOTSET, VALID, SAME_UPPER and SAME_LOWER are read")
    }
  }

  /// Pads so that there is one window per `stride` pixels, an odd pixel before or behind the image.
  private func pad(
    _ window: inout WindowShape, over image: (height: Int, width: Int), _ extraBefore: Bool
  ) {
    func pads(_ extent: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> (Int, Int) {
      let windows = (extent + stride - 1) / stride
      let total = max(0, (windows - 1) * stride + (kernel - 1) * dilation + 1 - extent)
      return extraBefore ? (total - total / 2, total / 2) : (total / 2, total - total / 2)
    }
    (window.padTop, window.padBottom) = pads(
      image.height, window.kernelHeight, window.strideHeight, window.dilationHeight)
    (window.padLeft, window.padRight) = pads(
      image.width, window.kernelWidth, window.strideWidth, window.dilationWidth)
  }

  /// A dense layer without bias, from a constant factor on the right.
  private func dense(isTransposed: Bool, scale: Float = 1) throws(ONNXReason) -> Dense {
    let weights = try finite(1, "weights")
    guard weights.shape.count == 2, weights.shape.allSatisfy({ $0 > 0 }) else {
      throw ONNXReason("weights have shape \(weights.shape); a matrix is read")
    }
    let turned = isTransposed ? weights : weights.turned()
    let rows = turned.shape[0]
    var dense = Dense(
      weights: Matrix(
        rows: rows, columns: turned.shape[1], elements: turned.floats.map { $0 * scale }),
      bias: [], storedWeights: turned.stored?.weights(rows: rows, axis: 0, factor: scale))
    dense.storedWeightsMisfit = turned.stored?.misfit(rows: rows, axis: 0, factor: scale)
    return dense
  }

  func gemm() throws(ONNXReason) -> [ONNXStep] {
    let alpha = try float("alpha", default: 1)
    let beta = try float("beta", default: 1)
    var layer = try dense(isTransposed: flag("transB"), scale: alpha)
    let outputs = layer.weights.rows
    var bias: [Float] = []
    var addend: String?
    if hasInput(2), beta != 0 {
      // The addend broadcasts to [N, outputs]: a bias, unless it is computed or has rows.
      let name = node.input[2]
      let given = values.constants[name]
      let isShared = given?.floats.count == 1
      if let given, isShared || (given.floats.count == outputs && given.shape.last == outputs) {
        _ = try finite(2, "bias")
        bias = (0..<outputs).map { given.floats[isShared ? 0 : $0] * beta }
      } else {
        guard beta == 1 else {
          throw ONNXReason(
            "attribute beta is \(beta) and input 2 is no bias; 0 and 1 are read there")
        }
        let extents = try shape(2)
        guard extents.count <= 2, extents.last == outputs || extents.last == 1 else {
          throw ONNXReason("bias has shape \(extents), the outputs are \(outputs)")
        }
        addend = name
      }
    }
    guard (layer.weights.elements + bias).allSatisfy(\.isFinite) else {
      throw ONNXReason("weights times alpha or bias times beta overflow")
    }
    layer.bias = bias
    let dense = Operation.dense(layer)
    let input = try shape(0)
    guard input.count == 2 else {
      throw ONNXReason("its input has shape \(input); a matrix is read")
    }
    var steps = [step(dense)]
    if try flag("transA") {
      steps = [step(.transpose([1, 0])), ONNXStep(operation: dense)]
    }
    if let addend { steps.append(ONNXStep(operation: .add, inputs: [addend])) }
    return steps
  }

  func matMul() throws(ONNXReason) -> [ONNXStep] {
    guard hasInput(1), values.constants[node.input[1]]?.shape.count == 2,
      try shape(0).count >= 2
    else { return [step(.matrixProduct, inputs: 2)] }
    return [step(.dense(try dense(isTransposed: false)))]
  }

  func batchNormalization() throws(ONNXReason) -> BatchNormalization {
    guard try !flag("training_mode") else {
      throw ONNXReason("training_mode is set; networks are run in inference only")
    }
    let isPerChannel = try flag("spatial", default: true)
    guard isPerChannel || values.opset > 8 else {
      throw ONNXReason("attribute spatial is 0; normalizations per channel are read")
    }
    let scale = try finite(1, "scale").floats
    let variance = try vector(4, "variance", count: scale.count)
    let epsilon = try float("epsilon", default: 1e-5)
    guard variance.allSatisfy({ $0 + epsilon > 0 }) else {
      throw ONNXReason("a variance plus epsilon is not positive")
    }
    let normalization = BatchNormalization(
      scale: scale, shift: try vector(2, "bias", count: scale.count),
      mean: try vector(3, "mean", count: scale.count), variance: variance, epsilon: epsilon)
    guard (normalization.factor + normalization.offset).allSatisfy(\.isFinite) else {
      throw ONNXReason("a factor or an offset overflows")
    }
    return normalization
  }
}
