// Mappings and lists inside a section.
extension ConfigurationSection {
  /// A nested mapping with fixed keys; an absent one reads as empty, so that every key in it takes
  /// its default.
  ///
  /// - Parameter shorthand: The key that is meant by a mere word in place of the mapping.
  public mutating func section<Value>(
    _ key: String, shorthand: String? = nil, meaning: String,
    _ body: (inout ConfigurationSection) throws(ConfigurationError) -> Value
  ) throws(ConfigurationError) -> Value {
    if mode == .documenting { return try document(key, nil, meaning, body) }
    declare(ReferenceEntry(key: key, type: "", meaning: meaning))
    let entry = entry(key)
    var entries: [ConfigurationNode.Entry] = []
    if let entry {
      guard let found = try mapping(entry, shorthand: shorthand) else {
        return try nested(key, []).standIn(body).value
      }
      entries = found
    }
    var inner = nested(key, entries, place: entry?.value.place)
    let value = try completed(&inner, body)
    record(key, .mapping(inner.resolved))
    return value
  }

  /// A nested mapping with fixed keys, or `nil` if the key is absent.
  public mutating func section<Value>(
    _ key: String, default none: Never?, shorthand: String? = nil, meaning: String,
    _ body: (inout ConfigurationSection) throws(ConfigurationError) -> Value
  ) throws(ConfigurationError) -> Value? {
    if mode == .documenting { return try document(key, "null", meaning, body) }
    if has(key) { return try section(key, shorthand: shorthand, meaning: meaning, body) }
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
    var entries: [ConfigurationNode.Entry] = []
    if let entry { entries = try mapping(entry) ?? [] }
    var inner = nested(key, entries, place: entry?.value.place)
    let free = entries.map(\.key)
    let values = try completed(&inner) { (inner) throws(ConfigurationError) in
      var values: [(key: String, value: Value)] = []
      if case .documenting = inner.mode { return values }
      for key in free { values.append((key: key, value: try body(&inner, key))) }
      return values
    }
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
      record(key, .list([]))
      if minimumCount == 0 { return [] }
      try note(missing(key))
      return [try nested(key, []).standIn(body).value]
    }
    guard let items = try items(entry, atLeast: minimumCount) else {
      return minimumCount > 0 ? [try nested(key, []).standIn(body).value] : []
    }
    var values: [Value] = []
    var recorded: [ResolvedValue] = []
    for (index, item) in zip(items.indices, items) {
      let name = "\(key)[\(index)]"
      let entries = try mapping(.init(key: name, place: item.place, value: item))
      var inner = nested(name, entries ?? [], place: item.place)
      guard entries != nil else {
        values.append(try inner.standIn(body).value)
        continue
      }
      values.append(try completed(&inner, body))
      recorded.append(.mapping(inner.resolved))
    }
    record(key, .list(recorded))
    return values
  }

  /// The items of the list at `entry`; `nil` if it is no list or too short, which is then noted.
  mutating func items(_ entry: ConfigurationNode.Entry, atLeast minimum: Int)
    throws(ConfigurationError) -> [ConfigurationNode]?
  {
    var problem = "expected a list, found \(entry.value.found)"
    if case .list(let items) = entry.value.content {
      if items.count >= minimum { return items }
      problem = "expected at least \(minimum) items, found \(items.count)"
    }
    try note(entry.value.place.error(dotted(entry.key), problem))
    return nil
  }

  /// The keys of the mapping at `entry`; `nil` if it is none, which is then noted.
  private mutating func mapping(
    _ entry: ConfigurationNode.Entry, shorthand: String? = nil
  ) throws(ConfigurationError) -> [ConfigurationNode.Entry]? {
    if case .mapping(let entries) = entry.value.content { return entries }
    // A section whose keys are all commented out reads as null.
    if entry.value.isNull { return [] }
    if let shorthand, (try? ScalarType.text.read(entry.value)) != nil {
      return [.init(key: shorthand, place: entry.value.place, value: entry.value)]
    }
    try note(
      entry.value.place.error(
        dotted(entry.key), "expected keys with values, found \(entry.value.found)"))
    return nil
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
