extension ConfigurationSection {
  /// Replaces or adds the value at the keys `path` by that of `yaml`, before anything is read.
  ///
  /// Faults of the value are then reported as of `origin`, such as the sweep that sets it. A choice
  /// written as a bare name becomes a mapping when one of its parameters is set; one that is absent
  /// stays with its default option.
  ///
  /// - Parameter shorthands: For sections that a bare word may stand for, the key that it then
  ///   gives.
  public mutating func override(
    _ path: [String], with yaml: String, from origin: String, shorthands: [String: String] = [:]
  ) throws(ConfigurationError) {
    precondition(!path.isEmpty, "an override needs a key")
    var value = try ConfigurationNode(yaml: yaml, file: origin)
    value.removeLines()
    // `{}` and an empty text are different values, but the reader of documents joins them.
    if yaml.allSatisfy(\.isWhitespace) { value.content = .plain("") }
    replaceEntries(
      try Self.setting(path[...], to: value, in: entries, of: self.path, shorthands))
  }

  private static func setting(
    _ path: ArraySlice<String>, to value: ConfigurationNode, in entries: [ConfigurationNode.Entry],
    of parent: [String], _ shorthands: [String: String]
  ) throws(ConfigurationError) -> [ConfigurationNode.Entry] {
    guard let key = path.first else { return entries }
    var entries = entries
    let index = entries.firstIndex { $0.key == key }
    var node = value
    if path.count > 1 {
      let old = index.map { entries[$0].value }
      let inner = try keys(
        of: old, at: parent + [key], for: value, bareWord: shorthands[key] ?? discriminator)
      node = old ?? value
      // What makes a word or a number a mapping is to blame where none is expected.
      switch old?.content {
      case .plain, .quoted: node.place = value.place
      case .list, .mapping, nil: break
      }
      node.isImplied = old?.isNull ?? true || old?.isImplied ?? false
      node.content = .mapping(
        try setting(path.dropFirst(), to: value, in: inner, of: parent + [key], shorthands))
    }
    if let index {
      entries[index].value = node
    } else {
      entries.append(.init(key: key, place: value.place, value: node))
    }
    return entries
  }

  /// The keys under a value that is to receive another one.
  private static func keys(
    of node: ConfigurationNode?, at path: [String], for value: ConfigurationNode,
    bareWord: String
  ) throws(ConfigurationError) -> [ConfigurationNode.Entry] {
    guard let node, !node.isNull else { return [] }
    switch node.content {
    case .mapping(let entries): return entries
    case .plain, .quoted: return [.init(key: bareWord, place: node.place, value: node)]
    case .list:
      throw value.place.error(
        path.joined(separator: "."), "is a list; its items cannot be set one by one")
    }
  }
}

extension ConfigurationNode {
  /// Lines inside an overriding value mean nothing to the user.
  fileprivate mutating func removeLines() {
    place = Place(file: place.file)
    switch content {
    case .plain, .quoted: break
    case .list(var items):
      for index in items.indices { items[index].removeLines() }
      content = .list(items)
    case .mapping(var entries):
      for index in entries.indices {
        entries[index].place = Place(file: entries[index].place.file)
        entries[index].value.removeLines()
      }
      content = .mapping(entries)
    }
  }
}
