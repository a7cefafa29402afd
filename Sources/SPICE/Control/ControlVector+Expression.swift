import Foundation
import Netlist

extension Expression {
  /// Its value over vectors: parameters are vectors by their names, which `vector` gives. `nil` if a
  /// function or an operator has no complex form and is given complex values.
  func vector(_ vector: (String) -> ControlVector?) -> ControlVector? {
    switch self {
    case .number(let value): return ControlVector(value)
    case .parameter(let name): return vector(name)
    case .quantity, .grid: return nil
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
    case .sin, .cos, .tan, .sinh, .cosh, .tanh, .asin, .acos, .atan, .asinh, .acosh, .atanh:
      return first.map { $0.value(of: self) }
    default: return nil
    }
  }
}

extension ControlVector.Complex {
  fileprivate typealias Complex = ControlVector.Complex
  fileprivate static let one = Complex(real: 1, imaginary: 0)

  fileprivate var exponential: Complex { .polar(exp(real), imaginary) }
  fileprivate var logarithm: Complex { Complex(real: log(magnitude), imaginary: phase) }
  fileprivate var root: Complex { .polar(magnitude.squareRoot(), phase / 2) }
  fileprivate var timesI: Complex { Complex(real: -imaginary, imaginary: real) }
  fileprivate var overI: Complex { Complex(real: imaginary, imaginary: -real) }
  fileprivate var half: Complex { Complex(real: real / 2, imaginary: imaginary / 2) }
  fileprivate static prefix func - (z: Complex) -> Complex {
    Complex(real: -z.real, imaginary: -z.imaginary)
  }

  /// Circular and hyperbolic functions and their inverses, by their principal values (Abramowitz and
  /// Stegun, 1964, 4.3, 4.4 and 4.6).
  fileprivate func value(of function: Expression.Function) -> Complex {
    switch function {
    case .sinh: return (exponential - (-self).exponential).half
    case .cosh: return (exponential + (-self).exponential).half
    case .tanh:
      return (exponential - (-self).exponential) / (exponential + (-self).exponential)
    case .sin: return timesI.value(of: .sinh).overI
    case .cos: return timesI.value(of: .cosh)
    case .tan: return timesI.value(of: .tanh).overI
    case .asinh: return (self + (self * self + .one).root).logarithm
    case .acosh: return (self + (self + .one).root * (self - .one).root).logarithm
    case .atanh: return ((.one + self).logarithm - (.one - self).logarithm).half
    case .asin: return timesI.value(of: .asinh).overI
    case .acos: return Complex(real: .pi / 2, imaginary: 0) - value(of: .asin)
    default: return timesI.value(of: .atanh).overI
    }
  }
}
