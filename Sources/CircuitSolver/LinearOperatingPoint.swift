import Netlist
import NumericKernels
import SparseLinearAlgebra

/// The operating point of a circuit of resistors and sources, exact to rounding: the reference that
/// every structured array solver is tested against.
///
/// Analysis happens once per circuit, `factorize` once per set of conductances, `solve` once per set
/// of source voltages. Current sources keep the values they have in the circuit. One owner: a solve
/// uses workspace of the factorization, so concurrent tasks each make their own.
public struct LinearOperatingPoint: ~Copyable {
  /// How the equations are factorized.
  public enum Method: String, Sendable {
    /// CHOLMOD; every voltage source has one grounded terminal.
    case cholesky
    /// KLU; takes floating voltage sources too.
    case lu
  }

  /// The factorization in use.
  public let method: Method

  /// Solutions that conserve current this well are not refined.
  private static let refinedResidual = 1e-13

  private let isolatedParts: IsolatedParts
  private let system: NodalSystem
  private var siemens: [Double]
  private var openCount = 0
  private var values: [Double]
  private var cholesky: CholeskyFactorization?
  private var lu: LUFactorization?
  private var isFactorized = false

  /// Binds the elements of `circuit` to matrix slots and analyses their pattern, with CHOLMOD where
  /// every voltage source is grounded and with KLU otherwise or where `method` asks for it.
  ///
  /// Throws where a node has no DC path to ground, voltage sources form a loop or an element is
  /// nonlinear. Asking for `.cholesky` where a source floats is a programming error.
  public init(
    analyzing circuit: Circuit, method: Method? = nil, isolatedParts: IsolatedParts = .refuse
  ) throws(CircuitError) {
    if let label = circuit.diodes.first?.label ?? circuit.mosfets.first?.label {
      throw .nonlinearElement(circuit.name(of: label))
    }
    let system = try NodalSystem(circuit, wantsGeneralPattern: method == .lu)
    let isGrounded = system.floatingSources.isEmpty
    precondition(isGrounded || method != .cholesky, "Cholesky takes no floating voltage source")
    let method = method ?? (isGrounded ? .cholesky : .lu)
    var cholesky: CholeskyFactorization?
    var lu: LUFactorization?
    if system.order > 0 {
      do {
        switch method {
        case .cholesky: cholesky = try CholeskyFactorization(analyzing: system.pattern)
        case .lu: lu = try LUFactorization(analyzing: system.pattern)
        }
      } catch {
        throw system.located(error)
      }
    }
    self.system = system
    self.isolatedParts = isolatedParts
    self.method = method
    self.cholesky = cholesky
    self.lu = lu
    siemens = circuit.resistors.map { 1 / $0.ohms }
    values = [Double](repeating: 0, count: system.valueCount)
  }

  /// Number of unknown node voltages and source currents.
  public var unknownCount: Int { system.order }

  /// The conductance of one resistor in siemens, as set last.
  public func conductance(ofResistor index: Int) -> Double { siemens[index] }

  /// Replaces the conductance of one resistor until it is set again; zero is an open switch. Takes
  /// effect with the next `factorize`, which must come before the next `solve`.
  public mutating func setConductance(_ newValue: Double, ofResistor index: Int) {
    precondition(newValue >= 0 && newValue.isFinite, "a conductance is finite and not negative")
    openCount += (newValue == 0 ? 1 : 0) - (siemens[index] == 0 ? 1 : 0)
    siemens[index] = newValue
    isFactorized = false
  }

  /// Factorizes the equations for the present conductances.
  ///
  /// Throws where open switches leave a node without a DC path to ground and isolated parts are
  /// refused, or where a current source feeds such a part.
  public mutating func factorize() throws(CircuitError) {
    isFactorized = false
    guard system.order > 0 else {
      isFactorized = true
      return
    }
    // Taken out of `self`, so that the factorization may change beside it without a copy.
    var values: [Double] = []
    swap(&values, &self.values)
    defer { swap(&values, &self.values) }
    system.load(siemens, into: &values)
    if isolatedParts == .ground, openCount > 0 {
      let isolated = NodalSystem.isolatedNodes(system.circuit, conduction)
      try NodalSystem.requireUnfed(isolated, system.circuit)
      system.tie(isolated.filter { $0.node == $0.part }.map(\.node), in: &values)
    }
    let entries = values.span.extracting(0..<system.pattern.entryCount)
    var reciprocalCondition = 0.0
    do {
      switch method {
      case .cholesky:
        try cholesky?.factorize(entries)
        reciprocalCondition = cholesky?.reciprocalCondition ?? 0
      case .lu:
        try lu?.refactorize(entries)
        reciprocalCondition = lu?.reciprocalCondition ?? 0
      }
    } catch {
      try requirePathsToGround()
      throw system.located(error)
    }
    // A part cut off by open switches has a zero pivot that rounding may have made positive; where
    // the pivots are that far apart, ask the circuit itself.
    if reciprocalCondition < 1e-10 { try requirePathsToGround() }
    isFactorized = true
  }

  private func requirePathsToGround() throws(CircuitError) {
    guard openCount > 0, isolatedParts == .refuse else { return }
    try NodalSystem.requirePathsToGround(system.circuit, conduction)
  }

  private var conduction: NodalSystem.Conduction {
    let siemens = siemens
    return NodalSystem.Conduction(resistor: { siemens[$0] > 0 })
  }

