/// Sums of products over named axes (ONNX `Einsum`): the output's axes are named, all others are
/// summed.
public struct Einsum: Sendable, Equatable {
  /// The name of an axis, or of all that an operand has more than its names.
  public enum Label: Sendable, Hashable {
    case letter(Character)
    case ellipsis
  }

  /// Names of the axes of every operand.
  public let operands: [[Label]]
  /// Names of the axes of the output.
  public let output: [Label]

  /// The equation as ONNX writes it, such as `bhid,bhjd->bhij`; `nil` if it is none.
  public init?(_ equation: String) {
    func labels(_ text: Substring) -> [Label]? {
      let characters = Array(text)
      var labels: [Label] = []
      var k = 0
      while k < characters.count {
        if characters[k] == "." {
          guard characters[k...].starts(with: "..."), !labels.contains(.ellipsis) else {
            return nil
          }
          labels.append(.ellipsis)
          k += 3
        } else {
          guard characters[k].isASCII, characters[k].isLetter else { return nil }
          labels.append(.letter(characters[k]))
          k += 1
        }
      }
      return labels
    }
    let text = equation.filter { $0 != " " }
    let arrow = text.firstIndex(of: "-") ?? text.endIndex
    let left = text[..<arrow]
    var right: Substring?
    if arrow != text.endIndex {
      guard text[arrow...].starts(with: "->") else { return nil }
      right = text[arrow...].dropFirst(2)
    }
    var operands: [[Label]] = []
    for part in left.split(separator: ",", omittingEmptySubsequences: false) {
      guard let found = labels(part) else { return nil }
      operands.append(found)
    }
    self.operands = operands
    let all = operands.flatMap { $0 }
    guard let right else {
      // Without an output, the names that occur once, in the order of the alphabet.
      var counts: [Character: Int] = [:]
      for case .letter(let letter) in all { counts[letter, default: 0] += 1 }
      let once = counts.filter { $0.value == 1 }.keys.sorted()
      output = (all.contains(.ellipsis) ? [.ellipsis] : []) + once.map(Label.letter)
      return
    }
    guard let output = labels(right), Set(output).count == output.count,
      output.allSatisfy(all.contains)
    else { return nil }
    self.output = output
  }

  /// Axes by number, the names of an ellipsis counted from the last one.
  package struct Axes {
    package var operands: [[Int]]
    package var output: [Int]
    /// Extents of all axes.
    package var extents: [Int: Int]
  }

  package func axes(_ shapes: [[Int]]) throws(OperatorError) -> Axes {
    guard shapes.count == operands.count else {
      throw OperatorError("has \(shapes.count) inputs, its equation \(operands.count)")
    }
    var extents: [Int: Int] = [:]
    var hidden = 0
    func number(_ labels: [Label], spread: Int) -> [Int] {
      labels.flatMap { label in
        switch label {
        case .letter(let letter): [Int(letter.unicodeScalars.first?.value ?? 0)]
        case .ellipsis: (0..<spread).map { $0 - spread }
        }
      }
    }
    var numbered: [[Int]] = []
    for (labels, shape) in zip(operands, shapes) {
      let spread = shape.count - labels.count { $0 != .ellipsis }
      guard spread == 0 || (spread > 0 && labels.contains(.ellipsis)) else {
        throw OperatorError("names other axes than its inputs have")
      }
      hidden = max(hidden, labels.contains(.ellipsis) ? spread : 0)
      let axes = number(labels, spread: spread)
      for (axis, extent) in zip(axes, shape) {
        let known = extents[axis] ?? 1
        guard known == extent || known == 1 || extent == 1 else {
          throw OperatorError("has inputs that differ along an axis of one name")
        }
        extents[axis] = max(known, extent)
      }
      numbered.append(axes)
    }
    return Axes(operands: numbered, output: number(output, spread: hidden), extents: extents)
  }

  func outputShape(_ shapes: [[Int]]) throws(OperatorError) -> [Int] {
    let axes = try axes(shapes)
    // The form for any operands visits every combination.
    let terms = Tensor.elementCount(of: Array(axes.extents.values))
    guard axes.isProduct || terms ?? .max <= 1 << 28 else {
      throw OperatorError("sums the products of \(axes.extents.count) axes, more than 2^28")
    }
    return axes.output.map { axes.extents[$0] ?? 1 }
  }

