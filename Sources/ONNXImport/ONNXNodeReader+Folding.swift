import Foundation
import NeuralNetwork

/// Operators on constants alone that are not operations of a graph, or are so on real numbers only:
/// the arithmetic of shapes, masks and positions that exporters leave in a file.
extension ONNXNodeReader {
  /// The result of a node that reads no more than the shape of its input; `nil` for any other.
  func shapeResult() throws(ONNXReason) -> ONNXConstant? {
    switch node.opType {
    case "Shape":
      let shape = try shape(0)
      func clamp(_ position: Int) -> Int {
        let fromStart = position < 0 ? max(position, -shape.count) + shape.count : position
        return min(fromStart, shape.count)
      }
      let start = clamp(try integer("start", default: 0))
      let end = clamp(try integer("end", default: .max))
      let extents = Array(shape[start..<max(start, end)])
      return ONNXConstant(shape: [extents.count], integers: extents)
    case "Size": return ONNXConstant(shape: [], integers: [try shape(0).reduce(1, *)])
    default: return nil
    }
  }

  /// The result of a node of which every input is a constant; `nil` if an operation of the graph
  /// folds it.
  func foldedResult() throws(ONNXReason) -> ONNXConstant? {
    switch node.opType {
    case "And", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Or", "Xor":
      return try compared()
    case "Concat": return try joinedLists()
    case "ConstantOfShape": return try constantOfShape()
    case "CumSum": return try constantSums()
    case "Expand":
      let constant = try constant(0, "input")
      let shape = try broadcast([constant.shape, integers(1, "shape")])
      return constant.broadcast(to: shape)
    case "GatherElements":
      return try constant(0, "data").gatheringElements(
        try constant(1, "indices"), axis: integer("axis", default: 0))
    case "GatherND": return try gatheringND(constant(0, "data"))
    case "Mod": return try remainder()
    case "NonZero": return try nonZero()
    case "Not":
      let constant = try constant(0, "input")
      guard constant.type == .bool, let values = constant.integers else {
        throw ONNXReason("negates \(constant.type); truth values are read")
      }
      return ONNXConstant(shape: constant.shape, integers: values.map { 1 - $0 }, type: .bool)
    case "OneHot": return try constantOneHot()
    case "Range": return try range()
    case "ScatterElements": return try scatteredConstants()
    case "ScatterND":
      let reduction = try text("reduction", default: "none")
      guard reduction == "none" else {
        throw ONNXReason("attribute reduction is \(reduction); none is read")
      }
      return try constant(0, "data").scattering(
        constant(2, "updates"), at: constant(1, "indices"))
    case "Slice": return try emptySlice()
    case "Tile": return try tiled()
    case "Trilu": return try triangle(of: constant(0, "input"))
    case "Where": return try chosen()
    default: return nil
    }
  }

  /// The shape to which `shapes` broadcast, of no more values than a constant may have.
  private func broadcast(_ shapes: [[Int]]) throws(ONNXReason) -> [Int] {
    let shape: [Int]
    do throws(OperatorError) {
      shape = try Operation.binary(.add).outputShape(shapes)
    } catch {
      let text = shapes.map { "\($0)" }.joined(separator: ", ")
      throw ONNXReason("\(error.description) (inputs \(text))")
    }
    return try checked(shape)
  }

  private func checked(_ shape: [Int]) throws(ONNXReason) -> [Int] {
    guard let count = Tensor.elementCount(of: shape), count <= ONNXGraphBuilder.largestFolded
    else { throw ONNXReason("makes a constant of shape \(shape), which is too large") }
    return shape
  }

  private func operands(_ first: Int = 0) throws(ONNXReason) -> (ONNXConstant, ONNXConstant) {
    let (a, b) = (try constant(first, "A"), try constant(first + 1, "B"))
    guard a.type == b.type else {
      throw ONNXReason("mixes the element types \(a.type) and \(b.type)")
    }
    let shape = try broadcast([a.shape, b.shape])
    return (a.broadcast(to: shape), b.broadcast(to: shape))
  }

  private func compared() throws(ONNXReason) -> ONNXConstant {
    let (a, b) = try operands()
    guard let function = BinaryFunction(rawValue: node.opType) else {
      preconditionFailure("comparisons are binary functions")
    }
    let results: [Bool]
    if let first = a.integers, let second = b.integers {
      results = zip(first, second).map { Self.holds(function, $0, $1) }
    } else {
      results = zip(a.floats, b.floats).map { Self.holds(function, $0, $1) }
    }
    return ONNXConstant(shape: a.shape, integers: results.map { $0 ? 1 : 0 }, type: .bool)
  }

