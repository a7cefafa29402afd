/// A dense array of single-precision numbers in C order; the first extent is the batch.
public struct Tensor: Sendable, Equatable {
  /// Extents, outermost first.
  public let shape: [Int]
  /// Values in C order; their count is the product of the extents.
  public var values: [Float]

  /// A tensor over existing values, whose count must fill the shape.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.allSatisfy { $0 >= 0 }, "a tensor has no negative extent")
    precondition(values.count == shape.reduce(1, *), "values do not fill the tensor")
    self.shape = shape
    self.values = values
  }

  /// Number of values.
  public var count: Int { values.count }

  /// The same values under another shape of as many.
  public func reshaped(_ shape: [Int]) -> Tensor { Tensor(shape: shape, values: values) }
}
