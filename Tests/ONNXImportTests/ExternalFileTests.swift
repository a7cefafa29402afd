import Files
import Foundation
import NeuralNetwork
import SwiftProtobuf
import TestSupport
import Testing

@testable import ONNXImport

/// Tensors that a model keeps in files beside it, as exporters write them by default.
@Suite struct ExternalFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// `y = x + w + b` with both constants in `model.data`: w at 8, b behind it.
  private func model(
    _ location: String = "model.data", offset: String? = "8", length: String? = "12"
  ) -> ModelText {
    var text = ModelText(input: [0, 3])
    func tensor(_ name: String, _ entries: [(String, String?)]) -> Onnx_TensorProto {
      var tensor = Onnx_TensorProto()
      (tensor.name, tensor.dataType, tensor.dims, tensor.dataLocation) = (name, 1, [3], 1)
      tensor.externalData = entries.compactMap { key, value in
        value.map { value in
          var entry = Onnx_StringStringEntryProto()
          (entry.key, entry.value) = (key, value)
          return entry
        }
      }
      return tensor
    }
    text.model.graph.initializer = [
      tensor("w", [("location", location), ("offset", offset), ("length", length)]),
      tensor("b", [("location", "model.data"), ("offset", "20")]),
    ]
    text.node("Add", ["x", "w"], "s")
    text.node("Add", ["s", "b"], "y")
    return text
  }

  /// Writes a model and its numbers: eight bytes of others, then those of w, then those of b.
  private func write(_ text: ModelText, numbers: [Float] = [10, 20, 30, 100, 200, 300]) throws
    -> String
  {
    var data = Data(repeating: 7, count: 8)
    for number in numbers {
      withUnsafeBytes(of: number.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
    try FileContents.write(data, to: folder.file("model.data"))
    try FileContents.write(text.model.serializedBytes(), to: folder.file("model.onnx"))
    return folder.file("model.onnx")
  }

  @Test func numbersBesideTheModelAreRead() throws {
    let graph = try ONNXImporter.graph(contentsOf: write(model()))
    let x = Tensor(shape: [1, 3], values: [1, 2, 3])
    #expect(try graph.run(x).values == [111, 222, 333])
  }

  @Test func constantsOfNodesMayLieOutsideToo() throws {
    var text = model()
    var attribute = Onnx_AttributeProto()
    (attribute.name, attribute.type) = ("value", 4)
    attribute.t = text.model.graph.initializer.removeFirst()
    text.node("Constant", [], "w")
    text.model.graph.node[2].attribute = [attribute]
    text.model.graph.node.swapAt(0, 2)
    let graph = try ONNXImporter.graph(contentsOf: write(text))
    let x = Tensor(shape: [1, 3], values: [1, 2, 3])
    #expect(try graph.run(x).values == [111, 222, 333])
  }

  /// The identity of a network is that of all its files.
  @Test func theHashCoversExternalNumbers() throws {
    let first = try ONNXImporter.network(contentsOf: write(model())).contentHash
    #expect(try ONNXImporter.network(contentsOf: write(model())).contentHash == first)
    let other = try write(model(), numbers: [10, 20, 30, 100, 200, 301])
    #expect(try ONNXImporter.network(contentsOf: other).contentHash != first)
    // Without such files it is the hash of the file alone, as results of earlier versions have it.
    var plain = ModelText(input: [0, 3])
    plain.node("Relu", ["x"], "y")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: write(plain)))
    #expect(
      try ONNXImporter.network(contentsOf: folder.file("model.onnx")).contentHash
        == ContentHash(bytes).hexadecimal)
  }

  @Test(arguments: [
    ("", "8", "12", "its location is missing"),
    ("/etc/hostname", "0", "12", "its location is absolute; files beside the model are read"),
    (
      "../model.data", "0", "12",
      "its location leaves the model's folder; files beside the model are read"
    ),
    (
      "a/../../model.data", "0", "12",
      "its location leaves the model's folder; files beside the model are read"
    ),
    (
      "link.data", "0", "12",
      "it is a link out of the model's folder; files beside the model are read"
    ),
    ("no.data", "8", "12", "no such file"),
  ])
  func otherPlacesAreRefused(location: String, offset: String, length: String, reason: String)
    throws
  {
    let outside = try TemporaryFolder()
    try outside.write("some numbers", to: "other")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link.data"), withDestinationPath: outside.file("other"))
    let path = try write(model(location, offset: offset, length: length))
    #expect(
      throws: ONNXImportError(
        path: path, reason: "tensor 'w' is in the external file '\(location)': \(reason)")
    ) { try ONNXImporter.graph(contentsOf: path) }
  }

  @Test(
    arguments: [
      ("8", "25", "bytes 8 to 33, but that file has 32"),
      ("33", nil, "bytes 33 to 33, but that file has 32"),
      ("9223372036854775807", "12", "bytes 9223372036854775807 to beyond all files, but"),
      ("-8", "12", "has the offset '-8' in its external file, which is no number of bytes"),
      ("8", "twelve", "has the length 'twelve' in its external file, which is no number of bytes"),
      ("8", "8", "tensor 'w' holds 2 numbers, its shape [3] needs 3"),
      ("8", "11", "tensor 'w' holds 0 numbers, its shape [3] needs 3"),
      ("0", nil, "tensor 'w' holds 8 numbers, its shape [3] needs 3"),
    ] as [(String, String?, String)])
  func shortFilesAreNamed(offset: String, length: String?, reason: String) throws {
    let path = try write(model(offset: offset, length: length))
    let error = try #require(throws: ONNXImportError.self) {
      try ONNXImporter.graph(contentsOf: path)
    }
    #expect(error.reason.contains("tensor 'w'") && error.reason.contains(reason), "\(error)")
  }

  @Test func otherDataLocationsAreRefused() throws {
    var text = model()
    text.model.graph.initializer[0].dataLocation = 2
    #expect(try text.fault().reason == "tensor 'w' has data location 2; 0 and 1 are read")
  }
}
