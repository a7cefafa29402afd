import DeviceModels
import Netlist
import SparseLinearAlgebra
import Units

extension NewtonOperatingPoint {
  /// Excitation of the circuit: its sources, scaled down during continuation, and a conductance
  /// from every node to ground, which is zero at the end.
  struct Drive {
    var sourceVolts: [Double]
    var sourceScale = 1.0
    var groundSiemens = 0.0

    /// The same sources at `scale` of their values.
    func scaled(by scale: Double) -> Drive {
      Drive(
        sourceVolts: sourceVolts.map { scale * $0 }, sourceScale: scale,
        groundSiemens: groundSiemens)
    }
  }

  /// A candidate solution. A node's voltage is the unrounded sum of two numbers, since through a
  /// good conductor half an ulp of it is a current that matters.
  struct Iterate {
    var nodeVolts: [Double]
    var corrections: [Double]
    var branchAmperes: [Double]
    /// Residuals of Kirchhoff's laws at its last check.
    var balance = NodalSystem.Balance(inflowAmperes: [], missingVolts: [])

    init(_ system: NodalSystem) {
      nodeVolts = [Double](repeating: 0, count: system.circuit.nodeCount)
      corrections = nodeVolts
      branchAmperes = [Double](repeating: 0, count: system.floatingSources.count)
    }

    /// Starts from an earlier solution, except where voltages are known.
    mutating func take(_ guess: OperatingPoint, _ system: NodalSystem) {
      precondition(
        guess.nodeVolts.count == nodeVolts.count
          && guess.sourceAmperes.count == system.circuit.voltageSources.count,
        "the guess is an operating point of another circuit")
      for node in system.nodes where guess.nodeVolts[Int(node)].isFinite {
        nodeVolts[Int(node)] = guess.nodeVolts[Int(node)]
      }
      for (branch, source) in system.floatingSources.enumerated()
      where guess.sourceAmperes[source].isFinite {
        branchAmperes[branch] = guess.sourceAmperes[source]
      }
    }

    func drop(_ from: Node, _ to: Node) -> Double {
      let (a, b) = (Int(from.index), Int(to.index))
      return (nodeVolts[a] - nodeVolts[b]) + (corrections[a] - corrections[b])
    }
  }

  /// How an attempt ended.
  enum Outcome: Equatable {
    case converged
    /// The iterations allowed did not suffice.
    case stalled
    /// The equations of an iteration could not be solved.
    case failed(CircuitError)
  }

  /// Currents at every node sum to less than this, relative to the largest one.
  static var residualTolerance: Double { 1e-12 }
  /// The last step, relative to the largest voltage or, if less, ten volts. The error after a step
  /// is about its square over 2 nVt: below 2e-13 V across a junction at room temperature.
  static var stepTolerance: Double { 1e-8 }

  /// Iterates; errors that another way of driving the circuit may avoid are an outcome.
  mutating func attempt(
    _ iterate: inout Iterate, _ drive: Drive, limit: Int = 100
  ) throws(CircuitError) -> Outcome {
    do {
      return try run(&iterate, drive, limit: limit) ? .converged : .stalled
    } catch {
      switch error {
      case .singular, .solutionNotFinite: return .failed(error)
      default: throw error
      }
    }
  }

  private mutating func run(
    _ iterate: inout Iterate, _ drive: Drive, limit: Int
  ) throws(CircuitError) -> Bool {
    try system.setKnownVolts(drive.sourceVolts[...], &iterate.nodeVolts)
    // Where every voltage is known, there is nothing to approach.
    var held = linearize(iterate, limiting: system.order > 0)
    var lastStep = system.order > 0 ? Double.infinity : 0
    var isSettled = false
    var iterations = 0
    while true {
      iterate.balance = balance(of: iterate, drive)
      if held == 0, lastStep <= Self.stepTolerance,
        iterate.balance.relativeResidual <= Self.residualTolerance
      {
        if drive.groundSiemens > 0 || isSettled { return true }
        isSettled = try settleIsolatedParts(&iterate)
        if isSettled { return true }
        // Moved once: solve again for the effect of a moved gate or drain, then leave it.
        isSettled = true
        linearize(iterate, limiting: false)
        continue
      }
      guard iterations < limit else { return false }
      iterations += 1
      spent += 1
      lastStep = try step(&iterate, drive)
      held = linearize(iterate, limiting: true)
    }
  }

  /// Linearizes all devices at the voltages of `iterate`; returns how many were held back.
  @discardableResult
  mutating func linearize(_ iterate: Iterate, limiting: Bool) -> Int {
    let circuit = system.circuit
    var held = 0
    if diodes.count > 0 {
      let volts = circuit.diodes.map { iterate.drop($0.anode, $0.cathode) }
      held += diodes.linearize(at: volts, limiting: limiting)
    }
    if mosfets.count > 0 {
      let gateSource = circuit.mosfets.map { iterate.drop($0.gate, $0.source) }
      let drainSource = circuit.mosfets.map { iterate.drop($0.drain, $0.source) }
      held += mosfets.linearize(
        gateSource: gateSource, drainSource: drainSource, limiting: limiting)
    }
    return held
  }

  /// Kirchhoff's laws at `iterate`, with the currents that the devices' tangents give.
  func balance(of iterate: Iterate, _ drive: Drive) -> NodalSystem.Balance {
    system.balance(
      siemens, drive.sourceVolts[...], nodeVolts: iterate.nodeVolts,
      corrections: iterate.corrections, branchAmperes: iterate.branchAmperes,
      devices: deviceCurrents(at: iterate, drive))
  }

