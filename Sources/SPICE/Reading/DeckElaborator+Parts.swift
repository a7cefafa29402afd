import Netlist

/// What an element of a deck is made of where it is more than one element of the circuit.
extension DeckElaborator {
  /// Label of a part: `r.l1.rser`, a resistor of `l1`.
  mutating func partLabel(
    _ letter: String, of name: String, _ part: String
  ) throws(CardFault) -> Label {
    guard let label = circuit.label(foreign: "\(letter).\(name).\(part)") else {
      throw CardFault(.malformedName, tokens.tokens[0].range)
    }
    return label
  }

  /// A node between parts, `l1.rser`.
  mutating func innerNode(of name: String, _ part: String) throws(CardFault) -> Node {
    guard let label = circuit.label(foreign: "\(name).\(part)"), nodes.insert(label).isNew else {
      throw CardFault(.malformedName, tokens.tokens[0].range)
    }
    return circuit.addNode(label)
  }

  /// A resistor between parts.
  mutating func placePart(
    resistor part: String, of name: String, _ a: Node, _ b: Node, ohms: Double
  ) throws(CardFault) {
    let label = try partLabel("r", of: name, part)
    try register(label, .resistor, circuit.resistors.count)
    circuit.addResistor(label, a, b, ohms: ohms)
  }

  /// A capacitor between parts.
  mutating func placePart(
    capacitor part: String, of name: String, _ a: Node, _ b: Node, farads: Double
  ) throws(CardFault) {
    let label = try partLabel("c", of: name, part)
    try register(label, .capacitor, circuit.capacitors.count)
    circuit.addCapacitor(label, a, b, farads: farads)
  }

  /// LTspice's parasitics: RSER and LSER between the first terminal and the element, RLSHUNT across
  /// LSER, RPAR and CPAR across everything. Returns the element's own first terminal.
  mutating func placeParts(
    _ parts: [(name: String, value: Double)], of label: Label, _ a: Node, _ b: Node
  ) throws(CardFault) -> Node {
    let name = circuit.name(of: label)
    func value(_ part: String) -> Double? { parts.last { $0.name == part }?.value }
    var first = a
    if let ohms = value("rser") {
      let next = try innerNode(of: name, "rser")
      try placePart(resistor: "rser", of: name, first, next, ohms: ohms)
      first = next
    }
    if let henries = value("lser") {
      let next = try innerNode(of: name, "lser")
      let label = try partLabel("l", of: name, "lser")
      try register(label, .inductor, circuit.inductors.count)
      circuit.addInductor(label, first, next, henries: henries)
      if let ohms = value("rlshunt") {
        try placePart(resistor: "rlshunt", of: name, first, next, ohms: ohms)
      }
      first = next
    }
    if let ohms = value("rpar") { try placePart(resistor: "rpar", of: name, a, b, ohms: ohms) }
    if let farads = value("cpar") {
      try placePart(capacitor: "cpar", of: name, a, b, farads: farads)
    }
    return first
  }
}
