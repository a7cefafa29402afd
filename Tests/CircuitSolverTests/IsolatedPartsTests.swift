import CircuitSolver
import Netlist
import Testing

@Suite struct IsolatedPartsTests {
  /// vin – r0 – a – r1 – b – r2 – c – r3 – ground, with a ring b – r4 – c.
  private func chain() -> Circuit {
    var circuit = Circuit(title: "chain")
    let nodes = ["in", "a", "b", "c"].map { circuit.addNode(circuit.label($0)) }
    circuit.addVoltageSource(circuit.label("vin"), plus: nodes[0], minus: .ground, volts: 3)
    let ends = [(0, 1), (1, 2), (2, 3), (3, -1), (2, 3), (1, -1)]
    for (k, (a, b)) in ends.enumerated() {
      circuit.addResistor(
        circuit.label("r", k), nodes[a], b < 0 ? .ground : nodes[b], ohms: Double(k + 1))
    }
    return circuit
  }

  @Test(arguments: [LinearOperatingPoint.Method.cholesky, .lu])
  func aLinearPartCutOffIsHeldAtZero(method: LinearOperatingPoint.Method) throws {
    let circuit = chain()
    var solver = try LinearOperatingPoint(
      analyzing: circuit, method: method, isolatedParts: .ground)
    solver.setConductance(0, ofResistor: 1)
    solver.setConductance(0, ofResistor: 3)
    try solver.factorize()
    let point = try solver.solve()
    #expect(point.nodeVolts[3...] == [0, 0])
    // What is left: 1 Ω and 6 Ω in series.
    #expect(abs(point.sourceAmperes[0] + 3.0 / 7) <= 4 * .ulpOfOne)
    #expect(point.relativeResidual <= 4 * .ulpOfOne)
    // Closed again, nothing is left of it.
    solver.setConductance(1, ofResistor: 3)
    try solver.factorize()
    #expect(try solver.solve().nodeVolts[3...].allSatisfy { $0 == 0 })
    solver.setConductance(1, ofResistor: 1)
    try solver.factorize()
    #expect(try solver.solve().nodeVolts[3] > 0.1)
    var refusing = try LinearOperatingPoint(analyzing: circuit, method: method)
    refusing.setConductance(0, ofResistor: 1)
    refusing.setConductance(0, ofResistor: 3)
    #expect(throws: CircuitError.floatingNode("b")) { try refusing.factorize() }
  }

  /// A current that enters a part and leaves it again may stay; one that cannot leave may not.
  @Test func aPartThatACurrentSourceFeedsIsRefused() throws {
    var circuit = chain()
    circuit.addCurrentSource(
      circuit.label("i", 0), from: circuit.node(3), to: circuit.node(4), amperes: 0.1)
    func cut(_ circuit: Circuit) throws -> OperatingPoint {
      var solver = try LinearOperatingPoint(analyzing: circuit, isolatedParts: .ground)
      solver.setConductance(0, ofResistor: 1)
      solver.setConductance(0, ofResistor: 3)
      try solver.factorize()
      return try solver.solve()
    }
    // 3 Ω beside 5 Ω carry a tenth of an ampere.
    let point = try cut(circuit)
    #expect(abs(point.nodeVolts[3]) <= .ulpOfOne)
    #expect(abs(point.nodeVolts[4] - 0.1875) <= 4 * .ulpOfOne)
    circuit.addCurrentSource(
      circuit.label("i", 1), from: .ground, to: circuit.node(4), amperes: 1e-9)
    #expect(throws: CircuitError.floatingNode("b")) { try cut(circuit) }
  }

