extension ResolvedValue {
  /// The value at `path`; `nil` if a key is missing.
  package func value(at path: [String]) -> ResolvedValue? {
    guard let key = path.first else { return self }
    guard case .mapping(let entries) = self else { return nil }
    return entries.first { $0.key == key }?.value.value(at: Array(path.dropFirst()))
  }

  /// Removes the value at `path`, if it is there.
  package mutating func remove(_ path: [String]) {
    guard let key = path.first, case .mapping(var entries) = self else { return }
    if path.count == 1 {
      entries.removeAll { $0.key == key }
    } else if let index = entries.firstIndex(where: { $0.key == key }) {
      entries[index].value.remove(Array(path.dropFirst()))
    }
    self = .mapping(entries)
  }

  /// The value as text in which `hash` of their contents stands for files: two values with equal
  /// texts mean the same, wherever their files lie.
  package func contentText(hash: (String) throws -> String) rethrows -> String {
    try replacingPaths { .text(try hash($0.resolved)) }.yaml(paths: .asWritten)
  }

  /// The paths in it, as they are found from the working folder.
  package var paths: [ConfigurationPath] {
    switch self {
    case .null, .plain, .text: []
    case .path(let path): [path]
    case .list(let items): items.flatMap(\.paths)
    case .mapping(let entries): entries.flatMap(\.value.paths)
    }
  }

  private func replacingPaths(
    _ body: (ConfigurationPath) throws -> ResolvedValue
  ) rethrows -> ResolvedValue {
    switch self {
    case .null, .plain, .text: self
    case .path(let path): try body(path)
    case .list(let items): .list(try items.map { try $0.replacingPaths(body) })
    case .mapping(let entries):
      .mapping(
        try entries.map { Entry(key: $0.key, value: try $0.value.replacingPaths(body)) })
    }
  }
}
