/// What a model of an array is: its kind, its name and what differs from array to array.
public struct ArrayMethod: Sendable, Equatable, CustomStringConvertible {
  /// What the numbers of a model are.
  public enum Kind: String, Sendable {
    /// Those of an array without wire and terminal resistance.
    case ideal
    /// Those of the array's circuit.
    case exact
    /// Those of a model that was fitted to the circuit.
    case calibrated
  }

  /// What the numbers are.
  public var kind: Kind
  /// The algorithm, the same for every array that it computes; `nil` if the kind says it all.
  public var name: String?
  /// Sizes and errors that differ from array to array.
  public var parameters: [String]
  /// Why no faster method applies; `nil` if this is the fastest.
  public var remark: String?

  /// A method by its parts.
  public init(
    _ kind: Kind, _ name: String? = nil, parameters: [String] = [], remark: String? = nil
  ) {
    self.kind = kind
    self.name = name
    self.parameters = parameters
    self.remark = remark
  }

  /// Kind and name, which arrays of one method share: `exact: ladder`.
  public var label: String { [kind.rawValue, name].compactMap { $0 }.joined(separator: ": ") }

  /// Name and parameters, for tables whose numbers are of one kind.
  public var details: String {
    ([name].compactMap { $0 } + parameters).joined(separator: ", ")
  }

  /// All of it, as reports print it.
  public var description: String {
    ([label] + parameters).joined(separator: ", ") + (remark.map { " (\($0))" } ?? "")
  }
}
