import NeuralNetwork

extension ONNXNodeReader {
  /// The computation of the node as a chain of steps; parameters are not inputs.
  func operations() throws(ONNXReason) -> [ONNXStep] {
    if let steps = try integerLayer() { return steps }
    if let operation = try unary() { return [step(operation)] + integerCheck() }
    if let function = try function() { return [step(.unary(function))] + integerCheck() }
    if let operation = try rearrangement() { return [step(operation)] }
    if let function = try binaryFunction() {
      let whole = function == .divide ? quotientCut() : []
      return [step(.binary(function), inputs: node.input.count)] + whole
        + (function.isTruth ? [] : integerCheck())
    }
    if let steps = try selection() { return steps }
    if let kind = Reduction.Kind(rawValue: node.opType) {
      return [step(try reduction(kind))]
    }
    switch node.opType {
    case "Conv": return try planar(.convolution(try convolution()))
    case "Gemm": return try gemm()
    case "MatMul": return try matMul()
    case "ConvTranspose": return try transposedConvolution()
    case "Einsum": return try einsum()
    case "Gather": return try gather()
    case "ScatterElements": return try scatterElements()
    case "OneHot": return try oneHot()
    case "CumSum": return try cumulativeSum()
    case "Resize", "Upsample": return [step(.resize(try resize()))]
    case "GroupNormalization", "InstanceNormalization", "LayerNormalization", "RMSNormalization":
      return try normalization()
    case "ArgMax", "ArgMin": return [step(try position())]
    case "Hardmax": return try hardmax()
    case "DepthToSpace": return try depthToSpace()
    case "SpaceToDepth": return try spaceToDepth()
    case "BatchNormalization": return [step(.batchNormalization(try batchNormalization()))]
    case "MaxPool": return try planar(.maxPool(Pooling(window: try window())))
    case "AveragePool":
      let countsPadding = try flag("count_include_pad")
      return try planar(
        .averagePool(Pooling(window: try window(), countsPadding: countsPadding)))
    case "Concat":
      let parts = node.input.filter { values.constants[$0]?.shape != [0] }
      return [ONNXStep(operation: .concat(axis: try concatenationAxis()), inputs: parts)]
    case "Expand": return [step(.expand(try expandTarget()))]
    case "Tile": return try tile()
    case "Where": return [step(.select, inputs: 3)]
    case "LRN": return [step(.localResponse(try localResponse()))]
    case "Softmax", "LogSoftmax": return try softmax(isLogarithm: node.opType == "LogSoftmax")
    case "QuantizeLinear":
      // Without codes of a constant input, codes flow through the graph as floats.
      return [step(.quantize(try quantization(isQuantizing: true)))]
    case "DequantizeLinear": return [step(.dequantize(try quantization(isQuantizing: false)))]
    case "Cast": return try cast()
    case "Dropout":
      guard try scalar(2, "training_mode", default: 0) == 0 else {
        throw ONNXReason("training_mode is set; networks are run in inference only")
      }
      return [step(.identity)]
    default:
      throw ONNXReason("is read only where its inputs are constants or shapes")
    }
  }

  /// An operation on the node's first inputs.
  func step(_ operation: Operation, inputs: Int = 1) -> ONNXStep {
    ONNXStep(operation: operation, inputs: Array(node.input.prefix(inputs)))
  }

