import Files
import Netlist

extension DeckElaborator {
  /// Makes an element's terminals now, so that nodes are numbered in the order of the text, and the
  /// rest when everything it may refer to is there.
  mutating func postpone(_ instance: DeckInstance) throws(CardFault) {
    if text[Int(card.start)] | 0x20 != UInt8(ascii: "k") { _ = try outputNodes(instance) }
    deferred.append((card, instance))
  }

  private mutating func outputNodes(
    _ instance: DeckInstance
  ) throws(CardFault) -> (Node, Node) {
    guard tokens.tokens.count >= 4 else { throw CardFault(.missingFields, card.range) }
    return (try node(tokens.tokens[1], instance), try node(tokens.tokens[2], instance))
  }

  private var output: SourceOutput {
    let letter = text[Int(card.start)] | 0x20
    return letter == UInt8(ascii: "e") || letter == UInt8(ascii: "h") ? .voltage : .current
  }

  /// Tokens from `first` on without parentheses and commas, which group what blanks separate.
  private func fields(from first: Int) -> [CardTokens.Token] {
    tokens.tokens.dropFirst(first).filter {
      $0.kind != .open && $0.kind != .close && $0.kind != .comma
    }
  }

  /// E and G: `name plus minus control+ control- gain`, `POLY(n) …`, or a formula.
  mutating func placeVoltageControlled(_ instance: DeckInstance) throws(CardFault) {
    let (plus, minus) = try outputNodes(instance)
    let all = tokens.tokens
    let word = DeckStructure.folded(text, all[3].outerRange)
    switch word {
    case "value", "vol", "cur", "v", "i", "table":
      // A node may have such a name.
      let next = all.count > 4 ? all[4].kind : .comma
      if next == .equals || next == .expression { return try placeBehavioral(instance) }
    case "poly": return try placePolynomial(plus, minus, instance)
    case "laplace", "freq", "chebyshev", "pwl", "pwl(1)", "delay", "opamp", "transformer", "and",
      "nand", "or", "nor":
      return try unsupported(CardFault(.unsupportedParameter, all[3].outerRange))
    default: break
    }
    var fields = fields(from: 3)
    var gain = 1.0
    if let equals = fields.firstIndex(where: { $0.kind == .equals }) {
      guard equals == 4 || equals == 3 else {
        throw CardFault(.unexpectedText, fields[max(equals - 1, 0)].outerRange)
      }
      for assignment in try Assignment.list(fields[(equals - 1)...], card.range, text) {
        switch DeckStructure.folded(text, assignment.name) {
        case "gain": gain *= try value(assignment.value, instance)
        // Voltage sources in parallel are one.
        case "m":
          let copies = try copies(assignment, instance)
          if output == .current { gain *= copies }
        default: try unsupported(CardFault(.unsupportedParameter, assignment.name))
        }
      }
      fields.removeSubrange((equals - 1)...)
      guard fields.count == 3 || fields.count == 2 else {
        throw CardFault(.missingFields, card.range)
      }
    } else {
      guard fields.count >= 3 else { throw CardFault(.missingFields, card.range) }
      guard fields.count == 3 else { throw CardFault(.unexpectedText, fields[3].outerRange) }
    }
    let (a, b) = (try node(fields[0], instance), try node(fields[1], instance))
    if fields.count == 3 { gain *= try value(fields[2], instance) }
    if output == .current { gain *= instance.multiplier }
    guard gain.isFinite else { throw CardFault(.valueOutOfRange, card.range) }
    let label = try elementLabel(instance)
    try register(label, .voltageControlledSource, circuit.voltageControlledSources.count)
    circuit.addVoltageControlledSource(
      label, output: output, plus: plus, minus: minus, controlPlus: a, controlMinus: b, gain: gain)
  }

