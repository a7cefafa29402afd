import Netlist

/// Which nodes of a circuit hang together.
public enum NodeConnectivity {
  /// One node of every part that neither voltage sources nor the resistors that conduct connect to
  /// ground: its lowest one, in ascending order.
  public static func isolatedParts(
    of circuit: Circuit, where conducts: (Int) -> Bool = { _ in true }
  ) -> [Node] {
    var connected = DisjointSets(count: circuit.nodeCount)
    for source in circuit.voltageSources {
      connected.join(source.plus.index, source.minus.index)
    }
    for (index, resistor) in circuit.resistors.enumerated() where conducts(index) {
      connected.join(resistor.a.index, resistor.b.index)
    }
    return circuit.nodes.filter { $0 != .ground && connected.find($0.index) == $0.index }
  }
}
