import Files
import Netlist
import Units

/// The place of an expression, which determines the meaning of its names.
struct ExpressionSite {
  /// Number of the file.
  var source: Int
  var instance: DeckInstance
  /// Whether voltages, currents and time may appear.
  var allowsQuantities = false
  /// Whether values of devices may appear, which only outputs know.
  var isOutput = false
  /// The element whose formula it is, which rates and integrals belong to.
  var element: Label?
  /// Measurements, which formulas of others name.
  var measurements: Set<String> = []
  /// Whether it is a condition of `.if`.
  var isCondition = false
  /// Arguments of the function whose body this is.
  var arguments: [String: BoundedExpression] = [:]
  /// Functions around this place, the outermost first.
  var calls: [String] = []
}

extension DeckElaborator: ExpressionNames {
  private static let callLimit = 40

  var parameterNames: [String] {
    site.arguments.keys.sorted() + site.instance.parameters.names
  }

  mutating func parameter(
    _ name: String, at place: Range<Int>
  ) throws(CardFault) -> BoundedExpression? {
    if let argument = site.arguments[name] { return argument }
    if site.measurements.contains(name) { return BoundedExpression(.parameter(name)) }
    guard let owner = site.instance.parameters.owner(of: name), let entry = owner[name] else {
      return nil
    }
    usedParameter = true
    readNames?.insert(name)
    switch entry {
    case .value(let value): return BoundedExpression(value)
    case .faulty(let fault): throw fault
    case .words: throw CardFault(.malformedNumber, place)
    case .evaluating:
      let chain = evaluating[(evaluating.lastIndex(of: name) ?? 0)...] + [name]
      throw CardFault(.parameterCycle, place, chain: Array(chain))
    case .text(let source, let range):
      owner[name] = .evaluating
      evaluating.append(name)
      defer { evaluating.removeLast() }
      do throws(CardFault) {
        var inside = site.instance
        inside.parameters = owner
        let value = try constant(range, ExpressionSite(source: source, instance: inside))
        owner[name] = .value(value)
        return BoundedExpression(value)
      } catch {
        var fault = error
        fault.source = fault.source ?? source
        owner[name] = .faulty(fault)
        throw fault
      }
    }
  }

  mutating func quantity(
    _ function: String, of arguments: [Range<Int>], at place: Range<Int>
  ) throws(CardFault) -> Expression? {
    switch (function, arguments.count) {
    case ("time", 0), ("hertz", 0), ("freq", 0), ("temper", 0), ("temp", 0), ("v", 1...2), ("i", 1),
      ("id", 1), ("p", 1),
      ("@", 2):
      break
    case ("v", _), ("i", _), ("id", _), ("p", _): throw CardFault(.wrongArgumentCount, place)
    default: return nil
    }
    guard site.allowsQuantities else {
      guard function == "temper" || function == "temp" else {
        throw CardFault(.notConstant, place)
      }
      // A constant at one temperature: sweeps of it make a deck for each.
      usesTemperature = true
      return .number(deck.options.celsius)
    }
    switch function {
    case "time": return .quantity(.time)
    case "hertz", "freq": return .quantity(.frequency)
    case "v":
      let plus = try existingNode(arguments[0], site.instance)
      let voltage = try voltage(plus, at: arguments[0])
      guard arguments.count == 2 else { return voltage }
      let minus = try existingNode(arguments[1], site.instance)
      return .binary(.subtract, voltage, try self.voltage(minus, at: arguments[1]))
    case "p": return try power(arguments[0], place, site.instance)
    case "@": return try deviceValue(arguments[0], arguments[1], place, site.instance)
    case "i", "id":
      let whole = try current(arguments[0], place, site.instance)
      // A formula belongs to one of the copies that the elements stand for.
      let copies = site.instance.multiplier
      return copies == 1 ? whole : .binary(.divide, whole, .number(copies))
    default: return .quantity(.temperature)
    }
  }

  /// A function of the deck of that name goes first.
  func takesNames(_ function: String) -> Bool {
    guard function != "v", function != "i" else { return true }
    return (function == "p" || function == "id")
      && structure.function(function, from: site.instance.scope) == nil
  }

  mutating func definedFunction(
    _ name: String, of arguments: [BoundedExpression], at place: Range<Int>
  ) throws(CardFault) -> BoundedExpression? {
    guard let function = structure.function(name, from: site.instance.scope) else { return nil }
    guard function.arguments.count == arguments.count else {
      throw CardFault(.wrongArgumentCount, place)
    }
    // A branch of a condition may end what would be a recursion: only its depth is bounded.
    guard site.calls.count < Self.callLimit else {
      guard let first = site.calls.lastIndex(of: name) else {
        throw CardFault(.expressionTooDeep, place)
      }
      throw CardFault(.recursiveFunction, place, chain: Array(site.calls[first...]) + [name])
    }
    var inside = site
    inside.source = function.source
    inside.calls.append(name)
    inside.arguments = Dictionary(
      zip(function.arguments, arguments), uniquingKeysWith: { first, _ in first })
    do throws(CardFault) {
      return try parse(function.body, inside)
    } catch {
      var fault = error
      fault.source = fault.source ?? function.source
      throw fault
    }
  }

