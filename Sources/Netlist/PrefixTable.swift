/// The prefixes of a circuit's labels, each once, in lower case because SPICE folds case.
///
/// A hash table of its own: foreign decks have a prefix per name, and a dictionary of strings
/// would take longer than everything else that reading an element needs.
package struct PrefixTable: Sendable {
  /// The texts one behind another; text `k` ends at `ends[k]`.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  /// Whether a prefix ends like an index, in which case only two indices make its text unique.
  private(set) var endsLikeIndex: [Bool] = []
  /// Whether a prefix has characters that not every simulator takes.
  private(set) var isForeign: [Bool] = []
  /// Half the hash, then the number, `free` if there is none; a power of two at least twice the
  /// number of prefixes. The hash rules out most other texts without a comparison.
  private var slots = [UInt64](repeating: Self.free, count: 32)
  private static let free = UInt64(UInt32.max)

  /// Every text, built at each access.
  package var texts: [[UInt8]] { (0..<Int32(ends.count)).map { Array(text(of: $0)) } }

  /// The text of a prefix in lower case.
  package func text(of number: Int32) -> ArraySlice<UInt8> {
    bytes[start(of: Int(number))..<ends[Int(number)]]
  }

  /// The first byte of a prefix in lower case.
  package func firstByte(of number: Int32) -> UInt8 { bytes[start(of: Int(number))] }

  private func start(of number: Int) -> Int { number == 0 ? 0 : ends[number - 1] }

  /// The number of the prefix whose text is `prefix` in any case, added if it is new.
  mutating func intern(_ prefix: String) -> Int32 {
    let text = Array(prefix.utf8)
    guard let number = intern(text.span, count: text.count) else {
      preconditionFailure("a prefix is made of letters, digits and underscores")
    }
    return number
  }

  /// The number of the first `count` bytes of `text` in any case; `nil` unless they are letters,
  /// digits and underscores.
  mutating func intern(_ text: Span<UInt8>, count: Int) -> Int32? {
    find(text, count: count, foreign: false)
  }

  /// The same for a prefix from another program's deck; `nil` if no deck can hold it as a name.
  mutating func intern(foreign text: Span<UInt8>, count: Int) -> Int32? {
    find(text, count: count, foreign: true)
  }

  private mutating func find(_ text: Span<UInt8>, count: Int, foreign: Bool) -> Int32? {
    guard count > 0 else { return nil }
    let hash = Self.hash(text, count: count)
    var slot = slot(of: hash)
    while slots[slot] != Self.free {
      if slots[slot] >> 32 == hash >> 32 {
        let number = Int32(truncatingIfNeeded: slots[slot])
        if matches(number, text, count: count) {
          return foreign || !isForeign[Int(number)] ? number : nil
        }
      }
      slot = next(slot)
    }
    let isValid = Self.isValid(text, count: count)
    guard isValid || (foreign && Self.isName(text, count: count)) else { return nil }
    let number = Int32(ends.count)
    for k in 0..<count { bytes.append(Self.folded(text[k])) }
    ends.append(bytes.count)
    endsLikeIndex.append(LabelText(text.extracting(0..<count)).prefixCount < count)
    isForeign.append(!isValid)
    slots[slot] = Self.entry(hash, number)
    if ends.count * 2 > slots.count { grow() }
    return number
  }

  private func matches(_ number: Int32, _ text: Span<UInt8>, count: Int) -> Bool {
    let start = start(of: Int(number))
    guard ends[Int(number)] - start == count else { return false }
    for k in 0..<count where Self.folded(text[k]) != bytes[start + k] { return false }
    return true
  }

  /// FNV-1a (Fowler, Noll and Vo) of all but the last character, mixed once more, then the last.
  private static func hash(_ text: Span<UInt8>, count: Int) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for k in 0..<count - 1 { hash = (hash ^ UInt64(folded(text[k]))) &* 0x100_0000_01b3 }
    hash = (hash ^ (hash >> 29)) &* 0x9E37_79B9_7F4A_7C15
    return hash &+ UInt64(folded(text[count - 1])) &* 0x100_0000_0000
  }

  /// Names that count up share a line of the cache: the last character picks the place in a block
  /// of slots that the rest picks.
  private func slot(of hash: UInt64) -> Int {
    // The last character counts from bit 40 on; the block is what lies below.
    let start = (hash & 0xFF_FFFF_FFFF) << 4 | (hash >> 40) & 15
    return Int(truncatingIfNeeded: start) & (slots.count - 1)
  }

  private static func entry(_ hash: UInt64, _ number: Int32) -> UInt64 {
    hash & 0xFFFF_FFFF_0000_0000 | UInt64(UInt32(bitPattern: number))
  }

  /// The next block, one place on: odd, so that it comes by every slot.
  private func next(_ slot: Int) -> Int { (slot + 17) & (slots.count - 1) }

  private mutating func grow() {
    slots = [UInt64](repeating: Self.free, count: slots.count * 2)
    for number in ends.indices {
      let text = bytes[start(of: number)..<ends[number]]
      let hash = Self.hash(text.span, count: text.count)
      var slot = slot(of: hash)
      while slots[slot] != Self.free { slot = next(slot) }
      slots[slot] = Self.entry(hash, Int32(number))
    }
  }

  private static func folded(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 0x20 : byte }

  private static func isValid(_ text: Span<UInt8>, count: Int) -> Bool {
    for k in 0..<count {
      let byte = text[k]
      let isWord = (byte | 0x20) &- 97 < 26 || byte &- 48 < 10 || byte == UInt8(ascii: "_")
      guard isWord else { return false }
    }
    return true
  }

  /// Printable UTF-8, without the separators of the fields of a card.
  private static func isName(_ text: Span<UInt8>, count: Int) -> Bool {
    var isASCII = true
    for k in 0..<count {
      switch text[k] {
      case 0...32, 127, UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","),
        UInt8(ascii: "="), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "'"),
        UInt8(ascii: "\""), UInt8(ascii: ";"):
        return false
      case 128...: isASCII = false
      default: break
      }
    }
    return isASCII
      || String(validating: (0..<count).map { text[$0] }, as: UTF8.self) != nil
  }
}
