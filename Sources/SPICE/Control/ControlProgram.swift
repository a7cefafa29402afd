import Netlist

/// One line of a `.control` block.
struct ControlLine: Sendable {
  /// Where it is.
  var card: DeckCard
  /// Its text on one line.
  var text: String
  /// The first word in lower case.
  var verb: String
}

/// A `.control` block as the tree of its loops and branches.
indirect enum ControlStatement: Sendable {
  /// Kinds of loops.
  enum Loop: Sendable { case `while`, dowhile, `repeat`, foreach }

  case command(ControlLine)
  /// `if`, its lines, and those of its `else`.
  case branch(ControlLine, [ControlStatement], [ControlStatement])
  case loop(Loop, ControlLine, [ControlStatement])
  case leave(ControlLine)
  case next(ControlLine)
}

/// The commands of a deck.
struct ControlProgram: Sendable {
  private(set) var statements: [ControlStatement] = []
  /// All lines, for what they mention.
  private(set) var lines: [ControlLine] = []
  private static let nestingLimit = 64

  /// Reads the lines of blocks; faults are about what has no `end` or nothing to end.
  init(
    _ cards: [DeckCard], text: (DeckCard) -> String, fault: (CardFault, DeckCard) -> Void
  ) {
    for card in cards {
      let whole = text(card)
      // Blanks at its start are none of the card.
      guard let verb = whole.split(whereSeparator: \.isWhitespace).first else { continue }
      let name = String(verb.prefix { $0 != "(" && $0 != "=" }).lowercased()
      lines.append(ControlLine(card: card, text: whole, verb: name))
    }
    build(fault)
  }

  /// The commands of a file of its own; what has no `end` there ends with the file.
  init(commandsOf text: String, at card: DeckCard) {
    for line in text.split(whereSeparator: \.isNewline) {
      let whole = line.drop(while: \.isWhitespace)
      guard let first = whole.first, !"*$;.".contains(first),
        let verb = whole.split(whereSeparator: \.isWhitespace).first
      else { continue }
      let name = String(verb.prefix { $0 != "(" && $0 != "=" }).lowercased()
      lines.append(ControlLine(card: card, text: String(whole), verb: name))
    }
    build { _, _ in }
  }

  private mutating func build(_ fault: (CardFault, DeckCard) -> Void) {
    var index = 0
    while index < lines.count {
      statements += block(&index, depth: 0, fault)
      guard index < lines.count else { break }
      // Only a line that ends something stops a block before the text does.
      let line = lines[index]
      fault(CardFault(.strayEnd, Self.verbPlace(line)), line.card)
      index += 1
    }
  }

  static func verbPlace(_ line: ControlLine) -> Range<Int> {
    let start = Int(line.card.start)
    return start..<min(start + line.verb.utf8.count, Int(line.card.end))
  }

  private func block(
    _ index: inout Int, depth: Int, _ fault: (CardFault, DeckCard) -> Void
  ) -> [ControlStatement] {
    var statements: [ControlStatement] = []
    while index < lines.count {
      let line = lines[index]
      switch line.verb {
      case "end", "endif", "else": return statements
      case "if", "while", "dowhile", "repeat", "foreach":
        index += 1
        guard depth < Self.nestingLimit else {
          fault(CardFault(.nestedTooDeep, Self.verbPlace(line)), line.card)
          index = lines.count
          return statements
        }
        let first = block(&index, depth: depth + 1, fault)
        var second: [ControlStatement] = []
        if line.verb == "if", index < lines.count, lines[index].verb == "else" {
          index += 1
          second = block(&index, depth: depth + 1, fault)
        }
        if index < lines.count, ["end", "endif"].contains(lines[index].verb) {
          index += 1
        } else {
          fault(CardFault(.unterminatedBlock, Self.verbPlace(line)), line.card)
        }
        statements.append(Self.statement(line, first, second))
      case "break":
        statements.append(.leave(line))
        index += 1
      case "continue":
        statements.append(.next(line))
        index += 1
      default:
        statements.append(.command(line))
        index += 1
      }
    }
    return statements
  }

  private static func statement(
    _ line: ControlLine, _ first: [ControlStatement], _ second: [ControlStatement]
  ) -> ControlStatement {
    switch line.verb {
    case "while": .loop(.while, line, first)
    case "dowhile": .loop(.dowhile, line, first)
    case "repeat": .loop(.repeat, line, first)
    case "foreach": .loop(.foreach, line, first)
    default: .branch(line, first, second)
    }
  }
}
