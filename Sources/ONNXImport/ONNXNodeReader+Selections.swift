import NeuralNetwork

/// Operators that pick values at positions which constants give. On computed values they are one
/// gather of the values in a row.
extension ONNXNodeReader {
  /// The steps of such an operator; `nil` for any other.
  func selection() throws(ONNXReason) -> [ONNXStep]? {
    switch node.opType {
    case "GatherElements":
      let positions = try self.positions()
      return picked(
        try positions.gatheringElements(
          try constant(1, "indices"), axis: integer("axis", default: 0)))
    case "GatherND":
      return picked(try gatheringND(positions()))
    case "ScatterND":
      let updates = try constant(2, "updates")
      guard try text("reduction", default: "none") == "none" else {
        throw ONNXReason("attribute reduction is set; none is read")
      }
      let positions = try self.positions()
      let count = positions.floats.count
      let added = ONNXConstant(
        shape: updates.shape, integers: updates.floats.indices.map { $0 + count })
      let chosen = try positions.scattering(added, at: constant(1, "indices"))
      return try joined(with: updates, chosen)
    case "Trilu":
      let positions = try self.positions()
      let count = positions.floats.count
      var zero = ONNXConstant(shape: [1], floats: [0])
      if let type = values.types[node.input[0]] {
        zero = ONNXConstant(shape: [1], integers: [0], type: type)
      }
      // Positions count from one, so that those that the triangle drops are zero.
      let shifted = ONNXConstant(
        shape: positions.shape, integers: (positions.integers ?? []).map { $0 + 1 })
      let kept = try triangle(of: shifted)
      let chosen = ONNXConstant(
        shape: kept.shape, integers: (kept.integers ?? []).map { $0 == 0 ? count : $0 - 1 })
      return try joined(with: zero, chosen)
    default: return nil
    }
  }

  /// The position of every value of the first input.
  private func positions() throws(ONNXReason) -> ONNXConstant {
    let shape = try shape(0)
    return ONNXConstant(shape: shape, integers: Array(0..<shape.reduce(1, *)))
  }

  private func picked(_ positions: ONNXConstant) -> [ONNXStep] {
    [
      step(.reshape([-1])),
      ONNXStep(
        operation: .gather(
          axis: 0, indices: positions.integers ?? [], shape: positions.shape)),
    ]
  }

  /// Values at positions in a row of the first input's and then those of `others`.
  private func joined(
    with others: ONNXConstant, _ positions: ONNXConstant
  ) throws(ONNXReason) -> [ONNXStep] {
    guard let output = node.output.first else { throw ONNXReason("writes nothing") }
    var join = ONNXStep(operation: .concat(axis: 0), inputs: ["\(output)/values"])
    join.constants = ["\(output)/values": others.reshaped([others.floats.count])]
    let steps = picked(positions)
    return [steps[0], join, steps[1]]
  }
}
