/// The path of a key as one text: `hardware.converter.bits`. Names that have dots themselves are in
/// double quotes: `layers."a.b".path`.
public enum ConfigurationKey {
  /// The keys from the top to the one that `text` names; `nil` if a name is empty or a quote is not
  /// closed.
  public static func path(_ text: some StringProtocol) -> [String]? {
    guard let (path, rest) = parsed(Substring(text)), rest == nil else { return nil }
    return path
  }

  /// The key and the value of `KEY=VALUE`; `nil` if the text has another form.
  public static func split(assignment text: String) -> (path: [String], value: String)? {
    guard let (path, rest) = parsed(Substring(text)), let rest else { return nil }
    return (path, String(rest))
  }

  /// The text that `path(_:)` reads back as these keys.
  public static func text(_ path: [String]) -> String {
    path.map { $0.contains { ".=\"".contains($0) } ? "\"\($0)\"" : $0 }.joined(separator: ".")
  }

  /// The keys up to the end of `text` or to an equals sign, and what stands behind that.
  private static func parsed(_ text: Substring) -> (path: [String], rest: Substring?)? {
    var path: [String] = []
    var rest = text
    while true {
      let name: Substring
      if rest.first == "\"" {
        rest = rest.dropFirst()
        guard let end = rest.firstIndex(of: "\"") else { return nil }
        name = rest[..<end]
        rest = rest[rest.index(after: end)...]
      } else {
        name = rest.prefix { $0 != "." && $0 != "=" }
        rest = rest[name.endIndex...]
      }
      guard !name.isEmpty else { return nil }
      path.append(String(name))
      switch rest.popFirst() {
      case nil: return (path, nil)
      case "=": return (path, rest)
      case ".": continue
      default: return nil
      }
    }
  }
}
