/// The current that enters an element at its first terminal: from plus to minus, from `a` to `b`,
/// into an anode or a drain. Outputs, measurements and formulas name currents by their element.
public enum ElementCurrent: Hashable, Sendable {
  // The element is given by its index among those of its kind.
  case resistor(Int)
  case capacitor(Int)
  case inductor(Int)
  case voltageSource(Int)
  case currentSource(Int)
  case voltageControlledSource(Int)
  case currentControlledSource(Int)
  case behavioralSource(Int)
  case diode(Int)
  case mosfet(Int)
  case voltageSwitch(Int)
  case compactDevice(Int)
}

extension Circuit {
  /// The label of the element whose current it is.
  public func label(of current: ElementCurrent) -> Label {
    switch current {
    case .resistor(let index): resistors[index].label
    case .capacitor(let index): capacitors[index].label
    case .inductor(let index): inductors[index].label
    case .voltageSource(let index): voltageSources[index].label
    case .currentSource(let index): currentSources[index].label
    case .voltageControlledSource(let index): voltageControlledSources[index].label
    case .currentControlledSource(let index): currentControlledSources[index].label
    case .behavioralSource(let index): behavioralSources[index].label
    case .diode(let index): diodes[index].label
    case .mosfet(let index): mosfets[index].label
    case .voltageSwitch(let index): switches[index].label
    case .compactDevice(let index): compactDevices[index].label
    }
  }

  /// The node at which it enters.
  public func origin(of current: ElementCurrent) -> Node {
    switch current {
    case .resistor(let index): resistors[index].a
    case .capacitor(let index): capacitors[index].a
    case .inductor(let index): inductors[index].a
    case .voltageSource(let index): voltageSources[index].plus
    case .currentSource(let index): currentSources[index].from
    case .voltageControlledSource(let index): voltageControlledSources[index].plus
    case .currentControlledSource(let index): currentControlledSources[index].plus
    case .behavioralSource(let index): behavioralSources[index].plus
    case .diode(let index): diodes[index].anode
    case .mosfet(let index): mosfets[index].drain
    case .voltageSwitch(let index): switches[index].a
    case .compactDevice(let index): compactDevices[index].nodes[0]
    }
  }

  /// The node at which it leaves; a MOSFET's source.
  public func end(of current: ElementCurrent) -> Node {
    switch current {
    case .resistor(let index): resistors[index].b
    case .capacitor(let index): capacitors[index].b
    case .inductor(let index): inductors[index].b
    case .voltageSource(let index): voltageSources[index].minus
    case .currentSource(let index): currentSources[index].to
    case .voltageControlledSource(let index): voltageControlledSources[index].minus
    case .currentControlledSource(let index): currentControlledSources[index].minus
    case .behavioralSource(let index): behavioralSources[index].minus
    case .diode(let index): diodes[index].cathode
    case .mosfet(let index): mosfets[index].source
    case .voltageSwitch(let index): switches[index].b
    case .compactDevice(let index):
      compactDevices[index].nodes[compactDevices[index].nodes.count - 1]
    }
  }

  /// The name of its vector in lower case: `i(v1)`, `i(l.x1.l2)`.
  public func vectorName(of current: ElementCurrent) -> String {
    "i(\(name(of: label(of: current)).lowercased()))"
  }

  /// The name of the vector of a node of events: `v(clk)`.
  public func vectorName(ofEventNode index: Int) -> String {
    "v(\(name(of: events.nodes[index].label).lowercased()))"
  }
}
