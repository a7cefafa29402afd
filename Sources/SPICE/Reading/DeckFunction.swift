import Netlist

/// A function that a deck defines: `.func name(x, y) {body}`.
struct DeckFunction {
  /// In lower case.
  var arguments: [String]
  /// Number of the file that has the body.
  var source: Int
  var body: Range<Int>
}

extension DeckStructure {
  /// Whether a `.param` card is `.param f(x) = …`, HSPICE's way to define a function.
  mutating func definesFunction(
    _ card: DeckCard, _ bytes: [UInt8]
  ) throws(CardFault) -> Bool {
    try tokens.split(bytes.span, card.range)
    let tokens = tokens.tokens
    guard tokens.count > 4, tokens[1].kind == .word, tokens[2].kind == .open,
      tokens[1].end == tokens[2].start, let close = tokens.firstIndex(where: { $0.kind == .close })
    else { return false }
    return close + 1 < tokens.count && tokens[close + 1].kind == .equals
  }

  /// Adds the function of a card to a scope.
  mutating func addFunction(
    _ card: DeckCard, _ bytes: [UInt8], in scope: Int
  ) throws(CardFault) {
    try tokens.split(bytes.span, card.range)
    let tokens = tokens.tokens
    guard tokens.count >= 4, tokens[1].kind == .word, tokens[2].kind == .open else {
      throw CardFault(.missingFields, card.range)
    }
    var arguments: [String] = []
    var index = 3
    while index < tokens.count, tokens[index].kind != .close {
      if tokens[index].kind == .word {
        arguments.append(Self.folded(bytes, tokens[index].range))
      } else if tokens[index].kind != .comma {
        throw CardFault(.unexpectedText, tokens[index].outerRange)
      }
      index += 1
    }
    index += 1
    if index < tokens.count, tokens[index].kind == .equals { index += 1 }
    guard index < tokens.count else { throw CardFault(.missingFields, card.range) }
    let name = Self.folded(bytes, tokens[1].range)
    guard scopes[scope].functions[name] == nil else {
      throw CardFault(.duplicateName, tokens[1].range)
    }
    scopes[scope].functions[name] = DeckFunction(
      arguments: arguments, source: Int(card.source),
      body: tokens[index].outerRange.lowerBound..<card.range.upperBound)
    hasFunctions = true
  }

  /// The function of that name that a scope sees: its own, or one of those around it.
  func function(_ name: String, from scope: Int) -> DeckFunction? {
    guard hasFunctions else { return nil }
    var scope = scope
    while true {
      if let found = scopes[scope].functions[name] { return found }
      guard scope != 0 else { return nil }
      scope = scopes[scope].parent
    }
  }
}
