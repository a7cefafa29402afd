import Files
import Netlist

/// A `.model` card of resistors: kind R or RES.
struct ResistorModel {
  /// RSH: ohms per square of `L / W`, both less twice SHORT and NARROW.
  var sheetOhms = 0.0
  var narrowMeters = 0.0, shortMeters = 0.0
  /// DEFW, W; L for elements without one.
  var widthMeters = 1e-5
  var lengthMeters: Double?
  /// R: the resistance if the card of an element gives none.
  var ohms: Double?
  var coefficients = TemperatureCoefficients()
  /// TNOM in degrees Celsius; `nil` for the deck's.
  var nominalCelsius: Double?
  /// T_ABS: degrees Celsius of all its resistors that have none of their own.
  var celsius: Double?
}

/// Temperature coefficients of a resistance as cards give them; `nil` if not given.
struct TemperatureCoefficients {
  var first: Double?, second: Double?, exponential: Double?

  /// Those of an element, and its model's where it has none.
  func over(_ model: TemperatureCoefficients) -> TemperatureCoefficients {
    TemperatureCoefficients(
      first: first ?? model.first, second: second ?? model.second,
      exponential: exponential ?? model.exponential)
  }

  /// As in ngspice, TCE overrides TC1 and TC2; `nil` if temperature has no effect.
  var law: TemperatureLaw? {
    if let exponential { return exponential == 0 ? nil : .exponential(percent: exponential) }
    let (first, second) = (first ?? 0, second ?? 0)
    return first == 0 && second == 0 ? nil : .polynomial(first: first, second: second)
  }
}

extension DeckElaborator {
  /// The fields of a resistor after its nodes.
  private struct ResistorFields {
    var value: Double?
    var valuePlace: Range<Int>
    var model: ResistorModel?
    var length: Double?, width: Double?
    var multiplier = 1.0
    var coefficients = TemperatureCoefficients()
    /// DTEMP: how much warmer than the circuit it is; TEMP: how warm.
    var kelvin = 0.0
    var celsius: Double?
    /// AC: the resistance for small signals.
    var smallSignalOhms: Double?
    var isNoisy = true
    var scale = 1.0

    /// Its own temperature, for its noise.
    var temperature: DeviceTemperature? {
      celsius.map { .fixed($0) } ?? (kelvin == 0 ? nil : .above(kelvin))
    }
  }

  /// `Rname a b value [model] [TC=…]`, or a model and a length, or a formula of the solution.
  mutating func placeResistor(_ instance: DeckInstance) throws(CardFault) {
    do throws(CardFault) {
      try placeLinearResistor(instance)
    } catch {
      guard error.reason == .notConstant else { throw error }
      try placePassiveFormula(instance)
    }
  }

  private mutating func placeLinearResistor(_ instance: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    guard all.count >= 4 else { throw CardFault(.missingFields, card.range) }
    let (a, b) = (try node(all[1], instance), try node(all[2], instance))
    var ohms: Double
    var law: TemperatureLaw?
    var special: ResistorFields?
    var place = all[3].outerRange
    // Most cards of large decks: a number, which is the name of no model.
    if all.count == 4, all[3].kind == .word, let literal = Self.literal(all[3].range, text.span) {
      ohms = literal
    } else if all.count == 4, !namesResistorModel(all[3], instance) {
      ohms = try value(all[3], instance)
    } else {
      var fields = ResistorFields(valuePlace: place)
      try readPositional(&fields, instance)
      try readAssignments(&fields, instance)
      if fields.kelvin == 0 { fields.celsius = fields.celsius ?? fields.model?.celsius }
      place = fields.valuePlace
      (ohms, law) = try resistance(fields)
      special = fields
    }
    ohms /= instance.multiplier
    guard ohms.isFinite else { throw CardFault(.valueOutOfRange, place) }
    let label = try elementLabel(instance)
    guard ohms != 0 else { return try placeShort(label, a, b, place) }
    if ohms < 0 { warn(CardFault(.resistanceNegative, place)) }
    let index = circuit.resistors.count
    try register(label, .resistor, index)
    circuit.addResistor(label, a, b, ohms: ohms)
    if let special {
      if let ohms = special.smallSignalOhms {
        circuit.setSmallSignalOhms(
          ohms * special.scale / (special.multiplier * instance.multiplier), ofResistor: index)
      }
      if let temperature = special.temperature {
        circuit.setTemperature(temperature, of: .resistor(index))
      }
      if !special.isNoisy { circuit.setNoiseless(resistor: index) }
    }
    if let law {
      circuit.setTemperatureLaw(law, ofResistor: index)
      warmResistors.append((index, place, card))
    }
  }

