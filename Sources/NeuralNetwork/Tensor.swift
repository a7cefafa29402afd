/// A dense array of single-precision numbers in C order.
public struct Tensor: Sendable, Equatable {
  /// Extents, outermost first; empty for a scalar.
  public let shape: [Int]
  /// Values in C order; their count is the product of the extents.
  public var values: [Float]

  /// A tensor with the given values, whose count must match the shape.
  public init(shape: [Int], values: [Float]) {
    precondition(Self.elementCount(of: shape) == values.count, "values do not fill the tensor")
    self.shape = shape
    self.values = values
  }

  /// Number of values.
  public var count: Int { values.count }

  /// The same values in another shape of equal count.
  public func reshaped(_ shape: [Int]) -> Tensor { Tensor(shape: shape, values: values) }

  /// The product of `shape`; `nil` if an extent is negative or the product exceeds 2³¹ − 1, the
  /// limit of the matrix product's 32-bit indices.
  public static func elementCount(of shape: [Int]) -> Int? {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow, product <= Int(Int32.max) else { return nil }
      count = product
    }
    return count
  }

  /// Distances in values between neighbors along each axis of a C-ordered array.
  static func strides(of shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }
}
