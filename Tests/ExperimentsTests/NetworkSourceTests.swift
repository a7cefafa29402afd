import NeuralNetwork
import ONNXImport
import TestSupport
import Testing

@testable import Experiments

/// The keys that say what of an ONNX file is run.
@Suite struct NetworkSourceTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func spec(_ network: String) throws -> ExperimentSpec {
    try folder.write("", to: "n.onnx")
    return try ExperimentSpec(
      contentsOf: folder.write("version: 1\nnetwork: \(network)\n", to: "E.yaml"))
  }

  @Test func keysAreReadAndWrittenBack() throws {
    let array = Tensor(shape: [2], values: [1, 2])
    try folder.write([1, 2], shape: [2], to: "h.npy")
    let spec = try spec(
      "{model: onnx, file: n.onnx, output: boxes, input: image, inputShape: [3, 64, 48], "
        + "bindings: {scale: 0.5, h: h.npy}}")
    #expect(
      spec.network
        == .onnx(
          ONNXSource(
            file: folder.file("n.onnx"), output: "boxes", input: "image", inputShape: [3, 64, 48],
            bindings: ["scale": .number(0.5), "h": .file(folder.file("h.npy"))])))
    #expect(
      try spec.network.importOptions(imageShape: [3, 8, 8])
        == ONNXImporter.Options(
          output: "boxes", input: "image", inputShape: [3, 64, 48], imageShape: [3, 8, 8],
          bindings: ["scale": .number(0.5), "h": .tensor(array)]))
    try folder.write(spec.resolvedYAML, to: "again.yaml")
    #expect(try ExperimentSpec(contentsOf: folder.file("again.yaml")).network == spec.network)
  }

  @Test func defaultsLeaveTheChoiceToTheFile() throws {
    let spec = try spec("{model: onnx, file: n.onnx}")
    #expect(try spec.network.importOptions() == ONNXImporter.Options())
  }

  @Test(arguments: [
    ("inputShape: [0]", "network.inputShape[0]: 0 is below 1"),
    ("bindings: {h: no.npy}", "E.yaml:2: network.bindings.h: no such file: "),
    ("bindings: 3", "E.yaml:2: network.bindings: expected keys with values, found number 3"),
  ])
  func faultsNameTheKey(key: String, message: String) {
    let error = #expect(throws: (any Error).self) {
      _ = try spec("{model: onnx, file: n.onnx, \(key)}")
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains(message), "\(error.map { "\($0)" } ?? "")")
  }
}
