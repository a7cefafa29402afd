import NeuralNetwork

extension ONNXNodeReader {
  /// The result of a node that only makes or renames constants; nil for any other.
  func constantResult() throws(ONNXReason) -> ONNXConstant? {
    if node.opType == "Constant" { return try constantAttribute() }
    guard hasInput(0), let constant = values.constants[node.input[0]] else { return nil }
    switch node.opType {
    case "Identity", "Dropout": return constant
    case "QuantizeLinear":
      guard constant.integers == nil else { throw ONNXReason("quantises integers") }
      return try quantized(constant)
    case "DequantizeLinear": return try dequantized(constant)
    case "Transpose" where constant.stored != nil && constant.shape.count == 2:
      // A matrix of weights keeps its codes when it is turned.
      guard try integers("perm") ?? [1, 0] == [1, 0] else { return constant }
      return constant.turned()
    case "Cast":
      switch try integer("to", default: 0) {
      case 1, 11: return ONNXConstant(shape: constant.shape, floats: constant.floats)
      case 6, 7:
        if constant.integers != nil { return constant }
        let integers = constant.floats.map { Int(exactly: $0.rounded(.towardZero)) }
        guard integers.allSatisfy({ $0 != nil }) else {
          throw ONNXReason("casts what is no integer")
        }
        return ONNXConstant(
          shape: constant.shape, floats: constant.floats.map { $0.rounded(.towardZero) },
          integers: integers.compactMap { $0 })
      case let other: throw ONNXReason("casts to data type \(other); 1, 6, 7 and 11 are read")
      }
    case "Reshape":
      // Keeps integers, which the general operation would turn into floats.
      let extents = try reshapeExtents(constant.shape)
      return constant.reshaped(extents)
    case "Unsqueeze":
      return constant.reshaped(try unsqueezed(constant.shape).map { $0 ?? 1 })
    case "Squeeze":
      return constant.reshaped(try squeezed(constant.shape).map { constant.shape[$0] })
    default: return nil
    }
  }

  /// Extents with new axes, which stand as nil.
  func unsqueezed(_ shape: [Int]) throws(ONNXReason) -> [Int?] {
    let axes = hasInput(1) ? try integers(1, "axes") : try integers("axes") ?? []
    let rank = shape.count + axes.count
    let places = Set(axes.map { $0 < 0 ? $0 &+ rank : $0 })
    guard places.count == axes.count, places.allSatisfy((0..<rank).contains) else {
      throw ONNXReason("axes are \(axes), its output has \(rank)")
    }
    var rest = shape.makeIterator()
    return (0..<rank).map { places.contains($0) ? nil : rest.next() }
  }

  /// The axes that stay.
  func squeezed(_ shape: [Int]) throws(ONNXReason) -> [Int] {
    let axes = hasInput(1) ? try integers(1, "axes") : try integers("axes")
    let places = Set(
      axes?.map { $0 < 0 ? $0 &+ shape.count : $0 } ?? shape.indices.filter { shape[$0] == 1 })
    guard places.allSatisfy({ shape.indices.contains($0) && shape[$0] == 1 }) else {
      throw ONNXReason("drops the axes \(places.sorted()) of shape \(shape)")
    }
    return shape.indices.filter { !places.contains($0) }
  }

  private func reshapeExtents(_ shape: [Int]) throws(ONNXReason) -> [Int] {
    let target = try reshapeTarget()
    do throws(OperatorError) {
      return try Operation.reshape(target).outputShape([shape])
    } catch {
      throw ONNXReason(error.description)
    }
  }

  private func constantAttribute() throws(ONNXReason) -> ONNXConstant {
    guard node.attribute.count == 1, let attribute = node.attribute.first else {
      throw ONNXReason("has \(node.attribute.count) values, not one")
    }
    switch attribute.name {
    case "value":
      guard let tensor = try self.attribute("value", .tensor)?.t else { break }
      return try ONNXConstant(tensor)
    case "value_float":
      return ONNXConstant(shape: [], floats: [try self.attribute("value_float", .float)?.f ?? 0])
    case "value_floats":
      let floats = try self.attribute("value_floats", .floats)?.floats ?? []
      return ONNXConstant(shape: [floats.count], floats: floats)
    case "value_int":
      let value = try integer("value_int", default: 0)
      return ONNXConstant(shape: [], floats: [Float(value)], integers: [value])
    default:
      let values = try integers("value_ints") ?? []
      return ONNXConstant(
        shape: [values.count], floats: values.map { Float($0) }, integers: values)
    }
    throw ONNXReason("has no value")
  }

  /// Whether the node takes a single number out of a list.
  var gathersOne: Bool {
    node.opType == "Gather" && hasInput(1) && values.constants[node.input[1]]?.shape == []
  }

  /// The result of shape arithmetic, the batch as nil; nil where the node is none. With the batch in
  /// them, lists of one and single numbers are not told apart: joined, they are the same.
  func shapeArithmetic() throws(ONNXReason) -> [Int?]? {
    switch node.opType {
    case "Shape":
      let shape = try shape(0)
      var result = shape.map { Int?($0) }
      if hasInput(0), values.shapes[node.input[0]] != nil { result[0] = nil }
      func clamp(_ position: Int) -> Int {
        let fromStart = position < 0 ? max(position, -shape.count) + shape.count : position
        return min(fromStart, shape.count)
      }
      let start = clamp(try integer("start", default: 0))
      let end = clamp(try integer("end", default: .max))
      return Array(result[start..<max(start, end)])
    case "Gather":
      guard hasInput(0), let list = values.extents[node.input[0]] else { return nil }
      guard try integer("axis", default: 0) == 0 else { throw ONNXReason("gathers an inner axis") }
      var result: [Int?] = []
      for index in try integers(1, "indices") {
        let fromStart = index < 0 ? index + list.count : index
        guard list.indices.contains(fromStart) else {
          throw ONNXReason("gathers position \(index) of \(list.count)")
        }
        result.append(list[fromStart])
      }
      return result
    case "Slice":
      guard hasInput(0), let list = values.extents[node.input[0]] else { return nil }
      let axes = try slice()
      guard axes.count == 1, [0, -1].contains(axes[0].axis) else {
        throw ONNXReason("slices a shape along more than one axis")
      }
      let range = axes[0].range(extent: list.count)
      return (0..<range.count).map { list[range.start + $0 * axes[0].step] }
    case "Unsqueeze", "Squeeze", "Cast", "Identity":
      // Constants were handled before: what is left here holds the batch.
      guard hasInput(0) else { return nil }
      return values.extents[node.input[0]]
    case "Concat":
      // Integers are joined as lists; at least one holds the batch, or the general rule serves.
      let names = node.input
      guard !names.isEmpty, names.contains(where: { values.extents[$0] != nil }),
        names.allSatisfy({
          values.extents[$0] != nil
            || (values.constants[$0].map { $0.integers != nil && $0.shape.count <= 1 } ?? false)
        })
      else { return nil }
      var joined: [Int?] = []
      for index in names.indices { joined += try extents(index) }
      return joined
    default: return nil
    }
  }

  private func extents(_ index: Int) throws(ONNXReason) -> [Int?] {
    guard hasInput(index) else { throw ONNXReason("input \(index) is missing") }
    if let found = values.extents[node.input[index]] { return found }
    let constant = try constant(index, "list")
    guard let integers = constant.integers, constant.shape.count <= 1 else {
      throw ONNXReason("input \(index) of shape \(constant.shape) is no list of integers")
    }
    return integers
  }
}
