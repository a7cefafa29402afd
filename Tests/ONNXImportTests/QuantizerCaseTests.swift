import Foundation
import Inference
import NeuralNetwork
import Testing

/// Networks that ONNX Runtime's quantizer wrote, with ONNX Runtime's results
/// (`validation/onnx/quantizer.py`).
@Suite struct QuantizerCaseTests {
  private static let path = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("Resources/quantizer_cases.zip").path

  /// Layers keep the integers of the file, and these give ONNX Runtime's results to a step of the
  /// quantized output; nearly all without any difference.
  @Test func integersAreThoseOfONNXRuntime() async throws {
    let cases = try CaseArchive(contentsOf: Self.path)
    let names = cases.names.filter { $0.hasPrefix("int8") || $0.hasPrefix("uint8") }
    #expect(names.count == 12)
    var count = Count()
    for name in names {
      let plan = try await plan(cases.graph(name), name, layers: 4)
      let keepsZeroPoints = plan.layers.contains { !$0.weights.zeroPoints.isEmpty }
      if name.hasPrefix("uint8_asymmetric") { #expect(keepsZeroPoints) }
      if name.contains("_symmetric") { #expect(!keepsZeroPoints) }
      try compare(cases, name, &count) { try plan.integerLogits($0) }
    }
    #expect(count.equal >= 0.95 * count.all, "\(count)")
  }

  /// The same of networks whose operators compute on codes (`QLinearConv`, `QGemm`, …): their sums,
  /// poolings and functions, too, give the codes that ONNX Runtime's have.
  @Test func operatorsOnCodesGiveThoseOfONNXRuntime() async throws {
    let cases = try CaseArchive(contentsOf: Self.path)
    let names = cases.names.filter { $0.hasPrefix("operator") }
    #expect(names.count == 12)
    var count = Count()
    for name in names {
      let plan = try await plan(
        cases.graph(name), name, layers: name.contains("residual") ? 6 : 3)
      if name.contains("uint8_asymmetric_tensor_uint8"), !name.contains("_int8") {
        #expect(plan.layers.contains { !$0.weights.zeroPoints.isEmpty })
      }
      try compare(cases, name, &count) { try plan.integerLogits($0) }
      try compare(cases, name, &count) { try plan.graph.run($0).values }
    }
    #expect(count.equal >= 0.95 * count.all, "\(count)")
  }

  /// Networks whose inputs are quantized by their own values have real results. They differ by
  /// rounding, of sums of at most some hundred terms, unless it moves a code of the last layer's
  /// input, which few do.
  @Test func dynamicCodesGiveTheResultsOfONNXRuntime() async throws {
    let cases = try CaseArchive(contentsOf: Self.path)
    let names = cases.names.filter { $0.hasPrefix("dynamic") }
    #expect(names.count == 6)
    var count = Count()
    for name in names {
      let plan = try await plan(
        cases.graph(name), name, layers: name.contains("residual") ? 6 : 3)
      let expected = try cases.tensor(name, "output")
      let rounding = 1e-5 * (expected.values.map(\.magnitude).max() ?? 0)
      try compare(cases, name, &count, rounding: rounding) { try plan.integerLogits($0) }
      try compare(cases, name, &count, rounding: rounding) { try plan.graph.run($0).values }
    }
    #expect(count.equal >= 0.95 * count.all, "\(count)")
  }

  /// The network with all its products in integers of the file.
  private func plan(
    _ graph: Graph, _ name: String, layers: Int
  ) async throws -> ExecutionPlan {
    let plan = try await ExecutionPlan(
      graph, calibration: [], options: QuantizationOptions(), width: 1)
    #expect(plan.requantizedLayers.isEmpty, "\(name)")
    #expect(plan.layers.count == layers && plan.label == "int8", "\(name)")
    return plan
  }

  /// Results without any difference, and all.
  private struct Count {
    var equal = 0.0
    var all = 0.0
  }

  /// Asks for ONNX Runtime's results to a step; those within `rounding` count as equal.
  private func compare(
    _ cases: CaseArchive, _ name: String, _ count: inout Count, rounding: Float = 0,
    run: (Tensor) throws -> [Float]
  ) throws {
    let expected = try cases.tensor(name, "output").values
    let step = try cases.tensor(name, "step").values[0]
    let results = try cases.tensor(name, "input").images.flatMap(run)
    #expect(results.count == expected.count)
    for (place, (result, value)) in zip(results, expected).enumerated() {
      let difference = (result - value).magnitude
      #expect(
        difference <= 1.001 * step + rounding,
        "\(name), result \(place): \(difference / step) steps")
      count.equal += difference <= rounding ? 1 : 0
      count.all += 1
    }
  }
}

extension Tensor {
  /// The images of a batch `[N, …]`, each a batch of one.
  fileprivate var images: [Tensor] {
    let length = count / shape[0]
    return (0..<shape[0]).map { image in
      Tensor(
        shape: [1] + shape.dropFirst(),
        values: Array(values[image * length..<(image + 1) * length]))
    }
  }
}
