import Foundation
import Netlist
import NumericKernels

/// A `side × side` grid of random resistors, driven at the top row and sensed at the bottom row,
/// with a current source across it.
public func randomGrid(side: Int, seed: UInt64) -> (circuit: Circuit, senses: [Int]) {
  var random = RandomStream(seed: seed)
  var circuit = Circuit(title: "random grid \(side) × \(side)")
  let nodes = (0..<side * side).map { circuit.addNode(circuit.label("n", $0 / side, $0 % side)) }
  func ohms() -> Double { exp(Double.random(in: -3...9, using: &random)) }
  for y in 0..<side {
    for x in 0..<side {
      let here = nodes[y * side + x]
      if x + 1 < side {
        circuit.addResistor(circuit.label("rh", y, x), here, nodes[y * side + x + 1], ohms: ohms())
      }
      if y + 1 < side {
        circuit.addResistor(
          circuit.label("rv", y, x), here, nodes[(y + 1) * side + x], ohms: ohms())
      }
    }
  }
  var senses: [Int] = []
  for x in 0..<side {
    let drive = circuit.addNode(circuit.label("d", x))
    let sense = circuit.addNode(circuit.label("s", x))
    circuit.addVoltageSource(
      circuit.label("vin", x), plus: drive, minus: .ground,
      volts: Double.random(in: -1...1, using: &random))
    circuit.addResistor(circuit.label("rd", x), drive, nodes[x], ohms: ohms())
    circuit.addResistor(circuit.label("rs", x), nodes[(side - 1) * side + x], sense, ohms: ohms())
    senses.append(
      circuit.addVoltageSource(circuit.label("vo", x), plus: sense, minus: .ground, volts: 0))
  }
  circuit.addCurrentSource(
    circuit.label("ibias"), from: nodes[0], to: nodes[side * side - 1], amperes: 1.25e-3)
  return (circuit, senses)
}

/// Everything a deck says about a circuit: names in place of numbers.
public func description(of circuit: Circuit) -> [String] {
  func names(_ label: Label, _ a: Node, _ b: Node, _ value: Double) -> String {
    "\(circuit.name(of: label)) \(circuit.name(of: a)) \(circuit.name(of: b)) \(value.bitPattern)"
  }
  func modelNames(_ label: Label, _ values: Double...) -> String {
    "\(circuit.name(of: label)) \(values.map(\.bitPattern))"
  }
  var lines =
    [circuit.title] + circuit.resistors.map { names($0.label, $0.a, $0.b, $0.ohms) }
    + circuit.voltageSources.map { names($0.label, $0.plus, $0.minus, $0.volts) }
    + circuit.currentSources.map { names($0.label, $0.from, $0.to, $0.amperes) }
  lines += circuit.diodeModels.map {
    modelNames($0.label, $0.saturationAmperes, $0.emissionCoefficient)
  }
  lines += circuit.diodes.map {
    names($0.label, $0.anode, $0.cathode, $0.area) + " \($0.model)"
  }
  lines += circuit.mosfetModels.map {
    modelNames($0.label, $0.thresholdVolts, $0.transconductance, $0.channelLengthModulation)
      + " \($0.polarity)"
  }
  lines += circuit.mosfets.map {
    names($0.label, $0.drain, $0.gate, $0.widthMeters)
      + names($0.label, $0.source, $0.bulk, $0.lengthMeters) + " \($0.model)"
  }
  return lines
}

/// A new empty folder for the duration of `body`.
public func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}
