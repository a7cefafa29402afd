import NeuralNetwork

/// Operators whose positions may be computed.
extension ONNXNodeReader {
  static let positionAttributes: [String: Set<String>] = [
    "CumSum": ["exclusive", "reverse"],
    "Gather": ["axis"],
    "OneHot": ["axis"],
    "ScatterElements": ["axis", "reduction"],
  ]

  func gather() throws(ONNXReason) -> [ONNXStep] {
    let axis = try integer("axis", default: 0)
    guard hasInput(1), values.constants[node.input[1]] == nil else {
      let indices = try constant(1, "indices")
      guard let positions = indices.integers else { throw ONNXReason("indices are no integers") }
      return [step(.gather(axis: axis, indices: positions, shape: indices.shape))]
    }
    try checkPositions(1)
    return [step(.lookup(Lookup(axis: axis)), inputs: 2)]
  }

  /// Throws unless an input holds integers.
  private func checkPositions(_ index: Int) throws(ONNXReason) {
    guard hasInput(index) else { throw ONNXReason("input \(index) (indices) is missing") }
    let name = node.input[index]
    let type = values.types[name] ?? values.constants[name]?.type ?? .float
    guard type == .int32 || type == .int64 else {
      throw ONNXReason("input \(index) (indices) holds \(type); int32 and int64 are read")
    }
  }

  func scatterElements() throws(ONNXReason) -> [ONNXStep] {
    try checkPositions(1)
    let targets = [0, 2].filter(hasInput).compactMap { values.types[node.input[$0]] }
    return [step(.scatterElements(try scattering()), inputs: 3)] + integerCheck(targets.first)
  }

  /// The same of constants, whatever their type.
  func scatteredConstants() throws(ONNXReason) -> ONNXConstant? {
    let scattering = try scattering()
    let data = try constant(0, "data")
    guard data.type.integers != nil else {
      // Real numbers are folded as the graph computes them.
      return nil
    }
    guard scattering.reduction == .replace else {
      throw ONNXReason("attribute reduction is set; none is read for constant integers")
    }
    return try data.scatteringElements(
      try constant(2, "updates"), at: constant(1, "indices"), axis: scattering.axis)
  }

  private func scattering() throws(ONNXReason) -> ScatterElements {
    let name = try text("reduction", default: "none")
    guard let reduction = ScatterElements.Reduction(rawValue: name) else {
      let known = ScatterElements.Reduction.allCases.map(\.rawValue)
      throw ONNXReason("attribute reduction is \(name); read are \(known.joined(separator: ", "))")
    }
    return ScatterElements(axis: try integer("axis", default: 0), reduction: reduction)
  }

  /// Truth values at the positions, and behind them the choice between two values.
  func oneHot() throws(ONNXReason) -> [ONNXStep] {
    let (encoding, levels) = try encoding()
    guard let output = node.output.first else { throw ONNXReason("writes nothing") }
    let names = ["\(output)/on", "\(output)/off"]
    var choice = ONNXStep(operation: .select, inputs: names)
    choice.constants = [
      names[0]: levels.taking([1], shape: []), names[1]: levels.taking([0], shape: []),
    ]
    return [step(.oneHot(encoding)), choice]
  }

  func constantOneHot() throws(ONNXReason) -> ONNXConstant {
    let (encoding, levels) = try encoding()
    let indices = try constant(0, "indices")
    do throws(OperatorError) {
      let shape = try Operation.oneHot(encoding).outputShape([indices.shape])
      guard shape.reduce(1, *) <= ONNXGraphBuilder.largestFolded else {
        throw OperatorError("makes a constant of shape \(shape), which is too large")
      }
      let set = try Operation.oneHot(encoding).evaluate([indices.tensor])
      return levels.taking(set.values.map { Int($0) }, shape: shape)
    } catch {
      throw ONNXReason(error.description)
    }
  }

  private func encoding() throws(ONNXReason) -> (OneHot, levels: ONNXConstant) {
    let depth = try constant(1, "depth").floats
    let levels = try constant(2, "values")
    guard depth.count == 1, (1...Float(1 << 24)).contains(depth[0]), levels.floats.count == 2 else {
      throw ONNXReason(
        "has depth \(depth) and \(levels.floats.count) values; one depth from 1 on and the values "
          + "off and on are read")
    }
    return (OneHot(axis: try integer("axis", default: -1), depth: Int(depth[0])), levels)
  }

  func cumulativeSum() throws(ONNXReason) -> [ONNXStep] {
    let axis = try integers(1, "axis")
    guard axis.count == 1 else { throw ONNXReason("axes are \(axis); one is read") }
    let sum = CumulativeSum(
      axis: axis[0], isExclusive: try flag("exclusive"), isReversed: try flag("reverse"))
    return [step(.cumulativeSum(sum))] + integerCheck()
  }
}
