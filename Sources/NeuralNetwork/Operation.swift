import NumericKernels

/// What a node of a graph computes.
public enum Operation: Sendable {
  case convolution(Convolution)
  case dense(Dense)
  case batchNormalization(BatchNormalization)
  case relu
  case sigmoid
  case clip(min: Float, max: Float)
  case add
  case multiply
  case maxPool(Pooling)
  case averagePool(Pooling)
  /// Mean over all spatial positions.
  case globalAveragePool
  /// Joins the extents before `axis` and those from it on.
  case flatten(axis: Int)
  /// Another shape of as many values: 0 keeps an extent, -1 is inferred; the first is the batch.
  case reshape([Int])
  case transpose([Int])
  /// Keeps positions `start, start + step, …` below `end` along each axis.
  case slice([SliceAxis])
  /// Adds `before` and `after` positions of `value` along each axis.
  case pad(before: [Int], after: [Int], value: Float)
  case concat(axis: Int)
  case softmax(axis: Int)
  /// Passes its input on.
  case identity
  /// A value that no input changes; it has no batch extent of its own.
  case constant(Tensor)

  /// The name of the operator in ONNX.
  public var name: String {
    switch self {
    case .convolution: "Conv"
    case .dense: "Gemm"
    case .batchNormalization: "BatchNormalization"
    case .relu: "Relu"
    case .sigmoid: "Sigmoid"
    case .clip: "Clip"
    case .add: "Add"
    case .multiply: "Mul"
    case .maxPool: "MaxPool"
    case .averagePool: "AveragePool"
    case .globalAveragePool: "GlobalAveragePool"
    case .flatten: "Flatten"
    case .reshape: "Reshape"
    case .transpose: "Transpose"
    case .slice: "Slice"
    case .pad: "Pad"
    case .concat: "Concat"
    case .softmax: "Softmax"
    case .identity: "Identity"
    case .constant: "Constant"
    }
  }
}

/// A convolution with constant weights.
public struct Convolution: Sendable {
  /// Weights `[outputs, inputsPerGroup · kernelHeight · kernelWidth]`.
  public var weights: Matrix<Float>
  /// One per output; empty for none.
  public var bias: [Float]
  /// Groups of channels that do not mix.
  public var groups: Int
  /// The window.
  public var window: WindowShape

  /// A convolution; groups divide the outputs.
  public init(weights: Matrix<Float>, bias: [Float], groups: Int, window: WindowShape) {
    precondition(groups > 0 && weights.rows % groups == 0, "groups divide the outputs")
    precondition(bias.isEmpty || bias.count == weights.rows, "one bias per output")
    self.weights = weights
    self.bias = bias
    self.groups = groups
    self.window = window
  }

  /// Rows of a window.
  public var kernelHeight: Int { window.kernelHeight }
  /// Columns of a window.
  public var kernelWidth: Int { window.kernelWidth }
  /// Pixel rows between neighbouring windows.
  public var strideHeight: Int { window.strideHeight }
  /// Pixel columns between neighbouring windows.
  public var strideWidth: Int { window.strideWidth }
  /// Zero rows above the image.
  public var padTop: Int { window.padTop }
  /// Zero columns left of the image.
  public var padLeft: Int { window.padLeft }
  /// Zero rows below the image.
  public var padBottom: Int { window.padBottom }
  /// Zero columns right of the image.
  public var padRight: Int { window.padRight }
  /// Pixel rows between neighbouring rows of a window.
  public var dilationHeight: Int { window.dilationHeight }
  /// Pixel columns between neighbouring columns of a window.
  public var dilationWidth: Int { window.dilationWidth }

  /// Input channels of one group.
  public var channelsPerGroup: Int {
    weights.columns / max(1, window.kernelHeight * window.kernelWidth)
  }

  /// The windows of one group's channels over an image `[channels, height, width]`, or a batch of
  /// them `[N, channels, height, width]`.
  public func geometry(inputShape: [Int]) throws(WindowMisfit) -> WindowGeometry {
    let image = Array(inputShape.suffix(3))
    guard (3...4).contains(inputShape.count), image[0] == channelsPerGroup * groups else {
      throw WindowMisfit(
        description: "takes [N, \(channelsPerGroup * groups), height, width], got \(inputShape)")
    }
    let geometry = try WindowGeometry(
      channels: channelsPerGroup, height: image[1], width: image[2], window: window)
    guard geometry.rowCount == weights.columns else {
      throw WindowMisfit(
        description: "weights [\(weights.rows), \(weights.columns)] do not fill "
          + "\(kernelHeight) × \(kernelWidth) windows")
    }
    return geometry
  }
}

/// A fully connected layer with constant weights: `y = W x + b`.
public struct Dense: Sendable {
  /// Weights `[outputs, inputs]`.
  public var weights: Matrix<Float>
  /// One per output; empty for none.
  public var bias: [Float]

  /// A dense layer.
  public init(weights: Matrix<Float>, bias: [Float]) {
    precondition(bias.isEmpty || bias.count == weights.rows, "one bias per output")
    self.weights = weights
    self.bias = bias
  }
}

/// `y = scale (x − mean) / √(variance + ε) + shift`, per channel.
public struct BatchNormalization: Sendable {
  /// Factor and offset per channel, all parameters combined.
  public var factor: [Float], offset: [Float]

  /// Combines the parameters, each of one value per channel.
  public init(scale: [Float], shift: [Float], mean: [Float], variance: [Float], epsilon: Float) {
    precondition(
      scale.count == shift.count && scale.count == mean.count && scale.count == variance.count,
      "one of each parameter per channel")
    // In double precision: folding multiplies whole layers by these.
    let exact = scale.indices.map {
      Double(scale[$0]) / (Double(variance[$0]) + Double(epsilon)).squareRoot()
    }
    factor = exact.map { Float($0) }
    offset = scale.indices.map { Float(Double(shift[$0]) - exact[$0] * Double(mean[$0])) }
  }
}

/// One axis of a slice.
public struct SliceAxis: Sendable, Equatable {
  public var axis: Int
  public var start: Int
  public var end: Int
  public var step: Int

  /// Positions along `axis`; negative ones count from the end; `step` is positive.
  public init(axis: Int, start: Int, end: Int, step: Int) {
    precondition(step > 0, "a slice steps forward")
    self.axis = axis
    self.start = start
    self.end = end
    self.step = step
  }

  /// The first position kept of an axis of `extent`, and how many are kept.
  func range(extent: Int) -> (start: Int, count: Int) {
    func clamp(_ position: Int) -> Int {
      let fromStart = position < 0 ? max(position, -extent) + extent : position
      return min(max(fromStart, 0), extent)
    }
    let (first, last) = (clamp(start), clamp(end))
    return (first, last > first ? (last - first - 1) / step + 1 : 0)
  }
}
