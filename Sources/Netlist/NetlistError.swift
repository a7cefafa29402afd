/// A circuit or deck that breaks a rule: which, where, and on which card.
public struct NetlistError: Error, CustomStringConvertible, Equatable, Sendable {
  /// The rule broken.
  public enum Reason: String, Sendable {
    case unreadable = "cannot be read"
    case malformedNumber = "value is not a number"
    case malformedName = "name has characters other than letters, digits and underscores"
    case duplicateName = "name is used twice"
    case wrongFieldCount = "card does not have a name, two nodes and one value"
    case resistanceNotPositive = "resistance is not positive; merge the nodes instead of zero ohms"
    case notPortable = "core decks hold R, C, V, I, D and M with portable names only"
    case noEqual = "the simulator has nothing that behaves alike"
    case unsupportedElement = "element is none of R, C, V, I, D and M"
    case wrongDeviceFields = "card does not have a name, its nodes, a model and its parameters"
    case unknownModel = "no .model card of that kind has that name"
    case unsupportedModel = "model is none of D, NMOS and PMOS of level 1"
    case unsupportedParameter = "parameter is not one this program models"
    case missingParameter = "parameter is missing"
    case parameterOutOfRange = "parameter is out of range"
    case unsupportedCard = "control card is not part of a core deck"
    case strayContinuation = "continuation line has no card to continue"
    case unsupportedFormat = "format version is not one this program reads"
    case malformedHeader = "header line is malformed"
    case unknownSource = "no voltage source has that name"
  }

  public var reason: Reason
  /// Path of the deck, or the circuit's title where there is none.
  public var file: String
  /// One-based line, or zero where the fault is not in a line.
  public var line: Int
  /// The card or name at fault.
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
