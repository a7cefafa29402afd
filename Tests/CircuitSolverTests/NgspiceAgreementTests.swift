import CircuitSolver
import ExternalSimulators
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

private let hasNgspice = (try? NgspiceRunner()) != nil

@Suite struct NgspiceAgreementTests {
  /// ngspice prints 17 digits and solves a linear circuit in one step; it pivots without
  /// refinement, and it adds gmin (1e-12 S) to no resistor. Condition times rounding stays below
  /// 1e-9 of the largest current on these networks.
  @Test(
    .tags(.validation), .enabled(if: hasNgspice, "ngspice is not installed"), arguments: [0, 3])
  func sensedCurrentsAgree(floating: Int) throws {
    let circuit = randomNetwork(nodes: 120, grounded: 8, floating: floating, seed: 21)
    var solver = try LinearOperatingPoint(analyzing: circuit)
    try solver.factorize()
    let point = try solver.solve()
    let senses = Array(circuit.voltageSources.indices)
    let names = senses.map { circuit.name(of: circuit.voltageSources[$0].label) }
    let expected = zip(names, point.sourceAmperes).map {
      DeckHeader.ExpectedCurrent(sourceName: $0, amperes: $1)
    }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try SPICEWriter.write(
      circuit, header: DeckHeader(expected: expected, relativeTolerance: 1e-9), sensing: senses,
      toFolder: folder.path)
    let runner = try NgspiceRunner(timeLimitSeconds: 60)
    let printed = try runner.currents(of: names, inFolder: folder.path)
    #expect(worstDifference(printed, point.sourceAmperes) <= 1e-9)

    // The deck that ngspice ran gives the same answer here.
    let deck = try CoreDeck(contentsOf: folder.path + "/core.sp")
    var again = try LinearOperatingPoint(analyzing: deck.circuit)
    try again.factorize()
    #expect(worstDifference(try again.solve().sourceAmperes, point.sourceAmperes) <= 1e-10)
    #expect(deck.header.expected.map(\.amperes) == point.sourceAmperes)
  }

  /// ngspice replaces a junction below −3 nVt by a cubic that is off by up to 0.4 % of the
  /// saturation current, iterates to 1e-7, and has constants of its own; currents here are above a
  /// hundred saturation currents, so 1e-4 leaves room.
  @Test(
    .tags(.validation), .enabled(if: hasNgspice, "ngspice is not installed"), arguments: [0, 1, 2])
  func nonlinearCurrentsAgree(kind: Int) throws {
    let circuit = [
      selectorArray(side: 5, segmentOhms: 20), transistorArray(side: 5, segmentOhms: 20),
      mixture(),
    ][kind]
    var solver = try NewtonOperatingPoint(analyzing: circuit)
    let point = try solver.solve()
    let senses = Array(circuit.voltageSources.indices)
    let names = senses.map { circuit.name(of: circuit.voltageSources[$0].label) }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try SPICEWriter.write(circuit, header: DeckHeader(), sensing: senses, toFolder: folder.path)
    let runner = try NgspiceRunner(timeLimitSeconds: 60)
    let printed = try runner.currents(of: names, inFolder: folder.path)
    for (theirs, ours) in matched(printed, point.sourceAmperes) {
      #expect(abs(theirs - ours) <= 1e-4 * abs(ours) + 1e-15)
    }
    let deck = try CoreDeck(contentsOf: folder.path + "/core.sp")
    var again = try NewtonOperatingPoint(analyzing: deck.circuit)
    #expect(worstDifference(try again.solve().sourceAmperes, point.sourceAmperes) <= 1e-12)
  }

  /// Both polarities of MOSFET, a diode with an area, a drain a volt below its bulk, and a diode
  /// between nodes that are not known.
  private func mixture() -> Circuit {
    var circuit = Circuit(title: "mixture")
    let nodes = ["vdd", "in", "out", "low", "k"].map { circuit.addNode(circuit.label($0)) }
    let (vdd, input, out, low, k) = (nodes[0], nodes[1], nodes[2], nodes[3], nodes[4])
    circuit.addVoltageSource(circuit.label("vdd"), plus: vdd, minus: .ground, volts: 2)
    circuit.addVoltageSource(circuit.label("vin"), plus: input, minus: .ground, volts: 1.1)
    circuit.addVoltageSource(circuit.label("vlow"), plus: low, minus: .ground, volts: -1)
    let nmos = circuit.addMOSFETModel(
      circuit.label("nx"), polarity: .n, thresholdVolts: 0.5, transconductance: 2e-4,
      channelLengthModulation: 0.05)
    let pmos = circuit.addMOSFETModel(
      circuit.label("px"), polarity: .p, thresholdVolts: -0.6, transconductance: 1e-4,
      channelLengthModulation: 0.1)
    circuit.addMOSFET(
      circuit.label("m", 0), drain: out, gate: input, source: .ground, bulk: .ground, model: nmos,
      widthMeters: 1e-6, lengthMeters: 5e-7)
    circuit.addMOSFET(
      circuit.label("m", 1), drain: out, gate: input, source: vdd, bulk: vdd, model: pmos,
      widthMeters: 3e-6, lengthMeters: 5e-7)
    circuit.addMOSFET(
      circuit.label("m", 2), drain: low, gate: input, source: .ground, bulk: .ground, model: nmos,
      widthMeters: 1e-6, lengthMeters: 1e-6)
    let diode = circuit.addDiodeModel(
      circuit.label("dx"), saturationAmperes: 1e-12, emissionCoefficient: 1.5)
    circuit.addResistor(circuit.label("r", 0), out, k, ohms: 2e4)
    circuit.addDiode(circuit.label("d", 0), anode: k, cathode: low, model: diode, area: 3)
    // No diode has the model's own area: ngspice 39 finds no model where areas are bare numbers.
    circuit.addDiode(
      circuit.label("d", 1), anode: low, cathode: vdd, model: diode, area: 0.5)
    return circuit
  }
}
