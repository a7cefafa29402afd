import Netlist

/// Whose habits a deck has, where one text means different things.
enum DeckDialect: String, CaseIterable, Sendable {
  case ngspice, ltspice, xyce
}

extension DeckStructure {
  /// Finds the dialect: `.options dialect=ltspice`, or a card that one program alone has.
  mutating func noteDialect(_ name: String, _ card: DeckCard, _ bytes: [UInt8]) {
    switch name {
    case ".backanno": found(.ltspice)
    case ".preprocess": found(.xyce)
    case ".options", ".option", ".opt":
      let words = Self.folded(bytes, card.range).split {
        $0.isWhitespace || $0 == "=" || $0 == "\u{0B}"
      }
      if words.count > 1, DeckElaborator.packages.contains(String(words[1])) { found(.xyce) }
      if let place = words.firstIndex(of: "dialect"), place + 1 < words.count,
        let dialect = DeckDialect(rawValue: String(words[place + 1]))
      {
        (self.dialect, hasStatedDialect) = (dialect, true)
      }
    default: return
    }
  }

  private mutating func found(_ dialect: DeckDialect) {
    if !hasStatedDialect { self.dialect = dialect }
  }
}
