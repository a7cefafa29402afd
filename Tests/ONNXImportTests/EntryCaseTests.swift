import Foundation
import NeuralNetwork
import ONNXImport
import TestSupport
import Testing

/// What exporters write around operators, with ONNX Runtime's results (`validation/onnx/entry.py`):
/// old operator sets, moved batches, folded masks and positions, types of inputs and weights.
@Suite struct EntryCaseTests {
  private static let path = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("Resources/entry_cases.zip").path

  @Test func resultsAreThoseOfONNXRuntime() throws {
    let cases = try CaseArchive(contentsOf: Self.path)
    #expect(cases.names.count > 150)
    for name in cases.names {
      do {
        let expected = try cases.tensor(name, "output")
        let result = try cases.graph(name).run(cases.tensor(name, "input"))
        let worst = OperatorCaseTests.difference(result, expected)
        // Roundings of sums of at most some hundred terms; of numbers cast to 16 bits, those of 11.
        let bound: Float = name.contains("computed_10") ? 0x1p-11 : 1e-5
        #expect(worst <= bound, "\(name): \(worst), shape \(result.shape) of \(expected.shape)")
      } catch {
        Issue.record("\(name): \(error)")
      }
    }
  }
}

/// Inputs that failed, from the shared folder of cases.
@Suite(.enabled(if: SharedData.isPresent)) struct SharedCaseTests {
  private static func path(_ name: String) -> String { SharedData.path("../cases/\(name)") }

  /// For x = 1 … 7 every output is 10: of 7 values the first 4 are summed.
  @Test func halvesOfIntegersAreWhole() throws {
    let graph = try ONNXImporter.graph(contentsOf: Self.path("integer-division/div.onnx"))
    let count = graph.inputShape.reduce(1, *)
    #expect(count == 7)
    let x = Tensor(shape: graph.input.tensorShape, values: (1...7).map { Float($0) })
    let y = try graph.run(x)
    #expect(!y.values.isEmpty && y.values.allSatisfy { $0 == 10 })
  }

  @Test(arguments: ["external", "opset22", "depthwise"])
  func whatExportersWriteByDefaultIsRead(name: String) throws {
    let graph = try ONNXImporter.graph(contentsOf: Self.path("onnx-export-defaults/\(name).onnx"))
    let shape = graph.input.tensorShape
    let x = Tensor(shape: shape, values: .init(repeating: 0.5, count: shape.reduce(1, *)))
    #expect(try graph.run(x).values.allSatisfy(\.isFinite))
  }
}
