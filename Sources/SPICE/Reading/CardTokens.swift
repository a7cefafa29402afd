import Netlist

/// A card cut into the tokens of elements and most control cards.
struct CardTokens {
  /// The kind of a token.
  enum Kind: UInt8 {
    /// Anything between blanks and the marks below.
    case word
    /// Text in braces or single quotes; the range excludes them.
    case expression
    /// Text in double quotes; the range excludes them.
    case string
    case equals, open, close, comma
  }

  /// A piece of the file's bytes.
  struct Token {
    var kind: Kind
    var start: Int32
    var end: Int32

    var range: Range<Int> { Int(start)..<Int(end) }
    /// The range with the marks around it.
    var outerRange: Range<Int> {
      kind == .expression || kind == .string ? Int(start) - 1..<Int(end) + 1 : range
    }
  }

  private(set) var tokens: [Token] = []

  /// Cuts the card at `range` of `text`; the tokens replace the former ones.
  mutating func split(_ text: Span<UInt8>, _ range: Range<Int>) throws(CardFault) {
    tokens.removeAll(keepingCapacity: true)
    var position = range.lowerBound
    let end = range.upperBound
    while position < end {
      let byte = text[position]
      if byte <= 32 {
        position += 1
        continue
      }
      let start = position
      position += 1
      switch byte {
      case UInt8(ascii: "="): append(.equals, start, position)
      case UInt8(ascii: "("): append(.open, start, position)
      case UInt8(ascii: ")"): append(.close, start, position)
      case UInt8(ascii: ","): append(.comma, start, position)
      case UInt8(ascii: "{"):
        var depth = 1
        while position < end {
          if text[position] == UInt8(ascii: "{") { depth += 1 }
          if text[position] == UInt8(ascii: "}") { depth -= 1 }
          if depth == 0 { break }
          position += 1
        }
        guard position < end else { throw CardFault(.unbalanced, start..<end) }
        append(.expression, start + 1, position)
        position += 1
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        while position < end, text[position] != byte { position += 1 }
        guard position < end else { throw CardFault(.unbalanced, start..<end) }
        append(byte == UInt8(ascii: "'") ? .expression : .string, start + 1, position)
        position += 1
      case UInt8(ascii: "}"): throw CardFault(.unbalanced, start..<position)
      default:
        position = min(Self.wordEnd(text, from: position), end)
        append(.word, start, position)
      }
    }
  }

  private mutating func append(_ kind: Kind, _ start: Int, _ end: Int) {
    tokens.append(Token(kind: kind, start: Int32(start), end: Int32(end)))
  }

  /// The end of the word that goes on at `start`.
  private static func wordEnd(_ text: Span<UInt8>, from start: Int) -> Int {
    ByteScan.first(in: text, from: start) { block in
      let blank = block .<= ByteScan.all(32)
      let open =
        (block .== ByteScan.all(UInt8(ascii: "("))) .| (block .== ByteScan.all(UInt8(ascii: "{")))
      let close =
        (block .== ByteScan.all(UInt8(ascii: ")"))) .| (block .== ByteScan.all(UInt8(ascii: "}")))
      let quote =
        (block .== ByteScan.all(UInt8(ascii: "'"))) .| (block .== ByteScan.all(UInt8(ascii: "\"")))
      let between =
        (block .== ByteScan.all(UInt8(ascii: "="))) .| (block .== ByteScan.all(UInt8(ascii: ",")))
      return (blank .| open) .| (close .| quote) .| between
    }
  }
}
