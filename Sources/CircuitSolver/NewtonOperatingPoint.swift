import DeviceModels
import Netlist
import SparseLinearAlgebra

/// The operating point of a circuit with diodes and MOSFETs, by Newton's method.
///
/// The circuit is analyzed once; every iteration loads, factorizes and solves the same pattern.
/// Each device is linearized at its last voltage, or as far toward it as its exponential allows;
/// the iteration ends where no device is held back, currents sum to zero at every node to 1e-12 of
/// the largest one, and the last step was so short that the next one would be rounding. Where it
/// does not end, the sources are raised step by step, and after that a conductance from every node
/// to ground is lowered until it is gone: none is left in an answer.
///
/// A circuit without devices is solved by `LinearOperatingPoint`, to the last bit.
public struct NewtonOperatingPoint: ~Copyable {
  /// The factorization in use: CHOLMOD where the Jacobian is symmetric positive definite
  /// (resistors, diodes, grounded voltage sources, current sources), KLU otherwise or on
  /// request.
  public let method: LinearOperatingPoint.Method

  /// Voltage sources whose currents are held to `LinearOperatingPoint.sensedTolerance`; `nil`
  /// for none.
  public var sensedSources: Set<Int>?

  let isolatedParts: IsolatedParts
  let system: NodalSystem
  var siemens: [Double]
  var areas: [Double]
  /// Number of resistors and diodes that are switched off.
  var openCount = 0
  var values: [Double]
  var cholesky: CholeskyFactorization?
  var lu: LUFactorization?
  var diodes: DiodeBatch
  var mosfets: MOSFETBatch
  /// Iterations of the present solve, in all its trials.
  var spent = 0

  private var linear: LinearOperatingPoint?
  private var isLinearStale = true

  /// Binds the elements of `circuit` to matrix slots and analyses their pattern.
  ///
  /// Throws if a node has no DC path to ground or voltage sources form a loop. Asking for
  /// `.cholesky` where a source floats or there is a MOSFET is a programming error.
  public init(
    analyzing circuit: Circuit, method: LinearOperatingPoint.Method? = nil,
    isolatedParts: IsolatedParts = .refuse
  ) throws(CircuitError) {
    let system = try NodalSystem(circuit, wantsGeneralPattern: method == .lu)
    let isSymmetric = system.floatingSources.isEmpty && circuit.mosfets.isEmpty
    precondition(
      isSymmetric || method ?? .lu == .lu,
      "Cholesky takes no MOSFET and no floating voltage source")
    let method = method ?? (isSymmetric ? .cholesky : .lu)
    precondition(method != .chains || !circuit.isNonlinear, "chains are for linear circuits")
    var cholesky: CholeskyFactorization?
    var lu: LUFactorization?
    var linear: LinearOperatingPoint?
    if !circuit.isNonlinear {
      linear = try LinearOperatingPoint(system, method: method, isolatedParts: isolatedParts)
    } else if system.order > 0 {
      do {
        switch method {
        case .cholesky, .chains: cholesky = try CholeskyFactorization(analyzing: system.pattern)
        case .lu: lu = try LUFactorization(analyzing: system.pattern)
        }
      } catch {
        throw system.located(error)
      }
    }
    self.method = method
    self.isolatedParts = isolatedParts
    self.system = system
    self.cholesky = cholesky
    self.lu = lu
    self.linear = linear
    siemens = circuit.resistors.map { 1 / $0.ohms }
    areas = circuit.diodes.map(\.area)
    values = [Double](repeating: 0, count: circuit.isNonlinear ? system.valueCount : 0)
    diodes = DiodeBatch(circuit)
    mosfets = MOSFETBatch(circuit)
  }

  /// Number of unknown node voltages and source currents.
  public var unknownCount: Int { system.order }

  /// Replaces the conductance of one resistor in siemens; zero is an open switch.
  public mutating func setConductance(_ newValue: Double, ofResistor index: Int) {
    precondition(newValue >= 0 && newValue.isFinite, "a conductance is finite and not negative")
    openCount += (newValue == 0 ? 1 : 0) - (siemens[index] == 0 ? 1 : 0)
    siemens[index] = newValue
    linear?.setConductance(newValue, ofResistor: index)
    isLinearStale = true
  }

  /// Replaces the area of one diode; zero switches it off.
  public mutating func setArea(_ newValue: Double, ofDiode index: Int) {
    precondition(newValue >= 0 && newValue.isFinite, "an area is finite and not negative")
    openCount += (newValue == 0 ? 1 : 0) - (areas[index] == 0 ? 1 : 0)
    areas[index] = newValue
    diodes.setArea(newValue, of: index)
  }

