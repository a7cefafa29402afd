import NeuralNetwork
import Testing

@testable import ONNXImport

/// Clips between QuantizeLinear and DequantizeLinear, as Brevitas writes narrow and short codes
/// (QCDQ).
@Suite struct ClippedCodesTests {
  /// A convolution of inputs that are quantized, clipped and dequantized.
  private static func model(
    low: Int32, high: Int32, zero: Int32 = 0, isPositive: Bool = false
  ) -> ModelText {
    var text = ModelText(input: [0, 1, 2, 2])
    text.constant("s", [], [0.5])
    text.narrow("z", .int8, [], [zero])
    text.narrow("low", .int8, [], [low])
    text.narrow("high", .int8, [], [high])
    text.constant("w", [1, 1, 1, 1], [2])
    if isPositive { text.node("Relu", ["x"], "a") }
    text.node("QuantizeLinear", [isPositive ? "a" : "x", "s", "z"], "q")
    text.node("Clip", ["q", "low", "high"], "c")
    text.node("DequantizeLinear", ["c", "s", "z"], "d")
    text.node("Conv", ["d", "w"], "y")
    return text
  }

  /// The scale is found behind the Clip, with the codes that it leaves.
  @Test func storedScalesHaveTheCodesThatTheClipLeaves() throws {
    let narrow = try #require(try Self.model(low: -127, high: 127).graph().storedScale(of: "d"))
    #expect(narrow.codes == -127...127 && narrow.scales == [0.5])
    let short = try #require(try Self.model(low: -8, high: 7).graph().storedScale(of: "d"))
    #expect(short.codes == -8...7)
    let positive = try #require(
      try Self.model(low: -8, high: 7, zero: -3, isPositive: true).graph().storedScale(of: "d"))
    #expect(positive.codes == -3...7)
    // Bounds beyond the codes leave them, and bounds below the zero point leave one code.
    let below = try #require(
      try Self.model(low: -8, high: -5, isPositive: true).graph().storedScale(of: "d"))
    #expect(below.codes == -5...(-5))
  }

  @Test func clippedCodesAreTheValues() throws {
    let graph = try Self.model(low: -2, high: 3).graph()
    let result = try graph.run(Tensor(shape: [1, 1, 2, 2], values: [-9, -0.5, 0.5, 9]))
    #expect(result.values == [-2, -1, 1, 3])
  }
}
