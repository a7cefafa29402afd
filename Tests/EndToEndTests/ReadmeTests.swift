import Foundation
import TestSupport
import Testing

/// README.md says what is so: its commands run in a fresh clone, its tables are those of `validation`.
@Suite(.enabled(if: Program.finds("make"), "make is not installed")) struct ReadmeTests {
  private static let hasNumPy: Bool = {
    let outcome = try? Program.shell("python3 -c 'import numpy'", in: TemporaryFolder())
    return outcome?.status == 0
  }()

  /// A folder that shows the files of the repository, and keeps what commands write.
  private static func clone() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let files = FileManager.default
    for name in try files.contentsOfDirectory(atPath: Readme.root.path) {
      // Not what commands of the page have made there, nor the build.
      guard !name.hasPrefix("."), !["demo", "results"].contains(name) else { continue }
      try files.createSymbolicLink(
        atPath: folder.file(name),
        withDestinationPath: Readme.root.appendingPathComponent(name).path)
    }
    return folder
  }

  private static func isThere(_ need: String) -> Bool {
    need == "shared" ? SharedData.isPresent : Program.finds(need)
  }

  /// Every command, in the order of the page, in one folder, with the program that `make install`
  /// puts there; what it prints is on the page, but for times.
  @Test func everyCommandRunsAndPrintsWhatThePageSays() throws {
    let folder = try Self.clone()
    let built = try #require(Program.path.map { URL(fileURLWithPath: $0) })
      .deletingLastPathComponent().path
    let home = try TemporaryFolder()
    let search = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let environment = [
      "HOME": home.path, "BUILT": built, "PATH": "\(home.path)/.local/bin:\(search)",
    ]
    let exceptions = try Readme.exceptions()
    let examples = try Readme().examples
    #expect(examples.count > 15)
    for example in examples {
      let own = exceptions.filter { $0.command == example.command && $0.applies }
      guard own.compactMap(\.needs).allSatisfy(Self.isThere) else { continue }
      if example.command.hasPrefix("python3 -c"), !Self.hasNumPy {
        try folder.write(Workspace.positive, shape: [6, 5], to: "g.npy")
        try folder.write((1...6).map { Double($0) / 6 }, shape: [1, 6], to: "x.npy")
        continue
      }
      let instead = own.compactMap(\.instead).last
      let outcome = try Program.shell(
        instead ?? example.command, in: folder, environment: environment)
      #expect(outcome.status == 0, "\(example.command): \(outcome.errors)")
      guard instead == nil else { continue }
      let printed = outcome.output.replacing("\(folder.path)/", with: "")
        .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      Self.compare(printed, with: example)
    }
    for exception in exceptions {
      #expect(
        examples.contains { $0.command == exception.command },
        "\(exception.command) is not on the page")
    }
  }

  /// Lines of the page stand in the output in their order; `…` stands for any number of lines.
  private static func compare(_ printed: [String], with example: Readme.Example) {
    func trimmed(_ lines: [String]) -> [String] {
      Array(lines.reversed().drop(while: \.isEmpty).reversed())
    }
    let found = PrintedText.comparable(trimmed(printed))
    let parts = trimmed(example.shown).split(separator: "…", omittingEmptySubsequences: false)
    if parts.count == 1 {
      let expected = PrintedText.comparable(trimmed(example.shown))
      #expect(found.count == expected.count, "\(example.command) prints \(printed)")
      for (a, b) in zip(found, expected) { #expect(a == b, "\(example.command)") }
      return
    }
    guard let first = parts.first, let last = parts.last else { return }
    #expect(found.starts(with: PrintedText.comparable(Array(first))), "\(example.command)")
    // Columns of a table are known from its heading, which the last part need not hold.
    let tail = trimmed(printed).suffix(last.count)
    #expect(
      PrintedText.comparable(Array(tail)) == PrintedText.comparable(Array(last)),
      "\(example.command)")
  }

  @Test func sectionsAreFullAndQuoteTheirFiles() throws {
    let sections = try Readme().sections
    #expect(sections.count > 10)
    for section in sections {
      #expect(
        !section.body.split(whereSeparator: \.isWhitespace).isEmpty, "\(section.name) is empty")
      switch section.kind {
      case "file":
        let file = Readme.root.appendingPathComponent(section.name)
        let contents = try String(contentsOf: file, encoding: .utf8)
        #expect(
          section.body.trimmingCharacters(in: .whitespacesAndNewlines)
            == contents.trimmingCharacters(in: .whitespacesAndNewlines), "\(section.name)")
      case "run":
        #expect(section.body.hasPrefix("```console\n$ "), "\(section.name)")
        let lines = section.body.split(separator: "\n")
        #expect(lines.contains { !$0.hasPrefix("$ ") && !$0.hasPrefix("```") }, "\(section.name)")
      case "code":
        let file = Readme.root.appendingPathComponent(section.name)
        let contents = try String(contentsOf: file, encoding: .utf8)
        let language = section.name.hasSuffix(".py") ? "python" : "swift"
        #expect(section.body == "```\(language)\n\(contents)```\n", "\(section.name)")
      case "figures": #expect(section.body.contains("<img "))
      case "map": #expect(section.body.hasPrefix("| Target | Holds | Imports |\n"))
      case let kind: Issue.record("unknown section \(kind)")
      }
    }
    let quoted = Set(sections.filter { $0.kind == "file" }.map(\.name))
    for table in ["networks", "decks", "arrays"] {
      #expect(quoted.contains("validation/speed/\(table).md"))
    }
    #expect(quoted.contains("validation/calibration/results.md"))
  }

  @Test func linksLeadSomewhere() throws {
    let text = try Readme().text
    let links =
      text.matches(of: /\]\(([^)#]+)\)/).map { String($0.1) }
      + text.matches(of: /src="([^"]+)"/).map { String($0.1) }
    #expect(links.count > 10)
    for link in links where !link.hasPrefix("http") {
      let path = Readme.root.appendingPathComponent(link).path
      #expect(FileManager.default.fileExists(atPath: path), "\(link)")
    }
  }

  /// Commands in the prose: targets of the Makefile, and commands and options that help shows.
  @Test func commandsOfTheProseExist() throws {
    let folder = try TemporaryFolder()
    let makefile = try String(
      contentsOf: Readme.root.appendingPathComponent("Makefile"), encoding: .utf8)
    let code = try Readme().inlineCode
    for words in code.map({ $0.split(separator: " ").map(String.init) }) where words.count > 1 {
      switch words[0] {
      case "make": #expect(makefile.contains("\n\(words[1]):"), "\(words)")
      case "tilespice":
        let help = try Program.run([words[1], "--help"], in: folder)
        #expect(help.status == 0, "\(words)")
        for word in words.dropFirst(2) where word.hasPrefix("--") {
          #expect(help.output.contains(word), "\(words)")
        }
      case "python3":
        let file = Readme.root.appendingPathComponent(words[1]).path
        #expect(FileManager.default.fileExists(atPath: file), "\(words)")
      default: break
      }
    }
  }

  /// The map has a row for every folder of `Sources`, and no other, with what its files import.
  @Test func mapIsThatOfSources() throws {
    let map = try #require(try Readme().sections.first { $0.kind == "map" }).body
    let rows = map.split(separator: "\n").dropFirst(2).map {
      $0.split(separator: "|", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
    }
    let sources = Readme.root.appendingPathComponent("Sources")
    let folders = try FileManager.default.contentsOfDirectory(atPath: sources.path)
      .filter { !$0.hasPrefix(".") }
    let named = rows.flatMap { $0[1].matches(of: /`(\w+)`/).map { String($0.1) } }
    #expect(named.sorted() == folders.sorted())
    // The first row names several system libraries.
    for row in rows.dropFirst() {
      let name = row[1].trimmingCharacters(in: ["`"])
      let imported = try SourceImports.modules(of: sources.appendingPathComponent(name))
      let shown = row[3].split(separator: ", ").map(String.init)
      #expect(shown.sorted() == imported.filter(folders.contains).sorted(), "\(name)")
    }
  }
}
