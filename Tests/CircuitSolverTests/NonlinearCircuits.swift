import CircuitSolver
import Foundation
import Netlist
import NumericKernels

/// kT/q at 300.15 K in volts.
let thermalVolts = 1.380649e-23 * 300.15 / 1.602176634e-19

/// The junction voltage of a source of `volts` behind `ohms` and a diode, by bisection of
/// `volts − v = ohms · IS (exp(v / nVt) − 1)`, which grows with v.
func bisectedJunctionVolts(
  volts: Double, ohms: Double, saturationAmperes: Double, scaleVolts: Double
) -> Double {
  var (low, high) = (min(volts, 0), max(volts, 0))
  for _ in 0..<2000 {
    let middle = 0.5 * (low + high)
    let current = saturationAmperes * expm1(middle / scaleVolts)
    if ohms * current + middle < volts { low = middle } else { high = middle }
  }
  return 0.5 * (low + high)
}

/// A `side × side` array with resistive word and bit lines whose cells are a resistor and, behind a
/// node of its own, two antiparallel diodes. Word lines are driven and bit lines sensed at one end.
func selectorArray(side: Int, segmentOhms: Double, volts: Double = 1) -> Circuit {
  var circuit = Circuit(title: "selectors")
  let model = circuit.addDiodeModel(
    circuit.label("dsel"), saturationAmperes: 1e-9, emissionCoefficient: 3)
  let cells = addWires(side: side, segmentOhms: segmentOhms, volts: volts, to: &circuit)
  var random = RandomStream(seed: 8)
  for (k, cell) in cells.enumerated() {
    let (i, j) = (k / side, k % side)
    let inner = circuit.addNode(circuit.label("c", i, j))
    let ohms = Double.random(in: 1e4...1e6, using: &random)
    circuit.addResistor(circuit.label("rc", i, j), cell.word, inner, ohms: ohms)
    circuit.addDiode(circuit.label("da", i, j), anode: inner, cathode: cell.bit, model: model)
    circuit.addDiode(circuit.label("db", i, j), anode: cell.bit, cathode: inner, model: model)
  }
  return circuit
}

/// The same lines with cells of a resistor and a MOSFET; every other gate is on. `wordLines` are
/// the driven lines here, and gates have lines of their own without resistance.
func transistorArray(side: Int, segmentOhms: Double, volts: Double = 0.5) -> Circuit {
  var circuit = Circuit(title: "transistors")
  let model = circuit.addMOSFETModel(
    circuit.label("nacc"), polarity: .n, thresholdVolts: 0.45, transconductance: 2e-4,
    channelLengthModulation: 0.03)
  let cells = addWires(side: side, segmentOhms: segmentOhms, volts: volts, to: &circuit)
  let gates = (0..<side).map { i in
    let gate = circuit.addNode(circuit.label("g", i))
    circuit.addVoltageSource(
      circuit.label("vg", i), plus: gate, minus: .ground, volts: i % 2 == 0 ? 1.5 : 0)
    return gate
  }
  var random = RandomStream(seed: 8)
  for (k, cell) in cells.enumerated() {
    let (i, j) = (k / side, k % side)
    let inner = circuit.addNode(circuit.label("c", i, j))
    let ohms = Double.random(in: 1e4...1e6, using: &random)
    circuit.addResistor(circuit.label("rc", i, j), cell.word, inner, ohms: ohms)
    circuit.addMOSFET(
      circuit.label("m", i, j), drain: inner, gate: gates[i], source: cell.bit, bulk: .ground,
      model: model, widthMeters: 1e-6, lengthMeters: 5e-7)
  }
  return circuit
}

private func addWires(
  side: Int, segmentOhms: Double, volts: Double, to circuit: inout Circuit
) -> [(word: Node, bit: Node)] {
  let w = (0..<side * side).map { circuit.addNode(circuit.label("w", $0 / side, $0 % side)) }
  let b = (0..<side * side).map { circuit.addNode(circuit.label("b", $0 / side, $0 % side)) }
  for i in 0..<side {
    let drive = circuit.addNode(circuit.label("d", i))
    let sense = circuit.addNode(circuit.label("s", i))
    circuit.addVoltageSource(
      circuit.label("vin", i), plus: drive, minus: .ground,
      volts: volts * Double(i % 3 + 1) / 3)
    circuit.addVoltageSource(circuit.label("vo", i), plus: sense, minus: .ground, volts: 0)
    circuit.addResistor(circuit.label("rd", i), drive, w[i * side], ohms: 100)
    circuit.addResistor(circuit.label("rs", i), b[(side - 1) * side + i], sense, ohms: 100)
    for j in 0..<side {
      let here = i * side + j
      if j + 1 < side {
        circuit.addResistor(circuit.label("rw", i, j), w[here], w[here + 1], ohms: segmentOhms)
      }
      if i + 1 < side {
        circuit.addResistor(circuit.label("rb", i, j), b[here], b[here + side], ohms: segmentOhms)
      }
    }
  }
  return zip(w, b).map { ($0, $1) }
}

/// Sums of all currents into every node, from the reported voltages and currents alone, over the
/// largest current.
func conservation(_ circuit: Circuit, _ point: OperatingPoint) -> Double {
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
  for (diode, amperes) in zip(circuit.diodes, point.diodeAmperes) {
    flow(diode.anode, diode.cathode, amperes)
  }
  for (mosfet, amperes) in zip(circuit.mosfets, point.drainAmperes) {
    flow(mosfet.drain, mosfet.source, amperes)
  }
  return sums.reduce(0) { max($0, abs($1)) } / largest
}

/// `randomNetwork` with a diode and, if wanted, a MOSFET per node thrown in between any nodes.
func randomDeviceNetwork(nodes: Int, withMOSFETs: Bool, floating: Int, seed: UInt64) -> Circuit {
  var random = RandomStream(seed: seed, stream: 99)
  var circuit = randomNetwork(nodes: nodes, grounded: 2, floating: floating, seed: seed)
  let all = Array(circuit.nodes)
  func pick() -> Node { all[Int.random(in: 0..<all.count, using: &random)] }
  circuit.addDiodeModel(
    circuit.label("dx"), saturationAmperes: pow(10, Double.random(in: -20...(-6), using: &random)),
    emissionCoefficient: Double.random(in: 0.8...10, using: &random))
  circuit.addMOSFETModel(
    circuit.label("nx"), polarity: .n, thresholdVolts: Double.random(in: -1...1, using: &random),
    transconductance: pow(10, Double.random(in: -5...(-2), using: &random)),
    channelLengthModulation: 0.05)
  circuit.addMOSFETModel(
    circuit.label("px"), polarity: .p, thresholdVolts: -0.3, transconductance: 1e-3)
  for k in 0..<nodes {
    circuit.addDiode(
      circuit.label("d", k), anode: pick(), cathode: pick(), model: 0,
      area: Double.random(in: 0.1...10, using: &random))
    guard withMOSFETs else { continue }
    circuit.addMOSFET(
      circuit.label("m", k), drain: pick(), gate: pick(), source: pick(), bulk: .ground,
      model: k % 2, widthMeters: 2e-6, lengthMeters: 1e-6)
  }
  return circuit
}
