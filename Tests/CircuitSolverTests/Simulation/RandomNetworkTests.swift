import CircuitSolver
import Foundation
import Netlist
import NumericKernels
import TestSupport
import Testing

/// Random networks of R, L, C, V, I, E, F, G and H against dense tableaus.
@Suite struct RandomNetworkTests {
  /// Every voltage and source current of 500 networks, at DC and at one frequency, to 1e-9 of the
  /// largest: condition numbers stay below 1e5, some hundred roundings in each of two solutions.
  @Test func agreeWithDenseTableaus() throws {
    for trial in 0..<500 {
      let network = RandomNetwork(seed: UInt64(trial))
      var deck = SimulationDeck(circuit: network.circuit)
      let hertz = 1e3 * Double(1 + trial % 7)
      deck.analyses = [.operatingPoint, .smallSignal(hertz: [hertz])]
      let results = try CircuitSimulation(deck, method: .general).run()
      #expect(results.analyses == 2)
      let dc = try #require(network.tableau(omega: nil))
      let ac = try #require(network.tableau(omega: 2 * .pi * hertz))
      let circuit = network.circuit
      for (plot, solution) in matched(results.plots, [dc, ac]) {
        let curves = CurveAgreement.Reference(plot)
        for (names, values) in [
          (circuit.nodes.dropFirst().map { "v(\(circuit.name(of: $0)))" }, solution.nodes),
          (
            circuit.voltageSources.map { "i(\(circuit.name(of: $0.label)))" },
            solution.sourceCurrents
          ),
        ] {
          let peak = values.map(\.magnitude).max() ?? 0
          // Some networks have no voltage source.
          #expect(names.count == values.count)
          for (name, value) in zip(names, values) {
            let found = try #require(curves.curves[name]?.first)
            let error = hypot(
              found[0] - value.real, (found.count > 1 ? found[1] : 0) - value.imaginary)
            #expect(error <= 1e-9 * peak + 1e-15, "trial \(trial), \(name): \(error) of \(peak)")
          }
        }
      }
    }
  }
}

/// A complex number of the tests' own.
struct ComplexNumber {
  var real = 0.0, imaginary = 0.0
  var magnitude: Double { hypot(real, imaginary) }

  static func - (a: Self, b: Self) -> Self {
    Self(real: a.real - b.real, imaginary: a.imaginary - b.imaginary)
  }
  static func * (a: Self, b: Self) -> Self {
    Self(
      real: a.real * b.real - a.imaginary * b.imaginary,
      imaginary: a.real * b.imaginary + a.imaginary * b.real)
  }
  static func / (a: Self, b: Self) -> Self {
    let square = b.real * b.real + b.imaginary * b.imaginary
    let top = a * Self(real: b.real, imaginary: -b.imaginary)
    return Self(real: top.real / square, imaginary: top.imaginary / square)
  }
}

/// A connected network in which every source of a voltage and every inductor has its own resistor in
/// series, so that no loop of them can arise.
struct RandomNetwork {
  /// `a v + b i = c` of one element, whose current flows from `from` to `to`: coefficients of node
  /// voltages and element currents at one frequency.
  struct Branch {
    var from: Int, to: Int
    var volts: [(node: Int, factor: ComplexNumber)] = []
    var amperes: [(branch: Int, factor: ComplexNumber)] = []
    var value = ComplexNumber()
  }

  var circuit: Circuit
  private var elements: [Element] = []

  private enum Kind {
    case resistor(Double)
    case capacitor(Double)
    case inductor(Double)
    case voltage(dc: Double, ac: Double, degrees: Double)
    case current(dc: Double, ac: Double)
    case voltageByVoltage(Int, Int, Double)
    case currentByVoltage(Int, Int, Double)
    case voltageByCurrent(Int, Double)
    case currentByCurrent(Int, Double)
  }

  private struct Element {
    var kind: Kind
    var a: Int, b: Int
  }

