/// A resolved configuration as structure, as in `results.json`, for programs that read it.
public enum ConfigurationValue: Hashable, Sendable {
  case null
  case boolean(Bool)
  case whole(Int)
  /// A finite number; infinity, which JSON has no word for, is the text `.inf`.
  case number(Double)
  case text(String)
  case list([ConfigurationValue])
  case mapping([String: ConfigurationValue])
}

extension ConfigurationValue: Codable {
  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  public func encode(to encoder: any Encoder) throws {
    if case .mapping(let entries) = self {
      var container = encoder.container(keyedBy: Key.self)
      for (key, value) in entries { try container.encode(value, forKey: Key(stringValue: key)) }
      return
    }
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    case .whole(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let items): try container.encode(items)
    case .mapping: preconditionFailure("mappings are encoded by their keys")
    }
  }

  public init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: Key.self) {
      var entries: [String: ConfigurationValue] = [:]
      for key in container.allKeys {
        entries[key.stringValue] = try container.decode(ConfigurationValue.self, forKey: key)
      }
      self = .mapping(entries)
      return
    }
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .whole(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else {
      self = .list(try container.decode([ConfigurationValue].self))
    }
  }
}

extension ConfigurationValue {
  /// A value as it was understood; paths as they were written.
  package init(_ value: ResolvedValue) {
    switch value {
    case .null: self = .null
    case .plain(let text):
      if let truth = Bool(text) {
        self = .boolean(truth)
      } else if let whole = Int(text) {
        self = .whole(whole)
      } else if let number = NumberText.double(text) {
        // JSON does not tell 4e15 from its digits: whole numbers have one form.
        self = Int(exactly: number).map { .whole($0) } ?? .number(number)
      } else {
        self = .text(text)
      }
    case .text(let text): self = .text(text)
    case .path(let path): self = .text(path.written)
    case .list(let items): self = .list(items.map { ConfigurationValue($0) })
    case .mapping(let entries):
      self = .mapping(
        Dictionary(uniqueKeysWithValues: entries.map { ($0.key, ConfigurationValue($0.value)) }))
    }
  }
}
