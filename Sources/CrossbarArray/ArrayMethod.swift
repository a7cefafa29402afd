/// The method of an array model: its kind, its name and the parameters that differ between arrays.
public struct ArrayMethod: Sendable, Equatable, CustomStringConvertible {
  /// Origin of a model's numbers.
  public enum Kind: String, Sendable {
    /// An array without wire and terminal resistance.
    case ideal
    /// The array's circuit.
    case exact
    /// A model fitted to the circuit.
    case calibrated
  }

  /// Origin of the numbers.
  public var kind: Kind
  /// The algorithm, the same for every array that it computes; `nil` if the kind says it all.
  public var name: String?
  /// Sizes and errors that differ from array to array.
  public var parameters: [String]
  /// Why no faster method applies; `nil` if this is the fastest.
  public var remark: String?

  /// A method from its parts.
  public init(
    _ kind: Kind, _ name: String? = nil, parameters: [String] = [], remark: String? = nil
  ) {
    self.kind = kind
    self.name = name
    self.parameters = parameters
    self.remark = remark
  }

  /// Kind and name, common to all arrays of a method: `exact: ladder`.
  public var label: String { [kind.rawValue, name].compactMap { $0 }.joined(separator: ": ") }

  /// Name and parameters, for tables whose numbers are of one kind.
  public var details: String {
    ([name].compactMap { $0 } + parameters).joined(separator: ", ")
  }

  /// The complete method, as printed in reports.
  public var description: String {
    ([label] + parameters).joined(separator: ", ") + (remark.map { " (\($0))" } ?? "")
  }
}
