/// A node that cannot be computed, with the shapes that do not fit.
public struct GraphError: Error, CustomStringConvertible, Equatable, Sendable {
  /// Name of the node at fault.
  public var node: String
  /// The problem, in one sentence.
  public var reason: String

  /// A fault of the node named `node`.
  public init(node: String, reason: String) {
    self.node = node
    self.reason = reason
  }

  public var description: String { "node \(node): \(reason)" }
}
