import Files
import Netlist

/// A elements: analog code models of XSPICE, as sources with formulas.
extension DeckElaborator {
  /// The names that an A element's kinds have, for messages and the reference page.
  static let codeModels = CodeModel.Kind.allCases.map(\.rawValue)
  private static let pointLimit = 64

  /// Makes the nodes of an A element; the rest waits for what it may refer to.
  mutating func postponeCodeModel(_ instance: DeckInstance) throws(CardFault) {
    guard instance.multiplier == 1 else {
      throw CardFault(.unsupportedElement, tokens.tokens[0].outerRange)
    }
    if eventModelCard(instance) != nil { return deferred.append((card, instance)) }
    guard try codeModel(instance) != nil else { return }
    var ports = try codeModelPorts()
    ports.takesAnyCount = true
    while let connection = try ports.next(.voltage) {
      for port in Self.ports(of: connection) where port.kind != .source {
        for name in port.names { _ = try node(named: name, instance) }
      }
    }
    deferred.append((card, instance))
  }

  private static func ports(of connection: CodeModelPorts.Connection) -> [CodeModelPort] {
    switch connection {
    case .one(let port): [port]
    case .list(let ports): ports
    case .none: []
    }
  }

  private mutating func node(
    named name: Range<Int>, _ instance: DeckInstance
  ) throws(CardFault) -> Node {
    try node(
      CardTokens.Token(kind: .word, start: Int32(name.lowerBound), end: Int32(name.upperBound)),
      instance)
  }

  private func codeModelPorts() throws(CardFault) -> CodeModelPorts {
    let all = tokens.tokens
    guard all.count >= 3, let last = all.last, last.kind == .word else {
      throw CardFault(.missingFields, card.range)
    }
    return CodeModelPorts(all[0].range.upperBound..<last.range.lowerBound, text)
  }

  // MARK: Models

  /// The card of the model that the last word of the present card names.
  func modelCard(_ instance: DeckInstance) throws(CardFault) -> DeckCard {
    guard let token = tokens.tokens.last, tokens.tokens.count >= 3, token.kind == .word else {
      throw CardFault(.missingFields, card.range)
    }
    let name = DeckStructure.folded(text, token.range)
    let scope = scope(ofModel: name, instance)
    guard let modelCard = structure.scopes[scope].models[name] else {
      throw CardFault(
        .unknownModel, token.range,
        suggestion: NearestWord.find(name, among: structure.scopes[scope].models.keys.sorted()))
    }
    return modelCard
  }

  /// The model that the last word of the present card names; `nil` where the element is left out.
  private mutating func codeModel(_ instance: DeckInstance) throws(CardFault) -> CodeModel? {
    let modelCard = try modelCard(instance)
    let outside = (card, tokens, text)
    defer { (card, tokens, text) = outside }
    do throws(CardFault) {
      try begin(modelCard)
      return try readCodeModel(instance)
    } catch {
      var fault = error
      fault.source = fault.source ?? Int(modelCard.source)
      guard fault.reason == .unsupportedModel else { throw fault }
      let kind = kindName
      (card, tokens, text) = outside
      let name = String(decoding: text[tokens.tokens[0].range], as: UTF8.self)
      try unsupported(
        CardFault(
          .unsupportedElement, tokens.tokens[0].range, subject: "\(name) of \(kind)",
          suggestion: NearestWord.find(kind, among: Self.codeModels + Self.eventModels)))
      return nil
    }
  }

  private var kindName: String { DeckStructure.folded(text, tokens.tokens[2].range) }

