import AnalogCore
import CrossbarArray
import Inference
import NeuralNetwork
import NumericKernels
import TestSupport
import Testing

/// Real weights whose largest code stands for a percentile of their magnitudes.
@Suite struct WeightRangeTests {
  /// Percentiles of real weights clip what lies beyond, and the guarantee gives those integers too.
  @Test(arguments: [QuantizedWeights.Granularity.perLayer, .perChannel])
  func weightPercentilesClip(granularity: QuantizedWeights.Granularity) async throws {
    var options = QuantizationOptions()
    options.weightGranularity = granularity
    let whole = try await plan(options)
    options.weightPercent = 90
    let clipped = try await plan(options)
    for (a, b) in matched(whole.layers, clipped.layers) {
      #expect(zip(b.weights.scales, a.weights.scales).allSatisfy { $0 < $1 })
      let codes = b.weights.codes
      let largest = codes.elements.count { $0.magnitude == 127 }
      // A tenth beyond the range, and those that round to its end: 0.5 of 127 steps.
      #expect(largest >= codes.elements.count / 10)
      #expect(largest <= codes.elements.count / 10 + codes.elements.count / 20 + 2 * codes.rows)
    }
    var hardware = HardwareConfiguration()
    hardware.converter = .fullPrecision
    let choice = AnalogNetwork.LayerChoice(hardware: hardware, path: .ideal)
    let analog = try await AnalogNetwork(
      clipped, choices: clipped.layers.map { _ in choice }, seed: 1, calibration: [], width: 2)
    let image = SmallNetwork.images(1, seed: 3)[0]
    let integers = try clipped.integerLogits(image)
    #expect(try analog.run(image).logits == integers)
    #expect(try whole.integerLogits(image) != integers)
  }

  /// A percentile of zero would leave nothing of a layer that has weights: it is refused by key.
  @Test func aPercentileOfZeroIsRefused() async throws {
    let weights = Matrix<Float>(rows: 1, columns: 4, elements: [0, 0, 0, 0.5])
    #expect(QuantizedWeights(weights, granularity: .perLayer, percent: 75) == nil)
    #expect(
      QuantizedWeights(weights, granularity: .perLayer, percent: 76)?.codes.elements
        == [0, 0, 0, 127])
    let zeros = Matrix<Float>(rows: 1, columns: 4, repeating: 0)
    #expect(QuantizedWeights(zeros, granularity: .perChannel, percent: 50)?.scales == [1])
    let graph = try Graph(
      inputName: "x", inputShape: [4], outputName: "y",
      nodes: [
        GraphNode(
          name: "fc", operation: .dense(Dense(weights: weights, bias: [])), inputs: ["x"],
          output: "y")
      ])
    var options = QuantizationOptions()
    options.weightPercent = 50
    let chosen = options
    await #expect {
      _ = try await ExecutionPlan(
        graph, calibration: [Tensor(shape: [1, 4], values: [1, 2, 3, 4])], options: chosen, width: 1
      )
    } throws: {
      "\($0)".contains("layer fc: quantization.weightRange.percent 50.0 covers nothing but zeros")
    }
  }

  private func plan(_ options: QuantizationOptions) async throws -> ExecutionPlan {
    try await ExecutionPlan(
      SmallNetwork.graph(), calibration: SmallNetwork.images(8, seed: 2), options: options,
      width: 2)
  }
}
