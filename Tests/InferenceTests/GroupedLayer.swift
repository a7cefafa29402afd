import NeuralNetwork
import NumericKernels

@testable import Inference

/// Random grouped convolutions: any groups, multipliers, strides, pads and dilations.
enum GroupedLayer {
  static func convolution(
    groups: Int, channels: Int, outputs: Int, _ random: inout RandomStream
  ) -> Convolution {
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    var window = WindowShape(kernelHeight: draw(1...3), kernelWidth: draw(1...3))
    (window.strideHeight, window.strideWidth) = (draw(1...2), draw(1...3))
    (window.dilationHeight, window.dilationWidth) = (draw(1...2), draw(1...2))
    (window.padTop, window.padLeft) = (draw(0...2), draw(0...2))
    (window.padBottom, window.padRight) = (draw(0...2), draw(0...2))
    let taps = channels * window.kernelHeight * window.kernelWidth
    return Convolution(
      weights: Matrix(rows: groups * outputs, columns: taps) { _, _ in
        Float.random(in: -1...1, using: &random)
      },
      bias: (0..<groups * outputs).map { _ in Float.random(in: -1...1, using: &random) },
      groups: groups, window: window)
  }

  /// Two to six groups of one to three channels and outputs.
  static func layer(_ random: inout RandomStream) throws -> MatrixLayer {
    let groups = Int.random(in: 2...6, using: &random)
    let channels = Bool.random(using: &random) ? 1 : Int.random(in: 1...3, using: &random)
    let convolution = convolution(
      groups: groups, channels: channels, outputs: Int.random(in: 1...3, using: &random), &random)
    return try MatrixLayer(
      name: "grouped", index: 0, product: .convolution(convolution), options: QuantizationOptions(),
      quantizer: ActivationQuantizer(range: 1, isSigned: Bool.random(using: &random)))
  }

  static func input(of layer: MatrixLayer, _ random: inout RandomStream) -> Tensor {
    guard case .convolution(let convolution) = layer.product else {
      preconditionFailure("grouped layers are convolutions")
    }
    let shape = [2, convolution.groups * convolution.channelsPerGroup, 9, 8]
    return Tensor(
      shape: shape,
      values: (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &random) })
  }

  /// A grouped, a depthwise and a dense layer on images `[6, 13, 17]`.
  static func graph(seed: UInt64) throws -> Graph {
    var random = RandomStream(seed: seed)
    let grouped = convolution(groups: 3, channels: 2, outputs: 2, &random)
    let depthwise = convolution(groups: 6, channels: 1, outputs: 2, &random)
    var nodes = [
      GraphNode(
        name: "grouped", operation: .convolution(grouped), inputs: ["image"], output: "a"),
      GraphNode(
        name: "depthwise", operation: .convolution(depthwise), inputs: ["a"], output: "b"),
      GraphNode(name: "relu", operation: .relu, inputs: ["b"], output: "c"),
    ]
    nodes.append(GraphNode(name: "pool", operation: .globalAveragePool, inputs: ["c"], output: "d"))
    nodes.append(GraphNode(name: "flat", operation: .flatten(axis: 1), inputs: ["d"], output: "e"))
    let weights = Matrix(rows: 3, columns: 12) { _, _ in Float.random(in: -1...1, using: &random) }
    nodes.append(
      GraphNode(
        name: "dense", operation: .dense(Dense(weights: weights, bias: [])), inputs: ["e"],
        output: "scores"))
    return try Graph(
      inputName: "image", inputShape: [6, 13, 17], outputName: "scores", nodes: nodes)
  }

  static func images(_ count: Int, seed: UInt64) -> [Tensor] {
    var random = RandomStream(seed: seed)
    return (0..<count).map { _ in
      Tensor(
        shape: [1, 6, 13, 17],
        values: (0..<1326).map { _ in Float.random(in: -1...1, using: &random) })
    }
  }
}
