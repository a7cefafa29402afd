import CompactModels
import Files
import Foundation
import Netlist

/// A model of the circuit.
struct ModelPlace {
  enum Kind {
    case diode, idealDiode, mosfet, voltageSwitch, currentSwitch, resistor, capacitor, inductor,
      compact
  }

  var kind: Kind
  /// Among the models of that kind: the circuit's, or the elaborator's of resistors.
  var index: Int
  /// Why the card makes no model, where it does not.
  var fault: CardFault?
}

extension DeckElaborator {
  /// The model that a token names, from the instance's scope outward; `nil` if the element is to be
  /// ignored.
  mutating func model(
    _ token: CardTokens.Token, _ kinds: Set<ModelPlace.Kind>, _ instance: DeckInstance
  ) throws(CardFault) -> ModelPlace? {
    var name = DeckStructure.folded(text, token.outerRange)
    if let (guarded, key) = try guardedModel(name, instance) {
      return try accepted(
        modelPlace(key, guarded, instance.scope, instance), kinds, guarded, token)
    }
    var scope = scope(ofModel: name, instance)
    if structure.scopes[scope].models[name] == nil,
      let bin = try binnedModel(name, token, instance)
    {
      (name, scope) = bin
    }
    guard let modelCard = structure.scopes[scope].models[name] else {
      throw CardFault(
        .unknownModel, token.outerRange,
        suggestion: NearestWord.find(name, among: structure.scopes[scope].models.keys.sorted()))
    }
    return try accepted(modelPlace(name, modelCard, scope, instance), kinds, modelCard, token)
  }

  /// A model of the kinds that an element takes; `nil` if the element is to be ignored.
  private mutating func accepted(
    _ place: ModelPlace, _ kinds: Set<ModelPlace.Kind>, _ modelCard: DeckCard,
    _ token: CardTokens.Token
  ) throws(CardFault) -> ModelPlace? {
    if var fault = place.fault {
      guard structure.settings.leniency >= .elements,
        fault.reason == .unsupportedModel
      else {
        fault.source = fault.source ?? Int(modelCard.source)
        throw fault
      }
      warn(CardFault(.unsupportedModel, token.outerRange))
      return nil
    }
    guard kinds.contains(place.kind) else { throw CardFault(.unknownModel, token.outerRange) }
    return place
  }

  /// The model of that name whose conditions the instance meets, and a name for it that no other
  /// branch has; `nil` if there is none.
  private mutating func guardedModel(
    _ name: String, _ instance: DeckInstance
  ) throws(CardFault) -> (card: DeckCard, key: String)? {
    for model in structure.scopes[instance.scope].guardedModels where model.name == name {
      guard try allHold(model.terms, instance) else { continue }
      return (model.card, "\(name).\(model.card.start)")
    }
    return nil
  }

  /// Whether some model in reach has the name that a token is.
  func hasModel(_ token: CardTokens.Token, _ instance: DeckInstance) -> Bool {
    let name = DeckStructure.folded(text, token.outerRange)
    let scope = scope(ofModel: name, instance)
    return structure.scopes[scope].models[name] != nil
      || structure.scopes[instance.scope].guardedModels.contains { $0.name == name }
      || !structure.scopes[self.scope(ofModel: name + ".1", instance)].bins(name).isEmpty
  }

  /// The scope of a model's card from an instance's outward; the top if no scope has it.
  func scope(ofModel name: String, _ instance: DeckInstance) -> Int {
    var scope = instance.scope
    while structure.scopes[scope].models[name] == nil, scope != 0 {
      scope = structure.scopes[scope].parent
    }
    return scope
  }

