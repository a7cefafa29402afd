import NeuralNetwork

/// Operators that order the values along an axis.
extension ONNXNodeReader {
  static let rankingAttributes: [String: Set<String>] = [
    "ArgMax": ["axis", "keepdims", "select_last_index"],
    "ArgMin": ["axis", "keepdims", "select_last_index"],
    "Hardmax": ["axis"],
    "TopK": ["axis", "k", "largest", "sorted"],
  ]

  func position() throws(ONNXReason) -> Operation {
    .rank(
      Ranking(
        axis: try integer("axis", default: 0), isLargest: node.opType == "ArgMax",
        result: .position(
          keepsAxis: try flag("keepdims", default: true),
          takesLast: try flag("select_last_index"))))
  }

  func hardmax() throws(ONNXReason) -> [ONNXStep] {
    let axis = try integer("axis", default: values.opset < 13 ? 1 : -1)
    guard values.opset < 13 else {
      return [step(.rank(Ranking(axis: axis, result: .indicator)))]
    }
    // Before operator set 13 everything from the axis on was one run.
    let shape = try shape(0)
    let first = axis < 0 ? axis &+ shape.count : axis
    guard shape.indices.contains(first) else {
      throw ONNXReason("has axis \(axis), its input \(shape.count) axes")
    }
    return [
      step(.reshape(shape[..<first] + [-1])),
      ONNXStep(operation: .rank(Ranking(axis: -1, result: .indicator))),
      ONNXStep(operation: .reshape(shape)),
    ]
  }

  /// Values and positions together, and each by itself.
  func largestValues() throws(ONNXReason) -> ONNXOutputs {
    let shape = try shape(0)
    let axis = try integer("axis", default: -1)
    let place = axis < 0 ? axis &+ shape.count : axis
    guard shape.indices.contains(place) else {
      throw ONNXReason("has axis \(axis), its input \(shape.count) axes")
    }
    let given = hasInput(1) ? try integers(1, "k") : [try integer("k", default: 0)]
    guard let count = given.first, given.count == 1, (1...shape[place]).contains(count) else {
      throw ONNXReason("takes \(given) of \(shape[place]) values")
    }
    // ONNX leaves the order open where `sorted` is not set.
    _ = try flag("sorted", default: true)
    let ranking = Ranking(
      axis: place, isLargest: try flag("largest", default: true), result: .first(count))
    func part(_ start: Int) -> [ONNXStep] {
      [
        ONNXStep(
          operation: .slice([SliceAxis(axis: place, start: start, end: start + count, step: 1)]))
      ]
    }
    return ONNXOutputs(
      shared: [step(.rank(ranking))], parts: [part(0), part(count)], types: [1: .int64])
  }
}
