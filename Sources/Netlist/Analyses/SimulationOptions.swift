/// `.options` and `.temp` that change how a circuit is solved; the defaults are SPICE's.
public struct SimulationOptions: Hashable, Sendable {
  /// SCALE: meters per unit of the sizes of MOSFETs; decks have applied it.
  public var meterScale = 1.0
  /// RELTOL: relative tolerance of voltages and currents.
  public var relativeTolerance = 1e-3
  /// ABSTOL: absolute tolerance of currents in amperes.
  public var absoluteAmperes = 1e-12
  /// VNTOL: absolute tolerance of voltages.
  public var absoluteVolts = 1e-6
  /// CHGTOL: absolute tolerance of charges in coulombs.
  public var absoluteCoulombs = 1e-14
  /// TRTOL: by how much the estimate of the truncation error overstates it.
  public var truncationFactor = 7.0
  /// GMIN: conductance across every junction in siemens.
  public var junctionSiemens = 1e-12
  /// ITL1: iterations of an operating point.
  public var operatingPointIterations = 100
  /// ITL2: iterations of a point of a DC sweep.
  public var sweepIterations = 50
  /// ITL4: iterations of a time step.
  public var transientIterations = 10
  /// METHOD.
  public var integration = Integration.trapezoidal
  /// TEMP in degrees Celsius.
  public var celsius = 27.0
  /// TNOM: temperature at which model parameters were measured, in degrees Celsius.
  public var nominalCelsius = 27.0

  /// How derivatives of time are approximated.
  public enum Integration: String, Hashable, Sendable {
    /// Second order, without damping.
    case trapezoidal
    /// Gear's second-order backward formula, damped.
    case gear
  }

  /// SPICE's defaults.
  public init() {}
}
