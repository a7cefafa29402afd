/// One analysis that a deck asks for.
public enum Analysis: Hashable, Sendable {
  /// `.op`.
  case operatingPoint
  /// `.dc`: nested sweeps; the first runs through its values fastest.
  case dcSweep([Sweep])
  /// `.ac`: frequencies in hertz, growing.
  case smallSignal(hertz: [Double])
  /// `.tran`.
  case transient(TransientSettings)
}

/// What a DC sweep changes, and the values it takes.
public struct Sweep: Hashable, Sendable {
  /// What is swept.
  public enum Variable: Hashable, Sendable {
    /// DC value of a voltage source, by index, in volts.
    case voltageSource(Int)
    /// DC value of a current source, by index, in amperes.
    case currentSource(Int)
    /// Resistance of a resistor, by index, in ohms.
    case resistor(Int)
    /// Degrees Celsius.
    case temperature
  }

  public var variable: Variable
  /// Its name in results: the element's, or `temp`.
  public var name: String
  /// At least one value, in order.
  public var values: [Double]

  public init(variable: Variable, name: String, values: [Double]) {
    self.variable = variable
    self.name = name
    self.values = values
  }
}

/// `.tran step stop start maxStep uic`, in seconds.
public struct TransientSettings: Hashable, Sendable {
  /// Suggested interval of the output, positive.
  public var step: Double
  /// End of the analysis, positive.
  public var stop: Double
  /// Results before this time are dropped.
  public var start = 0.0
  /// Longest internal step; nil for the smaller of `step` and a fiftieth of the time shown.
  public var maximumStep: Double?
  /// UIC: start from initial conditions instead of an operating point.
  public var usesInitialConditions = false

  public init(step: Double, stop: Double) {
    self.step = step
    self.stop = stop
  }
}
