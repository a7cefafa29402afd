import NeuralNetwork
import Testing

@testable import ONNXImport

/// What of a file is run, and what the file leaves open.
@Suite struct ImportOptionTests {
  /// Two outputs, `y` and `z`, of the inputs `x` and `h`.
  private func model(_ shape: [Int64] = [0, 0, 3]) -> ModelText {
    var text = ModelText(input: shape)
    var other = text.model.graph.input[0]
    other.name = "h"
    text.model.graph.input.append(other)
    var output = text.model.graph.output[0]
    output.name = "z"
    text.model.graph.output.append(output)
    text.node("Add", ["x", "h"], "y")
    text.node("Sub", ["x", "h"], "z")
    for value in text.model.graph.input.indices {
      for (axis, extent) in shape.enumerated() where extent == 0 {
        text.model.graph.input[value].type.tensorType.shape.dim[axis].dimParam =
          axis == 0 ? "N" : "T\(axis)"
      }
    }
    return text
  }

  @Test func outputsInputsAndBindingsAreChosenByName() throws {
    let image = Tensor(shape: [1, 2, 3], values: [1, 2, 3, 4, 5, 6])
    var options = ONNXImporter.Options(
      output: "y", inputShape: [2, 3], bindings: ["h": .number(2)])
    #expect(try model().graph(options).run(image).values == [3, 4, 5, 6, 7, 8])
    options.output = "z"
    #expect(try model().graph(options).run(image).values == [-1, 0, 1, 2, 3, 4])
    options.input = "h"
    options.bindings = ["x": .tensor(Tensor(shape: [1, 2, 3], values: [6, 5, 4, 3, 2, 1]))]
    #expect(try model().graph(options).run(image).values == [5, 3, 1, -1, -3, -5])
  }

  /// Open extents are those of the images at hand unless a shape is given; fixed ones stay.
  @Test func openExtentsAreFilled() throws {
    var options = ONNXImporter.Options(
      output: "y", inputShape: nil, imageShape: [4, 3], bindings: ["h": .number(0)])
    #expect(try model().graph(options).inputShape == [4, 3])
    options.imageShape = [4, 7]
    #expect(try model().graph(options).inputShape == [4, 3])
    options.inputShape = [5, 3]
    #expect(try model().graph(options).inputShape == [5, 3])
    var bare = ModelText()
    bare.node("Relu", ["x"], "y")
    bare.model.graph.input[0].type.tensorType.clearShape()
    #expect(try bare.graph(.init(inputShape: [6])).input.tensorShape == [1, 6])
  }

  @Test(
    arguments: [
      (
        ONNXImporter.Options(output: "w"),
        "has no output 'w' (network.output); its outputs are [\"y\", \"z\"]"
      ),
      (
        .init(),
        "has the outputs [\"y\", \"z\"]; choose the result among them (network.output)"
      ),
      (
        .init(output: "y"),
        "has the inputs [\"x\", \"h\"]; images enter one of them (network.input), the others are "
          + "bound to constants (network.bindings)"
      ),
      (
        .init(output: "y", input: "w"),
        "has no input 'w' (network.input); its inputs are [\"x\", \"h\"]"
      ),
      (
        .init(output: "y", input: "x", inputShape: [2, 3]),
        "has the input 'h' besides 'x'; bind it to a constant (network.bindings)"
      ),
      (
        .init(output: "y", bindings: ["k": .number(0)]),
        "has no input 'k' (network.bindings); its inputs are [\"x\", \"h\"]"
      ),
      (
        .init(output: "y", input: "x", bindings: ["x": .number(0)]),
        "takes images at 'x' (network.input), which network.bindings binds"
      ),
      (
        .init(output: "y", bindings: ["h": .number(0)]),
        "input 'x' has open extents (images [?, 3]); give the shape of one image without the batch "
          + "(network.inputShape)"
      ),
      (
        .init(output: "y", inputShape: [2, 4], bindings: ["h": .number(0)]),
        "input 'x' has shape [N, T1, 3], which one image of shape [2, 4] (network.inputShape) does "
          + "not fit"
      ),
      (
        .init(
          output: "y", inputShape: [2, 3],
          bindings: ["h": .tensor(Tensor(shape: [1, 1, 3], values: [1, 2, 3]))]),
        "input 'h' has shape [N, T1, 3], its array in network.bindings [1, 1, 3]"
      ),
    ] as [(ONNXImporter.Options, String)])
  func misfitsAreNamed(options: ONNXImporter.Options, reason: String) throws {
    #expect(try model().fault(options).reason == reason)
  }

  @Test func integersAreBoundToIntegers() throws {
    var text = model([0, 3])
    text.model.graph.input[1].type.tensorType.elemType = 7
    text.model.graph.node[0] = {
      var cast = text.model.graph.node[0]
      (cast.opType, cast.input) = ("Expand", ["x", "h"])
      return cast
    }()
    text.model.graph.input[1].type.tensorType.shape.dim.removeFirst()
    text.model.graph.input[1].type.tensorType.shape.dim[0].dimValue = 2
    let target = ONNXImporter.Binding.tensor(Tensor(shape: [2], values: [4, 3]))
    let graph = try text.graph(.init(output: "y", bindings: ["h": target]))
    #expect(
      try graph.run(Tensor(shape: [1, 3], values: [1, 2, 3])).values
        == [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3])
    #expect(
      try text.fault(.init(output: "y", bindings: ["h": .number(2.5)])).reason
        == "input 'h' takes int64; its value in network.bindings is none")
  }

  /// A whole tensor as one image, as a file declares it.
  @Test func declaredShapesAreTakenWhole() throws {
    var text = ModelText(input: [2, 3])
    text.node("Transpose", ["x"], "y")
    let graph = try text.graph(.init(batch: .asDeclared))
    #expect(graph.input.tensorShape == [2, 3])
    let x = Tensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6])
    #expect(try graph.run(x).values == [1, 4, 2, 5, 3, 6])
  }

  /// An input of pixels as they are.
  @Test func integerInputsTakeIntegers() throws {
    var text = ModelText(input: [0, 2])
    text.model.graph.input[0].type.tensorType.elemType = 2
    text.node("Cast", ["x"], "y", integers: ["to": 1])
    let graph = try text.graph()
    #expect(try graph.run(Tensor(shape: [1, 2], values: [0, 255])).values == [0, 255])
    #expect(throws: GraphError.self) { try graph.run(Tensor(shape: [1, 2], values: [0, 0.5])) }
    text.model.graph.input[0].type.tensorType.elemType = 8
    #expect(try text.fault().reason.hasPrefix("input 'x' has data type 8; read are float, uint8"))
  }
}
