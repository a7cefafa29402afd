import Foundation
import Netlist

/// A number with its slopes against a few quantities.
struct SlopedValue: Sendable {
  var value: Double
  /// One per quantity, in the order in which the formula names them.
  var slopes: [Double]

  init(_ value: Double, _ slopes: [Double]) {
    self.value = value
    self.slopes = slopes
  }

  /// `outer` and its slope at this value: the chain rule.
  func chained(_ outer: Double, _ slope: Double) -> SlopedValue {
    SlopedValue(outer, slopes.map { $0 == 0 ? 0 : $0 * slope })
  }

  static func combined(
    _ value: Double, _ a: SlopedValue, _ da: Double, _ b: SlopedValue, _ db: Double
  ) -> SlopedValue {
    SlopedValue(
      value,
      a.slopes.indices.map {
        (a.slopes[$0] == 0 ? 0 : a.slopes[$0] * da) + (b.slopes[$0] == 0 ? 0 : b.slopes[$0] * db)
      })
  }
}

extension Netlist.Expression {
  /// The node voltages and source currents that it depends on, each once.
  var controls: [Quantity] {
    var found: [Quantity] = []
    collect(&found)
    return found
  }

  private func collect(_ found: inout [Quantity]) {
    switch self {
    case .number, .parameter: return
    case .quantity(let quantity):
      switch quantity {
      case .time, .temperature, .frequency: return
      case .device, .dynamic, .event: break
      case .voltage(let node): if node == .ground { return }
      case .current: break
      }
      if !found.contains(quantity) { found.append(quantity) }
    case .negated(let a): a.collect(&found)
    case .binary(_, let a, let b):
      a.collect(&found)
      b.collect(&found)
    case .call(_, let arguments), .grid(_, let arguments):
      for argument in arguments { argument.collect(&found) }
    case .conditional(let condition, let a, let b):
      condition.collect(&found)
      a.collect(&found)
      b.collect(&found)
    }
  }

  /// Its value, the quantities being given.
  func value(_ quantity: (Quantity) -> Double) -> Double {
    value(parameters: { _ in nil }, quantity)
  }

  /// Its value, the quantities and the parameters being given; not a number without one of these.
  func value(
    parameters: (String) -> Double?, _ quantity: (Quantity) -> Double
  ) -> Double {
    switch self {
    case .number(let number): return number
    case .parameter(let name): return parameters(name) ?? .nan
    case .quantity(let name): return quantity(name)
    case .negated(let a): return -a.value(parameters: parameters, quantity)
    case .binary(let sign, let a, let b):
      return sign.value(
        a.value(parameters: parameters, quantity), b.value(parameters: parameters, quantity))
    case .call(let function, let arguments):
      return function.value(arguments.map { $0.value(parameters: parameters, quantity) })
    case .grid(let table, let arguments):
      return table.value(at: arguments.map { $0.value(parameters: parameters, quantity) }).value
    case .conditional(let condition, let a, let b):
      return condition.value(parameters: parameters, quantity) != 0
        ? a.value(parameters: parameters, quantity) : b.value(parameters: parameters, quantity)
    }
  }

  /// Its value and its slopes against `controls`, by forward differentiation.
  func sloped(_ controls: [Quantity], _ quantity: (Quantity) -> Double) -> SlopedValue {
    let none = [Double](repeating: 0, count: controls.count)
    switch self {
    case .number(let number): return SlopedValue(number, none)
    case .parameter: return SlopedValue(.nan, none)
    case .quantity(let name):
      var slopes = none
      if let place = controls.firstIndex(of: name) { slopes[place] = 1 }
      return SlopedValue(quantity(name), slopes)
    case .negated(let a):
      let a = a.sloped(controls, quantity)
      return a.chained(-a.value, -1)
    case .binary(let sign, let a, let b):
      return sign.sloped(a.sloped(controls, quantity), b.sloped(controls, quantity))
    case .call(let function, let arguments):
      return function.sloped(arguments.map { $0.sloped(controls, quantity) })
    case .grid(let table, let arguments):
      let inner = arguments.map { $0.sloped(controls, quantity) }
      let (value, gradient) = table.value(at: inner.map(\.value))
      return SlopedValue(
        value,
        none.indices.map { k in
          zip(gradient, inner).reduce(0) { $0 + $1.0 * $1.1.slopes[k] }
        })
    case .conditional(let condition, let a, let b):
      return condition.value(quantity) != 0
        ? a.sloped(controls, quantity) : b.sloped(controls, quantity)
    }
  }
}

