import CompactModels
import Files
import Netlist

/// One card of a deck, in one of its files.
struct DeckCard {
  /// Number of the file.
  var source: Int32
  var start: Int32
  var end: Int32

  var range: Range<Int> { Int(start)..<Int(end) }
}

/// The unexpanded contents of the top level of a deck or of one of its subcircuits.
struct DeckScope {
  /// In lower case; empty at the top.
  var name = ""
  /// The `.subckt` card.
  var head: DeckCard?
  /// Number of the scope in which it is defined.
  var parent = 0
  /// Names of the nodes of an instance, in the file of the head.
  var ports: [Range<Int>] = []
  /// `OPTIONAL:` of PSpice: nodes at the end of `ports` that an instance may leave out, and what they
  /// are then.
  var presets: [Range<Int>] = []
  /// Parameters with their defaults, in the file of the head.
  var formals: [Assignment] = []
  /// Elements.
  var cards: [DeckCard] = []
  /// `.param` cards.
  var parameters: [DeckCard] = []
  /// `.ic` and `.nodeset` cards of a subcircuit.
  var conditions: [DeckCard] = []
  /// `.model` cards by name in lower case.
  var models: [String: DeckCard] = [:]
  /// Numbers of scopes by name in lower case.
  var subcircuits: [String: Int] = [:]
  /// Bodies of `.func` cards by name in lower case.
  var functions: [String: DeckFunction] = [:]
  /// Cards that depend on conditions.
  var guards: [CardGuard] = []
  /// `.param` and `.model` cards of a subcircuit that hold for instances that meet all of the terms;
  /// models with their names in lower case.
  var guardedParameters: [(card: DeckCard, terms: [CardGuard.Term])] = []
  var guardedModels: [(name: String, card: DeckCard, terms: [CardGuard.Term])] = []

  /// Names of the models `name.1`, `name.2`, … in the order of their numbers.
  func bins(_ name: String) -> [String] {
    guard models[name + ".1"] != nil else { return [] }
    return models.keys.compactMap { key in
      key.hasPrefix(name + ".") ? Int(key.dropFirst(name.count + 1)).map { ($0, key) } : nil
    }.sorted { $0.0 < $1.0 }.map(\.1)
  }
}

/// A deck's files, cut into cards and sorted by scope.
struct DeckStructure {
  var sources: [DeckSource] = []
  /// The top first.
  var scopes = [DeckScope()]
  /// Control cards at the top level: analyses, outputs, options.
  var controls: [DeckCard] = []
  /// `.data` cards, and the lines that follow up to `.enddata`.
  var tables: [(card: DeckCard, lines: [DeckCard])] = []
  /// Whether some scope has a function.
  var hasFunctions = false
  /// `.csparam` cards: constants of the commands.
  var commandConstants: [DeckCard] = []
  /// Parameters that conditions depend on, and one of these.
  var conditionParameters: [String: DeckCard] = [:]
  /// Open conditions, the outermost first.
  var conditionsOpen: [OpenCondition] = []
  /// Whose habits the deck has.
  var dialect = DeckDialect.ngspice
  /// Whether the deck says so.
  var hasStatedDialect = false
  /// Lines of `.control` blocks, in the order of the text.
  var commands: [DeckCard] = []
  /// Modules of compiled Verilog-A by name in lower case.
  var modules: [String: CompactModule] = [:]
  /// From a `.title` card.
  var title: String?
  var log = FaultLog()

  let settings: DeckReader
  var tokens = CardTokens()
  var numbersOfPaths: [String: Int] = [:]
  /// Files and sections being read, outermost first.
  var including: [String] = []
  var includeCount = 0
  var cardCount = 0
  /// Numbers of the scopes that are open, outermost first.
  private var open = [0]
  private var isInControl = false
  private var isInData = false

  init(_ settings: DeckReader) { self.settings = settings }

