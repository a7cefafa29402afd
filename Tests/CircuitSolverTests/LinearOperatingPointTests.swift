import CircuitSolver
import Foundation
import Netlist
import NumericKernels
import Testing

/// Networks of `randomNetwork` span two decades and have short paths to ground: their condition
/// number stays below 1e5, so two stable solutions agree to 1e5 ulp with a margin of ten.
private let wellConditioned = 1e6 * Double.ulpOfOne

@Suite struct LinearOperatingPointTests {
  private func solved(
    _ circuit: Circuit, _ method: LinearOperatingPoint.Method? = nil
  ) throws -> OperatingPoint {
    var solver = try LinearOperatingPoint(analyzing: circuit, method: method)
    try solver.factorize()
    return try solver.solve()
  }

  @Test(arguments: [LinearOperatingPoint.Method.cholesky, .lu])
  func aDividerDivides(method: LinearOperatingPoint.Method) throws {
    var circuit = Circuit(title: "divider")
    let (a, b) = (circuit.addNode(circuit.label("a")), circuit.addNode(circuit.label("b")))
    circuit.addVoltageSource(circuit.label("vin"), plus: a, minus: .ground, volts: 3)
    circuit.addResistor(circuit.label("r", 1), a, b, ohms: 2)
    circuit.addResistor(circuit.label("r", 2), b, .ground, ohms: 1)
    let point = try solved(circuit, method)
    #expect(abs(point.nodeVolts[2] - 1) <= 2 * .ulpOfOne)
    #expect(point.nodeVolts[0] == 0 && point.nodeVolts[1] == 3)
    // SPICE's sign: a source that delivers current has a negative one.
    #expect(abs(point.sourceAmperes[0] + 1) <= 4 * .ulpOfOne)
    #expect(point.relativeResidual <= 4 * .ulpOfOne)
  }

  /// A terminated R-2R ladder halves the voltage at every stage.
  @Test(arguments: [1, 2, 7, 40])
  func aLadderHalves(stages: Int) throws {
    var circuit = Circuit(title: "R-2R")
    var last = circuit.addNode(circuit.label("in"))
    circuit.addVoltageSource(circuit.label("vin"), plus: last, minus: .ground, volts: 1)
    for k in 0..<stages {
      let next = circuit.addNode(circuit.label("n", k))
      circuit.addResistor(circuit.label("ra", k), last, next, ohms: 1000)
      let shunt = k == stages - 1 ? 1000.0 : 2000
      circuit.addResistor(circuit.label("rb", k), next, .ground, ohms: shunt)
      last = next
    }
    let point = try solved(circuit)
    for k in 0..<stages {
      let expected = pow(0.5, Double(k + 1))
      #expect(abs(point.nodeVolts[k + 2] / expected - 1) <= 16 * Double(stages) * .ulpOfOne)
    }
    #expect(abs(point.sourceAmperes[0] + 0.5e-3) <= 1e-3 * 8 * .ulpOfOne)
  }

  @Test(arguments: [1, 2, 17, 60], [0, 1, 5])
  func solutionsMatchDenseElimination(nodes: Int, floating: Int) throws {
    let circuit = randomNetwork(nodes: nodes, grounded: 3, floating: floating, seed: 1)
    let reference = denseOperatingPoint(circuit)
    let methods: [LinearOperatingPoint.Method] = floating == 0 ? [.cholesky, .lu] : [.lu]
    for method in methods {
      let point = try solved(circuit, method)
      #expect(worstDifference(point.nodeVolts, reference.nodeVolts) <= wellConditioned)
      #expect(worstDifference(point.sourceAmperes, reference.sourceAmperes) <= wellConditioned)
    }
  }

  /// Chains of wires, chains that converge slowly, and networks that have none: the same currents to the
  /// tolerance of every method, whoever solved them.
  @Test(arguments: [1e-3, 1, 1e3, 1e5])
  func chainsGiveTheCurrentsOfTheFactor(segmentOhms: Double) throws {
    for side in [3, 16, 40] {
      let circuit = passiveArray(side: side, segmentOhms: segmentOhms)
      let (chains, factor) = (try solved(circuit, .chains), try solved(circuit, .cholesky))
      for (a, b) in zip(chains.sourceAmperes, factor.sourceAmperes) {
        #expect(abs(a - b) <= 1e-11 * abs(b))
      }
    }
    let network = randomNetwork(nodes: 300, grounded: 3, floating: 0, seed: 5)
    let (chains, factor) = (try solved(network, .chains), try solved(network, .cholesky))
    #expect(worstDifference(chains.nodeVolts, factor.nodeVolts) <= wellConditioned)
  }

