import NeuralNetwork

/// Moves of blocks of values, as chains of reshapes and transpositions.
extension ONNXNodeReader {
  static let blockAttributes: [String: Set<String>] = [
    "DepthToSpace": ["blocksize", "mode"],
    "SpaceToDepth": ["blocksize"],
  ]

  private func blockSize(dividing extents: [Int], by power: Int) throws(ONNXReason) -> Int {
    let block = try integer("blocksize", default: 0)
    let shape = try shape(0)
    guard shape.count == 4, (1...(1 << 12)).contains(block) else {
      throw ONNXReason(
        "attribute blocksize is \(block), its input has shape \(shape); blocks of "
          + "[N, channels, height, width] are read")
    }
    let divisor = power == 2 ? block * block : block
    guard extents.allSatisfy({ shape[$0] % divisor == 0 }) else {
      throw ONNXReason("blocks of \(block) do not divide its input \(shape)")
    }
    return block
  }

  /// Channels as blocks of pixels.
  func depthToSpace() throws(ONNXReason) -> [ONNXStep] {
    let b = try blockSize(dividing: [1], by: 2)
    let shape = try shape(0)
    let (c, h, w) = (shape[1] / (b * b), shape[2], shape[3])
    let (extents, order): ([Int], [Int])
    switch try text("mode", default: "DCR") {
    case "DCR": (extents, order) = ([0, b, b, c, h, w], [0, 3, 4, 1, 5, 2])
    case "CRD": (extents, order) = ([0, c, b, b, h, w], [0, 1, 4, 2, 5, 3])
    case let mode: throw ONNXReason("attribute mode is \(mode); DCR and CRD are read")
    }
    return moves(extents, order, [0, c, h * b, w * b])
  }

  /// Blocks of pixels as channels.
  func spaceToDepth() throws(ONNXReason) -> [ONNXStep] {
    let b = try blockSize(dividing: [2, 3], by: 1)
    let shape = try shape(0)
    let (c, h, w) = (shape[1], shape[2] / b, shape[3] / b)
    return moves([0, c, h, b, w, b], [0, 3, 5, 1, 2, 4], [0, c * b * b, h, w])
  }

  private func moves(_ first: [Int], _ order: [Int], _ last: [Int]) -> [ONNXStep] {
    [
      step(.reshape(first)), ONNXStep(operation: .transpose(order)),
      ONNXStep(operation: .reshape(last)),
    ]
  }
}