  /// Currents and slopes of the devices' tangents at `iterate`.
  func deviceCurrents(at iterate: Iterate, _ drive: Drive) -> NodalSystem.DeviceCurrents {
    let circuit = system.circuit
    let drainAmperes = circuit.mosfets.indices.map { k in
      let mosfet = circuit.mosfets[k]
      return mosfets.tangentAmperes(
        k, gateSource: iterate.drop(mosfet.gate, mosfet.source),
        drainSource: iterate.drop(mosfet.drain, mosfet.source))
    }
    return NodalSystem.DeviceCurrents(
      diodeAmperes: circuit.diodes.indices.map { k in
        let diode = circuit.diodes[k]
        return diodes.tangentAmperes(k, at: iterate.drop(diode.anode, diode.cathode))
      },
      diodeSiemens: diodes.siemens, drainAmperes: drainAmperes,
      drainSiemens: mosfets.tangents.map(\.drainSiemens),
      gateSiemens: mosfets.tangents.map(\.gateSiemens), sourceScale: drive.sourceScale,
      groundSiemens: drive.groundSiemens)
  }

  /// One step `J Δ = −F`; returns the largest change of a voltage as `stepTolerance` has it.
  mutating func step(
    _ iterate: inout Iterate, _ drive: Drive
  ) throws(CircuitError) -> Double {
    try factorize(drive)
    var x = [Double](repeating: 0, count: system.order)
    system.loadResidual(iterate.balance, into: &x, start: 0)
    return try take(solved(x), &iterate)
  }

  /// Solves with the last factorization.
  func solved(_ rightHandSide: [Double]) -> [Double] {
    var x = rightHandSide
    switch method {
    case .cholesky, .chains: cholesky?.solve(&x, count: 1)
    case .lu: lu?.solve(&x, count: 1)
    }
    return x
  }

  /// Adds a step; returns the largest change of a voltage as `stepTolerance` has it.
  func take(_ x: [Double], _ iterate: inout Iterate) throws(CircuitError) -> Double {
    system.add(x, start: 0, to: &iterate.corrections, &iterate.branchAmperes)
    var (largestStep, largest) = (0.0, ThermalVoltage.nominal.value)
    for (unknown, node) in system.nodes.enumerated() {
      let node = Int(node)
      guard x[unknown].isFinite else { throw .solutionNotFinite(system.name(ofNode: node)) }
      // The rounded sum and what it lost (Knuth 1969, theorem 4.2.2 B).
      let (high, low) = (iterate.nodeVolts[node], iterate.corrections[node])
      let sum = high + low
      let lowPart = sum - high
      iterate.corrections[node] = (high - (sum - lowPart)) + (low - lowPart)
      iterate.nodeVolts[node] = sum
      largestStep = max(largestStep, abs(x[unknown]))
      largest = max(largest, abs(sum))
    }
    for node in iterate.nodeVolts.indices { largest = max(largest, abs(iterate.nodeVolts[node])) }
    // Beyond ten volts the last digits of a voltage stay allowed.
    return largestStep / max(min(largest, 10), 1e-6 * largest)
  }

  mutating func factorize(_ drive: Drive) throws(CircuitError) {
    // Taken out of `self`, so that the factorization may change beside it without a copy.
    var values: [Double] = []
    swap(&values, &self.values)
    defer { swap(&values, &self.values) }
    system.load(siemens, into: &values)
    system.addDiodes(diodes.siemens, to: &values)
    system.addMOSFETs(mosfets.tangents, to: &values)
    if drive.groundSiemens > 0 {
      system.addToDiagonal(drive.groundSiemens, to: &values)
    } else {
      system.tie(isolatedNodes().filter { $0.node == $0.part }.map(\.node), in: &values)
    }
    let entries = values.span.extracting(0..<system.pattern.entryCount)
    do {
      switch method {
      case .cholesky, .chains: try cholesky?.factorize(entries)
      case .lu: try lu?.refactorize(entries)
      }
    } catch {
      throw system.located(error)
    }
  }

  // MARK: Isolated parts

  /// Nodes that open switches and devices without any slope leave without a path to ground.
  func isolatedNodes() -> [(node: Int, part: Int)] {
    let tangents = mosfets.tangents
    let slopes = diodes.siemens
    func conducts(_ tangent: ChannelEquation.Tangent) -> Bool {
      tangent.drainSiemens != 0 || tangent.gateSiemens != 0
    }
    guard
      openCount > 0 || slopes.contains(where: { $0 == 0 })
        || tangents.contains(where: { !conducts($0) })
    else { return [] }
    let siemens = siemens
    return NodalSystem.isolatedNodes(
      system.circuit,
      NodalSystem.Conduction(
        resistor: { siemens[$0] > 0 }, diode: { slopes[$0] > 0 },
        mosfet: { conducts(tangents[$0]) }))
  }

  /// Refuses a solution with isolated parts, or moves these to zero volts; `true` if all were
  /// at zero.
  private func settleIsolatedParts(_ iterate: inout Iterate) throws(CircuitError) -> Bool {
    let isolated = isolatedNodes()
    guard let first = isolated.first else { return true }
    if isolatedParts == .refuse { throw .floatingNode(system.name(ofNode: first.node)) }
    var isMoved = false
    var offsets: [Int: (high: Double, low: Double)] = [:]
    for (node, part) in isolated {
      // A part's first node comes before its others.
      if node == part { offsets[part] = (iterate.nodeVolts[node], iterate.corrections[node]) }
      guard let offset = offsets[part], offset.high != 0 || offset.low != 0 else { continue }
      isMoved = true
      iterate.nodeVolts[node] -= offset.high
      iterate.corrections[node] -= offset.low
    }
    return !isMoved
  }
}