  /// A resistance of zero: a 0 V source, whose current is known; none between nodes that others of
  /// its kind join, since equal voltages alone would not share their current.
  private mutating func placeShort(
    _ label: Label, _ a: Node, _ b: Node, _ place: Range<Int>
  ) throws(CardFault) {
    guard shorts.join(Int(a.index), Int(b.index)) else {
      try register(label, .other, 0)
      return warn(CardFault(.shortLeftOut, place))
    }
    guard let source = circuit.label(foreign: "v.\(circuit.name(of: label))") else {
      throw CardFault(.malformedName, tokens.tokens[0].range)
    }
    let index = circuit.voltageSources.count
    try register(label, .short, index)
    try register(source, .short, index)
    circuit.addVoltageSource(source, plus: a, minus: b, volts: 0)
    shortPlaces[circuit.name(of: label)] = (place, card)
    warn(CardFault(.shortCircuit, place))
  }

  /// Refuses a resistance that is zero at some values of steps only: the points of a sweep share
  /// their nodes and currents.
  mutating func noteChangedShorts(since other: DeckElaborator) {
    let mine = shortPlaces.filter { other.shortPlaces[$0.key] == nil }
    let theirs = other.shortPlaces.filter { shortPlaces[$0.key] == nil }
    for (_, (place, card)) in mine.merging(theirs, uniquingKeysWith: { first, _ in first }) {
      let number = Int(card.source)
      log.add(
        CardFault(.resistanceNotPositive, place), in: structure.sources[number], number: number)
    }
  }

  /// Whether a token is the name of a resistor model and no number.
  private func namesResistorModel(
    _ token: CardTokens.Token, _ instance: DeckInstance
  ) -> Bool {
    guard token.kind == .word, ExpressionParser.startsName(text[token.range.lowerBound]),
      instance.parameters.owner(of: DeckStructure.folded(text, token.range)) == nil
    else { return false }
    return hasModel(token, instance)
  }

  /// A value and a model in either order: SPICE's and PSpice's.
  private mutating func readPositional(
    _ fields: inout ResistorFields, _ instance: DeckInstance
  ) throws(CardFault) {
    for token in tokens.tokens[..<positionalCount].dropFirst(3) {
      if fields.model == nil, namesResistorModel(token, instance) {
        guard let place = try model(token, [.resistor], instance) else { continue }
        fields.model = resistorModels[place.index]
      } else if fields.value == nil {
        fields.value = try value(token, instance)
        fields.valuePlace = token.outerRange
      } else {
        try unsupported(CardFault(.unsupportedParameter, token.outerRange))
      }
    }
  }

  private mutating func readAssignments(
    _ fields: inout ResistorFields, _ instance: DeckInstance
  ) throws(CardFault) {
    let all = tokens.tokens
    for assignment in try Assignment.list(all[positionalCount...], card.range, text) {
      let name = DeckStructure.folded(text, assignment.name)
      if name == "tc" {
        (fields.coefficients.first, fields.coefficients.second) = try coefficients(
          assignment, instance)
        continue
      }
      if dialect == .ltspice, Self.labelNames.contains(name) { continue }
      let number = try value(assignment.value, instance)
      switch name {
      case "r", "resistance": (fields.value, fields.valuePlace) = (number, assignment.value)
      case "m":
        guard number > 0 else { throw CardFault(.notPositive, assignment.value) }
        fields.multiplier = number
      case "l", "w":
        guard number > 0 else { throw CardFault(.notPositive, assignment.value) }
        if name == "l" { fields.length = number } else { fields.width = number }
      case "tc1": fields.coefficients.first = number
      case "tc2": fields.coefficients.second = number
      case "tce": fields.coefficients.exponential = number
      case "dtemp": fields.kelvin = number
      case "temp": fields.celsius = number
      case "ac":
        guard number != 0 else { throw CardFault(.resistanceNotPositive, assignment.value) }
        fields.smallSignalOhms = number
      case "noisy", "noise": fields.isNoisy = number != 0
      case "scale":
        guard number > 0 else { throw CardFault(.notPositive, assignment.value) }
        fields.scale = number
      default:
        try unsupported(
          CardFault(
            .unsupportedParameter, assignment.name,
            suggestion: NearestWord.find(
              name,
              among: ["r", "resistance", "m", "tc", "tc1", "tc2", "l", "w", "ac", "dtemp", "temp"]))
        )
      }
    }
  }