  private mutating func readCodeModel(_ instance: DeckInstance) throws(CardFault) -> CodeModel {
    guard let kind = CodeModel.Kind(rawValue: kindName) else {
      throw CardFault(.unsupportedModel, tokens.tokens[2].range)
    }
    var model = CodeModel(kind: kind, place: tokens.tokens[2].range)
    let known = model.known
    for assignment in try Assignment.list(tokens.tokens.dropFirst(3), card.range, text) {
      let name = DeckStructure.folded(text, assignment.name)
      let whole = assignment.name.lowerBound..<assignment.value.upperBound
      if kind.texts.contains(name) {
        let inside = Self.unquoted(assignment.value, text)
        model.texts[name] = (String(decoding: text[inside], as: UTF8.self), whole)
        continue
      }
      let numbers = try numbers(assignment.value, instance)
      guard let preset = known[name] else {
        if kind == .core, CodeModel.unusedOfCore.contains(name) { continue }
        try unsupported(
          CardFault(
            .unsupportedParameter, assignment.name,
            suggestion: NearestWord.find(name, among: known.keys.sorted())))
        continue
      }
      if preset?.count == 1, numbers.count != 1 {
        throw CardFault(.malformedNumber, assignment.value)
      }
      model.values[name] = (numbers, whole)
    }
    for name in kind.texts where model.texts[name] == nil {
      throw CardFault(.missingFields, card.range, subject: name)
    }
    for (name, preset) in known where preset == nil && model.values[name] == nil {
      throw CardFault(.missingFields, card.range, subject: name)
    }
    try check(model)
    return model
  }

  /// A number, or the numbers in brackets.
  mutating func numbers(
    _ place: Range<Int>, _ instance: DeckInstance
  ) throws(CardFault) -> [Double] {
    guard text[place.lowerBound] == UInt8(ascii: "[") else { return [try value(place, instance)] }
    guard text[place.upperBound - 1] == UInt8(ascii: "]") else {
      throw CardFault(.unbalanced, place)
    }
    var numbers: [Double] = []
    var start = place.lowerBound + 1
    for position in place.dropFirst() {
      let byte = text[position]
      guard byte <= 32 || byte == UInt8(ascii: ",") || position == place.upperBound - 1 else {
        continue
      }
      if position > start { numbers.append(try value(start..<position, instance)) }
      start = position + 1
    }
    return numbers
  }

  private func check(_ model: CodeModel) throws(CardFault) {
    func require(_ condition: Bool, _ name: String) throws(CardFault) {
      guard condition else {
        throw CardFault(.parameterOutOfRange, model.values[name]?.place ?? card.range)
      }
    }
    func points(_ x: String, _ y: String) throws(CardFault) {
      let (xs, ys) = (model.list(x), model.list(y))
      try require(xs.count >= 2 && xs.count <= Self.pointLimit, x)
      try require(zip(xs, xs.dropFirst()).allSatisfy { $0 < $1 }, x)
      try require(ys.count == xs.count, y)
    }
    switch model.kind {
    case .pwl, .pwlts: try points("x_array", "y_array")
    case .sine, .triangle, .square: try points("cntl_array", "freq_array")
    case .oneshot: try points("cntl_array", "pw_array")
    case .core:
      try points("h_array", "b_array")
      try require(model.number("length") > 0, "length")
      // Hysteresis is of mode 2.
      try require(model.number("mode") == 1, "mode")
    case .divide: try require(model.number("den_lower_limit") > 0, "den_lower_limit")
    case .transfer:
      let (above, below) = (model.list("num_coeff"), model.list("den_coeff"))
      try require(!below.isEmpty && below[0] != 0 && below.count <= 32, "den_coeff")
      try require(!above.isEmpty && above.count <= below.count, "num_coeff")
      try require(model.number("denormalized_freq") > 0, "denormalized_freq")
    case .capacitance: try require(model.number("c") > 0, "c")
    case .inductance: try require(model.number("l") > 0, "l")
    case .aswitch, .pswitch:
      try require(model.number("cntl_on") != model.number("cntl_off"), "cntl_on")
      try require(model.number("r_on") > 0, "r_on")
      try require(model.number("r_off") > 0, "r_off")
    default: break
    }
    try checkDevice(model, require)
    for name in ["limit_range", "input_domain", "den_domain"] where model.known[name] != nil {
      try require(model.number(name) >= 0, name)
    }
    if model.known["out_lower_limit"] != nil {
      try require(
        model.number("out_lower_limit") < model.number("out_upper_limit"), "out_upper_limit")
    }
  }

