import Files
import Foundation
import TestSupport
import Testing

@Suite struct FileContentsTests {
  /// A write that fails leaves the old contents; one that works leaves nothing beside them.
  @Test func filesAreReplacedWhole() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("tilespice-\(ProcessInfo.processInfo.processIdentifier)-files")
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("a/b.txt").path
    try FileContents.write("old", to: path)
    try FileContents.write("new", to: path)
    #expect(try FileContents.read(path) == Data("new".utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/a") == ["b.txt"])
    for below in [path + "/file", path + "/below/a/file"] {
      let fault = #expect(throws: FileError.self) { try FileContents.write("x", to: below) }
      #expect(
        fault?.path == below && fault?.reason.hasSuffix("b.txt is a file, not a folder") == true)
    }
    #expect(try FileContents.read(path) == Data("new".utf8))
  }

  /// Chunks end up as one file; a failure half-way leaves the old one and nothing beside it.
  @Test func chunksAreWrittenAsideAndRenamed() throws {
    struct Stop: Error {}
    let folder = try TemporaryFolder()
    let path = folder.file("new/deck.sp")
    try FileContents.write(to: path) { sink in
      try sink(Array("one ".utf8))
      try sink(Array("two".utf8))
    }
    #expect(try FileContents.read(path) == Data("one two".utf8))
    #expect(throws: Stop.self) {
      try FileContents.write(to: path) { sink in
        try sink([1, 2, 3])
        throw Stop()
      }
    }
    #expect(try FileContents.read(path) == Data("one two".utf8))
    #expect(folder.contents == ["new", "new/deck.sp"])
    #expect(throws: FileError.self) { try FileContents.write(to: path + "/a") { _ in } }
    #expect(
      throws: FileError(path: folder.file("new"), reason: "cannot be written: is a folder")
    ) { try FileContents.write(to: folder.file("new")) { _ in } }
  }

  /// A file is renamed into place: a device would be replaced, a link cut off its file.
  @Test func devicesStayAndLinksLead() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(throws: FileError(path: pipe, reason: "cannot be written: is no regular file")) {
      try FileContents.write("x", to: pipe)
    }
    try FileContents.write("old", to: folder.file("inner/real"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: folder.file("inner/real"))
    try FileContents.write("new", to: folder.file("link"))
    #expect(try FileContents.read(folder.file("inner/real")) == Data("new".utf8))
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link"))
        == folder.file("inner/real"))
  }

  /// Behind a link to a folder, `..` is the folder that the link leads to lies in.
  @Test func parentsOfLinkedFoldersAreThoseOfTheSystem() throws {
    let folder = try TemporaryFolder()
    try FileContents.write("there", to: folder.file("far/file"))
    try FileContents.write("", to: folder.file("far/inner/other"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: folder.file("far/inner"))
    #expect(try FileContents.read(folder.file("link/../file")) == Data("there".utf8))
  }

  /// A file that only its owner may read stays so.
  @Test func permissionsStay() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("secret")
    try FileContents.write("first", to: path)
    #expect(chmod(path, 0o640) == 0)
    try FileContents.write("second", to: path)
    var status = stat()
    #expect(stat(path, &status) == 0)
    #expect(status.st_mode & 0o7777 == 0o640)
    #expect(
      try String(decoding: FileContents.bytes(ofRegularFile: path), as: UTF8.self) == "second")
  }
}
