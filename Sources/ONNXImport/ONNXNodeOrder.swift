/// The order in which nodes can run, from the names that they read and write.
struct ONNXNodeOrder {
  /// Indices of the nodes that the results need; the file's own order if that already works.
  let indices: [Int]
  /// A node among them that reads another output than the first of an operator that computes only
  /// that.
  private(set) var secondOutput: ONNXNodeFault?

  /// Throws the node and the reason if a value is written twice or never, or nodes form a cycle.
  init(
    _ nodes: [Onnx_NodeProto], known: Set<String>, outputs: [String]
  ) throws(ONNXNodeFault) {
    var writers: [String: Int] = [:]
    var secondOutputs = Set<String>()
    for (index, node) in nodes.enumerated() {
      for (k, output) in node.output.enumerated() where !output.isEmpty {
        guard writers[output] == nil, !known.contains(output) else {
          throw ONNXNodeFault(index: index, reason: "writes '\(output)', which already has a value")
        }
        writers[output] = index
        if k > 0, !ONNXNodeReader.computesAllOutputs(of: node.opType) {
          secondOutputs.insert(output)
        }
      }
    }
    var readers = [[Int]](repeating: [], count: nodes.count)
    var missing = [Int](repeating: 0, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      for input in node.input where !input.isEmpty && !known.contains(input) {
        guard let writer = writers[input] else {
          throw ONNXNodeFault(index: index, reason: "reads '\(input)', which nothing writes")
        }
        readers[writer].append(index)
        missing[index] += 1
      }
    }
    var ready = nodes.indices.filter { missing[$0] == 0 }
    var next = 0
    while next < ready.count {
      for reader in readers[ready[next]] {
        missing[reader] -= 1
        if missing[reader] == 0 { ready.append(reader) }
      }
      next += 1
    }
    if let stuck = missing.firstIndex(where: { $0 > 0 }) {
      throw ONNXNodeFault(index: stuck, reason: "waits for its own result: the nodes form a cycle")
    }
    let isSorted = nodes.indices.allSatisfy { index in readers[index].allSatisfy { $0 > index } }
    let order = isSorted ? Array(nodes.indices) : ready
    var needed = Set(outputs)
    var kept: [Int] = []
    for index in order.reversed() where !needed.isDisjoint(with: nodes[index].output) {
      needed.formUnion(nodes[index].input)
      kept.append(index)
    }
    indices = kept.reversed()
    for index in indices {
      guard secondOutput == nil, let input = nodes[index].input.first(where: secondOutputs.contains)
      else { continue }
      secondOutput = ONNXNodeFault(
        index: index, reason: "reads '\(input)', but only the first output of a node is computed")
    }
  }
}

/// A reason with the index of its node.
struct ONNXNodeFault: Error {
  let index: Int
  let reason: String
}
