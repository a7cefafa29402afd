import Foundation
import NeuralNetwork
import SwiftProtobuf
import Testing

@testable import ONNXImport

@Suite struct ImportedOperatorTests {
  @Test func gemmScalesWeightsAndBias() throws {
    var text = ModelText(input: [0, 2])
    text.constant("w", [2, 3], [1, 2, 3, 4, 5, 6])
    text.constant("b", [1, 3], [10, 20, 30])
    text.node("Gemm", ["x", "w", "b"], "y", floats: ["alpha": 0.5, "beta": 2])
    // Rows (0, 1) and (2, 3) times W, halved, plus twice b.
    #expect(
      try text.run()
        == Tensor(shape: [2, 3], values: [22, 42.5, 63, 27, 49.5, 72]))
  }

  @Test(arguments: [("SAME_UPPER", 1), ("SAME_LOWER", 0)])
  func automaticPadsPutTheOddPixelWhereToldTo(mode: String, first: Int) throws {
    var text = ModelText(input: [0, 1, 4, 4])
    text.node(
      "MaxPool", ["x"], "y", lists: ["kernel_shape": [2, 2], "strides": [1, 1]],
      texts: ["auto_pad": mode])
    let result = try text.run(batch: 1)
    #expect(result.shape == [1, 1, 4, 4])
    #expect(result.values[0] == (first == 1 ? 5 : 0))
    #expect(result.values[15] == 15)
  }

  @Test func clipTakesInfiniteAndAbsentBounds() throws {
    var text = ModelText(input: [0, 3])
    text.constant("low", [], [2])
    text.constant("high", [], [.infinity])
    text.node("Clip", ["x", "low", "high"], "c")
    text.constant("six", [], [4])
    text.node("Clip", ["c", "", "six"], "y")
    #expect(try text.run().values == [2, 2, 2, 3, 4, 4])
  }

  /// `x.view(x.size(0), -1)` as PyTorch exports it, for any batch.
  @Test func shapeArithmeticKeepsTheBatch() throws {
    var text = ModelText()
    text.integers("zero", [0], isScalar: true)
    text.integers("axes", [0])
    text.integers("rest", [-1])
    text.node("Shape", ["x"], "shape")
    text.node("Gather", ["shape", "zero"], "n", integers: ["axis": 0])
    text.node("Unsqueeze", ["n", "axes"], "n1")
    text.node("Concat", ["n1", "rest"], "target", integers: ["axis": 0])
    text.node("Reshape", ["x", "target"], "y")
    #expect(try text.run(batch: 3).shape == [3, 60])
  }

  /// The batch is 1 whatever the file declares, and a batch of several may stand in a reshape.
  @Test(arguments: [Int64(-1), 0, 1, 4]) func declaredBatchesAreOfOne(batch: Int64) throws {
    var text = ModelText(input: [batch, 2, 5, 6])
    text.integers("target", [max(batch, 1), -1])
    text.node("Reshape", ["x", "target"], "y")
    let graph = try text.graph()
    #expect(graph.input.tensorShape == [1, 2, 5, 6])
    #expect(try text.run(batch: 3).shape == [3, 60])
  }

  /// What holds a batch of several anywhere else is refused by name.
  @Test func batchesThatAreBakedInAreNamed() throws {
    var text = ModelText(input: [4, 2, 3])
    text.constant("c", [4, 1, 3], [Float](repeating: 1, count: 12))
    text.node("Add", ["x", "c"], "y")
    #expect(
      try text.fault().reason
        == "constant 'c' has a row for each image of the file's batch of 4; networks run on one "
        + "image")
    text = ModelText(input: [4, 2, 3])
    text.integers("target", [8, 3])
    text.node("Reshape", ["x", "target"], "y")
    let error = try text.fault()
    #expect(error.node == "n_y")
    #expect(error.reason == "cannot give [1, 2, 3] the shape [8, 3] (inputs [1, 2, 3])")
  }

  @Test(arguments: [Int64(0), 1]) func spatialMeansKeepOrDropTheirAxes(keeps: Int64) throws {
    var text = ModelText()
    text.node("ReduceMean", ["x"], "y", integers: ["keepdims": keeps], lists: ["axes": [-1, 2]])
    let result = try text.run(batch: 1)
    #expect(result == Tensor(shape: keeps == 1 ? [1, 2, 1, 1] : [1, 2], values: [14.5, 44.5]))
  }

  @Test func constantsFoldBeforeTheyReachALayer() throws {
    var text = ModelText(input: [0, 2])
    text.constant("w", [3, 2], [1, 4, 2, 5, 3, 6])
    text.node("Transpose", ["w"], "wt", lists: ["perm": [1, 0]])
    text.node("Identity", ["wt"], "same")
    text.node("MatMul", ["x", "same"], "y")
    let graph = try text.graph()
    #expect(graph.nodes.map(\.operation.name) == ["Gemm"])
    #expect(try text.run().values == [4, 5, 6, 14, 19, 24])
  }

  @Test func constantOperandsBroadcastOverTheBatch() throws {
    var text = ModelText(input: [0, 2, 1, 2])
    text.constant("c", [2, 1, 1], [10, 20])
    text.node("Add", ["c", "x"], "s")
    text.node("Mul", ["s", "s"], "y")
    #expect(try text.run(batch: 1).values == [100, 121, 484, 529])
  }

  @Test func unsortedNodesAreSortedAndUnusedOnesDropped() throws {
    var text = ModelText(input: [0, 3])
    text.node("Relu", ["a"], "y")
    text.node("Sigmoid", ["x"], "unused")
    text.node("Identity", ["x"], "a")
    #expect(try text.graph().nodes.map(\.name) == ["n_a", "n_y"])
    #expect(try text.run().values == [0, 1, 2, 3, 4, 5])
  }

  /// What the result does not need is not read, whatever it is.
  @Test func deadBranchesAreDropped() throws {
    var text = ModelText(input: [0, 3])
    text.node("Relu", ["x"], "y")
    text.node("Loop", ["x"], "a")
    text.node("Relu", ["a"], "b")
    #expect(try text.graph().nodes.map(\.name) == ["n_y"])
  }

  /// The steps of a layer over lines leave its name to the convolution.
  @Test func linesAreConvolvedUnderTheirOwnName() throws {
    var text = ModelText(input: [0, 2, 4])
    text.constant("w", [1, 2, 2], [1, 1, 1, 1])
    text.node("Conv", ["x", "w"], "y")
    #expect(try text.graph().nodes.map(\.name) == ["n_y/Reshape", "n_y", "n_y/Reshape_2"])
    #expect(try text.run(batch: 1) == Tensor(shape: [1, 1, 3], values: [10, 14, 18]))
  }
}

