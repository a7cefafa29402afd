import Netlist

extension NodalSystem {
  /// Voltage sources with one grounded terminal, and the others; throws where sources form loops.
  static func sortedSources(
    _ circuit: Circuit
  ) throws(CircuitError) -> (grounded: [GroundedSource], floating: [Int]) {
    var grounded: [GroundedSource] = []
    var floating: [Int] = []
    var sharers: [Int: Double] = [:]
    var joined = DisjointSets(count: circuit.nodeCount)
    for (index, source) in circuit.voltageSources.enumerated() {
      guard source.plus != source.minus else {
        throw .shortedSource(circuit.name(of: source.label))
      }
      if source.minus == .ground || source.plus == .ground {
        let isPlus = source.minus == .ground
        let node = Int((isPlus ? source.plus : source.minus).index)
        grounded.append(.init(source: index, node: node, sign: isPlus ? 1 : -1))
        sharers[node, default: 0] += 1
        joined.join(Int32(node), 0)
      } else {
        floating.append(index)
      }
    }
    for index in grounded.indices { grounded[index].sharers = sharers[grounded[index].node] ?? 1 }
    for index in floating {
      let source = circuit.voltageSources[index]
      guard joined.join(source.plus.index, source.minus.index) else {
        throw .sourceLoop(circuit.name(of: source.label))
      }
    }
    return (grounded, floating)
  }

  /// Throws unless conducting resistors and voltage sources connect every node to ground; current
  /// sources connect nothing.
  static func requirePathsToGround(
    _ circuit: Circuit, where conducts: (Int) -> Bool
  ) throws(CircuitError) {
    var connected = DisjointSets(count: circuit.nodeCount)
    for source in circuit.voltageSources {
      connected.join(source.plus.index, source.minus.index)
    }
    for (index, resistor) in circuit.resistors.enumerated() where conducts(index) {
      connected.join(resistor.a.index, resistor.b.index)
    }
    for node in circuit.nodes where connected.find(node.index) != 0 {
      throw .floatingNode(circuit.name(of: node))
    }
  }
}