  private static func holds<T: Comparable & ExpressibleByIntegerLiteral>(
    _ function: BinaryFunction, _ a: T, _ b: T
  ) -> Bool {
    switch function {
    case .and: a != 0 && b != 0
    case .exclusiveOr: (a != 0) != (b != 0)
    case .greater: a > b
    case .greaterOrEqual: a >= b
    case .less: a < b
    case .lessOrEqual: a <= b
    case .or: a != 0 || b != 0
    default: a == b
    }
  }

  /// Lists joined where one is empty, which no operation of the graph takes.
  private func joinedLists() throws(ONNXReason) -> ONNXConstant? {
    var parts: [ONNXConstant] = []
    for index in node.input.indices { parts.append(try constant(index, "part")) }
    guard let first = parts.first, parts.contains(where: { $0.shape == [0] }) else { return nil }
    guard parts.allSatisfy({ $0.shape.count == 1 && $0.type == first.type }),
      [0, -1].contains(try concatenationAxis())
    else { throw ONNXReason("joins an empty list with values of another type or rank") }
    let count = parts.reduce(0) { $0 + $1.floats.count }
    guard first.type.integers != nil else {
      return ONNXConstant(shape: [count], floats: parts.flatMap(\.floats), type: first.type)
    }
    return ONNXConstant(
      shape: [count], integers: parts.flatMap { $0.integers ?? [] }, type: first.type)
  }

  /// A slice that keeps nothing; `nil` for any other.
  private func emptySlice() throws(ONNXReason) -> ONNXConstant? {
    let constant = try constant(0, "data")
    var shape = constant.shape
    for slice in try slice() {
      let axis = try constant.resolve(slice.axis)
      shape[axis] = slice.range(extent: constant.shape[axis]).count
    }
    return shape.contains(0) ? constant.taking([], shape: shape) : nil
  }

  private func constantOfShape() throws(ONNXReason) -> ONNXConstant {
    let shape = try integers(0, "shape")
    guard shape.allSatisfy({ $0 >= 0 }) else { throw ONNXReason("makes the shape \(shape)") }
    var value = ONNXConstant(shape: [1], floats: [0])
    if let tensor = try attribute("value", .tensor)?.t {
      value = try ONNXConstant(tensor, beside: values.files)
    }
    guard value.floats.count == 1 else {
      throw ONNXReason("attribute value has shape \(value.shape); one number is read")
    }
    let count = Tensor.elementCount(of: try checked(shape)) ?? 0
    return value.taking(Array(repeating: 0, count: count), shape: shape)
  }

  private func constantSums() throws(ONNXReason) -> ONNXConstant {
    let constant = try constant(0, "x")
    guard let axis = try integers(1, "axis").first else { throw ONNXReason("has no axis") }
    let place = try constant.resolve(axis)
    let (isExclusive, isReversed) = (try flag("exclusive"), try flag("reverse"))
    let (extent, step) = (constant.shape[place], constant.strides[place])
    var result = constant
    result.stored = nil
    for first in constant.floats.indices where first / step % max(extent, 1) == 0 {
      var (sum, whole): (Float, Int) = (0, 0)
      for k in isReversed ? Array((0..<extent).reversed()) : Array(0..<extent) {
        let place = first + k * step
        let (own, integer) = (constant.floats[place], constant.integers?[place] ?? 0)
        let (next, overflow) = whole.addingReportingOverflow(integer)
        guard !overflow, constant.type.integers?.contains(next) ?? true else {
          throw .overflow(nil, constant.type)
        }
        result.floats[place] = isExclusive ? sum : sum + own
        result.integers?[place] = isExclusive ? whole : next
        (sum, whole) = (sum + own, next)
      }
    }
    return result
  }

  func gatheringND(_ data: ONNXConstant) throws(ONNXReason) -> ONNXConstant {
    guard try integer("batch_dims", default: 0) == 0 else {
      throw ONNXReason("attribute batch_dims is set; 0 is read")
    }
    let indices = try constant(1, "indices")
    let (starts, length) = try data.blocks(indices)
    let depth = indices.shape.last ?? 0
    return data.taking(
      starts.flatMap { $0..<$0 + length }, shape: indices.shape.dropLast() + data.shape[depth...])
  }

  /// With the sign of the divisor for integers, of the dividend if `fmod` is set.
  private func remainder() throws(ONNXReason) -> ONNXConstant {
    let (a, b) = try operands()
    let keepsSign = try flag("fmod")
    guard let dividends = a.integers, let divisors = b.integers else {
      guard keepsSign else { throw ONNXReason("attribute fmod is 0, which is for integers") }
      let values = zip(a.floats, b.floats).map { fmod($0, $1) }
      return ONNXConstant(shape: a.shape, floats: values, type: a.type)
    }
    var result: [Int] = []
    for (a, b) in zip(dividends, divisors) {
      guard b != 0 else { throw ONNXReason("divides the integer \(a) by zero") }
      let rest = a.remainderReportingOverflow(dividingBy: b).partialValue
      result.append(rest != 0 && !keepsSign && (rest < 0) != (b < 0) ? rest + b : rest)
    }
    return ONNXConstant(shape: a.shape, integers: result, type: a.type)
  }

