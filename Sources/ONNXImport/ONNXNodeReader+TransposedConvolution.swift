import NeuralNetwork
import NumericKernels

extension ONNXNodeReader {
  static let transposedConvolutionAttributes: [String: Set<String>] = [
    "ConvTranspose": [
      "auto_pad", "dilations", "group", "kernel_shape", "output_padding", "output_shape", "pads",
      "strides",
    ]
  ]

  /// Every input pixel makes a whole window of every output channel, a product with constant
  /// weights, and windows that overlap are added.
  func transposedConvolution() throws(ONNXReason) -> [ONNXStep] {
    let weights = try finite(1, "weights")
    let input = try shape(0)
    let groups = try integer("group", default: 1)
    guard (3...4).contains(weights.shape.count), weights.shape.allSatisfy({ $0 > 0 }),
      input.count == weights.shape.count, input[1] == weights.shape[0]
    else {
      throw ONNXReason(
        "weights [inputs, outputs, …] are \(weights.shape), its input is \(input); lines and "
          + "planes are read")
    }
    guard groups > 0, input[1] % groups == 0 else {
      throw ONNXReason("attribute group is \(groups), which does not divide \(input[1]) inputs")
    }
    let outputs = weights.shape[1].multipliedReportingOverflow(by: groups)
    guard !outputs.overflow, outputs.partialValue <= 1 << 24 else {
      throw ONNXReason("has \(groups) groups of \(weights.shape[1]) outputs")
    }
    let channels = outputs.partialValue
    let bias = hasInput(2) ? try vector(2, "bias", count: channels) : []
    let sum = try overlapAdd(input, kernel: Array(weights.shape[2...]), bias: bias)
    let product = Operation.convolution(try pixelProduct(weights, groups: groups))
    guard input.count == 3 else {
      return [step(product), ONNXStep(operation: .overlapAdd(sum))]
    }
    return [
      step(.reshape([0, input[1], 1, input[2]])), ONNXStep(operation: product),
      ONNXStep(operation: .overlapAdd(sum)),
      ONNXStep(operation: .reshape([0, channels, -1])),
    ]
  }

  /// The product of every pixel, `[outputs · kernel, inputs]`: a convolution of 1 × 1 windows.
  private func pixelProduct(
    _ weights: ONNXConstant, groups: Int
  ) throws(ONNXReason) -> Convolution {
    let inputs = weights.shape[0] / groups
    let windows = weights.floats.count / weights.shape[0]
    /// From `[group, input, window]` to `[group, window, input]`.
    func turned<T>(_ values: [T]) -> [T] {
      (0..<values.count).map { k in
        let (row, input) = (k / inputs, k % inputs)
        let (group, window) = (row / windows, row % windows)
        return values[(group * inputs + input) * windows + window]
      }
    }
    let rows = groups * windows
    var convolution = Convolution(
      weights: Matrix(rows: rows, columns: inputs, elements: turned(weights.floats)), bias: [],
      groups: groups, window: WindowShape(kernelHeight: 1, kernelWidth: 1))
    guard let stored = weights.stored else { return convolution }
    var (scales, axis) = (stored.scales, stored.axis)
    if scales.count > 1 && axis == 1 {
      // A scale per output of a group: every row of its window has it.
      let taps = windows / scales.count
      (scales, axis) = ((0..<rows).map { stored.scales[$0 % windows / taps] }, 0)
    } else if scales.count > 1 {
      axis = 1
    }
    let codes = ONNXStoredCodes(codes: turned(stored.codes), scales: scales, axis: axis)
    convolution.storedWeights = codes.weights(rows: rows, axis: 0)
    convolution.storedWeightsMisfit = codes.misfit(rows: rows, axis: 0)
    return convolution
  }

  private func overlapAdd(
    _ input: [Int], kernel: [Int], bias: [Float]
  ) throws(ONNXReason) -> OverlapAdd {
    let rank = input.count - 2
    let limit = 1...(1 << 20)
    if let stored = try integers("kernel_shape"), stored != kernel {
      throw ONNXReason("attribute kernel_shape is \(stored), the weights are \(kernel)")
    }
    guard kernel.allSatisfy(limit.contains) else { throw ONNXReason("has the kernel \(kernel)") }
    let strides = try integers("strides", count: rank, default: 1, range: limit)
    let dilations = try integers("dilations", count: rank, default: 1, range: limit)
    let extra = try integers("output_padding", count: rank, default: 0, range: 0...(1 << 20))
    var pads = try integers("pads", count: 2 * rank, default: 0, range: 0...(1 << 20))
    let automatic = try text("auto_pad", default: "NOTSET")
    guard ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(automatic) else {
      throw ONNXReason(
        "attribute auto_pad is \(automatic); NOTSET, VALID, SAME_UPPER and SAME_LOWER are read")
    }
    // What the windows reach over, before pads are cut off.
    let reach = (0..<rank).map { (axis: Int) -> Int in
      let windows = (input[2 + axis] - 1) * strides[axis]
      return windows + extra[axis] + (kernel[axis] - 1) * dilations[axis] + 1
    }
    var wanted = try integers("output_shape")
    if wanted?.isEmpty == true { wanted = nil }
    if let shape = wanted {
      // Some exporters give the batch and the channels too.
      guard shape.count == rank || shape.count == rank + 2 else {
        throw ONNXReason("attribute output_shape is \(shape); \(rank) extents are read")
      }
      wanted = Array(shape.suffix(rank))
    } else if automatic.hasPrefix("SAME") {
      wanted = (0..<rank).map { input[2 + $0] * strides[$0] }
    } else if automatic == "VALID" {
      pads = pads.map { _ in 0 }
    }
    var extents: [Int] = []
    for axis in 0..<rank {
      if let wanted {
        let total = max(0, reach[axis] - wanted[axis])
        let less = total / 2
        pads[axis] = automatic == "SAME_UPPER" ? less : total - less
        pads[rank + axis] = total - pads[axis]
      }
      extents.append(wanted?[axis] ?? reach[axis] - pads[axis] - pads[rank + axis])
    }
    guard extents.allSatisfy({ (1...(1 << 24)).contains($0) }) else {
      throw ONNXReason("has an output of impossible extents \(extents) (input \(input))")
    }
    let isLine = rank == 1
    var window = WindowShape(
      kernelHeight: isLine ? 1 : kernel[0], kernelWidth: kernel[rank - 1])
    (window.strideHeight, window.strideWidth) = (isLine ? 1 : strides[0], strides[rank - 1])
    (window.dilationHeight, window.dilationWidth) = (isLine ? 1 : dilations[0], dilations[rank - 1])
    (window.padTop, window.padLeft) = (isLine ? 0 : pads[0], pads[rank - 1])
    return OverlapAdd(
      window: window, height: isLine ? 1 : extents[0], width: extents[rank - 1], bias: bias)
  }
}