  /// Switches that open and close between solves, down to a part that nothing holds any more.
  @Test func chainsFollowSwitches() throws {
    let circuit = passiveArray(side: 12, segmentOhms: 1)
    var chains = try LinearOperatingPoint(analyzing: circuit, method: .chains)
    var factor = try LinearOperatingPoint(analyzing: circuit)
    for index in [5, 40, 41, 200, 5] {
      let siemens =
        chains.conductance(ofResistor: index) == 0 ? 1 / circuit.resistors[index].ohms : 0
      chains.setConductance(siemens, ofResistor: index)
      factor.setConductance(siemens, ofResistor: index)
      do {
        try factor.factorize()
        try chains.factorize()
        let (a, b) = (try chains.solve(), try factor.solve())
        #expect(worstDifference(a.sourceAmperes, b.sourceAmperes) <= 1e-11)
      } catch {
        #expect(throws: CircuitError.self) { try chains.factorize() }
      }
    }
  }

  /// Currents sum to zero at every node, source currents as reported included.
  @Test(arguments: [2, 31, 200], [0, 4])
  func currentsSumToZeroAtEveryNode(nodes: Int, floating: Int) throws {
    let circuit = randomNetwork(nodes: nodes, grounded: 4, floating: floating, seed: 2)
    let point = try solved(circuit)
    var sums = [Double](repeating: 0, count: circuit.nodeCount)
    var largest = 0.0
    func flow(_ from: Node, _ to: Node, _ amperes: Double) {
      sums[Int(from.index)] -= amperes
      sums[Int(to.index)] += amperes
      largest = max(largest, abs(amperes))
    }
    for r in circuit.resistors {
      let volts = point.nodeVolts[Int(r.a.index)] - point.nodeVolts[Int(r.b.index)]
      flow(r.a, r.b, volts / r.ohms)
    }
    for source in circuit.currentSources { flow(source.from, source.to, source.amperes) }
    for (source, amperes) in zip(circuit.voltageSources, point.sourceAmperes) {
      flow(source.plus, source.minus, amperes)
    }
    // A term's rounding is half an ulp of g |v|, at most a hundred times the largest current here.
    for sum in sums { #expect(abs(sum) <= 1e4 * .ulpOfOne * largest) }
    #expect(point.relativeResidual <= 1e4 * .ulpOfOne)
  }

  /// A volt at port one drives the same current through a short at port two as the other way round.
  @Test(arguments: [1, 2, 3, 4, 5])
  func portsAreReciprocal(seed: UInt64) throws {
    let circuit = randomNetwork(nodes: 40, grounded: 2, floating: 0, seed: seed)
    var ports = Circuit(title: "ports")
    _ = (1..<circuit.nodeCount).map { ports.addNode(ports.label("n", $0)) }
    for (k, r) in circuit.resistors.enumerated() {
      ports.addResistor(ports.label("r", k), r.a, r.b, ohms: r.ohms)
    }
    for (k, source) in circuit.voltageSources.enumerated() {
      let node = source.plus == .ground ? source.minus : source.plus
      ports.addVoltageSource(ports.label("v", k), plus: node, minus: .ground, volts: 0)
    }
    var solver = try LinearOperatingPoint(analyzing: ports)
    try solver.factorize()
    let forward = try solver.solve(sourceVolts: [1, 0]).sourceAmperes
    let backward = try solver.solve(sourceVolts: [0, 1]).sourceAmperes
    let scale = abs(forward[0])
    #expect(abs(forward[1] - backward[0]) <= wellConditioned * scale)
  }

  @Test(arguments: [0, 3])
  func sourcesSuperpose(floating: Int) throws {
    let circuit = randomNetwork(nodes: 30, grounded: 3, floating: floating, seed: 9)
    var solver = try LinearOperatingPoint(analyzing: circuit)
    try solver.factorize()
    let count = circuit.voltageSources.count
    let zero = try solver.solve(sourceVolts: [Double](repeating: 0, count: count)).nodeVolts
    var sum = zero
    let volts = (0..<count).map { Double($0) - 1.5 }
    for source in 0..<count {
      var one = [Double](repeating: 0, count: count)
      one[source] = volts[source]
      let point = try solver.solve(sourceVolts: one).nodeVolts
      for node in sum.indices { sum[node] += point[node] - zero[node] }
    }
    #expect(worstDifference(sum, try solver.solve(sourceVolts: volts).nodeVolts) <= wellConditioned)
  }

  @Test(arguments: [1, 2, 63, 64, 65, 130])
  func batchesAreSolvedLikeSingleVectors(count: Int) throws {
    let circuit = randomNetwork(nodes: 25, grounded: 3, floating: 0, seed: 6)
    var solver = try LinearOperatingPoint(analyzing: circuit)
    try solver.factorize()
    let batch = Matrix<Double>(rows: count, columns: 3) { Double(($0 * 5 + $1 * 3) % 7) - 3 }
    let points = try solver.solve(batch: batch)
    #expect(points.count == count)
    for k in 0..<count {
      let single = try solver.solve(sourceVolts: Array(batch.row(k)))
      #expect(worstDifference(points[k].nodeVolts, single.nodeVolts) <= wellConditioned)
      #expect(worstDifference(points[k].sourceAmperes, single.sourceAmperes) <= wellConditioned)
    }
  }

  /// Thousands of re-factorizations with switches thrown leave no trace of earlier values.
  @Test(arguments: [LinearOperatingPoint.Method.cholesky, .lu])
  func newConductancesGiveTheCircuitWithThoseValues(
    method: LinearOperatingPoint.Method
  ) throws {
    let circuit = randomNetwork(nodes: 30, grounded: 2, floating: 0, seed: 12)
    var solver = try LinearOperatingPoint(analyzing: circuit, method: method)
    var random = RandomStream(seed: 2)
    var siemens = circuit.resistors.map { 1 / $0.ohms }
    for _ in 0..<20 {
      // The first thirty resistors are the tree that keeps every node connected.
      for index in 30..<90 {
        siemens[index] =
          Bool.random(using: &random) ? 0 : Double.random(in: 1e-3...1e-1, using: &random)
        solver.setConductance(siemens[index], ofResistor: index)
      }
      try solver.factorize()
      let point = try solver.solve()
      let reference = denseOperatingPoint(circuit, siemens: siemens)
      #expect(worstDifference(point.nodeVolts, reference.nodeVolts) <= wellConditioned)
    }
  }

  /// Wires of a nanoohm beside cells of a megohm: half an ulp of a node's voltage is more than all
  /// current through the wire, and still currents are conserved to rounding.
  @Test(arguments: [1.0, 1e-3, 1e-6, 1e-9])
  func stiffArraysKeepASmallResidual(segmentOhms: Double) throws {
    let circuit = passiveArray(side: 24, segmentOhms: segmentOhms)
    let point = try solved(circuit)
    // Without the correction's extra digits: 0.2 V / segment · ulp over 24e-6 A, or 2e-12 … 2e-3.
    #expect(point.relativeResidual <= 16 * .ulpOfOne)
    let sum = point.sourceAmperes.reduce(0, +)
    let largest = point.sourceAmperes.reduce(0) { max($0, abs($1)) }
    #expect(largest > 1e-6)
    #expect(abs(sum) <= 1e-12 * largest)
    let lu = try solved(circuit, .lu)
    #expect(worstDifference(lu.sourceAmperes, point.sourceAmperes) <= 1e-12)
    #expect(worstDifference(lu.nodeVolts, point.nodeVolts) <= 1e-12)
  }

  @Test func everyColumnOfABatchIsRefined() throws {
    let circuit = passiveArray(side: 9, segmentOhms: 1e-4)
    var solver = try LinearOperatingPoint(analyzing: circuit)
    try solver.factorize()
    let batch = Matrix<Double>(rows: 5, columns: circuit.voltageSources.count) { row, source in
      source % 2 == 0 ? 0.1 * Double((row + source) % 4) : 0
    }
    for point in try solver.solve(batch: batch) {
      #expect(point.relativeResidual <= 16 * .ulpOfOne)
    }
  }

  // MARK: Edges

  @Test func aCircuitWithoutUnknownsIsSolved() throws {
    var circuit = Circuit(title: "known")
    let a = circuit.addNode(circuit.label("a"))
    circuit.addVoltageSource(circuit.label("v"), plus: a, minus: .ground, volts: 2)
    circuit.addResistor(circuit.label("r"), a, .ground, ohms: 4)
    #expect(try solved(circuit).sourceAmperes == [-0.5])
    #expect(try solved(Circuit(title: "empty")).nodeVolts == [0])
  }

  @Test func aCircuitAtRestHasNoResidual() throws {
    let circuit = randomNetwork(nodes: 5, grounded: 2, floating: 0, seed: 1)
    var quiet = Circuit(title: "rest")
    _ = (1..<circuit.nodeCount).map { quiet.addNode(quiet.label("n", $0)) }
    for (k, r) in circuit.resistors.enumerated() {
      quiet.addResistor(quiet.label("r", k), r.a, r.b, ohms: r.ohms)
    }
    let point = try solved(quiet)
    #expect(point.relativeResidual == 0)
    #expect(point.nodeVolts.allSatisfy { $0 == 0 })
  }

  /// With every cell off, nodes sit at the source's voltage and no current flows: what rounding
  /// leaves must not look like a failed solve.
  @Test(arguments: [LinearOperatingPoint.Method.cholesky, .lu])
  func noCurrentIsNoResidual(method: LinearOperatingPoint.Method) throws {
    let circuit = randomNetwork(nodes: 40, grounded: 0, floating: 0, seed: 8)
    var idle = Circuit(title: "idle")
    let nodes = (0..<40).map { idle.addNode(idle.label("n", $0)) }
    for (k, r) in circuit.resistors.enumerated() where r.a != .ground && r.b != .ground {
      idle.addResistor(
        idle.label("r", k), nodes[Int(r.a.index) - 1], nodes[Int(r.b.index) - 1], ohms: r.ohms)
    }
    let drive = idle.addNode(idle.label("d"))
    idle.addVoltageSource(idle.label("vin"), plus: drive, minus: .ground, volts: 0.3)
    for k in 0..<40 { idle.addResistor(idle.label("rd", k), drive, nodes[k], ohms: 7) }
    let point = try solved(idle, method)
    #expect(point.relativeResidual <= 1e-10)
    #expect(abs(point.sourceAmperes[0]) <= 1e-17)
  }

  /// Two sense sources on one node: only their sum is determined, and they share it.
  @Test func groundedSourcesOnOneNodeShareItsCurrent() throws {
    var circuit = Circuit(title: "both ends")
    let (a, b) = (circuit.addNode(circuit.label("a")), circuit.addNode(circuit.label("b")))
    circuit.addVoltageSource(circuit.label("vin"), plus: a, minus: .ground, volts: 1)
    circuit.addResistor(circuit.label("r"), a, b, ohms: 1)
    circuit.addVoltageSource(circuit.label("vo", 0), plus: b, minus: .ground, volts: 0)
    circuit.addVoltageSource(circuit.label("vo", 1), plus: .ground, minus: b, volts: 0)
    #expect(try solved(circuit).sourceAmperes == [-1, 0.5, -0.5])
  }

  /// Resistors with both ends on one node, or between two known nodes, change no voltage.
  @Test func degenerateResistorsAreHarmless() throws {
    var circuit = Circuit(title: "degenerate")
    let (a, b) = (circuit.addNode(circuit.label("a")), circuit.addNode(circuit.label("b")))
    let c = circuit.addNode(circuit.label("c"))
    circuit.addVoltageSource(circuit.label("v", 0), plus: a, minus: .ground, volts: 4)
    circuit.addVoltageSource(circuit.label("v", 1), plus: b, minus: .ground, volts: 2)
    circuit.addResistor(circuit.label("r", 0), a, b, ohms: 2)
    circuit.addResistor(circuit.label("r", 1), c, c, ohms: 1)
    circuit.addResistor(circuit.label("r", 2), a, c, ohms: 1)
    circuit.addResistor(circuit.label("r", 3), c, b, ohms: 1)
    for method in [LinearOperatingPoint.Method.cholesky, .lu] {
      let point = try solved(circuit, method)
      #expect(worstDifference(point.nodeVolts, [0, 4, 2, 3]) <= 8 * .ulpOfOne)
      #expect(worstDifference(point.sourceAmperes, [-2, 2]) <= 8 * .ulpOfOne)
    }
  }
}