  /// `TC=first[,second]`.
  mutating func coefficients(
    _ assignment: Assignment, _ instance: DeckInstance
  ) throws(CardFault) -> (Double, Double?) {
    let parts = tokens.tokens.filter {
      assignment.value.contains($0.range.lowerBound) && $0.kind != .comma && $0.kind != .open
        && $0.kind != .close
    }
    guard let first = parts.first, parts.count <= 2 else {
      throw CardFault(.unexpectedText, assignment.value)
    }
    return (
      try value(first, instance), parts.count > 1 ? try value(parts[1], instance) : nil
    )
  }

  /// The resistance at the deck's nominal temperature, and how it changes from there.
  private func resistance(
    _ fields: ResistorFields
  ) throws(CardFault) -> (Double, TemperatureLaw?) {
    let place = fields.valuePlace
    let model = fields.model ?? ResistorModel()
    var ohms: Double
    if let value = fields.value {
      guard model.ohms ?? 1 == 1 else { throw CardFault(.ambiguousResistance, place) }
      ohms = value
    } else if let length = fields.length ?? model.lengthMeters, model.sheetOhms > 0 {
      // As ngspice has it; Xyce takes SHORT and NARROW off once.
      let width = (fields.width ?? model.widthMeters) - 2 * model.narrowMeters
      ohms = model.sheetOhms * (length - 2 * model.shortMeters) / width
      guard width >= 0 else { throw CardFault(.resistanceNotPositive, place) }
      // Without a width, an open circuit at DC.
      if width == 0 { ohms = 1e300 }
    } else if let standard = model.ohms {
      ohms = standard
    } else {
      throw CardFault(.missingFields, card.range)
    }
    ohms *= fields.scale / fields.multiplier
    guard let law = fields.coefficients.over(model.coefficients).law else { return (ohms, nil) }
    let nominal = deck.options.nominalCelsius
    if let celsius = fields.celsius {
      ohms *= law.factor(celsius - (model.nominalCelsius ?? nominal))
      return (ohms, nil)
    }
    let (factor, own) = law.shifted(
      by: fields.kelvin + (nominal - (model.nominalCelsius ?? nominal)))
    return (ohms * factor, own)
  }

  mutating func addResistorModel(_ fields: ModelFields) throws(CardFault) -> ModelPlace {
    try requireKnown(
      fields,
      [
        "rsh", "narrow", "short", "defw", "tc1", "tc2", "tce", "r", "res", "tnom", "resistance",
        "l", "w", "t_abs", "t_measured",
      ],
      inert: ["level": 1], unused: ["kf", "af", "noise", "type"])
    var model = ResistorModel()
    let size = 0.0...(.greatestFiniteMagnitude)
    let any = -1e300...1e300
    func optional(_ names: [String], _ range: ClosedRange<Double>) throws(CardFault) -> Double? {
      guard names.contains(where: { fields.values[$0] != nil }) else { return nil }
      return try fields.take(names, 0, range)
    }
    model.sheetOhms = try fields.take(["rsh"], 0, size)
    model.narrowMeters = try fields.take(["narrow"], 0, 0...1)
    model.shortMeters = try fields.take(["short"], 0, 0...1)
    model.lengthMeters = try optional(["l"], .leastNormalMagnitude...1)
    model.widthMeters = try fields.take(["w", "defw"], 1e-5, .leastNormalMagnitude...1)
    model.ohms = try optional(
      ["r", "res", "resistance"], .leastNormalMagnitude...(.greatestFiniteMagnitude))
    model.coefficients = TemperatureCoefficients(
      first: try optional(["tc1"], any), second: try optional(["tc2"], any),
      exponential: try optional(["tce"], any))
    model.nominalCelsius = try optional(["tnom", "t_measured"], -273.15...1e4)
    model.celsius = try optional(["t_abs"], -273.15...1e4)
    resistorModels.append(model)
    return ModelPlace(kind: .resistor, index: resistorModels.count - 1)
  }

  /// Refuses resistances that are not positive at a temperature that the deck goes to.
  mutating func checkResistances(_ top: DeckInstance) {
    guard !warmResistors.isEmpty else { return }
    var temperatures = [deck.options.celsius]
    for step in sweeps.flatMap(\.steps) + steps.flatMap(\.steps) {
      for (column, place) in zip(step.columns, 0...)
      where column.subject == .variable(.temperature) {
        temperatures += step.rows.map { $0[place] }
      }
    }
    let nominal = deck.options.nominalCelsius
    for (index, place, card) in warmResistors {
      guard let law = circuit.temperatureLaws[index],
        !temperatures.allSatisfy({ law.factor($0 - nominal) > 0 })
      else { continue }
      note(CardFault(.resistanceNotPositive, place), card, top)
    }
  }
}
