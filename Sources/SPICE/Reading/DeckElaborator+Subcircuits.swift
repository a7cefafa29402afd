import Files
import Netlist

extension DeckElaborator {
  /// `Xname node … subcircuit [PARAMS:] [name=value …]`.
  mutating func placeSubcircuit(_ instance: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    var count = positionalCount
    var assigned = count
    if let mark = all[..<count].lastIndex(where: {
      $0.kind == .word && text[Int($0.end) - 1] == UInt8(ascii: ":")
        && DeckStructure.folded(text, $0.range) == "params:"
    }) {
      assigned = mark + 1
      count = mark
    }
    let fields = all[..<count].filter { $0.kind == .word }
    guard fields.count >= 2, let last = fields.last else {
      throw CardFault(.missingFields, card.range)
    }
    let number = try subcircuit(last.range, instance)
    let scope = structure.scopes[number]
    let least = scope.ports.count - scope.presets.count
    guard (least...scope.ports.count).contains(fields.count - 2) else {
      throw CardFault(
        .wrongNodeCount, card.range,
        subject: "\(fields.count - 2) nodes for \(scope.ports.count) of \(scope.name)")
    }
    if let first = instance.ancestors.firstIndex(of: number) {
      let chain = instance.ancestors[first...] + [number]
      throw CardFault(
        .recursiveSubcircuit, last.range, chain: chain.map { structure.scopes[$0].name })
    }
    guard instance.ancestors.count < structure.settings.nestingLimit else {
      throw CardFault(.nestedTooDeep, last.range)
    }
    placedInInstances += 1
    guard placedInInstances <= structure.settings.instanceLimit else {
      isExpansionTooLarge = true
      throw CardFault(.expansionTooLarge, card.range)
    }
    var inside = DeckInstance(parameters: instance.parameters)
    inside.scope = number
    inside.ancestors = instance.ancestors + [number]
    let name = all[0].range
    inside.path = instance.path
    if !inside.path.isEmpty { inside.path.append(UInt8(ascii: ".")) }
    for position in name {
      let byte = text[position]
      inside.path.append(byte &- 65 < 26 ? byte | 0x20 : byte)
    }
    inside.ports.reserveCapacity(scope.ports.count)
    for field in fields.dropFirst().dropLast() { inside.ports.append(try net(field, instance)) }
    // Optional nodes that are left out are global ones.
    for preset in scope.presets.dropFirst(fields.count - 2 - least) {
      let source = structure.sources[Int(scope.head?.source ?? 0)]
      inside.ports.append(try globalNet(String(decoding: source.bytes[preset], as: UTF8.self)))
    }
    guard let label = circuit.label(foreign: inside.path.span) else {
      throw CardFault(.malformedName, name)
    }
    try register(label, .other, 0)
    let assignments = try Assignment.list(all[min(assigned, all.count)...], card.range, text)
    inside.multiplier = instance.multiplier
    inside.parameters = try parameters(of: number, assignments, instance, &inside.multiplier)
    if !scope.guardedParameters.isEmpty {
      let given = Set(assignments.map { DeckStructure.folded(text, $0.name) })
      try defineGuarded(inside, given: given)
    }
    for card in scope.conditions { conditions.append((card, inside)) }
    place(placed(scope.cards, scope.guards, inside), inside)
  }

  /// Number of the scope of a subcircuit, from the instance's scope outward.
  private func subcircuit(
    _ place: Range<Int>, _ instance: DeckInstance
  ) throws(CardFault) -> Int {
    let name = DeckStructure.folded(text, place)
    var scope = instance.scope
    var known: [String] = []
    while true {
      if let number = structure.scopes[scope].subcircuits[name] { return number }
      known += structure.scopes[scope].subcircuits.keys.sorted()
      guard scope != 0 else { break }
      scope = structure.scopes[scope].parent
    }
    throw CardFault(.unknownSubcircuit, place, suggestion: NearestWord.find(name, among: known))
  }

  /// Parameters of an instance: those it is given, evaluated outside, over those of its subcircuit.
  /// An `m` that the subcircuit does not declare is a number of copies in parallel.
  private mutating func parameters(
    of scope: Int, _ assignments: [Assignment], _ instance: DeckInstance,
    _ multiplier: inout Double
  ) throws(CardFault) -> ParameterScope {
    let own = definitions[scope]
    let hasOwn = !own.isEmpty || !structure.scopes[scope].guardedParameters.isEmpty
    let overrides = innerOverrides[structure.scopes[scope].name] ?? [:]
    guard hasOwn || !assignments.isEmpty else { return instance.parameters }
    let parameters = ParameterScope(parent: instance.parameters)
    define(own, in: parameters)
    for assignment in assignments {
      let name = DeckStructure.folded(text, assignment.name)
      if let preset = own.last(where: { $0.name == name }),
        words(preset.value, in: preset.source, parameters) != nil,
        let text = words(assignment.value, in: Int(card.source), instance.parameters)
      {
        parameters[name] = .words(text)
        continue
      }
      let number = try value(assignment.value, instance)
      guard parameters[name] != nil || guardedNames(of: scope).contains(name) else {
        if name == "m" {
          multiplier *= number
          guard number > 0, multiplier.isFinite else {
            throw CardFault(.notPositive, assignment.value)
          }
          continue
        }
        try unsupported(
          CardFault(
            .unknownParameter, assignment.name,
            suggestion: NearestWord.find(name, among: own.map(\.name))))
        continue
      }
      parameters[name] = .value(number)
    }
    for (name, value) in overrides where parameters[name] != nil {
      parameters[name] = .value(value)
    }
    return parameters
  }
}
