import Files

// One run reports every fault of a file. A key that cannot be read is noted, and reading goes on
// with its default, or with the placeholder that the reference page uses. Later errors of a body
// may follow from that value and say nothing new: they are dropped once their section has a fault.
extension ConfigurationSection {
  /// Runs `body` on this document, then refuses keys that `body` did not ask for.
  ///
  /// Throws all faults together, in the order of the file.
  package mutating func finishing<Value>(
    _ body: (inout ConfigurationSection) throws(ConfigurationError) -> Value
  ) throws(ConfigurationError) -> Value {
    isCollecting = true
    let value: Value
    do {
      value = try completed(body)
    } catch {
      throw ConfigurationError(faults) ?? error
    }
    if let fault = ConfigurationError(faults) { throw fault }
    return value
  }

  /// Throws on keys of the file that no call has read; call it last.
  public mutating func finish() throws(ConfigurationError) {
    try noteUnknownKeys()
    if let fault = ConfigurationError(faults) { throw fault }
  }

  /// Reads a section inside this one with `body` and takes over its faults.
  mutating func completed<Value>(
    _ inner: inout ConfigurationSection,
    _ body: (inout ConfigurationSection) throws(ConfigurationError) -> Value
  ) throws(ConfigurationError) -> Value {
    defer { faults += inner.faults }
    return try inner.completed(body)
  }

  /// Records a fault so that reading can go on; throws it if faults are not collected.
  package mutating func note(_ fault: ConfigurationError) throws(ConfigurationError) {
    guard isCollecting else { throw fault }
    faults += fault.all
  }

  /// The value of `body` on placeholders, as the reference page runs it.
  func standIn<Value>(
    _ body: (inout ConfigurationSection) throws(ConfigurationError) -> Value
  ) throws(ConfigurationError) -> (value: Value, keys: [String]) {
    var blank = ConfigurationSection(
      [], mode: .documenting, path: path, place: place, folder: folder)
    let value = try body(&blank)
    return (value, blank.knownKeys)
  }

  private mutating func completed<Value>(
    _ body: (inout ConfigurationSection) throws(ConfigurationError) -> Value
  ) throws(ConfigurationError) -> Value {
    let value: Value
    do {
      value = try body(&self)
    } catch {
      if faults.isEmpty && isTrusted { try note(error) }
      let substitute = try standIn(body)
      // The body ended early: the keys after the fault are known nevertheless.
      for key in substitute.keys { know(key) }
      value = substitute.value
    }
    try noteUnknownKeys()
    return value
  }

  private mutating func noteUnknownKeys() throws(ConfigurationError) {
    for entry in entries where !knownKeys.contains(entry.key) && !explained.contains(entry.key) {
      var problem = "unknown key; "
      if let near = NearestWord.find(entry.key, among: knownKeys) {
        problem += "did you mean \(near)? "
      }
      problem +=
        knownKeys.isEmpty
        ? "no keys are allowed here" : "known keys: " + knownKeys.joined(separator: ", ")
      try note(entry.place.error(dotted(entry.key), problem))
    }
  }
}