  /// Of models `name.1`, `name.2`, …, the one whose LMIN, LMAX, WMIN and WMAX enclose the sizes on
  /// the present card, as in ngspice; `nil` if there are no such models.
  private mutating func binnedModel(
    _ name: String, _ token: CardTokens.Token, _ instance: DeckInstance
  ) throws(CardFault) -> (String, Int)? {
    let scope = scope(ofModel: name + ".1", instance)
    let bins = structure.scopes[scope].bins(name)
    guard !bins.isEmpty, text[Int(card.start)] | 0x20 == UInt8(ascii: "m") else { return nil }
    func sizes(
      _ fields: ArraySlice<CardTokens.Token>, _ names: [String], _ scale: Double
    ) throws(CardFault) -> [Double?] {
      var found = [Double?](repeating: nil, count: names.count)
      for assignment in try Assignment.list(fields, card.range, text) {
        guard let index = names.firstIndex(of: DeckStructure.folded(text, assignment.name)) else {
          continue
        }
        found[index] = try value(assignment.value, instance) * scale
      }
      return found
    }
    let fields = tokens.tokens[min(positionalCount, tokens.tokens.count)...]
    let own = try sizes(fields, ["l", "w"], deck.options.meterScale)
    guard let length = own[0], let width = own[1] else {
      throw CardFault(.missingFields, card.range, subject: "l, w")
    }
    let outside = (card, tokens, text)
    defer { (card, tokens, text) = outside }
    for bin in bins {
      guard let modelCard = structure.scopes[scope].models[bin] else { continue }
      try begin(modelCard)
      let limits = try sizes(
        tokens.tokens.dropFirst(3), ["lmin", "lmax", "wmin", "wmax"], 1)
      let slack = 1e-9
      func isInside(_ size: Double, _ low: Double?, _ high: Double?) -> Bool {
        size >= (low ?? 0) * (1 - slack) && size < (high ?? .infinity) * (1 - slack)
      }
      if isInside(length, limits[0], limits[1]), isInside(width, limits[2], limits[3]) {
        return (bin, scope)
      }
    }
    throw CardFault(.unknownModel, token.outerRange, subject: "\(name) of l=\(length) w=\(width)")
  }

  /// Makes the models at the top in the order of the text, used or not.
  mutating func addTopModels(_ top: DeckInstance) {
    let cards = structure.scopes[0].models
    for (name, card) in cards.sorted(by: {
      ($0.value.source, $0.value.start) < ($1.value.source, $1.value.start)
    }) {
      _ = modelPlace(name, card, 0, top)
    }
  }

  /// Libraries have models that a deck does not use; their faults are only warnings.
  mutating func noteUnusedModels() {
    for (name, place) in models.sorted(by: { $0.key < $1.key }) {
      guard let fault = place.fault, let card = structure.scopes[0].models[name],
        fault.reason != .unsupportedModel
      else { continue }
      let number = fault.source ?? Int(card.source)
      log.warn(fault, in: structure.sources[number], number: number)
    }
  }

  /// The model of a card, which is read once, or once per instance where it depends on parameters.
  private mutating func modelPlace(
    _ name: String, _ modelCard: DeckCard, _ scope: Int, _ instance: DeckInstance
  ) -> ModelPlace {
    let shared = scope == 0 ? name : "\(scope) \(name)"
    if let place = models[shared] { return place }
    let path = String(decoding: instance.path, as: UTF8.self)
    let own = "\(path) \(shared)"
    if scope != 0, let place = models[own] { return place }
    let outside = (card, tokens, text)
    defer { (card, tokens, text) = outside }
    usedParameter = false
    var place = ModelPlace(kind: .diode, index: 0)
    do throws(CardFault) {
      card = modelCard
      text = structure.sources[Int(modelCard.source)].bytes
      let text = self.text
      try tokens.split(text.span, modelCard.range)
      let (module, polarity) = try compactModule(instance)
      let (kind, values) =
        module == nil ? try modelFields(instance) : ("", ModelFields(card: card.range))
      let isOwn = scope != 0 && usedParameter
      let prefix = scope == 0 ? "" : (isOwn ? path : structure.scopes[scope].name) + "."
      let label = try modelLabel(prefix + name)
      switch kind {
      case "":
        guard let module else { preconditionFailure("a kind has a name") }
        place = try addCompactModel(label, module, polarity: polarity, instance)
      case "d" where IdealDiode.names.contains(where: { values.values[$0] != nil }):
        place = try addIdealDiode(values)
      case "d": place = try addDiodeModel(label, values)
      case "sw", "csw": place = try addSwitchModel(label, kind, values)
      case "r", "res": place = try addResistorModel(values)
      case "c", "cap": place = try addCapacitorModel(values)
      case "l", "ind": place = try addInductorModel(values)
      default: place = try addMOSFETModel(label, kind, values)
      }
    } catch {
      place.fault = error
    }
    models[scope != 0 && usedParameter ? own : shared] = place
    return place
  }

