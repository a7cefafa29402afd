extension ResolvedValue {
  /// The value as a YAML document that ends with a newline.
  package func yaml(paths: ConfigurationPathStyle) -> String {
    guard case .mapping(let entries) = self else { return inline(paths) + "\n" }
    if entries.isEmpty { return "{}\n" }
    return Self.lines(entries, paths).joined(separator: "\n") + "\n"
  }

  /// Block lines of a mapping; nested blocks are indented by two.
  private static func lines(_ entries: [Entry], _ paths: ConfigurationPathStyle) -> [String] {
    entries.flatMap { entry in
      let key = quotedIfNeeded(entry.key)
      switch entry.value {
      case .mapping(let inner) where !inner.isEmpty:
        return ["\(key):"] + lines(inner, paths).map { "  " + $0 }
      case .list(let items) where items.contains(where: \.isBlock):
        return ["\(key):"]
          + items.flatMap { item -> [String] in
            guard case .mapping(let inner) = item, !inner.isEmpty else {
              return ["  - " + item.inline(paths)]
            }
            let block = lines(inner, paths)
            return zip(block.indices, block).map { ($0 == 0 ? "  - " : "    ") + $1 }
          }
      default:
        return ["\(key): \(entry.value.inline(paths))"]
      }
    }
  }

  private var isBlock: Bool {
    guard case .mapping(let entries) = self else { return false }
    return !entries.isEmpty
  }

  /// The value on one line, in flow style where it has parts.
  private func inline(_ paths: ConfigurationPathStyle) -> String {
    switch self {
    case .null: "null"
    case .plain(let text): text
    case .text(let text): Self.quotedIfNeeded(text)
    case .path(let path):
      switch paths {
      case .asWritten: Self.quotedIfNeeded(path.written)
      case .absolute: Self.quotedIfNeeded(path.absolute)
      }
    case .list(let items): "[" + items.map { $0.inline(paths) }.joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{"
        + entries.map { "\(Self.quotedIfNeeded($0.key)): \($0.value.inline(paths))" }
        .joined(separator: ", ") + "}"
    }
  }

  /// Words that YAML readers of either version take for something other than text.
  private static let reserved: Set<String> = [
    "null", "true", "false", "yes", "no", "on", "off", "y", "n",
  ]

  /// A letter or an underscore, then letters, digits and what paths are made of. Bytes are compared,
  /// because a regular expression is read anew at every use.
  private static func isWord(_ text: String) -> Bool {
    func isLetter(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte & 0xDF) || byte == UInt8(ascii: "_")
    }
    let others = Array("0123456789./-".utf8)
    guard let first = text.utf8.first, isLetter(first) else { return false }
    return text.utf8.allSatisfy { isLetter($0) || others.contains($0) }
  }

  /// Plain where every YAML reader agrees that it is text, in double quotes otherwise.
  private static func quotedIfNeeded(_ text: String) -> String {
    if isWord(text) && !reserved.contains(text.lowercased()) { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
