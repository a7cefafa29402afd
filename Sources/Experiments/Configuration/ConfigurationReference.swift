extension ConfigurationSection {
  /// A Markdown page that lists every key `body` can read: type, unit, default and meaning, one
  /// table per section, with every option of every choice.
  ///
  /// `body` runs without a file, on placeholder values.
  public static func reference(
    title: String, introduction: String = "",
    _ body: (inout ConfigurationSection) throws(ConfigurationError) -> some Any
  ) throws(ConfigurationError) -> String {
    var section = ConfigurationSection(
      [], mode: .documenting, path: [], place: .init(file: title, line: nil), folder: "")
    _ = try body(&section)
    var blocks = ["# \(title)"]
    if !introduction.isEmpty { blocks.append(introduction) }
    blocks.append(table(section.reference))
    blocks += details(section.reference, path: [])
    return blocks.joined(separator: "\n\n") + "\n"
  }

  /// The sections and choices among `entries`, each under its own heading, depth first.
  private static func details(_ entries: [ReferenceEntry], path: [String]) -> [String] {
    entries.flatMap { entry -> [String] in
      let path = path + [entry.key]
      let name = path.joined(separator: ".")
      switch entry.content {
      case .scalar: return []
      case .section(let inner):
        return ["## `\(name)`", entry.meaning + ".", table(inner)] + details(inner, path: path)
      case .options(let options):
        return ["## `\(name)`", entry.meaning + ".", table(options)]
          + options.filter { !$0.entries.isEmpty }.flatMap { option in
            ["### `\(name): {\(discriminator): \(option.name), …}`", table(option.entries)]
              + details(option.entries, path: path)
          }
      }
    }
  }

  private static func table(_ entries: [ReferenceEntry]) -> String {
    guard !entries.isEmpty else { return "No keys." }
    let rows = entries.map { entry in
      let type: String
      switch entry.content {
      case .scalar: type = entry.type + (entry.unit.isEmpty ? "" : ", \(entry.unit)")
      case .section: type = "\(entry.type), see below"
      case .options(let options):
        let names = options.map { "`\($0.name)`" + ($0.isPlanned ? " (planned)" : "") }
        type = "one of " + names.joined(separator: ", ")
      }
      let fallback = entry.fallback.map { $0.isEmpty ? "" : "`\($0)`" } ?? "**required**"
      return ["`\(entry.key)`", type, fallback, entry.meaning]
    }
    return markdown(["key", "type, unit", "default", "meaning"], rows)
  }

  private static func table(_ options: [ReferenceEntry.Option]) -> String {
    let rows = options.map { option in
      ["`\(option.name)`" + (option.isPlanned ? " (planned)" : ""), option.meaning]
    }
    return markdown(["option", "meaning"], rows)
  }

  private static func markdown(_ header: [String], _ rows: [[String]]) -> String {
    ([header, header.map { _ in "---" }] + rows).map { cells in
      let escaped = cells.map {
        $0.replacing("|", with: "\\|").replacing("\n", with: " ")
      }
      return "| " + escaped.joined(separator: " | ") + " |"
    }
    .joined(separator: "\n")
  }
}
