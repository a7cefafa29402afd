/// A file that cannot be read or written, with the reason.
public struct FileError: Error, CustomStringConvertible, Equatable, Sendable {
  /// Path of the faulty file, as the user gave it.
  public var path: String
  /// The problem, in one sentence without the path.
  public var reason: String

  /// A fault of the file at `path`.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  public var description: String { "\(path): \(reason)" }
}
