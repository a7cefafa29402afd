import NeuralNetwork
import Testing

@testable import ONNXImport

/// Operations on constants alone. Their results are ONNX Runtime's in `OperatorCaseTests`; what it
/// wraps around or leaves undefined is refused here.
@Suite struct FoldingTests {
  /// `kind` of integer constants, read as the lengths that a reshape gives the input.
  private func fold(
    _ kind: String, _ a: [Int64], _ b: [Int64], isScalar: Bool = false
  ) -> ModelText {
    var text = ModelText(input: [0, 1, 4])
    text.integers("a", a, isScalar: isScalar)
    text.integers("b", b, isScalar: isScalar)
    text.node(kind, ["a", "b"], "c")
    text.node("Reshape", ["x", "c"], "y")
    return text
  }

  /// Of the values 1 … 7 of `x`, those before 7 − 7 / 2 = 4 are summed: 10, not the 6 that 3.5 gives.
  @Test func halvesOfOddSizesAreWhole() throws {
    var text = ModelText(input: [0, 1, 1, 7])
    text.integers("k", [7])
    text.integers("two", [2])
    text.integers("zero", [0])
    text.integers("axis", [3])
    text.node("Div", ["k", "two"], "half")
    text.node("Sub", ["k", "half"], "end")
    text.node("Slice", ["x", "zero", "end", "axis"], "part")
    text.node("ReduceSum", ["part", "axis"], "sum", integers: ["keepdims": 1])
    text.constant("w", [2, 1, 1, 1], [1, 1])
    text.node("Conv", ["sum", "w"], "c")
    text.node("Flatten", ["c"], "y")
    let x = Tensor(shape: [1, 1, 1, 7], values: [1, 2, 3, 4, 5, 6, 7])
    #expect(try text.graph().run(x) == Tensor(shape: [1, 2], values: [10, 10]))
  }

  @Test func quotientsAreCutTowardsZero() throws {
    #expect(try fold("Div", [-7, 7, -8], [2, -7, 2]).fault().reason.contains("[-3, -1, -4]"))
  }

  /// What 64 bits do not hold, and what has no value at all.
  @Test(arguments: [
    ("Add", Int64.max, 1, "overflows: a result is beyond int64"),
    ("Sub", Int64.min, 1, "overflows: a result is beyond int64"),
    ("Mul", 1 << 32, 1 << 31, "overflows: a result is beyond int64"),
    ("Pow", 2, 63, "overflows: a result is beyond int64"),
    ("Pow", 0, -1, "divides by zero: 0 to the power -1"),
    ("Div", Int64.min, -1, "overflows: a result is beyond int64"),
    ("Div", 7, 0, "divides the integer 7 by zero"),
    ("PRelu", Int64.min, -1, "overflows: a result is beyond int64"),
  ])
  func resultsBeyondTheTypeAreRefused(kind: String, a: Int64, b: Int64, reason: String) throws {
    let error = try fold(kind, [a], [b]).fault()
    #expect(error.node == "n_c" && error.operation == kind && error.reason == reason)
  }

  /// The largest and the smallest result of each are no overflow.
  @Test(arguments: [
    ("Add", Int64.max - 1, 1), ("Sub", Int64.min + 1, 1), ("Mul", 1 << 31, 1 << 31),
    ("Pow", -2, 63), ("Div", Int64.min, 1), ("Max", Int64.min, .max),
  ])
  func resultsAtTheEdgeAreKept(kind: String, a: Int64, b: Int64) throws {
    // Folding passes; such a shape does not.
    #expect(try fold(kind, [a], [b]).fault().node == "n_y")
  }

  /// A type of its own range: what fits 64 bits may not fit it.
  @Test(arguments: [
    (ONNXElementType.int8, Int32(100), Int32(28), "overflows: 128 is beyond int8"),
    (.uint8, 100, 156, "overflows: 256 is beyond uint8"),
    (.int16, -32768, -1, "overflows: -32769 is beyond int16"),
    (.uint16, 65535, 1, "overflows: 65536 is beyond uint16"),
    (.int32, .max, 1, "overflows: 2147483648 is beyond int32"),
  ])
  func narrowTypesOverflowToo(type: ONNXElementType, a: Int32, b: Int32, reason: String) throws {
    var text = ModelText(input: [0, 1])
    text.narrow("a", type, [1], [a])
    text.narrow("b", type, [1], [b])
    text.node("Add", ["a", "b"], "c")
    text.node("Cast", ["c"], "f", integers: ["to": 1])
    text.node("Add", ["x", "f"], "y")
    #expect(try text.fault().reason == reason)
    text.model.graph.initializer[1].int32Data = [0]
    #expect(try text.run(batch: 1).values == [Float(a)])
  }

