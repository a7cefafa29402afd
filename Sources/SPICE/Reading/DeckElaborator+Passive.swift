import Files
import Netlist

extension DeckElaborator {
  /// Tokens of the present card before its first `name=`.
  var positionalCount: Int {
    let tokens = tokens.tokens
    for index in tokens.indices.dropFirst() where tokens[index].kind == .equals {
      return index - 1
    }
    return tokens.count
  }

  /// The fields of a capacitor or an inductor after its nodes.
  private struct Passive {
    var value: Double
    var valuePlace: Range<Int>
    var initial: Double?
    var law: TemperatureLaw?
    /// LTspice's parts around the element, by name.
    var parts: [(name: String, value: Double)] = []
  }

  private static let capacitorNames = ["c", "capacitance", "cap"]
  private static let inductorNames = ["l", "inductance", "ind"]
  /// What LTspice notes of a part that is bought, and no simulator uses.
  static let labelNames: Set<String> = [
    "mfg", "pn", "type", "tol", "pwr", "v", "irms", "ipk", "mtbf", "pppkg",
  ]
  private static let partNames: Set<String> = ["rser", "lser", "rpar", "cpar", "rlshunt"]

  /// C and L: a value, its name or a model, and the parameters that this program knows.
  private mutating func passive(
    _ instance: DeckInstance, names: [String]
  ) throws(CardFault) -> Passive {
    let all = tokens.tokens
    guard all.count >= 4 else { throw CardFault(.missingFields, card.range) }
    if all.count == 4, instance.multiplier == 1, !namesModel(all[3], instance) {
      return Passive(value: try value(all[3], instance), valuePlace: all[3].outerRange)
    }
    let isCapacitor = names.contains("c")
    var fields = ReactiveFields(valuePlace: all[3].outerRange)
    let count = positionalCount
    for token in all[..<count].dropFirst(3) {
      if fields.model == nil, namesModel(token, instance) {
        let kind: ModelPlace.Kind = isCapacitor ? .capacitor : .inductor
        guard let place = try model(token, [kind], instance) else { continue }
        fields.model = reactiveModels[place.index]
      } else if fields.value == nil {
        fields.value = try value(token, instance)
        fields.valuePlace = token.outerRange
      } else {
        // Coefficients of a polynomial.
        try unsupported(CardFault(.unsupportedParameter, token.outerRange))
      }
    }
    for assignment in try Assignment.list(all[count...], card.range, text) {
      try read(assignment, into: &fields, names, instance)
    }
    guard
      let (one, law) = fields.valueAndLaw(
        isCapacitor: isCapacitor, nominal: deck.options.nominalCelsius)
    else { throw CardFault(.missingFields, card.range) }
    // Devices in parallel.
    let copies = fields.multiplier * instance.multiplier
    let value = isCapacitor ? one * copies : one / copies
    guard value.isFinite else { throw CardFault(.valueOutOfRange, fields.valuePlace) }
    // Copies of a subcircuit each have its current.
    let initial = fields.initial.map { isCapacitor ? $0 : $0 * instance.multiplier }
    return Passive(
      value: value, valuePlace: fields.valuePlace, initial: initial, law: law, parts: fields.parts)
  }

  private mutating func read(
    _ assignment: Assignment, into fields: inout ReactiveFields, _ names: [String],
    _ instance: DeckInstance
  ) throws(CardFault) {
    let name = DeckStructure.folded(text, assignment.name)
    if name == "tc" {
      (fields.first, fields.second) = try coefficients(assignment, instance)
      return
    }
    // A charge is one whatever it depends on.
    if names.contains("c"), name == "q" || name == "charge" {
      throw CardFault(.notConstant, assignment.value)
    }
    if dialect == .ltspice, Self.labelNames.contains(name) { return }
    let number = try value(assignment.value, instance)
    switch name {
    // Of an inductor `l` is the value, of a capacitor a length.
    case _ where names.contains(name):
      (fields.value, fields.valuePlace) = (number, assignment.value)
    case "l", "w":
      guard number > 0 else { throw CardFault(.notPositive, assignment.value) }
      if name == "l" { fields.length = number } else { fields.width = number }
    case "m":
      guard number > 0 else { throw CardFault(.notPositive, assignment.value) }
      fields.multiplier = number
    case "ic": fields.initial = number
    case "tc1": fields.first = number
    case "tc2": fields.second = number
    case "dtemp": fields.kelvin = number
    case "temp": fields.celsius = number
    case "noisy", "noise": break
    case "scale":
      guard number > 0 else { throw CardFault(.notPositive, assignment.value) }
      fields.scale = number
    case _ where Self.partNames.contains(name):
      guard number >= 0 else { throw CardFault(.notPositive, assignment.value) }
      if number > 0 { fields.parts.append((name, number)) }
    default:
      try unsupported(
        CardFault(
          .unsupportedParameter, assignment.name,
          suggestion: NearestWord.find(
            name, among: names + ["ic", "m", "tc1", "tc2", "dtemp", "temp", "rser"])))
    }
  }

