/// An ONNX file that cannot become a graph, with the place and the reason.
public struct ONNXImportError: Error, CustomStringConvertible, Equatable, Sendable {
  /// Path of the file.
  public var path: String
  /// The node at fault with its operator, if one is.
  public var node: String?
  /// What is wrong.
  public var reason: String

  public var description: String {
    "\(path): " + (node.map { "node \($0): " } ?? "") + reason
  }
}
