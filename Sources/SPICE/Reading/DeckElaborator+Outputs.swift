import Files
import Netlist

extension DeckElaborator {
  /// `.print [analysis] v(a) i(v1) …` and `.save …`.
  mutating func readOutputs(_ card: String, _ top: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    var index = 1
    var analysis: AnalysisKind?
    if card != ".save", all.count > 1, all[1].kind == .word {
      let word = DeckStructure.folded(text, all[1].range)
      if let kind = AnalysisKind(rawValue: word) {
        analysis = kind
        index = 2
      } else if ["homotopy", "sens", "hb"].contains(word) {
        return try unsupported(CardFault(.unsupportedOutput, all[1].range))
      }
    }
    while index < all.count {
      // Xyce's `FORMAT=CSV` and its kin say how to print.
      if all[index].kind == .word, index + 2 < all.count, all[index + 1].kind == .equals {
        index += 3
        continue
      }
      // Commas between outputs mean nothing.
      if all[index].kind == .comma {
        index += 1
        continue
      }
      let start = index
      let end = outputEnd(&index)
      do throws(CardFault) {
        if let request = try output(start..<end, analysis, top) { deck.outputs.append(request) }
      } catch {
        // Where commands say what is shown, ngspice shows none of these.
        if structure.commands.isEmpty { note(error, self.card, top) } else { warn(error) }
      }
    }
  }

  /// Adds an output that a command mentions, if the circuit has it.
  mutating func mention(_ card: DeckCard, _ top: DeckInstance) {
    do throws(CardFault) {
      try begin(card)
      guard tokens.tokens.count > 1,
        let request = try output(1..<tokens.tokens.count, nil, top)
      else { return }
      deck.outputs.append(request)
    } catch {
      // What it is a fault of is told where the command runs.
    }
  }

  /// Advances past one output: a word with parentheses, or a formula.
  func outputEnd(_ index: inout Int) -> Int {
    let all = tokens.tokens
    takeOperand(&index)
    // A formula goes on where no blank separates it, and around a lone operator.
    while index < all.count {
      let previous = all[index - 1]
      let touches = all[index].outerRange.lowerBound == previous.outerRange.upperBound
      let next = text[all[index].outerRange.lowerBound]
      let isLone = all[index].outerRange.count == 1 && Self.operators.contains(next)
      let follows = Self.operators.contains(text[previous.outerRange.upperBound - 1])
      guard touches && all[index].kind != .comma || isLone || follows && all[index].kind != .comma,
        all[index].kind != .equals, all[index].kind != .close
      else { break }
      takeOperand(&index)
    }
    return index
  }

  private static let operators = Set("+-*/^".utf8)

  /// Advances past a word or a parenthesis with what is in it, and past the parenthesis that touches
  /// a word.
  private func takeOperand(_ index: inout Int) {
    let all = tokens.tokens
    if all[index].kind != .open { index += 1 }
    guard index < all.count, all[index].kind == .open else { return }
    var depth = 0
    while index < all.count {
      if all[index].kind == .open { depth += 1 }
      if all[index].kind == .close { depth -= 1 }
      index += 1
      if depth == 0 { break }
    }
  }

  /// Whether an output is a name or one function of names, and no formula.
  private func isPlain(_ indices: Range<Int>) -> Bool {
    let all = tokens.tokens
    guard all[indices.lowerBound].kind == .word else { return false }
    guard indices.count > 1 else { return true }
    let inside = all[(indices.lowerBound + 1)..<indices.upperBound]
    let first = text[all[indices.lowerBound].range.lowerBound]
    return ExpressionParser.startsName(first) && inside.first?.kind == .open
      && inside.last?.kind == .close && inside.count { $0.kind == .open } == 1
      && all[indices.lowerBound].range.allSatisfy { ExpressionParser.continuesName(text[$0]) }
  }

