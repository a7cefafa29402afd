import Files
import Netlist

/// A deck and what commands have changed in it: its text is cut once, and a circuit is made of it
/// anew, with the changes, for every analysis.
public struct DeckSession: Sendable {
  private let structure: DeckStructure
  /// The commands.
  let program: ControlProgram
  /// The deck as its cards have it.
  public let deck: SimulationDeck
  /// `.csparam`: constants of the commands, as the parameters now make them.
  private(set) var constants: [(name: String, value: Double)]
  /// How often `reset` has asked for new random numbers.
  private var round: UInt64 = 0
  /// Where commands may read and write.
  let folder: String

  /// Parameters set by `alterparam`, models by `altermod`.
  private var parameters: [String: Double] = [:]
  private var pendingParameters: [String: Double] = [:]
  private var models: [String: [String: Double]] = [:]
  /// Parameters of subcircuits set by `alterparam`, of all instances.
  private var inner: [String: [String: Double]] = [:]
  private var pendingInner: [String: [String: Double]] = [:]
  /// The last `alter` of each quantity, by what it names, in order.
  private var alterations: [(subject: String, command: Command)] = []
  /// Cards of options.
  private var options: [Command] = []
  /// Outputs that commands mention, as cards.
  private var mentioned: [Command] = []

  /// A command as a card.
  struct Command: Sendable {
    /// `.tran 1n 1u`.
    var text: String
    var line: ControlLine
    /// How many characters of `text` come before the line's own.
    var shift = 0
  }

  init(_ structure: DeckStructure, folder: String) throws(DeckError) {
    var structure = structure
    var faults: [(CardFault, DeckCard)] = []
    let sources = structure.sources
    program = ControlProgram(structure.commands) { card in
      String(decoding: sources[Int(card.source)].bytes[card.range], as: UTF8.self)
        .replacing("\u{0B}", with: " ")
    } fault: {
      faults.append(($0, $1))
    }
    for (fault, card) in faults { structure.fault(fault, card) }
    self.structure = structure
    self.folder = folder
    var elaborator = DeckElaborator(structure)
    deck = try elaborator.wholeDeck()
    constants = elaborator.commandConstants
  }

  /// Whether it has commands that do anything.
  public var hasCommands: Bool { !program.statements.isEmpty }

  // MARK: Places

  /// A fault of a command.
  func fault(
    _ reason: DeckFault.Reason, _ line: ControlLine, subject: String? = nil,
    suggestion: String? = nil, chain: [String] = []
  ) -> DeckError {
    let source = structure.sources[Int(line.card.source)]
    var start = Int(line.card.start)
    // The subject's own place, if it is there as it is.
    if let subject, !subject.isEmpty {
      let text = source.bytes[line.card.range]
      let wanted = Array(subject.utf8)
      if let found = text.indices.first(where: { text[$0...].starts(with: wanted) }) {
        start = found
      }
    }
    let (row, column) = source.location(of: start)
    let shown = subject ?? source.text(line.card.range)
    var fault = DeckFault(
      reason, file: source.name, line: row, column: column, subject: shown.onOneLine,
      suggestion: suggestion)
    fault.chain = chain
    return DeckError([fault])
  }

  /// The commands of another file, whose faults have the places of the line that names it.
  func program(inFile path: String) throws(FileError) -> ControlProgram {
    let bytes = try structure.settings.load(path)
    return ControlProgram(
      commandsOf: String(decoding: bytes.prefix(1 << 24), as: UTF8.self),
      at: DeckCard(source: 0, start: 0, end: 0))
  }

  // MARK: Changes

  mutating func setParameter(_ name: String, to value: Double) { pendingParameters[name] = value }

  var parameterNames: [String] {
    structure.scopes[0].parameters.isEmpty ? [] : DeckElaborator(structure).topParameterNames
  }

  mutating func setParameter(_ name: String, ofSubcircuit scope: String, to value: Double) {
    pendingInner[scope, default: [:]][name] = value
  }

  /// Whether a subcircuit of that name has such a parameter.
  func hasParameter(_ name: String, ofSubcircuit scope: String) -> Bool {
    var elaborator = DeckElaborator(structure)
    return structure.scopes.indices.contains { number in
      number > 0 && structure.scopes[number].name == scope
        && elaborator.definitions(of: number).contains { $0.name == name }
    }
  }

