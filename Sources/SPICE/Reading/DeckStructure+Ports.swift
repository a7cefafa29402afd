import Netlist

extension DeckStructure {
  /// `name=preset …` up to the parameters.
  func readOptionalPorts(
    _ tokens: [CardTokens.Token], _ index: inout Int, _ bytes: [UInt8], _ scope: inout DeckScope
  ) throws(CardFault) {
    while index + 2 < tokens.count, tokens[index + 1].kind == .equals,
      tokens[index].kind == .word, tokens[index + 2].kind == .word
    {
      scope.ports.append(tokens[index].range)
      scope.presets.append(tokens[index + 2].range)
      index += 3
    }
    guard index < tokens.count else { return }
    let name = Self.folded(bytes, tokens[index].range)
    guard name == "params:" || name == "params" else {
      throw CardFault(.unexpectedText, tokens[index].outerRange)
    }
    index += 1
  }
}