  private func unary() throws(ONNXReason) -> Operation? {
    switch node.opType {
    case "Abs": return .unary(.absolute)
    case "Ceil": return .unary(.ceil)
    case "Clip":
      let widest = Float.greatestFiniteMagnitude
      guard values.opset > 10 else {
        return .clip(
          min: try float("min", default: -widest), max: try float("max", default: widest))
      }
      return .clip(
        min: try scalar(1, "min", default: -widest), max: try scalar(2, "max", default: widest))
    case "Elu": return .unary(.elu(slope: try float("alpha", default: 1)))
    case "Erf": return .unary(.erf)
    case "Exp": return .unary(.exponential)
    case "Floor": return .unary(.floor)
    case "Gelu":
      switch try text("approximate", default: "none") {
      case "none": return .unary(.gelu(isApproximate: false))
      case "tanh": return .unary(.gelu(isApproximate: true))
      case let other:
        throw ONNXReason("attribute approximate is \(other); none and tanh are read")
      }
    case "HardSigmoid":
      return .unary(
        .hardSigmoid(
          slope: try float("alpha", default: 0.2), offset: try float("beta", default: 0.5)))
    case "HardSwish": return .unary(.hardSwish)
    case "LeakyRelu": return .unary(.leakyRelu(slope: try float("alpha", default: 0.01)))
    case "Log": return .unary(.logarithm)
    case "Neg": return .unary(.negative)
    case "Not": return .unary(.isZero)
    case "Reciprocal": return .unary(.reciprocal)
    case "Relu": return .relu
    case "Round": return .unary(.round)
    case "Selu":
      // The defaults of the operator's definition (Klambauer et al. 2017, arXiv 1706.02515).
      return .unary(
        .selu(
          slope: try float("alpha", default: 1.673_263_2),
          scale: try float("gamma", default: 1.050_701)))
    case "Sigmoid": return .sigmoid
    case "Sign": return .unary(.sign)
    case "Softplus": return .unary(.softplus)
    case "Softsign": return .unary(.softsign)
    case "Sqrt": return .unary(.squareRoot)
    case "Tanh": return .unary(.tanh)
    default: return nil
    }
  }

  private func binaryFunction() throws(ONNXReason) -> BinaryFunction? {
    if node.opType == "Sum" { return .add }
    guard node.opType == "Mod" else {
      // ONNX has no operator of this name.
      return node.opType == "Modulo" ? nil : BinaryFunction(rawValue: node.opType)
    }
    guard try !flag("fmod") else { return .remainder }
    guard computedType != nil else {
      throw ONNXReason("attribute fmod is 0, which is for integers; 1 is read for real numbers")
    }
    return .modulo
  }

  /// The type of the node's computed inputs if they are integers.
  private var computedType: ONNXElementType? {
    node.input.lazy.compactMap { values.types[$0] }.first
  }

  /// Integers are computed in single precision, which holds those of 24 bits; whatever leaves them
  /// or the type is refused when it arises.
  func integerCheck() -> [ONNXStep] { integerCheck(computedType) }

  func integerCheck(_ type: ONNXElementType?) -> [ONNXStep] {
    guard let range = type?.integers, node.opType != "Not" else { return [] }
    let held = -(1 << 24) + 1...(1 << 24) - 1
    return [ONNXStep(operation: .integers(range.clamped(to: held)))]
  }

  /// The quotient of integers drops the fraction. That of two below 2²⁴ never rounds up to the next
  /// integer: the distance to it is at least one part in the dividend.
  private func quotientCut() -> [ONNXStep] {
    computedType == nil ? [] : [ONNXStep(operation: .unary(.truncate))]
  }

  /// A computed value as another type. Real numbers stay in single precision whatever their type.
  private func cast() throws(ONNXReason) -> [ONNXStep] {
    let target = try castType()
    let source = values.types[node.input.first ?? ""]
    guard let range = target.integers, source != target else { return [step(.identity)] }
    if target == .bool {
      return [step(.unary(.isZero)), ONNXStep(operation: .unary(.isZero))]
    }
    guard let source else {
      return [step(.unary(.truncate)), ONNXStep(operation: .integers(range))]
    }
    // Single precision holds integers of 25 bits; wider ones never arise.
    let held = -(1 << 24)...(1 << 24)
    guard let own = source.integers,
      own.clamped(to: held).clamped(to: range) == own.clamped(to: held)
    else { throw ONNXReason("casts computed integers (\(source)) to the narrower \(target)") }
    return [step(.identity)]
  }

  /// Copies side by side: every axis behind a new one, along which it is repeated.
  private func tile() throws(ONNXReason) -> [ONNXStep] {
    let shape = try shape(0)
    let repeats = try integers(1, "repeats")
    guard repeats.count == shape.count, repeats.allSatisfy({ $0 > 0 }) else {
      throw ONNXReason("repeats are \(repeats), its input has shape \(shape)")
    }
    let (result, overflow) = zip(repeats, shape).reduce(into: ([Int](), false)) { result, axis in
      let (extent, overflow) = axis.0.multipliedReportingOverflow(by: axis.1)
      result.0.append(extent)
      result.1 = result.1 || overflow
    }
    guard !overflow else {
      throw ONNXReason("repeats are \(repeats), its input has shape \(shape)")
    }
    return [
      step(.reshape(shape.flatMap { [1, $0] })),
      ONNXStep(operation: .expand(zip(repeats, shape).flatMap { [$0, $1] })),
      ONNXStep(operation: .reshape(result)),
    ]
  }

