import Foundation
import Inference
import NeuralNetwork
import Testing

/// Networks that ONNX Runtime's quantizer wrote, with ONNX Runtime's results
/// (`validation/onnx/quantizer.py`).
@Suite struct QuantizerCaseTests {
  private static let path = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("Resources/quantizer_cases.zip").path

  /// Every layer keeps the integers of the file, and its integers give ONNX Runtime's results to a
  /// step of the quantized output; as nearly all do without any difference.
  @Test func integersAreThoseOfONNXRuntime() async throws {
    let cases = try CaseArchive(contentsOf: Self.path)
    #expect(cases.names.count == 12)
    var (equal, all) = (0, 0)
    for name in cases.names {
      let plan = try await ExecutionPlan(
        cases.graph(name), calibration: [], options: QuantizationOptions(), width: 1)
      #expect(plan.requantizedLayers.isEmpty, "\(name)")
      #expect(plan.layers.count == 4 && plan.label == "int8")
      let keepsZeroPoints = plan.layers.contains { !$0.weights.zeroPoints.isEmpty }
      if name.hasPrefix("uint8_asymmetric") { #expect(keepsZeroPoints) }
      if name.contains("_symmetric") { #expect(!keepsZeroPoints) }
      let (input, expected) = (try cases.tensor(name, "input"), try cases.tensor(name, "output"))
      let step = try cases.tensor(name, "step").values[0]
      let outputs = expected.shape[1]
      for image in 0..<input.shape[0] {
        let length = input.values.count / input.shape[0]
        let logits = try plan.integerLogits(
          Tensor(
            shape: [1] + input.shape.dropFirst(),
            values: Array(input.values[image * length..<(image + 1) * length])))
        for (output, value) in logits.enumerated() {
          let difference = (value - expected.values[image * outputs + output]).magnitude
          #expect(difference <= 1.001 * step, "\(name), image \(image), output \(output)")
          equal += difference == 0 ? 1 : 0
          all += 1
        }
      }
    }
    #expect(Double(equal) >= 0.95 * Double(all), "\(equal) of \(all)")
  }
}
