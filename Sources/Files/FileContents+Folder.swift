import Foundation

extension FileContents {
  /// Throws if files could not be written into the folder at `path`, which need not exist yet;
  /// makes nothing. For folders that receive something only after long work.
  public static func checkWritable(folder path: String) throws(FileError) {
    var ancestor = URL(fileURLWithPath: path).standardizedFileURL
    while !FileManager.default.fileExists(atPath: ancestor.path), ancestor.path != "/" {
      ancestor.deleteLastPathComponent()
    }
    let values = try? ancestor.resolvingSymlinksInPath().resourceValues(forKeys: [.isDirectoryKey])
    guard values?.isDirectory == true else {
      throw FileError(path: path, reason: "cannot be made: \(ancestor.path) is a file")
    }
    guard FileManager.default.isWritableFile(atPath: ancestor.path) else {
      throw FileError(path: path, reason: "cannot be written: no permission for \(ancestor.path)")
    }
  }
}
