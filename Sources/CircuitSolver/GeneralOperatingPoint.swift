import CompactModels
import Netlist

/// The operating point of a circuit with any elements, compiled Verilog-A included, by Newton's
/// method on the equations of modified nodal analysis, factorized by KLU.
///
/// The circuit is analyzed and its models are loaded once; every set of source voltages starts from
/// zero, or from a given point.
public struct GeneralOperatingPoint: ~Copyable {
  private var solver: SimulationSolver
  private let circuit: Circuit
  /// Rounding of a current between nodes at the sources' voltages, in amperes: where nothing flows,
  /// no solution is nearer.
  private let rounding: Double

  /// Loads the circuit's models and analyzes its pattern.
  public init(analyzing circuit: Circuit) throws(CircuitError) {
    var options = SimulationOptions()
    // A thousandth of these is what the iteration goes on to: rounding.
    options.relativeTolerance = 1e-8
    options.absoluteVolts = 1e-11
    let volts = circuit.voltageSources.reduce(0) { max($0, $1.volts.magnitude) }
    let siemens = circuit.resistors.reduce(0) { max($0, 1 / $1.ohms.magnitude) }
    rounding = siemens.isFinite ? 8 * volts.ulp * siemens : 0
    options.absoluteAmperes = max(1e-18, rounding)
    solver = try SimulationSolver(circuit, options: options)
    self.circuit = circuit
  }

  /// Number of unknowns, those inside devices included.
  public var unknownCount: Int { solver.order }

  /// The operating point for these source voltages, one per voltage source in the circuit's order.
  public mutating func solve(sourceVolts: [Double]? = nil) throws(CircuitError) -> OperatingPoint {
    let before = solver.iterations
    var sources = SourceValues(circuit)
    if let sourceVolts {
      precondition(sourceVolts.count == sources.volts.count, "one voltage per source")
      sources.volts = sourceVolts
    }
    let problem = SimulationSolver.Problem(
      sources: sources,
      conditions: SimulationConditions(
        junctionSiemens: solver.options.junctionSiemens, celsius: solver.options.celsius),
      iterationLimit: solver.options.operatingPointIterations)
    let x = try solver.operatingPoint(problem)
    let matrix = solver.evaluate(x, problem, isDynamic: false)
    if let failure = solver.elements.compact.failure { throw .compactModel(failure) }
    let nodes = circuit.nodeCount - 1
    let amperes = solver.layout.sourceBranches.map { x[$0] }
    let cells = try solver.elements.compact.firstTerminalAmperes(
      at: x, problem.conditions)
    let largest = (amperes + cells).reduce(rounding) { max($0, $1.magnitude) }
    let missing = (0..<nodes).reduce(0) { max($0, matrix.flow[$1].magnitude) }
    return OperatingPoint(
      nodeVolts: [0] + x[0..<nodes], sourceAmperes: amperes,
      relativeResidual: missing == 0 ? 0 : missing / largest,
      iterations: solver.iterations - before, compactAmperes: cells)
  }
}
