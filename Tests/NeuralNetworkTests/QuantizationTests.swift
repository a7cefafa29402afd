import NumericKernels
import Testing

import func Foundation.log

@testable import NeuralNetwork

@Suite struct QuantizationTests {
  /// The zero point comes off, so that zero is the code 0, and the slices that remain are counted.
  @Test(arguments: [
    (-128...127, 0, -128...127, 8), (0...127, 0, 0...127, 7), (0...255, 0, 0...255, 8),
    (0...255, 37, -37...218, 8), (0...255, 128, -128...127, 8), (-128...127, -128, 0...255, 8),
    (-128 ... -128, -128, 0...0, 1), (-5...3, 0, -5...3, 3),
  ])
  func storedCodesLoseTheirZeroPoint(
    codes: ClosedRange<Int>, zero: Int, expected: ClosedRange<Int>, bits: Int
  ) throws {
    let stored = AffineQuantization(scales: [0.5], zeroPoints: [zero], codes: codes)
    let quantizer = try #require(ActivationQuantizer(stored))
    #expect(quantizer.codes == expected && quantizer.bitCount == bits && quantizer.scale == 0.5)
    // Every real value that a code stands for comes back as that code less the zero point.
    let values = codes.map { 0.5 * Float($0 - zero) }
    let (positive, negative) = quantizer.codes(values)
    for (k, code) in codes.enumerated() {
      let value = Int(positive[k]) - (negative.isEmpty ? 0 : Int(negative[k]))
      #expect(value == code - zero)
    }
    let wide = AffineQuantization(scales: [0.5], zeroPoints: [0], codes: -65536...65535)
    #expect(ActivationQuantizer(wide) == nil)
  }