  /// F and H: `name plus minus source gain` or `POLY(n) …`.
  mutating func placeCurrentControlled(_ instance: DeckInstance) throws(CardFault) {
    let (plus, minus) = try outputNodes(instance)
    let all = tokens.tokens
    if DeckStructure.folded(text, all[3].outerRange) == "poly" {
      return try placePolynomial(plus, minus, instance)
    }
    guard all.count >= 5 else { throw CardFault(.missingFields, card.range) }
    let control = try voltageSource(all[3].outerRange, instance)
    var gain = try value(all[4], instance)
    for assignment in try Assignment.list(all.dropFirst(5), card.range, text) {
      guard DeckStructure.folded(text, assignment.name) == "m" else {
        throw CardFault(.unsupportedParameter, assignment.name, suggestion: "m")
      }
      let copies = try copies(assignment, instance)
      if output == .current { gain *= copies }
    }
    // Of copies, a current is proportional to all of their currents, a voltage to that of one.
    if output == .voltage { gain /= instance.multiplier }
    guard gain.isFinite else { throw CardFault(.valueOutOfRange, all[4].outerRange) }
    let label = try elementLabel(instance)
    try register(label, .currentControlledSource, circuit.currentControlledSources.count)
    circuit.addCurrentControlledSource(
      label, output: output, plus: plus, minus: minus, control: control, gain: gain)
  }

  /// B, and E and G with a formula: now the element, so that formulas may refer to it, and its
  /// formula when every element is there.
  mutating func placeBehavioral(_ instance: DeckInstance) throws(CardFault) {
    let (plus, minus) = try outputNodes(instance)
    var kind = output
    if text[Int(card.start)] | 0x20 == UInt8(ascii: "b") {
      let all = tokens.tokens
      let word = DeckStructure.folded(text, all[3].outerRange)
      guard all.count > 4, all[4].kind == .equals, word == "v" || word == "i" else {
        throw CardFault(.unexpectedText, all[3].outerRange, suggestion: "v=…")
      }
      kind = word == "v" ? .voltage : .current
    }
    let label = try elementLabel(instance)
    let index = circuit.behavioralSources.count
    try register(label, .behavioralSource, index)
    formulas.append((index, card, instance))
    circuit.addBehavioralSource(
      label, output: kind, plus: plus, minus: minus, expression: .number(0))
  }

  /// Reads the formula of a source, whose names all exist by now.
  mutating func completeBehavioral(
    _ source: Int, _ instance: DeckInstance
  ) throws(CardFault) {
    let all = tokens.tokens
    let letter = text[Int(card.start)] | 0x20
    guard !"rcl".utf8.contains(letter) else {
      return try completePassiveFormula(source, instance)
    }
    let element = circuit.behavioralSources[source]
    let expression: Expression
    var copies = instance.multiplier
    if letter != UInt8(ascii: "b"), DeckStructure.folded(text, all[3].outerRange) == "table" {
      expression = try tabulated(instance, element.label)
    } else {
      let (place, more) = try formulaPlace()
      let plain = try formula(place, instance, of: element.label)
      expression = try adjusted(plain, by: more, &copies, instance)
    }
    circuit.setExpression(
      element.output == .current ? expression.times(copies) : expression,
      ofBehavioralSource: source)
  }

  /// Where the formula of a source is, and the parameters after it.
  private func formulaPlace() throws(CardFault) -> (Range<Int>, [Assignment]) {
    let all = tokens.tokens
    if all.count > 4, all[4].kind == .equals {
      let assignments = try Assignment.list(all[3...], card.range, text)
      guard let formula = assignments.first else { throw CardFault(.missingFields, card.range) }
      return (formula.value, Array(assignments.dropFirst()))
    }
    guard all.count > 4 else { throw CardFault(.missingFields, card.range) }
    // A formula in braces ends with them; another one with the card.
    guard all[4].kind == .expression else { return (Int(all[3].end)..<Int(card.end), []) }
    return (all[4].outerRange, try Assignment.list(all[5...], card.range, text))
  }

