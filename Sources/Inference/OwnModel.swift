import CrossbarArray

/// A model of arrays that the user brings, for the layers that are to run on it.
///
/// It is an object because closures have no other identity: two are equal if they are the same one.
public final class OwnModel: Sendable, Equatable {
  /// Its name, for methods and errors.
  public let name: String
  private let make: @Sendable (ArrayDescription) throws(ArrayError) -> any ArrayModel

  /// A model by what makes it of each array.
  public init(
    _ name: String,
    _ make: @escaping @Sendable (ArrayDescription) throws(ArrayError) -> any ArrayModel
  ) {
    self.name = name
    self.make = make
  }

  /// The model of one array.
  public func model(of array: ArrayDescription) throws(ArrayError) -> any ArrayModel {
    try make(array)
  }

  public static func == (a: OwnModel, b: OwnModel) -> Bool { a === b }
}
