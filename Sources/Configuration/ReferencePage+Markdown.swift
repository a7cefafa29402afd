extension ReferencePage {
  /// The page as Markdown: type, unit, default and meaning of every key, one table per section,
  /// with every option of every choice.
  public var markdown: String {
    var blocks = ["# \(title)"]
    if !introduction.isEmpty { blocks.append(introduction) }
    blocks.append(table(entries))
    blocks += details(entries, path: [])
    return blocks.joined(separator: "\n\n") + "\n"
  }

  /// The sections and choices among `entries`, each under its own heading, depth first.
  func details(_ entries: [ReferenceEntry], path: [String]) -> [String] {
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
            [
              "### `\(name): {\(ConfigurationSection.discriminator): \(option.name), …}`",
              table(option.entries),
            ]
              + details(option.entries, path: path)
          }
      }
    }
  }

  func table(_ entries: [ReferenceEntry]) -> String {
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
    guard hasDefaults else {
      return markdown(["field", "type, unit", "meaning"], rows.map { [$0[0], $0[1], $0[3]] })
    }
    return markdown(["key", "type, unit", "default", "meaning"], rows)
  }

  private func table(_ options: [ReferenceEntry.Option]) -> String {
    let rows = options.map { option in
      ["`\(option.name)`" + (option.isPlanned ? " (planned)" : ""), option.meaning]
    }
    return markdown(["option", "meaning"], rows)
  }

  private func markdown(_ header: [String], _ rows: [[String]]) -> String {
    ([header, header.map { _ in "---" }] + rows).map { cells in
      let escaped = cells.map {
        $0.replacing("|", with: "\\|").replacing("\n", with: " ")
      }
      return "| " + escaped.joined(separator: " | ") + " |"
    }
    .joined(separator: "\n")
  }
}
