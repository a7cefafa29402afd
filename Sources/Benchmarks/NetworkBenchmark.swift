import Experiments
import Foundation

/// ResNet20 on CIFAR-10 images through every path: milliseconds per image with all cores.
enum NetworkBenchmark {
  static func run() async throws {
    let data = ProcessInfo.processInfo.environment["TILESPICE_SHARED"] ?? "../shared"
    let folder = data + "/data"
    guard FileManager.default.fileExists(atPath: folder + "/networks/resnet20-cifar10.onnx") else {
      print("resnet20: skipped, \(folder) is absent (set TILESPICE_SHARED)")
      return
    }
    let spec = try ExperimentSpec(
      yaml: """
        version: 1
        network: {model: onnx, file: \(folder)/networks/resnet20-cifar10.onnx}
        data:
          model: cifar10
          test: \(folder)/cifar10/test_batch.bin
          calibration: \(folder)/cifar10/data_batch_1.bin
          normalization: imageNet
        hardware: {tile: {wordLines: 1152, bitLines: 256}, wires: {bitLineOhms: 0.625}}
        converterImages: 8
        auditVectors: 0
        """, file: "resnet20")
    let width = ProcessInfo.processInfo.activeProcessorCount
    print("resnet20: CIFAR-10, 8-bit bit-serial, differential, 1152 × 256 tiles, \(width) tasks")
    for tasks in Set([1, width]).sorted() {
      let runner = try await ExperimentRunner(spec, limit: 50, width: tasks)
      let record = try await runner.run()
      let digital = [record.digitalFloat, record.digitalInteger].compactMap { $0 }
      for result in digital + record.points[0].results { show(result, tasks: tasks) }
    }
  }

  private static func show(_ result: ExperimentRecord.RunResult, tasks: Int) {
    let label = result.label.padding(toLength: 6, withPad: " ", startingAt: 0)
    let (milliseconds, correct) = (result.millisecondsPerImage ?? 0, result.correct ?? 0)
    print(
      String(
        format: "  %d tasks  %@ %7.1f ms per image, %d of %d correct", tasks, label, milliseconds,
        correct, result.predictions.count))
  }
}
