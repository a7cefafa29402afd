import Files
import Foundation

/// A YAML mapping being read strictly, with its place in the file.
///
/// Each call such as `double("bitLineOhms", …)` declares a key once, and serves three purposes:
/// reading and checking the value, reporting its problems, and describing it on the reference
/// page (`ReferencePage` runs the same calls without a file). Reading also records every
/// value, defaults filled in; see `resolvedYAML(paths:)`.
///
/// Read as a whole (`read(file:_:)`), a document is refused with all of its faults at once.
///
/// A closure states its error type, `{ wires throws(ConfigurationError) in … }`, or is an
/// initializer: `try section.section("wires", meaning: "…", WireParasitics.init)`.
///
/// Closures that read must only read: on the reference page they run on placeholder values. Checks
/// that join several keys go through `expect(_:at:_:)`, which the reference page skips.
public struct ConfigurationSection: Sendable {
  enum Mode: Sendable { case reading, documenting }

  let mode: Mode
  /// Keys from the top of the document to this mapping.
  let path: [String]
  /// Where the mapping starts, for keys that are missing.
  let place: ConfigurationNode.Place
  /// Folder that relative paths start from; empty for the working folder.
  let folder: String
  private(set) var entries: [ConfigurationNode.Entry]
  private(set) var knownKeys: [String] = []
  private(set) var resolved: [ResolvedValue.Entry] = []
  var reference: [ReferenceEntry] = []
  /// Faults that were noted, those of inner sections included.
  package var faults: [ConfigurationError] = []
  /// Whether faults are noted and thrown together at the end, or thrown one by one.
  var isCollecting = false
  /// Whether values from outside this section, which its checks may compare, were read without
  /// fault.
  package var isTrusted = true
  /// Keys that are refused by their own name, or named in the fault of another key.
  private(set) var explained: Set<String> = []

  init(
    _ entries: [ConfigurationNode.Entry], mode: Mode, path: [String],
    place: ConfigurationNode.Place, folder: String
  ) {
    self.entries = entries
    self.mode = mode
    self.path = path
    self.place = place
    self.folder = folder
  }

  /// The whole document in the file at `path`; relative paths in it start from its folder.
  public init(file path: String) throws(ConfigurationError) {
    let contents: Data
    do {
      contents = try FileContents.read(path)
    } catch {
      throw ConfigurationError(file: path, line: nil, path: "", problem: error.reason)
    }
    guard let text = String(data: contents, encoding: .utf8) else {
      throw ConfigurationError(file: path, line: nil, path: "", problem: "not UTF-8 text")
    }
    try self.init(yaml: text, file: path)
  }

  /// The whole document in `text`, as if it stood in a file called `name`.
  public init(yaml text: String, file name: String) throws(ConfigurationError) {
    let root = try ConfigurationNode(yaml: text, file: name)
    let folder = name.lastIndex(of: "/").map { String(name[...$0]) } ?? ""
    switch root.content {
    case .mapping(let entries):
      self.init(entries, mode: .reading, path: [], place: root.place, folder: folder)
    case .plain where root.isNull:
      self.init([], mode: .reading, path: [], place: root.place, folder: folder)
    default:
      throw root.place.error("", "expected keys with values, found \(root.found)")
    }
  }

  /// Reads a whole file with `body`, refusing keys that `body` did not ask for.
  public static func read<Value>(
    file: String, _ body: (inout ConfigurationSection) throws(ConfigurationError) -> Value
  ) throws(ConfigurationError) -> Value {
    var section = try ConfigurationSection(file: file)
    return try section.finishing(body)
  }

  /// Whether the mapping has no key.
  package var isEmpty: Bool { entries.isEmpty }

  /// Everything read so far, defaults filled in.
  package var resolvedValue: ResolvedValue { .mapping(resolved) }

  /// Everything read so far, defaults filled in, as YAML that reads back to the same values.
  public func resolvedYAML(paths: ConfigurationPathStyle = .asWritten) -> String {
    resolvedValue.yaml(paths: paths)
  }

  /// Whether the file gives `key` a value; false on the reference page.
  public func has(_ key: String) -> Bool {
    entry(key).map { !$0.value.isNull } ?? false
  }

  /// Throws `problem` at `key` unless `condition` holds; skipped on the reference page, where
  /// values are placeholders.
  public func expect(_ condition: Bool, at key: String, _ problem: String)
    throws(ConfigurationError)
  {
    if mode == .reading && !condition { throw error(at: key, problem) }
  }

  /// A fault of `key`, placed on its line, or where this section starts if it is absent.
  public func error(at key: String, _ problem: String) -> ConfigurationError {
    (entry(key)?.value.place ?? place).error(dotted(key), problem)
  }
}

// Building blocks of the reading methods.
extension ConfigurationSection {
  func entry(_ key: String) -> ConfigurationNode.Entry? { entries.first { $0.key == key } }

  func dotted(_ key: String) -> String { (path + [key]).joined(separator: ".") }

  /// A required key that is absent; names a present key that may be a misspelling of it.
  mutating func missing(_ key: String) -> ConfigurationError {
    var problem = "required key is missing"
    let present = entries.filter { !knownKeys.contains($0.key) }
    if let near = NearestWord.find(key, among: present.map(\.key)),
      let line = present.first(where: { $0.key == near })?.place.line
    {
      problem += "; is it '\(near)' on line \(line)?"
      explained.insert(near)
    }
    return place.error(dotted(key), problem)
  }

  /// A section for the mapping under `key`, sharing mode and folder.
  func nested(
    _ key: String, _ entries: [ConfigurationNode.Entry], place: ConfigurationNode.Place? = nil
  ) -> ConfigurationSection {
    var inner = ConfigurationSection(
      entries, mode: mode, path: path + [key], place: place ?? self.place, folder: folder)
    inner.isCollecting = isCollecting
    inner.isTrusted = isTrusted
    return inner
  }

  mutating func declare(_ entry: ReferenceEntry) {
    know(entry.key)
    if mode == .documenting { reference.append(entry) }
  }

  mutating func know(_ key: String) {
    if !knownKeys.contains(key) { knownKeys.append(key) }
  }

  mutating func record(_ key: String, _ value: ResolvedValue) {
    resolved.removeAll { $0.key == key }
    resolved.append(.init(key: key, value: value))
  }

  mutating func replaceEntries(_ new: [ConfigurationNode.Entry]) { entries = new }
}
