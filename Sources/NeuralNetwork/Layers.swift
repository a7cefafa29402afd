import NumericKernels

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
  /// The integers that `weights` were made from, if the network came quantized.
  public var storedWeights: QuantizedWeights?
  /// Why the integer weights of the file could not become `storedWeights`; `nil` if this does not
  /// apply.
  public var storedWeightsMisfit: String?

  /// A convolution; groups divide the outputs.
  public init(
    weights: Matrix<Float>, bias: [Float], groups: Int, window: WindowShape,
    storedWeights: QuantizedWeights? = nil
  ) {
    precondition(groups > 0 && weights.rows % groups == 0, "groups divide the outputs")
    precondition(bias.isEmpty || bias.count == weights.rows, "one bias per output")
    self.weights = weights
    self.bias = bias
    self.groups = groups
    self.window = window
    self.storedWeights = storedWeights
  }

  /// Rows of a window.
  public var kernelHeight: Int { window.kernelHeight }
  /// Columns of a window.
  public var kernelWidth: Int { window.kernelWidth }
  /// Pixel rows between neighboring windows.
  public var strideHeight: Int { window.strideHeight }
  /// Pixel columns between neighboring windows.
  public var strideWidth: Int { window.strideWidth }
  /// Zero rows above the image.
  public var padTop: Int { window.padTop }
  /// Zero columns left of the image.
  public var padLeft: Int { window.padLeft }
  /// Zero rows below the image.
  public var padBottom: Int { window.padBottom }
  /// Zero columns right of the image.
  public var padRight: Int { window.padRight }
  /// Pixel rows between neighboring rows of a window.
  public var dilationHeight: Int { window.dilationHeight }
  /// Pixel columns between neighboring columns of a window.
  public var dilationWidth: Int { window.dilationWidth }

  /// Input channels of one group.
  public var channelsPerGroup: Int {
    weights.columns / max(1, window.kernelHeight * window.kernelWidth)
  }

  /// The windows of one group's channels over an image `[channels, height, width]`, or a batch of
  /// them `[N, channels, height, width]`.
  public func geometry(inputShape: [Int]) throws(WindowMisfit) -> WindowGeometry {
    try geometry(inputShape: inputShape, channels: channelsPerGroup)
  }

  /// The same windows over the channels of all groups: one holds the values of every group in turn.
  public func geometryOfAllGroups(inputShape: [Int]) throws(WindowMisfit) -> WindowGeometry {
    try geometry(inputShape: inputShape, channels: channelsPerGroup * groups)
  }

  private func geometry(
    inputShape: [Int], channels: Int
  ) throws(WindowMisfit) -> WindowGeometry {
    let image = Array(inputShape.suffix(3))
    guard (3...4).contains(inputShape.count), image[0] == channelsPerGroup * groups else {
      throw WindowMisfit(
        description: "takes [N, \(channelsPerGroup * groups), height, width], got \(inputShape)")
    }
    let geometry = try WindowGeometry(
      channels: channels, height: image[1], width: image[2], window: window)
    guard geometry.rowCount * channelsPerGroup == weights.columns * channels else {
      throw WindowMisfit(
        description: "weights [\(weights.rows), \(weights.columns)] do not fill "
          + "\(kernelHeight) × \(kernelWidth) windows")
    }
    return geometry
  }
}

/// A fully connected layer with constant weights: `y = W x + b` along the last axis.
public struct Dense: Sendable {
  /// Weights `[outputs, inputs]`.
  public var weights: Matrix<Float>
  /// One per output; empty for none.
  public var bias: [Float]
  /// The integers that `weights` were made from, if the network came quantized.
  public var storedWeights: QuantizedWeights?
  /// Why the integer weights of the file could not become `storedWeights`; `nil` if this does not
  /// apply.
  public var storedWeightsMisfit: String?

  /// A dense layer.
  public init(weights: Matrix<Float>, bias: [Float], storedWeights: QuantizedWeights? = nil) {
    precondition(bias.isEmpty || bias.count == weights.rows, "one bias per output")
    self.weights = weights
    self.bias = bias
    self.storedWeights = storedWeights
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