  // MARK: Elements

  /// Completes an A element.
  mutating func placeCodeModel(_ instance: DeckInstance) throws(CardFault) {
    if let (modelCard, kind) = eventModelCard(instance) {
      return try placeEventElement(modelCard, kind, instance)
    }
    guard let model = try codeModel(instance) else { return }
    var ports = try codeModelPorts()
    var count = 0
    let missing = CardFault(.missingFields, card.range)
    func one(_ kind: CodeModelPort.Kind) throws(CardFault) -> CodeModelPort {
      guard case .one(let port)? = try ports.next(kind) else { throw missing }
      return port
    }
    func input(_ reader: inout DeckElaborator) throws(CardFault) -> Expression {
      try reader.sensed(try one(.voltage), &count, instance)
    }
    let output: Expression
    let label = try codeModelLabel("", instance)
    switch model.kind {
    case .summer, .mult:
      guard case .list(let list)? = try ports.next(.voltage), !list.isEmpty else { throw missing }
      var inputs: [Expression] = []
      for port in list { inputs.append(try sensed(port, &count, instance)) }
      output = model.combined(inputs)
    case .gain: output = model.offset(try input(&self))
    case .divide:
      let above = try input(&self)
      output = model.divided(above, try input(&self))
    case .limit: output = model.limited(model.amplified(try input(&self)))
    case .climit:
      let x = model.amplified(try input(&self))
      let upper = Expression.binary(
        .subtract, try input(&self), .number(model.number("upper_delta")))
      let lower = Expression.binary(.add, try input(&self), .number(model.number("lower_delta")))
      output = model.limited(x, lower, upper)
    case .pwl: output = model.lines(try input(&self), "x_array", "y_array")
    case .integral: output = integral(model, try input(&self), label)
    case .derivative:
      let term = circuit.addDynamicTerm(.derivative, of: try input(&self), label: label)
      let rate = Expression.quantity(.dynamic(term)).times(model.number("gain"))
      output = model.limited(
        .binary(.add, rate, .number(model.number("out_offset"))))
    case .transfer: output = transfer(model, try input(&self), label)
    case .sine:
      let hertz = model.lines(try input(&self), "cntl_array", "freq_array")
      output = model.oscillation(turns(of: hertz, label))
    case .aswitch:
      let ohms = model.resistance(try input(&self))
      let (plus, minus) = try nodes(of: try one(.conductance), instance)
      try requireEnd(ports)
      return try drive(
        .current, .binary(.divide, .difference(plus, minus), ohms), plus, minus,
        label)
    case .core:
      let (plus, minus) = try nodes(of: try one(.conductance), instance)
      try requireEnd(ports)
      let field = Expression.difference(plus, minus).times(1 / model.number("length"))
      let flux = model.lines(field, "h_array", "b_array").times(model.number("area"))
      return try drive(.current, flux, plus, minus, label)
    case .pwlts: output = model.linesOfTime()
    case .triangle:
      output = model.triangle(turns(model, try input(&self), label).turns)
    case .square:
      let (turns, hertz) = turns(model, try input(&self), label)
      output = try square(model, turns, hertz, label)
    case .oneshot: return try placeOneshot(model, &ports, label, instance)
    case .hyst: output = try hysteresis(model, try input(&self), label)
    case .table2d, .table3d:
      var inputs = [try input(&self), try input(&self)]
      if model.kind == .table3d { inputs.append(try input(&self)) }
      let table = try gridTable(model, axes: inputs.count, instance)
      output = .binary(
        .add, Expression.grid(table, inputs).times(model.number("gain")),
        .number(model.number("offset")))
    case .cmeter, .lmeter: output = .number(try meteredTotal(model, &ports, instance))
    case .ilimit: return try placeLimiter(model, &ports, label, instance)
    case .zener, .memristor, .pswitch, .capacitance, .inductance:
      return try placeTwoPole(model, &ports, &count, label, instance)
    case .filesource: return try placeFileSource(model, &ports, instance)
    case .coupling:
      let coil = try nodes(of: try one(.resistance), instance)
      let force = try nodes(of: try one(.resistance), instance)
      try requireEnd(ports)
      return try couple(model, coil, force, label, instance)
    }
    guard case .one(let port)? = try ports.next(.voltage) else { throw missing }
    try requireEnd(ports)
    guard port.kind != .source else { throw CardFault(.unexpectedText, port.names[0]) }
    let (plus, minus) = try nodes(of: port, instance)
    // What leaves a current's port enters the element at its first node.
    let isVoltage = port.kind == .voltage || port.kind == .difference || port.kind == .resistance
    try drive(isVoltage ? .voltage : .current, output, plus, minus, label)
  }

