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
    return parts
  }

  /// The first node that no path of direct current leads from to ground; nil where there is none.
  /// A controlled current counts as a path, since it may be one: a conductance of its own voltage.
  var firstFloatingNode: Node? {
    var parts = partsOfSetVoltages
    func join(_ a: Node, _ b: Node) { parts.join(a.index, b.index) }
    for resistor in resistors { join(resistor.a, resistor.b) }
    for diode in diodes { join(diode.anode, diode.cathode) }
    for element in switches { join(element.a, element.b) }
    for mosfet in mosfets {
      join(mosfet.drain, mosfet.source)
      join(mosfet.bulk, mosfet.source)
    }
    for source in voltageControlledSources { join(source.plus, source.minus) }
    for source in currentControlledSources { join(source.plus, source.minus) }
    for source in behavioralSources { join(source.plus, source.minus) }
    return nodes.first { parts.find($0.index) != 0 }
  }
}
