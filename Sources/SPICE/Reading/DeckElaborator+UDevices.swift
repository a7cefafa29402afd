import Files
import Netlist

/// Digital devices of PSpice, as ngspice takes them: `Uname type(counts) power ground pins… timing io
/// [MNTYMXDLY=n] [IO_LEVEL=n]`.
///
/// Power, ground and the model of input and output have no effect: nodes are digital, and bridges are
/// those of nodes that other elements use too.
extension DeckElaborator {
  /// A type by its name, and how many numbers it takes.
  private enum UType {
    /// Inputs, output; the inputs of one gate where it has more than one.
    case gate(GateKind)
    case tristate(isInverted: Bool)
    case flipFlop(FlipFlopModel.Kind)
    case latch(isSetReset: Bool)
    case pull(DigitalValue.State)
  }

  /// Types of U devices, for the reference page; those of gates take `A` for arrays.
  static let uTypes = [
    "buf", "inv", "and", "nand", "or", "nor", "xor", "nxor", "buf3", "inv3", "dff", "jkff", "dltch",
    "srff", "pullup", "pulldn",
  ]

  private static func uType(_ name: String) -> (type: UType, isArray: Bool)? {
    let isArray = name.hasSuffix("a") && name.count > 2
    let type: UType
    switch isArray ? String(name.dropLast()) : name {
    case "buf": type = .gate(.buffer)
    case "inv": type = .gate(.inverter)
    case "and": type = .gate(.and)
    case "nand": type = .gate(.nand)
    case "or": type = .gate(.or)
    case "nor": type = .gate(.nor)
    case "xor": type = .gate(.xor)
    case "nxor": type = .gate(.xnor)
    case "buf3": type = .tristate(isInverted: false)
    case "inv3": type = .tristate(isInverted: true)
    case "dff" where !isArray: type = .flipFlop(.data)
    case "jkff" where !isArray: type = .flipFlop(.jk)
    case "dltch" where !isArray: type = .latch(isSetReset: false)
    case "srff" where !isArray: type = .latch(isSetReset: true)
    case "pullup" where !isArray: type = .pull(.one)
    case "pulldn" where !isArray: type = .pull(.zero)
    default: return nil
    }
    return (type, isArray)
  }

  /// Whether the present card is a digital device: its second word is a type, and not the first node
  /// of a diffusive line.
  var isUDevice: Bool {
    let all = tokens.tokens
    guard all.count > 2, all[1].kind == .word else { return false }
    let name = DeckStructure.folded(text, all[1].range)
    return Self.uType(name) != nil || all[2].kind == .open
  }

  /// Places a digital device.
  mutating func placeUDevice(_ instance: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    let name = DeckStructure.folded(text, all[1].range)
    guard let (type, isArray) = Self.uType(name) else {
      let own = String(decoding: text[all[0].range], as: UTF8.self)
      return try unsupported(
        CardFault(
          .unsupportedElement, all[0].range, subject: "\(own) of \(name)",
          suggestion: NearestWord.find(name, among: Self.uTypes)))
    }
    var index = 2
    var counts: [Int] = []
    if all[2].kind == .open {
      index = 3
      while index < all.count, all[index].kind != .close {
        if all[index].kind != .comma {
          let number = try value(all[index], instance)
          guard number == number.rounded(), number >= 1, number <= 64 else {
            throw CardFault(.parameterOutOfRange, all[index].outerRange)
          }
          counts.append(Int(number))
        }
        index += 1
      }
      index += 1
    }
    let end = positionalCount
    guard end - index >= 4 else { throw CardFault(.missingFields, card.range) }
    var fields = Array(all[index..<end])
    guard fields.allSatisfy({ $0.kind == .word }) else {
      throw CardFault(.unexpectedText, fields.first { $0.kind != .word }?.outerRange ?? card.range)
    }
    let isPull: Bool
    if case .pull = type { isPull = true } else { isPull = false }
    // Power and ground make no difference to a digital node, but are none of the circuit's for that.
    for token in fields.prefix(2) where !isSecondReading {
      _ = try uPin(token.range, isInverted: false, drives: false, instance)
    }
    // A pull has no timing.
    fields = Array(fields.dropFirst(2).dropLast(1))
    var times = UTimes()
    if !isPull, let token = fields.popLast() { times = try uTimes(token, instance) }
    for assignment in try Assignment.list(all[min(end, all.count)...], card.range, text) {
      switch DeckStructure.folded(text, assignment.name) {
      case "mntymxdly": times.choice = try value(assignment.value, instance)
      case "io_level": _ = try value(assignment.value, instance)
      default: throw CardFault(.unsupportedParameter, assignment.name)
      }
    }
    try placeUDevice(type, isArray, counts, fields.map(\.range), times, instance)
  }

