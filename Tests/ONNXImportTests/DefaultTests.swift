import Foundation
import NeuralNetwork
import Testing

@testable import ONNXImport

/// What an ONNX file leaves out stands at the default of ONNX's own definition of the operator
/// (https://onnx.ai/onnx/operators, the `attributes` and `inputs` of each): a model without the
/// attribute does what one with the default does, and not what one with another value does.
@Suite struct DefaultTests {
  enum Value: Sendable {
    case integer(Int64)
    case list([Int64])
    case float(Float)
    case text(String)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var kind: String
    var attribute: String
    /// The default of the definition, and another value.
    var standard: Value, other: Value
    var opset: Int64 = 17
    /// Attributes that are given in any case.
    var given: [String: Value] = [:]

    init(
      _ kind: String, _ attribute: String, _ standard: Value, _ other: Value, opset: Int64 = 17,
      given: [String: Value] = [:]
    ) {
      (self.kind, self.attribute, self.standard, self.other) = (kind, attribute, standard, other)
      (self.opset, self.given) = (opset, given)
    }

    var testDescription: String { "\(kind).\(attribute), operator set \(opset)" }
  }

  private static let kernel: [String: Value] = ["kernel_shape": .list([3, 3])]
  private static let padded = kernel.merging(["pads": .list([1, 1, 1, 1])]) { $1 }
  private static let steep = kernel.merging(["strides": .list([2, 2])]) { $1 }

  private static let windows: [Case] = ["AveragePool", "MaxPool", "Conv"].flatMap { kind in
    [
      Case(kind, "auto_pad", .text("NOTSET"), .text("SAME_UPPER"), given: kernel),
      Case(kind, "dilations", .list([1, 1]), .list([2, 1]), opset: 19, given: kernel),
      Case(kind, "pads", .list([0, 0, 0, 0]), .list([1, 0, 0, 0]), given: kernel),
      Case(kind, "strides", .list([1, 1]), .list([1, 2]), given: kernel),
    ]
      + (kind == "Conv"
        ? [
          Case(kind, "group", .integer(1), .integer(2)),
          Case(kind, "kernel_shape", .list([3, 3]), .list([2, 2])),
        ] : [Case(kind, "ceil_mode", .integer(0), .integer(1), given: steep)])
  }

  private static let reductions: [Case] = Reduction.Kind.allCases.flatMap { kind in
    [
      Case(
        kind.rawValue, "keepdims", .integer(1), .integer(0), opset: kind == .sum ? 11 : 17,
        given: ["axes": .list([2])])
    ]
  }

  static let cases: [Case] =
    windows + reductions + [
      Case("AveragePool", "count_include_pad", .integer(0), .integer(1), given: padded),
      Case("BatchNormalization", "epsilon", .float(1e-5), .float(1e-3)),
      Case("BatchNormalization", "training_mode", .integer(0), .integer(1)),
      Case("DequantizeLinear", "axis", .integer(1), .integer(2)),
      Case("DequantizeLinear", "block_size", .integer(0), .integer(2), opset: 21),
      Case("DequantizeLinear", "output_dtype", .integer(0), .integer(10), opset: 23),
      Case("QuantizeLinear", "axis", .integer(1), .integer(2)),
      Case("QuantizeLinear", "block_size", .integer(0), .integer(2), opset: 21),
      Case("QuantizeLinear", "output_dtype", .integer(0), .integer(3), opset: 21),
      Case("QuantizeLinear", "precision", .integer(0), .integer(10), opset: 23),
      Case("Elu", "alpha", .float(1), .float(1.01)),
      Case("Flatten", "axis", .integer(1), .integer(2)),
      Case("Gather", "axis", .integer(0), .integer(1)),
      Case("Gelu", "approximate", .text("none"), .text("tanh"), opset: 20),
      Case("Gemm", "alpha", .float(1), .float(1.01)),
      Case("Gemm", "beta", .float(1), .float(1.01)),
      Case("Gemm", "transA", .integer(0), .integer(1)),
      Case("Gemm", "transB", .integer(0), .integer(1)),
      Case("HardSigmoid", "alpha", .float(0.2), .float(0.201)),
      Case("HardSigmoid", "beta", .float(0.5), .float(0.501)),
      Case("LRN", "alpha", .float(1e-4), .float(1.1e-4), given: ["size": .integer(3)]),
      Case("LRN", "beta", .float(0.75), .float(0.76), given: ["size": .integer(3)]),
      Case("LRN", "bias", .float(1), .float(1.01), given: ["size": .integer(3)]),
      Case("LeakyRelu", "alpha", .float(0.01), .float(0.0101)),
      Case("LogSoftmax", "axis", .integer(-1), .integer(1), opset: 13),
      Case("LogSoftmax", "axis", .integer(1), .integer(2), opset: 12),
      Case("Softmax", "axis", .integer(-1), .integer(1), opset: 13),
      Case("Softmax", "axis", .integer(1), .integer(2), opset: 12),
      Case("Pad", "mode", .text("constant"), .text("edge")),
      Case("ReduceMax", "noop_with_empty_axes", .integer(0), .integer(1), opset: 18),
      Case("ReduceSum", "noop_with_empty_axes", .integer(0), .integer(1), opset: 13),
      Case("Reshape", "allowzero", .integer(0), .integer(1)),
      Case("Selu", "alpha", .float(1.673_263_2), .float(1.68)),
      Case("Selu", "gamma", .float(1.050_701), .float(1.06)),
      Case("Shape", "start", .integer(0), .integer(1)),
      Case("Shape", "end", .integer(2), .integer(1)),
      Case("Split", "axis", .integer(0), .integer(1)),
      Case("Split", "num_outputs", .integer(2), .integer(3), opset: 18),
      Case("Transpose", "perm", .list([1, 0]), .list([0, 1])),
      Case("Squeeze", "axes", .list([0]), .list([]), opset: 11),
    ]