  /// Reads an expression in its file.
  private mutating func parse(
    _ range: Range<Int>, _ inside: ExpressionSite
  ) throws(CardFault) -> BoundedExpression {
    let outside = (site, text)
    defer { (site, text) = outside }
    site = inside
    text = structure.sources[inside.source].bytes
    let plain = Self.unquoted(range, text)
    if let value = Self.literal(plain, text.span) { return BoundedExpression(value) }
    var parser = ExpressionParser(text, plain, isConstant: !inside.allowsQuantities)
    parser.comparesByOneSign = inside.isCondition
    return try parser.parse(&self)
  }

  // Static, because a method that does not mutate the elaborator is given a copy of all its fields,
  // which takes longer than reading a number.
  static func literal(_ range: Range<Int>, _ text: Span<UInt8>) -> Double? {
    guard !range.isEmpty else { return nil }
    return SpiceNumber.parse(text.extracting(range))
  }

  /// Without the blanks, and the quotes or the braces, around it.
  static func unquoted(_ range: Range<Int>, _ text: [UInt8]) -> Range<Int> {
    var range = trimmed(range, text)
    if range.count >= 2, text[range.lowerBound] == text[range.upperBound - 1],
      text[range.lowerBound] == UInt8(ascii: "'") || text[range.lowerBound] == UInt8(ascii: "\"")
    {
      range = trimmed(range.lowerBound + 1..<range.upperBound - 1, text)
    }
    return range
  }

