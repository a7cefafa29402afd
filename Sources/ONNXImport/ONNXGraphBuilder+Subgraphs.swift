import NeuralNetwork

/// Nodes that hold graphs of their own. Which of them run, and how often, is settled while the graph
/// is built; their nodes then take the place of the node that holds them.
extension ONNXGraphBuilder {
  /// Turns of a loop that are written one behind the other.
  static let mostTurns = 1024
  /// Nodes that all subgraphs together may add: loops in loops multiply.
  static let mostInlined = 1 << 14

  /// The branch that a constant condition chooses.
  mutating func addBranch(of node: Onnx_NodeProto, name: String) throws(ONNXReason) {
    let part = try reading(node).truth(0, "condition") ? "then_branch" : "else_branch"
    let branch = try reading(node).subgraph(part)
    guard branch.input.isEmpty else { throw ONNXReason("\(part) has inputs of its own") }
    let results = try inline(branch, name: "\(name)/\(part)", arguments: [:])
    guard node.output.count <= results.count else {
      throw ONNXReason("writes \(node.output.count) outputs, \(part) has \(results.count)")
    }
    for (output, result) in zip(node.output, results) where !output.isEmpty {
      try alias(result, as: output, name: name)
    }
  }

  /// The turns of a loop one behind the other: their number is a constant, and so is whether each
  /// is followed by another.
  mutating func addLoop(_ node: Onnx_NodeProto, name: String) throws(ONNXReason) {
    let body = try reading(node).subgraph("body")
    let initial = Array(node.input.dropFirst(2))
    let stacked = body.output.count - 1 - initial.count
    guard body.input.count == 2 + initial.count, stacked >= 0, !initial.contains(""),
      node.output.count <= initial.count + stacked
    else {
      throw ONNXReason(
        "carries \(initial.count) values and writes \(node.output.count), its body reads "
          + "\(body.input.count) and writes \(body.output.count)")
    }
    let limit = try reading(node).tripCount()
    var goesOn = try reading(node).hasInput(1) ? reading(node).truth(1, "condition") : true
    var (carried, turn) = (initial, 0)
    var slices: [[String]] = Array(repeating: [], count: stacked)
    while goesOn, turn < limit {
      guard turn < Self.mostTurns else {
        throw ONNXReason("has more than \(Self.mostTurns) turns")
      }
      let prefix = "\(name)/\(turn)"
      define("\(prefix)/turn", ONNXConstant(shape: [], integers: [turn]))
      define("\(prefix)/goesOn", ONNXConstant(shape: [], integers: [1], type: .bool))
      let names = body.input.map(\.name)
      let values = ["\(prefix)/turn", "\(prefix)/goesOn"] + carried
      let results = try inline(
        body, name: prefix,
        arguments: Dictionary(zip(names, values), uniquingKeysWith: { first, _ in first }))
      guard let condition = constants[results[0]], condition.type == .bool,
        condition.floats.count == 1
      else { throw ONNXReason("goes on by a condition that is computed from images") }
      goesOn = condition.floats[0] != 0
      carried = Array(results.dropFirst().prefix(initial.count))
      for k in slices.indices { slices[k].append(results[1 + initial.count + k]) }
      turn += 1
    }
    for (place, output) in node.output.enumerated() where !output.isEmpty {
      if place < carried.count {
        try alias(carried[place], as: output, name: name)
      } else {
        try stack(slices[place - carried.count], as: output, name: name)
      }
    }
  }

  /// The node with the values of this moment; not to be kept while they change.
  private func reading(_ node: Onnx_NodeProto) -> ONNXNodeReader {
    ONNXNodeReader(node: node, values: self)
  }