  private mutating func placeUDevice(
    _ type: UType, _ isArray: Bool, _ counts: [Int], _ pins: [Range<Int>], _ times: UTimes,
    _ instance: DeckInstance
  ) throws(CardFault) {
    var number = 0
    func require(_ count: Int) throws(CardFault) {
      guard pins.count == count else {
        throw CardFault(.wrongTerminalCount, card.range, subject: "\(pins.count) pins for \(count)")
      }
    }
    func add(
      _ law: EventModel, _ inputs: [(pin: Range<Int>, isInverted: Bool)], _ outputs: [Range<Int>],
      to reader: inout DeckElaborator
    ) throws(CardFault) {
      number += 1
      try reader.addUPart(number, law, inputs, outputs, instance)
    }
    let edges = times.edges
    switch type {
    case .gate(let kind):
      let takesOne = kind == .buffer || kind == .inverter
      let isPair = (kind == .xor || kind == .xnor)
      let size = takesOne ? 1 : isPair ? 2 : counts.first ?? 2
      let gates = isArray ? counts.last ?? 1 : 1
      try require((size + 1) * gates)
      for gate in 0..<gates {
        let inputs = pins[gate * size..<(gate + 1) * size].map { ($0, false) }
        try add(.gate(kind, edges), inputs, [pins[size * gates + gate]], to: &self)
      }
    case .tristate(let isInverted):
      let gates = isArray ? counts.first ?? 1 : 1
      try require(2 * gates + 1)
      for gate in 0..<gates {
        try add(
          .tristate(delay: max(edges.rise, edges.fall)),
          [(pins[gate], isInverted), (pins[gates], false)], [pins[gates + 1 + gate]], to: &self)
      }
    case .flipFlop(let kind):
      // Preset and clear are low where they are on, and the clock of a JK falls.
      let (count, isPair) = (counts.first ?? 1, kind == .jk)
      try require(3 + (isPair ? 4 : 3) * count)
      let outputs = 3 + (isPair ? 2 : 1) * count
      var law = FlipFlopModel(kind)
      times.set(&law)
      for k in 0..<count {
        var inputs = [(pins[3 + k], false)]
        if isPair { inputs.append((pins[3 + count + k], false)) }
        inputs += [(pins[2], isPair), (pins[0], true), (pins[1], true)]
        try add(
          .flipFlop(law), inputs, [pins[outputs + k], pins[outputs + count + k]], to: &self)
      }
    case .latch(let isSetReset):
      let count = counts.first ?? 1
      try require(3 + (isSetReset ? 4 : 3) * count)
      let outputs = 3 + (isSetReset ? 2 : 1) * count
      var law = LatchModel(isSetReset: isSetReset)
      times.set(&law)
      for k in 0..<count {
        var inputs = [(pins[3 + k], false)]
        if isSetReset { inputs.append((pins[3 + count + k], false)) }
        inputs += [(pins[2], false), (pins[0], true), (pins[1], true)]
        try add(.latch(law), inputs, [pins[outputs + k], pins[outputs + count + k]], to: &self)
      }
    case .pull(let state):
      try require(counts.first ?? 1)
      for pin in pins {
        try add(.constant(DigitalValue(state, .resistive)), [], [pin], to: &self)
      }
    }
  }

