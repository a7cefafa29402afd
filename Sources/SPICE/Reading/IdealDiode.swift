import Netlist

/// LTspice's diode of straight lines: one conductance up to a forward voltage, another beyond it, and
/// a third beyond the reverse voltage (LTspice help, "D. Diode").
struct IdealDiode {
  /// Parameters that make a diode's model one of these.
  static let names: Set<String> = ["ron", "roff", "vfwd", "vrev", "rrev"]

  var onOhms: Double, offOhms: Double, reverseOhms: Double
  var forwardVolts: Double, reverseVolts: Double

  /// The current at a voltage across it, in amperes.
  func current(_ volts: Expression) -> Expression {
    func line(from corner: Double, _ ohms: Double) -> Expression {
      .binary(
        .add, Expression.binary(.subtract, volts, .number(corner)).times(1 / ohms),
        .number(corner / offOhms))
    }
    let off = volts.times(1 / offOhms)
    let forward = Expression.conditional(
      .binary(.less, volts, .number(forwardVolts)), off, line(from: forwardVolts, onOhms))
    guard reverseVolts.isFinite else { return forward }
    return .conditional(
      .binary(.less, volts, .number(-reverseVolts)), line(from: -reverseVolts, reverseOhms), forward
    )
  }
}

extension DeckElaborator {
  mutating func addIdealDiode(_ fields: ModelFields) throws(CardFault) -> ModelPlace {
    // Corners are sharp and currents have no limit.
    try requireKnown(
      fields, IdealDiode.names, inert: ["epsilon": 0, "revepsilon": 0, "level": 1],
      unused: ["mfg", "type", "iave", "vpk", "ipk", "irms"])
    let positive = 1e-300...1e300
    let on = try fields.take(["ron"], 1, positive)
    idealDiodes.append(
      IdealDiode(
        onOhms: on, offOhms: try fields.take(["roff"], 1e12, positive),
        reverseOhms: try fields.take(["rrev"], on, positive),
        forwardVolts: try fields.take(["vfwd"], 0, -1e9...1e9),
        reverseVolts: try fields.take(["vrev"], .infinity, 0...(.infinity))))
    return ModelPlace(kind: .idealDiode, index: idealDiodes.count - 1)
  }

  /// A diode of straight lines is a B source under the diode's name.
  mutating func placeIdealDiode(
    _ law: IdealDiode, _ anode: Node, _ cathode: Node, _ area: Double, _ place: Range<Int>,
    _ instance: DeckInstance
  ) throws(CardFault) {
    guard area > 0 else { throw CardFault(.notPositive, place) }
    let label = try elementLabel(instance)
    guard let source = circuit.label(foreign: "b\(circuit.name(of: label))") else {
      throw CardFault(.malformedName, tokens.tokens[0].range)
    }
    try register(label, .behavioralSource, circuit.behavioralSources.count)
    try register(source, .other, 0)
    circuit.addBehavioralSource(
      source, output: .current, plus: anode, minus: cathode,
      expression: law.current(.difference(anode, cathode)).times(area))
  }
}
