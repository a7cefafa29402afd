/// A configuration file that cannot be accepted: where, which key, and what is wrong with it.
public struct ConfigurationError: Error, CustomStringConvertible, Equatable, Sendable {
  /// The file as the user named it, or the origin of an overriding value.
  public var file: String
  /// Line in the file, from 1; nil where the fault has no line (an unreadable file).
  public var line: Int?
  /// Dotted path of the key at fault; empty for the document itself.
  public var path: String
  /// What is wrong, without place and key.
  public var problem: String

  /// A fault at `path` on `line` of `file`.
  public init(file: String, line: Int?, path: String, problem: String) {
    self.file = file
    self.line = line
    self.path = path
    self.problem = problem
  }

  public var description: String {
    let place = line.map { "\(file):\($0)" } ?? file
    return path.isEmpty ? "\(place): \(problem)" : "\(place): \(path): \(problem)"
  }
}