  /// One vector; `nil` for `all`.
  mutating func output(
    _ indices: Range<Int>, _ analysis: AnalysisKind?, _ top: DeckInstance
  ) throws(CardFault) -> OutputRequest? {
    let all = tokens.tokens
    let first = all[indices.lowerBound]
    let last = all[indices.upperBound - 1]
    let place = first.outerRange.lowerBound..<last.outerRange.upperBound
    let name = String(
      decoding: text[place].filter { $0 > 32 }, as: UTF8.self
    ).lowercased()
    if name == "all" || name == "allv" || name == "alli" || name.contains("*)") { return nil }
    if analysis == .noise, first.kind == .word, Self.noiseVectors.contains(name) {
      let vector = name.contains("_") ? name : "\(name)_spectrum"
      return OutputRequest(analysis: analysis, name: vector, expression: .parameter(vector))
    }
    if first.kind == .expression {
      return OutputRequest(
        analysis: analysis, name: name,
        expression: try formula(first.range, top, isOutput: true))
    }
    if indices.count == 1, text[place.lowerBound] == UInt8(ascii: "@") {
      return named(
        OutputRequest(
          analysis: analysis, name: name, expression: try formula(place, top, isOutput: true)))
    }
    // `par('formula')` of HSPICE and ngspice.
    if name.hasPrefix("par("), indices.count == 4, all[indices.lowerBound + 2].kind == .expression {
      let range = all[indices.lowerBound + 2].range
      return OutputRequest(
        analysis: analysis, name: name, expression: try formula(range, top, isOutput: true))
    }
    if let part = Self.partFunctions[DeckStructure.folded(text, first.range)], indices.count > 4,
      first.kind == .word, all[indices.lowerBound + 1].kind == .open, last.kind == .close,
      all[indices.upperBound - 2].kind == .close,
      var inner = try output(
        indices.lowerBound + 2..<indices.upperBound - 1, analysis, top), inner.part == .value
    {
      inner.name = name
      inner.part = part
      return inner
    }
    guard isPlain(indices) else {
      guard first.kind == .word || first.kind == .open else {
        throw CardFault(.unexpectedText, place)
      }
      return OutputRequest(
        analysis: analysis, name: name, expression: try formula(place, top, isOutput: true))
    }
    guard indices.count >= 4, last.kind == .close else {
      // `out` for `v(out)`, as ngspice saves it; `v1#branch` for `i(v1)`.
      guard indices.count == 1 else { throw CardFault(.unbalanced, place) }
      if name.hasSuffix("#branch") {
        let source = first.range.lowerBound..<first.range.upperBound - 7
        return named(
          OutputRequest(
            analysis: analysis, name: "i(\(DeckStructure.folded(text, source)))",
            expression: try current(source, first.range, top)))
      }
      if name == "time" { throw CardFault(.unsupportedOutput, place) }
      if madeVectors.contains(name) {
        return OutputRequest(analysis: analysis, name: name, expression: .parameter(name))
      }
      let node = try existingNode(first.range, top)
      return OutputRequest(
        analysis: analysis, name: "v(\(name))", expression: try quantity(of: node, at: first.range))
    }
    let function = DeckStructure.folded(text, first.range)
    let arguments = all[(indices.lowerBound + 2)..<(indices.upperBound - 1)]
      .filter { $0.kind != .comma }
    guard arguments.allSatisfy({ $0.kind == .word }) else {
      throw CardFault(.unsupportedOutput, place)
    }
    let places = arguments.map(\.range)
    if takesNames(function), function == "p" || function == "id" {
      return named(
        OutputRequest(
          analysis: analysis, name: name, expression: try formula(place, top, isOutput: true)))
    }
    // `vd(r1)` of `.probe`: the voltage across an element.
    if function == "vd", places.count == 1, existingElement(places[0], top)?.current != nil {
      return OutputRequest(
        analysis: analysis, name: "vd_\(DeckStructure.folded(text, places[0]))",
        expression: try voltage(across: places[0], top))
    }
    // `vdb(v1#branch)`.
    if places.count == 1, function.hasPrefix("v"),
      let part = Self.parts[String(function.dropFirst())],
      DeckStructure.folded(text, places[0]).hasSuffix("#branch")
    {
      let element = places[0].lowerBound..<places[0].upperBound - 7
      return named(
        OutputRequest(
          analysis: analysis, name: name, expression: try current(element, places[0], top),
          part: part))
    }
    guard let quantity = function.first, quantity == "v" || quantity == "i",
      let part = Self.parts[String(function.dropFirst())]
    else {
      throw CardFault(
        .unsupportedOutput, place,
        suggestion: NearestWord.find(
          function, among: ["v", "i", "p", "id", "vm", "vp", "vdb", "vr", "vi"]))
    }
    let expression: Expression
    if quantity == "v" {
      expression = try voltage(places, place, top)
    } else {
      guard places.count == 1 else { throw CardFault(.wrongArgumentCount, place) }
      expression = try current(places[0], place, top)
    }
    return named(
      OutputRequest(analysis: analysis, name: name, expression: expression, part: part))
  }

