import Foundation

/// A function of two values; the raw value is the operator's name in ONNX.
public enum BinaryFunction: String, Sendable {
  case add = "Add"
  /// Truth values are 1 and 0.
  case and = "And"
  case divide = "Div"
  case equal = "Equal"
  case greater = "Greater"
  case greaterOrEqual = "GreaterOrEqual"
  case less = "Less"
  case lessOrEqual = "LessOrEqual"
  case maximum = "Max"
  case minimum = "Min"
  /// What division leaves, with the sign of the second value: the `Mod` of integers.
  case modulo = "Modulo"
  case multiply = "Mul"
  case or = "Or"
  /// The first value, times the second if the first is negative.
  case parametricRelu = "PRelu"
  case power = "Pow"
  /// What division leaves, with the sign of the first value.
  case remainder = "Mod"
  case subtract = "Sub"
  /// Whether one of two truth values is set, and not both.
  case exclusiveOr = "Xor"

  /// The function on pairs of values, each input broadcast to `extents`.
  func callAsFunction(_ a: Tensor, _ b: Tensor, to extents: [Int]) -> Tensor {
    switch self {
    case .add: a.combined(with: b, to: extents) { $0 + $1 }
    case .and: a.combined(with: b, to: extents) { $0 != 0 && $1 != 0 ? 1 : 0 }
    case .divide: a.combined(with: b, to: extents) { $0 / $1 }
    case .equal: a.combined(with: b, to: extents) { $0 == $1 ? 1 : 0 }
    case .exclusiveOr: a.combined(with: b, to: extents) { ($0 != 0) != ($1 != 0) ? 1 : 0 }
    case .greater: a.combined(with: b, to: extents) { $0 > $1 ? 1 : 0 }
    case .greaterOrEqual: a.combined(with: b, to: extents) { $0 >= $1 ? 1 : 0 }
    case .less: a.combined(with: b, to: extents) { $0 < $1 ? 1 : 0 }
    case .lessOrEqual: a.combined(with: b, to: extents) { $0 <= $1 ? 1 : 0 }
    case .maximum: a.combined(with: b, to: extents) { $0.isNaN || $0 > $1 ? $0 : $1 }
    case .minimum: a.combined(with: b, to: extents) { $0.isNaN || $0 < $1 ? $0 : $1 }
    case .modulo:
      a.combined(with: b, to: extents) {
        let rest = fmod($0, $1)
        return rest != 0 && (rest < 0) != ($1 < 0) ? rest + $1 : rest
      }
    case .multiply: a.combined(with: b, to: extents) { $0 * $1 }
    case .or: a.combined(with: b, to: extents) { $0 != 0 || $1 != 0 ? 1 : 0 }
    case .parametricRelu: a.combined(with: b, to: extents) { $0 < 0 ? $0 * $1 : $0 }
    case .power: a.combined(with: b, to: extents) { pow($0, $1) }
    case .remainder: a.combined(with: b, to: extents) { fmod($0, $1) }
    case .subtract: a.combined(with: b, to: extents) { $0 - $1 }
    }
  }
  /// Whether the results are truth values.
  public var isTruth: Bool {
    switch self {
    case .and, .equal, .exclusiveOr, .greater, .greaterOrEqual, .less, .lessOrEqual, .or: true
    default: false
    }
  }
}
