import Inference
import NeuralNetwork
import NumericKernels

/// A random two-layer network with signed inputs, for laws that hold for any weights.
enum SmallNetwork {
  static func graph(seed: UInt64 = 1) throws -> Graph {
    var random = RandomStream(seed: seed)
    func weights(_ rows: Int, _ columns: Int) -> Matrix<Float> {
      Matrix(rows: rows, columns: columns) { _, _ in Float.random(in: -1...1, using: &random) }
    }
    var window = WindowShape(kernelHeight: 3, kernelWidth: 3)
    (window.padTop, window.padLeft, window.padBottom, window.padRight) = (1, 1, 1, 1)
    window.strideWidth = 2
    return try Graph(
      inputName: "image", inputShape: [2, 6, 7], outputName: "scores",
      nodes: [
        GraphNode(
          name: "first",
          operation: .convolution(
            Convolution(
              weights: weights(5, 18), bias: [0.1, -0.2, 0, 0.3, 0], groups: 1, window: window)),
          inputs: ["image"], output: "a"),
        GraphNode(name: "positive", operation: .relu, inputs: ["a"], output: "b"),
        GraphNode(name: "flat", operation: .flatten(axis: 1), inputs: ["b"], output: "c"),
        GraphNode(
          name: "second",
          operation: .dense(Dense(weights: weights(4, 5 * 6 * 4), bias: [1, 0, -1, 0])),
          inputs: ["c"], output: "scores"),
      ])
  }

  static func images(_ count: Int, seed: UInt64) -> [Tensor] {
    var random = RandomStream(seed: seed)
    return (0..<count).map { _ in
      Tensor(
        shape: [1, 2, 6, 7], values: (0..<84).map { _ in Float.random(in: -1...1, using: &random) })
    }
  }

  static func plan() async throws -> ExecutionPlan {
    try await ExecutionPlan(
      graph(), calibration: images(8, seed: 2), options: QuantizationOptions(), width: 2)
  }
}
