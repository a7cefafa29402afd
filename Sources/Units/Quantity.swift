/// A number with a fixed SI unit: the type of public scalars, where bulk storage uses raw `Double`s
/// whose name ends in the unit.
public protocol Quantity: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  /// The magnitude in the SI unit.
  var value: Double { get set }
  /// A quantity of `value` SI units.
  init(_ value: Double)
  /// The unit's name as it is printed after the magnitude.
  static var unit: String { get }
}

extension Quantity {
  public var description: String { "\(value) \(Self.unit)" }

  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(Double.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }

  public static func < (a: Self, b: Self) -> Bool { a.value < b.value }
  public static func + (a: Self, b: Self) -> Self { Self(a.value + b.value) }
  public static func - (a: Self, b: Self) -> Self { Self(a.value - b.value) }
  public static prefix func - (a: Self) -> Self { Self(-a.value) }
  public static func * (a: Double, b: Self) -> Self { Self(a * b.value) }
  public static func / (a: Self, b: Double) -> Self { Self(a.value / b) }
  /// The ratio of two quantities of one kind has no unit.
  public static func / (a: Self, b: Self) -> Double { a.value / b.value }
}
