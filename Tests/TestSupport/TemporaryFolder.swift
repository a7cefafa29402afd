import Files
import Foundation

/// A fresh folder that is removed when its last user lets go of it.
public final class TemporaryFolder: Sendable {
  /// Path of the folder, without a slash at its end.
  public let path: String

  /// Makes the folder; its name has a space, as users' folders do.
  public init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("tilespice test \(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Path of a file in the folder.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a text file and returns its path.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    try FileContents.write(text, to: file(name))
    return file(name)
  }

  /// Writes a double-precision `.npy` file and returns its path.
  @discardableResult
  public func write(_ values: [Double], shape: [Int], to name: String) throws -> String {
    try FileContents.write(NPYFile.encode(values, shape: shape), to: file(name))
    return file(name)
  }

  /// Paths of everything in the folder, relative to it, sorted.
  public var contents: [String] {
    (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []).sorted()
  }
}
