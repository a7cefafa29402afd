/// A value as resolved, with defaults filled in, in the order of reading.
package enum ResolvedValue: Equatable, Sendable {
  /// One key of a mapping with its value.
  package struct Entry: Equatable, Sendable {
    package var key: String
    package var value: ResolvedValue
  }

  case null
  /// A number or a Boolean, which needs no quotes.
  case plain(String)
  case text(String)
  /// A path as written, and relative to the working folder.
  case path(ConfigurationPath)
  case list([ResolvedValue])
  case mapping([Entry])

  /// Replaces the value at `path`, whose keys must all be there.
  package mutating func set(_ path: [String], to value: ResolvedValue) {
    guard let key = path.first else {
      self = value
      return
    }
    guard case .mapping(var entries) = self,
      let index = entries.firstIndex(where: { $0.key == key })
    else { preconditionFailure("no resolved value is called \(key)") }
    entries[index].value.set(Array(path.dropFirst()), to: value)
    self = .mapping(entries)
  }
}
