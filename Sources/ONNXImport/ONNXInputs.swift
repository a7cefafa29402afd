import NeuralNetwork

/// The inputs of a file: the one that images enter, and those that are bound to constants.
struct ONNXInputs {
  let input: GraphInput
  let type: ONNXElementType
  /// The batch that the file fixes; `nil` if it is open or the shape has none.
  let declaredBatch: Int?
  /// Values of the other inputs.
  private(set) var bound: [String: ONNXConstant] = [:]

  private static let largestExtent = 1 << 20

  /// Throws the reason if inputs are missing or unknown, or a shape stays open.
  init(
    _ all: [Onnx_ValueInfoProto], options: ONNXImporter.Options
  ) throws(ONNXReason) {
    let names = all.map(\.name)
    if let name = options.input, options.bindings[name] != nil {
      throw ONNXReason("takes images at '\(name)' (network.input), which network.bindings binds")
    }
    let named =
      (options.input.map { [($0, "network.input")] } ?? [])
      + options.bindings.keys.sorted().map { ($0, "network.bindings") }
    let unknown = named.filter { !names.contains($0.0) }.map { "no input '\($0.0)' (\($0.1))" }
    guard unknown.isEmpty else {
      throw ONNXReason("has \(unknown.joined(separator: " and ")); its inputs are \(names)")
    }
    let free = all.filter {
      options.input.map { [$0] }?.contains($0.name) ?? (options.bindings[$0.name] == nil)
    }
    guard free.count == 1, let value = free.first, !value.name.isEmpty else {
      throw ONNXReason(
        "has the inputs \(names); images enter one of them (network.input), the others are bound "
          + "to constants (network.bindings)")
    }
    let declared = try Self.shape(of: value)
    type = try Self.type(of: value)
    let extents: [Int]
    switch options.batch {
    case .asDeclared:
      extents = try Self.filled(declared?.map(\.extent), nil, of: value)
      declaredBatch = nil
    case .one:
      extents = [1] + (try Self.image(declared, options, of: value))
      declaredBatch = declared?.first?.extent
    }
    input = GraphInput(name: value.name, tensorShape: extents, integers: type.integers)
    // Symbols have one meaning in a file: those of the image tell extents of other inputs.
    var known: [String: Int] = [:]
    for (extent, dimension) in zip(extents, declared ?? []) where dimension.extent == nil {
      if let symbol = dimension.symbol { known[symbol] = extent }
    }
    for other in all where other.name != value.name {
      guard let binding = options.bindings[other.name] else {
        throw ONNXReason(
          "has the input '\(other.name)' besides '\(value.name)'; bind it to a constant "
            + "(network.bindings)")
      }
      bound[other.name] = try Self.constant(binding, for: other, known)
    }
  }

  /// One extent as the file declares it.
  private struct Dimension {
    var extent: Int?
    var symbol: String?
  }

  /// `nil` if the file declares no shape.
  private static func shape(of value: Onnx_ValueInfoProto) throws(ONNXReason) -> [Dimension]? {
    guard value.type.tensorType.hasShape else { return nil }
    var result: [Dimension] = []
    for dimension in value.type.tensorType.shape.dim {
      guard dimension.dimValue <= Int64(largestExtent), dimension.dimValue >= -1 else {
        throw ONNXReason(
          "input '\(value.name)' has the extent \(dimension.dimValue); extents from 1 to "
            + "\(largestExtent) are read")
      }
      // Exporters write an open extent as a name, as 0 or as -1.
      let isOpen = dimension.dimValue <= 0
      result.append(
        Dimension(
          extent: isOpen ? nil : Int(dimension.dimValue),
          symbol: dimension.dimParam.isEmpty ? nil : dimension.dimParam))
    }
    return result
  }

  private static func type(of value: Onnx_ValueInfoProto) throws(ONNXReason) -> ONNXElementType {
    let code = value.type.tensorType.elemType
    guard let type = ONNXElementType(rawValue: code) else {
      throw ONNXReason(
        "input '\(value.name)' has data type \(code); read are \(ONNXElementType.list)")
    }
    return type
  }