@Suite struct RefusedModelTests {
  @Test func unsupportedOperatorsAreNamedWithTheSupportedOnes() throws {
    var text = ModelText()
    text.node("Scan", ["x"], "y")
    let error = try text.fault()
    #expect(error.node == "n_y" && error.operation == "Scan")
    #expect(error.reason.contains("Scan is not supported; supported: Abs, "))
    #expect(error.description.hasPrefix("model.onnx: node 'n_y' (Scan): "))
    text.model.graph.node[0].opType = "Relu"
    text.model.graph.node[0].domain = "com.example"
    #expect(try text.fault().reason.contains("domain 'com.example'"))
  }

  @Test func cyclesAreNamed() throws {
    var text = ModelText()
    text.node("Add", ["x", "b"], "a")
    text.node("Relu", ["a"], "b")
    text.node("Relu", ["b"], "y")
    let error = try text.fault()
    #expect(error.node == "n_a" && error.reason.contains("cycle"))
  }

  @Test func missingValuesAreNamed() throws {
    var text = ModelText()
    text.node("Conv", ["x", "weights"], "y")
    #expect(try text.fault().reason == "reads 'weights', which nothing writes")
    var result = ModelText()
    result.node("Relu", ["x"], "z")
    #expect(try result.fault().node == "y")
  }

