/// A run of a graph on one image, node by node: copies go on independently of each other.
public struct GraphRun: Sendable {
  private let graph: Graph
  /// Values that a later node reads, by name.
  private var values: [String: Tensor]
  private var index = 0

  /// Starts a run on one image `[1, …]`.
  public init(_ graph: Graph, _ image: Tensor) throws {
    try graph.input.check(image)
    self.graph = graph
    values = graph.constants
    values[graph.input.name] = image
  }

  /// The next node; `nil` after the last one.
  public var node: GraphNode? { index < graph.nodes.count ? graph.nodes[index] : nil }

  /// What the next node reads, in its order.
  public func inputs() throws(GraphError) -> [Tensor] {
    guard let node else { return [] }
    var inputs: [Tensor] = []
    for name in node.inputs {
      guard let value = values[name] else {
        throw GraphError(node: node.name, reason: "'\(name)' has no value")
      }
      inputs.append(value)
    }
    return inputs
  }

  /// The output of the next node, which stays the next one; for `product` see `Graph.run`.
  ///
  /// - Precondition: There is a next node.
  public func evaluate(
    product: (GraphNode, Int, Tensor) throws -> Tensor?
  ) throws -> Tensor {
    guard let node else { preconditionFailure("the run has no further node") }
    return try node.evaluate(inputs(), product: product)
  }

  /// Passes the next node, whose output is `output`.
  ///
  /// - Precondition: There is a next node.
  public mutating func pass(_ output: Tensor) {
    guard let node else { preconditionFailure("the run has no further node") }
    // Free values after their last use: memory stays at the widest cut of the graph.
    for name in node.inputs where graph.lastReader[name] == index && name != graph.outputName {
      values[name] = nil
    }
    values[node.output] = output
    index += 1
  }

  /// Evaluates the next node and passes it.
  ///
  /// - Precondition: There is a next node.
  public mutating func step(
    product: (GraphNode, Int, Tensor) throws -> Tensor?
  ) throws {
    pass(try evaluate(product: product))
  }

  /// The value of the result, which must have been written.
  public func result() throws(GraphError) -> Tensor {
    guard let result = values[graph.outputName] else {
      throw GraphError(node: graph.outputName, reason: "the result has no value")
    }
    return result
  }
}
