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

  /// The fields of a two-terminal element after its nodes.
  private struct Passive {
    var value: Double
    var valuePlace: Range<Int>
    var initial: Double?
  }

  private static let capacitorNames = ["c", "capacitance"]
  private static let inductorNames = ["l", "inductance"]

  /// C and L: a value, or its name, and the parameters that this program knows.
  private mutating func passive(
    _ instance: DeckInstance, names: [String]
  ) throws(CardFault) -> Passive {
    let all = tokens.tokens
    guard all.count >= 4 else { throw CardFault(.missingFields, card.range) }
    if all.count == 4, instance.multiplier == 1 {
      return Passive(value: try value(all[3], instance), valuePlace: all[3].outerRange)
    }
    var result: Passive?
    let count = positionalCount
    if count >= 4 {
      result = Passive(value: try value(all[3], instance), valuePlace: all[3].outerRange)
      // A model's name, or coefficients of a polynomial.
      if count > 4 { try unsupported(CardFault(.unsupportedParameter, all[4].outerRange)) }
    }
    var multiplier = 1.0
    var initialValue: Double?
    for assignment in try Assignment.list(all[count...], card.range, text) {
      let name = DeckStructure.folded(text, assignment.name)
      switch name {
      case _ where names.contains(name):
        result = Passive(
          value: try value(assignment.value, instance), valuePlace: assignment.value)
      case "tc":
        // PSpice writes TC=0,0 on every card.
        let (first, second) = try coefficients(assignment, instance)
        if first != 0 || second ?? 0 != 0 {
          try unsupported(CardFault(.unsupportedParameter, assignment.name))
        }
      case "m":
        multiplier = try value(assignment.value, instance)
        guard multiplier > 0 else { throw CardFault(.notPositive, assignment.value) }
      case "ic": initialValue = try value(assignment.value, instance)
      case "noisy", "noise": break
      case "tc1", "tc2", "tce", "dtemp":
        if try value(assignment.value, instance) != 0 {
          try unsupported(CardFault(.unsupportedParameter, assignment.name))
        }
      case "scale":
        if try value(assignment.value, instance) != 1 {
          try unsupported(CardFault(.unsupportedParameter, assignment.name))
        }
      default:
        try unsupported(
          CardFault(
            .unsupportedParameter, assignment.name,
            suggestion: NearestWord.find(name, among: names + ["ic", "m"])))
      }
    }
    guard var result else { throw CardFault(.missingFields, card.range) }
    // Devices in parallel.
    let isCapacitor = names.contains("c")
    multiplier *= instance.multiplier
    result.value = isCapacitor ? result.value * multiplier : result.value / multiplier
    guard result.value.isFinite else { throw CardFault(.valueOutOfRange, result.valuePlace) }
    // Copies of a subcircuit each have its current.
    result.initial = initialValue.map { isCapacitor ? $0 : $0 * instance.multiplier }
    return result
  }

  private mutating func terminals(
    _ instance: DeckInstance
  ) throws(CardFault) -> (Node, Node) {
    guard tokens.tokens.count >= 3 else { throw CardFault(.missingFields, card.range) }
    return (try node(tokens.tokens[1], instance), try node(tokens.tokens[2], instance))
  }

  mutating func placeCapacitor(_ instance: DeckInstance) throws(CardFault) {
    let (a, b) = try terminals(instance)
    let fields = try passive(instance, names: Self.capacitorNames)
    guard fields.value >= 0 else { throw CardFault(.notPositive, fields.valuePlace) }
    let label = try elementLabel(instance)
    guard fields.value > 0 else {
      try register(label, .other, 0)
      warn(CardFault(.elementOfNoEffect, tokens.tokens[0].range))
      return
    }
    try register(label, .capacitor, circuit.capacitors.count)
    circuit.addCapacitor(label, a, b, farads: fields.value, initialVolts: fields.initial)
  }

  mutating func placeInductor(_ instance: DeckInstance) throws(CardFault) {
    let (a, b) = try terminals(instance)
    let fields = try passive(instance, names: Self.inductorNames)
    guard fields.value > 0 else { throw CardFault(.notPositive, fields.valuePlace) }
    let label = try elementLabel(instance)
    try register(label, .inductor, circuit.inductors.count)
    circuit.addInductor(label, a, b, henries: fields.value, initialAmperes: fields.initial)
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
    guard abs(coefficient) <= 1 else { throw CardFault(.parameterOutOfRange, all[3].outerRange) }
    guard coils[0] != coils[1] else { throw CardFault(.duplicateName, all[2].outerRange) }
    let label = try elementLabel(instance)
    try register(label, .other, 0)
    circuit.addCoupling(label, first: coils[0], second: coils[1], coefficient: coefficient)
  }
}