  /// Cuts the main file of a deck.
  mutating func readMain(_ bytes: [UInt8], name: String, path: String?) {
    var bytes = bytes
    let source = DeckSource(name: name, taking: &bytes, hasTitle: true)
    sources.append(source)
    if source.cards.isEmpty, source.strayContinuations.isEmpty {
      log.add(CardFault(.emptyDeck, source.title, subject: ""), in: source, number: 0)
      return
    }
    if let path { including.append(path) }
    noteStrays(0)
    walk(0, source.cards.indices)
    endTable(isComplete: false)
    for scope in open.reversed() { endConditions(of: scope) }
    loadModelsOfCommands()
    deriveModels()
    for number in open.dropFirst() {
      guard let head = scopes[number].head else { continue }
      fault(CardFault(.unterminatedSubcircuit, head.range), head)
    }
  }

  mutating func noteStrays(_ number: Int) {
    for position in sources[number].strayContinuations {
      let place = position..<min(position + 20, sources[number].bytes.count)
      log.add(CardFault(.strayContinuation, place), in: sources[number], number: number)
    }
  }

  /// Sorts the cards of a file.
  mutating func walk(_ number: Int, _ indices: Range<Int>) {
    let (cards, bytes) = (sources[number].cards, sources[number].bytes)
    // Most cards of large decks are elements at the top.
    if scopes[0].cards.isEmpty { scopes[0].cards.reserveCapacity(indices.count) }
    var index = indices.lowerBound
    while index < indices.upperBound {
      let card = DeckCard(source: Int32(number), start: cards[index].start, end: cards[index].end)
      index += 1
      cardCount += 1
      guard cardCount <= settings.cardLimit else {
        fault(CardFault(.includesTooMany, card.range), card)
        log.isHopeless = true
        return
      }
      if isInData, Self.isLineOfTable(bytes, card) {
        tables[tables.count - 1].lines.append(card)
        continue
      }
      if bytes[Int(card.start)] != UInt8(ascii: ".") {
        guard !isInControl else {
          commands.append(card)
          continue
        }
        if !conditionsOpen.isEmpty, isSkipping { continue }
        scopes[open[open.count - 1]].cards.append(card)
        continue
      }
      do throws(CardFault) {
        switch try sort(card, bytes, number, &index, indices.upperBound) {
        case .goOn: break
        case .stop: return
        }
      } catch {
        fault(error, card)
      }
      if log.isHopeless || log.isFull { return }
    }
  }

  /// What an instance of the present subcircuit has to meet; `nil` for all of them.
  private func guardTerms(_ place: Range<Int>) throws(CardFault) -> [CardGuard.Term]? {
    guard isGuarded else { return nil }
    let conditions = conditionsOpen.filter { $0.depth > 1 }
    // A subcircuit that is defined in a branch is no instance's.
    guard conditions.allSatisfy({ $0.scope == open[open.count - 1] }) else {
      throw CardFault(.guardedDefinition, place)
    }
    return conditions.flatMap(\.terms)
  }

  /// Other definitions hold for a whole subcircuit, not for instances that meet a condition.
  private func requireUnguarded(_ place: Range<Int>) throws(CardFault) {
    guard isGuarded else { return }
    throw CardFault(.guardedDefinition, place)
  }

  private enum Course { case goOn, stop }

