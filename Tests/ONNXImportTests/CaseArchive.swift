import Files
import NeuralNetwork
import ONNXImport

/// Models with an input and ONNX Runtime's result, which the scripts of `validation/onnx` write:
/// `NAME/model.onnx`, `NAME/input.npy`, `NAME/output.npy`.
struct CaseArchive {
  private let archive: ZipArchive
  /// Names of the cases, sorted.
  let names: [String]

  init(contentsOf path: String) throws {
    archive = try ZipArchive(contentsOf: path)
    names = Set(archive.names.compactMap { $0.split(separator: "/").first.map(String.init) })
      .sorted()
  }

  /// The model of a case as it is imported.
  func graph(_ name: String) throws -> Graph {
    try ONNXImporter.graph(archive.member("\(name)/model.onnx"), path: name)
  }

  /// An array of a case: `input`, `output`, or what else its script writes.
  func tensor(_ name: String, _ member: String) throws -> Tensor {
    let file = try NPYFile(archive.member("\(name)/\(member).npy"), path: "\(name)/\(member)")
    return Tensor(shape: file.shape, values: file.floats)
  }
}