extension Netlist.Expression.Operator {
  func sloped(_ a: SlopedValue, _ b: SlopedValue) -> SlopedValue {
    let result = value(a.value, b.value)
    switch self {
    case .add: return .combined(result, a, 1, b, 1)
    case .subtract: return .combined(result, a, 1, b, -1)
    case .multiply: return .combined(result, a, b.value, b, a.value)
    case .divide: return .combined(result, a, 1 / b.value, b, -result / b.value)
    case .power: return Expression.Function.pow.sloped([a, b])
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual, .and, .or:
      return a.chained(result, 0)
    }
  }
}

extension Netlist.Expression.Function {
  /// Value and slopes; steps have no slope at their edges.
  func sloped(_ x: [SlopedValue]) -> SlopedValue {
    let first = x[0]
    let result = value(x.map(\.value))
    switch self {
    case .pow, .pwr:
      let (base, power) = (first.value, x[1].value)
      let magnitude = Swift.abs(base)
      // d|a|^b = b |a|^(b−1) sign(a) da + |a|^b ln |a| db; of pwr without that sign.
      let toBase = power == 0 ? 0 : power * Foundation.pow(magnitude, power - 1)
      let sign = self == .pow && base < 0 ? -1.0 : 1
      let toPower = magnitude > 0 ? result * Foundation.log(magnitude) : 0
      return .combined(result, first, sign * toBase, x[1], toPower)
    case .atan2:
      let square = first.value * first.value + x[1].value * x[1].value
      return .combined(
        result, first, square > 0 ? x[1].value / square : 0, x[1],
        square > 0 ? -first.value / square : 0)
    case .hypot:
      return .combined(
        result, first, result > 0 ? first.value / result : 0, x[1],
        result > 0 ? x[1].value / result : 0)
    case .mod:
      return .combined(
        result, first, 1, x[1], -(first.value / x[1].value).rounded(.towardZero))
    case .min, .max, .limit:
      // The argument that is the result.
      let chosen = x.first { $0.value == result } ?? first
      return SlopedValue(result, chosen.slopes)
    case .table: return first.chained(result, Self.slopeOfTable(x.map(\.value)))
    case .pwl:
      let points = x.map(\.value)
      let slope = x.count > 3 ? Self.slopeOfLine(points, Self.lineOfTable(points)) : 0
      return first.chained(result, slope)
    default: return first.chained(result, slope(first.value, result))
    }
  }

  /// The slope of a function of one argument.
  private func slope(_ x: Double, _ y: Double) -> Double {
    switch self {
    case .abs: x > 0 ? 1 : x < 0 ? -1 : 0
    case .sqrt: y > 0 ? 0.5 / y : 0
    case .exp: y
    case .ln, .log: 1 / x
    case .log10: 1 / (x * 2.302585092994046)
    case .sin: Foundation.cos(x)
    case .cos: -Foundation.sin(x)
    case .tan: 1 + y * y
    case .asin: 1 / (1 - x * x).squareRoot()
    case .acos: -1 / (1 - x * x).squareRoot()
    case .atan: 1 / (1 + x * x)
    case .sinh: Foundation.cosh(x)
    case .cosh: Foundation.sinh(x)
    case .tanh: 1 - y * y
    case .asinh: 1 / (x * x + 1).squareRoot()
    case .acosh: 1 / (x * x - 1).squareRoot()
    case .atanh: 1 / (1 - x * x)
    case .uramp: x > 0 ? 1 : 0
    default: 0
    }
  }

  private static func slopeOfTable(_ x: [Double]) -> Double {
    guard x[0] > x[1] else { return 0 }
    for k in stride(from: 3, to: x.count - 1, by: 2) where x[0] <= x[k] {
      return (x[k + 1] - x[k - 1]) / (x[k] - x[k - 2])
    }
    return 0
  }
}