  /// The operating point for these source voltages, one per voltage source in the circuit's order.
  public func solve(sourceVolts: [Double]) throws(CircuitError) -> OperatingPoint {
    try solve(block: sourceVolts[...], count: 1)[0]
  }

  /// The operating point for the source voltages in the circuit.
  public func solve() throws(CircuitError) -> OperatingPoint {
    try solve(sourceVolts: system.circuit.voltageSources.map(\.volts))
  }

  /// The operating points for a batch of source voltages, `[batch, sources]`.
  public func solve(batch: Matrix<Double>) throws(CircuitError) -> [OperatingPoint] {
    var points: [OperatingPoint] = []
    points.reserveCapacity(batch.rows)
    try solve(batch: batch) { points.append($1) }
    return points
  }

  /// Hands each row of the batch, in order, its operating point; holds a bounded number of them.
  public func solve(
    batch: Matrix<Double>, each body: (_ row: Int, _ point: OperatingPoint) -> Void
  ) throws(CircuitError) {
    precondition(
      batch.columns == system.circuit.voltageSources.count, "one column per voltage source")
    // Right-hand side, CHOLMOD's workspace and the points take about eight times this.
    let blockBytes = 1 << 25
    let width = max(1, min(64, blockBytes / (8 * max(1, system.circuit.nodeCount))))
    for start in stride(from: 0, to: batch.rows, by: width) {
      let count = min(width, batch.rows - start)
      let volts = batch.elements[start * batch.columns..<(start + count) * batch.columns]
      for (offset, point) in try solve(block: volts, count: count).enumerated() {
        body(start + offset, point)
      }
    }
  }

  private func solve(
    block: ArraySlice<Double>, count: Int
  ) throws(CircuitError) -> [OperatingPoint] {
    precondition(isFactorized, "factorize before solving")
    let sourceCount = system.circuit.voltageSources.count
    precondition(block.count == count * sourceCount, "one voltage per voltage source")
    func sourceVolts(_ k: Int) -> ArraySlice<Double> {
      let start = block.startIndex + k * sourceCount
      return block[start..<start + sourceCount]
    }

    let order = system.order
    var x = [Double](repeating: 0, count: order * count)
    var nodeVolts: [[Double]] = []
    var branchAmperes = [[Double]](
      repeating: [Double](repeating: 0, count: system.floatingSources.count), count: count)
    for k in 0..<count {
      nodeVolts.append([Double](repeating: 0, count: system.circuit.nodeCount))
      try system.setKnownVolts(sourceVolts(k), &nodeVolts[k])
      system.loadRightHandSide(
        siemens, sourceVolts(k), nodeVolts: nodeVolts[k], into: &x, start: k * order)
    }
    solveLinear(&x, count: count)
    let uncorrected = [Double](repeating: 0, count: system.circuit.nodeCount)
    var balances: [NodalSystem.Balance] = []
    for k in 0..<count {
      system.add(x, start: k * order, to: &nodeVolts[k], &branchAmperes[k])
      try requireFinite(nodeVolts[k])
      balances.append(
        system.balance(
          siemens, sourceVolts(k), nodeVolts: nodeVolts[k], corrections: uncorrected,
          branchAmperes: branchAmperes[k]))
    }

    // One step of refinement where currents are not conserved well enough, kept where it helps. The
    // correction counts in the currents with digits that the sum of voltages cannot hold.
    if balances.contains(where: { $0.relativeResidual > Self.refinedResidual }) {
      for k in 0..<count { system.loadResidual(balances[k], into: &x, start: k * order) }
      solveLinear(&x, count: count)
      for k in 0..<count {
        // Each vector by its own residual: none depends on what else is in the block.
        guard balances[k].relativeResidual > Self.refinedResidual else { continue }
        var (corrections, amperes) = (uncorrected, branchAmperes[k])
        system.add(x, start: k * order, to: &corrections, &amperes)
        let refined = system.balance(
          siemens, sourceVolts(k), nodeVolts: nodeVolts[k], corrections: corrections,
          branchAmperes: amperes)
        guard refined.relativeResidual < balances[k].relativeResidual else { continue }
        (branchAmperes[k], balances[k]) = (amperes, refined)
        for node in nodeVolts[k].indices { nodeVolts[k][node] += corrections[node] }
      }
    }
    return (0..<count).map { point(nodeVolts[$0], branchAmperes[$0], balances[$0]) }
  }

  private func solveLinear(_ x: inout [Double], count: Int) {
    switch method {
    case .cholesky: cholesky?.solve(&x, count: count)
    case .lu: lu?.solve(&x, count: count)
    }
  }

  private func point(
    _ nodeVolts: [Double], _ branchAmperes: [Double], _ balance: NodalSystem.Balance
  ) -> OperatingPoint {
    return OperatingPoint(
      nodeVolts: nodeVolts, sourceAmperes: system.sourceAmperes(balance, branchAmperes),
      relativeResidual: balance.relativeResidual)
  }

  private func requireFinite(_ nodeVolts: [Double]) throws(CircuitError) {
    var poison = 0.0
    // Zero times a finite number is zero; anything else stays NaN.
    for volts in nodeVolts { poison += volts * 0 }
    guard poison != 0 else { return }
    let node = nodeVolts.firstIndex { !$0.isFinite } ?? 0
    throw .solutionNotFinite(system.name(ofNode: node))
  }
}
