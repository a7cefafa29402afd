/// The order in which nodes can run, from the names that they read and write.
struct ONNXNodeOrder {
  /// Indices of the nodes that the results need; the file's own order if that already works.
  let indices: [Int]
  /// Those among them that read another output than the first of an operator that computes only
  /// that, with the reason for which they are refused.
  let secondOutputs: [Int: String]

  /// Throws the node and the reason if a value is written twice or never, or nodes form a cycle.
  init(
    _ nodes: [Onnx_NodeProto], known: Set<String>, outputs: [String]
  ) throws(ONNXNodeFault) {
    var writers: [String: Int] = [:]
    var second = Set<String>()
    for (index, node) in nodes.enumerated() {
      for (k, output) in node.output.enumerated() where !output.isEmpty {
        guard writers[output] == nil, !known.contains(output) else {
          throw ONNXNodeFault(index: index, reason: "writes '\(output)', which already has a value")
        }
        writers[output] = index
        if k > 0, !ONNXNodeReader.computesAllOutputs(of: node.opType) {
          second.insert(output)
        }
      }
    }
    var readers = [[Int]](repeating: [], count: nodes.count)
    var missing = [Int](repeating: 0, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      for input in node.reads where !input.isEmpty && !known.contains(input) {
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
      needed.formUnion(nodes[index].reads)
      kept.append(index)
    }
    indices = kept.reversed()
    var refused: [Int: String] = [:]
    for index in kept {
      if let input = nodes[index].reads.first(where: second.contains) {
        refused[index] = "reads '\(input)', but only the first output of a node is computed"
      }
    }
    secondOutputs = refused
  }
}

/// A reason with the index of its node.
struct ONNXNodeFault: Error {
  let index: Int
  let reason: String
}
