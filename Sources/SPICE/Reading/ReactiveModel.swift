import Netlist

/// A `.model` card of capacitors or inductors: kind C or L.
struct ReactiveModel {
  /// CAP or IND: the value if the card of an element gives none.
  var value: Double?
  /// CJ and CJSW: farads per square meter and per meter of the edge.
  var areaFarads = 0.0, edgeFarads = 0.0
  /// DEFW, DEFL, and by how much less NARROW and SHORT make them.
  var widthMeters = 1e-5, lengthMeters = 0.0
  var narrowMeters = 0.0, shortMeters = 0.0
  var first: Double?, second: Double?
  /// TNOM in degrees Celsius; `nil` for the deck's.
  var nominalCelsius: Double?
}

/// The fields of a capacitor or an inductor after its nodes.
struct ReactiveFields {
  var value: Double?
  var valuePlace: Range<Int>
  var model: ReactiveModel?
  var length: Double?, width: Double?
  var multiplier = 1.0, scale = 1.0
  var initial: Double?
  /// TC1 and TC2; `nil` for the model's.
  var first: Double?, second: Double?
  /// DTEMP: how much warmer than the circuit it is; TEMP: how warm.
  var kelvin = 0.0
  var celsius: Double?
  /// LTspice's parts around the element, by name.
  var parts: [(name: String, value: Double)] = []

  init(valuePlace: Range<Int>) { self.valuePlace = valuePlace }

  /// The value at the deck's nominal temperature, and how it changes from there; `nil` without one.
  func valueAndLaw(isCapacitor: Bool, nominal: Double) -> (value: Double, law: TemperatureLaw?)? {
    let model = model ?? ReactiveModel()
    let own: Double
    if let value {
      own = value
    } else if let geometric = isCapacitor ? geometricFarads(model) : nil {
      own = geometric
    } else if let standard = model.value {
      own = standard
    } else {
      return nil
    }
    let (first, second) = (first ?? model.first ?? 0, second ?? model.second ?? 0)
    guard first != 0 || second != 0 else { return (own * scale, nil) }
    let law = TemperatureLaw.polynomial(first: first, second: second)
    let measured = model.nominalCelsius ?? nominal
    if let celsius { return (own * scale * law.factor(celsius - measured), nil) }
    let (factor, shifted) = law.shifted(by: kelvin + (nominal - measured))
    return (own * scale * factor, shifted)
  }

  /// `CJ (L − SHORT)(W − NARROW) + 2 CJSW (L − SHORT + W − NARROW)` (ngspice manual, capacitor model).
  private func geometricFarads(_ model: ReactiveModel) -> Double? {
    guard model.areaFarads > 0 || model.edgeFarads > 0, let length = length ?? Self.positive(model)
    else { return nil }
    let (l, w) = (length - model.shortMeters, (width ?? model.widthMeters) - model.narrowMeters)
    guard l > 0, w > 0 else { return nil }
    return model.areaFarads * l * w + 2 * model.edgeFarads * (l + w)
  }

  private static func positive(_ model: ReactiveModel) -> Double? {
    model.lengthMeters > 0 ? model.lengthMeters : nil
  }
}

extension DeckElaborator {
  mutating func addCapacitorModel(_ fields: ModelFields) throws(CardFault) -> ModelPlace {
    try requireKnown(
      fields,
      [
        "cap", "c", "cj", "cjsw", "defw", "defl", "w", "l", "narrow", "short", "tc1", "tc2", "tnom",
        "di", "thick",
      ],
      inert: ["level": 1, "del": 0], unused: ["bv_max"])
    var model = ReactiveModel()
    let size = 0.0...(.greatestFiniteMagnitude)
    model.value = try optional(fields, ["cap", "c"], size)
    model.areaFarads = try fields.take(["cj"], 0, size)
    model.edgeFarads = try fields.take(["cjsw"], 0, size)
    model.widthMeters = try fields.take(["w", "defw"], 1e-5, .leastNormalMagnitude...1)
    model.lengthMeters = try fields.take(["l", "defl"], 0, 0...1)
    model.narrowMeters = try fields.take(["narrow"], 0, 0...1)
    model.shortMeters = try fields.take(["short"], 0, 0...1)
    if model.areaFarads == 0, let thick = try optional(fields, ["thick"], 1e-12...1) {
      let relative = try fields.take(["di"], 3.9, 1e-3...1e6)
      model.areaFarads = relative * 8.854214871e-12 / thick
    }
    return try add(model, .capacitor, fields)
  }

  mutating func addInductorModel(_ fields: ModelFields) throws(CardFault) -> ModelPlace {
    try requireKnown(
      fields, ["ind", "l", "tc1", "tc2", "tnom"], inert: ["level": 1], unused: [])
    var model = ReactiveModel()
    model.value = try optional(
      fields, ["ind", "l"], .leastNormalMagnitude...(.greatestFiniteMagnitude))
    return try add(model, .inductor, fields)
  }

  private mutating func add(
    _ model: ReactiveModel, _ kind: ModelPlace.Kind, _ fields: ModelFields
  ) throws(CardFault) -> ModelPlace {
    var model = model
    let any = -1e300...1e300
    model.first = try optional(fields, ["tc1"], any)
    model.second = try optional(fields, ["tc2"], any)
    model.nominalCelsius = try optional(fields, ["tnom"], -273.15...1e4)
    reactiveModels.append(model)
    return ModelPlace(kind: kind, index: reactiveModels.count - 1)
  }

  /// A parameter of a model; `nil` if not given.
  func optional(
    _ fields: ModelFields, _ names: [String], _ range: ClosedRange<Double>
  ) throws(CardFault) -> Double? {
    guard names.contains(where: { fields.values[$0] != nil }) else { return nil }
    return try fields.take(names, 0, range)
  }
}