  /// A formula with the temperature coefficients of its card; multiplies `copies`.
  private mutating func adjusted(
    _ formula: Expression, by assignments: [Assignment], _ copies: inout Double,
    _ instance: DeckInstance
  ) throws(CardFault) -> Expression {
    guard !assignments.isEmpty else { return formula }
    var (first, second, kelvin) = (0.0, 0.0, 0.0)
    var (celsius, isReciprocal, isReciprocalCount): (Double?, Bool, Bool) = (nil, false, false)
    var multiplier = 1.0
    for assignment in assignments {
      let name = DeckStructure.folded(text, assignment.name)
      let number = try value(assignment.value, instance)
      switch name {
      case "tc1": first = number
      case "tc2": second = number
      case "dtemp": kelvin = number
      case "temp": celsius = number
      case "m":
        guard number > 0 else { throw CardFault(.notPositive, assignment.value) }
        multiplier = number
      case "reciproctc": isReciprocal = number != 0
      case "reciprocm": isReciprocalCount = number != 0
      case "noisy", "noise": break
      default:
        try unsupported(
          CardFault(
            .unsupportedParameter, assignment.name,
            suggestion: NearestWord.find(name, among: ["m", "tc1", "tc2", "dtemp", "temp"])))
      }
    }
    copies *= isReciprocalCount ? 1 / multiplier : multiplier
    guard first != 0 || second != 0 else { return formula }
    let factor = Expression.temperatureFactor(
      first, second, kelvin: kelvin, celsius: celsius, nominal: deck.options.nominalCelsius)
    return .binary(isReciprocal ? .divide : .multiply, formula, factor)
  }

  /// `TABLE {x} = (x1, y1) (x2, y2) …`, with x growing.
  private mutating func tabulated(
    _ instance: DeckInstance, _ label: Label
  ) throws(CardFault) -> Expression {
    let fields = fields(from: 4).filter { $0.kind != .equals }
    guard let first = fields.first, first.kind == .expression else {
      throw CardFault(.missingFields, card.range)
    }
    var arguments = [try formula(first.range, instance, of: label)]
    var last = -Double.infinity
    for (index, token) in fields.dropFirst().enumerated() {
      let number = try value(token, instance)
      if index % 2 == 0 {
        guard number > last else { throw CardFault(.parameterOutOfRange, token.outerRange) }
        last = number
      }
      arguments.append(.number(number))
    }
    guard arguments.count >= 3, arguments.count % 2 == 1 else {
      throw CardFault(.missingFields, card.range)
    }
    return .call(.table, arguments)
  }

  // MARK: Polynomials

