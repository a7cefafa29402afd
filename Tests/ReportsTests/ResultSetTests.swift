import Files
import Foundation
import TestSupport
import Testing

@testable import Reports

/// Files that are replaced together.
@Suite struct ResultSetTests {
  private static let names = ["a", "b", "c", "d"]

  private func set(_ folder: TemporaryFolder) -> ResultSet {
    ResultSet(folder: folder.path, names: Self.names)
  }

  private func texts(_ folder: TemporaryFolder) throws -> [String: String] {
    var texts: [String: String] = [:]
    for name in folder.contents {
      texts[name] = try String(contentsOfFile: folder.file(name), encoding: .utf8)
    }
    return texts
  }

  private func write(_ files: [String: String], to folder: String) throws {
    for (name, text) in files { try FileContents.write(text, to: "\(folder)/\(name)") }
  }

  private static let old = ["a": "old a", "b": "old b", "d": "old d", "notes": "mine"]
  private static let new = ["b": "new b", "c": "new c"]
  private static let replaced = ["b": "new b", "c": "new c", "notes": "mine"]

  @Test func newFilesTakeThePlaceOfAllOldOnes() throws {
    let folder = try TemporaryFolder()
    try write(Self.old, to: folder.path)
    try set(folder).replace { try write(Self.new, to: $0) }
    #expect(try texts(folder) == Self.replaced)
  }

  struct Failure: Error {}

  @Test func whatFailsLeavesTheOldSet() throws {
    let folder = try TemporaryFolder()
    try write(Self.old, to: folder.path)
    #expect(throws: Failure.self) {
      try set(folder).replace {
        try write(["a": "new a"], to: $0)
        throw Failure()
      }
    }
    #expect(try texts(folder) == Self.old)
    // A folder in the place of a file is found before anything is written.
    try write(["x": ""], to: folder.file("c"))
    #expect(
      throws: FileError(path: folder.file("c"), reason: "cannot be written: is a folder")
    ) {
      try set(folder).replace { _ in Issue.record("nothing is to be written") }
    }
  }

  /// A process that is killed leaves the old set until the new one is complete, and the new one from
  /// then on, wherever in moving its files it was.
  @Test(arguments: 0...5)
  func killedProcessLeavesOneSet(moved: Int) throws {
    let folder = try TemporaryFolder()
    try write(Self.old, to: folder.path)
    if moved == 0 {
      try write(["b": "new b"], to: folder.file(".results-new"))
      try set(folder).recover()
      #expect(try texts(folder) == Self.old)
      return
    }
    let complete = folder.file(".results-complete")
    try write(Self.new, to: complete)
    try write([ResultSet.list: "b\nc"], to: complete)
    let manager = FileManager.default
    // In the order in which the set's files are moved or removed.
    if moved > 1 { try manager.removeItem(atPath: folder.file("a")) }
    if moved > 2 {
      try manager.removeItem(atPath: folder.file("b"))
      try manager.moveItem(atPath: complete + "/b", toPath: folder.file("b"))
    }
    if moved > 3 { try manager.moveItem(atPath: complete + "/c", toPath: folder.file("c")) }
    if moved > 4 { try manager.removeItem(atPath: folder.file("d")) }
    try set(folder).recover()
    #expect(try texts(folder) == Self.replaced)
    try set(folder).recover()
    #expect(try texts(folder) == Self.replaced)
  }
}
