import Netlist

/// `name = value` on a card, not yet evaluated.
struct Assignment {
  var name: Range<Int>
  /// The value with its braces or quotes; not empty.
  var value: Range<Int>

  /// Splits tokens into assignments; values reach up to the next name, so that they may have
  /// blanks.
  static func list(
    _ tokens: ArraySlice<CardTokens.Token>, _ card: Range<Int>, _ text: [UInt8]
  ) throws(CardFault) -> [Assignment] {
    var assignments: [Assignment] = []
    var index = tokens.startIndex
    while index < tokens.endIndex {
      // Commas and parentheses around parameters mean nothing.
      if tokens[index].kind == .comma || tokens[index].kind == .open
        || tokens[index].kind == .close
      {
        index += 1
        continue
      }
      guard isName(tokens, index, text) else {
        throw CardFault(.unexpectedText, tokens[index].outerRange)
      }
      let name = tokens[index].range
      index += 2
      let first = index
      var depth = 0
      while index < tokens.endIndex, index == first || !(depth <= 0 && isName(tokens, index, text))
      {
        if tokens[index].kind == .open { depth += 1 }
        if tokens[index].kind == .close { depth -= 1 }
        index += 1
      }
      var last = index
      // Unmatched closing parentheses, and commas between assignments, belong to no value.
      while last > first {
        let kind = tokens[last - 1].kind
        if kind == .comma {
          last -= 1
        } else if kind == .close, depth < 0 {
          last -= 1
          depth += 1
        } else {
          break
        }
      }
      guard last > first else { throw CardFault(.missingFields, name) }
      let start = tokens[first].outerRange.lowerBound
      assignments.append(
        Assignment(name: name, value: start..<tokens[last - 1].outerRange.upperBound))
    }
    return assignments
  }

  /// A word before a single equals sign.
  private static func isName(
    _ tokens: ArraySlice<CardTokens.Token>, _ index: Int, _ text: [UInt8]
  ) -> Bool {
    guard tokens[index].kind == .word, index + 1 < tokens.endIndex,
      tokens[index + 1].kind == .equals
    else { return false }
    if index + 2 < tokens.endIndex, tokens[index + 2].kind == .equals,
      tokens[index + 2].start == tokens[index + 1].end
    {
      return false
    }
    return ExpressionParser.startsName(text[tokens[index].range.lowerBound])
      && tokens[index].range.allSatisfy { ExpressionParser.continuesName(text[$0]) }
  }
}