  private mutating func sort(
    _ card: DeckCard, _ bytes: [UInt8], _ number: Int, _ index: inout Int, _ end: Int
  ) throws(CardFault) -> Course {
    let (name, nameRange) = Self.word(bytes, card.range)
    if isInControl {
      if name == ".endc" { isInControl = false }
      return .goOn
    }
    if isInData {
      endTable(isComplete: name == ".enddata")
      if name == ".enddata" { return .goOn }
    }
    if Self.conditionNames.contains(name) {
      try condition(
        name, nameRange, card, scope: open[open.count - 1], depth: open.count)
      return .goOn
    }
    if !conditionsOpen.isEmpty, isSkipping { return .goOn }
    noteDialect(name, card, bytes)
    if Self.inertNames.contains(name) { return .goOn }
    switch name {
    case ".end": return .stop
    case ".title":
      title = sources[number].text(nameRange.upperBound..<card.range.upperBound)
    case ".control":
      isInControl = true
      if !settings.takesCommands { try unsupported(CardFault(.controlBlock, nameRange), card) }
    case ".endc":
      // One too many ends nothing.
      log.warn(CardFault(.strayEnd, nameRange), in: sources[number], number: number)
    case ".enddata", ".endl": throw CardFault(.strayEnd, nameRange)
    case ".include", ".inc", ".incl":
      try include(card, bytes)
    case ".lib":
      try library(card, bytes, number, &index, end)
    case ".subckt", ".macro": try begin(card, bytes)
    case ".ends", ".eom":
      guard open.count > 1 else { throw CardFault(.strayEnd, nameRange) }
      endConditions(of: open.removeLast())
    case ".model": try addModel(card, bytes)
    case ".hdl":
      try requireUnguarded(nameRange)
      try loadModels(card, bytes)
    case ".csparam": commandConstants.append(card)
    case ".param", ".params", ".parameter", ".global_param":
      if try definesFunction(card, bytes) {
        try requireUnguarded(nameRange)
        try addFunction(card, bytes, in: open[open.count - 1])
      } else if let terms = try guardTerms(nameRange) {
        scopes[open[open.count - 1]].guardedParameters.append((card, terms))
      } else {
        scopes[open[open.count - 1]].parameters.append(card)
      }
    case ".func":
      try requireUnguarded(nameRange)
      try addFunction(card, bytes, in: open[open.count - 1])
    case ".ic" where open.count > 1, ".nodeset" where open.count > 1:
      scopes[open[open.count - 1]].conditions.append(card)
    default:
      if name == ".data" {
        isInData = true
        tables.append((card, []))
      }
      guard open.count == 1 else {
        throw CardFault(
          Self.controlNames.contains(name) ? .misplacedCard : .unknownCard, nameRange,
          suggestion: Self.controlNames.contains(name)
            ? nil : NearestWord.find(name, among: Self.cardNames))
      }
      controls.append(card)
    }
    return .goOn
  }