  private mutating func modelLabel(_ name: String) throws(CardFault) -> Label {
    let place = tokens.tokens[1].range
    var name = name
    while true {
      guard let label = circuit.label(foreign: name) else { throw CardFault(.malformedName, place) }
      if circuit.isModelName(label), modelLabels.insert(label).isNew { return label }
      // Names from different scopes may meet; simulators take a leading digit for a number.
      name = "m." + name
    }
  }

  /// The module that a `.model` card names instead of a kind, or that serves its kind and level,
  /// whose polarity is then 1 or −1.
  private mutating func compactModule(
    _ instance: DeckInstance
  ) throws(CardFault) -> (CompactModule?, polarity: Double?) {
    guard tokens.tokens.count >= 3, tokens.tokens[2].kind == .word else { return (nil, nil) }
    let kind = DeckStructure.folded(text, tokens.tokens[2].range)
    if !Self.nativeKinds.contains(kind), let module = structure.modules[kind] {
      return (module, nil)
    }
    guard Self.servedModels.contains(where: { $0.kinds.contains(kind) }) else { return (nil, nil) }
    let served = try servedModule(kind, level: try modelLevel(instance))
    return (served?.module, served?.polarity)
  }

  private static let nativeKinds = [
    "d", "nmos", "pmos", "sw", "csw", "r", "res", "c", "cap", "l", "ind",
  ]

  /// The kind of a `.model` card in lower case, and its parameters.
  private mutating func modelFields(
    _ instance: DeckInstance
  ) throws(CardFault) -> (String, ModelFields) {
    let all = tokens.tokens
    guard all.count >= 3, all[2].kind == .word else { throw CardFault(.missingFields, card.range) }
    let kind = DeckStructure.folded(text, all[2].range)
    guard Self.nativeKinds.contains(kind) else {
      throw CardFault(
        .unsupportedModel, all[2].range,
        suggestion: NearestWord.find(kind, among: structure.modules.keys.sorted()))
    }
    var fields = ModelFields(card: card.range)
    for assignment in try Assignment.list(all.dropFirst(3), card.range, text) {
      let name = DeckStructure.folded(text, assignment.name)
      fields.values[name] = (try value(assignment.value, instance), assignment)
      fields.order.append(name)
    }
    let name = DeckStructure.folded(text, all[1].range)
    for (parameter, value) in modelOverrides[name] ?? [:] {
      if fields.values[parameter] == nil { fields.order.append(parameter) }
      let assignment = fields.values[parameter]?.assignment
      fields.values[parameter] = (
        value, assignment ?? Assignment(name: all[1].range, value: all[1].range)
      )
    }
    return (kind, fields)
  }

  /// Refuses parameters that are neither modeled nor known to have no effect here.
  mutating func requireKnown(
    _ fields: ModelFields, _ known: Set<String>, inert: [String: Double], unused: Set<String>
  ) throws(CardFault) {
    for name in fields.order where !known.contains(name) && !unused.contains(name) {
      guard let (value, assignment) = fields.values[name], inert[name] != value else { continue }
      try unsupported(
        CardFault(
          .unsupportedParameter, assignment.name,
          suggestion: inert[name] == nil
            ? NearestWord.find(name, among: known.union(inert.keys).sorted()) : nil))
    }
  }

  /// Of the edge, which has no length here; of checks for safe operation; LTspice's labels.
  private static let unusedDiodeParameters: Set<String> = [
    "noise", "type", "jsw", "cjsw", "cjp", "php", "vjsw", "mjsw", "mjs", "ns", "nsw", "fcs",
    "fv_max",
    "bv_max", "id_max", "pd_max", "te_max", "mfg", "iave", "vpk", "ikr", "perim", "pj",
  ]

