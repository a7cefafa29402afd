/// A value of a configuration file as written, with its place; free of the YAML library's types.
struct ConfigurationNode: Sendable {
  /// Where something was written.
  struct Place: Sendable {
    var file: String
    var line: Int?
    var column: Int?
  }

  /// One `key: value` of a mapping.
  struct Entry: Sendable {
    var key: String
    var place: Place
    var value: ConfigurationNode
  }

  enum Content: Sendable {
    /// Text written without quotes: a number, a Boolean, `null` or a word.
    case plain(String)
    /// Text in quotes or a block: never a number, whatever it looks like.
    case quoted(String)
    case list([ConfigurationNode])
    case mapping([Entry])
  }

  var place: Place
  var content: Content
  /// Whether nobody wrote the mapping: it holds keys that were set one by one. A choice then stays
  /// with its default option.
  var isImplied = false

  /// Whether the value is absent: nothing after the colon, `~` or `null`.
  var isNull: Bool {
    guard case .plain(let text) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// The value in words, for "expected …, found …".
  var found: String {
    switch content {
    case .plain(let text):
      if isNull { return "nothing" }
      if ["true", "false"].contains(text) { return text }
      return NumberText.double(text) == nil ? "text '\(text)'" : "number \(text)"
    case .quoted(let text): return "text '\(text)'"
    case .list: return "a list"
    case .mapping: return "a mapping"
    }
  }
}

/// Numbers as configuration files write them: YAML 1.2's decimal notation, nothing else.
///
/// `Double("0x10")`, `Double("nan")` and `Int("+5")` would accept spellings that another YAML
/// reader of the same file understands as text; YAML 1.1's `1_000`, `1:30` and octal `010` would
/// change values silently.
package enum NumberText {
  /// The number, possibly infinite by overflow; `nil` if `text` is not decimal notation.
  package static func double(_ text: String) -> Double? {
    // Scanned by hand: a regular expression is read anew at every use.
    var rest = text.utf8[...]
    skipSign(&rest)
    let whole = skipDigits(&rest)
    var fraction = 0
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      fraction = skipDigits(&rest)
    }
    guard whole + fraction > 0 else { return nil }
    if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
      rest.removeFirst()
      skipSign(&rest)
      guard skipDigits(&rest) > 0 else { return nil }
    }
    return rest.isEmpty ? Double(text) : nil
  }

  /// Whether `text` is how YAML writes an infinity or what is no number.
  package static func isNotFinite(_ text: String) -> Bool {
    var rest = text.utf8[...]
    skipSign(&rest)
    return [".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"].contains { rest.elementsEqual($0.utf8) }
  }

  private static func skipSign(_ rest: inout Substring.UTF8View) {
    if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
      rest.removeFirst()
    }
  }

  /// Removes the digits at the start; returns their number.
  private static func skipDigits(_ rest: inout Substring.UTF8View) -> Int {
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    rest = rest[digits.endIndex...]
    return digits.count
  }

  /// Whether `text` is an optional sign and digits.
  package static func isWhole(_ text: String) -> Bool {
    var rest = text.utf8[...]
    skipSign(&rest)
    return skipDigits(&rest) > 0 && rest.isEmpty
  }

  /// The shortest text that reads back as exactly `value`; whole numbers without a point.
  package static func text(_ value: Double) -> String {
    if value.isInfinite { return value < 0 ? "-.inf" : ".inf" }
    // Only the long form keeps the sign of zero.
    if value != 0 || value.sign == .plus, let whole = Int(exactly: value), abs(whole) < 1 << 50 {
      return String(whole)
    }
    return "\(value)"
  }
}
