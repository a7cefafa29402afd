import Foundation
import Inference
import NeuralNetwork
import NumericKernels
import ONNXImport

/// The networks of the shared data in float and in integers, one image per task: milliseconds per
/// image. Random images serve: the times do not depend on them. `validation/onnx/speed.py` sets ONNX
/// Runtime beside these numbers.
enum DigitalBenchmark {
  static let networks = [
    "resnet20-cifar10", "resnet8-cifar10", "squeezenet1.1-imagenet", "resnet50-imagenet-qdq",
  ]

  static func run(_ networks: [String] = networks) async throws {
    print("digital: \(MatrixProduct.library)")
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
      try await time("digital", name, count) { try graph.run(image).values[0] }
      let plan = try await ExecutionPlan(
        graph, calibration: [image], options: QuantizationOptions(), width: 1)
      try await time("integers", name, count) { try plan.integerLogits(image)[0] }
    }
  }

  /// Prints the time of `body`, one call per task and all processors.
  private static func time(
    _ kind: String, _ name: String, _ count: Int, _ body: @escaping @Sendable () throws -> Float
  ) async throws {
    for tasks in Set([1, ProcessInfo.processInfo.activeProcessorCount]).sorted() {
      var (rounds, work): ([Double], [Double]) = ([], [])
      for round in 0...5 {
        let clock = ContinuousClock()
        let (start, spent) = (clock.now, processSeconds())
        _ = try await concurrentMap(count, width: tasks) { _ in try body() }
        guard round > 0 else { continue }
        rounds.append((clock.now - start) / .seconds(1) / Double(count))
        work.append((processSeconds() - spent) / Double(count))
      }
      // Processor time beside the wall clock's: on a busy machine only that one is steady.
      print(
        String(
          format: "%@ %@ %d tasks %.3f ms per image (median %.3f, %.3f of processor time)",
          kind, name, tasks, (rounds.min() ?? 0) * 1e3, Stopwatch.Summary(rounds).median * 1e3,
          (work.min() ?? 0) * 1e3))
    }
  }

  /// Processor time of this process so far.
  private static func processSeconds() -> Double {
    Double(clock()) / Double(CLOCKS_PER_SEC)
  }
}
