/// The DC solution of a circuit.
public struct OperatingPoint: Sendable, Equatable {
  /// Voltage of every node in volts, by node index; ground first. Rounded to doubles; source
  /// currents and residual are computed from unrounded voltages, with digits beyond the last.
  public var nodeVolts: [Double]
  /// Current through each voltage source in amperes, from its plus to its minus terminal: SPICE's
  /// `i(v)`, positive where it enters the plus terminal. Grounded sources that share a node share
  /// its current equally; only their sum is determined.
  public var sourceAmperes: [Double]
  /// Largest sum of currents at a node, relative to the largest current of any element (if none
  /// flows, to an ulp of the largest conductance times voltage), or the largest voltage error of a
  /// floating source, relative to the largest voltage, if that is worse.
  public var relativeResidual: Double
  /// Bound on the relative error of the sensed source currents: the residuals of Kirchhoff's
  /// current law at all nodes, weighted by the share that can reach the source. If contributions
  /// cancel, a current counts as at least 1e-5 of its value with all sources of one sign. At most
  /// `LinearOperatingPoint.sensedTolerance`; `nil` if not examined: with floating voltage sources,
  /// and in nonlinear circuits whose sensed sources were not named or whose gates are driven
  /// through resistances.
  public var sensedError: Double?
  /// Whether the factorization's rounding was too large for that, so that nodes were eliminated
  /// without subtractions instead.
  public var isEliminated = false
  /// Number of factorizations and solves: one for a linear circuit; for others, all trials of a
  /// continuation included.
  public var iterations = 1
  /// Current of each diode in amperes, from anode to cathode, by diode index.
  public var diodeAmperes: [Double] = []
  /// Current of each MOSFET in amperes, into its drain and out of its source, by MOSFET index.
  public var drainAmperes: [Double] = []
  /// Current into the first terminal of each device of compiled Verilog-A, in amperes.
  public var compactAmperes: [Double] = []
}
