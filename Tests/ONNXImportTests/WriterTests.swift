import NeuralNetwork
import NumericKernels
import TestSupport
import Testing

@testable import ONNXImport

/// Graphs written as ONNX files are read back as what they were.
@Suite struct WriterTests {
  private func reread(_ graph: Graph) throws -> Graph {
    try ONNXImporter.graph(ONNXWriter.bytes(of: graph, name: "own"), path: "own.onnx")
  }

  private func tensor(_ shape: [Int], seed: UInt64, in range: ClosedRange<Float> = -2...2) -> Tensor
  {
    var random = RandomStream(seed: seed)
    return Tensor(
      shape: shape,
      values: (0..<shape.reduce(1, *)).map { _ in Float.random(in: range, using: &random) })
  }

  private func graph(_ operations: [Operation], shape: [Int] = [2, 6, 5]) throws -> Graph {
    let nodes = operations.enumerated().map { k, operation in
      GraphNode(
        name: "n\(k)", operation: operation, inputs: [k == 0 ? "x" : "v\(k - 1)"], output: "v\(k)")
    }
    return try Graph(
      inputName: "x", inputShape: shape, outputName: "v\(operations.count - 1)", nodes: nodes)
  }

  private func matrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<Float> {
    Matrix(rows: rows, columns: columns, elements: tensor([rows, columns], seed: seed).values)
  }

  private var window: WindowShape {
    var window = WindowShape(kernelHeight: 3, kernelWidth: 2)
    (window.padTop, window.padLeft, window.padBottom, window.padRight) = (1, 0, 0, 1)
    (window.strideHeight, window.dilationWidth) = (2, 2)
    return window
  }

  private var chains: [[Operation]] {
    var pooling = Pooling(window: WindowShape(kernelHeight: 2, kernelWidth: 2))
    (pooling.window.strideHeight, pooling.window.strideWidth) = (2, 2)
    pooling.window.roundsUp = true
    let convolution = Convolution(
      weights: matrix(4, 6, seed: 1), bias: [1, 2, 3, 4], groups: 2, window: window)
    let functions: [UnaryFunction] = [
      .absolute, .ceil, .erf, .exponential, .floor, .hardSwish, .negative, .relu, .round, .sigmoid,
      .sign, .softplus, .softsign, .tanh, .mish, .celu(slope: 0.5), .shrink(limit: 0.5, bias: 0.2),
      .thresholdedRelu(limit: 0.3), .clip(min: -0.5, max: 0.7), .elu(slope: 0.4),
      .gelu(isApproximate: true), .gelu(isApproximate: false),
      .hardSigmoid(slope: 0.3, offset: 0.4), .leakyRelu(slope: 0.1),
      .selu(slope: 1.7, scale: 1.1), .cosine, .arcTangent,
    ]
    var chains: [[Operation]] = functions.map { [.unary($0)] }
    chains += [
      [.convolution(convolution), .relu, .maxPool(pooling), .flatten(axis: 1)],
      [.averagePool(pooling), .globalAveragePool],
      [
        .flatten(axis: 1), .dense(Dense(weights: matrix(3, 60, seed: 2), bias: [1, -1, 0])),
        .softmax(axis: 1),
      ],
      [.reshape([1, 10, 6]), .dense(Dense(weights: matrix(3, 6, seed: 3), bias: [1, -1, 0]))],
      [.transpose([0, 3, 1, 2]), .slice([SliceAxis(axis: 1, start: 4, end: -9, step: -2)])],
      [.gather(axis: 2, indices: [1, 0, 1, 5], shape: [2, 2])],
      [.pad(before: [0, 1, 0, 0], after: [0, 0, 2, 0], value: 3)],
      [.pad(Padding(before: [0, 0, 1, 0], after: [0, 0, 0, 1], fill: .reflect))],
      [.reduce(Reduction(.mean, axes: [2, 3], keepsAxes: false))],
      [
        .batchNormalization(
          BatchNormalization(
            scale: [1, 2], shift: [3, 4], mean: [5, 6], variance: [0.5, 2], epsilon: 1e-5))
      ],
      [.identity, .binary(.add)], [.expand([3, 2, 6, 5])],
    ]
    return chains
  }

