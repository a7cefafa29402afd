import TestSupport
import Testing

@testable import Experiments

/// Ideal arrays whose converters give back every integer are the digital 8-bit network: the same
/// bits in every logit.
@Suite struct IntegerNetworkTests {
  private static let hardware = """
    hardware: {tile: {wordLines: 1152, bitLines: 256}, converter: fullPrecision}
    path: ideal
    auditVectors: 0
    """

  private static let cifar10 = """
    data:
      model: cifar10
      test: \(SharedData.path("cifar10/test_batch.bin"))
      calibration: \(SharedData.path("cifar10/data_batch_1.bin"))
      normalization: imageNet
    """

  private static let imageNet = """
    data:
      model: images
      test: \(SharedData.path("imagenet/val"))
      testLabels: \(SharedData.path("imagenet/val_labels.txt"))
      calibration: \(SharedData.path("imagenet/calib"))
      calibrationLabels: \(SharedData.path("imagenet/calib_labels.txt"))
      crop: {model: window, top: 1, left: 1, height: 224, width: 224}
      normalization: imageNet
    """

  private static func network(_ name: String) -> String {
    "network: {model: onnx, file: \(SharedData.path("networks/\(name).onnx"))}"
  }

  private func check(_ body: String, limit: Int) async throws {
    let spec = try ExperimentSpec(
      yaml: "version: 1\n\(body)\n\(Self.hardware)\n", file: "E.yaml")
    let record = try await ExperimentRunner(spec, limit: limit, width: 2).run(keepsLogits: true)
    let analog = try #require(record.points.last?.results.last)
    #expect(analog.predictions.count == limit)
    #expect(
      analog.outputs.map { $0.map(\.bitPattern) }
        == record.integer.outputs.map { $0.map(\.bitPattern) })
    #expect(analog.comparison?.flips == 0)
    // Not because nothing was computed: integers are not the real network.
    #expect(record.integer.outputs != record.float.outputs)
  }

  /// Also in slices of weights, whose sums are joined after their converters.
  @Test(arguments: ["none", "{model: bits, bits: 2}"]) func digits(slices: String) async throws {
    let body =
      "hardware: {weightSlices: \(slices), tile: {wordLines: 72, bitLines: 16}, "
      + "converter: fullPrecision}"
    let spec = try ExperimentSpec(
      yaml: "version: 1\npath: ideal\nauditVectors: 0\n\(body)\n", file: "E.yaml")
    let record = try await ExperimentRunner(spec, limit: nil, width: 2).run(keepsLogits: true)
    #expect(record.points[0].results[0].outputs == record.integer.outputs)
    #expect(record.imageCount == 540)
  }

  @Test(.enabled(if: SharedData.isPresent, "the shared data folder is absent"))
  func residualNetwork() async throws {
    try await check(Self.network("resnet20-cifar10") + "\n" + Self.cifar10, limit: 6)
  }

  @Test(.enabled(if: SharedData.isPresent, "the shared data folder is absent"))
  func networkOfImageFiles() async throws {
    try await check(
      Self.network("squeezenet1.1-imagenet") + "\nquantization: {calibrationImages: 2}\n"
        + Self.imageNet, limit: 2)
  }
}