  /// Adds the nodes of a subgraph; gives the names of its outputs.
  ///
  /// - Parameters:
  ///   - name: Stands before the names of its nodes and values.
  ///   - arguments: The values that its inputs stand for.
  private mutating func inline(
    _ graph: Onnx_GraphProto, name: String, arguments: [String: String]
  ) throws(ONNXReason) -> [String] {
    var names = arguments
    for own in graph.ownNames where names[own] == nil { names[own] = "\(name)/\(own)" }
    for tensor in graph.initializer {
      define(names[tensor.name] ?? "", try ONNXConstant(tensor, beside: files))
    }
    func fault(_ index: Int, _ reason: String) -> ONNXReason {
      let node = graph.node[index]
      let own = node.name.isEmpty ? "\(node.opType)_\(index)" : node.name
      return ONNXReason("in '\(name)', node '\(own)' (\(node.opType)): \(reason)")
    }
    let order: ONNXNodeOrder
    do throws(ONNXNodeFault) {
      order = try ONNXNodeOrder(
        graph.node,
        known: Set(
          graph.input.map(\.name) + graph.initializer.map(\.name) + graph.captures),
        outputs: graph.output.map(\.name))
    } catch {
      throw fault(error.index, error.reason)
    }
    for index in order.indices {
      let node = graph.node[index]
      guard ONNXNodeReader.supports(node) else {
        throw fault(index, ONNXNodeReader.refusal(of: [(name, node)]))
      }
      do throws(ONNXReason) {
        if let reason = order.secondOutputs[index] { throw ONNXReason(reason) }
        try countInlined()
        let own = node.name.isEmpty ? "\(node.opType)_\(index)" : node.name
        try add(node.renamed(names), name: "\(name)/\(own)")
      } catch {
        throw fault(index, error.text)
      }
    }
    return graph.output.map { names[$0.name] ?? $0.name }
  }
}

extension Onnx_NodeProto {
  /// Names of all values that the node reads: its inputs, and what its subgraphs take from outside.
  var reads: [String] { input + attribute.flatMap { $0.hasG ? $0.g.captures : [] } }

  /// The node with values named anew, also where its subgraphs read them.
  fileprivate func renamed(_ names: [String: String]) -> Onnx_NodeProto {
    var result = self
    result.input = input.map { names[$0] ?? $0 }
    result.output = output.map { names[$0] ?? $0 }
    for k in attribute.indices where attribute[k].hasG {
      result.attribute[k].g = attribute[k].g.renamed(names)
    }
    return result
  }
}

extension Onnx_GraphProto {
  /// Names of the values that the graph itself gives.
  fileprivate var ownNames: Set<String> {
    Set(input.map(\.name) + initializer.map(\.name) + node.flatMap(\.output)).subtracting([""])
  }

  /// Names of the values that it takes from outside.
  fileprivate var captures: [String] {
    let own = ownNames
    return (node.flatMap(\.reads) + output.map(\.name)).filter { !own.contains($0) && !$0.isEmpty }
  }

  /// The graph with values from outside named anew.
  fileprivate func renamed(_ names: [String: String]) -> Onnx_GraphProto {
    let own = ownNames
    let outer = names.filter { !own.contains($0.key) }
    var result = self
    result.node = node.map { $0.renamed(outer) }
    for k in output.indices { result.output[k].name = outer[output[k].name] ?? output[k].name }
    return result
  }
}

extension ONNXNodeReader {
  static let subgraphAttributes: [String: Set<String>] = [
    "If": ["else_branch", "then_branch"], "Loop": ["body"],
  ]

  fileprivate func subgraph(_ name: String) throws(ONNXReason) -> Onnx_GraphProto {
    guard let found = try attribute(name, .graph), found.hasG else {
      throw ONNXReason("attribute \(name) is missing")
    }
    return found.g
  }

  /// The number of turns of a loop; without one, only its condition ends it.
  fileprivate func tripCount() throws(ONNXReason) -> Int {
    guard hasInput(0) else { return .max }
    let count = try integers(0, "trip count")
    guard count.count == 1 else { throw ONNXReason("has \(count.count) trip counts") }
    return count[0]
  }

  /// A truth value that does not depend on the images.
  fileprivate func truth(_ index: Int, _ role: String) throws(ONNXReason) -> Bool {
    let found = try constant(index, role)
    guard found.type == .bool, found.floats.count == 1 else {
      throw ONNXReason(
        "input \(index) (\(role)) is \(found.type) of shape \(found.shape), no single truth value")
    }
    return found.floats[0] != 0
  }
}