  /// A current under the name of its vector, `i(v.x1.v1)`, however the deck spells it.
  private func named(_ request: OutputRequest) -> OutputRequest {
    guard request.part == .value, case .quantity(.current(let current)) = request.expression else {
      return request
    }
    var request = request
    request.name = circuit.vectorName(of: current)
    return request
  }

  /// Vectors of noise analyses, which are functions of no voltage.
  private static let noiseVectors: Set<String> = [
    "onoise", "inoise", "onoise_spectrum", "inoise_spectrum",
  ]

  private static let parts: [String: OutputRequest.Part] = [
    "": .value, "r": .real, "i": .imaginary, "m": .magnitude, "p": .phase, "db": .decibels,
  ]

  /// Functions of one phasor: `db(v(a))`.
  private static let partFunctions: [String: OutputRequest.Part] = [
    "db": .decibels, "mag": .magnitude, "ph": .phase, "re": .real, "real": .real,
    "im": .imaginary, "imag": .imaginary,
  ]

  private mutating func voltage(
    _ arguments: [Range<Int>], _ place: Range<Int>, _ top: DeckInstance
  ) throws(CardFault) -> Expression {
    guard (1...2).contains(arguments.count) else { throw CardFault(.wrongArgumentCount, place) }
    let plus = try existingNode(arguments[0], top)
    let voltage = try quantity(of: plus, at: arguments[0])
    guard arguments.count == 2 else { return voltage }
    let minus = try existingNode(arguments[1], top)
    return .binary(.subtract, voltage, try quantity(of: minus, at: arguments[1]))
  }

  // MARK: .ic, .nodeset

  /// `.ic v(a)=1 v(b)={x}`.
  mutating func readConditions(_ name: String, _ top: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    guard all.count > 1 else { throw CardFault(.missingFields, card.range) }
    var index = 1
    while index < all.count {
      if all[index].kind == .comma {
        index += 1
        continue
      }
      let word = all[index].kind == .word ? DeckStructure.folded(text, all[index].range) : ""
      guard word == "v", index + 5 < all.count, all[index + 1].kind == .open,
        all[index + 2].kind == .word, all[index + 3].kind == .close,
        all[index + 4].kind == .equals
      else { throw CardFault(.unexpectedText, all[index].outerRange) }
      let node = try existingNode(all[index + 2].range, top)
      let volts = try value(all[index + 5], top)
      guard node.eventIndex == nil else { throw CardFault(.digitalNode, all[index + 2].range) }
      index += 6
      // Ground stays where it is.
      guard node != .ground else { continue }
      // Of several for one node the last holds; those of subcircuits come first.
      let condition = SimulationDeck.NodeVoltage(node: node, volts: volts)
      if name == ".ic" {
        Self.add(condition, to: &deck.initialConditions, &initialConditionPlaces)
      } else {
        Self.add(condition, to: &deck.guesses, &guessPlaces)
      }
    }
  }

  private static func add(
    _ condition: SimulationDeck.NodeVoltage, to conditions: inout [SimulationDeck.NodeVoltage],
    _ places: inout [Node: Int]
  ) {
    if let place = places[condition.node] {
      conditions[place] = condition
    } else {
      places[condition.node] = conditions.count
      conditions.append(condition)
    }
  }
}
