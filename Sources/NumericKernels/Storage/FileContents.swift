import Foundation

/// Whole files in, whole files out: a reader never sees half a file.
public enum FileContents {
  /// All bytes of the file at `path`.
  public static func read(_ path: String) throws(FileError) -> Data {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw FileError(path: path, reason: "no such file")
    }
    guard !isFolder.boolValue else { throw FileError(path: path, reason: "is a folder") }
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw FileError(path: path, reason: "cannot be read: \(error.localizedDescription)")
    }
  }

  /// Writes `contents` aside and renames it into place, so that `path` holds the old or the new
  /// contents, never a part. Missing folders are made.
  public static func write(_ contents: Data, to path: String) throws(FileError) {
    let url = URL(fileURLWithPath: path)
    var isFolder: ObjCBool = false
    if unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
      isFolder.boolValue
    {
      throw FileError(path: path, reason: "cannot be written: is a folder")
    }
    do {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      // `.atomic` writes an auxiliary file in the same folder and renames it.
      try contents.write(to: url, options: .atomic)
    } catch {
      throw FileError(path: path, reason: "cannot be written: \(error.localizedDescription)")
    }
  }

  /// Writes UTF-8 text; see `write(_:to:)`.
  public static func write(_ text: String, to path: String) throws(FileError) {
    try write(Data(text.utf8), to: path)
  }
}
