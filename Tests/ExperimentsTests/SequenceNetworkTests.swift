import Files
import Foundation
import Inference
import TestSupport
import Testing

@testable import Experiments

/// A bidirectional LSTM and a vision transformer on the digits that ship with the package, trained
/// by `validation/onnx/sequence_networks.py`, through every path.
@Suite struct SequenceNetworkTests {
  static let networks = ["lstm", "vit"]

  private static let resources = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("ONNXImportTests/Resources").path

  /// Layers on arrays, in the order of execution.
  private static let layers = [
    "lstm": [
      "LSTM_2.input", "LSTM_2.recurrent", "LSTM_2.reverse.input", "LSTM_2.reverse.recurrent",
      "Gemm_5",
    ],
    "vit": [
      "Conv_0", "MatMul_5", "MatMul_20", "MatMul_24", "MatMul_31", "MatMul_35", "MatMul_50",
      "MatMul_54", "MatMul_61", "Gemm_66",
    ],
  ]

  private func run(_ network: String, _ body: String, limit: Int) async throws -> ExperimentRecord {
    let spec = try ExperimentSpec(
      yaml: """
        version: 1
        network: {model: onnx, file: \(Self.resources)/\(network).onnx}
        data: digits
        \(body)

        """, file: "E.yaml")
    return try await ExperimentRunner(spec, limit: limit, width: 2).run(keepsLogits: true)
  }

  /// ONNX Runtime's logits for the first 16 test images, and the integer network's bits on ideal
  /// arrays whose converters give back every integer.
  @Test(arguments: networks) func digitalLogitsAreThoseOfTheReference(network: String) async throws
  {
    let record = try await run(
      network,
      """
      hardware: {tile: {wordLines: 24, bitLines: 20}, converter: fullPrecision}
      path: ideal
      auditVectors: 0
      """, limit: 16)
    let reference = try NPYFile(contentsOf: "\(Self.resources)/\(network)_logits.npy")
    #expect(reference.shape == [16, 10])
    for (value, expected) in matched(record.float.outputs.joined(), reference.floats) {
      #expect(abs(value - expected) <= 1e-5 * max(1, abs(expected)))
    }
    let analog = try #require(record.points.last?.results.last)
    #expect(
      analog.outputs.map { $0.map(\.bitPattern) }
        == record.integer.outputs.map { $0.map(\.bitPattern) })
    #expect(record.integer.outputs != record.float.outputs)
  }

  /// Every path, with wires, on tiles that divide every layer, audited where the path has tiles of
  /// its own; the errors of the arrays are measured layer by layer.
  @Test(arguments: networks, ["ideal", "exact", "calibrated"])
  func everyPathRuns(network: String, path: String) async throws {
    let record = try await run(
      network,
      """
      hardware:
        tile: {wordLines: 16, bitLines: 16}
        converter: {model: uniform, bits: 8, range: calibrated}
        wires: {bitLineOhms: 2}
      path: \(path)
      auditVectors: 2
      """, limit: 6)
    try check(record, network)
  }

  /// Errors of cells, of reads and of converters: the networks still tell the digits.
  @Test(arguments: networks) func errorsRun(network: String) async throws {
    let record = try await run(
      network,
      """
      hardware:
        tile: {wordLines: 32, bitLines: 32}
        converter: {model: uniform, bits: 8, range: calibrated}
        errors:
          programming: {model: stateProportional, alpha: 0.02}
          readNoise: {model: stateProportional, alpha: 0.01}
      path: ideal
      auditVectors: 1
      """, limit: 12)
    try check(record, network)
  }

  /// A recurrent layer is one layer, which multiplies at every step of the eight rows.
  @Test func productsOfStepsAreCounted() throws {
    let layers = try NetworkInspection(onnx: "\(Self.resources)/lstm.onnx", hardware: nil).layers
    #expect(layers.map(\.name) == Self.layers["lstm"])
    #expect(layers.map(\.productsPerImage) == [8, 8, 8, 8, 1])
    #expect(
      layers.map(\.inputs) == [8, 16, 8, 16, 32] && layers.map(\.outputs) == [64, 64, 64, 64, 10])
  }

  private func check(_ record: ExperimentRecord, _ network: String) throws {
    let point = try #require(record.points.last)
    let result = try #require(point.results.last)
    let isFinite = result.outputs.joined().allSatisfy { $0.isFinite }
    #expect(isFinite)
    #expect(point.layers.map(\.name) == Self.layers[network])
    let right = zip(result.predictions, record.integer.predictions).count { $0 == $1 }
    #expect(right * 3 >= result.predictions.count * 2)
    #expect(result.outputs != record.integer.outputs)
  }
}
