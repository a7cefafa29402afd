import Files
import Netlist

/// R, C and L whose value depends on the solution: sources with formulas.
extension DeckElaborator {
  /// The fields of such a card.
  fileprivate struct FormulaFields {
    var value: Range<Int>?
    /// Whether the formula is a charge.
    var isCharge = false
    var multiplier = 1.0
    /// TC1, TC2, and how much warmer than the circuit it is; with `celsius`, how warm.
    var first = 0.0, second = 0.0, kelvin = 0.0
    var celsius: Double?
  }

  /// Makes the element now, so that formulas may refer to it; its own comes when every element is
  /// there.
  mutating func placePassiveFormula(_ instance: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    let (a, b) = (try node(all[1], instance), try node(all[2], instance))
    let fields = try formulaFields(instance)
    let letter = text[Int(card.start)] | 0x20
    let output: SourceOutput =
      letter == UInt8(ascii: "l") ? .voltage : fields.isCharge ? .charge : .current
    let label = try elementLabel(instance)
    let index = circuit.behavioralSources.count
    try register(label, .behavioralSource, index)
    formulas.append((index, card, instance))
    circuit.addBehavioralSource(label, output: output, plus: a, minus: b, expression: .number(0))
  }

  /// A resistance R gives `v / R`, a capacitance C gives `C dv/dt`, a charge its rate, an inductance
  /// L gives `L di/dt`: as ngspice has them.
  mutating func completePassiveFormula(
    _ source: Int, _ instance: DeckInstance
  ) throws(CardFault) {
    let element = circuit.behavioralSources[source]
    let fields = try formulaFields(instance)
    guard let place = fields.value else { throw CardFault(.missingFields, card.range) }
    let value = fields.warmed(
      try formula(place, instance, of: element.label), nominal: deck.options.nominalCelsius)
    let copies = fields.multiplier * instance.multiplier
    let volts = Expression.difference(element.plus, element.minus)
    let expression: Expression
    switch text[Int(card.start)] | 0x20 {
    case UInt8(ascii: "r"):
      expression = Expression.binary(.divide, volts, value).times(copies)
    case UInt8(ascii: "c"):
      if element.output == .charge {
        expression = value.times(copies)
      } else {
        let rate = circuit.addDynamicTerm(.derivative, of: volts, label: element.label)
        expression = Expression.binary(.multiply, value, .quantity(.dynamic(rate))).times(copies)
      }
    default:
      let amperes = Expression.quantity(.current(.behavioralSource(source)))
      let rate = circuit.addDynamicTerm(.derivative, of: amperes, label: element.label)
      expression = Expression.binary(.multiply, value, .quantity(.dynamic(rate)))
        .times(1 / copies)
    }
    circuit.setExpression(expression, ofBehavioralSource: source)
  }

  private mutating func formulaFields(
    _ instance: DeckInstance
  ) throws(CardFault) -> FormulaFields {
    let all = tokens.tokens
    let count = positionalCount
    var fields = FormulaFields()
    if count > 3 { fields.value = all[3].outerRange }
    if count > 4 { throw CardFault(.unexpectedText, all[4].outerRange) }
    let letter = text[Int(card.start)] | 0x20
    let names: [String] =
      switch letter {
      case UInt8(ascii: "r"): ["r", "resistance"]
      case UInt8(ascii: "c"): ["c", "capacitance", "cap", "q", "charge"]
      default: ["l", "inductance", "ind"]
      }
    for assignment in try Assignment.list(all[count...], card.range, text) {
      let name = DeckStructure.folded(text, assignment.name)
      if names.contains(name) {
        fields.value = assignment.value
        fields.isCharge = name == "q" || name == "charge"
        continue
      }
      switch name {
      case "m":
        fields.multiplier = try value(assignment.value, instance)
        guard fields.multiplier > 0 else { throw CardFault(.notPositive, assignment.value) }
      case "tc1": fields.first = try value(assignment.value, instance)
      case "tc2": fields.second = try value(assignment.value, instance)
      case "tc":
        let (first, second) = try coefficients(assignment, instance)
        (fields.first, fields.second) = (first, second ?? 0)
      case "dtemp": fields.kelvin = try value(assignment.value, instance)
      case "temp": fields.celsius = try value(assignment.value, instance)
      case "noisy", "noise": break
      default:
        try unsupported(
          CardFault(
            .unsupportedParameter, assignment.name,
            suggestion: NearestWord.find(name, among: names + ["m", "tc1", "tc2"])))
      }
    }
    return fields
  }
}

extension DeckElaborator.FormulaFields {
  /// A value with its temperature coefficients.
  fileprivate func warmed(_ value: Expression, nominal: Double) -> Expression {
    guard first != 0 || second != 0 else { return value }
    let factor = Expression.temperatureFactor(
      first, second, kelvin: kelvin, celsius: celsius, nominal: nominal)
    return .binary(.multiply, value, factor)
  }
}

extension Expression {
  /// The voltage between two nodes.
  static func difference(_ plus: Node, _ minus: Node) -> Expression {
    if plus == .ground, minus == .ground { return .number(0) }
    if minus == .ground { return .quantity(.voltage(plus)) }
    return .binary(.subtract, .quantity(.voltage(plus)), .quantity(.voltage(minus)))
  }

  /// `1 + TC1 ΔT + TC2 ΔT²` at the circuit's temperature and `kelvin`, or at `celsius`.
  static func temperatureFactor(
    _ first: Double, _ second: Double, kelvin: Double, celsius: Double?, nominal: Double
  ) -> Expression {
    let rise: Expression =
      celsius.map { .number($0 - nominal) }
      ?? .binary(.subtract, .quantity(.temperature), .number(nominal - kelvin))
    let slope = Expression.binary(.add, .number(first), rise.times(second))
    return .binary(.add, .number(1), .binary(.multiply, slope, rise))
  }

  /// A multiple; itself where the factor is one.
  func times(_ factor: Double) -> Expression {
    factor == 1 ? self : .binary(.multiply, self, .number(factor))
  }
}