  init(seed: UInt64) {
    var random = RandomStream(seed: 0x7e57, stream: seed)
    var circuit = Circuit(title: "random network \(seed)")
    var nodes = [Node.ground]
    var elements: [Element] = []
    var sourceElements: [Int] = []
    func number(_ low: Double, _ high: Double) -> Double {
      low * pow(high / low, Double.random(in: 0..<1, using: &random))
    }
    func signed() -> Double { Double.random(in: -1...1, using: &random) }
    func node() -> Int { Int.random(in: 0..<nodes.count, using: &random) }
    func newNode() -> Int {
      nodes.append(circuit.addNode(circuit.label("n", nodes.count)))
      return nodes.count - 1
    }
    var labels = 0
    func label(_ letter: String) -> Label {
      labels += 1
      return circuit.label(letter, labels)
    }
    func resistor(_ a: Int, _ b: Int) {
      guard a != b else { return }
      let ohms = number(1, 1e3)
      circuit.addResistor(label("r"), nodes[a], nodes[b], ohms: ohms)
      elements.append(Element(kind: .resistor(ohms), a: a, b: b))
    }
    let core = 3 + Int(seed % 8)
    for _ in 0..<core {
      let parent = node()
      resistor(newNode(), parent)
    }
    // One source at least.
    for kind in [0] + (0..<core + 4).map({ _ in Int.random(in: 0..<9, using: &random) }) {
      let (a, b) = (node(), node())
      guard a != b else { continue }
      let place = elements.count
      switch kind {
      case 0:
        let m = newNode()
        let (dc, ac, degrees) = (signed(), signed(), 180 * signed())
        let index = circuit.addVoltageSource(label("v"), plus: nodes[a], minus: nodes[m], volts: dc)
        circuit.setStimulus(
          Stimulus(acMagnitude: ac, acPhaseDegrees: degrees), ofVoltageSource: index)
        elements.append(Element(kind: .voltage(dc: dc, ac: ac, degrees: degrees), a: a, b: m))
        sourceElements.append(place)
        resistor(m, b)
      case 1:
        let (dc, ac) = (1e-2 * signed(), 1e-2 * signed())
        let index = circuit.addCurrentSource(label("i"), from: nodes[a], to: nodes[b], amperes: dc)
        circuit.setStimulus(Stimulus(acMagnitude: ac), ofCurrentSource: index)
        elements.append(Element(kind: .current(dc: dc, ac: ac), a: a, b: b))
      case 2:
        let farads = number(1e-9, 1e-5)
        circuit.addCapacitor(label("c"), nodes[a], nodes[b], farads: farads)
        elements.append(Element(kind: .capacitor(farads), a: a, b: b))
      case 3:
        let m = newNode()
        let henries = number(1e-6, 1e-2)
        circuit.addInductor(label("l"), nodes[a], nodes[m], henries: henries)
        elements.append(Element(kind: .inductor(henries), a: a, b: m))
        resistor(m, b)
      case 4, 5:
        let (p, q) = (node(), node())
        if kind == 4 {
          let m = newNode()
          let gain = 0.9 * signed()
          circuit.addVoltageControlledSource(
            label("e"), output: .voltage, plus: nodes[a], minus: nodes[m], controlPlus: nodes[p],
            controlMinus: nodes[q], gain: gain)
          elements.append(Element(kind: .voltageByVoltage(p, q, gain), a: a, b: m))
          resistor(m, b)
        } else {
          let gain = 3e-4 * signed()
          circuit.addVoltageControlledSource(
            label("g"), output: .current, plus: nodes[a], minus: nodes[b], controlPlus: nodes[p],
            controlMinus: nodes[q], gain: gain)
          elements.append(Element(kind: .currentByVoltage(p, q, gain), a: a, b: b))
        }
      case 6, 7:
        guard !sourceElements.isEmpty else { continue }
        let control = Int.random(in: 0..<sourceElements.count, using: &random)
        if kind == 6 {
          let m = newNode()
          let gain = 10 * signed()
          circuit.addCurrentControlledSource(
            label("h"), output: .voltage, plus: nodes[a], minus: nodes[m], control: control,
            gain: gain)
          elements.append(
            Element(kind: .voltageByCurrent(sourceElements[control], gain), a: a, b: m))
          resistor(m, b)
        } else {
          let gain = 0.5 * signed()
          circuit.addCurrentControlledSource(
            label("f"), output: .current, plus: nodes[a], minus: nodes[b], control: control,
            gain: gain)
          elements.append(
            Element(kind: .currentByCurrent(sourceElements[control], gain), a: a, b: b))
        }
      default: resistor(a, b)
      }
    }
    self.circuit = circuit
    self.elements = elements
  }

