/// One operation of a network with the values it reads and writes.
public struct GraphNode: Sendable {
  /// Unique name.
  public let name: String
  /// The operation that it computes.
  public let operation: Operation
  /// Names of the values it reads, in the operator's order.
  public let inputs: [String]
  /// Name of the value it writes.
  public let output: String

  /// A node.
  public init(name: String, operation: Operation, inputs: [String], output: String) {
    self.name = name
    self.operation = operation
    self.inputs = inputs
    self.output = output
  }
}

/// A network as operations in the order of execution, run on one image at a time: a batch is a
/// loop. Axes thus have no roles, and nodes may move or merge that of the batch.
public struct Graph: Sendable {
  /// The value that images enter.
  public let input: GraphInput
  /// Name of the value that is the result.
  public let outputName: String
  /// Operations; each reads the input, constants and results of earlier ones.
  public let nodes: [GraphNode]
  /// Constant values that nodes read, by name.
  public let constants: [String: Tensor]
  /// Nodes that read each value for the last time.
  let lastReader: [String: Int]

  /// A graph of real images of `inputShape`; throws as the initializer from a `GraphInput` does.
  public init(
    inputName: String, inputShape: [Int], outputName: String, nodes: [GraphNode],
    constants: [String: Tensor] = [:]
  ) throws(GraphError) {
    try self.init(
      input: GraphInput(name: inputName, tensorShape: [1] + inputShape), outputName: outputName,
      nodes: nodes, constants: constants)
  }

  /// A graph; throws if a node reads a value that no earlier node writes, or if names repeat.
  public init(
    input: GraphInput, outputName: String, nodes: [GraphNode], constants: [String: Tensor] = [:]
  ) throws(GraphError) {
    var known = Set(constants.keys)
    known.insert(input.name)
    var names = Set<String>()
    var lastReader: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for input in node.inputs {
        guard known.contains(input) else {
          throw GraphError(
            node: node.name, reason: "reads '\(input)', which nothing before it writes")
        }
        lastReader[input] = index
      }
      guard names.insert(node.name).inserted else {
        throw GraphError(node: node.name, reason: "another node has the same name")
      }
      guard known.insert(node.output).inserted else {
        throw GraphError(node: node.name, reason: "writes '\(node.output)' a second time")
      }
    }
    guard known.contains(outputName) else {
      throw GraphError(node: outputName, reason: "the result is written by no node")
    }
    self.input = input
    self.outputName = outputName
    self.nodes = nodes
    self.constants = constants
    self.lastReader = lastReader
  }

  /// Name of the value that images enter.
  public var inputName: String { input.name }
  /// Shape of one image, without the batch.
  public var inputShape: [Int] { Array(input.tensorShape.dropFirst()) }

  /// Runs one image `[1, …]` by the reference operators.
  public func run(_ image: Tensor) throws -> Tensor { try run(image) { _, _, _ in nil } }

  /// Runs one image `[1, …]`. `product` is called for every product with constant weights, with its
  /// node, its position among the node's `matrices` and what it multiplies: a tensor that it returns
  /// is taken for the product's; `nil` selects the reference operator.
  public func run(
    _ image: Tensor, product: (GraphNode, Int, Tensor) throws -> Tensor?
  ) throws -> Tensor {
    var run = try GraphRun(self, image)
    while run.node != nil { try run.step(product: product) }
    return try run.result()
  }
}
