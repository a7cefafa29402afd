import Foundation

/// A folder of files by content, for what can be computed again: each holds bytes that follow from
/// everything that its key is a hash of.
///
/// A file is a header line, with the key and the checksum of the rest, and the bytes. It is written
/// aside and renamed, so that several processes can share the folder: readers see all of a file or
/// none, and two writers of a key write the same.
package struct ContentStore: Sendable {
  /// The folder; made with the first file.
  package let folder: String

  /// Files in `folder`.
  package init(folder: String) { self.folder = folder }

  /// Path of the file of `key`.
  package func path(_ key: String) -> String { "\(folder)/\(key)" }

  /// Stores `bytes` under `key`.
  package func write(_ bytes: Data, _ key: String) throws(FileError) {
    try FileContents.write(Self.header(key, of: bytes) + bytes, to: path(key))
  }

  /// The bytes that were stored under `key`; `nil` if there are none, and if the file is truncated,
  /// damaged, of another key or version, or cannot be read.
  package func read(_ key: String) -> Data? {
    guard let file = try? FileContents.read(path(key)), let end = file.firstIndex(of: 10)
    else { return nil }
    let bytes = file[(end + 1)...]
    return file[...end] == Self.header(key, of: bytes) ? bytes : nil
  }

  private static func header(_ key: String, of bytes: Data) -> Data {
    Data("tilespice-store 1 \(key) \(FileChecksum(bytes).hexadecimal)\n".utf8)
  }
}