  /// `POLY(n)` with n controls and coefficients in SPICE2's order: constant, linear, then products
  /// of two, of three, …, each in lexical order.
  private mutating func placePolynomial(
    _ plus: Node, _ minus: Node, _ instance: DeckInstance
  ) throws(CardFault) {
    var fields = fields(from: 4)
    var copies = instance.multiplier
    if let equals = fields.firstIndex(where: { $0.kind == .equals }), equals > 1 {
      for assignment in try Assignment.list(fields[(equals - 1)...], card.range, text) {
        guard DeckStructure.folded(text, assignment.name) == "m" else {
          throw CardFault(.unsupportedParameter, assignment.name, suggestion: "m")
        }
        copies *= try self.copies(assignment, instance)
      }
      fields.removeSubrange((equals - 1)...)
    }
    guard let first = fields.first else { throw CardFault(.missingFields, card.range) }
    let dimension = try value(first, instance)
    guard dimension >= 1, dimension <= 64, dimension == dimension.rounded() else {
      throw CardFault(.parameterOutOfRange, first.outerRange)
    }
    let letter = text[Int(card.start)] | 0x20
    let byVoltage = letter == UInt8(ascii: "e") || letter == UInt8(ascii: "g")
    let controlCount = Int(dimension) * (byVoltage ? 2 : 1)
    guard fields.count > 1 + controlCount else { throw CardFault(.missingFields, card.range) }
    var controls: [Expression] = []
    for k in 0..<Int(dimension) {
      if byVoltage {
        let a = try node(fields[1 + 2 * k], instance)
        let b = try node(fields[2 + 2 * k], instance)
        controls.append(
          .binary(.subtract, .quantity(.voltage(a)), .quantity(.voltage(b))))
      } else {
        controls.append(
          .quantity(
            .current(.voltageSource(try voltageSource(fields[1 + k].outerRange, instance)))))
      }
    }
    var coefficients: [Double] = []
    for token in fields.dropFirst(1 + controlCount) {
      coefficients.append(try value(token, instance))
    }
    guard coefficients.count <= 400 else { throw CardFault(.expressionTooDeep, card.range) }
    // SPICE2 and HSPICE take one coefficient for the gain, ngspice 39 for the constant.
    if coefficients.count == 1, dimension == 1 {
      throw CardFault(.ambiguousPolynomial, fields[fields.count - 1].outerRange)
    }
    var label = try elementLabel(instance)
    // The currents that control are those of all copies of an instance.
    let senses = instance.multiplier
    if dimension == 1, coefficients.count == 2, coefficients[0] == 0 {
      let perCopy = byVoltage ? coefficients[1] : coefficients[1] / senses
      let gain = output == .current ? perCopy * copies : perCopy
      return try addLinear(label, plus, minus, controls[0], gain)
    }
    if !byVoltage, senses != 1 {
      controls = controls.map { .binary(.divide, $0, .number(senses)) }
    }
    try register(label, .behavioralSource, circuit.behavioralSources.count)
    if !byVoltage {
      // F and H have no formulas in any simulator; a B does the same.
      guard let formula = circuit.label(foreign: "b\(circuit.name(of: label))") else {
        throw CardFault(.malformedName, tokens.tokens[0].range)
      }
      try register(formula, .other, 0)
      label = formula
    }
    circuit.addBehavioralSource(
      label, output: output, plus: plus, minus: minus,
      expression: Self.polynomial(coefficients, controls).times(
        output == .current ? copies : 1))
  }

  /// A polynomial of one control that is a gain.
  private mutating func addLinear(
    _ label: Label, _ plus: Node, _ minus: Node, _ control: Expression, _ gain: Double
  ) throws(CardFault) {
    switch control {
    case .binary(_, .quantity(.voltage(let a)), .quantity(.voltage(let b))):
      try register(label, .voltageControlledSource, circuit.voltageControlledSources.count)
      circuit.addVoltageControlledSource(
        label, output: output, plus: plus, minus: minus, controlPlus: a, controlMinus: b,
        gain: gain)
    case .quantity(.current(.voltageSource(let source))):
      try register(label, .currentControlledSource, circuit.currentControlledSources.count)
      circuit.addCurrentControlledSource(
        label, output: output, plus: plus, minus: minus, control: source, gain: gain)
    default: preconditionFailure("a control is a voltage or a current")
    }
  }

  static func polynomial(_ coefficients: [Double], _ controls: [Expression]) -> Expression {
    var sum: Expression?
    var factors: [Int] = []
    for coefficient in coefficients {
      defer { advance(&factors, controls.count) }
      guard coefficient != 0 else { continue }
      var term = Expression.number(coefficient)
      for factor in factors { term = .binary(.multiply, term, controls[factor]) }
      sum = sum.map { .binary(.add, $0, term) } ?? term
    }
    return sum ?? .number(0)
  }

  /// The next product of controls: indices that do not fall, then one more factor.
  private static func advance(_ factors: inout [Int], _ count: Int) {
    guard let last = factors.lastIndex(where: { $0 < count - 1 }) else {
      factors = [Int](repeating: 0, count: factors.count + 1)
      return
    }
    let next = factors[last] + 1
    for k in last..<factors.count { factors[k] = next }
  }
}