  private mutating func addDiodeModel(
    _ label: Label, _ fields: ModelFields
  ) throws(CardFault) -> ModelPlace {
    let known: Set<String> = [
      "is", "js", "n", "rs", "cjo", "cj0", "cj", "vj", "pb", "m", "mj", "fc", "tt", "bv", "ibv",
      "eg", "xti", "ik", "ikf", "isr", "nr", "nbv", "tnom", "tref", "tcv", "tbv1", "tbv2", "trs",
      "trs1",
      "trs2", "kf", "af",
    ]
    try requireKnown(
      fields, known,
      inert: [
        "level": 1, "area": 1, "tlev": 0, "tlevc": 0, "ttt1": 0, "ttt2": 0, "tm1": 0, "tm2": 0,
        "rth0": 0,
      ],
      unused: Self.unusedDiodeParameters)
    var extras = DiodeExtras()
    let any = -1e3...1e3
    extras.seriesOhms = try fields.take(["rs"], 0, 0...(.greatestFiniteMagnitude))
    extras.junctionFarads = try fields.take(["cjo", "cj0", "cj"], 0, 0...1)
    extras.junctionVolts = try fields.take(["vj", "pb"], 1, 1e-3...100)
    extras.gradingCoefficient = try fields.take(["m", "mj"], 0.5, 0...0.99)
    extras.depletionCoefficient = try fields.take(["fc"], 0.5, 0...0.95)
    extras.transitSeconds = try fields.take(["tt"], 0, 0...1e9)
    extras.breakdownVolts = try fields.take(
      ["bv"], .infinity, .leastNormalMagnitude...(.greatestFiniteMagnitude))
    extras.breakdownAmperes = try fields.take(["ibv"], 1e-3, .leastNormalMagnitude...1e9)
    extras.breakdownEmission = try optional(fields, ["nbv"], 1e-3...1e6)
    extras.breakdownVoltsPerKelvin = try fields.take(["tcv"], 0, any)
    extras.breakdownFirst = try fields.take(["tbv1"], 0, any)
    extras.breakdownSecond = try fields.take(["tbv2"], 0, any)
    extras.seriesFirst = try fields.take(["trs1", "trs"], 0, any)
    extras.seriesSecond = try fields.take(["trs2"], 0, any)
    // A knee at zero is none, as in SPICE.
    let knee = try fields.take(["ikf", "ik"], 0, 0...(.greatestFiniteMagnitude))
    if knee > 0 { extras.kneeAmperes = knee }
    extras.recombinationAmperes = try fields.take(["isr"], 0, 0...1e9)
    extras.recombinationEmission = try fields.take(["nr"], 2, 1e-3...1e6)
    extras.flickerCoefficient = try fields.take(["kf"], 0, 0...1e30)
    extras.flickerExponent = try fields.take(["af"], 1, 0...10)
    extras.nominalCelsius = try nominalCelsius(fields, ["tnom", "tref"])
    extras.energyGapVolts = try fields.take(["eg"], 1.11, 0.1...10)
    extras.saturationExponent = try fields.take(["xti"], 3, -100...100)
    // As wide as our own decks need: laws of cells have voltages and currents of 1e-30 to 1e30.
    let index = circuit.addDiodeModel(
      label, saturationAmperes: try fields.take(["is", "js"], 1e-14, .leastNormalMagnitude...1e30),
      emissionCoefficient: try fields.take(["n"], 1, 1e-30...1e33))
    circuit.setExtras(extras, ofDiodeModel: index)
    return ModelPlace(kind: .diode, index: index)
  }

  /// A nominal temperature of its own; `nil` where it is the deck's.
  private func nominalCelsius(
    _ fields: ModelFields, _ names: [String]
  ) throws(CardFault) -> Double? {
    let celsius = try optional(fields, names, -273...1e4)
    return celsius == deck.options.nominalCelsius ? nil : celsius
  }