  private func reduction(_ kind: Reduction.Kind) throws(ONNXReason) -> Operation {
    let rank = try shape(0).count
    let given = hasInput(1) ? try integers(1, "axes") : try integers("axes") ?? []
    let keeps = try flag("keepdims", default: true)
    if given.isEmpty, try flag("noop_with_empty_axes") {
      guard [.sum, .mean, .maximum, .minimum, .product].contains(kind) else {
        throw ONNXReason("reduces no axis, which programs compute differently")
      }
      return .identity
    }
    let places = Set(given.map { $0 < 0 ? $0 &+ rank : $0 })
    if kind == .mean, keeps, rank > 2, places == Set(2..<rank), places.count == given.count {
      return .globalAveragePool
    }
    return .reduce(
      Reduction(kind, axes: given.isEmpty ? Array(0..<rank) : given, keepsAxes: keeps))
  }

  private func localResponse() throws(ONNXReason) -> LocalResponse {
    let size = try integer("size", default: 0)
    guard (1...(1 << 20)).contains(size) else {
      throw ONNXReason("attribute size is \(size); sizes from 1 on are read")
    }
    return LocalResponse(
      size: size, alpha: try float("alpha", default: 1e-4), beta: try float("beta", default: 0.75),
      bias: try float("bias", default: 1))
  }

  /// Operations that only move values.
  private func rearrangement() throws(ONNXReason) -> Operation? {
    switch node.opType {
    case "Flatten": return .flatten(axis: try integer("axis", default: 1))
    case "GlobalAveragePool": return .globalAveragePool
    case "GlobalMaxPool":
      let rank = try shape(0).count
      guard rank > 2 else { throw ONNXReason("takes [N, channels, height, …]") }
      return .reduce(Reduction(.maximum, axes: Array(2..<rank), keepsAxes: true))
    case "Identity": return .identity
    case "Pad": return .pad(try pad())
    case "Reshape": return .reshape(try reshapeTarget())
    case "Slice": return .slice(try slice())
    case "Squeeze":
      let shape = try shape(0)
      return .reshape(try squeezed(shape).map { shape[$0] })
    case "Transpose": return .transpose(try integers("perm") ?? [])
    case "Unsqueeze":
      return .reshape(try unsqueezed(try shape(0)).map { $0 ?? 1 })
    default: return nil
    }
  }

  func reshapeTarget() throws(ONNXReason) -> [Int] {
    let allowsZero = try flag("allowzero")
    guard hasInput(1) else { throw ONNXReason("input 1 (shape) is missing") }
    let target = try integers(1, "shape")
    guard !allowsZero || !target.contains(0) else {
      throw ONNXReason("makes an empty result: allowzero is set and its shape holds a zero")
    }
    return withoutDeclaredBatch(target)
  }

  private func expandTarget() throws(ONNXReason) -> [Int] {
    withoutDeclaredBatch(try integers(1, "shape"))
  }

  /// The shape for one image of a file that was written for a fixed batch of several.
  private func withoutDeclaredBatch(_ target: [Int]) -> [Int] {
    guard let batch = values.declaredBatch, batch > 1, target.first == batch, hasInput(0),
      values.shapes[node.input[0]]?.first == 1
    else { return target }
    return [1] + target.dropFirst()
  }

  func concatenationAxis() throws(ONNXReason) -> Int {
    guard let axis = try attribute("axis", .integer) else {
      throw ONNXReason("attribute axis is missing")
    }
    return Int(axis.i)
  }

  private func softmax(isLogarithm: Bool) throws(ONNXReason) -> [ONNXStep] {
    let axis = try integer("axis", default: values.opset < 13 ? 1 : -1)
    guard values.opset < 13 else {
      return [step(.softmax(axis: axis, isLogarithm: isLogarithm))]
    }
    // Before opset 13 everything from the axis on was one distribution.
    let shape = try shape(0)
    let fromStart = axis < 0 ? axis &+ shape.count : axis
    guard shape.indices.contains(fromStart) else {
      throw ONNXReason("has axis \(axis), its input \(shape.count) axes")
    }
    let softmax = Operation.softmax(axis: fromStart, isLogarithm: isLogarithm)
    guard fromStart < shape.count - 1 else { return [step(softmax)] }
    return [
      step(.reshape(shape[..<fromStart] + [-1])), ONNXStep(operation: softmax),
      ONNXStep(operation: .reshape(shape)),
    ]
  }

