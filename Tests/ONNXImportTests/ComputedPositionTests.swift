import NeuralNetwork
import Testing

@testable import ONNXImport

/// Positions that are computed from images; `OperatorCaseTests` has ONNX Runtime's results.
@Suite struct ComputedPositionTests {
  /// `kind` with the truncated image as positions into `t`.
  private func model(_ kind: String, _ inputs: [String], type: Int64 = 7) -> ModelText {
    var text = ModelText(input: [0, 2])
    text.constant("t", [3], [10, 20, 30])
    text.node("Cast", ["x"], "i", integers: ["to": type])
    text.node(kind, inputs, "y")
    return text
  }

  private func run(_ text: ModelText, _ values: [Float]) throws -> Tensor {
    try text.graph().run(Tensor(shape: [1, 2], values: values))
  }

  @Test func positionsOutsideAreRefusedWhenTheyArise() throws {
    let text = model("Gather", ["t", "i"])
    #expect(try run(text, [2, -3]) == Tensor(shape: [1, 2], values: [30, 10]))
    for outside: Float in [3, -4] {
      let error = try #require(throws: GraphError.self) { _ = try run(text, [0, outside]) }
      #expect(
        error.description
          == "node n_y: Gather reads position \(outside) of 3 (inputs [3], [1, 2])")
    }
    let scattering = model("ScatterElements", ["t", "i", "x"])
    #expect(
      try scattering.fault().reason
        == "writes updates that do not fit its positions or values (inputs [3], [1, 2], [1, 2])")
  }

  /// Real numbers and codes are no positions.
  @Test func positionsAreIntegers() throws {
    #expect(
      try model("Gather", ["t", "x"]).fault().reason
        == "input 1 (indices) holds float; int32 and int64 are read")
    #expect(
      try model("Gather", ["t", "i"], type: 9).fault().reason
        == "input 1 (indices) holds bool; int32 and int64 are read")
    #expect(
      try model("ScatterElements", ["t", "x", "x"]).fault().reason
        == "input 1 (indices) holds float; int32 and int64 are read")
  }

  @Test func encodingsAndScatteringsNameWhatTheyRead() throws {
    var text = model("OneHot", ["i", "d", "t"])
    text.integers("d", [3], isScalar: true)
    #expect(
      try text.fault().reason
        == "has depth [3.0] and 3 values; one depth from 1 on and the values off and on are read")
    text.constant("levels", [2], [0, 1])
    text.model.graph.node[1].input[2] = "levels"
    #expect(try run(text, [1, -1]).values == [0, 1, 0, 0, 0, 1])
    text = model("ScatterElements", ["x", "i", "x"])
    #expect(try run(text, [0, 0]) == Tensor(shape: [1, 2], values: [0, 0]))
    text.node("ScatterElements", ["x", "i", "x"], "z", texts: ["reduction": "xor"])
    text.model.graph.output[0].name = "z"
    #expect(
      try text.fault().reason == "attribute reduction is xor; read are none, add, mul, max, min")
  }
}
