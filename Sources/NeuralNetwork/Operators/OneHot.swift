/// A new axis with a truth value at the position that an integer names (ONNX `OneHot`).
public struct OneHot: Sendable, Equatable {
  /// Place of the new axis in the output.
  public var axis: Int
  /// Its extent.
  public var depth: Int

  public init(axis: Int, depth: Int) {
    self.axis = axis
    self.depth = depth
  }

  func outputShape(_ input: [Int]) throws(OperatorError) -> [Int] {
    let place = axis < 0 ? axis &+ input.count + 1 : axis
    guard (0...input.count).contains(place), depth > 0 else {
      throw OperatorError("puts \(depth) positions at axis \(axis) of \(input.count + 1)")
    }
    return input[..<place] + [depth] + input[place...]
  }

  /// Nothing is set for a position outside ±`depth`; negative ones count from the end.
  func apply(_ x: Tensor, to extents: [Int]) -> Tensor {
    let place = axis < 0 ? axis + x.shape.count + 1 : axis
    let inner = x.shape[place...].reduce(1, *)
    var result = [Float](repeating: 0, count: x.count * depth)
    for (k, value) in x.values.enumerated() {
      let whole = value.rounded(.towardZero)
      guard whole >= Float(-depth), whole < Float(depth) else { continue }
      let position = Int(whole) + (whole < 0 ? depth : 0)
      result[(k / inner * depth + position) * inner + k % inner] = 1
    }
    return Tensor(shape: extents, values: result)
  }
}
