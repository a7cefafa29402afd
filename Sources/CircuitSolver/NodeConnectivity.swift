import Netlist

/// Which nodes of a circuit hang together.
public enum NodeConnectivity {
  /// One node of every part that no element with a DC path and no voltage source connects to
  /// ground: its lowest one, in ascending order.
  public static func isolatedParts(of circuit: Circuit) -> [Node] {
    NodalSystem.isolatedNodes(circuit, .all).compactMap {
      $0.node == $0.part ? circuit.node($0.node) : nil
    }
  }
}
