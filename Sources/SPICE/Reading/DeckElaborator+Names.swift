import Files
import Netlist

extension DeckElaborator {
  /// The node that a token names in an instance, made if it is new.
  mutating func node(_ token: CardTokens.Token, _ instance: DeckInstance) throws(CardFault) -> Node
  {
    let node = try net(token, instance)
    guard node.eventIndex == nil else { throw CardFault(.digitalNode, token.range) }
    if nodeUses.isTracked { nodeUses.byOthers.insert(node.index) }
    return node
  }

  /// The net of a name in an instance, made if it is new.
  mutating func net(_ place: Range<Int>, _ instance: DeckInstance) throws(CardFault) -> Node {
    if Self.isGround(text.span.extracting(place)) { return .ground }
    if !instance.path.isEmpty, let node = port(place, instance) { return node }
    guard let label = nodeLabel(place, instance) else {
      throw CardFault(.malformedName, place)
    }
    if let index = eventNodes[label] { return .event(index) }
    let (number, isNew) = nodes.insert(label)
    return isNew ? circuit.addNode(label) : circuit.node(number)
  }

  /// The net of a name at the top, made if it is new.
  mutating func globalNet(_ name: String) throws(CardFault) -> Node {
    if ["0", "gnd"].contains(name.lowercased()) { return .ground }
    guard let label = circuit.label(foreign: name) else {
      throw CardFault(.malformedName, card.range, subject: name)
    }
    if let index = eventNodes[label] { return .event(index) }
    let (number, isNew) = nodes.insert(label)
    return isNew ? circuit.addNode(label) : circuit.node(number)
  }

  private static func isGround(_ name: Span<UInt8>) -> Bool {
    if name.count == 1 { return name[0] == UInt8(ascii: "0") }
    // ngspice, HSPICE and Spectre take `gnd` for ground.
    return name.count == 3 && name[0] | 0x20 == UInt8(ascii: "g")
      && name[1] | 0x20 == UInt8(ascii: "n") && name[2] | 0x20 == UInt8(ascii: "d")
  }

  /// The node at the port of that name of the instance, or nil.
  private func port(_ place: Range<Int>, _ instance: DeckInstance) -> Node? {
    guard let head = structure.scopes[instance.scope].head else {
      return nil
    }
    let ports = structure.scopes[instance.scope].ports
    for (port, node) in zip(ports, instance.ports)
    where port.count == place.count && isSame(place, port, in: Int(head.source)) {
      return node
    }
    return nil
  }

  private func isSame(_ place: Range<Int>, _ other: Range<Int>, in source: Int) -> Bool {
    for offset in 0..<place.count {
      let (a, b) = (
        text[place.lowerBound + offset],
        structure.sources[source].bytes[other.lowerBound + offset]
      )
      guard a == b || (a ^ b == 0x20 && (a | 0x20) &- 97 < 26) else { return false }
    }
    return true
  }

  private mutating func nodeLabel(_ place: Range<Int>, _ instance: DeckInstance) -> Label? {
    let text = self.text
    if instance.path.isEmpty { return circuit.label(foreign: text.span.extracting(place)) }
    if !globals.isEmpty, globals.contains(DeckStructure.folded(text, place)) {
      return circuit.label(foreign: text.span.extracting(place))
    }
    // PSpice's `$G_…` are global.
    if text[place.lowerBound] == UInt8(ascii: "$"),
      DeckStructure.folded(text, place).hasPrefix("$g_")
    {
      return circuit.label(foreign: text.span.extracting(place))
    }
    scratch.removeAll(keepingCapacity: true)
    scratch.append(contentsOf: instance.path)
    scratch.append(UInt8(ascii: "."))
    scratch.append(contentsOf: text[place])
    return scratchLabel()
  }

  /// The label of the present card's element: `r.x1.r5` in an instance, as ngspice calls it.
  mutating func elementLabel(_ instance: DeckInstance) throws(CardFault) -> Label {
    let place = tokens.tokens[0].range
    let label: Label?
    if instance.path.isEmpty {
      let text = self.text
      label = circuit.label(foreign: text.span.extracting(place))
    } else {
      setScratch(elementName: place, instance)
      label = scratchLabel()
    }
    guard let label else { throw CardFault(.malformedName, place) }
    return label
  }

  private mutating func scratchLabel() -> Label? {
    let scratch = self.scratch
    return circuit.label(foreign: scratch.span)
  }

  private mutating func setScratch(elementName place: Range<Int>, _ instance: DeckInstance) {
    scratch.removeAll(keepingCapacity: true)
    scratch.append(text[place.lowerBound])
    scratch.append(UInt8(ascii: "."))
    scratch.append(contentsOf: instance.path)
    scratch.append(UInt8(ascii: "."))
    scratch.append(contentsOf: text[place])
  }

  /// The name of the present card's element in lower case, with its instance.
  func elementName(_ instance: DeckInstance) -> String {
    let name = DeckStructure.folded(text, tokens.tokens[0].range)
    guard !instance.path.isEmpty, let letter = name.first else { return name }
    return "\(letter).\(String(decoding: instance.path, as: UTF8.self)).\(name)"
  }

