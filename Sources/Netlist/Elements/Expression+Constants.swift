import Foundation

extension Expression.Function {
  /// How many arguments the function takes.
  public var argumentCount: ClosedRange<Int> {
    switch self {
    case .pow, .pwr, .atan2, .hypot, .mod: 2...2
    case .min, .max: 1...1000
    case .limit: 3...3
    case .table, .pwl: 3...100_001
    default: 1...1
    }
  }

  /// The function of real arguments, as many as it takes; NaN where it is not defined.
  ///
  /// As in ngspice 39: `pow(x, y)` is `|x|^y` and `pwr(x, y)` has the sign of `x`; `log` is
  /// natural; `u(0)` is a half; `nint` rounds halves to even; outside its points `table(x, x1, y1, …)`
  /// is constant and `pwl(x, x1, y1, …)` goes on along its first and last line.
  public func value(_ x: [Double]) -> Double {
    precondition(argumentCount.contains(x.count), "a function takes its number of arguments")
    let first = x[0]
    switch self {
    case .abs: return Swift.abs(first)
    case .sqrt: return first.squareRoot()
    case .exp: return Foundation.exp(first)
    case .ln, .log: return Foundation.log(first)
    case .log10: return Foundation.log10(first)
    case .sin: return Foundation.sin(first)
    case .cos: return Foundation.cos(first)
    case .tan: return Foundation.tan(first)
    case .asin: return Foundation.asin(first)
    case .acos: return Foundation.acos(first)
    case .atan: return Foundation.atan(first)
    case .sinh: return Foundation.sinh(first)
    case .cosh: return Foundation.cosh(first)
    case .tanh: return Foundation.tanh(first)
    case .asinh: return Foundation.asinh(first)
    case .acosh: return Foundation.acosh(first)
    case .atanh: return Foundation.atanh(first)
    case .floor: return first.rounded(.down)
    case .ceil: return first.rounded(.up)
    case .int: return first.rounded(.towardZero)
    case .nint: return first.rounded(.toNearestOrEven)
    case .sgn: return first > 0 ? 1 : first < 0 ? -1 : first
    case .u: return first > 0 ? 1 : first < 0 ? 0 : first == 0 ? 0.5 : first
    case .uramp: return first < 0 ? 0 : first
    case .not: return first == 0 ? 1 : 0
    case .pow: return Foundation.pow(Swift.abs(first), x[1])
    case .pwr: return Foundation.copysign(Foundation.pow(Swift.abs(first), x[1]), first)
    case .atan2: return Foundation.atan2(first, x[1])
    case .hypot: return Foundation.hypot(first, x[1])
    case .mod: return Foundation.fmod(first, x[1])
    case .min: return x.dropFirst().reduce(first, Swift.min)
    case .max: return x.dropFirst().reduce(first, Swift.max)
    case .limit: return Swift.max(Swift.min(x[1], x[2]), Swift.min(Swift.max(x[1], x[2]), first))
    case .table: return Self.interpolated(x)
    case .pwl: return Self.continued(x)
    }
  }

  /// Linear between points and beyond them; a single point is a constant.
  private static func continued(_ x: [Double]) -> Double {
    let place = x[0]
    guard x.count > 3 else { return place.isNaN ? .nan : x[2] }
    let k = lineOfTable(x)
    return x[k - 1] + slopeOfLine(x, k) * (place - x[k - 2])
  }

  /// Index of the right end of the line that `pwl` follows at `x[0]`.
  public static func lineOfTable(_ x: [Double]) -> Int {
    for k in stride(from: 3, to: x.count - 1, by: 2) where x[0] <= x[k] { return k }
    return x.count - 2
  }

  /// Slope of the line that ends at index `k`.
  public static func slopeOfLine(_ x: [Double], _ k: Int) -> Double {
    (x[k + 1] - x[k - 1]) / (x[k] - x[k - 2])
  }

  private static func interpolated(_ x: [Double]) -> Double {
    let place = x[0]
    guard place > x[1] else { return place.isNaN ? .nan : x[2] }
    for k in stride(from: 3, to: x.count - 1, by: 2) where place <= x[k] {
      let (x0, y0) = (x[k - 2], x[k - 1])
      return y0 + (x[k + 1] - y0) * (place - x0) / (x[k] - x0)
    }
    return x[x.count - 1]
  }
}

extension Expression.Operator {
  /// The operator of real operands; `a ** b` is `|a|^b`, as ngspice has it in sources.
  public func value(_ a: Double, _ b: Double) -> Double {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .power: Foundation.pow(Swift.abs(a), b)
    case .less: a < b ? 1 : 0
    case .lessOrEqual: a <= b ? 1 : 0
    case .greater: a > b ? 1 : 0
    case .greaterOrEqual: a >= b ? 1 : 0
    case .equal: a == b ? 1 : 0
    case .notEqual: a != b ? 1 : 0
    case .and: a != 0 && b != 0 ? 1 : 0
    case .or: a != 0 || b != 0 ? 1 : 0
    }
  }
}