  private static func trimmed(_ range: Range<Int>, _ text: [UInt8]) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, text[start] <= 32 { start += 1 }
    while end > start, text[end - 1] <= 32 { end -= 1 }
    return start..<end
  }

  // MARK: Values

  /// The value of an expression that depends on nothing but parameters; finite.
  mutating func constant(
    _ range: Range<Int>, _ inside: ExpressionSite
  ) throws(CardFault) -> Double {
    let result = try parse(range, inside)
    guard let value = result.value else { throw CardFault(.notConstant, range) }
    guard value.isFinite else { throw CardFault(.notFinite, range) }
    return value
  }

  /// A rate or an integral in the formula of an element, as an unknown of its own.
  mutating func dynamicTerm(
    _ name: String, of arguments: [BoundedExpression], at place: Range<Int>
  ) throws(CardFault) -> BoundedExpression? {
    let isRate = name == "ddt"
    guard isRate || name == "idt" || name == "sdt" else { return nil }
    guard (isRate ? 1...1 : 1...2).contains(arguments.count) else {
      throw CardFault(.wrongArgumentCount, place)
    }
    guard site.allowsQuantities else { throw CardFault(.notConstant, place) }
    guard let owner = site.element else { throw CardFault(.unsupportedOutput, place) }
    var kind = DynamicTerm.Kind.derivative
    if !isRate {
      guard let initial = arguments.count > 1 ? arguments[1].value : 0, initial.isFinite else {
        throw CardFault(.notConstant, place)
      }
      kind = .integral(initial: initial)
    }
    let term = circuit.addDynamicTerm(kind, of: arguments[0].expression, label: owner)
    return BoundedExpression(.quantity(.dynamic(term)))
  }

  /// The value of a part of the present card.
  mutating func value(
    _ range: Range<Int>, _ instance: DeckInstance
  ) throws(CardFault) -> Double {
    if let value = Self.literal(range, text.span) { return value }
    remainingOperands = structure.settings.operandLimit
    return try constant(
      range, ExpressionSite(source: Int(card.source), instance: instance))
  }

  /// Whether a condition of `.if` holds.
  mutating func holds(
    _ range: Range<Int>, _ instance: DeckInstance
  ) throws(CardFault) -> Bool {
    remainingOperands = structure.settings.operandLimit
    var inside = ExpressionSite(source: Int(card.source), instance: instance)
    inside.isCondition = true
    return try constant(range, inside) != 0
  }

  /// The value of a token: a literal, an expression, or the name of a parameter.
  mutating func value(
    _ token: CardTokens.Token, _ instance: DeckInstance
  ) throws(CardFault) -> Double {
    switch token.kind {
    case .expression, .string: return try value(token.outerRange, instance)
    case .word:
      if let value = Self.literal(token.range, text.span) { return value }
      if dialect == .ltspice,
        let value = SpiceNumber.parseWithLetterAsPoint(text.span.extracting(token.range))
      {
        return value
      }
      let name = DeckStructure.folded(text, token.range)
      if instance.parameters.owner(of: name) != nil { return try value(token.range, instance) }
      throw CardFault(
        endsInAtto(token.range) ? .atto : .malformedNumber, token.range,
        suggestion: ExpressionParser.startsName(text[token.range.lowerBound])
          ? NearestWord.find(name, among: instance.parameters.names) : nil)
    case .equals, .open, .close, .comma: throw CardFault(.malformedNumber, token.range)
    }
  }

  /// Digits and then `a`: the one suffix that programs disagree on.
  private func endsInAtto(_ range: Range<Int>) -> Bool {
    guard let letter = range.first(where: { (text[$0] | 0x20) &- 97 < 26 }),
      text[letter] | 0x20 == UInt8(ascii: "a")
    else { return false }
    return letter > range.lowerBound
      && SpiceNumber.parse(text.span.extracting(range.lowerBound..<letter)) != nil
  }

  /// Whether a token is a number where one is optional.
  func isValue(_ token: CardTokens.Token, _ instance: DeckInstance) -> Bool {
    switch token.kind {
    case .expression: return true
    case .word:
      return Self.literal(token.range, text.span) != nil
        || dialect == .ltspice
          && SpiceNumber.parseWithLetterAsPoint(text.span.extracting(token.range)) != nil
        || instance.parameters.owner(of: DeckStructure.folded(text, token.range)) != nil
    default: return false
    }
  }

  /// A formula of the present card; all its constants are finite.
  mutating func formula(
    _ range: Range<Int>, _ instance: DeckInstance, isOutput: Bool = false, of element: Label? = nil
  ) throws(CardFault) -> Expression {
    remainingOperands = structure.settings.operandLimit
    let inside = ExpressionSite(
      source: Int(card.source), instance: instance, allowsQuantities: true, isOutput: isOutput,
      element: element)
    let result = try parse(range, inside)
    guard result.expression.isFinite else { throw CardFault(.notFinite, range) }
    return result.expression
  }

  /// A formula of parameters and of the measurements before it; made vectors count as such.
  mutating func measuredFormula(
    _ range: Range<Int>, _ instance: DeckInstance
  ) throws(CardFault) -> Expression {
    remainingOperands = structure.settings.operandLimit
    var inside = ExpressionSite(source: Int(card.source), instance: instance)
    inside.measurements = madeVectors.union(deck.measurements.map(\.name))
    return try parse(range, inside).expression
  }

  // MARK: Parameters

  /// The definitions of a scope's `.subckt` and `.param` cards.
  mutating func definitions(of number: Int) -> [Definition] {
    let scope = structure.scopes[number]
    var definitions: [Definition] = []
    func add(_ assignments: [Assignment], _ source: Int) {
      for assignment in assignments {
        definitions.append(
          Definition(
            name: DeckStructure.folded(structure.sources[source].bytes, assignment.name),
            source: source, value: assignment.value))
      }
    }
    if let head = scope.head { add(scope.formals, Int(head.source)) }
    for card in scope.parameters {
      let bytes = structure.sources[Int(card.source)].bytes
      do throws(CardFault) {
        try tokens.split(bytes.span, card.range)
        add(
          try Assignment.list(tokens.tokens.dropFirst(), card.range, bytes), Int(card.source))
      } catch {
        log.add(error, in: structure.sources[Int(card.source)], number: Int(card.source))
      }
    }
    return definitions
  }

  /// Defines parameters, to be evaluated when they are read.
  func define(_ definitions: [Definition], in parameters: ParameterScope) {
    for definition in definitions {
      parameters[definition.name] = .text(source: definition.source, definition.value)
    }
  }

  /// Evaluates the constants that commands get: `.csparam name = value`.
  mutating func readCommandConstants(_ top: DeckInstance) {
    for card in structure.commandConstants {
      do throws(CardFault) {
        try begin(card)
        for assignment in try Assignment.list(tokens.tokens.dropFirst(), card.range, text) {
          let value = try value(assignment.value, top)
          commandConstants.append((DeckStructure.folded(text, assignment.name), value))
        }
      } catch {
        note(error, card, top)
      }
    }
  }

  /// Evaluates the parameters of the top, so that faults show even where nothing uses them.
  mutating func evaluateTop(_ top: DeckInstance) {
    for definition in definitions[0] {
      site = ExpressionSite(source: definition.source, instance: top)
      remainingOperands = structure.settings.operandLimit
      do throws(CardFault) {
        _ = try parameter(definition.name, at: definition.value)
      } catch {
        guard words(definition.value, in: definition.source, top.parameters) == nil else {
          continue
        }
        let number = error.source ?? definition.source
        log.add(error, in: structure.sources[number], number: number)
      }
    }
  }
}
