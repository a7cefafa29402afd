import Foundation
import Netlist

/// A vector of a command's expression: real or complex values, one for a scalar.
struct ControlVector: Sendable {
  /// At most this many values: a bound on what `vector(n)` may ask for.
  static let lengthLimit = 10_000_000

  var real: [Double]
  /// As many as `real`; `nil` for a real vector.
  var imaginary: [Double]?
  /// Of a plot's variable: `voltage`, `current`, `time`, `notype`, …
  var kind = "notype"

  init(_ value: Double) { real = [value] }

  init(_ real: [Double], _ imaginary: [Double]? = nil, kind: String = "notype") {
    self.real = real
    self.imaginary = imaginary
    self.kind = kind
  }

  var count: Int { real.count }
  var isComplex: Bool { imaginary != nil }

  /// One value; a shorter operand goes on with its last one, as in ngspice.
  subscript(index: Int) -> Complex {
    guard !real.isEmpty else { return Complex(real: .nan, imaginary: 0) }
    let place = Swift.min(index, real.count - 1)
    return Complex(real: real[place], imaginary: imaginary?[place] ?? 0)
  }

  /// The first value that is not finite.
  var firstUndefined: Int? {
    real.indices.first { !real[$0].isFinite || !(imaginary?[$0].isFinite ?? true) }
  }

  /// The values in a range of points.
  func slice(_ range: Range<Int>) -> ControlVector {
    ControlVector(Array(real[range]), imaginary.map { Array($0[range]) }, kind: kind)
  }

  /// Another value for each.
  func map(_ body: (Complex) -> Complex) -> ControlVector {
    ControlVector(count: count, isComplex: isComplex) { body(self[$0]) }
  }

  /// A real value for each.
  func reals(kind: String = "notype", _ body: (Complex) -> Double) -> ControlVector {
    ControlVector(real.indices.map { body(self[$0]) }, kind: kind)
  }

  init(count: Int, isComplex: Bool, _ value: (Int) -> Complex) {
    var (real, imaginary): ([Double], [Double]) = ([], [])
    real.reserveCapacity(count)
    for k in 0..<count {
      let one = value(k)
      real.append(one.real)
      if isComplex { imaginary.append(one.imaginary) }
    }
    self.init(real, isComplex ? imaginary : nil)
  }

  /// A complex number.
  struct Complex {
    var real: Double, imaginary: Double

    var magnitude: Double { hypot(real, imaginary) }
    var phase: Double { atan2(imaginary, real) }

    static func + (a: Complex, b: Complex) -> Complex {
      Complex(real: a.real + b.real, imaginary: a.imaginary + b.imaginary)
    }
    static func - (a: Complex, b: Complex) -> Complex {
      Complex(real: a.real - b.real, imaginary: a.imaginary - b.imaginary)
    }
    static func * (a: Complex, b: Complex) -> Complex {
      Complex(
        real: a.real * b.real - a.imaginary * b.imaginary,
        imaginary: a.real * b.imaginary + a.imaginary * b.real)
    }
    static func / (a: Complex, b: Complex) -> Complex {
      guard a.imaginary != 0 || b.imaginary != 0 else {
        return Complex(real: a.real / b.real, imaginary: 0)
      }
      let square = b.real * b.real + b.imaginary * b.imaginary
      let product = a * Complex(real: b.real, imaginary: -b.imaginary)
      return Complex(real: product.real / square, imaginary: product.imaginary / square)
    }
    static func polar(_ magnitude: Double, _ phase: Double) -> Complex {
      Complex(real: magnitude * cos(phase), imaginary: magnitude * sin(phase))
    }
  }
}

extension Expression {
  /// Its value over vectors: parameters are vectors by their names, which `vector` gives. `nil` if a
  /// function or an operator has no complex form and is given complex values.
  func vector(_ vector: (String) -> ControlVector?) -> ControlVector? {
    switch self {
    case .number(let value): return ControlVector(value)
    case .parameter(let name): return vector(name)
    case .quantity: return nil
    case .negated(let inner):
      return inner.vector(vector)?.map { .init(real: -$0.real, imaginary: -$0.imaginary) }
    case .binary(let sign, let a, let b):
      guard let a = a.vector(vector), let b = b.vector(vector) else { return nil }
      return sign.combined(a, b)
    case .call(let function, let arguments):
      var values: [ControlVector] = []
      for argument in arguments {
        guard let value = argument.vector(vector) else { return nil }
        values.append(value)
      }
      return function.applied(values)
    case .conditional(let condition, let first, let second):
      guard let condition = condition.vector(vector), let first = first.vector(vector),
        let second = second.vector(vector)
      else { return nil }
      let count = max(condition.count, condition.count > 1 ? max(first.count, second.count) : 0)
      guard count > 1 else { return condition[0].real != 0 ? first : second }
      return ControlVector(count: count, isComplex: first.isComplex || second.isComplex) {
        condition[$0].real != 0 ? first[$0] : second[$0]
      }
    }
  }
}

extension Expression.Operator {
  /// Value by value; comparisons of complex values have no meaning.
  fileprivate func combined(_ a: ControlVector, _ b: ControlVector) -> ControlVector? {
    guard a.count > 0, b.count > 0 else { return nil }
    let count = max(a.count, b.count)
    let isComplex = a.isComplex || b.isComplex
    switch self {
    case .add: return ControlVector(count: count, isComplex: isComplex) { a[$0] + b[$0] }
    case .subtract: return ControlVector(count: count, isComplex: isComplex) { a[$0] - b[$0] }
    case .multiply: return ControlVector(count: count, isComplex: isComplex) { a[$0] * b[$0] }
    case .divide: return ControlVector(count: count, isComplex: isComplex) { a[$0] / b[$0] }
    case .power where isComplex:
      guard !b.isComplex else { return nil }
      return ControlVector(count: count, isComplex: true) {
        let exponent = b[$0].real
        return .polar(pow(a[$0].magnitude, exponent), a[$0].phase * exponent)
      }
    // Unlike in sources, a command's power keeps the sign of its base.
    case .power:
      return ControlVector(count: count, isComplex: false) {
        .init(real: pow(a[$0].real, b[$0].real), imaginary: 0)
      }
    default:
      guard !isComplex else { return nil }
      return ControlVector(count: count, isComplex: false) {
        .init(real: value(a[$0].real, b[$0].real), imaginary: 0)
      }
    }
  }
}

extension Expression.Function {
  /// Value by value.
  fileprivate func applied(_ arguments: [ControlVector]) -> ControlVector? {
    guard let first = arguments.first, arguments.allSatisfy({ $0.count > 0 }) else { return nil }
    guard arguments.contains(where: \.isComplex) else {
      let count = arguments.map(\.count).max() ?? 0
      return ControlVector(count: count, isComplex: false) { place in
        .init(real: value(arguments.map { $0[place].real }), imaginary: 0)
      }
    }
    switch self {
    case .abs: return first.reals { $0.magnitude }
    case .exp: return first.map { .polar(Foundation.exp($0.real), $0.imaginary) }
    case .sqrt: return first.map { .polar($0.magnitude.squareRoot(), $0.phase / 2) }
    case .ln, .log:
      return first.map { .init(real: Foundation.log($0.magnitude), imaginary: $0.phase) }
    case .log10:
      return first.map {
        .init(real: Foundation.log10($0.magnitude), imaginary: $0.phase / Foundation.log(10))
      }
    default: return nil
    }
  }
}