  private func nonZero() throws(ONNXReason) -> ONNXConstant {
    let constant = try constant(0, "x")
    let places = constant.floats.indices.filter { constant.floats[$0] != 0 }
      .map { constant.coordinates(of: $0) }
    return ONNXConstant(
      shape: [constant.shape.count, places.count],
      integers: constant.shape.indices.flatMap { axis in places.map { $0[axis] } })
  }

  private func range() throws(ONNXReason) -> ONNXConstant {
    let parts = try (0..<3).map { (index) throws(ONNXReason) in
      try constant(index, ["start", "limit", "delta"][index])
    }
    let type = parts[0].type
    guard parts.allSatisfy({ $0.floats.count == 1 && $0.type == type }) else {
      throw ONNXReason("start, limit and delta are not three numbers of one type")
    }
    let (start, limit, delta) = (parts[0].floats[0], parts[1].floats[0], parts[2].floats[0])
    let bounds = parts.compactMap { $0.integers?[0] }
    guard bounds.count == 3 else {
      let count = ((Double(limit) - Double(start)) / Double(delta)).rounded(.up)
      guard count.isFinite else { throw ONNXReason("counts from \(start) to \(limit) by \(delta)") }
      let shape = try checked([Int(max(0, min(count, Double(Int32.max))))])
      return ONNXConstant(
        shape: shape, floats: (0..<shape[0]).map { start + Float($0) * delta }, type: type)
    }
    let (distance, overflow) = bounds[1].subtractingReportingOverflow(bounds[0])
    guard !overflow, bounds[2] != 0 else {
      throw ONNXReason("counts from \(bounds[0]) to \(bounds[1]) by \(bounds[2])")
    }
    let isForward = bounds[2] > 0
    let steps =
      (distance > 0) == isForward && distance != 0
      ? Int((distance.magnitude - 1) / bounds[2].magnitude) + 1 : 0
    let shape = try checked([steps])
    return ONNXConstant(
      shape: shape, integers: (0..<steps).map { bounds[0] + $0 * bounds[2] }, type: type)
  }

  private func tiled() throws(ONNXReason) -> ONNXConstant {
    let constant = try constant(0, "input")
    let repeats = try integers(1, "repeats")
    guard repeats.count == constant.shape.count, repeats.allSatisfy({ $0 >= 0 }) else {
      throw ONNXReason("repeats are \(repeats), its input has shape \(constant.shape)")
    }
    // Every axis behind a new one, along which it is repeated.
    let wide = try checked(zip(repeats, constant.shape).flatMap { [$0, $1] })
    let shape = zip(repeats, constant.shape).map { $0 * $1 }
    guard !shape.contains(0) else { return constant.taking([], shape: shape) }
    return constant.reshaped(constant.shape.flatMap { [1, $0] }).broadcast(to: wide)
      .reshaped(shape)
  }

  /// The upper or lower triangle of matrices, the rest zero.
  func triangle(of matrices: ONNXConstant) throws(ONNXReason) -> ONNXConstant {
    var constant = matrices
    guard constant.shape.count >= 2 else {
      throw ONNXReason("takes matrices, got shape \(constant.shape)")
    }
    let diagonal = hasInput(1) ? try integers(1, "k").first ?? 0 : 0
    let isUpper = try flag("upper", default: true)
    let (rows, columns) = (constant.shape[constant.shape.count - 2], constant.shape.last ?? 1)
    for k in constant.floats.indices {
      let offset = k % columns - k / columns % rows
      guard isUpper ? offset < diagonal : offset > diagonal else { continue }
      constant.floats[k] = 0
      constant.integers?[k] = 0
    }
    constant.stored = nil
    return constant
  }

  private func chosen() throws(ONNXReason) -> ONNXConstant {
    let condition = try constant(0, "condition")
    guard condition.type == .bool, let isFirst = condition.integers else {
      throw ONNXReason("chooses by \(condition.type); truth values are read")
    }
    let (a, b) = (try constant(1, "X"), try constant(2, "Y"))
    guard a.type == b.type else {
      throw ONNXReason("mixes the element types \(a.type) and \(b.type)")
    }
    let shape = try broadcast([condition.shape, a.shape, b.shape])
    let choice = ONNXConstant.broadcast(isFirst, condition.shape, to: shape)
    let (first, second) = (a.broadcast(to: shape), b.broadcast(to: shape))
    var result = second
    for k in choice.indices where choice[k] != 0 {
      result.floats[k] = first.floats[k]
      if let own = first.integers { result.integers?[k] = own[k] }
    }
    result.stored = nil
    return result
  }
}
