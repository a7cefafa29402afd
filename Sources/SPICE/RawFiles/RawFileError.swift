/// A raw file that cannot be read: the problem and its byte offset.
public struct RawFileError: Error, CustomStringConvertible, Equatable, Sendable {
  /// Path of the file, as the user gave it.
  public var file: String
  /// Offset of the fault, from zero; `nil` if it is not in the bytes.
  public var byte: Int?
  /// The problem, in one sentence.
  public var reason: String

  /// A fault of `file` at `byte`.
  public init(file: String, byte: Int?, reason: String) {
    self.file = file
    self.byte = byte
    self.reason = reason
  }

  public var description: String {
    "\(file): " + (byte.map { "at byte \($0): " } ?? "") + reason
  }
}
