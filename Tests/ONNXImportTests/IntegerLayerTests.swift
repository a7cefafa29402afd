import NeuralNetwork
import NumericKernels
import Testing

@testable import ONNXImport

/// What layers on codes leave for arrays: the integers of the file and the scale of their inputs.
@Suite struct IntegerLayerTests {
  @Test func convolutionsKeepTheirCodes() throws {
    var text = ModelText(input: [0, 1, 2, 2])
    text.constant("xs", [], [0.5])
    text.narrow("xz", .uint8, [], [100])
    text.narrow("w", .int8, [2, 1, 1, 1], [3, -4])
    text.constant("ws", [2], [0.25, 2])
    text.narrow("wz", .int8, [2], [0, 1])
    text.constant("ys", [], [0.125])
    text.narrow("yz", .uint8, [], [128])
    text.narrow("b", .int32, [2], [10, 20])
    text.node("QuantizeLinear", ["x", "xs", "xz"], "q")
    text.node("QLinearConv", ["q", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"], "y")
    let graph = try text.graph()
    #expect(
      graph.nodes.map(\.name) == ["n_q", "n_y/DequantizeLinear", "n_y", "n_y/QuantizeLinear"])
    let node = graph.nodes[2]
    let product = try #require(node.operation.matrices.first?.product)
    #expect(product.storedWeights?.codes.elements == [3, -5])
    #expect(product.storedWeights?.scales == [0.25, 2] && product.bias == [1.25, 20])
    let scale = try #require(graph.storedScale(of: node.inputs[0]))
    #expect(scale.scales == [0.5] && scale.zeroPoints == [100] && scale.codes == 0...255)
    // 4 · 0.75 + 1.25 and 4 · -10 + 20 in steps of an eighth.
    let result = try graph.run(Tensor(shape: [1, 1, 2, 2], values: [4, 4, 4, 4]))
    #expect(Array(result.values.prefix(5)) == [162, 162, 162, 162, 0])
  }

  /// Codes less the zero point that came with them are integers, whatever their scale.
  @Test func inputsOfTheirOwnScaleAreIntegers() throws {
    var text = ModelText(input: [0, 3])
    text.node("DynamicQuantizeLinear", ["x"], "q")
    text.model.graph.node[0].output = ["q", "s", "z"]
    text.narrow("w", .int8, [3, 2], [1, 2, 3, 4, 5, -6])
    text.node("MatMulInteger", ["q", "w", "z"], "y")
    let graph = try text.graph()
    let node = try #require(graph.nodes.last)
    #expect(node.operation.matrices.first?.product.storedWeights?.scales == [1, 1])
    let scale = try #require(graph.storedScale(of: node.inputs[0]))
    #expect(scale.scales == [1] && scale.zeroPoints == [0] && scale.codes == -255...255)
    // From -1 to 254 the scale is 1 and the zero point is 1.
    let result = try graph.run(Tensor(shape: [1, 3], values: [-1, 254, 7]))
    // Rows 1, 3, 5 and 2, 4, -6 times -1, 254 and 7.
    #expect(result.values == [796, 972])
  }

  @Test func missingTypesAreNamed() throws {
    var text = ModelText(input: [0, 3])
    text.narrow("w", .int8, [3, 2], [1, 2, 3, 4, 5, 6])
    text.node("MatMulInteger", ["x", "w"], "y")
    #expect(try text.fault().reason == "input 0 has no type of codes")
    var foreign = ModelText(input: [0, 3])
    foreign.node("QLinearAdd", ["x", "x"], "y")
    #expect(try foreign.fault().reason.contains("QLinearAdd is not supported"))
  }
}
