/// A configuration file that cannot be accepted: the place, the key and the problem.
///
/// One value stands for all faults found while reading: the first in file order, followed by the
/// `others`.
public struct ConfigurationError: Error, CustomStringConvertible, Equatable, Sendable {
  /// The file as the user named it, or the origin of an overriding value.
  public var file: String
  /// Line in the file, from 1; `nil` if the fault has no line (an unreadable file).
  public var line: Int?
  /// Column in that line, from 1; `nil` if the line is.
  public var column: Int?
  /// Dotted path of the faulty key; empty for the document itself.
  public var path: String
  /// The problem, without place and key.
  public var problem: String
  /// Further faults of the same reading; they have no others of their own.
  public internal(set) var others: [ConfigurationError] = []

  /// Largest number of printed faults; in a file of another kind, every key is at fault.
  static let mostPrinted = 20

  /// A fault at `path` on `line` of `file`.
  public init(file: String, line: Int?, column: Int? = nil, path: String, problem: String) {
    self.file = file
    self.line = line
    self.column = column
    self.path = path
    self.problem = problem
  }

  /// All of `faults` as one error, in the order of their places; `nil` if there are none.
  init?(_ faults: [ConfigurationError]) {
    // Overriding values, which have no lines, come first; equal places keep the order of reading.
    let ordered = faults.flatMap(\.all).enumerated().sorted { a, b in
      let (x, y) = (a.element, b.element)
      return (x.line ?? 0, x.column ?? 0, a.offset) < (y.line ?? 0, y.column ?? 0, b.offset)
    }.map(\.element)
    guard let first = ordered.first else { return nil }
    self = first
    others = Array(ordered.dropFirst())
  }

  /// This fault and the others, each on its own.
  public var all: [ConfigurationError] {
    var first = self
    first.others = []
    return [first] + others
  }

  /// One fault on one line; several below their number, a line for each with its column.
  public var description: String {
    guard !others.isEmpty else { return text(hasColumn: false) }
    let faults = all
    var lines = ["\(faults.count) faults"]
    lines += faults.prefix(Self.mostPrinted).map { $0.text(hasColumn: true) }
    if faults.count > Self.mostPrinted {
      lines.append("and \(faults.count - Self.mostPrinted) more")
    }
    return lines.joined(separator: "\n")
  }

  private func text(hasColumn: Bool) -> String {
    var place = file
    if let line { place += ":\(line)" }
    if hasColumn, let column { place += ":\(column)" }
    return path.isEmpty ? "\(place): \(problem)" : "\(place): \(path): \(problem)"
  }
}
