import Foundation
import Netlist
import NumericKernels

/// Modified nodal analysis written out in full: every source current is an unknown, the matrix is
/// dense, elimination is Gauss's with row exchanges.
func denseOperatingPoint(
  _ circuit: Circuit, siemens: [Double]? = nil, sourceVolts: [Double]? = nil
) -> (nodeVolts: [Double], sourceAmperes: [Double]) {
  let nodeCount = circuit.nodeCount
  let order = nodeCount - 1 + circuit.voltageSources.count
  var a = [[Double]](repeating: [Double](repeating: 0, count: order + 1), count: order)
  func add(_ row: Int, _ column: Int, _ value: Double) {
    if row >= 0, column >= 0 { a[row][column] += value }
  }
  func unknown(_ node: Node) -> Int { Int(node.index) - 1 }
  for (index, resistor) in circuit.resistors.enumerated() {
    let g = siemens?[index] ?? 1 / resistor.ohms
    let (p, q) = (unknown(resistor.a), unknown(resistor.b))
    add(p, p, g)
    add(q, q, g)
    add(p, q, -g)
    add(q, p, -g)
  }
  for source in circuit.currentSources {
    add(unknown(source.from), order, -source.amperes)
    add(unknown(source.to), order, source.amperes)
  }
  for (index, source) in circuit.voltageSources.enumerated() {
    let branch = nodeCount - 1 + index
    add(unknown(source.plus), branch, 1)
    add(unknown(source.minus), branch, -1)
    add(branch, unknown(source.plus), 1)
    add(branch, unknown(source.minus), -1)
    add(branch, order, sourceVolts?[index] ?? source.volts)
  }
  for k in 0..<order {
    let pivot = (k..<order).max { abs(a[$0][k]) < abs(a[$1][k]) } ?? k
    a.swapAt(k, pivot)
    for row in k + 1..<max(order, k + 1) where a[row][k] != 0 {
      let factor = a[row][k] / a[k][k]
      for column in k...order { a[row][column] -= factor * a[k][column] }
    }
  }
  var x = [Double](repeating: 0, count: order)
  for k in (0..<order).reversed() {
    let known = (k + 1..<max(order, k + 1)).reduce(0.0) { $0 + a[k][$1] * x[$1] }
    x[k] = (a[k][order] - known) / a[k][k]
  }
  return ([0] + x.prefix(nodeCount - 1), Array(x.suffix(circuit.voltageSources.count)))
}

/// A connected network of random resistors over two decades: a random tree from ground and twice
/// as many chords, `grounded` driven nodes behind their own resistor, `floating` floating sources
/// between new node pairs, and one current source.
func randomNetwork(nodes: Int, grounded: Int, floating: Int, seed: UInt64) -> Circuit {
  var random = RandomStream(seed: seed, stream: UInt64(nodes))
  var circuit = Circuit(title: "random network")
  var all = [Node.ground]
  var count = 0
  func connect(_ a: Node, _ b: Node) {
    let ohms = pow(10, Double.random(in: 1...3, using: &random))
    circuit.addResistor(circuit.label("r", count), a, b, ohms: ohms)
    count += 1
  }
  func pick() -> Node { all[Int.random(in: 0..<all.count, using: &random)] }
  for k in 0..<nodes {
    let node = circuit.addNode(circuit.label("n", k))
    connect(node, pick())
    all.append(node)
  }
  for _ in 0..<2 * nodes { connect(pick(), pick()) }
  for k in 0..<grounded {
    let node = circuit.addNode(circuit.label("d", k))
    connect(node, pick())
    let volts = Double.random(in: -1...1, using: &random)
    let label = circuit.label("vg", k)
    // Both orientations.
    if k % 2 == 0 {
      circuit.addVoltageSource(label, plus: node, minus: .ground, volts: volts)
    } else {
      circuit.addVoltageSource(label, plus: .ground, minus: node, volts: volts)
    }
  }
  for k in 0..<floating {
    let (p, q) = (circuit.addNode(circuit.label("p", k)), circuit.addNode(circuit.label("q", k)))
    connect(p, pick())
    connect(q, pick())
    circuit.addVoltageSource(
      circuit.label("vf", k), plus: p, minus: q, volts: Double.random(in: -1...1, using: &random))
  }
  circuit.addCurrentSource(
    circuit.label("i"), from: pick(), to: all[all.count - 1], amperes: 1e-2)
  return circuit
}

/// A passive array of megohm cells with a driver at the near end of every word line and a sense
/// source at the far end of every bit line; sources alternate: driver, sense.
func passiveArray(side: Int, segmentOhms: Double) -> Circuit {
  var circuit = Circuit(title: "array")
  var random = RandomStream(seed: 3)
  let w = (0..<side * side).map { circuit.addNode(circuit.label("w", $0 / side, $0 % side)) }
  let b = (0..<side * side).map { circuit.addNode(circuit.label("b", $0 / side, $0 % side)) }
  for i in 0..<side {
    let drive = circuit.addNode(circuit.label("d", i))
    let sense = circuit.addNode(circuit.label("s", i))
    circuit.addVoltageSource(circuit.label("vin", i), plus: drive, minus: .ground, volts: 0.2)
    circuit.addResistor(circuit.label("rd", i), drive, w[i * side], ohms: segmentOhms)
    circuit.addResistor(
      circuit.label("rs", i), b[(side - 1) * side + i], sense, ohms: segmentOhms)
    circuit.addVoltageSource(circuit.label("vo", i), plus: sense, minus: .ground, volts: 0)
    for j in 0..<side {
      let here = i * side + j
      if j + 1 < side {
        circuit.addResistor(circuit.label("rw", i, j), w[here], w[here + 1], ohms: segmentOhms)
      }
      if i + 1 < side {
        circuit.addResistor(circuit.label("rb", i, j), b[here], b[here + side], ohms: segmentOhms)
      }
      let ohms = Double.random(in: 1e4...1e6, using: &random)
      circuit.addResistor(circuit.label("rc", i, j), w[here], b[here], ohms: ohms)
    }
  }
  return circuit
}

/// Largest difference of two lists relative to the largest magnitude of the second.
func worstDifference(_ a: [Double], _ b: [Double]) -> Double {
  let scale = b.reduce(0) { max($0, abs($1)) }
  let worst = zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
  return scale > 0 ? worst / scale : worst
}
