import Netlist

extension Expression {
  /// Whether it has a value of a device.
  var isOfDevices: Bool {
    switch self {
    case .number, .parameter: false
    case .quantity(.device): true
    case .quantity: false
    case .negated(let inner): inner.isOfDevices
    case .binary(_, let a, let b): a.isOfDevices || b.isOfDevices
    case .call(_, let arguments), .grid(_, let arguments):
      arguments.contains(where: \.isOfDevices)
    case .conditional(let condition, let first, let second):
      condition.isOfDevices || first.isOfDevices || second.isOfDevices
    }
  }

  /// Whether all its literals are finite.
  var isFinite: Bool {
    switch self {
    case .number(let value): value.isFinite
    case .parameter, .quantity: true
    case .negated(let inner): inner.isFinite
    case .binary(_, let a, let b): a.isFinite && b.isFinite
    case .call(_, let arguments), .grid(_, let arguments): arguments.allSatisfy(\.isFinite)
    case .conditional(let condition, let first, let second):
      condition.isFinite && first.isFinite && second.isFinite
    }
  }
}