  /// Codes of every width are symmetric, or start at zero where inputs are never negative; 8 bits
  /// are the default.
  @Test func codesFillTheirWidth() throws {
    for bits in 2...16 {
      let unsigned = ActivationQuantizer(range: 1, isSigned: false, bits: bits)
      let signed = ActivationQuantizer(range: 1, isSigned: true, bits: bits)
      let (all, half) = (1 << bits - 1, 1 << (bits - 1) - 1)
      #expect(unsigned.codes == 0...all && unsigned.bitCount == bits)
      #expect(signed.codes == -half...half && signed.bitCount == bits - 1)
      #expect(unsigned.codes([0, 1, 2]).positive == [0, UInt16(all), UInt16(all)])
      #expect(signed.codes([-1, 1]) == ([0, UInt16(half)], [UInt16(half), 0]))
      #expect(signed.signedCodes([-1, 0, 3]) == [Float(-half), 0, Float(half)])
    }
    #expect(ActivationQuantizer(range: 1, isSigned: false).codes == 0...255)
    var random = RandomStream(seed: 4)
    let real = Matrix(rows: 3, columns: 20) { _, _ in Float.random(in: -1...1, using: &random) }
    for bits in 2...8 {
      let half = Int8(1 << (bits - 1) - 1)
      for granularity in QuantizedWeights.Granularity.allCases {
        let weights = try #require(
          QuantizedWeights(real, granularity: granularity, percent: 100, bits: bits))
        #expect(weights.bits == bits)
        #expect(weights.codes.elements.map(\.magnitude).max() == UInt8(half))
        for (k, code) in weights.codes.elements.enumerated() {
          let scale = weights.scales[k / 20]
          #expect(abs(Float(code) * scale - real.elements[k]) <= 0.50001 * scale)
        }
      }
    }
  }

  /// Against trying every range on the values themselves, not on their histogram.
  @Test(arguments: [7, 15, 127], 0..<4) func leastErrorRangeIsTheBest(codes: Int, seed: Int) {
    var random = RandomStream(seed: 41, stream: UInt64(seed))
    // Exponential: with few codes the maximum is a poor range.
    let values = (0..<20_000).map { _ in -log(Float.random(in: 1e-7...1, using: &random)) }
    var histogram = MagnitudeHistogram()
    for value in values { histogram.add(value) }
    func error(_ range: Float) -> Double {
      let step = Double(range) / Double(codes)
      return values.reduce(0) {
        let code = min((Double($1) / step).rounded(), Double(codes))
        let difference = Double($1) - step * code
        return $0 + difference * difference
      }
    }
    let best = (1...100).map { error(histogram.maximum * Float($0) / 100) }.min() ?? 0
    let chosen = error(histogram.leastErrorRange(codes: codes))
    // A bin is 0.4 % wide: its middle misjudges a clipped value's distance by at most 0.2 %.
    #expect(chosen <= 1.01 * best)
    if codes < 127 { #expect(chosen < 0.9 * error(histogram.maximum)) }
    if codes == 15 { #expect(chosen < 0.9 * error(histogram.quantile(0.99))) }
  }

  @Test func rangesOfConstantsAndNothingAreWhole() {
    var histogram = MagnitudeHistogram()
    #expect(histogram.leastErrorRange(codes: 255) == 0)
    for _ in 0..<10 { histogram.add(3) }
    #expect(histogram.leastErrorRange(codes: 255) == 3)
  }

  /// Padding adds codes where it adds zeros; other numbers are no codes.
  @Test func onlyZerosAroundCodesAreCodes() throws {
    let stored = AffineQuantization(scales: [0.25], zeroPoints: [3], codes: -128...127)
    func padded(_ fill: Padding.Fill) throws -> AffineQuantization? {
      let padding = Padding(before: [0, 0, 1, 0], after: [0, 0, 0, 2], fill: fill)
      return try Graph(
        inputName: "x", inputShape: [1, 4, 4], outputName: "p",
        nodes: [
          GraphNode(name: "q", operation: .quantize(stored), inputs: ["x"], output: "q"),
          GraphNode(name: "d", operation: .dequantize(stored), inputs: ["q"], output: "d"),
          GraphNode(name: "p", operation: .pad(padding), inputs: ["d"], output: "p"),
        ]
      ).storedScale(of: "p")
    }
    #expect(try padded(.constant(0)) == stored)
    for fill in [Padding.Fill.constant(0.1), .constant(-0.25), .edge] {
      #expect(try padded(fill) == nil, "\(fill)")
    }
  }

  /// A scale is found behind what only moves values, not behind what computes others.
  @Test func scalesAreFoundBehindOperatorsThatMoveValues() throws {
    let stored = AffineQuantization(scales: [0.25], zeroPoints: [3], codes: -128...127)
    var window = WindowShape(kernelHeight: 2, kernelWidth: 2)
    (window.strideHeight, window.strideWidth) = (2, 2)
    let graph = try Graph(
      inputName: "x", inputShape: [1, 4, 4], outputName: "sum",
      nodes: [
        GraphNode(name: "relu", operation: .relu, inputs: ["x"], output: "r"),
        GraphNode(name: "q", operation: .quantize(stored), inputs: ["r"], output: "q"),
        GraphNode(name: "d", operation: .dequantize(stored), inputs: ["q"], output: "d"),
        GraphNode(
          name: "max", operation: .maxPool(Pooling(window: window)), inputs: ["d"], output: "m"),
        GraphNode(
          name: "mean", operation: .averagePool(Pooling(window: window)), inputs: ["d"],
          output: "a"),
        GraphNode(name: "q2", operation: .quantize(stored), inputs: ["x"], output: "q2"),
        GraphNode(name: "d2", operation: .dequantize(stored), inputs: ["q2"], output: "d2"),
        GraphNode(name: "relu2", operation: .relu, inputs: ["d2"], output: "r2"),
        GraphNode(name: "sum", operation: .add, inputs: ["m", "a"], output: "sum"),
      ])
    // Behind a Relu, codes start at the zero point.
    #expect(graph.storedScale(of: "d")?.codes == 3...127)
    #expect(graph.storedScale(of: "m") == graph.storedScale(of: "d"))
    #expect(graph.storedScale(of: "d2")?.codes == -128...127)
    #expect(graph.storedScale(of: "r2")?.codes == 3...127)
    for name in ["a", "sum", "r", "x", "q"] { #expect(graph.storedScale(of: name) == nil) }
    let real = graph.withoutActivationQuantization()
    var random = RandomStream(seed: 42)
    let x = randomTensor([1, 1, 4, 4], &random)
    #expect(try real.run(x) != graph.run(x))
    #expect(real.nodes.count(where: { $0.operation.name == "Identity" }) == 4)
  }
}
