import Files
import Foundation
import Inference
import NeuralNetwork
import ONNXImport
import TestSupport
import Testing

@testable import Experiments

/// Networks written as they are compensated.
@Suite struct CompensatedNetworkTests {
  private static let arrays = """
    version: 1
    auditVectors: 0
    converterImages: 8
    hardware:
      cell: {onOffRatio: 100}
      wires: {bitLineOhms: 2000}

    """
  private static let compensation = """
    compensation:
      gains: column
      programming: voltageLoss
      reconstruction: {steps: 2, vectors: 256}
      images: 24

    """

  private func network(_ text: String, in folder: TemporaryFolder) async throws
    -> CompensatedNetwork
  {
    let file = try folder.write(text, to: "E.yaml")
    return try await CompensatedNetwork(experiment: file, point: nil, width: 2)
  }

  /// The file on the same arrays, without compensation, is the compensated run: the same predictions,
  /// and outputs up to what a rounded factor moves across a step of a converter.
  @Test func fileGivesWhatTheRunGives() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("tuned.onnx")
    let exported = try await network(Self.arrays + Self.compensation, in: folder)
    #expect(exported.layers.map(\.name) == ["conv1", "conv2", "conv3", "dense"])
    try exported.write(to: path)

    func run(_ body: String) async throws -> ExperimentRecord {
      let spec = try ExperimentSpec(yaml: Self.arrays + body, file: folder.file("R.yaml"))
      return try await ExperimentRunner(spec, limit: 40, width: 2).run()
    }
    let own = try #require(try await run(Self.compensation).points[0].results.last)
    let read = try await run("network: {model: onnx, file: \(path)}\ndata: digits\n")
    let file = try #require(read.points[0].results.last)
    #expect(zip(own.predictions, file.predictions).count { $0 != $1 } <= 1)
    // Integers, scales and factors of the file are those of the arrays.
    let graph = try ONNXImporter.graph(contentsOf: path)
    let layers = exported.graph.nodes.flatMap(\.operation.matrices)
    for (read, own) in zip(graph.nodes.flatMap(\.operation.matrices), layers) {
      #expect(read.product.storedWeights?.codes == own.product.storedWeights?.codes)
      #expect(read.product.storedWeights?.scales == own.product.storedWeights?.scales)
    }
    let kinds = graph.nodes.map(\.operation.name)
    for kind in ["QuantizeLinear", "DequantizeLinear", "Mul", "Add"] {
      #expect(kinds.count { $0 == kind } == 4, "\(kind) in \(kinds)")
    }
  }

  /// Layers without gains keep their bias and need no factors; those of narrower codes are limited.
  @Test func layersWithoutGainsStayAsTheyAre() async throws {
    let folder = try TemporaryFolder()
    let exported = try await network(
      Self.arrays + """
        quantization: {activationBits: 6}
        compensation: {images: 8}
        layers: {conv2: {compensation: {gains: layer}}}
        """, in: folder)
    #expect(exported.layers.map(\.name) == ["conv2"])
    let kinds = exported.graph.nodes.map(\.operation.name)
    #expect(kinds.count { $0 == "Mul" } == 1 && kinds.count { $0 == "Clip" } == 4)
    let path = folder.file("own.onnx")
    try exported.write(to: path)
    let graph = try ONNXImporter.graph(contentsOf: path)
    for node in graph.nodes where !node.operation.matrices.isEmpty {
      #expect(graph.storedScale(of: node.inputs[0])?.codes == 0...63)
    }
  }

  @Test func nothingToCompensateIsRefused() async throws {
    let folder = try TemporaryFolder()
    let error = await #expect(throws: ExperimentError.self) {
      _ = try await network(Self.arrays, in: folder)
    }
    #expect(
      error?.description
        == "\(folder.file("E.yaml")): compensation: nothing is to be compensated: choose gains, "
        + "programming or reconstruction")
  }

  /// Products inside an operation have no node of their own in ONNX.
  @Test func partsOfOperationsAreRefusedByName() async throws {
    let folder = try TemporaryFolder()
    let resources = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("ONNXImportTests/Resources").path
    let error = await #expect(throws: InferenceError.self) {
      _ = try await network(
        Self.arrays + "network: {model: onnx, file: \(resources)/lstm.onnx}\ndata: digits\n"
          + "compensation: {gains: layer, images: 4}\n", in: folder)
    }
    #expect(
      error?.description.hasPrefix("layer ") == true
        && error?.description.contains("cannot be exported: it is a product inside LSTM") == true,
      "\(error?.description ?? "none")")
  }

  /// A file that cannot be written leaves what was there.
  @Test func filesAreWrittenWholeOrNotAtAll() async throws {
    let folder = try TemporaryFolder()
    let exported = try await network(
      Self.arrays + "compensation: {gains: layer, images: 2}\n", in: folder)
    let file = try folder.write("old", to: "old.onnx")
    #expect(throws: FileError.self) { try exported.write(to: "\(file)/new.onnx") }
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "old")
    try exported.write(to: file)
    // Dequantized weights are constants again.
    #expect(try ONNXImporter.graph(contentsOf: file).nodes.count == exported.graph.nodes.count)
  }
}