  func requireEnd(_ ports: CodeModelPorts) throws(CardFault) {
    if let place = ports.place { throw CardFault(.unexpectedText, place) }
  }

  /// The name of a source that an A element becomes: a B in front of its own.
  mutating func codeModelLabel(
    _ suffix: String, _ instance: DeckInstance
  ) throws(CardFault) -> Label {
    let name = DeckStructure.folded(text, tokens.tokens[0].range)
    let path =
      instance.path.isEmpty ? "" : "." + String(decoding: instance.path, as: UTF8.self) + "."
    guard let label = circuit.label(foreign: "b\(path)\(name)\(suffix)") else {
      throw CardFault(.malformedName, tokens.tokens[0].range)
    }
    return label
  }

  mutating func drive(
    _ output: SourceOutput, _ formula: Expression, _ plus: Node, _ minus: Node, _ label: Label
  ) throws(CardFault) {
    try register(label, .behavioralSource, circuit.behavioralSources.count)
    circuit.addBehavioralSource(
      label, output: output, plus: plus, minus: minus, expression: formula)
  }

  mutating func nodes(
    of port: CodeModelPort, _ instance: DeckInstance
  ) throws(CardFault) -> (Node, Node) {
    let plus = try node(named: port.names[0], instance)
    return (plus, port.names.count > 1 ? try node(named: port.names[1], instance) : .ground)
  }

  /// What a port senses: a voltage, or the current into its first node, which is the other then.
  mutating func sensed(
    _ port: CodeModelPort, _ count: inout Int, _ instance: DeckInstance
  ) throws(CardFault) -> Expression {
    if port.kind == .source {
      return .quantity(.current(.voltageSource(try voltageSource(port.names[0], instance))))
    }
    let (plus, minus) = try nodes(of: port, instance)
    guard port.kind == .current || port.kind == .branch else { return .difference(plus, minus) }
    count += 1
    let own = try codeModelLabel(".\(count)", instance)
    guard let label = circuit.label(foreign: "v\(circuit.name(of: own))") else {
      throw CardFault(.malformedName, tokens.tokens[0].range)
    }
    let index = circuit.voltageSources.count
    try register(label, .voltageSource, index)
    circuit.addVoltageSource(label, plus: plus, minus: minus, volts: 0)
    return .quantity(.current(.voltageSource(index)))
  }

  /// A winding: the magnetomotive force of its current, and the voltage of its turns as the flux
  /// changes that leaves the force's port.
  private mutating func couple(
    _ model: CodeModel, _ coil: (Node, Node), _ force: (Node, Node), _ label: Label,
    _ instance: DeckInstance
  ) throws(CardFault) {
    let turns = model.number("num_turns")
    let other = try codeModelLabel(".2", instance)
    let (coilIndex, forceIndex) = (
      circuit.behavioralSources.count, circuit.behavioralSources.count + 1
    )
    let term = circuit.addDynamicTerm(
      .derivative, of: .quantity(.current(.behavioralSource(forceIndex))), label: label)
    try drive(.voltage, Expression.quantity(.dynamic(term)).times(-turns), coil.0, coil.1, label)
    try drive(
      .voltage, Expression.quantity(.current(.behavioralSource(coilIndex))).times(turns), force.0,
      force.1, other)
  }
}