  /// Notes an element under its name; call once it is certain to be added.
  mutating func register(
    _ label: Label, _ kind: ElementPlace.Kind, _ index: Int
  ) throws(CardFault) {
    guard elements.insert(label).isNew else {
      throw CardFault(.duplicateName, tokens.tokens[0].range)
    }
    elementPlaces.append(ElementPlace(kind: kind, index: Int32(index)))
  }

  // MARK: References

  /// The node that a text refers to, which must exist: `n` of the instance, or `x1.n` from here.
  mutating func existingNode(
    _ place: Range<Int>, _ instance: DeckInstance
  ) throws(CardFault) -> Node {
    if Self.isGround(text.span.extracting(place)) { return .ground }
    if !instance.path.isEmpty, let node = port(place, instance) { return node }
    if let label = nodeLabel(place, instance), let node = existingNode(label) { return node }
    // Xyce separates levels by colons.
    let dotted = text[place].map { $0 == UInt8(ascii: ":") ? UInt8(ascii: ".") : $0 }
    let prefix = instance.path.isEmpty ? [] : instance.path + [UInt8(ascii: ".")]
    let whole = prefix + dotted
    if let label = circuit.label(foreign: whole.span), let node = existingNode(label) {
      return node
    }
    throw CardFault(
      .unknownNode, place,
      suggestion: NearestWord.find(
        String(decoding: whole, as: UTF8.self),
        among: circuit.nodes.lazy.map { [circuit] in
          circuit.name(of: $0)
        }))
  }

  private func existingNode(_ label: Label) -> Node? {
    if let index = eventNodes[label] { return .event(index) }
    return nodes.position(of: label).map { circuit.node($0) }
  }

  /// The element that a text refers to: `v1` of the instance, `x1.v1` or `v.x1.v1` from here.
  mutating func existingElement(
    _ place: Range<Int>, _ instance: DeckInstance
  ) -> ElementPlace? {
    guard !place.isEmpty else { return nil }
    let text = self.text
    if instance.path.isEmpty {
      if let found = element(text.span.extracting(place)) { return found }
    } else {
      setScratch(elementName: place, instance)
      let scratch = self.scratch
      if let found = element(scratch.span) { return found }
    }
    let dotted = text[place].map { $0 == UInt8(ascii: ":") ? UInt8(ascii: ".") : $0 }
    guard let dot = dotted.lastIndex(of: UInt8(ascii: ".")), dot + 1 < dotted.count else {
      return nil
    }
    let path = instance.path.isEmpty ? [] : instance.path + [UInt8(ascii: ".")]
    let full = [dotted[dot + 1], UInt8(ascii: ".")] + path + dotted
    return element(full.span)
  }

  private mutating func element(_ name: Span<UInt8>) -> ElementPlace? {
    guard let label = circuit.label(foreign: name), let number = elements.position(of: label) else {
      return nil
    }
    return elementPlaces[number]
  }

  /// The current of the element that a text refers to, for outputs, measurements and formulas
  /// alike: an unknown of the solution, or the result of Ohm's law for two. `whole` is `i(name)`.
  mutating func current(
    _ place: Range<Int>, _ whole: Range<Int>, _ instance: DeckInstance
  ) throws(CardFault) -> Expression {
    guard let found = existingElement(place, instance) else {
      throw CardFault(
        .unknownElement, place,
        suggestion: NearestWord.find(
          DeckStructure.folded(text, place), among: namesWithCurrents))
    }
    guard let current = found.current else { throw CardFault(.noCurrent, place) }
    guard case .resistor(let index) = current, circuit.temperatureLaws[index] == nil else {
      return .quantity(.current(current))
    }
    let resistor = circuit.resistors[index]
    resistorCurrents.append((index, whole, card))
    return .binary(
      .divide,
      .binary(.subtract, .quantity(.voltage(resistor.a)), .quantity(.voltage(resistor.b))),
      .number(resistor.ohms))
  }

  /// Names of the elements that people ask for currents of, for suggestions.
  private var namesWithCurrents: [String] {
    let labels =
      circuit.voltageSources.map(\.label) + circuit.inductors.map(\.label)
      + circuit.resistors.map(\.label) + circuit.behavioralSources.map(\.label)
      + circuit.voltageControlledSources.map(\.label)
    return labels.map { circuit.name(of: $0) }
  }

  /// The voltage source that a text refers to.
  mutating func voltageSource(
    _ place: Range<Int>, _ instance: DeckInstance
  ) throws(CardFault) -> Int {
    if let found = existingElement(place, instance), found.kind == .voltageSource {
      return Int(found.index)
    }
    let names = circuit.voltageSources.lazy.map { [circuit] in circuit.name(of: $0.label) }
    throw CardFault(
      .unknownSource, place,
      suggestion: NearestWord.find(DeckStructure.folded(text, place), among: names))
  }
}
