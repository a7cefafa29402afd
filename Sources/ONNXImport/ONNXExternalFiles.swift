import Files
import Foundation

/// The external files of a model that hold numbers of its tensors
/// (https://onnx.ai/onnx/repo-docs/ExternalData.html).
struct ONNXExternalFiles {
  /// The folder of the model; external files lie in it or below.
  let folder: String

  init(besideModel path: String) {
    let folder = (path as NSString).deletingLastPathComponent
    self.folder = folder.isEmpty ? "." : folder
  }

  /// The bytes of a tensor that is stored outside the model.
  func bytes(of tensor: Onnx_TensorProto) throws(ONNXReason) -> Data {
    let name = "tensor '\(tensor.name)'"
    guard tensor.dataLocation == 1 else {
      throw ONNXReason("\(name) has data location \(tensor.dataLocation); 0 and 1 are read")
    }
    let location = try Self.value("location", of: tensor) ?? ""
    let file: Data
    do throws(FileError) {
      file = try contents(of: location)
    } catch {
      throw ONNXReason("\(name) is in the external file '\(location)': \(error.reason)")
    }
    let offset = try number("offset", of: tensor) ?? 0
    let length = try number("length", of: tensor) ?? max(0, file.count - offset)
    let (end, overflow) = offset.addingReportingOverflow(length)
    guard !overflow, end <= file.count else {
      throw ONNXReason(
        "\(name) is in the external file '\(location)', bytes \(offset) to "
          + "\(overflow ? "beyond all files" : "\(end)"), but that file has \(file.count)")
    }
    return file[file.startIndex + offset..<file.startIndex + end]
  }

  /// All bytes of an external file, mapped: a tensor is a small part of a file that many share.
  func contents(of location: String) throws(FileError) -> Data {
    try FileContents.map(try path(of: location))
  }

  /// The files that hold tensors of `model`, in the order of their names, each once.
  static func locations(of model: Onnx_ModelProto) -> [String] {
    let attributes = model.graph.node.flatMap(\.attribute).map(\.t)
    let outside = (model.graph.initializer + attributes).filter { $0.dataLocation == 1 }
    return Set(outside.compactMap { $0.externalData.last { $0.key == "location" }?.value }).sorted()
  }

  /// The path of `location`, which must stay in the folder of the model, also behind links.
  private func path(of location: String) throws(FileError) -> String {
    func fail(_ reason: String) -> FileError { FileError(path: location, reason: reason) }
    guard !location.isEmpty else { throw fail("its location is missing") }
    guard !location.hasPrefix("/") else {
      throw fail("its location is absolute; files beside the model are read")
    }
    guard !location.split(separator: "/").contains("..") else {
      throw fail("its location leaves the model's folder; files beside the model are read")
    }
    let path = "\(folder)/\(location)"
    func resolved(_ path: String) -> String {
      URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
    }
    let root = resolved(folder)
    guard resolved(path).hasPrefix(root.hasSuffix("/") ? root : root + "/") else {
      throw fail("it is a link out of the model's folder; files beside the model are read")
    }
    return path
  }

  /// A number of bytes, which is text in the file.
  private func number(
    _ key: String, of tensor: Onnx_TensorProto
  ) throws(ONNXReason) -> Int? {
    guard let text = try Self.value(key, of: tensor) else { return nil }
    guard let number = Int(text), number >= 0 else {
      throw ONNXReason(
        "tensor '\(tensor.name)' has the \(key) '\(text)' in its external file, which is no "
          + "number of bytes")
    }
    return number
  }

  private static func value(
    _ key: String, of tensor: Onnx_TensorProto
  ) throws(ONNXReason) -> String? {
    let found = tensor.externalData.filter { $0.key == key }
    guard found.count <= 1 else {
      throw ONNXReason("tensor '\(tensor.name)' gives its external \(key) twice")
    }
    return found.first?.value
  }
}