  /// The model that the card of an element at the top names.
  func model(ofElement name: String) -> String? {
    for card in structure.scopes[0].cards {
      let bytes = structure.sources[Int(card.source)].bytes
      guard DeckStructure.word(bytes, card.range).0 == name else { continue }
      let words = DeckStructure.folded(bytes, card.range).split(whereSeparator: \.isWhitespace)
      return words.dropFirst().map(String.init).first(where: hasModel)
    }
    return nil
  }

  mutating func setModel(_ name: String, _ parameter: String, to value: Double) {
    models[name, default: [:]][parameter] = value
  }

  /// Whether some scope has a model of that name.
  func hasModel(_ name: String) -> Bool {
    structure.scopes.contains { $0.models[name] != nil }
  }

  var modelNames: [String] { structure.scopes.flatMap { $0.models.keys.sorted() } }

  /// Notes an `alter`; of several of one quantity the last holds.
  mutating func alter(_ subject: String, _ command: Command) {
    alterations.removeAll { $0.subject == subject }
    alterations.append((subject, command))
  }

  /// Adds a card of options.
  mutating func setOption(_ command: Command) throws(DeckError) {
    options.append(command)
    do throws(DeckError) {
      _ = try deck()
    } catch {
      options.removeLast()
      throw error
    }
  }

  /// Takes back every change but those of `alterparam`, which begin to hold.
  /// Random numbers are drawn anew.
  mutating func reset() throws(DeckError) {
    alterations = []
    models = [:]
    parameters.merge(pendingParameters) { $1 }
    for (scope, values) in pendingInner { inner[scope, default: [:]].merge(values) { $1 } }
    round += 1
    var elaborator = DeckElaborator(structure)
    elaborator.overrides = parameters
    elaborator.innerOverrides = inner
    elaborator.randomValues.round = round
    _ = try elaborator.wholeDeck()
    constants = elaborator.commandConstants
  }

  /// Asks all later analyses for the outputs of these cards, as far as the circuit has them.
  mutating func mention(_ outputs: [Command]) { mentioned += outputs }

  // MARK: Decks

  /// The circuit with all changes and its cards' analyses or, with `command`, that alone.
  func deck(
    running command: Command? = nil, vectors: Set<String> = []
  ) throws(DeckError) -> SimulationDeck {
    var elaborator = elaborator(running: command, vectors: vectors)
    return try elaborator.wholeDeck()
  }

  /// The value of a parameter of an element or a model as they are now; `nil` if there is none.
  func value(_ parameter: String, of name: String) -> [Double]? {
    var elaborator = elaborator()
    guard (try? elaborator.wholeDeck()) != nil else { return nil }
    return elaborator.value(parameter, ofElement: name)
      ?? elaborator.value(parameter, ofModel: name).map { [$0] }
  }

  private func elaborator(
    running command: Command? = nil, vectors: Set<String> = []
  ) -> DeckElaborator {
    var own = structure
    if command != nil {
      own.controls.removeAll { card in
        let bytes = own.sources[Int(card.source)].bytes
        return [".op", ".dc", ".ac", ".tran", ".step", ".tf", ".noise", ".sp", ".pz"].contains(
          DeckStructure.word(bytes, card.range).0)
      }
    }
    for option in options { own.controls.append(own.card(of: option)) }
    if let command { own.controls.append(own.card(of: command)) }
    var cards: [DeckCard] = []
    for alteration in alterations { cards.append(own.card(of: alteration.command)) }
    let mentions = mentioned.map { own.card(of: $0) }
    var elaborator = DeckElaborator(own)
    elaborator.mentions = mentions
    elaborator.randomValues.round = round
    elaborator.overrides = parameters
    elaborator.innerOverrides = inner
    elaborator.modelOverrides = models
    elaborator.alterations = cards
    elaborator.madeVectors = vectors
    return elaborator
  }
}

extension DeckStructure {
  /// Adds a command as a card in a file of its own, which has the command's place.
  fileprivate mutating func card(of command: DeckSession.Command) -> DeckCard {
    let source = sources[Int(command.line.card.source)]
    let (row, column) = source.location(of: Int(command.line.card.start))
    sources.append(
      DeckSource(
        command: command.text, name: source.name, line: row, column: column - command.shift))
    return DeckCard(
      source: Int32(sources.count - 1), start: 0,
      end: Int32(sources[sources.count - 1].bytes.count))
  }
}

extension DeckElaborator {
  /// Names of the parameters at the top.
  fileprivate var topParameterNames: [String] {
    var copy = self
    return copy.definitions(of: 0).map(\.name)
  }
}
