/// `ddt(x)` or `idt(x)` in a formula: an unknown of its own, so that formulas stay functions of
/// unknowns and integration formulas see every rate and every integral.
public struct DynamicTerm: Hashable, Sendable {
  /// Which of the two.
  public enum Kind: Hashable, Sendable {
    /// The rate of the operand per second; zero where nothing changes with time.
    case derivative
    /// The operand's integral over time; `initial` at operating points and at the start.
    case integral(initial: Double)
  }

  /// The element in whose formula it stands.
  public let label: Label
  public let kind: Kind
  public let operand: Expression
}

/// The temperature of a device that is not the circuit's.
public enum DeviceTemperature: Hashable, Sendable {
  /// DTEMP: kelvins above the circuit's.
  case above(Double)
  /// TEMP: degrees Celsius, whatever the circuit's are.
  case fixed(Double)

  /// Degrees Celsius in a circuit at `celsius`.
  public func celsius(in celsius: Double) -> Double {
    switch self {
    case .above(let kelvin): celsius + kelvin
    case .fixed(let own): own
    }
  }
}
