/// A linear resistor.
public struct Resistor: Hashable, Sendable {
  public let label: Label
  public let a: Node
  public let b: Node
  /// Resistance in ohms, finite and not zero; only the general solver takes negative ones.
  public internal(set) var ohms: Double
}

/// An ideal voltage source: `v(plus) − v(minus) = volts`.
public struct VoltageSource: Hashable, Sendable {
  public let label: Label
  public let plus: Node
  public let minus: Node
  /// DC voltage; zero makes it a sense source that only measures current.
  public internal(set) var volts: Double
  /// Its stimulus in small-signal and transient analyses.
  public internal(set) var stimulus: Stimulus?
}

/// An ideal current source that takes `amperes` out of `from` and puts them into `to`.
public struct CurrentSource: Hashable, Sendable {
  public let label: Label
  public let from: Node
  public let to: Node
  /// DC current in amperes.
  public internal(set) var amperes: Double
  /// Its stimulus in small-signal and transient analyses.
  public internal(set) var stimulus: Stimulus?
}
