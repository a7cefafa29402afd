import CompactModels
import Files
import Netlist

/// Models and devices of compiled Verilog-A.
extension DeckElaborator {
  /// `.model name module parameter=…`.
  mutating func addCompactModel(
    _ label: Label, _ found: FoundModule, _ instance: DeckInstance
  ) throws(CardFault) -> ModelPlace {
    let (module, polarity) = (found.module, found.polarity)
    let all = tokens.tokens
    var assignments =
      try polarity == nil
      ? Assignment.list(all.dropFirst(3), card.range, text) : modelAssignments()
    // What the kind and the level say, the module is.
    assignments.removeAll {
      let name = DeckStructure.folded(text, $0.name)
      return name == "level" && (polarity != nil || !module.isSettable(name))
    }
    if found.isOfFolder {
      // A card that names a module may be of another version of it; ngspice goes on then as well.
      let names = module.parameters.filter { $0.kind != .variable }.flatMap(\.names)
      for assignment in assignments {
        let name = DeckStructure.folded(text, assignment.name)
        guard !module.isSettable(name), name != "version", !Self.isInert(name, in: module) else {
          continue
        }
        let suggestion = NearestWord.find(name, among: names)
        if polarity == nil {
          warn(CardFault(.parameterPassedOver, assignment.name, suggestion: suggestion))
        } else {
          try unsupported(
            CardFault(.unsupportedParameter, assignment.name, suggestion: suggestion))
        }
      }
      assignments.removeAll {
        let name = DeckStructure.folded(text, $0.name)
        // A version such as 4.7.0 is no number that a module could take.
        return !module.isSettable(name)
          || name == "version" && text[$0.value].count { $0 == UInt8(ascii: ".") } > 1
      }
    }
    var parameters = try compactParameters(assignments, module, ofDevice: false, instance)
    if let polarity { parameters.append(CompactParameter("type", polarity)) }
    let name = DeckStructure.folded(text, all[1].range)
    for (parameter, value) in (modelOverrides[name] ?? [:]).sorted(by: { $0.key < $1.key }) {
      parameters.removeAll { $0.name.lowercased() == parameter }
      parameters.append(CompactParameter(parameter, value))
    }
    do throws(CompactModelError) {
      if module.name.hasPrefix("vbic") { parameters.exchangeParasiticDiodes() }
      try module.check(parameters, celsius: deck.options.celsius)
    } catch {
      throw fault(error, assignments, all[2].range)
    }
    if module.forgetsState { warn(CardFault(.forgetsState, all[2].range)) }
    let index = circuit.addCompactModel(module.model(label, parameters))
    return ModelPlace(kind: .compact, index: index)
  }

  /// Whether SPICE's own model reads a parameter without an effect: the labels of a data sheet, what
  /// follows from others, and what belongs to another level.
  private static func isInert(_ name: String, in module: CompactModule) -> Bool {
    switch module.name {
    case "sp_vdmos": ["mfg", "vds", "ron", "qg"].contains(name)
    case "vbic13_5t": name == "ebbe"
    case "sp_mos2", "sp_mos3", "sp_mos6": otherLevels.contains(name) || name == "lambda"
    default: false
    }
  }

  /// `Nname node … model [parameter=…]`.
  mutating func placeCompactDevice(_ instance: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    let count = positionalCount
    guard count >= 3 else { throw CardFault(.missingFields, card.range) }
    guard let place = try model(all[count - 1], [.compact], instance) else { return }
    let nodes = try all[1..<count - 1].map { token throws(CardFault) in
      try node(token, instance)
    }
    try addCompactDevice(
      place, nodes, try Assignment.list(all[count...], card.range, text), [], instance)
  }

