import CompactModels
import Files
import Netlist

/// A model of the circuit.
struct ModelPlace {
  enum Kind {
    case diode, idealDiode, mosfet, voltageSwitch, currentSwitch, smoothSwitch, resistor, capacitor,
      inductor,
      compact, line
  }

  var kind: Kind
  /// Among the models of that kind: the circuit's, or the elaborator's of resistors.
  var index: Int
  /// Why the card makes no model, where it does not.
  var fault: CardFault?
}

/// A module of compiled Verilog-A for a `.model` card.
struct FoundModule {
  var module: CompactModule
  /// 1 or −1 where it serves a kind of SPICE's own; `nil` where the card names the module.
  var polarity: Double?
  /// Whether it is of a folder of modules; else the deck itself loads it.
  var isOfFolder = false
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
    var own = try sizes(fields, ["l", "w"], deck.options.meterScale)
    for (name, value) in deviceOverrides[elementName(instance)] ?? [] {
      if name == "l" { own[0] = value }
      if name == "w" { own[1] = value }
    }
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
      guard var fault = place.fault, let card = structure.scopes[0].models[name],
        fault.reason != .unsupportedModel
      else { continue }
      let number = fault.source ?? Int(card.source)
      // No element is another one for it.
      if fault.reason.changesCircuit {
        fault.subject =
          fault.subject ?? structure.sources[number].text(fault.place)
        fault.reason = .unusedModel
      }
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
      let found = try compactModule(instance)
      let line = found == nil ? lineKind : nil
      let (kind, values) =
        found == nil && line == nil
        ? try modelFields(instance) : ("", ModelFields(card: card.range))
      let isOwn = scope != 0 && usedParameter
      let prefix = scope == 0 ? "" : (isOwn ? path : structure.scopes[scope].name) + "."
      let label = try modelLabel(prefix + name)
      switch kind {
      case "":
        guard let found else {
          guard let line else { preconditionFailure("a kind has a name") }
          place = try addLineModel(line, instance)
          break
        }
        place = try addCompactModel(label, found, instance)
      case "d" where IdealDiode.names.contains(where: { values.values[$0] != nil }):
        place = try addIdealDiode(values)
      case "d": place = try addDiodeModel(label, values)
      case "sw", "csw": place = try addSwitchModel(label, kind, values)
      case "vswitch", "iswitch": place = try addSmoothSwitch(label, kind, values)
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

  /// The module that a `.model` card names instead of a kind, or that serves its kind and level.
  private mutating func compactModule(
    _ instance: DeckInstance
  ) throws(CardFault) -> FoundModule? {
    guard tokens.tokens.count >= 3, tokens.tokens[2].kind == .word else { return nil }
    let kind = DeckStructure.folded(text, tokens.tokens[2].range)
    if !Self.nativeKinds.contains(kind), let module = structure.modules[kind] {
      return FoundModule(module: module)
    }
    guard Self.servedModels.contains(where: { $0.kinds.contains(kind) }) else {
      let known = Self.nativeKinds + Self.codeModels + Self.eventModels
      guard !known.contains(kind), lineKind == nil, let module = try moduleOfFolders(kind) else {
        return nil
      }
      return FoundModule(module: module, isOfFolder: true)
    }
    let level = try modelLevel(instance)
    if level == 1, kind == "nmos" || kind == "pmos", try !needsServedLevelOne(instance) {
      return nil
    }
    return try servedModule(kind, level: level)
  }

  private static let nativeKinds = [
    "d", "nmos", "pmos", "sw", "csw", "vswitch", "iswitch", "r", "res", "c", "cap", "l", "ind",
  ]

  /// The kind of transmission line that a `.model` card describes.
  private var lineKind: LineModel.Kind? {
    guard tokens.tokens.count >= 3, tokens.tokens[2].kind == .word else { return nil }
    return LineModel.Kind(rawValue: DeckStructure.folded(text, tokens.tokens[2].range))
  }

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