  @Test(arguments: [
    ("Slice", "steps"), ("Split", "splits"), ("Gemm", "matrix"), ("Gather", "gathers"),
    ("QuantizeLinear", "not positive"), ("DequantizeLinear", "zero points"), ("MaxPool", "shape"),
    ("LRN", "size"), ("Pad", "mode"), ("Reshape", "allowzero"), ("Gelu", "approximate"),
    ("Cast", "casts"), ("ReduceSum", "axis"), ("Squeeze", "drops"), ("Unsqueeze", "axes"),
  ])
  func parametersThatMakeNoSenseAreNamed(kind: String, word: String) throws {
    var text = ModelText(input: [0, 4, 6])
    text.integers("one", [1])
    text.integers("zero", [0])
    text.integers("five", [5])
    text.constant("scale", [], [kind == "QuantizeLinear" ? 0 : 1])
    switch kind {
    case "Slice": text.node(kind, ["x", "zero", "one", "one", "zero"], "y")
    case "Split": text.node(kind, ["x", "five"], "y", integers: ["axis": 1])
    case "Gemm":
      text.constant("w", [6, 2], [Float](repeating: 1, count: 12))
      text.node(kind, ["x", "w"], "y")
    case "Gather": text.node(kind, ["x", "five"], "y", integers: ["axis": 1])
    case "DequantizeLinear":
      text.node("QuantizeLinear", ["x", "scale"], "q")
      text.node(kind, ["q", "scale", "zero"], "y")
      // A zero point of 64 bits is no code.
      #expect(try text.fault().reason.contains("data type 7"))
      return
    case "QuantizeLinear": text.node(kind, ["x", "scale"], "y")
    case "MaxPool":
      text.model.graph.input[0].type.tensorType.shape.dim.removeLast()
      text.node(kind, ["x"], "y", lists: ["kernel_shape": [2]])
    case "LRN": text.node(kind, ["x"], "y", integers: ["size": 0])
    case "Pad": text.node(kind, ["x", "one"], "y", texts: ["mode": "mirror"])
    case "Reshape": text.node(kind, ["x", "zero"], "y", integers: ["allowzero": 1])
    case "Gelu": text.node(kind, ["x"], "y", texts: ["approximate": "about"])
    case "Cast": text.node(kind, ["x"], "y", integers: ["to": 17])
    case "ReduceSum": text.node(kind, ["x", "five"], "y")
    case "Squeeze", "Unsqueeze": text.node(kind, ["x", "five"], "y")
    default: Issue.record("no case for \(kind)")
    }
    let error = try text.fault()
    #expect(error.node == "n_y" && error.reason.contains(word), "\(error)")
  }

  @Test func secondOutputsAreNotRead() throws {
    var text = ModelText()
    text.node("Dropout", ["x"], "a")
    text.model.graph.node[0].output.append("mask")
    text.node("Relu", ["mask"], "y")
    #expect(try text.fault().reason.contains("only the first output"))
  }

  @Test(arguments: [Int64(-1), 3, .max, 1 << 40])
  func tensorsThatDoNotFillTheirShapeAreNamed(extent: Int64) throws {
    var text = ModelText()
    text.constant("w", [extent, 2], [1, 2])
    text.node("Add", ["x", "w"], "y")
    #expect(try text.fault().reason.contains("tensor 'w'"))
  }

  @Test func weightsThatDoNotFitAreNamedWithBothShapes() throws {
    var text = ModelText()
    text.constant("w", [4, 3, 1, 1], [Float](repeating: 1, count: 12))
    text.node("Conv", ["x", "w"], "y")
    let reason = try text.fault().reason
    #expect(reason.contains("[4, 3, 1, 1]") && reason.contains("[1, 2, 5, 6]"))
  }

