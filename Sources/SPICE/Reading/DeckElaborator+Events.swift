import Netlist

/// What nodes of a deck are used for, by the number of the node.
struct NodeUses {
  /// How elements of events use a node.
  struct Events {
    var isReal: Bool
    var isDriven = false
    var isRead = false
  }

  /// Whether there may be elements of events at all.
  var isTracked = false
  var byOthers: Set<Int32> = []
  var byEvents: [Int32: Events] = [:]
}

/// A node of the circuit that elements of events use as well, and the node of events beside it.
struct BridgedNode {
  var node: Node
  var index: Int
  /// Of the supply, where the node is met first.
  var volts: Double
}

/// Elements of events: A elements of digital models, and the nodes between them.
///
/// A deck does not say which nodes are digital. It is read twice: first all are nodes of the circuit,
/// and who uses them is noted; then those that elements of events alone use are nodes of events. A
/// node that others use too gets a bridge, as in ngspice.
extension DeckElaborator {
  /// Reads everything, noting faults.
  mutating func elaborate() {
    let before = self
    nodeUses.isTracked = structure.mayHaveEvents
    readThrough()
    guard !nodeUses.byEvents.isEmpty, log.isEmpty else { return }
    let (uses, former) = (nodeUses, circuit)
    self = before
    isSecondReading = true
    for (number, use) in uses.byEvents.sorted(by: { $0.key < $1.key })
    where !uses.byOthers.contains(number) {
      guard let label = circuit.label(foreign: former.name(of: former.node(Int(number)))) else {
        continue
      }
      eventNodes[label] = circuit.events.addNode(label, isReal: use.isReal)
    }
    nodeUses.byEvents = uses.byEvents.filter { uses.byOthers.contains($0.key) }
    bridgedUses = Dictionary(
      uniqueKeysWithValues: nodeUses.byEvents.map {
        (former.name(of: former.node(Int($0.key))), $0.value)
      })
    readThrough()
  }

  /// The net that a token names: a node of the circuit, or one of events.
  mutating func net(_ token: CardTokens.Token, _ instance: DeckInstance) throws(CardFault) -> Node {
    guard token.kind == .word else { throw CardFault(.malformedName, token.outerRange) }
    return try net(token.range, instance)
  }

  /// A voltage, or the value of a node of events in an output.
  func quantity(of node: Node, at place: Range<Int>) throws(CardFault) -> Expression {
    guard let index = node.eventIndex else { return .quantity(.voltage(node)) }
    guard site.isOutput || !site.allowsQuantities else {
      throw CardFault(.digitalNode, place)
    }
    return .quantity(.event(index))
  }

  /// The node of the circuit that a text refers to.
  mutating func analogNode(
    _ place: Range<Int>, _ instance: DeckInstance
  ) throws(CardFault) -> Node {
    let node = try existingNode(place, instance)
    guard node.eventIndex == nil else { throw CardFault(.digitalNode, place) }
    return node
  }

  /// A voltage in a formula; that of an element makes a node one of the circuit.
  mutating func voltage(_ node: Node, at place: Range<Int>) throws(CardFault) -> Expression {
    if nodeUses.isTracked, !site.isOutput { nodeUses.byOthers.insert(node.index) }
    return try quantity(of: node, at: place)
  }

  // MARK: Elements

  /// Places an A element of events, whose model the present card names last.
  mutating func placeEventElement(
    _ modelCard: DeckCard, _ kind: EventModelCard.Kind, _ instance: DeckInstance
  ) throws(CardFault) {
    let model = try eventModel(modelCard, kind, instance)
    let all = tokens.tokens
    guard all.count >= 3, let last = all.last else {
      throw CardFault(.missingFields, card.range)
    }
    var ports = CodeModelPorts(all[0].range.upperBound..<last.range.lowerBound, text)
    let label = try elementLabel(instance)
    var (inputs, outputs) = ([EventPin?](), [EventPin?]())
    var (inputCounts, probes, sources) = ([Int](), [Expression](), [Int]())
    for (what, isList) in kind.connections {
      let own: CodeModelPort.Kind =
        what == .probe || what == .level ? .voltage : what.isReal ? .real : .digital
      var connected: [CodeModelPort?]
      switch try ports.next(own) {
      case nil: throw CardFault(.missingFields, card.range)
      case .list(let list):
        guard isList, !list.isEmpty else { throw CardFault(.unexpectedText, card.range) }
        connected = list
      case .one(let port):
        // Brackets around one may be missing.
        connected = [port]
      case .some(.none): connected = [nil]
      }
      for port in connected {
        switch what {
        case .input, .realInput:
          inputs.append(try pin(port, isReal: what.isReal, drives: false, instance))
        case .output, .realOutput:
          outputs.append(try pin(port, isReal: what.isReal, drives: true, instance))
        case .probe:
          guard let port else { throw CardFault(.missingFields, card.range) }
          probes.append(try eventProbe(port, instance))
        case .level:
          guard let port else { throw CardFault(.missingFields, card.range) }
          sources.append(try eventSource(port, label, sources.count, instance))
        }
      }
      if what == .input { inputCounts.append(connected.count) }
    }
    if let place = ports.place { throw CardFault(.unexpectedText, place) }
    switch kind {
    case .analogToDigital where probes.count != outputs.count,
      .digitalToAnalog where sources.count != inputs.count:
      throw CardFault(.wrongTerminalCount, card.range)
    default: break
    }
    let law = try eventLaw(model, inputs: inputCounts, outputs: outputs.count)
    try register(label, .other, 0)
    guard isSecondReading else { return }
    circuit.events.add(
      EventElement(
        label, law, inputs: inputs, outputs: outputs, probes: probes, sources: sources))
  }

