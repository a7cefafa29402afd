import AnalogCore
import CTileSpice
import Inference
import NeuralNetwork
import NumericKernels
import Synchronization

/// A layer on arrays. Calls that prepare it take turns; runs go on beside each other.
final class LayerObject: Sendable {
  private let layer: Mutex<SingleLayer>

  init(_ layer: SingleLayer) { self.layer = Mutex(layer) }

  /// The layer as it is.
  var current: SingleLayer { layer.withLock { $0 } }

  func change<Result: Sendable>(_ body: (inout SingleLayer) throws -> Result) throws -> Result {
    try layer.withLock { layer in
      // A step that fails leaves the layer as it was.
      var copy = layer
      let result = try body(&copy)
      layer = copy
      return result
    }
  }
}

extension MatrixOperator {
  /// The product of a call's arguments.
  init(
    weights view: BufferView, bias: BufferView?, window: tilespice_window?
  ) throws {
    let shape = view.shape
    guard let window else {
      try view.require(rank: 2, "[outputs, inputs], or a convolution's with a window")
      self = .dense(
        Dense(weights: try Self.weights(view), bias: try Self.bias(bias, outputs: shape[0])))
      return
    }
    try view.require(rank: 4, "[outputs, channels of a group, height, width]")
    let limit: ClosedRange<Int64> = 0...1 << 24
    let values = [
      window.strides.0, window.strides.1, window.pads.0, window.pads.1, window.pads.2,
      window.pads.3, window.dilations.0, window.dilations.1, window.groups,
    ]
    guard values.allSatisfy(limit.contains), window.strides.0 > 0, window.strides.1 > 0,
      window.dilations.0 > 0, window.dilations.1 > 0, window.groups > 0,
      shape[0] % Int(window.groups) == 0
    else {
      throw CallError(
        "window: strides, dilations and groups are 1 or more, pads 0 or more, and groups divide "
          + "the \(shape[0]) outputs")
    }
    var own = WindowShape(kernelHeight: shape[2], kernelWidth: shape[3])
    (own.strideHeight, own.strideWidth) = (Int(window.strides.0), Int(window.strides.1))
    (own.padTop, own.padLeft) = (Int(window.pads.0), Int(window.pads.1))
    (own.padBottom, own.padRight) = (Int(window.pads.2), Int(window.pads.3))
    (own.dilationHeight, own.dilationWidth) = (Int(window.dilations.0), Int(window.dilations.1))
    self = .convolution(
      Convolution(
        weights: try Self.weights(view), bias: try Self.bias(bias, outputs: shape[0]),
        groups: Int(window.groups), window: own))
  }

  /// Weights `[outputs, …]` as a matrix; all of them finite, and some.
  static func weights(_ view: BufferView) throws -> Matrix<Float> {
    guard !view.shape.contains(0) else {
      throw CallError("\(view.name) has shape \(view.shape) and holds no weights")
    }
    let values: [Float] = view.values()
    guard values.span.areFinite else {
      throw CallError("\(view.name) holds a weight that is not finite")
    }
    return Matrix(
      rows: view.shape[0], columns: values.count / view.shape[0], elements: values)
  }

  /// One value per output, or none.
  static func bias(_ view: BufferView?, outputs: Int) throws -> [Float] {
    guard let view else { return [] }
    try view.require([outputs], "[outputs]")
    let values: [Float] = view.values()
    guard values.span.areFinite else {
      throw CallError("\(view.name) has a value that is not finite")
    }
    return values
  }
}

extension BufferView {
  /// A tensor in single precision; its size is one that layers take.
  func tensor() throws -> Tensor {
    guard !shape.isEmpty, !shape.contains(0), Tensor.elementCount(of: shape) != nil else {
      throw CallError("\(name) of shape \(shape) is no batch of inputs")
    }
    return Tensor(shape: shape, values: values())
  }
}