  private mutating func addSwitchModel(
    _ label: Label, _ kind: String, _ fields: ModelFields
  ) throws(CardFault) -> ModelPlace {
    // Thresholds are currents where a current controls.
    let (threshold, hysteresis) = kind == "sw" ? ("vt", "vh") : ("it", "ih")
    try requireKnown(
      fields, ["ron", "roff", threshold, hysteresis], inert: ["level": 1], unused: [])
    let positive = 1e-300...1e300
    let index = circuit.addSwitchModel(
      label, onOhms: try fields.take(["ron"], 1, positive),
      offOhms: try fields.take(["roff"], 1e12, positive),
      thresholdVolts: try fields.take([threshold], 0, -1e9...1e9),
      hysteresisVolts: try fields.take([hysteresis], 0, 0...1e9))
    return ModelPlace(kind: kind == "sw" ? .voltageSwitch : .currentSwitch, index: index)
  }

  private mutating func addMOSFETModel(
    _ label: Label, _ kind: String, _ fields: ModelFields
  ) throws(CardFault) -> ModelPlace {
    if let (level, assignment) = fields.values["level"], level != 1 {
      throw CardFault(.unsupportedModel, assignment.name.lowerBound..<assignment.value.upperBound)
    }
    let known: Set<String> = [
      "level", "vto", "vt0", "kp", "lambda", "gamma", "phi", "ld", "rd", "rs", "is", "cbd", "cbs",
      "pb", "mj", "fc", "cgso", "cgdo", "cgbo", "tox", "uo", "u0", "kf", "af", "w", "l", "tnom",
      "nsub", "nss", "tpg",
    ]
    try requireKnown(
      fields, known,
      inert: ["rsh": 0, "js": 0, "cj": 0, "cjsw": 0],
      unused: Self.otherLevels)
    var extras = MOSFETExtras()
    let size = 0.0...(.greatestFiniteMagnitude)
    extras.bodyEffect = try fields.take(["gamma"], 0, 0...1e6)
    extras.surfacePotentialVolts = try fields.take(["phi"], 0.6, 1e-3...100)
    extras.lateralDiffusionMeters = try fields.take(["ld"], 0, 0...1)
    extras.drainOhms = try fields.take(["rd"], 0, size)
    extras.sourceOhms = try fields.take(["rs"], 0, size)
    extras.bulkSaturationAmperes = try fields.take(["is"], 1e-14, 0...1)
    // Our own decks write this value for junctions that carry no current.
    if extras.bulkSaturationAmperes <= DeckDevices.bulkSaturationAmperes {
      extras.bulkSaturationAmperes = 0
    }
    extras.bulkDrainFarads = try fields.take(["cbd"], 0, 0...1)
    extras.bulkSourceFarads = try fields.take(["cbs"], 0, 0...1)
    extras.bulkJunctionVolts = try fields.take(["pb"], 0.8, 1e-3...100)
    extras.bulkGradingCoefficient = try fields.take(["mj"], 0.5, 0...0.99)
    extras.depletionCoefficient = try fields.take(["fc"], 0.5, 0...0.95)
    extras.gateSourceFaradsPerMeter = try fields.take(["cgso"], 0, 0...1e3)
    extras.gateDrainFaradsPerMeter = try fields.take(["cgdo"], 0, 0...1e3)
    extras.gateBulkFaradsPerMeter = try fields.take(["cgbo"], 0, 0...1e3)
    extras.flickerCoefficient = try fields.take(["kf"], 0, 0...1e30)
    extras.flickerExponent = try fields.take(["af"], 1, 0...10)
    extras.nominalCelsius = try nominalCelsius(fields, ["tnom"])
    var transconductance = 2e-5
    if fields.values["tox"] != nil {
      let oxide = try fields.take(["tox"], 1e-7, 1e-12...1)
      // Permittivity of silicon dioxide as SPICE has it.
      extras.oxideFaradsPerSquareMeter = 3.9 * 8.854214871e-12 / oxide
      let mobility = try fields.take(["uo", "u0"], 600, 1e-6...1e9)
      transconductance = mobility * 1e-4 * extras.oxideFaradsPerSquareMeter
    }
    let threshold = try processThreshold(fields, isN: kind == "nmos", &extras)
    let index = circuit.addMOSFETModel(
      label, polarity: kind == "nmos" ? .n : .p,
      thresholdVolts: try fields.take(["vto", "vt0"], threshold, -1e6...1e6),
      transconductance: try fields.take(["kp"], transconductance, 1e-300...1e300),
      channelLengthModulation: try fields.take(["lambda"], 0, 0...1e6))
    circuit.setExtras(extras, ofMOSFETModel: index)
    let meters = Double.leastNormalMagnitude...1
    modelSizes[index] = (
      try optional(fields, ["w"], meters), try optional(fields, ["l"], meters)
    )
    return ModelPlace(kind: .mosfet, index: index)
  }
}

