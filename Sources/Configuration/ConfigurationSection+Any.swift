/// A value of any kind, as a configuration file has it.
package struct AnyConfigurationValue: Sendable, Equatable {
  /// The value as YAML text, to be set at a key.
  package var yaml: String
  /// The same as structure.
  package var value: ConfigurationValue
  /// Where it stands, for faults: "S.yaml:7".
  package var place: String

  /// A value made by a program.
  package init(_ value: ResolvedValue, place: String) {
    yaml = value.yaml(paths: .asWritten)
    self.value = ConfigurationValue(value)
    self.place = place
  }

  /// The value on one line, as a table shows it.
  package var text: String { value.text }
}

// Values of any kind, which another reader checks.
extension ConfigurationSection {
  /// A list of values of any kind; `nil` if the key is absent.
  package mutating func anyValues(
    _ key: String, meaning: String
  ) throws(ConfigurationError) -> [AnyConfigurationValue]? {
    declare(
      ReferenceEntry(
        key: key, type: "list of values of any kind", fallback: "null", meaning: meaning))
    guard let entry = entry(key), let items = try items(entry, atLeast: 1) else {
      record(key, .null)
      return nil
    }
    let values = items.map(ResolvedValue.init)
    record(key, .list(values))
    return zip(items, values).map { AnyConfigurationValue($1, place: $0.place.text) }
  }

  /// A list of mappings of free keys to values of any kind; `nil` if the key is absent.
  package mutating func anyMappings(
    _ key: String, meaning: String
  ) throws(ConfigurationError) -> [[(key: String, value: AnyConfigurationValue)]]? {
    declare(
      ReferenceEntry(
        key: key, type: "list of mappings of keys to values", fallback: "null", meaning: meaning))
    guard let entry = entry(key), let items = try items(entry, atLeast: 1) else {
      record(key, .null)
      return nil
    }
    var found: [[(key: String, value: AnyConfigurationValue)]] = []
    for (index, item) in items.enumerated() {
      guard case .mapping(let entries) = item.content else {
        try note(
          item.place.error(
            "\(dotted(key))[\(index)]", "expected keys with values, found \(item.found)"))
        return nil
      }
      found.append(
        entries.map {
          ($0.key, AnyConfigurationValue(ResolvedValue($0.value), place: $0.place.text))
        })
    }
    record(key, .list(items.map(ResolvedValue.init)))
    return found
  }

  /// Where `key` stands, or this section if it is absent: "S.yaml:7".
  package func place(of key: String) -> String { (entry(key)?.place ?? place).text }

  /// Whether the file has a list at `key`.
  package func isList(_ key: String) -> Bool {
    guard case .list? = entry(key)?.value.content else { return false }
    return true
  }
}

extension ConfigurationNode.Place {
  fileprivate var text: String { line.map { "\(file):\($0)" } ?? file }
}

extension ResolvedValue {
  /// A value as it is written; paths are text.
  fileprivate init(_ node: ConfigurationNode) {
    switch node.content {
    case .plain(let text): self = node.isNull ? .null : .plain(text)
    case .quoted(let text): self = .text(text)
    case .list(let items): self = .list(items.map(ResolvedValue.init))
    case .mapping(let entries):
      self = .mapping(entries.map { Entry(key: $0.key, value: ResolvedValue($0.value)) })
    }
  }
}

extension ConfigurationValue {
  /// The value at `path`; `nil` if a key is missing.
  package func value(at path: [String]) -> ConfigurationValue? {
    guard let key = path.first else { return self }
    guard case .mapping(let entries) = self else { return nil }
    return entries[key]?.value(at: Array(path.dropFirst()))
  }

  /// The value on one line: a word or a number as it is, lists and mappings in flow style with sorted
  /// keys.
  package var text: String {
    switch self {
    case .null: "null"
    case .boolean(let value): "\(value)"
    case .whole(let value): "\(value)"
    case .number(let value): NumberText.text(value)
    case .text(let text): text
    case .list(let items): "[" + items.map(\.text).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{"
        + entries.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.text)" }
        .joined(separator: ", ") + "}"
    }
  }
}
