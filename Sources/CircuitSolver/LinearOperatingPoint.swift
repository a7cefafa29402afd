import Netlist
import NumericKernels
import SparseLinearAlgebra

/// The operating point of a circuit of resistors and sources, exact to rounding: the reference that
/// every structured array solver is tested against.
///
/// Analysis happens once per circuit, `factorize` once per set of conductances, `solve` once per
/// set of source voltages. Current sources keep the values they have in the circuit. One owner: a
/// solve uses workspace of the factorization, so concurrent tasks each make their own.
public struct LinearOperatingPoint: ~Copyable {
  /// How the equations are factorized.
  public enum Method: String, Sendable {
    /// CHOLMOD; every voltage source has one grounded terminal.
    case cholesky
    /// Conjugate gradients along the chains that the resistors of wires are, and CHOLMOD where they do
    /// not converge to rounding in few iterations; every voltage source has one grounded terminal.
    case chains
    /// KLU; takes floating voltage sources too.
    case lu
  }

  /// The factorization in use.
  public let method: Method

  /// Solutions that conserve current this well are not refined.
  private static let refinedResidual = 1e-13

  /// Voltage sources whose currents are wanted, so that their errors are bounded; `nil` for all.
  public var sensedSources: Set<Int>?

  private let isolatedParts: IsolatedParts
  let system: NodalSystem
  private(set) var siemens: [Double]
  private var openCount = 0
  private var values: [Double]
  private var chains: ChainGradients?
  private var cholesky: CholeskyFactorization?
  private var lu: LUFactorization?
  private var isFactorized = false
  /// Whether there is a factor or what stands for one; where rounding made a pivot vanish, elimination takes over.
  private(set) var isFactorUsable = false
  /// Nodes that tie isolated parts to ground.
  private(set) var tiedNodes: [Int] = []
  /// Made when a solve first asks for it.
  var elimination: ConductanceElimination?

  /// Binds the elements of `circuit` to matrix slots and analyses their pattern, with CHOLMOD where
  /// every voltage source is grounded and with KLU otherwise or if `method` requests it.
  ///
  /// Throws if a node has no DC path to ground, voltage sources form a loop or an element is
  /// nonlinear. Asking for `.cholesky` where a source floats is a programming error.
  public init(
    analyzing circuit: Circuit, method: Method? = nil, isolatedParts: IsolatedParts = .refuse
  ) throws(CircuitError) {
    if let label = circuit.diodes.first?.label ?? circuit.mosfets.first?.label {
      throw .nonlinearElement(circuit.name(of: label))
    }
    try self.init(
      NodalSystem(circuit, wantsGeneralPattern: method == .lu), method: method,
      isolatedParts: isolatedParts)
  }

  init(
    _ system: NodalSystem, method: Method?, isolatedParts: IsolatedParts
  ) throws(CircuitError) {
    let isGrounded = system.floatingSources.isEmpty
    precondition(isGrounded || method ?? .lu == .lu, "Cholesky takes no floating voltage source")
    let method = method ?? (isGrounded ? .cholesky : .lu)
    var chains: ChainGradients?
    var cholesky: CholeskyFactorization?
    var lu: LUFactorization?
    if system.order > 0 {
      do {
        switch method {
        case .cholesky: cholesky = try CholeskyFactorization(analyzing: system.pattern)
        case .chains: chains = ChainGradients(system.pattern)
        case .lu: lu = try LUFactorization(analyzing: system.pattern)
        }
      } catch {
        throw system.located(error)
      }
    }
    self.system = system
    self.isolatedParts = isolatedParts
    self.method = method
    self.chains = chains
    self.cholesky = cholesky
    self.lu = lu
    siemens = system.circuit.resistors.map { 1 / $0.ohms }
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
  /// Throws if open switches leave a node without a DC path to ground and isolated parts are
  /// refused, or where a current source feeds such a part.
  public mutating func factorize() throws(CircuitError) {
    isFactorized = false
    isFactorUsable = false
    elimination = nil
    tiedNodes = []
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
      tiedNodes = isolated.filter { $0.node == $0.part }.map(\.node)
      system.tie(tiedNodes, in: &values)
    }
    let entries = values.span.extracting(0..<system.pattern.entryCount)
    var reciprocalCondition = 0.0
    do {
      switch method {
      case .cholesky:
        try cholesky?.factorize(entries)
        reciprocalCondition = cholesky?.reciprocalCondition ?? 0
      case .chains:
        reciprocalCondition = try factorizeChains(entries)
      case .lu:
        try lu?.refactorize(entries)
        reciprocalCondition = lu?.reciprocalCondition ?? 0
      }
    } catch {
      try requirePathsToGround()
      // With a path to ground from everywhere, only rounding makes a pivot vanish.
      guard system.floatingSources.isEmpty, error.isSingularity else { throw system.located(error) }
      isFactorized = true
      return
    }
    isFactorUsable = true
    // A part cut off by open switches has a zero pivot that rounding may have made positive; where
    // the pivots are that far apart, ask the circuit itself.
    if reciprocalCondition < 1e-10 { try requirePathsToGround() }
    isFactorized = true
  }

  /// Prepares the chains, or CHOLMOD in their place for a matrix that is none for them; returns an
  /// estimate of the reciprocal condition number, zero where it is unknown.
  private mutating func factorizeChains(_ entries: Span<Double>) throws(SparseError) -> Double {
    cholesky = nil
    if try chains?.prepare(entries) == true { return 0 }
    return try factorizeByCholesky(entries)
  }

