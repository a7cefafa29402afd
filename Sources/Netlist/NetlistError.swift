/// A circuit or deck that breaks a rule: which, where, and on which card.
public struct NetlistError: Error, CustomStringConvertible, Equatable, Sendable {
  /// The rule broken.
  public enum Reason: String, Sendable {
    case duplicateName = "name is used twice"
    case notPortable = "core decks hold R, C, V, I, D and M with portable names only"
    case noEqual = "the simulator has nothing that behaves alike"
  }

  public var reason: Reason
  /// Path of the deck, or the circuit's title if there is none.
  public var file: String
  /// One-based line, or zero if the fault is not in a line.
  public var line: Int
  /// The faulty card or name.
  public var subject: String

  /// A broken rule at `file:line`.
  public init(_ reason: Reason, file: String, line: Int, subject: String) {
    self.reason = reason
    self.file = file
    self.line = line
    self.subject = subject
  }

  public var description: String {
    (line > 0 ? "\(file):\(line): " : "\(file): ") + "\(reason.rawValue): \(subject)"
  }
}