  /// Lines of a table may begin with a number such as `.5`; other dots begin cards.
  private static func isLineOfTable(_ bytes: [UInt8], _ card: DeckCard) -> Bool {
    guard bytes[Int(card.start)] == UInt8(ascii: ".") else { return true }
    guard card.range.count > 1 else { return false }
    return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[Int(card.start) + 1])
  }

  /// Ends the table that is open, if one is.
  private mutating func endTable(isComplete: Bool) {
    guard isInData, let card = tables.last?.card else { return }
    isInData = false
    if !isComplete { fault(CardFault(.unterminatedTable, card.range), card) }
  }

  /// The first word of a card in lower case.
  static func word(_ bytes: [UInt8], _ range: Range<Int>) -> (String, Range<Int>) {
    var end = range.lowerBound
    while end < range.upperBound, bytes[end] > 32, bytes[end] != UInt8(ascii: "(") { end += 1 }
    let place = range.lowerBound..<end
    return (String(decoding: bytes[place], as: UTF8.self).lowercased(), place)
  }

  // MARK: Definitions

  private mutating func begin(_ card: DeckCard, _ bytes: [UInt8]) throws(CardFault) {
    var scope = DeckScope()
    scope.head = card
    scope.parent = open[open.count - 1]
    let number = scopes.count
    scopes.append(scope)
    // Opened before anything can go wrong, so that its cards do not land outside.
    open.append(number)
    try tokens.split(bytes.span, card.range)
    let tokens = tokens.tokens
    guard tokens.count >= 2, tokens[1].kind == .word else {
      throw CardFault(.missingFields, card.range)
    }
    var last = 2
    while last < tokens.count,
      tokens[last].kind == .word || tokens[last].kind == .open
        || tokens[last].kind == .close
    {
      if last + 1 < tokens.count, tokens[last + 1].kind == .equals { break }
      let token = tokens[last]
      last += 1
      guard token.kind == .word else { continue }
      let text = Self.folded(bytes, token.range)
      if text == "params:" || text == "params" { break }
      if text == "optional:" {
        try readOptionalPorts(tokens, &last, bytes, &scope)
        break
      }
      if scope.ports.contains(where: { Self.folded(bytes, $0) == text }) {
        throw CardFault(.duplicateName, token.range)
      }
      if text == "0" { throw CardFault(.malformedName, token.range) }
      scope.ports.append(token.range)
    }
    scope.formals = try Assignment.list(tokens[last...], card.range, bytes)
    scope.name = Self.folded(bytes, tokens[1].range)
    scopes[number] = scope
    guard scopes[scope.parent].subcircuits[scope.name] == nil else {
      throw CardFault(.duplicateName, tokens[1].range)
    }
    scopes[scope.parent].subcircuits[scope.name] = number
  }

  /// The text of a card in lower case, without blanks.
  private func words(of card: DeckCard) -> String {
    Self.folded(sources[Int(card.source)].bytes, card.range).filter { !$0.isWhitespace }
  }

  private mutating func addModel(_ card: DeckCard, _ bytes: [UInt8]) throws(CardFault) {
    try tokens.split(bytes.span, card.range)
    guard tokens.tokens.count >= 3, tokens.tokens[1].kind == .word else {
      throw CardFault(.missingFields, card.range)
    }
    let name = Self.folded(bytes, tokens.tokens[1].range)
    let scope = open[open.count - 1]
    if let terms = try guardTerms(tokens.tokens[0].range) {
      return scopes[scope].guardedModels.append((name, card, terms))
    }
    if let former = scopes[scope].models[name] {
      // Twice the same is no contradiction.
      guard words(of: former) == words(of: card) else {
        throw CardFault(.duplicateName, tokens.tokens[1].range)
      }
    }
    scopes[scope].models[name] = card
  }

  static func folded(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self).lowercased()
  }

  // MARK: Faults

  mutating func fault(_ fault: CardFault, _ card: DeckCard) {
    log.add(fault, in: sources[Int(card.source)], number: Int(card.source))
  }

  /// Refuses an unsupported feature, or ignores it with a warning if that is allowed.
  mutating func unsupported(_ fault: CardFault, _ card: DeckCard) throws(CardFault) {
    guard settings.leniency >= fault.reason.leastLeniency else { throw fault }
    log.warn(fault, in: sources[Int(card.source)], number: Int(card.source))
  }

  /// Control cards.
  static let controlNames: Set<String> = [
    ".op", ".dc", ".ac", ".tran", ".print", ".plot", ".save", ".probe", ".measure", ".meas",
    ".options", ".option", ".opt", ".temp", ".ic", ".nodeset", ".global", ".step", ".data",
    ".noise",
    ".tf", ".four", ".fourier", ".sp", ".pz",
  ]
  /// Cards that change no result here, passed over without a word: of printing, of schematics, of
  /// libraries that are kept secret.
  static let inertNames: Set<String> = [
    ".width", ".protect", ".unprotect", ".prot", ".unprot", ".backanno", ".preprocess",
  ]
  /// Cards of other programs, for which "unknown" would be wrong.
  static let foreignNames: Set<String> = [
    ".fft", ".disto", ".sens", ".pss", ".hb",
    ".alter",
    ".sampling", ".connect", ".load", ".savebias", ".loadbias", ".dcvolt", ".mc",
    ".wcase", ".stim", ".text", ".nodealias", ".malias", ".graph", ".net", ".lin",
    ".result",
  ]
  static let cardNames =
    controlNames.sorted() + [
      ".include", ".lib", ".subckt", ".ends", ".model", ".hdl", ".param", ".func", ".end", ".title",
      ".if", ".elseif", ".else", ".endif", ".csparam",
    ]
}
