import NeuralNetwork

extension ONNXNodeReader {
  /// The result of a node that only makes or renames constants; `nil` for any other.
  func constantResult() throws(ONNXReason) -> ONNXConstant? {
    if node.opType == "Constant" { return try constantAttribute() }
    if let result = try shapeResult() { return result }
    guard hasInput(0), let constant = values.constants[node.input[0]] else { return nil }
    switch node.opType {
    case "Identity", "Dropout": return constant
    case "QuantizeLinear":
      guard constant.integers == nil else { throw ONNXReason("quantizes integers") }
      return try quantized(constant)
    case "DequantizeLinear": return try dequantized(constant)
    case "Transpose" where constant.stored != nil && constant.shape.count == 2:
      // A matrix of weights keeps its codes when it is turned.
      guard try integers("perm") ?? [1, 0] == [1, 0] else { return constant }
      return constant.turned()
    case "Cast": return try cast(constant, to: castType())
    case "Clip" where constant.type.integers != nil: return try clipped(constant)
    case "Reshape":
      // Keeps integers, which the general operation would turn into floats.
      let extents = try reshapeExtents(constant.shape)
      return constant.reshaped(extents)
    case "Unsqueeze":
      return constant.reshaped(try unsqueezed(constant.shape).map { $0 ?? 1 })
    case "Squeeze":
      return constant.reshaped(try squeezed(constant.shape).map { constant.shape[$0] })
    default: return try node.input.allSatisfy(values.isConstant) ? foldedResult() : nil
    }
  }

  /// The type that a Cast makes.
  func castType() throws(ONNXReason) -> ONNXElementType {
    guard let code = try attribute("to", .integer)?.i else {
      throw ONNXReason("attribute to is missing")
    }
    guard let type = Int32(exactly: code).flatMap(ONNXElementType.init(rawValue:)) else {
      throw ONNXReason("casts to data type \(code); read are \(ONNXElementType.list)")
    }
    return type
  }

  /// Numbers of another type; fractions are truncated, and values outside the type are refused.
  private func cast(
    _ constant: ONNXConstant, to type: ONNXElementType
  ) throws(ONNXReason) -> ONNXConstant {
    guard let range = type.integers else {
      return ONNXConstant(
        shape: constant.shape, floats: constant.floats.map { type.rounded($0) }, type: type)
    }
    if type == .bool {
      let isSet = constant.integers?.map { $0 != 0 } ?? constant.floats.map { $0 != 0 }
      return ONNXConstant(
        shape: constant.shape, integers: isSet.map { $0 ? 1 : 0 }, type: type)
    }
    var result = constant.integers ?? []
    if constant.integers == nil {
      // Constants of double precision are held in single, which has gaps from 2²⁴ on.
      let limit: Float = constant.type == .double ? 16_777_216 : .infinity
      for value in constant.floats {
        guard value.magnitude <= limit, let whole = Int(exactly: value.rounded(.towardZero)) else {
          throw ONNXReason("casts \(value) of type \(constant.type), which is no exact \(type)")
        }
        result.append(whole)
      }
    }
    if let value = result.first(where: { !range.contains($0) }) { throw .overflow(value, type) }
    return ONNXConstant(shape: constant.shape, integers: result, type: type)
  }

  /// Integers limited to bounds of their own type; the upper one wins if bounds cross.
  private func clipped(_ constant: ONNXConstant) throws(ONNXReason) -> ONNXConstant {
    func bound(_ index: Int, _ role: String) throws(ONNXReason) -> Int? {
      guard hasInput(index) else { return nil }
      let found = try self.constant(index, role)
      guard found.type == constant.type, let value = found.integers?.first,
        found.integers?.count == 1
      else {
        throw ONNXReason(
          "input \(index) (\(role)) is \(found.type) of shape \(found.shape), no single "
            + "\(constant.type)")
      }
      return value
    }
    let low = try bound(1, "min") ?? Int.min
    let high = try bound(2, "max") ?? Int.max
    return ONNXConstant(
      shape: constant.shape, integers: (constant.integers ?? []).map { min(max($0, low), high) },
      type: constant.type)
  }

  /// Extents with new axes, which are `nil`.
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
    // Operations of the graph have no empty results; lists of extents may be empty.
    if shape.contains(0), let count = Tensor.elementCount(of: target), count == 0 { return target }
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
      return try ONNXConstant(tensor, beside: values.files)
    case "value_float":
      return ONNXConstant(shape: [], floats: [try self.attribute("value_float", .float)?.f ?? 0])
    case "value_floats":
      let floats = try self.attribute("value_floats", .floats)?.floats ?? []
      return ONNXConstant(shape: [floats.count], floats: floats)
    case "value_int":
      let value = try integer("value_int", default: 0)
      return ONNXConstant(shape: [], integers: [value])
    default:
      let values = try integers("value_ints") ?? []
      return ONNXConstant(shape: [values.count], integers: values)
    }
    throw ONNXReason("has no value")
  }
}
