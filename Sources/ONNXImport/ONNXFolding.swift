import NeuralNetwork

/// Operations on constants alone. Numbers keep their type: if ONNX computes with integers, so does
/// this, exactly, and overflow is refused (programs wrap around, each in its own way).
extension Operation {
  /// The operation on `constants`, which have the result's `shape` between them.
  func folded(_ constants: [ONNXConstant], to shape: [Int]) throws(ONNXReason) -> ONNXConstant {
    guard let first = constants.first else { throw ONNXReason("has no input") }
    let ownType = typedInputs(constants.count).map { constants[$0] }
    if let other = ownType.first(where: { $0.type != first.type }) {
      throw ONNXReason("mixes the element types \(first.type) and \(other.type)")
    }
    guard let range = first.type.integers else {
      let values = try evaluated(constants.map(\.tensor)).values
      if case .rank(let ranking) = self, case .position = ranking.result {
        let positions = values.compactMap { Int(exactly: $0) }
        guard positions.count == values.count else {
          throw ONNXReason("ranks constants that are no numbers")
        }
        return ONNXConstant(shape: shape, integers: positions)
      }
      return ONNXConstant(
        shape: shape, floats: values.map { first.type.rounded($0) }, type: first.type)
    }
    let values = try integers(constants, to: shape)
    if let value = values.first(where: { !range.contains($0) }) {
      throw .overflow(value, first.type)
    }
    return ONNXConstant(shape: shape, integers: values, type: first.type)
  }

  /// Places of the inputs that share the type of the result: a condition, an exponent and positions
  /// have their own.
  func typedInputs(_ count: Int) -> [Int] {
    switch self {
    case .select: Array(1..<count)
    case .binary(.power), .lookup: [0]
    case .scatterElements: [0, 2]
    default: Array(0..<count)
    }
  }

  private func evaluated(_ inputs: [Tensor]) throws(ONNXReason) -> Tensor {
    do throws(OperatorError) {
      return try evaluate(inputs)
    } catch {
      throw ONNXReason(error.description)
    }
  }

  private func integers(
    _ constants: [ONNXConstant], to shape: [Int]
  ) throws(ONNXReason) -> [Int] {
    let first = constants[0]
    func numbers(_ constant: ONNXConstant) throws(ONNXReason) -> [Int] {
      guard let integers = constant.integers else {
        throw ONNXReason("takes a power of integers (\(first.type)) that is no integer")
      }
      return integers
    }
    switch self {
    case .reshape, .flatten, .transpose, .slice, .gather, .concat, .identity, .pad:
      return try moved(constants)
    case .unary(let function):
      var result = try numbers(first)
      for k in result.indices { result[k] = try function.integer(result[k], first.type) }
      return result
    case .binary(let function):
      var result = ONNXConstant.broadcast(try numbers(first), first.shape, to: shape)
      for other in constants.dropFirst() {
        let operand = ONNXConstant.broadcast(try numbers(other), other.shape, to: shape)
        for k in result.indices {
          result[k] = try function.integer(result[k], operand[k], first.type)
        }
      }
      return result
    case .reduce(let reduction):
      let places = Set(reduction.axes.map { $0 < 0 ? $0 + first.shape.count : $0 })
      let kept = first.shape.indices.filter { !places.contains($0) }
      let runs = try Operation.transpose(kept + places.sorted()).moved(constants)
      let length = places.reduce(1) { $0 * first.shape[$1] }
      var result: [Int] = []
      for start in stride(from: 0, to: runs.count, by: length) {
        result.append(try reduction.kind.integer(runs[start..<start + length], first.type))
      }
      return result
    default:
      throw ONNXReason("is computed on real numbers, its constant input is \(first.type)")
    }
  }

  /// Integers moved by the operators of the graph, which move floats: three digits of 22 bits each
  /// are exact in single precision, so that there is one definition of every move.
  private func moved(_ constants: [ONNXConstant]) throws(ONNXReason) -> [Int] {
    var fill = 0
    if case .pad(let padding) = self, case .constant(let value) = padding.fill {
      guard let exact = Int(exactly: value), exact.magnitude <= 1 << 24 else {
        throw ONNXReason("pads integers with \(value); integers to 16777216 are read")
      }
      fill = exact
    }
    let mask = 1 << 22 - 1
    var result: [Int] = []
    for shift in [0, 22, 44] {
      func digit(_ value: Int) -> Float { Float(value >> shift & mask) }
      let digits = try evaluatedPadding(with: digit(fill)).evaluated(
        constants.map { constant in
          Tensor(shape: constant.shape, values: (constant.integers ?? []).map(digit))
        }
      ).values
      if result.isEmpty { result = [Int](repeating: 0, count: digits.count) }
      for k in digits.indices { result[k] |= Int(digits[k]) << shift }
    }
    return result
  }

