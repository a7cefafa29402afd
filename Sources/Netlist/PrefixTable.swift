/// The prefixes of a circuit's labels, each once, in lower case because SPICE folds case.
struct PrefixTable: Sendable {
  private(set) var texts: [[UInt8]] = []
  /// Whether a prefix ends like an index, in which case only two indices make its text unique.
  private(set) var endsLikeIndex: [Bool] = []
  /// Whether a prefix has characters that not every simulator takes.
  private(set) var isForeign: [Bool] = []
  private var numbers: [String: Int32] = [:]

  /// The number of the prefix whose text is `prefix` in any case, added if it is new.
  mutating func intern(_ prefix: String) -> Int32 {
    if let number = numbers[prefix] { return number }
    precondition(Self.isValid(prefix.utf8), "a prefix is made of letters, digits and underscores")
    return add(prefix)
  }

  /// The same for a prefix from another program's deck; `nil` if no deck can hold it as a name.
  mutating func intern(foreign prefix: String) -> Int32? {
    if let number = numbers[prefix] { return number }
    return Self.isName(prefix.utf8) ? add(prefix) : nil
  }

  private mutating func add(_ prefix: String) -> Int32 {
    let folded = prefix.lowercased()
    let number = numbers[folded] ?? Int32(texts.count)
    if number == texts.count {
      let text = Array(folded.utf8)
      texts.append(text)
      endsLikeIndex.append(LabelText(text.span).prefixCount < text.count)
      isForeign.append(!Self.isValid(folded.utf8))
      numbers[folded] = number
    }
    numbers[prefix] = number
    return number
  }

  /// The number of the first `count` bytes of `text`, folded; `nil` unless they are a valid prefix.
  mutating func intern(_ text: Span<UInt8>, count: Int) -> Int32? {
    // Our own decks have a handful of prefixes: comparing bytes beats hashing a string.
    search: for number in 0..<min(texts.count, 16) where texts[number].count == count {
      for k in 0..<count where Self.folded(text[k]) != texts[number][k] { continue search }
      return Int32(number)
    }
    guard count > 0 else { return nil }
    var prefix = ""
    for k in 0..<count { prefix.unicodeScalars.append(Unicode.Scalar(Self.folded(text[k]))) }
    guard Self.isValid(prefix.utf8) else { return nil }
    return intern(prefix)
  }

  private static func folded(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 0x20 : byte }

  private static func isValid(_ text: String.UTF8View) -> Bool {
    !text.isEmpty
      && text.allSatisfy { byte in
        (byte | 0x20) &- 97 < 26 || byte &- 48 < 10 || byte == UInt8(ascii: "_")
      }
  }

  /// Printable, without what separates the fields of a card.
  private static func isName(_ text: String.UTF8View) -> Bool {
    !text.isEmpty && text.allSatisfy { $0 > 32 && $0 != 127 && !separators.contains($0) }
  }

  private static let separators = Array("(),={}'\";".utf8)
}
