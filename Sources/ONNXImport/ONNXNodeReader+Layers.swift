import NeuralNetwork
import NumericKernels

extension ONNXNodeReader {
  func convolution() throws(ONNXReason) -> Convolution {
    let weights = try finite(1, "weights")
    guard weights.shape.count == 4, weights.shape.allSatisfy({ $0 > 0 }) else {
      throw ONNXReason(
        "weights have shape \(weights.shape); two-dimensional convolutions have "
          + "[outputs, inputs, height, width]")
    }
    let outputs = weights.shape[0]
    let groups = try integer("group", default: 1)
    guard groups > 0, outputs % groups == 0 else {
      throw ONNXReason("attribute group is \(groups), which does not divide \(outputs) outputs")
    }
    let channels = weights.shape[1].multipliedReportingOverflow(by: groups)
    let input = try shape(0)
    guard input.count == 4, !channels.overflow, input[1] == channels.partialValue else {
      throw ONNXReason(
        "weights \(weights.shape) in \(groups) groups do not fit the input \(input)")
    }
    return Convolution(
      weights: Matrix(
        rows: outputs, columns: weights.floats.count / outputs, elements: weights.floats),
      bias: hasInput(2) ? try vector(2, "bias", count: outputs) : [], groups: groups,
      window: try window(weights: Array(weights.shape[2...])))
  }

  /// The window of a pooling, or of a convolution whose weights have the given height and width.
  func window(weights: [Int]? = nil) throws(ONNXReason) -> WindowShape {
    let limit = 1...(1 << 20)
    let stored = try integers("kernel_shape")
    guard let kernel = stored ?? weights else {
      throw ONNXReason("attribute kernel_shape is missing")
    }
    guard kernel.count == 2, kernel.allSatisfy(limit.contains) else {
      throw ONNXReason("attribute kernel_shape is \(kernel); two extents from 1 on are read")
    }
    if let weights, weights != kernel {
      throw ONNXReason("attribute kernel_shape is \(kernel), the weights are \(weights)")
    }
    let strides = try integers("strides", count: 2, default: 1, range: limit)
    let dilations = try integers("dilations", count: 2, default: 1, range: limit)
    let pads = try integers("pads", count: 4, default: 0, range: 0...(1 << 20))
    var window = WindowShape(kernelHeight: kernel[0], kernelWidth: kernel[1])
    (window.strideHeight, window.strideWidth) = (strides[0], strides[1])
    (window.dilationHeight, window.dilationWidth) = (dilations[0], dilations[1])
    (window.padTop, window.padLeft) = (pads[0], pads[1])
    (window.padBottom, window.padRight) = (pads[2], pads[3])
    if weights == nil { window.roundsUp = try flag("ceil_mode") }
    let automatic = try text("auto_pad", default: "NOTSET")
    switch automatic {
    case "NOTSET": return window
    case "VALID", "SAME_UPPER", "SAME_LOWER":
      guard pads.allSatisfy({ $0 == 0 }) else {
        throw ONNXReason("attributes auto_pad \(automatic) and pads \(pads) contradict each other")
      }
      if automatic != "VALID" { try pad(&window, extraBefore: automatic == "SAME_LOWER") }
      return window
    default:
      throw ONNXReason(
        "attribute auto_pad is \(automatic); NOTSET, VALID, SAME_UPPER and SAME_LOWER are read")
    }
  }

  /// Pads so that there is one window per `stride` pixels, an odd pixel before or behind the image.
  private func pad(_ window: inout WindowShape, extraBefore: Bool) throws(ONNXReason) {
    let input = try shape(0)
    guard input.count == 4 else { throw ONNXReason("takes [N, channels, height, width]") }
    func pads(_ extent: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> (Int, Int) {
      let windows = (extent + stride - 1) / stride
      let total = max(0, (windows - 1) * stride + (kernel - 1) * dilation + 1 - extent)
      return extraBefore ? (total - total / 2, total / 2) : (total / 2, total - total / 2)
    }
    (window.padTop, window.padBottom) = pads(
      input[2], window.kernelHeight, window.strideHeight, window.dilationHeight)
    (window.padLeft, window.padRight) = pads(
      input[3], window.kernelWidth, window.strideWidth, window.dilationWidth)
  }

  private func matrix(_ index: Int, isTransposed: Bool) throws(ONNXReason) -> Matrix<Float> {
    let weights = try finite(index, "weights")
    guard weights.shape.count == 2, weights.shape.allSatisfy({ $0 > 0 }) else {
      throw ONNXReason("weights have shape \(weights.shape); a matrix is read")
    }
    let stored = Matrix(
      rows: weights.shape[0], columns: weights.shape[1], elements: weights.floats)
    return isTransposed ? stored : stored.transposed()
  }

  func gemm() throws(ONNXReason) -> Dense {
    guard try !flag("transA") else {
      throw ONNXReason("attribute transA is set; only plain inputs are read")
    }
    let alpha = try float("alpha", default: 1)
    let beta = try float("beta", default: 1)
    let weights = try matrix(1, isTransposed: flag("transB")).map { $0 * alpha }
    var bias: [Float] = []
    if hasInput(2) {
      let given = try finite(2, "bias")
      // The bias broadcasts to [N, outputs]: one value for all, or one per output in the last axis.
      let isShared = given.floats.count == 1
      guard isShared || (given.floats.count == weights.rows && given.shape.last == weights.rows),
        given.shape.count <= 2
      else {
        throw ONNXReason("bias has shape \(given.shape), the outputs are \(weights.rows)")
      }
      bias = (0..<weights.rows).map { given.floats[isShared ? 0 : $0] * beta }
    }
    guard (weights.elements + bias).allSatisfy(\.isFinite) else {
      throw ONNXReason("weights times alpha or bias times beta overflow")
    }
    return Dense(weights: weights, bias: bias)
  }

  func matMul() throws(ONNXReason) -> Dense {
    Dense(weights: try matrix(1, isTransposed: false), bias: [])
  }

  func batchNormalization() throws(ONNXReason) -> BatchNormalization {
    guard try !flag("training_mode") else {
      throw ONNXReason("training_mode is set; networks are run in inference only")
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