  /// The extents behind the batch.
  private static func image(
    _ declared: [Dimension]?, _ options: ONNXImporter.Options, of value: Onnx_ValueInfoProto
  ) throws(ONNXReason) -> [Int] {
    if let declared, declared.count < 2 {
      throw ONNXReason(
        "input '\(value.name)' has shape \(text(declared)); a batch and an image behind it are read"
      )
    }
    let own = declared.map { $0.dropFirst().map(\.extent) }
    if let shape = options.inputShape {
      guard shape.allSatisfy({ (1...largestExtent).contains($0) }), !shape.isEmpty,
        own.map({ own in
          own.count == shape.count && zip(own, shape).allSatisfy { $0 == nil || $0 == $1 }
        }) ?? true
      else {
        throw ONNXReason(
          "input '\(value.name)' has shape \(text(declared ?? [])), which one image of shape "
            + "\(shape) (network.inputShape) does not fit")
      }
      return try filled(shape, nil, of: value)
    }
    return try filled(own, options.imageShape, of: value)
  }

  /// Extents with open ones taken from `images`, if those have as many axes.
  private static func filled(
    _ extents: [Int?]?, _ images: [Int]?, of value: Onnx_ValueInfoProto
  ) throws(ONNXReason) -> [Int] {
    guard let extents = extents ?? images else {
      throw ONNXReason(
        "input '\(value.name)' has no shape; that of one image without the batch is needed "
          + "(network.inputShape)")
    }
    let known = images.flatMap { $0.count == extents.count ? $0 : nil } ?? []
    var result: [Int] = []
    for (axis, extent) in extents.enumerated() {
      guard let found = extent ?? (known.indices.contains(axis) ? known[axis] : nil) else {
        let shape = extents.map { $0.map { "\($0)" } ?? "?" }.joined(separator: ", ")
        throw ONNXReason(
          "input '\(value.name)' has open extents (images [\(shape)]); give the shape of one image "
            + "without the batch (network.inputShape)")
      }
      result.append(found)
    }
    guard Tensor.elementCount(of: result) != nil else {
      throw ONNXReason("input '\(value.name)' has the impossible shape \(result)")
    }
    return result
  }

  private static func text(_ shape: [Dimension]) -> String {
    "[\(shape.map { $0.extent.map { "\($0)" } ?? $0.symbol ?? "?" }.joined(separator: ", "))]"
  }

  /// The constant to which an input is bound.
  private static func constant(
    _ binding: ONNXImporter.Binding, for value: Onnx_ValueInfoProto, _ known: [String: Int]
  ) throws(ONNXReason) -> ONNXConstant {
    let declared = try shape(of: value)
    let extents = declared?.map { $0.extent ?? $0.symbol.flatMap { known[$0] } }
    let type = try type(of: value)
    let tensor: Tensor
    switch binding {
    case .tensor(let given):
      tensor = given
      guard
        extents.map({ extents in
          extents.count == given.shape.count
            && zip(extents, given.shape).allSatisfy { $0 == nil || $0 == $1 }
        }) ?? true
      else {
        throw ONNXReason(
          "input '\(value.name)' has shape \(text(declared ?? [])), its array in network.bindings "
            + "\(given.shape)")
      }
    case .number(let number):
      let shape = (extents ?? []).compactMap { $0 }
      guard shape.count == extents?.count ?? 0, let count = Tensor.elementCount(of: shape),
        count <= ONNXGraphBuilder.largestFolded
      else {
        throw ONNXReason(
          "input '\(value.name)' has the open shape \(text(declared ?? [])); a number in "
            + "network.bindings does not tell it, an array does")
      }
      tensor = Tensor(shape: shape, values: Array(repeating: Float(number), count: count))
    }
    guard let range = type.integers else {
      return ONNXConstant(shape: tensor.shape, floats: tensor.values, type: type)
    }
    let integers = tensor.values.compactMap { Int(exactly: $0) }.filter(range.contains)
    guard integers.count == tensor.count else {
      throw ONNXReason(
        "input '\(value.name)' takes \(type); its value in network.bindings is none")
    }
    return ONNXConstant(shape: tensor.shape, integers: integers, type: type)
  }
}
