import Netlist

/// One file of a deck, cut into cards.
///
/// Comments are blanked and continued lines joined in place, so that every card is one range of the
/// bytes and every position still tells its line.
struct DeckSource: Sendable {
  /// One card, as a range of the bytes.
  struct Extent: Sendable {
    var start: Int32
    var end: Int32

    var range: Range<Int> { Int(start)..<Int(end) }
  }

  /// Replaces the line end between a card and its continuation: a blank that counts as a line.
  private static let joint: UInt8 = 11
  private static let newline = UInt8(ascii: "\n")

  /// Path, or the name that the caller gave the text.
  let name: String
  private(set) var bytes: [UInt8]
  /// The first line, where the file has a title.
  private(set) var title = 0..<0
  /// In the order of the file.
  private(set) var cards: [Extent] = []
  /// Positions of continuation lines without a card.
  private(set) var strayContinuations: [Int] = []
  /// Whether the present line is in a block of commands, where `$` begins the name of a variable.
  private var isInControl = false
  /// Line and column of the first byte: of a command that is read as a card of its own.
  private var origin = (line: 1, column: 1)

  /// Cuts `given`, whose count fits in 32 bits. The bytes are taken over, to be changed in place, and
  /// leave nothing behind.
  init(name: String, taking given: inout [UInt8], hasTitle: Bool) {
    self.name = name
    bytes = []
    swap(&bytes, &given)
    var start = 0
    // A byte-order mark is no part of the first line.
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { start = 3 }
    if hasTitle {
      var end = start
      while end < bytes.count, bytes[end] != Self.newline {
        if bytes[end] == Self.joint { bytes[end] = 32 }
        end += 1
      }
      title = start..<end
      start = end
    }
    split(from: start)
  }

  /// A command as a card: `text` stands for what is at `line` and `column` of the file.
  init(command text: String, name: String, line: Int, column: Int) {
    self.name = name
    bytes = Array(text.utf8).map { $0 < 32 ? 32 : $0 }
    origin = (line, column)
    cards = [Extent(start: 0, end: Int32(bytes.count))]
  }

  private mutating func split(from start: Int) {
    let count = bytes.count
    var position = start
    while position < count {
      let byte = bytes[position]
      if byte <= 32 {
        if byte == Self.joint { bytes[position] = 32 }
        position += 1
        continue
      }
      let first = position
      switch byte {
      case UInt8(ascii: "*"), UInt8(ascii: ";"), UInt8(ascii: "$"):
        position = skipLine(from: first)
      case UInt8(ascii: "+"):
        position = finishLine(from: first)
        guard let last = cards.last else {
          strayContinuations.append(first)
          continue
        }
        join(Int(last.end)...first)
        cards[cards.count - 1].end = Int32(trimmedEnd(position, from: first))
      default:
        position = finishLine(from: first)
        let end = trimmedEnd(position, from: first)
        // A line of `//` and a comment.
        guard end > first else { continue }
        cards.append(Extent(start: Int32(first), end: Int32(end)))
        if byte == UInt8(ascii: ".") { noteControl(first..<end) }
      }
    }
  }

  private mutating func noteControl(_ card: Range<Int>) {
    switch DeckStructure.word(bytes, card).0 {
    case ".control": isInControl = true
    case ".endc": isInControl = false
    default: break
    }
  }

  private mutating func skipLine(from first: Int) -> Int {
    var end = first
    while end < bytes.count, bytes[end] != Self.newline {
      if bytes[end] == Self.joint { bytes[end] = 32 }
      end += 1
    }
    return end
  }

  /// Whether `$G_…` or `$D_…` begins there, a global node of PSpice.
  private func isGlobalName(at place: Int) -> Bool {
    guard place + 2 < bytes.count, bytes[place + 2] == UInt8(ascii: "_") else { return false }
    return [UInt8(ascii: "g"), UInt8(ascii: "d")].contains(bytes[place + 1] | 0x20)
  }

  /// The end of the line, with its comments blanked: `;` anywhere, `$` and `//` after a blank.
  private mutating func finishLine(from first: Int) -> Int {
    var end = first
    while true {
      end = Self.firstMark(in: bytes.span, from: end)
      guard end < bytes.count else { return end }
      let byte = bytes[end]
      var isComment = false
      switch byte {
      case Self.newline: return end
      case Self.joint: bytes[end] = 32
      case UInt8(ascii: ";"): isComment = true
      case UInt8(ascii: "$"):
        isComment = (end == first || bytes[end - 1] <= 32) && !isGlobalName(at: end)
        // A variable has a name; its mark alone begins a comment, wherever it is.
        if isInControl { isComment = end + 1 < bytes.count && bytes[end + 1] <= 32 }
      case UInt8(ascii: "/"):
        isComment =
          !isInControl && (end == first || bytes[end - 1] <= 32) && end + 1 < bytes.count
          && bytes[end + 1] == UInt8(ascii: "/")
      default: break
      }
      if isComment {
        while end < bytes.count, bytes[end] != Self.newline {
          bytes[end] = 32
          end += 1
        }
        return end
      }
      end += 1
    }
  }

  /// Position of the first byte from `start` on that ends a line or may begin a comment in it, or
  /// the end of the text.
  private static func firstMark(in text: Span<UInt8>, from start: Int) -> Int {
    ByteScan.first(in: text, from: start) { block in
      (block .== ByteScan.all(newline)) .| (block .== ByteScan.all(joint))
        .| (block .== ByteScan.all(UInt8(ascii: "$")))
        .| (block .== ByteScan.all(UInt8(ascii: "/")))
        .| (block .== ByteScan.all(UInt8(ascii: ";")))
    }
  }

  private func trimmedEnd(_ end: Int, from start: Int) -> Int {
    var end = end
    while end > start, bytes[end - 1] <= 32 { end -= 1 }
    return end
  }

  /// Blanks everything between a card and its continuation, comment lines and the `+` included.
  private mutating func join(_ gap: ClosedRange<Int>) {
    for position in gap {
      bytes[position] = bytes[position] == Self.newline ? Self.joint : 32
    }
  }

  /// One-based line and column of a byte; a character of several bytes is one column.
  func location(of position: Int) -> (line: Int, column: Int) {
    var (line, lineStart) = (origin.line, 0)
    let position = min(position, bytes.count)
    for index in 0..<position
    where bytes[index] == Self.newline || bytes[index] == Self.joint {
      line += 1
      lineStart = index + 1
    }
    var column = line == origin.line ? origin.column : 1
    for index in lineStart..<position where bytes[index] & 0xC0 != 0x80 { column += 1 }
    return (line, column)
  }

  /// The text at `range`, on one line and cut to what a message can show.
  func text(_ range: Range<Int>) -> String {
    let range = range.clamped(to: 0..<bytes.count)
    return String(decoding: bytes[range].prefix(80), as: UTF8.self).onOneLine
  }
}