  /// The slices that a split makes of its input, one per output.
  func split() throws(ONNXReason) -> [SliceAxis] {
    let shape = try shape(0)
    let axis = try integer("axis", default: 0)
    let place = axis < 0 ? axis &+ shape.count : axis
    guard shape.indices.contains(place) else {
      throw ONNXReason("has axis \(axis), its input \(shape.count) axes")
    }
    let extent = shape[place]
    var lengths: [Int]
    if let given = hasInput(1) ? try integers(1, "split") : try integers("split") {
      lengths = given
    } else {
      let count = try integer("num_outputs", default: node.output.count)
      guard count == node.output.count, count > 0, extent >= count,
        values.opset >= 18 || extent % count == 0
      else {
        throw ONNXReason("splits \(extent) positions into \(count) outputs of \(node.output.count)")
      }
      // The last part is the smaller one if they cannot be equal.
      let length = (extent + count - 1) / count
      lengths = Array(repeating: length, count: count)
      lengths[count - 1] = extent - length * (count - 1)
    }
    guard lengths.count == node.output.count, lengths.allSatisfy({ (1...extent).contains($0) }),
      lengths.reduce(0, +) == extent
    else {
      throw ONNXReason(
        "splits \(extent) positions into \(lengths), and writes \(node.output.count) outputs")
    }
    var start = 0
    var parts: [SliceAxis] = []
    for length in lengths {
      parts.append(SliceAxis(axis: place, start: start, end: start + length, step: 1))
      start += length
    }
    return parts
  }

  func slice() throws(ONNXReason) -> [SliceAxis] {
    let isOld = values.opset < 10
    let starts = isOld ? try required("starts") : try integers(1, "starts")
    let ends = isOld ? try required("ends") : try integers(2, "ends")
    let given = isOld ? try integers("axes") : hasInput(3) ? try integers(3, "axes") : nil
    let axes = given ?? Array(starts.indices)
    let steps = !isOld && hasInput(4) ? try integers(4, "steps") : starts.map { _ in 1 }
    guard ends.count == starts.count, axes.count == starts.count, steps.count == starts.count else {
      throw ONNXReason("starts, ends, axes and steps differ in count")
    }
    guard !steps.contains(0) else { throw ONNXReason("steps are \(steps); a slice moves") }
    return starts.indices.map {
      SliceAxis(axis: axes[$0], start: starts[$0], end: ends[$0], step: steps[$0])
    }
  }

  private func required(_ name: String) throws(ONNXReason) -> [Int] {
    guard let list = try integers(name) else { throw ONNXReason("attribute \(name) is missing") }
    return list
  }

  private func pad() throws(ONNXReason) -> Padding {
    let isOld = values.opset < 11
    let value = isOld ? try float("value", default: 0) : try scalar(2, "value", default: 0)
    guard value.isFinite else { throw ONNXReason("the padding value is not finite") }
    let fill: Padding.Fill
    switch try text("mode", default: "constant") {
    case "constant": fill = .constant(value)
    case "edge": fill = .edge
    case "reflect": fill = .reflect
    case "wrap": fill = .wrap
    case let mode:
      throw ONNXReason("attribute mode is \(mode); constant, edge, reflect and wrap are read")
    }
    let pads = isOld ? try required("pads") : try integers(1, "pads")
    let rank = try shape(0).count
    let axes = !isOld && hasInput(3) ? try integers(3, "axes") : Array(0..<rank)
    guard pads.count == 2 * axes.count else {
      throw ONNXReason("has \(pads.count) pads for \(axes.count) axes")
    }
    var before = [Int](repeating: 0, count: rank)
    var after = before
    for (k, axis) in axes.enumerated() {
      let fromStart = axis < 0 ? axis &+ rank : axis
      guard before.indices.contains(fromStart) else {
        throw ONNXReason("pads axis \(axis), its input has \(rank) axes")
      }
      (before[fromStart], after[fromStart]) = (pads[k], pads[axes.count + k])
    }
    return Padding(before: before, after: after, fill: fill)
  }
}
