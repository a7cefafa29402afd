import Foundation

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
    /// A model of the user's own.
    case own
  }

  /// Origin of the numbers.
  public var kind: Kind
  /// The algorithm, the same for every array that it computes; `nil` if the kind says it all.
  public var name: String?
  /// Sizes and errors that differ from array to array.
  public var parameters: [String]
  /// Largest error of the currents of cells that a fit replaces, relative; `nil` without a fit.
  public var cellFit: Double?
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
    ([label] + parameters).joined(separator: ", ")
      + (cellFit.map { " (cell fit \(Self.upToTwoDigits($0)))" } ?? "")
      + (remark.map { " (\($0))" } ?? "")
  }

  /// States the error of curves that stand in for compiled cells, those of the law or others.
  mutating func noteTabulation(of array: ArrayDescription, _ curves: CompactTable? = nil) {
    guard let table = curves ?? array.law.law.tabulation else { return }
    parameters.append("cells tabulated to \(Self.upToTwoDigits(table.relativeError))")
  }

  /// States what cells would add whose gates are off.
  mutating func noteOffPart(_ part: Double) {
    parameters.append("cells that are off below \(Self.upToTwoDigits(part)) of one that is on")
  }

  /// A bound with two digits, never below it.
  private static func upToTwoDigits(_ bound: Double) -> String {
    guard bound > 0 else { return "0" }
    let unit = pow(10, (log10(bound)).rounded(.down) - 1)
    return String(format: "%.1e", (bound / unit).rounded(.up) * unit)
  }

  /// The one method of several arrays that differ at most in the error of their fits, of which it
  /// has the largest; `nil` if they differ in more, or there are none.
  public static func common(_ methods: [ArrayMethod]) -> ArrayMethod? {
    guard var common = methods.first else { return nil }
    for method in methods.dropFirst() {
      let largest = [common.cellFit, method.cellFit].compactMap { $0 }.max()
      common.cellFit = method.cellFit
      guard method == common else { return nil }
      common.cellFit = largest
    }
    return common
  }
}
