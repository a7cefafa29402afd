import Foundation

/// README.md as its marked sections and console blocks.
struct Readme {
  /// What stands between `<!-- KIND NAME … -->` and `<!-- end -->`.
  struct Section {
    var kind: String
    var name: String
    var body: String
  }

  /// A command of a console block with the lines that the page shows below it.
  struct Example {
    var command: String
    var shown: [String]
  }

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  let text: String

  init() throws {
    text = try String(
      contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
  }

  var sections: [Section] {
    text.matches(of: /<!-- (\w+) ?([^ ]*)[^>]* -->\n((?s:.*?))<!-- end -->/).map {
      Section(kind: String($0.1), name: String($0.2), body: String($0.3))
    }
  }

  /// The commands of all console blocks in their order.
  var examples: [Example] {
    text.matches(of: /(?s)```console\n(.*?)```/).flatMap { Self.examples(String($0.1)) }
  }

  /// Commands follow `$ `; a here-document belongs to its command.
  private static func examples(_ block: String) -> [Example] {
    var found: [Example] = []
    var end: String?
    for line in block.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if let word = end {
        found[found.count - 1].command += "\n" + line
        if line == word { end = nil }
      } else if line.hasPrefix("$ ") {
        found.append(Example(command: String(line.dropFirst(2)), shown: []))
        end = line.firstMatch(of: /<< (\w+)$/).map { String($0.1) }
      } else if !found.isEmpty {
        found[found.count - 1].shown.append(line)
      }
    }
    return found
  }

  /// Words between backquotes outside of blocks.
  var inlineCode: [String] {
    text.replacing(/(?s)```.*?```/, with: "").matches(of: /`([^`\n]+)`/).map { String($0.1) }
  }

  /// Commands that the tests do not run as they stand: see `validation/readme`.
  struct Exception: Decodable {
    var command: String
    /// What is run in its place; nothing is compared then.
    var instead: String?
    /// The build that it is about, `debug`; any if missing.
    var build: String?
    /// What has to be there: a program, or `shared` for the shared data folder.
    var needs: String?
    var because: String

    var applies: Bool {
      #if DEBUG
        build != "release"
      #else
        build != "debug"
      #endif
    }
  }

  static func exceptions() throws -> [Exception] {
    try JSONDecoder().decode(
      [Exception].self,
      from: Data(contentsOf: root.appendingPathComponent("validation/readme/examples.json")))
  }
}
