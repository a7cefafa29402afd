/// The numbers a key accepts: an interval, open or closed at either end, or everything.
public struct ConfigurationRange<Bound: Comparable> {
  struct Limit {
    var value: Bound
    var isIncluded: Bool
  }

  var lower: Limit?
  var upper: Limit?

  /// The problem with `value`, which the user wrote as `text`; `nil` if there is none.
  func problem(with value: Bound, text: String, name: (Bound) -> String) -> String? {
    if let lower {
      if value < lower.value { return "\(text) is below \(name(lower.value))" }
      if value == lower.value && !lower.isIncluded {
        return "\(text) is not above \(name(lower.value))"
      }
    }
    if let upper {
      if value > upper.value { return "\(text) is above \(name(upper.value))" }
      if value == upper.value && !upper.isIncluded {
        return "\(text) is not below \(name(upper.value))"
      }
    }
    return nil
  }

  /// The interval as text for the reference page; empty if every value is accepted.
  func summary(name: (Bound) -> String) -> String {
    switch (lower, upper) {
    case (nil, nil): return ""
    case (let lower?, nil): return (lower.isIncluded ? "≥ " : "> ") + name(lower.value)
    case (nil, let upper?): return (upper.isIncluded ? "≤ " : "< ") + name(upper.value)
    case (let lower?, let upper?):
      if lower.value == upper.value { return "= " + name(lower.value) }
      let start = name(lower.value) + (lower.isIncluded ? "" : " <")
      return start + " … " + (upper.isIncluded ? "" : "< ") + name(upper.value)
    }
  }
}

/// An expression that gives the range of a key: `0...`, `1...16`, `0..<1`, `...5`, `.above(0)`.
public protocol ConfigurationRangeExpression<Bound> {
  associatedtype Bound: Comparable
  /// The interval it stands for.
  var configurationRange: ConfigurationRange<Bound> { get }
}

extension ConfigurationRange: ConfigurationRangeExpression {
  public var configurationRange: ConfigurationRange<Bound> { self }
}

extension ConfigurationRangeExpression where Self == ConfigurationRange<Double> {
  /// Every finite number.
  public static var unlimited: Self { ConfigurationRange() }
  /// Numbers greater than `limit`, without it.
  public static func above(_ limit: Double) -> Self {
    ConfigurationRange(lower: .init(value: limit, isIncluded: false))
  }
  /// Numbers greater than `lower` up to and including `upper`.
  public static func above(_ lower: Double, through upper: Double) -> Self {
    ConfigurationRange(
      lower: .init(value: lower, isIncluded: false), upper: .init(value: upper, isIncluded: true))
  }
}

extension ConfigurationRangeExpression where Self == ConfigurationRange<Int> {
  /// Every whole number that fits 64 bits.
  public static var unlimited: Self { ConfigurationRange() }
}

extension PartialRangeFrom: ConfigurationRangeExpression {
  public var configurationRange: ConfigurationRange<Bound> {
    ConfigurationRange(lower: .init(value: lowerBound, isIncluded: true))
  }
}

extension PartialRangeThrough: ConfigurationRangeExpression {
  public var configurationRange: ConfigurationRange<Bound> {
    ConfigurationRange(upper: .init(value: upperBound, isIncluded: true))
  }
}

extension PartialRangeUpTo: ConfigurationRangeExpression {
  public var configurationRange: ConfigurationRange<Bound> {
    ConfigurationRange(upper: .init(value: upperBound, isIncluded: false))
  }
}

extension ClosedRange: ConfigurationRangeExpression {
  public var configurationRange: ConfigurationRange<Bound> {
    ConfigurationRange(
      lower: .init(value: lowerBound, isIncluded: true),
      upper: .init(value: upperBound, isIncluded: true))
  }
}

extension Range: ConfigurationRangeExpression {
  public var configurationRange: ConfigurationRange<Bound> {
    ConfigurationRange(
      lower: .init(value: lowerBound, isIncluded: true),
      upper: .init(value: upperBound, isIncluded: false))
  }
}
