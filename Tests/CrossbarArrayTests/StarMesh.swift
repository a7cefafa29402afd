import CrossbarArray

/// The conductances between the terminals of an array, by eliminating one node after the other:
/// `g_ab ← g_ab + g_a g_b / Σ g`. No subtraction occurs, so every conductance is right to a few
/// roundings per node, whatever the ratio of wires to terminals.
struct StarMesh {
  /// Sensed currents in amperes, and what they would be if all sources had one sign.
  let outputs: [Double], uncanceled: [Double]
  /// Conductance between the terminals of each output and all others.
  let siemens: [Double]

  init(_ array: ArrayDescription, input: [Double]) {
    var network = DenseArraySolver()
    network.add(array, input: input)
    // Nodes that a perfect wire joins are one.
    var owner = Array(0..<network.nodeCount)
    func find(_ node: Int) -> Int { owner[node] == node ? node : find(owner[node]) }
    for wire in network.wires where wire.ohms == 0 {
      let (a, b) = (find(wire.a), find(wire.b))
      owner[max(a, b)] = min(a, b)
    }
    var g = [[Int: Double]](repeating: [:], count: network.nodeCount)
    func connect(_ a: Int, _ b: Int, _ siemens: Double) {
      let (a, b) = (find(a), find(b))
      guard a != b else { return }
      g[a][b, default: 0] += siemens
      g[b][a, default: 0] += siemens
    }
    for wire in network.wires where wire.ohms > 0 { connect(wire.a, wire.b, 1 / wire.ohms) }
    for conductor in network.conductors { connect(conductor.a, conductor.b, conductor.siemens) }

    let terminals = Set(network.sources.map { find($0.node) })
    let inner = (0..<network.nodeCount).filter { find($0) == $0 && !terminals.contains($0) }
    for node in inner where !g[node].isEmpty {
      let neighbors = g[node].sorted { $0.key < $1.key }
      let sum = neighbors.reduce(0) { $0 + $1.value }
      for (a, ga) in neighbors {
        g[a][node] = nil
        for (b, gb) in neighbors where b != a { g[a][b, default: 0] += ga * (gb / sum) }
      }
      g[node] = [:]
    }

    var volts: [Int: Double] = [:]
    for source in network.sources { volts[find(source.node)] = source.volts }
    var outputs = [Double](repeating: 0, count: array.outputCount)
    var (uncanceled, siemens) = (outputs, outputs)
    for source in network.sources {
      guard let output = source.output else { continue }
      for (other, conductance) in g[find(source.node)].sorted(by: { $0.key < $1.key }) {
        outputs[output] += conductance * (volts[other] ?? 0)
        uncanceled[output] += conductance * (volts[other] ?? 0).magnitude
        siemens[output] += conductance
      }
    }
    (self.outputs, self.uncanceled, self.siemens) = (outputs, uncanceled, siemens)
  }
}