  private func evaluatedPadding(with value: Float) -> Operation {
    guard case .pad(var padding) = self, case .constant = padding.fill else { return self }
    padding.fill = .constant(value)
    return .pad(padding)
  }
}

extension ONNXReason {
  /// A result that its type does not hold; `nil` if not even 64 bits hold it.
  static func overflow(_ value: Int?, _ type: ONNXElementType) -> ONNXReason {
    ONNXReason("overflows: \(value.map { "\($0)" } ?? "a result") is beyond \(type)")
  }
}

/// The value of a checked operation.
private func checked(
  _ result: (partialValue: Int, overflow: Bool), _ type: ONNXElementType
) throws(ONNXReason) -> Int {
  guard !result.overflow else { throw .overflow(nil, type) }
  return result.partialValue
}

extension UnaryFunction {
  fileprivate func integer(_ x: Int, _ type: ONNXElementType) throws(ONNXReason) -> Int {
    switch self {
    case .absolute: return x < 0 ? try checked(Int(0).subtractingReportingOverflow(x), type) : x
    case .negative: return try checked(Int(0).subtractingReportingOverflow(x), type)
    case .relu: return max(x, 0)
    case .sign: return x.signum()
    default: throw ONNXReason("is computed on real numbers, its constant input is \(type)")
    }
  }
}

extension BinaryFunction {
  fileprivate func integer(
    _ a: Int, _ b: Int, _ type: ONNXElementType
  ) throws(ONNXReason) -> Int {
    switch self {
    case .add: return try checked(a.addingReportingOverflow(b), type)
    case .subtract: return try checked(a.subtractingReportingOverflow(b), type)
    case .multiply: return try checked(a.multipliedReportingOverflow(by: b), type)
    case .divide:
      guard b != 0 else { throw ONNXReason("divides the integer \(a) by zero") }
      // Swift's quotient of integers drops the fraction, as ONNX's does.
      return try checked(a.dividedReportingOverflow(by: b), type)
    case .maximum: return max(a, b)
    case .minimum: return min(a, b)
    case .parametricRelu:
      return a < 0 ? try checked(a.multipliedReportingOverflow(by: b), type) : a
    case .power: return try Self.power(a, b, type)
    default: throw ONNXReason("is computed on real numbers, its constant input is \(type)")
    }
  }

  /// `base` to `exponent` by repeated squaring; of a negative exponent the reciprocal, cut to an
  /// integer.
  private static func power(
    _ base: Int, _ exponent: Int, _ type: ONNXElementType
  ) throws(ONNXReason) -> Int {
    if base == 1 || (base == -1 && exponent.isMultiple(of: 2)) { return 1 }
    if base == -1 { return -1 }
    guard exponent >= 0 else {
      guard base != 0 else { throw ONNXReason("divides by zero: 0 to the power \(exponent)") }
      return 0
    }
    guard base != 0 else { return exponent == 0 ? 1 : 0 }
    var (result, square, rest) = (1, base, exponent)
    while true {
      if rest & 1 == 1 {
        result = try checked(result.multipliedReportingOverflow(by: square), type)
      }
      rest >>= 1
      guard rest > 0 else { return result }
      square = try checked(square.multipliedReportingOverflow(by: square), type)
    }
  }
}

extension Reduction.Kind {
  fileprivate func integer(
    _ run: ArraySlice<Int>, _ type: ONNXElementType
  ) throws(ONNXReason) -> Int {
    func sum(_ term: (Int) -> (partialValue: Int, overflow: Bool)) throws(ONNXReason) -> Int {
      var sum = 0
      for value in run {
        sum = try checked(sum.addingReportingOverflow(try checked(term(value), type)), type)
      }
      return sum
    }
    switch self {
    case .sum: return try sum { ($0, false) }
    case .mean:
      // The quotient is one of integers, as in ONNX Runtime.
      return try sum { ($0, false) } / run.count
    case .absoluteSum:
      return try sum { $0 < 0 ? Int(0).subtractingReportingOverflow($0) : ($0, false) }
    case .squareSum: return try sum { $0.multipliedReportingOverflow(by: $0) }
    case .product:
      var product = 1
      for value in run {
        product = try checked(product.multipliedReportingOverflow(by: value), type)
      }
      return product
    case .maximum: return run.max() ?? 0
    case .minimum: return run.min() ?? 0
    case .logarithmOfExponentials, .logarithmOfSum, .norm:
      throw ONNXReason("is computed on real numbers, its constant input is \(type)")
    }
  }
}
