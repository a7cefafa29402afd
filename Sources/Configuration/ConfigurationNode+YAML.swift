import Foundation
import Yams

extension ConfigurationNode {
  /// Values nested deeper than this are a mistake, not a configuration.
  private static let deepest = 64
  /// Aliases multiply; a file that expands beyond this is refused before it fills the memory.
  private static let mostNodes = 1_000_000

  /// The tree of a YAML document; an empty document is an empty mapping.
  init(yaml text: String, file: String) throws(ConfigurationError) {
    let node: Node?
    do {
      // The encoding is named because the default consults the environment, and prints.
      node = try Yams.compose(yaml: text, .default, .default, .utf8)
    } catch {
      throw Self.syntaxError(error, in: text, file: file)
    }
    guard let node else {
      self.init(place: Place(file: file, line: 1), content: .mapping([]))
      return
    }
    var budget = Self.mostNodes
    try self.init(node, file: file, depth: 0, budget: &budget)
  }

  private init(_ node: Node, file: String, depth: Int, budget: inout Int)
    throws(ConfigurationError)
  {
    let place = Place(file: file, line: node.mark?.line, column: node.mark?.column)
    budget -= 1
    guard depth <= Self.deepest else {
      throw place.error("", "values are nested more than \(Self.deepest) deep")
    }
    guard budget >= 0 else {
      throw place.error("", "the document expands to more than \(Self.mostNodes) values")
    }
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      self.init(place: place, content: isPlain ? .plain(scalar.string) : .quoted(scalar.string))
    case .sequence(let sequence):
      var items: [ConfigurationNode] = []
      for item in sequence {
        items.append(try ConfigurationNode(item, file: file, depth: depth + 1, budget: &budget))
      }
      self.init(place: place, content: .list(items))
    case .mapping(let mapping):
      var entries: [Entry] = []
      var names: Set<String> = []
      for (key, value) in mapping {
        let keyPlace = Place(file: file, line: key.mark?.line, column: key.mark?.column)
        guard let name = key.scalar?.string else {
          throw keyPlace.error("", "a key must be text, not a list or a mapping")
        }
        // The YAML library refuses equal keys, but takes `on` and "on" for different ones.
        guard names.insert(name).inserted else {
          throw keyPlace.error(name, Self.duplicateKey)
        }
        let node = try ConfigurationNode(value, file: file, depth: depth + 1, budget: &budget)
        entries.append(Entry(key: name, place: keyPlace, value: node))
      }
      self.init(place: place, content: .mapping(entries))
    case .alias:
      throw place.error("", "an alias refers to nothing")
    }
  }

  private static let duplicateKey = "the key is given more than once"

  private static func syntaxError(_ error: any Error, in text: String, file: String)
    -> ConfigurationError
  {
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let place = Place(file: file, line: mark.line, column: mark.column)
      if indentationHasTab(line: mark.line, of: text) {
        return place.error("", "not valid YAML: a tab in the indentation; use spaces")
      }
      let parts = [context?.text, problem].compactMap { $0 }
        .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
      return place.error("", "not valid YAML: " + parts.joined(separator: ", "))
    case .reader(let problem, let offset, _, _):
      let line = offset.map { text.prefix($0).count(where: \.isNewline) + 1 }
      return Place(file: file, line: line).error("", "not valid YAML: \(problem)")
    case .duplicatedKeysInMapping(let keys, let context):
      return Place(file: file, line: context.mark.line).error(keys.first ?? "", duplicateKey)
    default:
      return Place(file: file, line: nil).error("", "not valid YAML: \(error)")
    }
  }

  private static func indentationHasTab(line: Int, of text: String) -> Bool {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.indices.contains(line - 1) else { return false }
    return lines[line - 1].prefix { $0 == " " || $0 == "\t" }.contains("\t")
  }
}

extension ConfigurationNode.Place {
  /// A fault here.
  func error(_ path: String, _ problem: String) -> ConfigurationError {
    ConfigurationError(file: file, line: line, column: column, path: path, problem: problem)
  }
}