  @Test func attributesThatAreNotUnderstoodAreNamed() throws {
    var cases: [(ModelText) throws -> ModelText] = []
    func pool(_ edit: @escaping (inout Onnx_NodeProto) -> Void) {
      cases.append { text in
        var text = text
        edit(&text.model.graph.node[0])
        return text
      }
    }
    func attribute(_ name: String, _ type: Int32, _ set: (inout Onnx_AttributeProto) -> Void)
      -> Onnx_AttributeProto
    {
      var attribute = Onnx_AttributeProto()
      (attribute.name, attribute.type) = (name, type)
      set(&attribute)
      return attribute
    }
    pool { $0.attribute.append(attribute("auto_pad", 3) { $0.s = Data("AUTO".utf8) }) }
    pool { $0.attribute.append(attribute("ceil_mode", 2) { $0.i = 2 }) }
    pool { $0.attribute.append(attribute("ceil_mode", 1) { $0.f = 1 }) }
    pool { $0.attribute.append(attribute("swizzle", 2) { $0.i = 1 }) }
    pool { $0.attribute.append(attribute("pads", 7) { $0.ints = [-1, 0, 0, 0] }) }
    pool { $0.attribute.append(attribute("strides", 7) { $0.ints = [0, 1] }) }
    pool { $0.attribute.append(attribute("dilations", 7) { $0.ints = [1] }) }
    pool { $0.attribute.removeAll() }
    for (index, edit) in cases.enumerated() {
      var text = ModelText()
      text.node("MaxPool", ["x"], "y", lists: ["kernel_shape": [2, 2]])
      #expect(throws: Never.self) { try text.graph() }
      let error = try edit(text).fault()
      #expect(error.node == "n_y" && error.reason.contains("attribute"), "case \(index): \(error)")
    }
  }

  @Test(arguments: [Int64(0), 6, 25]) func otherOperatorSetsAreRefused(opset: Int64) throws {
    var text = ModelText(opset: opset)
    text.node("Relu", ["x"], "y")
    #expect(
      try text.fault().reason
        == "uses the operator set \(opset); versions 7 to 24 of ONNX are read")
  }

  @Test func filesNameOneOperatorSetOfONNX() throws {
    var text = ModelText()
    text.node("Relu", ["x"], "y")
    text.model.opsetImport[0].domain = "com.example"
    #expect(
      try text.fault().reason
        == "names 0 operator sets of ONNX ('com.example' 17); one is needed, and versions 7 to 24 "
        + "of ONNX are read")
  }

  /// All at once, each with its first node, before anything that follows from them.
  @Test func allUnsupportedOperatorsAreNamedTogether() throws {
    var text = ModelText(input: [0, 3, 6, 6])
    text.node("Scan", ["x", "w"], "all")
    // Only the second output is read.
    text.model.graph.node[0].output = ["", "h"]
    text.narrow("w", .bool, [-1], [7])
    text.node("Flatten", ["h"], "f")
    text.node("Optional", ["f"], "g")
    text.node("Scan", ["g"], "k")
    text.node("StringNormalizer", ["k"], "y")
    text.node("Det", ["x"], "unused")
    let error = try text.fault()
    #expect(error.node == "n_all" && error.operation == "Scan")
    #expect(
      error.reason.hasPrefix(
        "operators Scan (node 'n_all'), Optional (node 'n_g'), StringNormalizer (node 'n_y') are not "
          + "supported; supported: Abs, "), "\(error)")
  }

  @Test func broadcastConstantsDoNotGrowWithoutBound() throws {
    var text = ModelText()
    text.constant("a", [1 << 14, 1], [Float](repeating: 1, count: 1 << 14))
    text.constant("b", [1, 1 << 14], [Float](repeating: 1, count: 1 << 14))
    text.node("Add", ["a", "b"], "c")
    text.node("Add", ["x", "c"], "y")
    #expect(try text.fault().reason.contains("too large"))
  }

  @Test func filesThatAreNoNetworkAreNamed() {
    for bytes in [Data(), Data("hello, world".utf8), Data([8, 8])] {
      let error = #expect(throws: ONNXImportError.self) {
        _ = try ONNXImporter.graph(bytes, path: "other.bin")
      }
      #expect(error?.path == "other.bin")
    }
    let missing = #expect(throws: ONNXImportError.self) {
      _ = try ONNXImporter.graph(contentsOf: "/nonexistent/net.onnx")
    }
    #expect(missing?.reason == "no such file")
  }
}
