import Netlist

extension Circuit {
  /// Nodes whose voltages against each other sources set, and inductors at rest; ground's part is
  /// zero.
  var partsOfSetVoltages: DisjointSets {
    var parts = DisjointSets(count: nodeCount)
    func join(_ a: Node, _ b: Node) { parts.join(a.index, b.index) }
    for source in voltageSources { join(source.plus, source.minus) }
    for inductor in inductors { join(inductor.a, inductor.b) }
    for source in voltageControlledSources where source.output == .voltage {
      join(source.plus, source.minus)
    }
    for source in currentControlledSources where source.output == .voltage {
      join(source.plus, source.minus)
    }
    for source in behavioralSources where source.output == .voltage {
      join(source.plus, source.minus)
    }
    for line in lines where line.modes.modes.allSatisfy({ $0.ohms == 0 }) {
      for (near, far) in zip(line.near, line.far) { join(near, far) }
    }
    return parts
  }

  /// The first node with no path to ground, neither for direct current nor through capacitors;
  /// `nil` if there is none.
  var firstFloatingNode: Node? {
    var parts = partsOfDirectPaths
    let free = Set(nodesOfFreeLevel(holding: []).map { parts.find($0.index) })
    return nodes.first { node in
      let part = parts.find(node.index)
      return part != 0 && !free.contains(part)
    }
  }

  /// One node, the lowest, of every part that capacitors alone connect to ground and that has none
  /// of the `held` nodes. At DC its level is free: whatever charge was left there decides it.
  func nodesOfFreeLevel(holding held: [Node]) -> [Node] {
    // Lines have capacitance to their references and to each other.
    let pairs =
      capacitors.map { ($0.a.index, $0.b.index) }
      + lines.filter { $0.modes.modes.contains { $0.farads > 0 } }.flatMap { line in
        line.near.map { ($0.index, line.nearReference.index) }
          + line.far.map { ($0.index, line.farReference.index) }
      }
    guard !pairs.isEmpty else { return [] }
    var parts = partsOfDirectPaths
    for node in held { parts.join(node.index, 0) }
    // Capacitors between parts of which none is tied to ground leave their level undetermined.
    var tied = parts
    for (a, b) in pairs { tied.join(a, b) }
    var free = Set<Int32>()
    for pair in pairs {
      let (a, b) = (parts.find(pair.0), parts.find(pair.1))
      guard a != b, tied.find(a) == 0 else { continue }
      free.formUnion([a, b])
    }
    free.remove(0)
    return free.sorted().map { node(Int($0)) }
  }

  /// Nodes between which direct current may flow; ground's part is zero. A controlled current
  /// counts as a path, since it may be one: a conductance of its own voltage.
  private var partsOfDirectPaths: DisjointSets {
    var parts = partsOfSetVoltages
    func join(_ a: Node, _ b: Node) { parts.join(a.index, b.index) }
    for resistor in resistors { join(resistor.a, resistor.b) }
    for diode in diodes { join(diode.anode, diode.cathode) }
    for element in switches { join(element.a, element.b) }
    for line in lines {
      for (near, far) in zip(line.near, line.far) { join(near, far) }
      guard line.modes.modes.contains(where: { $0.siemens > 0 }) else { continue }
      for near in line.near { join(near, line.nearReference) }
      for far in line.far { join(far, line.farReference) }
    }
    for mosfet in mosfets {
      join(mosfet.drain, mosfet.source)
      join(mosfet.bulk, mosfet.source)
    }
    for device in compactDevices {
      for (terminal, other) in compactModels[device.model].directPaths.enumerated()
      where terminal < device.nodes.count && other < device.nodes.count {
        join(device.nodes[terminal], device.nodes[other])
      }
    }
    for source in voltageControlledSources { join(source.plus, source.minus) }
    for source in currentControlledSources { join(source.plus, source.minus) }
    for source in behavioralSources { join(source.plus, source.minus) }
    return parts
  }
}
