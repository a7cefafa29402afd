import Foundation
import TestSupport
import Testing

@Suite struct ValidationTagTests {
  /// The pattern that selects tests by name has one name for every tag in the sources, suites among
  /// them, and no test twice.
  @Test func everyTaggedTestIsNamed() throws {
    let tests = Readme.root.appendingPathComponent("Tests")
    var tags = 0
    for case let file as URL in try #require(
      FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil))
    where file.pathExtension == "swift" && file.lastPathComponent != "ValidationTagTests.swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      tags += text.components(separatedBy: ".tags(.validation)").count - 1
    }
    let folder = try TemporaryFolder()
    let outcome = try Program.shell(
      "sh \"$TESTS/validation.sh\"", in: folder, environment: ["TESTS": tests.path])
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let names = outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
      .split(separator: "|")
    #expect(names.count == tags && Set(names).count == tags)
    #expect(names.contains("SmallDeckTests/"))
    #expect(names.contains("DeckBoundTests/damagedDecksNeverTrap\\("))
  }
}