  /// The end of an element at a node of events; `nil` if it is left open, or in the first reading.
  private mutating func pin(
    _ port: CodeModelPort?, isReal: Bool, drives: Bool, _ instance: DeckInstance
  ) throws(CardFault) -> EventPin? {
    guard let port else { return nil }
    let place = port.names[0]
    guard port.kind == (isReal ? .real : .digital) else {
      throw CardFault(.notDigital, place)
    }
    let node = try net(place, instance)
    guard node != .ground else { throw CardFault(.notDigital, place) }
    if let index = node.eventIndex {
      return EventPin(node: index, isInverted: port.isInverted)
    }
    guard isSecondReading else {
      var use = nodeUses.byEvents[node.index] ?? NodeUses.Events(isReal: isReal)
      guard use.isReal == isReal else { throw CardFault(.notDigital, place) }
      if drives { use.isDriven = true } else { use.isRead = true }
      nodeUses.byEvents[node.index] = use
      return nil
    }
    return EventPin(
      node: try bridged(node, isReal: isReal, place, instance), isInverted: port.isInverted)
  }

  /// The end of an element at a digital node.
  mutating func digitalPin(
    _ place: Range<Int>, isInverted: Bool, drives: Bool, _ instance: DeckInstance
  ) throws(CardFault) -> EventPin? {
    try pin(
      CodeModelPort(kind: .digital, names: [place], isInverted: isInverted), isReal: false,
      drives: drives, instance)
  }

  private mutating func eventProbe(
    _ port: CodeModelPort, _ instance: DeckInstance
  ) throws(CardFault) -> Expression {
    switch port.kind {
    case .source:
      return .quantity(.current(.voltageSource(try voltageSource(port.names[0], instance))))
    case .voltage, .difference:
      let (plus, minus) = try nodes(of: port, instance)
      return .difference(plus, minus)
    default: throw CardFault(.unsupportedParameter, port.names[0])
    }
  }

  /// A source between the nodes of a port that a bridge drives.
  private mutating func eventSource(
    _ port: CodeModelPort, _ label: Label, _ number: Int, _ instance: DeckInstance
  ) throws(CardFault) -> Int {
    guard port.kind == .voltage || port.kind == .difference else {
      throw CardFault(.unsupportedParameter, port.names[0])
    }
    let (plus, minus) = try nodes(of: port, instance)
    return try eventSource("\(circuit.name(of: label)).\(number)", plus, minus)
  }

  mutating func eventSource(
    _ name: String, _ plus: Node, _ minus: Node
  ) throws(CardFault) -> Int {
    guard let label = circuit.label(foreign: "v\(name)") else {
      throw CardFault(.malformedName, tokens.tokens[0].range)
    }
    let index = circuit.voltageSources.count
    try register(label, .voltageSource, index)
    circuit.addVoltageSource(label, plus: plus, minus: minus, volts: 0)
    return index
  }

  // MARK: Bridges

  /// The node of events beside a node of the circuit.
  private mutating func bridged(
    _ node: Node, isReal: Bool, _ place: Range<Int>, _ instance: DeckInstance
  ) throws(CardFault) -> Int {
    if let found = bridges.first(where: { $0.node == node }) { return found.index }
    let name = circuit.name(of: node)
    guard !isReal, bridgedUses[name] != nil else { throw CardFault(.notDigital, place) }
    guard let label = circuit.label(foreign: "\(name)#digital") else {
      throw CardFault(.malformedName, place)
    }
    var volts = 3.3
    if instance.parameters.owner(of: "vcc") != nil {
      site = ExpressionSite(source: Int(card.source), instance: instance)
      remainingOperands = structure.settings.operandLimit
      if let value = try parameter("vcc", at: place)?.value { volts = value }
    }
    guard volts > 0 else { throw CardFault(.notPositive, place, subject: "vcc") }
    let index = circuit.events.addNode(label, isReal: false)
    bridges.append(BridgedNode(node: node, index: index, volts: volts))
    return index
  }
}

extension DeckStructure {
  /// Whether some element may be one of events: A or U.
  fileprivate var mayHaveEvents: Bool {
    scopes.contains { scope in
      scope.cards.contains { card in
        let letter = sources[Int(card.source)].bytes[Int(card.start)] | 0x20
        return letter == UInt8(ascii: "a") || letter == UInt8(ascii: "u")
      }
    }
  }
}
