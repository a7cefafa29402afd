/// The output of a controlled source between its plus and its minus terminal.
public enum SourceOutput: String, Hashable, Sendable {
  /// `v(plus) − v(minus)`, in volts.
  case voltage
  /// The current that leaves `plus`, passes through the source and enters `minus`, in amperes.
  case current
  /// A charge on the side of `plus` in coulombs, whose rate is that current.
  case charge
}

/// E or G: an output proportional to the voltage between two nodes.
public struct VoltageControlledSource: Hashable, Sendable {
  public let label: Label
  public let output: SourceOutput
  public let plus: Node
  public let minus: Node
  public let controlPlus: Node
  public let controlMinus: Node
  /// V/V or A/V.
  public internal(set) var gain: Double
}

/// H or F: an output proportional to the current through a voltage source.
public struct CurrentControlledSource: Hashable, Sendable {
  public let label: Label
  public let output: SourceOutput
  public let plus: Node
  public let minus: Node
  /// Index among the circuit's voltage sources, whose current from plus to minus controls.
  public let control: Int
  /// V/A or A/A.
  public internal(set) var gain: Double
}

/// B, E and G with an expression, and R, C and L whose value is one: an output that is any function of
/// voltages, currents and time.
public struct BehavioralSource: Hashable, Sendable {
  public let label: Label
  public let output: SourceOutput
  public let plus: Node
  public let minus: Node
  /// Volts, amperes or coulombs.
  public internal(set) var expression: Expression
}

/// The model card of voltage-controlled switches.
public struct SwitchModel: Hashable, Sendable {
  public let label: Label
  /// RON, ROFF: resistances of the closed and the open switch in ohms, positive.
  public let onOhms: Double
  public let offOhms: Double
  /// VT: control voltage around which it switches.
  public let thresholdVolts: Double
  /// VH: it closes above VT + VH and opens below VT − VH; not negative.
  public let hysteresisVolts: Double
}

/// S: a switch between `a` and `b` that the voltage between two other nodes closes.
public struct Switch: Hashable, Sendable {
  public let label: Label
  public let a: Node
  public let b: Node
  public let controlPlus: Node
  public let controlMinus: Node
  /// Index among the circuit's switch models.
  public let model: Int
  /// Whether it starts closed while its control is between the two thresholds.
  public let startsOn: Bool
}
