/// A linear capacitor.
public struct Capacitor: Hashable, Sendable {
  public let label: Label
  public let a: Node
  public let b: Node
  /// Capacitance in farads, positive and finite.
  public internal(set) var farads: Double
  /// IC: voltage from `a` to `b` at the start of a transient that uses initial conditions.
  public let initialVolts: Double?
}

/// A linear inductor, whose current flows from `a` to `b`.
public struct Inductor: Hashable, Sendable {
  public let label: Label
  public let a: Node
  public let b: Node
  /// Inductance in henries, positive and finite.
  public internal(set) var henries: Double
  /// IC: current at the start of a transient that uses initial conditions.
  public let initialAmperes: Double?
}

/// The coupling of two inductors: `M = k √(L₁ L₂)`.
public struct InductorCoupling: Hashable, Sendable {
  public let label: Label
  /// Indices among the circuit's inductors.
  public let first: Int
  public let second: Int
  /// k, from -1 to 1.
  public let coefficient: Double
}