  /// Whether a token is the name of a model and no number.
  private func namesModel(_ token: CardTokens.Token, _ instance: DeckInstance) -> Bool {
    guard token.kind == .word, ExpressionParser.startsName(text[token.range.lowerBound]),
      instance.parameters.owner(of: DeckStructure.folded(text, token.range)) == nil
    else { return false }
    return hasModel(token, instance)
  }

  private mutating func terminals(
    _ instance: DeckInstance
  ) throws(CardFault) -> (Node, Node) {
    guard tokens.tokens.count >= 3 else { throw CardFault(.missingFields, card.range) }
    return (try node(tokens.tokens[1], instance), try node(tokens.tokens[2], instance))
  }

  /// `Cname a b value`, or with a model or a formula.
  mutating func placeCapacitor(_ instance: DeckInstance) throws(CardFault) {
    do throws(CardFault) {
      try placeLinearCapacitor(instance)
    } catch {
      guard error.reason == .notConstant else { throw error }
      try placePassiveFormula(instance)
    }
  }

  private mutating func placeLinearCapacitor(_ instance: DeckInstance) throws(CardFault) {
    let (a, b) = try terminals(instance)
    var first = a
    let fields = try passive(instance, names: Self.capacitorNames)
    if fields.value < 0 { warn(CardFault(.storageNegative, fields.valuePlace)) }
    let label = try elementLabel(instance)
    guard fields.value != 0 else {
      try register(label, .other, 0)
      warn(CardFault(.elementOfNoEffect, tokens.tokens[0].range))
      return
    }
    let index = circuit.capacitors.count
    try register(label, .capacitor, index)
    if !fields.parts.isEmpty { first = try placeParts(fields.parts, of: label, a, b) }
    circuit.addCapacitor(label, first, b, farads: fields.value, initialVolts: fields.initial)
    if let law = fields.law { circuit.setTemperatureLaw(law, ofCapacitor: index) }
  }

  /// `Lname a b value`, or with a model or a formula.
  mutating func placeInductor(_ instance: DeckInstance) throws(CardFault) {
    do throws(CardFault) {
      try placeLinearInductor(instance)
    } catch {
      guard error.reason == .notConstant else { throw error }
      try placePassiveFormula(instance)
    }
  }

  private mutating func placeLinearInductor(_ instance: DeckInstance) throws(CardFault) {
    let (a, b) = try terminals(instance)
    var first = a
    let fields = try passive(instance, names: Self.inductorNames)
    guard fields.value != 0 else { throw CardFault(.notPositive, fields.valuePlace) }
    if fields.value < 0 { warn(CardFault(.storageNegative, fields.valuePlace)) }
    let label = try elementLabel(instance)
    let index = circuit.inductors.count
    try register(label, .inductor, index)
    if !fields.parts.isEmpty { first = try placeParts(fields.parts, of: label, a, b) }
    circuit.addInductor(label, first, b, henries: fields.value, initialAmperes: fields.initial)
    if let law = fields.law { circuit.setTemperatureLaw(law, ofInductor: index) }
  }

  /// `Kname L1 L2 coefficient`.
  mutating func placeCoupling(_ instance: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    guard all.count >= 4 else { throw CardFault(.missingFields, card.range) }
    guard all.count == 4 else { throw CardFault(.unexpectedText, all[4].outerRange) }
    var coils: [2 of Int] = [0, 0]
    for k in 0..<2 {
      let place = all[k + 1].outerRange
      guard let found = existingElement(place, instance), found.kind == .inductor else {
        let names = circuit.inductors.lazy.map { [circuit] in circuit.name(of: $0.label) }
        throw CardFault(
          .unknownInductor, place,
          suggestion: NearestWord.find(DeckStructure.folded(text, place), among: names))
      }
      coils[k] = Int(found.index)
    }
    let coefficient = try value(all[3], instance)
    if abs(coefficient) > 1 { warn(CardFault(.couplingActive, all[3].outerRange)) }
    guard coils[0] != coils[1] else { throw CardFault(.duplicateName, all[2].outerRange) }
    let label = try elementLabel(instance)
    try register(label, .other, 0)
    circuit.addCoupling(label, first: coils[0], second: coils[1], coefficient: coefficient)
  }
}
