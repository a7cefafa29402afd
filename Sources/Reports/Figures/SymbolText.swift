/// Text with symbols as they are written: `R_segment` with a subscript, minus signs for hyphens
/// before numbers.
struct SymbolText {
  /// A part of the text.
  struct Piece: Equatable {
    var text: String
    var isSubscript: Bool
  }

  let pieces: [Piece]

  /// The pieces of `text`; a capital letter with an index of lower-case letters is a symbol.
  init(_ text: String) {
    var pieces: [Piece] = []
    var rest = text[...]
    while let match = rest.firstMatch(of: Self.symbol) {
      let letter = match.1
      pieces.append(Piece(text: String(rest[..<letter.endIndex]), isSubscript: false))
      pieces.append(Piece(text: String(match.2), isSubscript: true))
      rest = rest[match.range.upperBound...]
    }
    if !rest.isEmpty || pieces.isEmpty {
      pieces.append(Piece(text: String(rest), isSubscript: false))
    }
    self.pieces = pieces
  }

  private static var symbol: Regex<(Substring, Substring, Substring)> {
    // By scalars: a letter with a hat is one character, and none of A to Z.
    /\b([A-Z]\u{0302}?)_([a-z]+)\b/.matchingSemantics(.unicodeScalar)
  }

  /// The text in HTML.
  var html: String {
    pieces.map {
      $0.isSubscript ? "<sub>\(HTMLText.escape($0.text))</sub>" : HTMLText.escape($0.text)
    }.joined()
  }

  /// The text inside an SVG `text` element.
  var svg: String {
    var parts = ""
    var isLowered = false
    for piece in pieces {
      let text = HTMLText.escape(piece.text)
      if piece.isSubscript {
        parts += "<tspan dy=\"3\" font-size=\"75%\">\(text)</tspan>"
        isLowered = true
      } else if isLowered {
        // Some programs drop a space at the start of a span.
        let space = text.hasPrefix(" ") ? "\u{A0}\(text.dropFirst())" : text
        parts += "<tspan dy=\"-3\">\(space)</tspan>"
        isLowered = false
      } else {
        parts += text
      }
    }
    return parts
  }
}