  /// Operation by operation, the same numbers to the last bit.
  @Test func operationsAreReadBack() throws {
    for chain in chains {
      let graph = try graph(chain)
      let image = tensor([1, 2, 6, 5], seed: 7)
      let own = try graph.run(image)
      let read = try reread(graph).run(image)
      #expect(read.shape == own.shape && read.values == own.values, "\(chain.map(\.name))")
    }
  }

  /// Several inputs and constants.
  @Test func sumsOfSeveralValuesAreReadBack() throws {
    let graph = try Graph(
      inputName: "x", inputShape: [4], outputName: "z",
      nodes: [
        GraphNode(name: "c", operation: .constant(tensor([4], seed: 3)), inputs: [], output: "c"),
        GraphNode(name: "sum", operation: .add, inputs: ["x", "c", "k", "x"], output: "y"),
        GraphNode(name: "both", operation: .concat(axis: 1), inputs: ["y", "x"], output: "z"),
      ], constants: ["k": tensor([1, 4], seed: 4)])
    let image = tensor([1, 4], seed: 5)
    #expect(try reread(graph).run(image).values == graph.run(image).values)
  }

  /// Integers stay integers: codes and scales of weights, per layer and per output, and the codes of
  /// values, fewer than their type has.
  @Test(arguments: [false, true]) func integersStay(isPerOutput: Bool) throws {
    let codes = Matrix<Int8>(rows: 4, columns: 6) { Int8(17 * $0 - 9 * $1) }
    let scales: [Float] = isPerOutput ? [0.1, 0.2, 0.3, 0.4] : [0.1, 0.1, 0.1, 0.1]
    let stored = QuantizedWeights(codes: codes, scales: scales)
    let real = Matrix(rows: 4, columns: 6) { Float(codes[$0, $1]) * scales[$0] }
    let quantization = AffineQuantization(scales: [0.05], zeroPoints: [0], codes: -128...127)
    let dense = Matrix<Int8>(rows: 2, columns: 4) { Int8(40 * $0 + $1) }
    let graph = try graph([
      .quantize(quantization), .clip(min: -127, max: 127), .dequantize(quantization),
      .convolution(
        Convolution(weights: real, bias: [], groups: 2, window: window, storedWeights: stored)),
      .globalAveragePool, .flatten(axis: 1), .reshape([1, 1, 4]),
      .dense(
        Dense(
          weights: dense.map { Float($0) * 0.5 }, bias: [1, 2],
          storedWeights: QuantizedWeights(codes: dense, scales: [0.5, 0.5]))),
    ])
    let read = try reread(graph)
    let image = tensor([1, 2, 6, 5], seed: 7, in: -9...9)
    #expect(try read.run(image).values == graph.run(image).values)
    let layers = read.nodes.flatMap(\.operation.matrices).map(\.product)
    #expect(layers.map(\.storedWeights?.codes) == [codes, dense])
    #expect(layers.first?.storedWeights?.scales == scales)
    let input = try #require(read.nodes.first { !$0.operation.matrices.isEmpty }?.inputs[0])
    #expect(read.storedScale(of: input)?.codes == -127...127)
  }

  /// The bundled network, image by image.
  @Test func wholeNetworksAreReadBack() throws {
    let digits = try ONNXImporter.graph(contentsOf: Digits.network).foldingBatchNormalization()
    let read = try reread(digits)
    for seed in 0..<3 as Range<UInt64> {
      let image = tensor([1, 1, 8, 8], seed: seed, in: 0...1)
      #expect(try read.run(image).values == digits.run(image).values)
    }
  }

  @Test func whatHasNoOperatorIsRefusedByNode() throws {
    for (operation, reason) in [
      (Operation.unary(.swish(slope: 2)), "Swish is not written to ONNX files"),
      (.unary(.isZero), "Not is not written to ONNX files"),
      (.binary(.greater), "Greater is not written to ONNX files"),
    ] {
      let error = #expect(throws: GraphError.self) {
        _ = try ONNXWriter.bytes(of: try graph([operation]), name: "own")
      }
      #expect(error?.description == "node n0: \(reason)")
    }
    let integers = try Graph(
      input: GraphInput(name: "x", tensorShape: [1, 4], integers: 0...255), outputName: "y",
      nodes: [GraphNode(name: "n", operation: .relu, inputs: ["x"], output: "y")])
    let error = #expect(throws: GraphError.self) {
      _ = try ONNXWriter.bytes(of: integers, name: "own")
    }
    #expect(error?.description == "node x: an input of integers is not written")
  }
}
