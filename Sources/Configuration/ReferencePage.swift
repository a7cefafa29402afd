import Files

/// A page that documents every key of one kind of file, or a part of it.
public struct ReferencePage: Sendable {
  /// The word by which the command line names the page.
  public let name: String
  let title: String
  let introduction: String
  let entries: [ReferenceEntry]
  /// Whether keys have defaults, as in files that are read; fields of files that are written do
  /// not.
  package var hasDefaults = true

  /// The page of the keys that `body` can read, which runs without a file on placeholder values.
  package init(
    name: String, title: String, introduction: String,
    _ body: (inout ConfigurationSection) throws(ConfigurationError) -> some Any
  ) throws(ConfigurationError) {
    var section = ConfigurationSection(
      [], mode: .documenting, path: [], place: .init(file: title, line: nil), folder: "")
    _ = try body(&section)
    self.init(
      name: name, title: title, introduction: introduction, entries: section.reference)
  }

  package init(name: String, title: String, introduction: String, entries: [ReferenceEntry]) {
    self.name = name
    self.title = title
    self.introduction = introduction
    self.entries = entries
  }

  /// The pages or the parts of pages that `name` stands for: a page (`experiment`), the path of a
  /// key in one (`experiment.hardware.tile`, `hardware.tile`), or the end of such a path (`tile`).
  package static func text(of name: String, in pages: [ReferencePage]) throws -> String {
    if let page = pages.first(where: { $0.name == name }) { return page.markdown }
    let words = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let named = pages.filter { $0.name == words.first && words.count > 1 }
    let found =
      named.isEmpty
      ? pages.compactMap { $0.part(words) }
      : named.compactMap { $0.part(Array(words.dropFirst())) }
    guard !found.isEmpty else { throw UnknownSection(name: name, known: sections(of: pages)) }
    return found.joined(separator: "\n")
  }

  /// A name that stands for no section.
  struct UnknownSection: Error, CustomStringConvertible {
    var name: String
    var known: [String]

    var description: String {
      let near = NearestWord.find(name, among: known).map { "did you mean \($0)? " } ?? ""
      return "'\(name)' is no page and no section of one; \(near)there are: "
        + known.joined(separator: ", ")
    }
  }

  private static func sections(of pages: [ReferencePage]) -> [String] {
    var names: [String] = pages.map(\.name)
    for page in pages {
      for (path, entry) in page.paths where entry.hasDetails {
        let name = path.joined(separator: ".")
        // The hardware of a layer has the sections of the experiment's.
        if !path.contains(where: { $0.hasPrefix("<") }), !names.contains(name) {
          names.append(name)
        }
      }
    }
    return names
  }

  /// Every key with its path, depth first.
  private var paths: [(path: [String], entry: ReferenceEntry)] {
    func walk(
      _ entries: [ReferenceEntry], _ path: [String]
    ) -> [(path: [String], entry: ReferenceEntry)] {
      entries.flatMap { entry in
        let path = path + [entry.key]
        return [(path, entry)]
          + entry.groups.flatMap { walk($0, path) }
      }
    }
    return walk(entries, [])
  }

  /// The part at the path `words`, or else at the shortest path that ends in them; sections before
  /// single keys. `nil` if there is none.
  private func part(_ words: [String]) -> String? {
    let ends = paths.filter { $0.path.suffix(words.count) == words[...] }
    let sections = ends.filter(\.entry.hasDetails)
    let candidates = sections.isEmpty ? ends : sections
    guard
      let best = candidates.min(by: { $0.path.count < $1.path.count })
    else { return nil }
    let heading = "# \(title): `\(best.path.joined(separator: "."))`"
    let body =
      best.entry.hasDetails
      ? details([best.entry], path: Array(best.path.dropLast())) : [table([best.entry])]
    return ([heading] + body).joined(separator: "\n\n") + "\n"
  }
}

extension ReferenceEntry {
  /// Whether the key has a section of the page to itself.
  var hasDetails: Bool {
    switch content {
    case .section, .options: true
    case .scalar: false
    }
  }

  /// The keys below it, by option where it has options.
  var groups: [[ReferenceEntry]] {
    switch content {
    case .section(let inner): [inner]
    case .options(let options): options.map(\.entries)
    case .scalar: []
    }
  }
}
