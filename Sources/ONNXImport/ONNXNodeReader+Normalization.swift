import NeuralNetwork

/// Normalizations by statistics of the value itself.
extension ONNXNodeReader {
  static let normalizationAttributes: [String: Set<String>] = [
    "GroupNormalization": ["epsilon", "num_groups", "stash_type"],
    "InstanceNormalization": ["epsilon"],
    "LayerNormalization": ["axis", "epsilon", "stash_type"],
    "RMSNormalization": ["axis", "epsilon", "stash_type"],
  ]

  func normalization() throws(ONNXReason) -> [ONNXStep] {
    let stash = try integer("stash_type", default: 1)
    guard stash == 1 else {
      throw ONNXReason("attribute stash_type is \(stash); float (1) is read")
    }
    let epsilon = try float("epsilon", default: 1e-5)
    guard epsilon >= 0 else { throw ONNXReason("attribute epsilon is \(epsilon)") }
    switch node.opType {
    case "LayerNormalization", "RMSNormalization":
      let isCentered = node.opType == "LayerNormalization"
      return try scaledRuns(
        Standardization(
          .axes(from: try integer("axis", default: -1)), epsilon: epsilon,
          subtractsMean: isCentered))
    case "InstanceNormalization":
      return try scaledChannels(Standardization(.channels, epsilon: epsilon), groups: nil)
    default:
      let groups = try integer("num_groups", default: 0)
      let shape = try shape(0)
      guard groups > 0, shape.count >= 2, shape[1] % groups == 0 else {
        throw ONNXReason("attribute num_groups is \(groups), its input has shape \(shape)")
      }
      // Before operator set 21, the channels of a group shared a factor.
      return try scaledChannels(
        Standardization(.channelGroups(groups), epsilon: epsilon),
        groups: values.opset < 21 ? groups : nil)
    }
  }

  /// Factors and offsets broadcast to the axes of a run, computed ones too.
  private func scaledRuns(_ standardization: Standardization) throws(ONNXReason) -> [ONNXStep] {
    let shape = try shape(0)
    guard case .axes(let axis) = standardization.run, (-shape.count..<shape.count).contains(axis)
    else { throw ONNXReason("has another axis than its input, which has \(shape.count)") }
    let run = shape[(axis < 0 ? axis + shape.count : axis)...]
    var steps = [step(.standardize(standardization))]
    for (index, operation) in [(1, Operation.multiply), (2, .add)] where hasInput(index) {
      let extents = try self.shape(index)
      guard extents.count <= run.count,
        zip(extents.reversed(), run.reversed()).allSatisfy({ $0 == 1 || $0 == $1 })
      else {
        throw ONNXReason("input \(index) has shape \(extents), what it scales has \(Array(run))")
      }
      steps.append(ONNXStep(operation: operation, inputs: [node.input[index]]))
    }
    return steps
  }

  /// One factor and offset per channel, or per group of them.
  private func scaledChannels(
    _ standardization: Standardization, groups: Int?
  ) throws(ONNXReason) -> [ONNXStep] {
    let shape = try shape(0)
    guard shape.count >= 3 else {
      throw ONNXReason("its input has shape \(shape); [N, channels, …] is read")
    }
    let channels = shape[1]
    func perChannel(_ index: Int, _ role: String) throws(ONNXReason) -> [Float] {
      let values = try vector(index, role, count: groups ?? channels)
      return (0..<channels).map { values[$0 * values.count / channels] }
    }
    let scale = try perChannel(1, "scale")
    let affine = BatchNormalization(
      scale: scale, shift: try perChannel(2, "bias"), mean: scale.map { _ in 0 },
      variance: scale.map { _ in 1 }, epsilon: 0)
    return [
      step(.standardize(standardization)), ONNXStep(operation: .batchNormalization(affine)),
    ]
  }
}
