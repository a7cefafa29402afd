extension ConfigurationSection {
  /// A key that a later version will read: on the reference page, and refused by its name.
  public mutating func planned(_ key: String, meaning: String) throws(ConfigurationError) {
    if mode == .documenting {
      reference.append(
        ReferenceEntry(key: key, type: "", fallback: "", meaning: meaning, content: .planned))
    }
    guard let entry = entry(key) else { return }
    explain(key)
    try note(
      entry.place.error(
        dotted(key), "not built yet; a later version will read it: \(meaning.loweringFirst)"))
  }
}

extension String {
  /// The text with its first letter in lower case, to stand within a sentence.
  fileprivate var loweringFirst: String { prefix(1).lowercased() + dropFirst() }
}
