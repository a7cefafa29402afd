import Foundation

/// Whole files in, whole files out: a reader never sees half a file.
public enum FileContents {
  /// All bytes of the file at `path`.
  public static func read(_ path: String) throws(FileError) -> Data { try read(path, []) }

  /// The bytes of the file at `path`, read from the disk as they are used.
  package static func map(_ path: String) throws(FileError) -> Data {
    try read(path, .mappedIfSafe)
  }

  private static func read(
    _ path: String, _ options: Data.ReadingOptions
  ) throws(FileError) -> Data {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw FileError(path: path, reason: "no such file")
    }
    guard !isFolder.boolValue else { throw FileError(path: path, reason: "is a folder") }
    do {
      return try Data(contentsOf: URL(fileURLWithPath: physical(path)), options: options)
    } catch {
      throw FileError(path: path, reason: "cannot be read: \(error.localizedDescription)")
    }
  }

  /// `path` without links and `..`, as the system finds it; unchanged if nothing is there.
  /// Foundation would take `..` off the text, which leads elsewhere behind a link.
  private static func physical(_ path: String) -> String {
    guard let found = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(found) }
    return unsafe String(cString: found)
  }

  /// Where a file is renamed to: behind links, so that they stay. Refuses an existing path that is
  /// no regular file, because a device would be replaced.
  private static func destination(_ path: String) throws(FileError) -> URL {
    var status = stat()
    if unsafe stat(path, &status) == 0 {
      let kind = status.st_mode & S_IFMT
      guard kind != S_IFDIR else {
        throw FileError(path: path, reason: "cannot be written: is a folder")
      }
      guard kind == S_IFREG else {
        throw FileError(path: path, reason: "cannot be written: is no regular file")
      }
    }
    return URL(fileURLWithPath: physical(path))
  }

  /// Writes `contents` aside and renames it into place, so that `path` holds the old or the new
  /// contents, never a part. Missing folders are made.
  public static func write(_ contents: Data, to path: String) throws(FileError) {
    let url = try destination(path)
    do {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      // `.atomic` writes an auxiliary file in the same folder and renames it.
      try contents.write(to: url, options: .atomic)
    } catch {
      throw FileError(path: path, reason: "cannot be written: \(reason(error, url))")
    }
  }

  /// Why a file cannot be written at `url`: mostly because something above it is no folder.
  private static func reason(_ error: any Error, _ url: URL) -> String {
    var above = url.deletingLastPathComponent()
    while above.path != "/" {
      var isFolder: ObjCBool = false
      if unsafe FileManager.default.fileExists(atPath: above.path, isDirectory: &isFolder) {
        guard isFolder.boolValue else { return "\(above.relativePath) is a file, not a folder" }
        break
      }
      above.deleteLastPathComponent()
    }
    return error.localizedDescription
  }

  /// Writes UTF-8 text; see `write(_:to:)`.
  public static func write(_ text: String, to path: String) throws(FileError) {
    try write(Data(text.utf8), to: path)
  }

  /// Writes the chunks that `body` passes to its sink to a temporary file, renamed into place at
  /// the end; if `body` throws, nothing is left behind. For files too large to hold in memory.
  public static func write(
    to path: String, chunks body: (_ sink: ([UInt8]) throws -> Void) throws -> Void
  ) throws {
    func fail(_ reason: String) -> FileError {
      FileError(path: path, reason: "cannot be written: \(reason)")
    }
    let url = try destination(path)
    let folder = url.deletingLastPathComponent()
    let aside = folder.appendingPathComponent(".\(url.lastPathComponent).\(UUID().uuidString)")
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw fail(reason(error, url))
    }
    guard FileManager.default.createFile(atPath: aside.path, contents: nil),
      let file = FileHandle(forWritingAtPath: aside.path)
    else { throw fail("no file can be made in \(folder.path)") }
    do {
      try body { chunk in
        do {
          try file.write(contentsOf: chunk)
        } catch {
          throw fail(error.localizedDescription)
        }
      }
      try file.close()
    } catch {
      try? file.close()
      try? FileManager.default.removeItem(at: aside)
      throw error
    }
    guard unsafe rename(aside.path, path) == 0 else {
      try? FileManager.default.removeItem(at: aside)
      throw fail("the finished file cannot be renamed")
    }
  }
}
