// Mappings and lists inside a section.
extension ConfigurationSection {
  /// A nested mapping with fixed keys; an absent one reads as empty, so that every key in it takes
  /// its default.
  public mutating func section<Value>(
    _ key: String, meaning: String,
    _ body: (inout ConfigurationSection) throws(ConfigurationError) -> Value
  ) throws(ConfigurationError) -> Value {
    if mode == .documenting { return try document(key, nil, meaning, body) }
    declare(ReferenceEntry(key: key, type: "", meaning: meaning))
    let entry = entry(key)
    var inner = nested(key, try entry.map(mapping) ?? [], place: entry?.value.place)
    let value = try inner.finishing(body)
    record(key, .mapping(inner.resolved))
    return value
  }

  /// A nested mapping with fixed keys, or nil where the key is absent.
  public mutating func section<Value>(
    _ key: String, default none: Never?, meaning: String,
    _ body: (inout ConfigurationSection) throws(ConfigurationError) -> Value
  ) throws(ConfigurationError) -> Value? {
    if mode == .documenting { return try document(key, "null", meaning, body) }
    if has(key) { return try section(key, meaning: meaning, body) }
    declare(ReferenceEntry(key: key, type: "", meaning: meaning))
    record(key, .null)
    return nil
  }

  /// A mapping with free keys, such as layer names: `body` reads the value of each key of the
  /// section it is given. The results are in the order of the file; an absent mapping is empty.
  public mutating func map<Value>(
    _ key: String, of keyMeaning: String, meaning: String,
    _ body: (inout ConfigurationSection, String) throws(ConfigurationError) -> Value
  ) throws(ConfigurationError) -> [(key: String, value: Value)] {
    if mode == .documenting {
      let value = try document(key, "{}", meaning, type: "mapping of \(keyMeaning)") {
        (inner) throws(ConfigurationError) in try body(&inner, "<\(keyMeaning)>")
      }
      return [(key: "<\(keyMeaning)>", value: value)]
    }
    declare(ReferenceEntry(key: key, type: "", meaning: meaning))
    let entry = entry(key)
    var inner = nested(key, try entry.map(mapping) ?? [], place: entry?.value.place)
    var values: [(key: String, value: Value)] = []
    for free in inner.entries {
      values.append((key: free.key, value: try body(&inner, free.key)))
    }
    try inner.finish()
    record(key, .mapping(inner.resolved))
    return values
  }

  /// A list of mappings with fixed keys, each read by `body`; an absent list is empty.
  public mutating func list<Value>(
    _ key: String, minimumCount: Int = 0, meaning: String,
    _ body: (inout ConfigurationSection) throws(ConfigurationError) -> Value
  ) throws(ConfigurationError) -> [Value] {
    if mode == .documenting {
      let fallback = minimumCount > 0 ? nil : "[]"
      return [
        try document(
          key, fallback, meaning, type: "list of mappings", isRequired: minimumCount > 0, body)
      ]
    }
    declare(ReferenceEntry(key: key, type: "", meaning: meaning))
    guard let entry = entry(key), !entry.value.isNull else {
      if minimumCount > 0 { throw missing(key) }
      record(key, .list([]))
      return []
    }
    let items = try items(entry, atLeast: minimumCount)
    var values: [Value] = []
    var recorded: [ResolvedValue] = []
    for (index, item) in zip(items.indices, items) {
      let name = "\(key)[\(index)]"
      let entries = try mapping(.init(key: name, place: item.place, value: item))
      var inner = nested(name, entries, place: item.place)
      values.append(try inner.finishing(body))
      recorded.append(.mapping(inner.resolved))
    }
    record(key, .list(recorded))
    return values
  }

  /// The items of the list at `entry`; throws where it is not a list or too short.
  func items(_ entry: ConfigurationNode.Entry, atLeast minimum: Int)
    throws(ConfigurationError) -> [ConfigurationNode]
  {
    guard case .list(let items) = entry.value.content else {
      throw entry.value.place.error(
        dotted(entry.key), "expected a list, found \(entry.value.found)")
    }
    guard items.count >= minimum else {
      throw entry.value.place.error(
        dotted(entry.key), "expected at least \(minimum) items, found \(items.count)")
    }
    return items
  }

  private func mapping(_ entry: ConfigurationNode.Entry)
    throws(ConfigurationError) -> [ConfigurationNode.Entry]
  {
    if case .mapping(let entries) = entry.value.content { return entries }
    // What remains when every key of a section is commented out.
    if entry.value.isNull { return [] }
    throw entry.value.place.error(
      dotted(entry.key), "expected keys with values, found \(entry.value.found)")
  }

  private mutating func document<Value>(
    _ key: String, _ fallback: String?, _ meaning: String, type: String = "section",
    isRequired: Bool = false,
    _ body: (inout ConfigurationSection) throws(ConfigurationError) -> Value
  ) throws(ConfigurationError) -> Value {
    var inner = nested(key, [])
    let value = try body(&inner)
    declare(
      ReferenceEntry(
        key: key, type: type, fallback: isRequired ? nil : fallback ?? "", meaning: meaning,
        content: .section(inner.reference)))
    return value
  }
}
