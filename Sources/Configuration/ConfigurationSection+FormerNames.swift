extension ConfigurationSection {
  /// Reads a key that is still written under an earlier name as `key`; refuses both at once. Call
  /// it before the key is read.
  package mutating func acceptFormerName(
    _ former: String, of key: String
  ) throws(ConfigurationError) {
    guard mode == .reading, has(former) else { return }
    guard !has(key) else {
      let fault = error(
        at: former, "is the earlier name of \(key), which is there too; keep \(key)")
      replaceEntries(entries.filter { $0.key != former })
      throw fault
    }
    replaceEntries(
      entries.map {
        ConfigurationNode.Entry(
          key: $0.key == former ? key : $0.key, place: $0.place, value: $0.value)
      })
  }
}