  /// The operating point for these source voltages, one per voltage source in the circuit's order,
  /// sought from `guess`, an operating point of the same circuit, or from zero.
  ///
  /// Throws `notConverged` with the worst device where no way of iterating succeeds, `floatingNode`
  /// where open switches or devices that are off leave a node without a path to ground and isolated
  /// parts are refused, `singular` where only a conductance to ground made the equations solvable.
  public mutating func solve(
    sourceVolts: [Double], from guess: OperatingPoint? = nil
  ) throws(CircuitError) -> OperatingPoint {
    precondition(
      sourceVolts.count == system.circuit.voltageSources.count, "one voltage per voltage source")
    guard system.circuit.isNonlinear else { return try solveLinear(sourceVolts) }
    spent = 0
    try requireConnected()
    var iterate = Iterate(system)
    // Reports bad source voltages before anything is tried.
    try system.setKnownVolts(sourceVolts[...], &iterate.nodeVolts)
    if let guess { iterate.take(guess, system) }
    let drive = Drive(sourceVolts: sourceVolts)
    linearize(iterate, limiting: false)
    // Diodes approach their starting point gradually; driven gate voltages are used as they are.
    if guess == nil { diodes.linearize(at: areas.map { _ in 0 }, limiting: false) }
    if try attempt(&iterate, drive) == .converged { return try point(iterate, drive) }
    let firstTrial = iterate
    if try raiseSources(&iterate, to: drive) == .converged { return try point(iterate, drive) }
    switch try lowerGroundConductance(&iterate, to: drive) {
    case .converged: return try point(iterate, drive)
    case .failed(let error): throw error
    case .stalled: throw notConverged(firstTrial, drive)
    }
  }

  /// The operating point for the source voltages in the circuit.
  public mutating func solve() throws(CircuitError) -> OperatingPoint {
    try solve(sourceVolts: system.circuit.voltageSources.map(\.volts))
  }

  private mutating func solveLinear(_ sourceVolts: [Double]) throws(CircuitError) -> OperatingPoint
  {
    if isLinearStale { try linear?.factorize() }
    isLinearStale = false
    guard let point = try linear?.solve(sourceVolts: sourceVolts) else {
      preconditionFailure("a circuit without devices has a linear solver")
    }
    return point
  }

  /// Open switches alone decide this much: MOSFETs count as conducting.
  private func requireConnected() throws(CircuitError) {
    guard openCount > 0 else { return }
    let (siemens, areas) = (siemens, areas)
    let conduction = NodalSystem.Conduction(
      resistor: { siemens[$0] > 0 }, diode: { areas[$0] > 0 })
    switch isolatedParts {
    case .refuse: try NodalSystem.requirePathsToGround(system.circuit, conduction)
    case .ground:
      let isolated = NodalSystem.isolatedNodes(system.circuit, conduction)
      try NodalSystem.requireUnfed(isolated, system.circuit)
    }
  }

  private mutating func point(
    _ converged: Iterate, _ drive: Drive
  ) throws(CircuitError) -> OperatingPoint {
    let (iterate, accuracy) = try settled(converged, drive)
    if let index = diodes.firstBeyond {
      throw .beyondExponential(system.circuit.name(of: system.circuit.diodes[index].label))
    }
    return OperatingPoint(
      nodeVolts: iterate.nodeVolts,
      sourceAmperes: system.sourceAmperes(iterate.balance, iterate.branchAmperes),
      relativeResidual: iterate.balance.relativeResidual, sensedError: accuracy.sensedError,
      isEliminated: accuracy.isEliminated, iterations: spent,
      diodeAmperes: diodes.amperes, drainAmperes: mosfets.tangents.map(\.drainAmperes))
  }

  /// Names the device whose tangent is farthest from its current, or that sits at the node where
  /// currents sum to the most.
  private mutating func notConverged(_ iterate: Iterate, _ drive: Drive) -> CircuitError {
    linearize(iterate, limiting: false)
    let exact = balance(of: iterate, drive)
    var (worst, name) = (-1.0, "")
    func consider(_ label: Label, _ nodes: [Node]) {
      for node in nodes where system.isUnknown(node) {
        let amperes = abs(exact.inflowAmperes[Int(node.index)])
        guard !(amperes <= worst) else { continue }
        worst = amperes.isNaN ? .infinity : amperes
        name = system.circuit.name(of: label)
      }
    }
    for diode in system.circuit.diodes { consider(diode.label, [diode.anode, diode.cathode]) }
    for mosfet in system.circuit.mosfets { consider(mosfet.label, [mosfet.drain, mosfet.source]) }
    return .notConverged(
      device: name, iterations: spent, relativeResidual: exact.relativeResidual)
  }
}
