import Foundation
import NeuralNetwork
import NumericKernels
import ONNXImport

/// The float networks of the shared data, one image per task: milliseconds per image. Random images
/// serve: digital float time does not depend on them. `validation/onnx/speed.py` sets ONNX Runtime
/// beside these numbers.
enum DigitalBenchmark {
  static let networks = [
    "resnet20-cifar10", "resnet8-cifar10", "squeezenet1.1-imagenet", "resnet50-imagenet-qdq",
  ]

  static func run(_ networks: [String] = networks) async throws {
    let folder = ProcessInfo.processInfo.environment["TILESPICE_SHARED"] ?? "../shared"
    for name in networks {
      let path = "\(folder)/data/networks/\(name).onnx"
      guard FileManager.default.fileExists(atPath: path) else {
        print("digital: \(name) skipped, \(path) is absent (set TILESPICE_SHARED)")
        continue
      }
      let graph = try ONNXImporter.graph(contentsOf: path).foldingBatchNormalization()
      var random = RandomStream(seed: 1)
      let image = Tensor(
        shape: [1] + graph.inputShape,
        values: (0..<graph.inputShape.reduce(1, *)).map { _ in .random(in: -2...2, using: &random) }
      )
      let count = graph.inputShape[1] < 64 ? 200 : 8
      for tasks in Set([1, ProcessInfo.processInfo.activeProcessorCount]).sorted() {
        var (rounds, work): ([Double], [Double]) = ([], [])
        for round in 0...5 {
          let clock = ContinuousClock()
          let (start, spent) = (clock.now, processSeconds())
          _ = try await concurrentMap(count, width: tasks) { _ in try graph.run(image).values[0] }
          guard round > 0 else { continue }
          rounds.append((clock.now - start) / .seconds(1) / Double(count))
          work.append((processSeconds() - spent) / Double(count))
        }
        // Processor time beside the wall clock's: on a busy machine only that one is steady.
        print(
          String(
            format: "digital %@ %d tasks %.3f ms per image (median %.3f, %.3f of processor time)",
            name, tasks, (rounds.min() ?? 0) * 1e3, Stopwatch.Summary(rounds).median * 1e3,
            (work.min() ?? 0) * 1e3))
      }
    }
  }

  /// Processor time of this process so far.
  private static func processSeconds() -> Double {
    Double(clock()) / Double(CLOCKS_PER_SEC)
  }
}
