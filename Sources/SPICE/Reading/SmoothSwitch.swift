import Netlist

/// A `.model` card of PSpice's switches, VSWITCH and ISWITCH, whose resistance follows its control
/// between two values without a jump (PSpice reference guide, "Voltage-controlled switch").
struct SmoothSwitch {
  var onOhms: Double, offOhms: Double
  /// Controls at which it is on and off, in volts or amperes.
  var on: Double, off: Double

  /// The current at a voltage across it, in amperes.
  func current(_ volts: Expression, _ control: Expression) -> Expression {
    let share = Expression.binary(.subtract, control, .number(off)).times(1 / (on - off))
    return .binary(.divide, volts, share.smoothResistance(off: offOhms, on: onOhms))
  }
}

extension DeckElaborator {
  /// One with a threshold and a hysteresis is SPICE's switch.
  mutating func addSmoothSwitch(
    _ label: Label, _ kind: String, _ fields: ModelFields
  ) throws(CardFault) -> ModelPlace {
    let isVoltage = kind == "vswitch"
    let threshold = isVoltage ? ["vt", "vh"] : ["it", "ih"]
    if threshold.contains(where: { fields.values[$0] != nil }) {
      return try addSwitchModel(label, isVoltage ? "sw" : "csw", fields)
    }
    let (on, off) = isVoltage ? ("von", "voff") : ("ion", "ioff")
    try requireKnown(fields, ["ron", "roff", on, off], inert: ["level": 1], unused: [])
    let positive = 1e-300...1e300
    let made = SmoothSwitch(
      onOhms: try fields.take(["ron"], 1, positive),
      offOhms: try fields.take(["roff"], 1e6, positive),
      on: try fields.take([on], isVoltage ? 1 : 1e-3, -1e9...1e9),
      off: try fields.take([off], 0, -1e9...1e9))
    guard made.on != made.off else { throw CardFault(.parameterOutOfRange, fields.card) }
    smoothSwitches.append(made)
    return ModelPlace(kind: .smoothSwitch, index: smoothSwitches.count - 1)
  }

  /// A source under the switch's name, whose formula is its current.
  mutating func placeSmoothSwitch(
    _ law: SmoothSwitch, _ a: Node, _ b: Node, _ control: Expression, _ copies: Double,
    _ instance: DeckInstance
  ) throws(CardFault) {
    let label = try elementLabel(instance)
    guard let source = circuit.label(foreign: "b\(circuit.name(of: label))") else {
      throw CardFault(.malformedName, tokens.tokens[0].range)
    }
    try register(label, .behavioralSource, circuit.behavioralSources.count)
    try register(source, .other, 0)
    circuit.addBehavioralSource(
      source, output: .current, plus: a, minus: b,
      expression: law.current(.difference(a, b), control).times(copies))
  }
}
