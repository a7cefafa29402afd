import Files

/// A data set that cannot be read: which file, which record, and why.
public struct DatasetError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Path of the file at fault, as the user gave it.
  public var path: String
  /// Index of the record at fault, from 0; `nil` if the fault is not in a single record.
  public var record: Int?
  /// Line at fault in a text file, from 1; `nil` otherwise.
  public var line: Int?
  /// The problem, in one sentence without the path.
  public var reason: String

  /// A fault of the file at `path`.
  public init(path: String, record: Int? = nil, line: Int? = nil, reason: String) {
    self.path = path
    self.record = record
    self.line = line
    self.reason = reason
  }

  /// The same fault as the file's reader found it.
  public init(_ error: FileError) { self.init(path: error.path, reason: error.reason) }

  public var description: String {
    path + (line.map { ":\($0)" } ?? "") + ": " + (record.map { "record \($0): " } ?? "") + reason
  }
}
