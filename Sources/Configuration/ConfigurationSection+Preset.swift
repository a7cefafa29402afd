import Files

// A section with presets is written as the name of one (`hardware: isaac`), or as a mapping whose
// key `preset` names one beside the keys that change it:
// `hardware: {preset: isaac, tile: {bitLines: 64}}`. The keys of the preset then count as written
// in the file, so that the resolved text spells them out and does not depend on what a later
// version calls by the name.
extension ConfigurationSection {
  /// Puts the keys of the preset that this section names, if any, below its own.
  ///
  /// Sections are joined key by key. A choice is replaced as a whole by one that names its option,
  /// because the parameters of one option mean nothing to another; parameters alone change those of
  /// the preset's option.
  ///
  /// - Parameters:
  ///   - key: The key that names the preset.
  ///   - allowsFiles: Whether a name that ends in `.yaml` is the path of a file with the keys of this
  ///     section.
  /// - Returns: Whether the section starts from a preset.
  package mutating func startFromPreset(
    of presets: PresetFolder, key: String = PresetFolder.key, allowsFiles: Bool = false,
    meaning: String
  ) throws(ConfigurationError) -> Bool {
    let names = presets.names
    declare(
      ReferenceEntry(
        key: key,
        type: "one of " + names.map { "`\($0)`" }.joined(separator: ", ")
          + (allowsFiles ? ", or path" : ""),
        fallback: "null", meaning: meaning))
    guard let entry = entry(key), !entry.value.isNull else { return false }
    let name: String
    do {
      name = try ScalarType.text.read(entry.value)
    } catch {
      try note(entry.value.place.error(dotted(key), error.text))
      return false
    }
    let own = entries.filter { $0.key != key }
    if allowsFiles, name.hasSuffix(".yaml") {
      var file = try ConfigurationSection(
        file: ConfigurationPath(written: name, folder: folder).resolved)
      // A file may change a preset, but no other file.
      if file.has(key), try !file.startFromPreset(of: presets, key: key, meaning: meaning) {
        throw file.faults.first ?? file.error(at: key, "names no preset")
      }
      replaceEntries(Self.joined(file.entries, own))
      return true
    }
    guard names.contains(name) else {
      let near = NearestWord.find(name, among: names).map { "did you mean \($0)? " } ?? ""
      try note(
        entry.value.place.error(
          dotted(key), "'\(name)' is no preset; \(near)presets: " + names.joined(separator: ", ")))
      return false
    }
    replaceEntries(
      Self.joined(try presets.entries(of: name), own))
    return true
  }

  /// `upper` over `lower`, in the order of `lower`, then that of `upper`.
  private static func joined(
    _ lower: [ConfigurationNode.Entry], _ upper: [ConfigurationNode.Entry]
  ) -> [ConfigurationNode.Entry] {
    func isChoice(_ entries: [ConfigurationNode.Entry]) -> Bool {
      entries.contains { $0.key == discriminator }
    }
    // A bare word names the option of a choice.
    func keys(of value: ConfigurationNode) -> [ConfigurationNode.Entry]? {
      switch value.content {
      case .mapping(let entries): entries
      case .plain, .quoted: [.init(key: discriminator, place: value.place, value: value)]
      case .list: nil
      }
    }
    var result = lower
    for entry in upper {
      guard let index = result.firstIndex(where: { $0.key == entry.key }) else {
        result.append(entry)
        continue
      }
      guard let old = keys(of: result[index].value) else {
        result[index] = entry
        continue
      }
      // A section whose keys are all commented out changes nothing.
      if entry.value.isNull, !isChoice(old) { continue }
      guard case .mapping(let new) = entry.value.content, !isChoice(new) else {
        result[index] = entry
        continue
      }
      result[index] = entry
      result[index].value.content = .mapping(joined(old, new))
    }
    return result
  }
}