  /// One element of a device.
  private mutating func addUPart(
    _ number: Int, _ law: EventModel, _ inputs: [(pin: Range<Int>, isInverted: Bool)],
    _ outputs: [Range<Int>], _ instance: DeckInstance
  ) throws(CardFault) {
    let whole = try elementLabel(instance)
    let own = circuit.name(of: whole)
    let name = number == 1 ? own : "\(own).\(number)"
    guard let label = circuit.label(foreign: name) else {
      throw CardFault(.malformedName, tokens.tokens[0].range)
    }
    var ends: [EventPin?] = []
    for (place, isInverted) in inputs {
      ends.append(try uPin(place, isInverted: isInverted, drives: false, instance))
    }
    var driven: [EventPin?] = []
    for place in outputs {
      driven.append(try uPin(place, isInverted: false, drives: true, instance))
    }
    try register(label, .other, 0)
    guard isSecondReading else { return }
    circuit.events.add(EventElement(label, law, inputs: ends, outputs: driven))
  }

  /// The end of a device; `$D_HI`, `$D_LO` and `$D_X` are constants, and nothing is at `$D_NC`.
  private mutating func uPin(
    _ place: Range<Int>, isInverted: Bool, drives: Bool, _ instance: DeckInstance
  ) throws(CardFault) -> EventPin? {
    let name = DeckStructure.folded(text, place)
    if name == "$d_nc" { return nil }
    let states: [String: DigitalValue.State] = ["$d_hi": .one, "$d_lo": .zero, "$d_x": .unknown]
    if let state = states[name] {
      guard !drives else { throw CardFault(.unexpectedText, place) }
      return try constantPin(isInverted ? state.inverted : state)
    }
    return try digitalPin(place, isInverted: isInverted, drives: drives, instance)
  }

  /// An input at a node that has one state for ever, which no name reaches.
  private mutating func constantPin(_ state: DigitalValue.State) throws(CardFault) -> EventPin? {
    guard isSecondReading, state != .zero else { return nil }
    if let index = constantNodes[state] { return EventPin(node: index) }
    let text = state == .one ? "$d_hi" : "$d_x"
    guard let node = circuit.label(foreign: text), let label = circuit.label(foreign: "a\(text)")
    else { throw CardFault(.malformedName, card.range) }
    let index = circuit.events.addNode(node, isReal: false)
    constantNodes[state] = index
    circuit.events.add(
      EventElement(label, .constant(DigitalValue(state)), outputs: [EventPin(node: index)]))
    return EventPin(node: index)
  }

  // MARK: Times

  /// The timing model of a device; D0_GATE and its kin, which decks use without a card, have no
  /// delays.
  private mutating func uTimes(
    _ token: CardTokens.Token, _ instance: DeckInstance
  ) throws(CardFault) -> UTimes {
    let name = DeckStructure.folded(text, token.range)
    let scope = structure.scopes[scope(ofModel: name, instance)]
    guard let modelCard = scope.models[name] else {
      guard name.hasPrefix("d0_") else {
        throw CardFault(
          .unknownModel, token.range,
          suggestion: NearestWord.find(name, among: scope.models.keys.sorted()))
      }
      return UTimes()
    }
    let outside = (card, tokens, text)
    defer { (card, tokens, text) = outside }
    do throws(CardFault) {
      try begin(modelCard)
      let kind = DeckStructure.folded(text, tokens.tokens[2].range)
      guard UTimes.kinds.contains(kind) else {
        throw CardFault(.unsupportedModel, tokens.tokens[2].range)
      }
      var times = UTimes()
      for assignment in try Assignment.list(tokens.tokens.dropFirst(3), card.range, text) {
        let name = DeckStructure.folded(text, assignment.name)
        let seconds = try value(assignment.value, instance)
        guard UTimes.takes(name) else { throw CardFault(.unsupportedParameter, assignment.name) }
        // Times below zero are unknown.
        if seconds >= 0 { times.seconds[name] = seconds }
      }
      return times
    } catch {
      var fault = error
      fault.source = fault.source ?? Int(modelCard.source)
      throw fault
    }
  }
}
