/// Sums of all values up to each position of an axis (ONNX `CumSum`).
public struct CumulativeSum: Sendable, Equatable {
  public var axis: Int
  /// Whether a sum leaves out the value at its own position.
  public var isExclusive: Bool
  /// Whether sums run from the end.
  public var isReversed: Bool

  public init(axis: Int, isExclusive: Bool, isReversed: Bool) {
    self.axis = axis
    self.isExclusive = isExclusive
    self.isReversed = isReversed
  }

  func apply(_ x: Tensor) throws(OperatorError) -> Tensor {
    let axis = try Operation.resolve(axis, in: x.shape)
    let (extent, inner) = (x.shape[axis], x.shape[(axis + 1)...].reduce(1, *))
    var result = x
    for outer in 0..<x.shape[..<axis].reduce(1, *) {
      for k in 0..<inner {
        var sum: Float = 0
        for step in 0..<extent {
          let position = isReversed ? extent - 1 - step : step
          let place = (outer * extent + position) * inner + k
          let next = sum + x.values[place]
          result.values[place] = isExclusive ? sum : next
          sum = next
        }
      }
    }
    return result
  }
}
