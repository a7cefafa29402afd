/// The DC solution of a circuit.
public struct OperatingPoint: Sendable, Equatable {
  /// Voltage of every node in volts, by node index; ground first. Rounded to doubles, which source
  /// currents and residual are not computed from: those keep digits beyond the last.
  public var nodeVolts: [Double]
  /// Current through each voltage source in amperes, from its plus to its minus terminal: SPICE's
  /// `i(v)`, positive where it enters the plus terminal. Grounded sources that share a node share
  /// its current equally; only their sum is determined.
  public var sourceAmperes: [Double]
  /// Largest sum of currents at a node, relative to the largest current of any element (where none
  /// flows, to an ulp of the largest conductance times voltage); where a
  /// floating source misses its voltage, that miss relative to the largest voltage if it is worse.
  public var relativeResidual: Double
  /// Bound of the error of the sensed source currents, relative to each: the currents that Kirchhoff's
  /// law misses at all nodes, weighted with what of them can reach the source. A current that others
  /// cancel counts as 1e-5 of what it would be if all sources had one sign. At most
  /// `LinearOperatingPoint.sensedTolerance`; nil where it was not examined: floating voltage sources,
  /// and nonlinear circuits whose sensed sources nobody named or whose gates are driven through
  /// resistances.
  public var sensedError: Double?
  /// Whether the factorization's rounding was too large for that, so that nodes were eliminated
  /// without subtractions instead.
  public var isEliminated = false
  /// How often the equations were factorized and solved for it: one for a linear circuit, all trials
  /// of a continuation included for others.
  public var iterations = 1
  /// Current of each diode in amperes, from anode to cathode, by diode index.
  public var diodeAmperes: [Double] = []
  /// Current of each MOSFET in amperes, into its drain and out of its source, by MOSFET index.
  public var drainAmperes: [Double] = []
}
