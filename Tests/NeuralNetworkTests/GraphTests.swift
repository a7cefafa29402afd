import NumericKernels
import Testing

@testable import NeuralNetwork

@Suite struct GraphTests {
  private static func normalization(_ channels: Int, _ random: inout RandomStream)
    -> BatchNormalization
  {
    func draw(_ range: ClosedRange<Float>) -> [Float] {
      (0..<channels).map { _ in Float.random(in: range, using: &random) }
    }
    return BatchNormalization(
      scale: draw(-2...2), shift: draw(-1...1), mean: draw(-1...1), variance: draw(0.1...2),
      epsilon: 1e-5)
  }

  private static func convolution(_ outputs: Int, _ inputs: Int, bias: Bool, groups: Int = 1)
    -> (inout RandomStream) -> Convolution
  {
    { random in
      let taps = inputs / groups * 9
      var window = WindowShape(kernelHeight: 3, kernelWidth: 3)
      (window.padTop, window.padLeft, window.padBottom, window.padRight) = (1, 1, 1, 1)
      return Convolution(
        weights: Matrix(
          rows: outputs, columns: taps, elements: randomTensor([outputs, taps], &random).values),
        bias: bias ? randomTensor([outputs], &random).values : [], groups: groups, window: window)
    }
  }

  /// conv → bn → relu → (grouped conv with bias → bn) + shortcut bn → pool → flatten → dense → bn.
  private static func residualNetwork(seed: UInt64) throws -> Graph {
    var random = RandomStream(seed: seed)
    let first = convolution(4, 2, bias: false)(&random)
    let second = convolution(4, 4, bias: true, groups: 2)(&random)
    let nodes: [(String, Operation, [String])] = [
      ("conv1", .convolution(first), ["x"]),
      ("bn1", .batchNormalization(normalization(4, &random)), ["conv1"]),
      ("relu", .relu, ["bn1"]),
      ("conv2", .convolution(second), ["relu"]),
      ("bn2", .batchNormalization(normalization(4, &random)), ["conv2"]),
      ("bn3", .batchNormalization(normalization(4, &random)), ["relu"]),
      ("add", .add, ["bn2", "bn3"]),
      ("pool", .globalAveragePool, ["add"]),
      ("flat", .flatten(axis: 1), ["pool"]),
      (
        "dense",
        .dense(
          Dense(
            weights: Matrix(
              rows: 3, columns: 4, elements: randomTensor([3, 4], &random).values), bias: [])),
        ["flat"]
      ),
      ("bn4", .batchNormalization(normalization(3, &random)), ["dense"]),
    ]
    return try Graph(
      inputName: "x", inputShape: [2, 6, 7], outputName: "bn4",
      nodes: nodes.map { GraphNode(name: $0, operation: $1, inputs: $2, output: $0) })
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func foldingKeepsTheResult(seed: UInt64) throws {
    let graph = try Self.residualNetwork(seed: seed)
    let folded = graph.foldingBatchNormalization()
    // The normalization of the shortcut follows no layer, so it stays.
    #expect(
      folded.nodes.map(\.name)
        == ["conv1", "relu", "conv2", "bn3", "add", "pool", "flat", "dense"])
    var random = RandomStream(seed: seed, stream: 1)
    let input = randomTensor([1, 2, 6, 7], &random)
    let expected = try graph.run(input)
    let result = try folded.run(input)
    #expect(result.shape == expected.shape)
    let scale = expected.values.reduce(Float(1)) { max($0, $1.magnitude) }
    // Sums of at most 37 terms through three layers, each rounding relative to its largest value.
    #expect(
      worstDifference(result.values, expected.values.map { Double($0) })
        <= 1000 * Double(Float.ulpOfOne * scale))
  }

  @Test func foldingLeavesALayerThatSomethingElseReads() throws {
    var random = RandomStream(seed: 11)
    let layer = Self.convolution(4, 2, bias: false)(&random)
    let graph = try Graph(
      inputName: "x", inputShape: [2, 4, 4], outputName: "sum",
      nodes: [
        GraphNode(name: "conv", operation: .convolution(layer), inputs: ["x"], output: "c"),
        GraphNode(
          name: "bn", operation: .batchNormalization(Self.normalization(4, &random)),
          inputs: ["c"], output: "n"),
        GraphNode(name: "add", operation: .add, inputs: ["c", "n"], output: "sum"),
      ])
    #expect(graph.foldingBatchNormalization().nodes.map(\.name) == ["conv", "bn", "add"])
    let result = try Graph(
      inputName: "x", inputShape: [2, 4, 4], outputName: "c", nodes: Array(graph.nodes.prefix(2)))
    #expect(result.foldingBatchNormalization().nodes.count == 2)
  }

  @Test func inferredShapesAreThoseOfTheValues() throws {
    let graph = try Self.residualNetwork(seed: 14)
    let shapes = try graph.inferShapes()
    let image = Tensor(shape: [1, 2, 6, 7], values: .init(repeating: 0, count: 84))
    var seen: [String: [Int]] = ["x": [1, 2, 6, 7]]
    for (count, node) in graph.nodes.enumerated() {
      let upToHere = try Graph(
        inputName: "x", inputShape: [2, 6, 7], outputName: node.output,
        nodes: Array(graph.nodes[...count]))
      seen[node.output] = try upToHere.run(image).shape
    }
    #expect(shapes == seen)
  }

  @Test func aProductTakenFromOutsideStandsForTheLayers() throws {
    let graph = try Self.residualNetwork(seed: 15).foldingBatchNormalization()
    let input = Tensor(shape: [1, 2, 6, 7], values: .init(repeating: 1, count: 84))
    var asked: [String] = []
    let result = try graph.run(input) { node, part, factor in
      #expect(part == 0)
      asked.append(node.name)
      return node.name == "dense" ? Tensor(shape: [1, 3], values: [1, 2, 3]) : nil
    }
    #expect(result.values == [1, 2, 3])
    #expect(asked == ["conv1", "conv2", "dense"])
    let error = try #require(throws: GraphError.self) {
      _ = try graph.run(input) { node, _, _ in
        node.name == "conv1" ? Tensor(shape: [1], values: [0]) : nil
      }
    }
    #expect(error.reason == "has a product of shape [1], not [1, 4, 6, 7]")
    #expect(throws: GraphError.self) {
      _ = try graph.run(Tensor(shape: [2, 6, 7], values: .init(repeating: 1, count: 84)))
    }
    for count in [0, 2] {
      let images = Tensor(shape: [count, 2, 6, 7], values: .init(repeating: 0, count: count * 84))
      let error = #expect(throws: GraphError.self) { _ = try graph.run(images) }
      #expect(
        error?.reason
          == "the network takes one image of shape [1, 2, 6, 7], got [\(count), 2, 6, 7]")
    }
  }

  /// The axis of the batch is one like others: it may be moved, merged, normalized and joined.
  @Test(arguments: [
    (Operation.flatten(axis: 0), [1, 8]), (.flatten(axis: 2), [2, 4]),
    (.reshape([-1, 4]), [2, 4]),
    (.transpose([1, 0, 2, 3]), [2, 1, 4, 1]), (.softmax(axis: 0), [1, 2, 4, 1]),
    (.concat(axis: 0), [1, 2, 4, 1]),
    (.pad(before: [1, 0, 0, 0], after: [0, 0, 0, 0], value: 0), [2, 2, 4, 1]),
  ])
  func theBatchIsAnAxisLikeOthers(operation: Operation, shape: [Int]) throws {
    let graph = try Graph(
      inputName: "x", inputShape: [2, 4, 1], outputName: "y",
      nodes: [GraphNode(name: "n", operation: operation, inputs: ["x"], output: "y")])
    #expect(try graph.inferShapes()["y"] == shape)
    let image = Tensor(shape: [1, 2, 4, 1], values: [Float](repeating: 3, count: 8))
    #expect(try graph.run(image).shape == shape)
  }

  /// An input of integers takes no others.
  @Test func inputsOfIntegersTakeOnlyThose() throws {
    let graph = try Graph(
      input: GraphInput(name: "x", tensorShape: [1, 2], integers: 0...255), outputName: "y",
      nodes: [GraphNode(name: "n", operation: .identity, inputs: ["x"], output: "y")])
    #expect(try graph.run(Tensor(shape: [1, 2], values: [0, 255])).values == [0, 255])
    for value in [Float(0.5), -1, 256, .nan] {
      let error = #expect(throws: GraphError.self) {
        _ = try graph.run(Tensor(shape: [1, 2], values: [0, value]))
      }
      #expect(error?.reason == "the network takes integers from 0 to 255, got \(value)")
    }
  }

  @Test func graphsThatCannotRunAreRefused() {
    func graph(_ nodes: [(String, [String], String)], output: String) throws(GraphError) -> Graph {
      try Graph(
        inputName: "x", inputShape: [1], outputName: output,
        nodes: nodes.map { GraphNode(name: $0, operation: .identity, inputs: $1, output: $2) })
    }
    #expect(throws: GraphError.self) {
      try graph([("a", ["b"], "c"), ("b", ["x"], "b")], output: "c")
    }
    #expect(throws: GraphError.self) {
      try graph([("a", ["x"], "c"), ("a", ["c"], "d")], output: "d")
    }
    #expect(throws: GraphError.self) { try graph([("a", ["x"], "x")], output: "x") }
    #expect(throws: GraphError.self) { try graph([("a", ["x"], "c")], output: "d") }
  }
}