  @Test(arguments: [
    ("Neg", Int64.min), ("Abs", .min), ("ReduceL1", .min), ("ReduceSumSquare", 1 << 32),
  ])
  func functionsOfOneOverflowToo(kind: String, value: Int64) throws {
    var text = ModelText(input: [0, 4], opset: 13)
    text.integers("a", [value, 1])
    text.node(kind, ["a"], "c")
    text.node("Reshape", ["x", "c"], "y")
    #expect(try text.fault().reason == "overflows: a result is beyond int64")
  }

  @Test func typesAreNotMixed() throws {
    var text = ModelText(input: [0, 4])
    text.integers("a", [2])
    text.narrow("b", .int32, [1], [2])
    text.node("Mul", ["a", "b"], "c")
    text.node("Reshape", ["x", "c"], "y")
    #expect(try text.fault().reason == "mixes the element types int64 and int32")
  }

  @Test(arguments: ["Sqrt", "Ceil", "ReduceL2", "Softmax", "Sigmoid"])
  func functionsOfRealNumbersRefuseIntegers(kind: String) throws {
    var text = ModelText(input: [0, 4], opset: 13)
    text.integers("a", [4, 4])
    text.node(kind, ["a"], "c")
    text.node("Reshape", ["x", "c"], "y")
    #expect(
      try text.fault().reason == "is computed on real numbers, its constant input is int64")
  }

  @Test(
    arguments: [
      (Int64(3), Float(127.9), nil), (3, 128, "overflows: 128 is beyond int8"),
      (2, -1, "overflows: -1 is beyond uint8"), (2, -0.9, nil), (6, 3e9, "overflows"),
      (7, .nan, "no exact int64"), (7, 1e19, "no exact int64"), (17, 1, "casts to data type 17"),
      (-1, 1, "casts to data type -1"),
    ] as [(Int64, Float, String?)])
  func castsKeepToTheirType(code: Int64, value: Float, reason: String?) throws {
    var text = ModelText(input: [0, 1])
    text.constant("a", [1], [value])
    text.node("Cast", ["a"], "i", integers: ["to": code])
    text.node("Cast", ["i"], "f", integers: ["to": 1])
    text.node("Add", ["x", "f"], "y")
    if let reason {
      let error = try text.fault()
      #expect(error.reason.contains(reason), "\(error)")
    } else {
      #expect(try text.run(batch: 1).values == [value.rounded(.towardZero)])
    }
  }

  @Test func castsSayToWhat() throws {
    var text = ModelText(input: [0, 1])
    text.node("Cast", ["x"], "y")
    #expect(try text.fault().reason == "attribute to is missing")
  }

  /// Computed integers are held as floats: arithmetic is that of integers and stays in their type.
  @Test(
    arguments: [
      ("Div", [0, 0, 1, 1]), ("Add", [2, 3, 4, 5]), ("Mul", [0, 2, 4, 6]), ("Mod", [0, 1, 0, 1]),
      ("Max", [2, 2, 2, 3]), ("Relu", [0, 1, 2, 3]), ("Pow", [0, 1, 4, 9]), ("Sub", nil),
      ("Neg", nil), ("Sqrt", nil),
    ] as [(String, [Float]?)])
  func computedIntegersStayIntegers(kind: String, expected: [Float]?) throws {
    var text = ModelText(input: [0, 4])
    text.constant("scale", [], [1])
    text.narrow("two", .uint8, [], [2])
    text.node("QuantizeLinear", ["x", "scale"], "q")
    text.node(kind, ["Neg", "Relu", "Sqrt"].contains(kind) ? ["q"] : ["q", "two"], "c")
    text.node("DequantizeLinear", ["c", "scale"], "y")
    if let expected {
      #expect(try text.run(batch: 1).values == expected)
    } else if kind == "Sqrt" {
      #expect(
        try text.fault().reason
          == "is computed on real numbers, its input holds integers (uint8)")
    } else {
      let error = #expect(throws: GraphError.self) { try text.run(batch: 1) }
      #expect(error?.node == "n_c/Cast")
      #expect(error?.reason.contains("takes integers from 0 to 255, got -") == true)
    }
  }

  /// Numbers that their type does not hold are damage.
  @Test func tensorsHoldNumbersOfTheirType() throws {
    var text = ModelText(input: [0, 1])
    text.narrow("a", .int8, [1], [128])
    text.node("Cast", ["a"], "f", integers: ["to": 1])
    text.node("Add", ["x", "f"], "y")
    #expect(try text.fault().reason == "tensor 'a' holds 128, which is no int8")
  }
}
