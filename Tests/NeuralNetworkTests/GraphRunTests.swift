import NeuralNetwork
import NumericKernels
import Testing

/// Runs that go on node by node.
@Suite struct GraphRunTests {
  /// Two paths that meet, so that values live longer than one node.
  private func graph() throws -> Graph {
    let weights = Matrix<Float>(rows: 3, columns: 4) { Float($0) - 0.5 * Float($1) }
    return try Graph(
      inputName: "x", inputShape: [4], outputName: "z",
      nodes: [
        GraphNode(
          name: "dense", operation: .dense(Dense(weights: weights, bias: [1, 2, 3])),
          inputs: ["x"], output: "a"),
        GraphNode(name: "positive", operation: .relu, inputs: ["a"], output: "b"),
        GraphNode(name: "sum", operation: .binary(.add), inputs: ["a", "b"], output: "z"),
      ])
  }

  private let image = Tensor(shape: [1, 4], values: [1, -2, 0.5, 3])

  @Test func stepsGiveWhatAWholeRunGives() throws {
    let graph = try graph()
    var run = try GraphRun(graph, image)
    var names: [String] = []
    while let node = run.node {
      names.append(node.name)
      #expect(try run.inputs().count == node.inputs.count)
      let output = try run.evaluate { _, _, _ in nil }
      run.pass(output)
    }
    #expect(names == ["dense", "positive", "sum"])
    #expect(try run.result() == graph.run(image))
  }

  /// A copy goes its own way, and products may be computed elsewhere at every step.
  @Test func copiesGoTheirOwnWays() throws {
    var one = try GraphRun(graph(), image)
    var two = one
    try two.step { _, part, input in
      #expect(part == 0 && input == image)
      return Tensor(shape: [1, 3], values: [-1, 0, 1])
    }
    while one.node != nil { try one.step { _, _, _ in nil } }
    while two.node != nil { try two.step { _, _, _ in nil } }
    #expect(try one.result() == graph().run(image))
    #expect(try two.result().values == [-1, 0, 2])
  }

  @Test func resultIsThereAtTheEndOnly() throws {
    var run = try GraphRun(graph(), image)
    try run.step { _, _, _ in nil }
    #expect(throws: GraphError.self) { try run.result() }
  }
}