  /// `x` through one node of the kind; `value` is that of the attribute, or it is left out.
  private func outcome(_ test: Case, _ value: Value?) throws -> String {
    var text = ModelText(input: [0, 2, 5, 6], opset: test.opset)
    var inputs = ["x"]
    func constant(_ name: String, _ shape: [Int64]) {
      let count = Int(shape.reduce(1, *))
      text.constant(name, shape, (0..<count).map { 0.25 + Float($0 * $0 % 7) })
    }
    var isConstant = false
    switch test.kind {
    case "Conv":
      constant("w", [4, 2, 3, 3])
      inputs.append("w")
    case "BatchNormalization":
      for name in ["s", "b", "m"] { constant(name, [2]) }
      text.constant("v", [2], [0.001, 0.002])
      inputs += ["s", "b", "m", "v"]
    case "DequantizeLinear", "QuantizeLinear":
      text = ModelText(input: [0, 2, 2, 6], opset: test.opset)
      text.constant("s", [2], [0.5, 0.125])
      if test.kind == "DequantizeLinear" {
        text.constant("unit", [], [1])
        text.node("QuantizeLinear", ["x", "unit"], "q")
        inputs = ["q"]
      }
      inputs.append("s")
    case "Gemm":
      text = ModelText(input: [0, 3], opset: test.opset)
      constant("w", [3, 3])
      constant("b", [3])
      inputs += ["w", "b"]
    case "Softmax", "LogSoftmax": text = ModelText(input: [0, 3, 4], opset: test.opset)
    case "Pad":
      text.integers("p", [0, 0, 1, 0, 0, 0, 0, 1])
      inputs.append("p")
    case "Reshape":
      text.integers("t", [0, -1])
      inputs.append("t")
    // Shown on a constant, whose first extent may be any.
    case "Gather", "Split", "Shape", "Transpose", "Squeeze", "ReduceMax", "ReduceSum":
      guard test.attribute != "keepdims" else { break }
      isConstant = true
      constant(
        "c", test.kind == "Squeeze" ? [1, 2, 3] : test.kind == "Transpose" ? [2, 3] : [2, 2])
      if test.kind == "Shape" { text.model.graph.initializer[0].dims = [4, 1] }
      inputs = ["c"]
      text.integers("i", [1])
      if test.kind == "Gather" { inputs.append("i") }
    default: break
    }
    var attributes = test.given
    attributes[test.attribute] = value
    var (integers, lists, floats, texts) = (
      [String: Int64](), [String: [Int64]](), [String: Float](), [String: String]()
    )
    for (name, value) in attributes {
      switch value {
      case .integer(let integer): integers[name] = integer
      case .list(let list): lists[name] = list
      case .float(let float): floats[name] = float
      case .text(let text): texts[name] = text
      }
    }
    text.node(
      test.kind, inputs, isConstant ? "k" : "y", integers: integers, lists: lists, floats: floats,
      texts: texts)
    if isConstant {
      if test.kind == "Split" { text.model.graph.node[0].output.append("rest") }
      // Every value and the shape show in the result: images grow by both.
      text.node("Shape", ["k"], "extents")
      text.node("Cast", ["k"], "f", integers: ["to": 1])
      text.integers("flat", [1, 1, 1, -1])
      text.node("Reshape", ["f", "flat"], "r")
      text.node("Cast", ["extents"], "e", integers: ["to": 1])
      text.node("Reshape", ["e", "flat"], "g")
      text.node("Concat", ["r", "g"], "n", integers: ["axis": 3])
      text.constant("column", [1, 1, 5, 1], [1, 2, 3, 4, 5])
      text.node("Mul", ["column", "n"], "t")
      text.node("ReduceMean", ["x"], "mean", lists: ["axes": [3]])
      text.node("Add", ["mean", "t"], "y")
    }
    do {
      let graph = try text.graph()
      let shape = [2] + graph.inputShape
      let count = shape.reduce(1, *)
      let x = Tensor(shape: shape, values: (0..<count).map { Float($0 * 5 % 13) / 4 - 1.4 })
      let y = try graph.runEach(x)
      return "\(y.shape) \(y.values)"
    } catch let error as ONNXImportError {
      return "refused: \(error.reason)"
    }
  }

