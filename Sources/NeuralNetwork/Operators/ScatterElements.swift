/// A copy of the first input with the third written to the positions that the second names along an
/// axis, all other coordinates being their own (ONNX `ScatterElements`).
public struct ScatterElements: Sendable, Equatable {
  /// What becomes of a value and the one written to its place; the raw value is ONNX's `reduction`.
  public enum Reduction: String, Sendable, CaseIterable {
    case replace = "none"
    case add
    case multiply = "mul"
    case maximum = "max"
    case minimum = "min"
  }

  public var axis: Int
  public var reduction: Reduction

  public init(axis: Int, reduction: Reduction) {
    self.axis = axis
    self.reduction = reduction
  }

  func outputShape(_ inputs: [[Int]]) throws(OperatorError) -> [Int] {
    guard inputs.count == 3 else { throw OperatorError("takes values, positions and updates") }
    let (data, indices) = (inputs[0], inputs[1])
    let axis = try Operation.resolve(axis, in: data)
    guard indices == inputs[2], indices.count == data.count,
      data.indices.allSatisfy({ $0 == axis || indices[$0] <= data[$0] })
    else { throw OperatorError("writes updates that do not fit its positions or values") }
    return data
  }

  /// In the order of the updates: of several to one place, the last replaces.
  func apply(_ x: Tensor, _ indices: Tensor, _ updates: Tensor) throws(OperatorError) -> Tensor {
    let axis = try Operation.resolve(axis, in: x.shape)
    let (own, strides) = (Tensor.strides(of: indices.shape), Tensor.strides(of: x.shape))
    var result = x
    for (k, value) in indices.values.enumerated() {
      var place = 0
      for (other, stride) in strides.enumerated() where other != axis {
        place += k / own[other] % indices.shape[other] * stride
      }
      place += try Lookup.place(value, extent: x.shape[axis]) * strides[axis]
      result.values[place] = reduced(result.values[place], updates.values[k])
    }
    return result
  }

  private func reduced(_ value: Float, _ update: Float) -> Float {
    switch reduction {
    case .replace: update
    case .add: value + update
    case .multiply: value * update
    case .maximum: value.isNaN || value > update ? value : update
    case .minimum: value.isNaN || value < update ? value : update
    }
  }
}