extension DeckElaborator {
  /// Limits of bins, and parameters of SPICE's other MOSFET levels and of noise, which have no effect
  /// at level 1, there as here.
  static let otherLevels: Set<String> = [
    "lmin", "lmax", "wmin", "wmax", "mjsw", "noise", "type", "nlev", "gdsnoi",
    "ucrit", "uexp", "utra", "vmax", "neff", "nfs", "delta", "eta", "theta", "kappa", "xj", "xqc",
  ]

  /// What follows from the doping of the substrate: PHI and GAMMA where they are not given, and the
  /// threshold that VTO replaces (Vladimirescu and Liu, UCB/ERL M80/7, 1980, section 2).
  fileprivate func processThreshold(
    _ fields: ModelFields, isN: Bool, _ extras: inout MOSFETExtras
  ) throws(CardFault) -> Double {
    _ = try fields.take(["nss"], 0, -1e20...1e20)
    let gate = try fields.take(["tpg"], 1, -1...1)
    let doping = try fields.take(["nsub"], 0, 0...1e30) * 1e6
    // Intrinsic silicon has 1.45e10 carriers per cubic centimeter.
    guard doping > 0, extras.oxideFaradsPerSquareMeter > 0 else { return 0 }
    guard doping > 1.45e16 else {
      throw CardFault(.parameterOutOfRange, fields.values["nsub"]?.assignment.value ?? fields.card)
    }
    let kelvin = deck.options.nominalCelsius + 273.15
    let thermal = 8.617333262e-5 * kelvin
    let gap = 1.16 - 7.02e-4 * kelvin * kelvin / (kelvin + 1108)
    let sign = isN ? 1.0 : -1.0
    if fields.values["phi"] == nil {
      extras.surfacePotentialVolts = max(0.1, 2 * thermal * Foundation.log(doping / 1.45e16))
    }
    let phi = extras.surfacePotentialVolts
    let fermi = sign * 0.5 * phi
    let gateWork = gate == 0 ? 3.2 : 3.25 + 0.5 * gap - sign * gate * 0.5 * gap
    let difference = gateWork - (3.25 + 0.5 * gap + fermi)
    let charge = 1.602176634e-19
    if fields.values["gamma"] == nil {
      extras.bodyEffect =
        (2 * 11.7 * 8.854214871e-12 * charge * doping).squareRoot()
        / extras.oxideFaradsPerSquareMeter
    }
    let surface = try fields.take(["nss"], 0, -1e20...1e20) * 1e4 * charge
    return difference - surface / extras.oxideFaradsPerSquareMeter
      + sign * (extras.bodyEffect * phi.squareRoot() + phi)
  }
}

/// Parameters of a `.model` card.
struct ModelFields {
  var card: Range<Int>
  var values: [String: (value: Double, assignment: Assignment)] = [:]
  var order: [String] = []

  /// The first given of several names of one parameter, which lies in `range`.
  func take(
    _ names: [String], _ preset: Double, _ range: ClosedRange<Double>
  ) throws(CardFault) -> Double {
    for name in names {
      guard let (value, assignment) = values[name] else { continue }
      guard range.contains(value) else {
        throw CardFault(
          .parameterOutOfRange, assignment.name.lowerBound..<assignment.value.upperBound)
      }
      return value
    }
    return preset
  }
}
