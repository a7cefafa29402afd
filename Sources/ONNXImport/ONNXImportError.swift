/// An ONNX file that cannot become a graph, with the place and the reason.
public struct ONNXImportError: Error, CustomStringConvertible, Equatable, Sendable {
  /// Path of the file.
  public var path: String
  /// Name of the node at fault, if one is.
  public var node: String?
  /// ONNX name of that node's operator.
  public var operation: String?
  /// The problem.
  public var reason: String

  public var description: String {
    let kind = operation.map { " (\($0))" } ?? ""
    return "\(path): " + (node.map { "node '\($0)'\(kind): " } ?? "") + reason
  }
}