  /// Two operands by a product of stacks of matrices, others term by term.
  func apply(_ inputs: [Tensor], to extents: [Int]) throws(OperatorError) -> Tensor {
    let axes = try axes(inputs.map(\.shape))
    guard axes.isProduct else { return axes.sums(inputs, to: extents) }
    return try axes.product(inputs[0], inputs[1], to: extents)
  }

  /// The definition: every product of one value per operand, added where the output's axes say.
  func sums(_ inputs: [Tensor], to extents: [Int]) throws(OperatorError) -> Tensor {
    try axes(inputs.map(\.shape)).sums(inputs, to: extents)
  }
}

extension Einsum.Axes {
  /// Whether two operands without repeated names are multiplied.
  var isProduct: Bool {
    operands.count == 2 && operands.allSatisfy { Set($0).count == $0.count }
  }

  func sums(_ inputs: [Tensor], to shape: [Int]) -> Tensor {
    let summed = extents.keys.filter { !output.contains($0) }.sorted()
    let order = output + summed
    let lengths = order.map { extents[$0] ?? 1 }
    // How far a step along each axis moves in every operand; a repeated name moves along both axes.
    let steps = zip(operands, inputs).map { axes, input in
      let strides = Tensor.strides(of: input.shape)
      return order.map { axis in
        axes.indices.reduce(0) {
          axes[$1] == axis && input.shape[$1] > 1 ? $0 + strides[$1] : $0
        }
      }
    }
    let terms = lengths.dropFirst(output.count).reduce(1, *)
    var position = [Int](repeating: 0, count: order.count)
    var places = [Int](repeating: 0, count: inputs.count)
    var values: [Float] = []
    values.reserveCapacity(shape.reduce(1, *))
    for _ in 0..<shape.reduce(1, *) {
      var sum = 0.0
      for _ in 0..<terms {
        var product = 1.0
        for (operand, input) in inputs.enumerated() {
          product *= Double(input.values[places[operand]])
        }
        sum += product
        // The next position, the last axis fastest.
        for axis in order.indices.reversed() {
          position[axis] += 1
          for k in places.indices { places[k] += steps[k][axis] }
          guard position[axis] == lengths[axis] else { break }
          for k in places.indices { places[k] -= steps[k][axis] * lengths[axis] }
          position[axis] = 0
        }
      }
      values.append(Float(sum))
    }
    return Tensor(shape: shape, values: values)
  }

  func product(_ a: Tensor, _ b: Tensor, to shape: [Int]) throws(OperatorError) -> Tensor {
    let (left, right) = (Set(operands[0]), Set(operands[1]))
    let shared = output.filter { left.contains($0) && right.contains($0) }
    let rows = output.filter { left.contains($0) && !right.contains($0) }
    let columns = output.filter { !left.contains($0) && right.contains($0) }
    let inner = operands[0].filter { right.contains($0) && !output.contains($0) }
    func length(_ axes: [Int]) -> Int { axes.reduce(1) { $0 * (extents[$1] ?? 1) } }
    func stack(_ x: Tensor, _ axes: [Int], _ order: [Int], _ shape: [Int]) throws(OperatorError)
      -> Tensor
    {
      // Axes of this operand alone that the output does not have are summed first.
      let alone = axes.indices.filter { !order.contains(axes[$0]) }
      var (x, axes) = (x, axes)
      if !alone.isEmpty {
        let sum = Reduction(.sum, axes: alone, keepsAxes: false)
        x = try sum.apply(x, to: try sum.outputShape(x.shape))
        axes = axes.filter { order.contains($0) }
      }
      let wide = x.broadcast(to: axes.map { extents[$0] ?? 1 })
      return wide.transposed(order.compactMap { axes.firstIndex(of: $0) }).reshaped(shape)
    }
    let (m, k, n) = (length(rows), length(inner), length(columns))
    let product = try stack(a, operands[0], shared + rows + inner, [length(shared), m, k])
      .multiplied(by: stack(b, operands[1], shared + inner + columns, [length(shared), k, n]))
    let order = shared + rows + columns
    return product.reshaped(order.map { extents[$0] ?? 1 })
      .transposed(output.compactMap { order.firstIndex(of: $0) })
  }
}
