/// Values at positions that an input names (ONNX `Gather`, where the positions are computed).
public struct Lookup: Sendable, Equatable {
  /// The axis of the first input along which the second names positions.
  public var axis: Int

  public init(axis: Int) { self.axis = axis }

  func outputShape(_ inputs: [[Int]]) throws(OperatorError) -> [Int] {
    guard inputs.count == 2 else { throw OperatorError("takes values and positions") }
    let axis = try Operation.resolve(axis, in: inputs[0])
    return inputs[0][..<axis] + inputs[1] + inputs[0][(axis + 1)...]
  }

  func apply(_ x: Tensor, _ positions: Tensor, to extents: [Int]) throws(OperatorError) -> Tensor {
    let axis = try Operation.resolve(axis, in: x.shape)
    var places: [Int] = []
    for value in positions.values {
      places.append(try Self.place(value, extent: x.shape[axis]))
    }
    return x.gathered(axis: axis, indices: places, to: extents)
  }

  /// The position that a computed integer names among `extent`; negative ones count from the end.
  static func place(_ value: Float, extent: Int) throws(OperatorError) -> Int {
    guard let position = Int(exactly: value), (-extent..<extent).contains(position) else {
      throw OperatorError("reads position \(value) of \(extent)")
    }
    return position < 0 ? position + extent : position
  }
}
