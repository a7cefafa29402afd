/// The name of a node or element in three integers: a prefix that the circuit keeps once, and up to
/// two indices. Its text is `prefix`, `prefix_i` or `prefix_i_j`.
public struct Label: Hashable, Sendable {
  /// Number of the prefix in the circuit's table.
  package let prefix: Int32
  /// First index, or -1.
  package let i: Int32
  /// Second index, or -1.
  package let j: Int32

  init(prefix: Int32, i: Int32 = -1, j: Int32 = -1) {
    self.prefix = prefix
    self.i = i
    self.j = j
  }

  /// The label with the same prefix and these indices: cheaper than asking the circuit again.
  public func at(_ i: Int, _ j: Int) -> Label {
    Label(prefix: prefix, i: Self.index(i), j: Self.index(j))
  }

  /// Indices have at most nine digits, so that text and label determine each other.
  static let indexLimit = 1_000_000_000

  static func index(_ value: Int) -> Int32 {
    precondition(value >= 0 && value < indexLimit, "an index has one to nine digits")
    return Int32(value)
  }
}

/// A name split where its trailing indices begin.
struct LabelText {
  /// Number of bytes before the first index.
  var prefixCount: Int
  var i: Int32 = -1
  var j: Int32 = -1

  /// The canonical split: as many indices as the text ends with, at most two.
  init(_ text: Span<UInt8>) {
    prefixCount = text.count
    guard let (last, lastStart) = Self.trailingIndex(text, end: text.count) else { return }
    prefixCount = lastStart
    i = last
    guard let (first, firstStart) = Self.trailingIndex(text, end: lastStart) else { return }
    prefixCount = firstStart
    (i, j) = (first, last)
  }

  /// The number after the last underscore before `end`, and where that underscore is. A number
  /// with leading zeros is text, since writing it again would lose them.
  private static func trailingIndex(_ text: Span<UInt8>, end: Int) -> (Int32, Int)? {
    var start = end
    var (value, power): (Int32, Int32) = (0, 1)
    while start > 0 {
      let digit = text[start - 1] &- 48
      guard digit < 10 else { break }
      // Wraps beyond nine digits, where there is no index.
      value &+= Int32(digit) &* power
      power &*= 10
      start -= 1
    }
    let digits = end - start
    guard digits >= 1, digits <= 9, start >= 2, text[start - 1] == UInt8(ascii: "_") else {
      return nil
    }
    guard digits == 1 || text[start] != UInt8(ascii: "0") else { return nil }
    return (value, start - 1)
  }
}