  /// Cells of diodes that are switched off leave their inner node behind a resistor that is open.
  @Test(arguments: [LinearOperatingPoint.Method.cholesky, .lu])
  func partsBehindDiodesThatAreOffAreHeldAtZero(method: LinearOperatingPoint.Method) throws {
    let circuit = selectorArray(side: 4, segmentOhms: 5)
    var reference = try NewtonOperatingPoint(analyzing: circuit, method: method)
    var grounding = try NewtonOperatingPoint(
      analyzing: circuit, method: method, isolatedParts: .ground)
    for k in [2, 7] {
      let resistor = circuit.resistors.count - 16 + k
      reference.setConductance(0, ofResistor: resistor)
      grounding.setConductance(0, ofResistor: resistor)
    }
    let connected = try reference.solve()
    for k in [4, 5, 14, 15] {
      reference.setArea(0, ofDiode: k)
      grounding.setArea(0, ofDiode: k)
    }
    #expect(throws: CircuitError.self) { try reference.solve() }
    let point = try grounding.solve()
    // An open cell carries nothing whether its diodes are on or off.
    #expect(worstDifference(point.sourceAmperes, connected.sourceAmperes) <= 1e-12)
    #expect(point.relativeResidual <= 1e-12)
    let inner = circuit.diodes[4].anode
    #expect(point.nodeVolts[Int(inner.index)] == 0)
  }

  /// A MOSFET that its gate switches off cuts like an open switch.
  @Test func partsBehindMOSFETsThatAreOffAreHeldAtZero() throws {
    let circuit = transistorArray(side: 4, segmentOhms: 5)
    let cell = 4 + 2
    let resistor = circuit.resistors.count - 16 + cell
    let inner = circuit.mosfets[cell].drain
    var refusing = try NewtonOperatingPoint(analyzing: circuit)
    let connected = try refusing.solve()
    refusing.setConductance(0, ofResistor: resistor)
    #expect(throws: CircuitError.floatingNode(circuit.name(of: inner))) { try refusing.solve() }
    var grounding = try NewtonOperatingPoint(analyzing: circuit, isolatedParts: .ground)
    grounding.setConductance(0, ofResistor: resistor)
    // Its gate is off: the cell carried nothing before.
    for guess in [nil, connected] {
      let point = try grounding.solve(
        sourceVolts: circuit.voltageSources.map(\.volts), from: guess)
      #expect(worstDifference(point.sourceAmperes, connected.sourceAmperes) <= 1e-12)
      #expect(point.nodeVolts[Int(inner.index)] == 0)
    }
  }

  // MARK: Failures of nonlinear circuits

  /// No voltage makes a diode carry more than its saturation current backwards.
  @Test(arguments: [LinearOperatingPoint.Method.cholesky, .lu])
  func anImpossibleCircuitNamesItsDevice(method: LinearOperatingPoint.Method) throws {
    var circuit = Circuit(title: "impossible")
    let nodes = (0..<3).map { circuit.addNode(circuit.label("n", $0)) }
    let model = circuit.addDiodeModel(circuit.label("x"), saturationAmperes: 1e-14)
    for k in 0..<3 {
      circuit.addDiode(circuit.label("d", k), anode: nodes[k], cathode: .ground, model: model)
      circuit.addCurrentSource(
        circuit.label("i", k), from: k == 1 ? nodes[k] : .ground, to: k == 1 ? .ground : nodes[k],
        amperes: 1e-3)
    }
    var solver = try NewtonOperatingPoint(analyzing: circuit, method: method)
    let error = #expect(throws: CircuitError.self) { try solver.solve() }
    guard case .notConverged(let device, let iterations, let residual) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(device == "d_1" && iterations > 100 && residual > 0.1)
  }

  @Test func linearSolversNameTheNonlinearElement() {
    #expect(throws: CircuitError.nonlinearElement("m_0_0")) {
      _ = try LinearOperatingPoint(analyzing: transistorArray(side: 1, segmentOhms: 1)).method
    }
  }

  @Test func badVoltagesAreRefused() throws {
    let circuit = selectorArray(side: 1, segmentOhms: 1)
    var solver = try NewtonOperatingPoint(analyzing: circuit)
    #expect(throws: CircuitError.sourceNotFinite("vin_0")) {
      try solver.solve(sourceVolts: [.nan, 0])
    }
  }

  @Test func aFloatingGateIsNamed() {
    var circuit = transistorArray(side: 1, segmentOhms: 1)
    let gate = circuit.addNode(circuit.label("gate"))
    circuit.addMOSFET(
      circuit.label("mx"), drain: circuit.node(1), gate: gate, source: .ground, bulk: .ground,
      model: 0, widthMeters: 1, lengthMeters: 1)
    #expect(throws: CircuitError.floatingNode("gate")) {
      _ = try NewtonOperatingPoint(analyzing: circuit).method
    }
  }
}
