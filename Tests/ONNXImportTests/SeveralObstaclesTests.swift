import NeuralNetwork
import Testing

@testable import ONNXImport

/// One reading names everything that is in the way of a file, and nothing that follows from it.
@Suite struct SeveralObstaclesTests {
  /// Unreadable nodes in two branches, and nodes behind them that are in order.
  private func branches() -> ModelText {
    var text = ModelText(input: [0, 2, 5, 6])
    text.constant("w", [3, 4, 1, 1], .init(repeating: 1, count: 12))
    text.node("Loopy", ["x"], "a")
    text.node("Relu", ["a"], "b")
    text.node("Conv", ["x", "w"], "c")
    text.node("Resize", ["c"], "d")
    text.node("Relu", ["x"], "e", integers: ["slope": 1, "bias": 2])
    text.node("Sum", ["b", "d", "e"], "f")
    // An attribute is at fault whatever the node reads.
    text.node("Elu", ["f"], "g", floats: ["gamma": 1])
    text.node("Transpose", ["x"], "h", lists: ["perm": [0, 1]])
    text.node("Add", ["g", "h"], "y")
    text.model.graph.node[4].attribute.sort { $0.name < $1.name }
    return text
  }

  @Test func causesAreNamedTogetherAndConsequencesAreNot() throws {
    let error = try branches().fault()
    #expect(error.node == "n_a" && error.operation == "Loopy")
    let expected = """
      model.onnx: 5 obstacles
      node 'n_a' (Loopy): operator Loopy is not supported; supported: \
      \(ONNXNodeReader.supportedList)
      node 'n_c' (Conv): weights [3, 4, 1, 1] in 1 groups do not fit the input [1, 2, 5, 6]
      node 'n_e' (Relu): attributes bias, slope are unknown
      node 'n_g' (Elu): attribute gamma is unknown
      node 'n_h' (Transpose): has the axis order [0, 1], its input 4 axes (inputs [1, 2, 5, 6])
      """
    #expect(error.description == expected)
  }

  /// One obstacle stays one line.
  @Test func oneObstacleIsPrintedAlone() throws {
    var text = ModelText()
    text.node("Relu", ["x"], "a", integers: ["slope": 1])
    text.node("Exp", ["a"], "y")
    let error = try text.fault()
    #expect(error.others.isEmpty)
    #expect(error.description == "model.onnx: node 'n_a' (Relu): attribute slope is unknown")
  }

  /// Tensors, inputs and operators are looked at although each alone would refuse the file; nodes
  /// of an input without a shape are no obstacles.
  @Test func tensorsAndInputsAreNamedBesideNodes() throws {
    var text = ModelText(input: [0, 2, -1])
    text.constant("w", [2], [1])
    text.constant("v", [3], [1, 2])
    text.node("Mul", ["x", "w"], "a")
    text.node("Loopy", ["a"], "b")
    text.node("Relu", ["b"], "y", integers: ["slope": 1])
    let expected = """
      model.onnx: 5 obstacles
      node 'n_b' (Loopy): operator Loopy is not supported; supported: \
      \(ONNXNodeReader.supportedList)
      tensor 'w' holds 1 numbers, its shape [2] needs 2
      tensor 'v' holds 2 numbers, its shape [3] needs 3
      input 'x' has open extents (images [2, ?]); give the shape of one image without the batch \
      (network.inputShape)
      node 'n_y' (Relu): attribute slope is unknown
      """
    #expect(try text.fault().description == expected)
  }

  /// An operator set that is not read leaves the operators to be named, but no attributes.
  @Test func operatorsOfAnUnknownSetAreNamed() throws {
    var text = ModelText(opset: 25)
    text.node("Loopy", ["x"], "a", integers: ["slope": 1])
    text.node("Relu", ["a"], "y", integers: ["slope": 1])
    let expected = """
      model.onnx: 2 obstacles
      uses the operator set 25; versions 7 to 24 of ONNX are read
      node 'n_a' (Loopy): operator Loopy is not supported; supported: \
      \(ONNXNodeReader.supportedList)
      """
    #expect(try text.fault().description == expected)
  }

  /// A value that two nodes lack is missing once for each node that reads it, and once only.
  @Test func secondOutputsAreNamedForEveryReader() throws {
    var text = ModelText(input: [0, 2, 4])
    text.node("MaxPool", ["x"], "a", lists: ["kernel_shape": [2]])
    text.model.graph.node[0].output.append("places")
    text.node("Relu", ["places"], "b")
    text.node("Exp", ["places"], "c")
    text.node("Sum", ["a", "b", "c"], "y")
    let expected = """
      model.onnx: 2 obstacles
      node 'n_b' (Relu): reads 'places', but only the first output of a node is computed
      node 'n_c' (Exp): reads 'places', but only the first output of a node is computed
      """
    #expect(try text.fault().description == expected)
  }

  /// Optional inputs and outputs that are left out have no name to be unknown.
  @Test func omittedValuesAreNotUnknown() throws {
    var text = ModelText(input: [0, 4])
    text.node("Dropout", ["x"], "a", integers: ["slope": 1])
    text.model.graph.node[0].output.append("")
    text.constant("high", [], [6])
    text.node("Clip", ["x", "", "high"], "b", integers: ["slope": 1])
    text.node("Add", ["a", "b"], "y")
    #expect(try text.fault().others.map(\.node) == ["n_b"])
  }

  @Test func manyObstaclesAreCounted() throws {
    var text = ModelText(input: [0, 4])
    for k in 0..<23 { text.node("Relu", ["x"], "a\(k)", integers: ["slope": 1]) }
    text.node("Sum", (0..<23).map { "a\($0)" }, "y")
    let lines = try text.fault().description.split(separator: "\n")
    #expect(lines.count == 22 && lines[0] == "model.onnx: 23 obstacles")
    #expect(lines[20] == "node 'n_a19' (Relu): attribute slope is unknown")
    #expect(lines[21] == "and 3 more")
  }

  /// Keys of the experiment that name what the file does not have are told together.
  @Test func wrongNamesAreToldTogether() throws {
    var text = ModelText()
    text.node("Relu", ["x"], "y")
    let error = try text.fault(
      .init(output: "out", input: "in", bindings: ["a": .number(1), "b": .number(2)]))
    #expect(
      error.description == """
        model.onnx: 2 obstacles
        has no output 'out' (network.output); its outputs are ["y"]
        has no input 'in' (network.input) and no input 'a' (network.bindings) and no input 'b' \
        (network.bindings); its inputs are ["x"]
        """)
  }
}
