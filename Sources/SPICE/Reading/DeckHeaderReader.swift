import Netlist
import Units

/// Reads the comments above the first card of a core deck.
struct DeckHeaderReader {
  private let name: String
  private var header = DeckHeader()
  private var expectedLines: [Int] = []
  /// Whether the line that begins a header has come; above it, comments are only text.
  private var hasFormat = false

  /// Errors refer to the deck as `name`.
  init(name: String) { self.name = name }

  /// Reads the header of a deck in UTF-8, whose first line is the title.
  mutating func read(_ deck: [UInt8]) throws(DeckError) {
    let newline = UInt8(ascii: "\n")
    var start = (deck.firstIndex(of: newline) ?? deck.count - 1) + 1
    var line = 1
    while start < deck.count {
      let end = deck[start...].firstIndex(of: newline) ?? deck.count
      line += 1
      if let first = deck[start..<end].firstIndex(where: { $0 > 32 }) {
        guard deck[first] == UInt8(ascii: "*") else { return }
        try readComment(
          String(decoding: deck[first + 1..<end], as: UTF8.self), line: line,
          column: first - start + 1)
      }
      start = end + 1
    }
  }

  /// Files of compiled Verilog-A that the header names: names without folders.
  var compiled: [String] {
    (header[CoreDeck.compiledKey] ?? "").split(separator: " ").map(String.init)
      .filter { !$0.contains("/") && !$0.contains("\"") }
  }

  /// The header. Throws if it expects a current of a source that `circuit` does not have.
  func header(of circuit: Circuit) throws(DeckError) -> DeckHeader {
    guard !header.expected.isEmpty else { return header }
    let names = Set(circuit.voltageSources.map { circuit.name(of: $0.label) })
    for (current, line) in zip(header.expected, expectedLines)
    where !names.contains(current.sourceName) {
      throw fault(.unknownSource, line, 1, current.sourceName)
    }
    return header
  }

  private mutating func readComment(
    _ content: String, line: Int, column: Int
  ) throws(DeckError) {
    let words = content.split(whereSeparator: \.isWhitespace)
    if words.first == "tilespice-format" {
      guard words.count == 2, let number = Int(words[1]) else {
        throw fault(.malformedHeader, line, column, content)
      }
      guard number == DeckHeader.formatVersion else {
        throw fault(.unsupportedFormat, line, column, content)
      }
      hasFormat = true
      return
    }
    guard hasFormat, let first = words.first else { return }
    if words.count >= 2, words[1] == "=", DeckHeader.isKey(first) {
      // Everything after the first equals sign, with the spaces inside it.
      let value = content.drop { $0 != "=" }.dropFirst()
      header.entries.append(.init(key: String(first), value: value.onOneLine))
      return
    }
    switch first {
    case "expected":
      guard words.count == 3, let amperes = SpiceNumber.parse(words[2]) else {
        throw fault(.malformedHeader, line, column, content)
      }
      header.expected.append(.init(sourceName: words[1].lowercased(), amperes: amperes))
      expectedLines.append(line)
    case "tolerance-relative":
      guard words.count == 2, let tolerance = SpiceNumber.parse(words[1]) else {
        throw fault(.malformedHeader, line, column, content)
      }
      header.relativeTolerance = tolerance
    default: break
    }
  }

  private func fault(
    _ reason: DeckFault.Reason, _ line: Int, _ column: Int, _ text: String
  ) -> DeckError {
    DeckError([
      DeckFault(
        reason, file: name, line: line, column: column,
        subject: text.prefix(80).onOneLine)
    ])
  }
}