  @Test(arguments: cases) func attributesThatAreLeftOutStandAtTheirDefault(_ test: Case) throws {
    let omitted = try outcome(test, nil)
    #expect(!omitted.hasPrefix("refused"), "\(omitted)")
    #expect(try outcome(test, test.standard) == omitted)
    #expect(try outcome(test, test.other) != omitted)
  }

  /// Inputs that may be left out, with the tensor that then counts, and another one.
  @Test(arguments: [
    "Clip.min", "Clip.max", "Conv.B", "Gemm.C", "Pad.constant_value", "Pad.axes", "Slice.axes",
    "Slice.steps", "QuantizeLinear.y_zero_point", "DequantizeLinear.x_zero_point",
  ])
  func inputsThatAreLeftOutStandAtTheirDefault(name: String) throws {
    func outcome(_ choice: Int) throws -> Tensor {
      var text = ModelText(input: name == "Gemm.C" ? [0, 3] : [0, 2, 4, 4], opset: 18)
      /// A constant for the default and one for another value; `""` leaves the input out.
      func floats(_ shape: [Int64], _ standard: [Float], _ other: [Float]) -> String {
        text.constant("o", shape, choice == 1 ? standard : other)
        return choice == 0 ? "" : "o"
      }
      func integers(_ standard: [Int64], _ other: [Int64]) -> String {
        text.integers("o", choice == 1 ? standard : other)
        return choice == 0 ? "" : "o"
      }
      switch name {
      case "Clip.min":
        text.node("Clip", ["x", floats([], [-.greatestFiniteMagnitude], [-1])], "y")
      case "Clip.max":
        text.node("Clip", ["x", "", floats([], [.greatestFiniteMagnitude], [1])], "y")
      case "Conv.B":
        text.constant("w", [2, 2, 1, 1], [1, 2, 3, 4])
        text.node("Conv", ["x", "w", floats([2], [0, 0], [0, 1])], "y")
      case "Gemm.C":
        text.constant("w", [3, 2], [1, 2, 3, 4, 5, 6])
        text.node("Gemm", ["x", "w", floats([2], [0, 0], [0, 1])], "y")
      case "Pad.constant_value":
        text.integers("p", [0, 0, 0, 1, 0, 0, 0, 0])
        text.node("Pad", ["x", "p", floats([], [0], [1])], "y")
      case "Pad.axes":
        text.integers("p", [0, 0, 0, 1, 0, 0, 0, 0])
        text.node("Pad", ["x", "p", "", integers([0, 1, 2, 3], [0, 1, 3, 2])], "y")
      case "Slice.axes":
        text.integers("s", [0, 0, 1])
        text.integers("e", [9, 9, 4])
        text.node("Slice", ["x", "s", "e", integers([0, 1, 2], [0, 1, 3])], "y")
      case "Slice.steps":
        text.integers("s", [0])
        text.integers("e", [4])
        text.integers("a", [3])
        text.node("Slice", ["x", "s", "e", "a", integers([1], [2])], "y")
      default:
        // Without a zero point codes are unsigned 8-bit integers from zero.
        text.constant("s", [], [0.5])
        text.narrow("z", .uint8, [], [choice == 2 ? 3 : 0])
        let zero = choice == 0 ? "" : "z"
        let isQuantizing = name.hasPrefix("Quantize")
        text.node("QuantizeLinear", ["x", "s", isQuantizing ? zero : ""], "q")
        text.node("DequantizeLinear", ["q", "s", isQuantizing ? "" : zero], "y")
      }
      let graph = try text.graph()
      let shape = [2] + graph.inputShape
      let values = (0..<shape.reduce(1, *)).map { Float($0 * 5 % 13) - 6 }
      return try graph.runEach(Tensor(shape: shape, values: values))
    }
    let omitted = try outcome(0)
    #expect(try outcome(1) == omitted)
    #expect(try outcome(2) != omitted)
  }

  /// What ONNX requires has no default.
  @Test(arguments: [
    ("Concat", "axis"), ("Cast", "to"), ("MaxPool", "kernel_shape"), ("LRN", "size"),
    ("AveragePool", "kernel_shape"),
  ])
  func requiredAttributesAreNamed(kind: String, attribute: String) throws {
    var text = ModelText()
    text.node(kind, ["x"], "y")
    #expect(try text.fault().reason.hasPrefix("attribute \(attribute) is "))
  }
}
