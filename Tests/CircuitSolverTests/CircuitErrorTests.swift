import CircuitSolver
import Netlist
import NumericKernels
import Testing

@Suite struct CircuitErrorTests {
  /// A chain `vin – a – b – c – ground` of unit resistors.
  private func chain() -> (circuit: Circuit, nodes: [Node]) {
    var circuit = Circuit(title: "chain")
    let nodes = ["a", "b", "c"].map { circuit.addNode(circuit.label($0)) }
    circuit.addVoltageSource(circuit.label("vin"), plus: nodes[0], minus: .ground, volts: 1)
    circuit.addResistor(circuit.label("r", 0), nodes[0], nodes[1], ohms: 1)
    circuit.addResistor(circuit.label("r", 1), nodes[1], nodes[2], ohms: 1)
    circuit.addResistor(circuit.label("r", 2), nodes[2], .ground, ohms: 1)
    return (circuit, nodes)
  }

  private func expect(_ error: CircuitError, analyzing circuit: Circuit) {
    #expect(throws: error) { _ = try LinearOperatingPoint(analyzing: circuit).unknownCount }
    #expect(throws: error) {
      _ = try LinearOperatingPoint(analyzing: circuit, method: .lu).unknownCount
    }
  }

  @Test func aNodeWithoutAPathToGroundIsNamed() {
    var (circuit, nodes) = chain()
    let x = circuit.addNode(circuit.label("x", 3))
    expect(.floatingNode("x_3"), analyzing: circuit)
    let y = circuit.addNode(circuit.label("y"))
    circuit.addResistor(circuit.label("r", 3), x, y, ohms: 1)
    // A current source is no path.
    circuit.addCurrentSource(circuit.label("i"), from: nodes[1], to: y, amperes: 1)
    expect(.floatingNode("x_3"), analyzing: circuit)
    // A voltage source is.
    circuit.addVoltageSource(circuit.label("vx"), plus: x, minus: nodes[2], volts: 0)
    #expect(throws: Never.self) {
      _ = try LinearOperatingPoint(analyzing: circuit).unknownCount
    }
  }

  @Test func loopsOfVoltageSourcesAreNamed() {
    var (circuit, nodes) = chain()
    var shorted = circuit
    shorted.addVoltageSource(shorted.label("vs"), plus: nodes[1], minus: nodes[1], volts: 0)
    expect(.shortedSource("vs"), analyzing: shorted)
    circuit.addVoltageSource(circuit.label("vf", 0), plus: nodes[0], minus: nodes[1], volts: 1)
    circuit.addVoltageSource(circuit.label("vf", 1), plus: nodes[1], minus: .ground, volts: 1)
    expect(.sourceLoop("vf_0"), analyzing: circuit)
  }

  @Test func differentVoltsOnOneNodeAreRefused() throws {
    var (circuit, nodes) = chain()
    circuit.addVoltageSource(circuit.label("vx"), plus: .ground, minus: nodes[0], volts: -1)
    var solver = try LinearOperatingPoint(analyzing: circuit)
    try solver.factorize()
    #expect(try solver.solve().nodeVolts[1] == 1)
    let error = CircuitError.conflictingSources(node: "a", first: "vin", second: "vx")
    #expect(throws: error) { try solver.solve(sourceVolts: [1, 1]) }
  }

  @Test(arguments: [LinearOperatingPoint.Method.cholesky, .lu])
  func openSwitchesThatCutANodeOffAreNamed(method: LinearOperatingPoint.Method) throws {
    let (circuit, _) = chain()
    var solver = try LinearOperatingPoint(analyzing: circuit, method: method)
    solver.setConductance(0, ofResistor: 0)
    try solver.factorize()
    #expect(try solver.solve().nodeVolts == [0, 1, 0, 0])
    solver.setConductance(0, ofResistor: 2)
    #expect(throws: CircuitError.floatingNode("b")) { try solver.factorize() }
    solver.setConductance(1, ofResistor: 0)
    try solver.factorize()
    #expect(worstDifference(try solver.solve().nodeVolts, [0, 1, 1, 1]) <= 8 * .ulpOfOne)
    solver.setConductance(0, ofResistor: 1)
    #expect(throws: CircuitError.floatingNode("c")) { try solver.factorize() }
  }

  /// A part cut off has a last pivot of rounding noise, positive or not: it is found either way.
  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8])
  func aCutOffPartIsFoundWhateverItsLastPivot(seed: UInt64) throws {
    var random = RandomStream(seed: seed)
    var circuit = Circuit(title: "island")
    let nodes = (0..<60).map { circuit.addNode(circuit.label("n", $0)) }
    circuit.addResistor(circuit.label("rbridge"), .ground, nodes[0], ohms: 1)
    for k in 0..<200 {
      let a = k < 59 ? k : Int.random(in: 0..<60, using: &random)
      let b = k < 59 ? k + 1 : Int.random(in: 0..<60, using: &random)
      circuit.addResistor(
        circuit.label("r", k), nodes[a], nodes[b], ohms: Double.random(in: 1...50, using: &random))
    }
    for method in [LinearOperatingPoint.Method.cholesky, .lu] {
      var solver = try LinearOperatingPoint(analyzing: circuit, method: method)
      try solver.factorize()
      solver.setConductance(0, ofResistor: 0)
      #expect(throws: CircuitError.floatingNode("n_0")) { try solver.factorize() }
    }
  }

  @Test(arguments: [Double.nan, .infinity])
  func voltagesThatAreNoNumbersAreRefused(volts: Double) throws {
    let (circuit, _) = chain()
    var solver = try LinearOperatingPoint(analyzing: circuit)
    try solver.factorize()
    #expect(throws: CircuitError.sourceNotFinite("vin")) {
      try solver.solve(sourceVolts: [volts])
    }
    #expect(throws: CircuitError.sourceNotFinite("vin")) {
      try solver.solve(batch: Matrix(rows: 2, columns: 1, elements: [1, volts]))
    }
  }

  @Test func anOverflowIsNamed() throws {
    var (circuit, nodes) = chain()
    circuit.addCurrentSource(
      circuit.label("i", 0), from: .ground, to: nodes[1], amperes: .greatestFiniteMagnitude)
    circuit.addCurrentSource(
      circuit.label("i", 1), from: .ground, to: nodes[1], amperes: .greatestFiniteMagnitude)
    var solver = try LinearOperatingPoint(analyzing: circuit)
    try solver.factorize()
    #expect(throws: CircuitError.solutionNotFinite("b")) { try solver.solve() }
  }

  @Test func messagesNameTheFault() {
    #expect("\(CircuitError.floatingNode("w_3_1"))" == "node w_3_1 has no DC path to ground")
    #expect(
      "\(CircuitError.conflictingSources(node: "a", first: "v1", second: "v2"))"
        == "voltage sources v1 and v2 ask for different voltages of node a")
  }

  @Test func negativeConductancesTrap() async {
    await #expect(processExitsWith: .failure) {
      var circuit = Circuit(title: "trap")
      let a = circuit.addNode(circuit.label("a"))
      circuit.addResistor(circuit.label("r"), a, .ground, ohms: 1)
      var solver = try LinearOperatingPoint(analyzing: circuit)
      solver.setConductance(-1, ofResistor: 0)
    }
  }

  /// A conductance set after the factorization must not be ignored in silence.
  @Test func solvingWithAStaleFactorizationTraps() async {
    await #expect(processExitsWith: .failure) {
      var circuit = Circuit(title: "trap")
      let a = circuit.addNode(circuit.label("a"))
      circuit.addResistor(circuit.label("r"), a, .ground, ohms: 1)
      var solver = try LinearOperatingPoint(analyzing: circuit)
      try solver.factorize()
      solver.setConductance(2, ofResistor: 0)
      _ = try solver.solve(sourceVolts: [])
    }
  }
}
