import Files
import Foundation

/// Files of a folder that belong together and are replaced together.
///
/// New files are written aside, into a folder that takes its final name when all of them are there:
/// from then on the new set counts. Its files are moved into place afterwards; what a process that
/// is killed meanwhile leaves to do, `recover` does. Until then the old set is untouched.
struct ResultSet {
  /// Path of the folder.
  let folder: String
  /// Every file that a set may have: those that a new set has not are removed with the old one.
  let names: [String]

  private var written: String { "\(folder)/.results-new" }
  private var complete: String { "\(folder)/.results-complete" }

  /// Replaces the set by the files that `body` writes into the folder that it is given; if it
  /// throws, the old set stays.
  func replace(_ body: (_ folder: String) throws -> Void) throws {
    try recover()
    for name in names {
      var isFolder: ObjCBool = false
      let path = "\(folder)/\(name)"
      if unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
        isFolder.boolValue
      {
        throw FileError(path: path, reason: "cannot be written: is a folder")
      }
    }
    do {
      try body(written)
      let new = names.filter { FileManager.default.fileExists(atPath: "\(written)/\($0)") }
      try FileContents.write(new.joined(separator: "\n"), to: "\(written)/\(Self.list)")
      // The files must be on disk before the name points to them, in case the power fails.
      for name in new + [Self.list] {
        try named("\(written)/\(name)") {
          try FileHandle(forReadingFrom: URL(fileURLWithPath: "\(written)/\(name)")).synchronize()
        }
      }
      guard unsafe rename(written, complete) == 0 else {
        throw FileError(
          path: folder, reason: "cannot be written: \(unsafe String(cString: strerror(errno)))")
      }
    } catch {
      try? FileManager.default.removeItem(atPath: written)
      throw error
    }
    try recover()
  }

  /// Recovers after a killed process: a complete new set is moved into place, an incomplete one is
  /// removed.
  func recover() throws(FileError) {
    let manager = FileManager.default
    if manager.fileExists(atPath: written) {
      try named(written) { try manager.removeItem(atPath: written) }
    }
    guard manager.fileExists(atPath: complete) else { return }
    // Which files the new set has is kept apart from them: those already moved are no old ones.
    let list = try FileContents.read("\(complete)/\(Self.list)")
    let new = Set(String(decoding: list, as: UTF8.self).split(separator: "\n").map(String.init))
    for name in names {
      let (source, target) = ("\(complete)/\(name)", "\(folder)/\(name)")
      if manager.fileExists(atPath: source) {
        guard unsafe rename(source, target) == 0 else {
          throw FileError(
            path: target, reason: "cannot be replaced: \(unsafe String(cString: strerror(errno)))")
        }
      } else if !new.contains(name), manager.fileExists(atPath: target) {
        try named(target) { try manager.removeItem(atPath: target) }
      }
    }
    try named(complete) { try manager.removeItem(atPath: complete) }
  }

  /// Name of the file that lists the new set, one name a line.
  static let list = "files"

  private func named(_ path: String, _ body: () throws -> Void) throws(FileError) {
    do {
      try body()
    } catch {
      throw FileError(path: path, reason: "cannot be replaced: \(error.localizedDescription)")
    }
  }
}
