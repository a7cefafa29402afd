import NeuralNetwork
import NumericKernels
import Testing

@testable import ONNXImport

/// A zero point of its own for every position of an axis: `value = scale (code − zero point)`.
@Suite struct ZeroPointTests {
  /// Along `axis` of weights [3, 2, 1, 2] positions have the zero points 1, −20, 100, … and scales
  /// that are powers of two, so that every product is exact.
  @Test(arguments: [0, 1, -1]) func dequantizedWeightsTakeTheirOwn(axis: Int) throws {
    let shape = [3, 2, 1, 2]
    let place = axis < 0 ? axis + 4 : axis
    let count = shape[place]
    let codes = (0..<12).map { 9 * $0 - 50 }
    let zeros = Array([1, -20, 100].prefix(count))
    let scales = Array([Float(0.5), 2, 0.25].prefix(count))
    var text = ModelText(input: [0, 2, 1, 2])
    text.narrow("w", .int8, [3, 2, 1, 2], codes.map { Int32($0) })
    text.constant("s", [Int64(count)], scales)
    text.narrow("z", .int8, [Int64(count)], zeros.map { Int32($0) })
    text.node(
      "DequantizeLinear", ["w", "s", "z"], "d", integers: ["axis": Int64(axis)])
    text.node("Conv", ["x", "d"], "y")
    let graph = try text.graph()
    guard case .convolution(let convolution) = try #require(graph.nodes.first).operation else {
      Issue.record("no convolution")
      return
    }
    let inner = shape[(place + 1)...].reduce(1, *)
    let expected = codes.indices.map { k in
      let channel = k / inner % count
      return scales[channel] * Float(codes[k] - zeros[channel])
    }
    #expect(convolution.weights.elements == expected)
    // Arrays hold the same codes less their zero points where the outputs have the scales.
    if axis == 0 {
      let stored = codes.indices.map { codes[$0] - zeros[$0 / 4] }
      #expect(
        convolution.storedWeights?.codes.elements.map { Int($0) }
          == (stored.allSatisfy { (-128...127).contains($0) } ? stored : nil))
    }
  }

  /// The same for activations, along the channels that the axis names or is by default.
  @Test(arguments: [Int64?.none, 1, -3]) func activationsTakeTheirOwn(axis: Int64?) throws {
    var text = ModelText(input: [0, 3, 1, 2])
    text.constant("s", [3], [1, 0.5, 2])
    text.narrow("z", .int8, [3], [0, -100, 126])
    let given = axis.map { ["axis": $0] } ?? [:]
    text.node("QuantizeLinear", ["x", "s", "z"], "q", integers: given)
    text.node("DequantizeLinear", ["q", "s", "z"], "y", integers: given)
    // 4 / 2 + 126 = 128 and beyond saturate at 127: one step of 2 above the zero point.
    #expect(try text.run(batch: 1).values == [0, 1, 2, 3, 2, 2])
  }
}