  /// Node voltages without ground and currents of the voltage sources, from the sparse tableau: one
  /// unknown per node and per element, Kirchhoff's current law and the law of each element. At DC
  /// where `omega` is nil.
  func tableau(
    omega: Double?
  ) -> (nodes: [ComplexNumber], sourceCurrents: [ComplexNumber])? {
    let nodeCount = circuit.nodeCount - 1
    let order = nodeCount + elements.count
    var matrix = [[ComplexNumber]](
      repeating: [ComplexNumber](repeating: ComplexNumber(), count: order + 1), count: order)
    func add(_ row: Int, _ column: Int, _ real: Double, _ imaginary: Double = 0) {
      matrix[row][column].real += real
      matrix[row][column].imaginary += imaginary
    }
    func addNode(_ row: Int, _ node: Int, _ real: Double, _ imaginary: Double = 0) {
      if node > 0 { add(row, node - 1, real, imaginary) }
    }
    for (k, element) in elements.enumerated() {
      let row = nodeCount + k
      if element.a > 0 { add(element.a - 1, row, 1) }
      if element.b > 0 { add(element.b - 1, row, -1) }
      func drop(_ real: Double, _ imaginary: Double = 0) {
        addNode(row, element.a, real, imaginary)
        addNode(row, element.b, -real, -imaginary)
      }
      switch element.kind {
      case .resistor(let ohms):
        drop(1)
        add(row, row, -ohms)
      case .capacitor(let farads):
        drop(0, (omega ?? 0) * farads)
        add(row, row, -1)
      case .inductor(let henries):
        drop(1)
        add(row, row, 0, -(omega ?? 0) * henries)
      case .voltage(let dc, let ac, let degrees):
        drop(1)
        let radians = degrees * .pi / 180
        if omega == nil {
          add(row, order, dc)
        } else {
          add(row, order, ac * cos(radians), ac * sin(radians))
        }
      case .current(let dc, let ac):
        add(row, row, 1)
        add(row, order, omega == nil ? dc : ac)
      case .voltageByVoltage(let p, let q, let gain):
        drop(1)
        addNode(row, p, -gain)
        addNode(row, q, gain)
      case .currentByVoltage(let p, let q, let gain):
        add(row, row, 1)
        addNode(row, p, -gain)
        addNode(row, q, gain)
      case .voltageByCurrent(let source, let gain):
        drop(1)
        add(row, nodeCount + source, -gain)
      case .currentByCurrent(let source, let gain):
        add(row, row, 1)
        add(row, nodeCount + source, -gain)
      }
    }
    guard let x = Self.solve(&matrix) else { return nil }
    let sources = elements.indices.filter {
      if case .voltage = elements[$0].kind { return true }
      return false
    }
    return (Array(x[0..<nodeCount]), sources.map { x[nodeCount + $0] })
  }

  /// Gauss's elimination with partial pivoting; the last column is the right-hand side.
  private static func solve(_ a: inout [[ComplexNumber]]) -> [ComplexNumber]? {
    let n = a.count
    for k in 0..<n {
      guard let pivot = (k..<n).max(by: { a[$0][k].magnitude < a[$1][k].magnitude }),
        a[pivot][k].magnitude > 0
      else { return nil }
      a.swapAt(k, pivot)
      for i in k + 1..<n where a[i][k].magnitude > 0 {
        let factor = a[i][k] / a[k][k]
        for j in k...n where a[k][j].magnitude > 0 { a[i][j] = a[i][j] - factor * a[k][j] }
      }
    }
    var x = [ComplexNumber](repeating: ComplexNumber(), count: n)
    for k in (0..<n).reversed() {
      var sum = a[k][n]
      for j in k + 1..<n { sum = sum - a[k][j] * x[j] }
      x[k] = sum / a[k][k]
    }
    return x
  }
}
