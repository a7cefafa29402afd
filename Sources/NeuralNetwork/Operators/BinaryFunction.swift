import Foundation

/// A function of two values; the raw value is the operator's name in ONNX.
public enum BinaryFunction: String, Sendable {
  case add = "Add"
  case divide = "Div"
  case maximum = "Max"
  case minimum = "Min"
  case multiply = "Mul"
  /// The first value, times the second if the first is negative.
  case parametricRelu = "PRelu"
  case power = "Pow"
  case subtract = "Sub"

  /// The function on pairs of values, each input broadcast to `extents`.
  func callAsFunction(_ a: Tensor, _ b: Tensor, to extents: [Int]) -> Tensor {
    switch self {
    case .add: a.combined(with: b, to: extents) { $0 + $1 }
    case .divide: a.combined(with: b, to: extents) { $0 / $1 }
    case .maximum: a.combined(with: b, to: extents) { $0.isNaN || $0 > $1 ? $0 : $1 }
    case .minimum: a.combined(with: b, to: extents) { $0.isNaN || $0 < $1 ? $0 : $1 }
    case .multiply: a.combined(with: b, to: extents) { $0 * $1 }
    case .parametricRelu: a.combined(with: b, to: extents) { $0 < 0 ? $0 * $1 : $0 }
    case .power: a.combined(with: b, to: extents) { pow($0, $1) }
    case .subtract: a.combined(with: b, to: extents) { $0 - $1 }
    }
  }
}