  /// Adds the present card's device with the parameters on it and those of `own`.
  mutating func addCompactDevice(
    _ place: ModelPlace, _ nodes: [Node], _ assignments: [Assignment], _ own: [CompactParameter],
    _ instance: DeckInstance
  ) throws(CardFault) {
    let model = circuit.compactModels[place.index]
    guard let module = try? CompactLibrary.open(model.file).module(model.module) else {
      preconditionFailure("a model's module is loaded")
    }
    // A thermal terminal may be left out; it is then a node of the device's own.
    let needed = module.nodes.prefix(module.terminalCount)
    guard nodes.count <= needed.count,
      module.name == "sp_vdmos" && nodes.count == 3
        || needed.dropFirst(nodes.count).allSatisfy({ $0.quantity == .other || $0.name == "tnode" })
    else {
      let error = CompactModelError.wrongTerminals(
        module: module.name, terminals: module.terminals, given: nodes.count)
      throw CardFault(.wrongTerminalCount, card.range, subject: "\(error)")
    }
    var parameters = try compactParameters(assignments, module, ofDevice: true, instance) + own
    for (name, value) in deviceOverrides[elementName(instance)] ?? []
    where module.id(of: name) != nil {
      parameters.removeAll { $0.name.lowercased() == name }
      parameters.append(CompactParameter(name, value))
    }
    if instance.multiplier != 1 {
      var factor = instance.multiplier
      if let given = parameters.firstIndex(where: {
        ["m", "$mfactor"].contains($0.name.lowercased())
      }), case .number(let number) = parameters.remove(at: given).value {
        factor *= number
      }
      parameters.append(CompactParameter(module.name == "sp_vdmos" ? "$mfactor" : "m", factor))
    }
    if !parameters.isEmpty {
      do throws(CompactModelError) {
        try module.check(
          model.parameters, device: parameters, terminals: nodes.count,
          celsius: deck.options.celsius)
      } catch {
        throw fault(error, assignments, card.range)
      }
    }
    let label = try elementLabel(instance)
    try register(label, .compactDevice, circuit.compactDevices.count)
    circuit.addCompactDevice(label, nodes, model: place.index, parameters: parameters)
  }

  private mutating func compactParameters(
    _ assignments: [Assignment], _ module: CompactModule, ofDevice: Bool, _ instance: DeckInstance
  ) throws(CardFault) -> [CompactParameter] {
    var parameters: [CompactParameter] = []
    for assignment in assignments {
      let name = String(decoding: text[assignment.name], as: UTF8.self)
      guard let id = module.id(of: name), module.parameters[id].kind != .variable else {
        let names = module.parameters.filter { $0.kind != .variable }.flatMap(\.names)
        throw CardFault(
          .noSuchParameter, assignment.name,
          suggestion: NearestWord.find(name, among: names))
      }
      if module.parameters[id].type == .text {
        var range = assignment.value
        if let first = text[range].first, first == UInt8(ascii: "\"") || first == UInt8(ascii: "'"),
          range.count >= 2
        {
          range = range.lowerBound + 1..<range.upperBound - 1
        }
        parameters.append(
          CompactParameter(name, .text(String(decoding: text[range], as: UTF8.self))))
      } else {
        parameters.append(CompactParameter(name, try value(assignment.value, instance)))
      }
    }
    return parameters
  }

  /// The fault of a set-up, at the assignment that it is about.
  private func fault(
    _ error: CompactModelError, _ assignments: [Assignment], _ place: Range<Int>
  ) -> CardFault {
    let named: String? =
      switch error {
      case .outOfRange(let names, _): names.first
      case .notSettable(let name, _, _), .wrongValue(let name, _, _): name
      default: nil
      }
    let assignment = assignments.first {
      DeckStructure.folded(text, $0.name) == named?.lowercased()
    }
    return CardFault(
      .modelRefused, assignment.map { $0.name.lowerBound..<$0.value.upperBound } ?? place,
      subject: "\(error)")
  }
}

extension [CompactParameter] {
  /// The parasitic diode of a VBIC, to the substrate, is the sum of two exponentials, of which the
  /// module asks that the second have the larger emission coefficient. Where a card has it otherwise
  /// and both change with temperature alike, they change places, which is the same sum.
  fileprivate mutating func exchangeParasiticDiodes() {
    func value(_ name: String, _ preset: Double) -> Double {
      for parameter in self where parameter.name.lowercased() == name {
        if case .number(let number) = parameter.value { return number }
      }
      return preset
    }
    let (ideal, other) = (value("ncip", 1), value("ncnp", 2))
    guard other < ideal, value("xii", 3) == value("xin", 3),
      value("eais", 1.12) == value("eans", 1.12)
    else { return }
    let (amperes, others) = (value("ibcip", 0), value("ibcnp", 0))
    let names = ["ncip", "ncnp", "ibcip", "ibcnp"]
    removeAll { names.contains($0.name.lowercased()) }
    for (name, value) in zip(names, [other, ideal, others, amperes]) {
      append(CompactParameter(name, value))
    }
  }
}
