import Files
import Foundation
import NeuralNetwork
import NumericKernels
import ONNXImport
import Testing

/// Small models of every operator with ONNX Runtime's results (`validation/onnx/operators.py`).
@Suite struct OperatorCaseTests {
  private static let path = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("Resources/operator_cases.zip").path

  /// Largest difference over the largest magnitude of the reference, or over 1 if that is smaller.
  static func difference(_ a: Tensor, _ b: Tensor) -> Float {
    guard a.shape == b.shape else { return .infinity }
    let peak = b.values.reduce(Float(1)) { max($0, $1.magnitude) }
    var worst: Float = 0
    for (x, y) in zip(a.values, b.values) {
      guard x.isFinite else { return .infinity }
      worst = max(worst, (x - y).magnitude)
    }
    return worst / peak
  }

  @Test func resultsAreThoseOfONNXRuntime() throws {
    let cases = try CaseArchive(contentsOf: Self.path)
    #expect(cases.names.count > 800)
    var table = "case,difference\n"
    for name in cases.names {
      do {
        let graph = try cases.graph(name)
        let (input, expected) = (try cases.tensor(name, "input"), try cases.tensor(name, "output"))
        let result = try graph.runEach(input)
        let folded = try graph.foldingBatchNormalization().runEach(input)
        let worst = max(Self.difference(result, expected), Self.difference(folded, expected))
        // Roundings of sums of at most some hundred terms; the shapes are equal or it is infinite.
        #expect(worst <= 1e-5, "\(name): \(worst), shape \(result.shape) of \(expected.shape)")
        table += "\(name),\(worst)\n"
      } catch {
        Issue.record("\(name): \(error)")
      }
    }
    if let file = ProcessInfo.processInfo.environment["TILESPICE_OPERATOR_RESULTS"] {
      try FileContents.write(table, to: file)
    }
  }

  /// Any byte of any case may be wrong: a named error or a graph that runs, never a trap.
  @Test(arguments: 0..<8) func damagedCasesNeverTrap(part: Int) throws {
    let archive = try ZipArchive(contentsOf: Self.path)
    let models = archive.names.filter { $0.hasSuffix("model.onnx") }
    for (index, name) in models.enumerated() where index % 8 == part {
      let bytes = try archive.member(name)
      for trial in 0..<24 {
        var random = RandomStream(seed: 31, stream: UInt64(index * 24 + trial))
        var damaged = bytes
        for _ in 0..<(trial % 3 + 1) {
          damaged[Int.random(in: damaged.indices, using: &random)] = .random(
            in: 0...255, using: &random)
        }
        if trial % 8 == 7 {
          damaged = damaged.prefix(.random(in: 0..<damaged.count, using: &random))
        }
        do throws(ONNXImportError) {
          let graph = try ONNXImporter.graph(damaged, path: name)
          let count = graph.inputShape.reduce(1, *)
          guard count < 1 << 16, let shapes = try? graph.inferShapes(),
            shapes.values.reduce(0, { $0 + $1.reduce(1, *) }) < 1 << 20
          else { continue }
          let input = Tensor(
            shape: [1] + graph.inputShape, values: .init(repeating: 0.5, count: count))
          _ = try? graph.foldingBatchNormalization().run(input)
        } catch {
          #expect(!error.reason.isEmpty)
        }
      }
    }
  }
}
