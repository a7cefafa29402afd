/// A method that exploits the structure of the arrays it solves.
///
/// To add one, write a conforming type in its own file and list it in `ExactMethod.structured`.
protocol ExactModel: ArrayModel {
  /// Whether the method is for arrays of this topology at all; `refusal(of:)` states its other
  /// requirements.
  static func solves(_ topology: CellTopology) -> Bool
  /// Whether the method is for cells of this law at all.
  static func suits(_ law: CellLaw) -> Bool
  /// Whether preparing the array pays for `vectors` input vectors in all, `nil` if they are many.
  static func isWorthPreparing(_ array: ArrayDescription, vectors: Int?) -> Bool
  /// Prepares an array; throws if it is not physical or not covered.
  init(_ description: ArrayDescription) throws(ArrayError)
  /// The model that is given out: the method itself, or with another one behind it for vectors on
  /// which it may fail.
  var guarded: any ArrayModel { get }
}

extension ExactModel {
  static func suits(_ law: CellLaw) -> Bool { true }
  static func isWorthPreparing(_ array: ArrayDescription, vectors: Int?) -> Bool { true }
  var guarded: any ArrayModel { self }
}