  private mutating func factorizeByCholesky(_ entries: Span<Double>) throws(SparseError) -> Double {
    var factorization = try CholeskyFactorization(analyzing: system.pattern)
    try factorization.factorize(entries)
    let reciprocalCondition = factorization.reciprocalCondition
    cholesky = consume factorization
    return reciprocalCondition
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
  public mutating func solve(sourceVolts: [Double]) throws(CircuitError) -> OperatingPoint {
    try solve(block: sourceVolts[...], count: 1)[0]
  }

  /// The operating point for the source voltages in the circuit.
  public mutating func solve() throws(CircuitError) -> OperatingPoint {
    try solve(sourceVolts: system.circuit.voltageSources.map(\.volts))
  }

  /// The operating points for a batch of source voltages, `[batch, sources]`.
  public mutating func solve(batch: Matrix<Double>) throws(CircuitError) -> [OperatingPoint] {
    var points: [OperatingPoint] = []
    points.reserveCapacity(batch.rows)
    try solve(batch: batch) { points.append($1) }
    return points
  }

  /// Hands each row of the batch, in order, its operating point; holds a bounded number of them.
  public mutating func solve(
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

  private mutating func solve(
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
    let uncorrected = [Double](repeating: 0, count: system.circuit.nodeCount)
    var candidates: [Candidate] = []
    for k in 0..<count {
      var nodeVolts = uncorrected
      try system.setKnownVolts(sourceVolts(k), &nodeVolts)
      system.loadRightHandSide(
        siemens, sourceVolts(k), nodeVolts: nodeVolts, into: &x, start: k * order)
      candidates.append(
        Candidate(
          nodeVolts: nodeVolts, corrections: uncorrected,
          branchAmperes: [Double](repeating: 0, count: system.floatingSources.count),
          balance: NodalSystem.Balance(inflowAmperes: [], missingVolts: [])))
    }
    if isFactorUsable { solveLinear(&x, count: count) }
    if !isFactorUsable {
      for index in x.indices { x[index] = 0 }
    }
    for k in 0..<count {
      var candidate = candidates[k]
      var (nodeVolts, amperes) = (candidate.nodeVolts, candidate.branchAmperes)
      system.add(x, start: k * order, to: &nodeVolts, &amperes)
      try requireFinite(nodeVolts)
      (candidate.nodeVolts, candidate.branchAmperes) = (nodeVolts, amperes)
      candidate.balance = balance(of: candidate, sourceVolts(k))
      candidates[k] = candidate
    }

    // One step of refinement where currents are not conserved well enough, kept where it helps. The
    // correction counts in the currents with digits that the sum of voltages cannot hold.
    func isRough(_ k: Int) -> Bool {
      candidates[k].balance.relativeResidual > Self.refinedResidual
    }
    if isFactorUsable, candidates.indices.contains(where: isRough) {
      for k in 0..<count { system.loadResidual(candidates[k].balance, into: &x, start: k * order) }
      solveLinear(&x, count: count)
      // Each vector by its own residual: none depends on the rest of the block.
      for k in 0..<count where isRough(k) {
        var refined = candidates[k]
        var (corrections, amperes) = (refined.corrections, refined.branchAmperes)
        system.add(x, start: k * order, to: &corrections, &amperes)
        (refined.corrections, refined.branchAmperes) = (corrections, amperes)
        refined.balance = balance(of: refined, sourceVolts(k))
        guard refined.balance.relativeResidual < candidates[k].balance.relativeResidual else {
          continue
        }
        candidates[k] = refined
      }
    }
    var points: [OperatingPoint] = []
    for k in 0..<count { points.append(point(try settled(candidates[k], sourceVolts(k)))) }
    return points
  }

  mutating func solveLinear(_ x: inout [Double], count: Int) {
    switch method {
    case .chains where cholesky == nil:
      let amperes = x
      if chains?.solve(&x, count: count) == true { return }
      x = amperes
      let values = values
      do throws(SparseError) {
        _ = try factorizeByCholesky(values.span.extracting(0..<system.pattern.entryCount))
      } catch {
        isFactorUsable = false
      }
      cholesky?.solve(&x, count: count)
    case .cholesky, .chains: cholesky?.solve(&x, count: count)
    case .lu: lu?.solve(&x, count: count)
    }
  }

  private func point(_ candidate: Candidate) -> OperatingPoint {
    OperatingPoint(
      nodeVolts: zip(candidate.nodeVolts, candidate.corrections).map { $1 == 0 ? $0 : $0 + $1 },
      sourceAmperes: system.sourceAmperes(candidate.balance, candidate.branchAmperes),
      relativeResidual: candidate.balance.relativeResidual, sensedError: candidate.sensedError,
      isEliminated: candidate.isEliminated)
  }

  func requireFinite(_ nodeVolts: [Double]) throws(CircuitError) {
    var poison = 0.0
    // Zero times a finite number is zero; anything else stays NaN.
    for volts in nodeVolts { poison += volts * 0 }
    guard poison != 0 else { return }
    let node = nodeVolts.firstIndex { !$0.isFinite } ?? 0
    throw .solutionNotFinite(system.name(ofNode: node))
  }
}
