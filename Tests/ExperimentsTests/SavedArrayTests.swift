import AnalogCore
import CrossbarArray
import Files
import Inference
import NumericKernels
import TestSupport
import Testing
import Units

@testable import Experiments

/// Arrays that are written as array files, from any description and from tiles of networks.
@Suite struct SavedArrayTests {
  private func saved(_ array: ArrayDescription, _ inputs: InputBatch) throws -> ArrayDescription {
    let folder = try TemporaryFolder()
    let files = try ArrayFile.write(
      array, inputs: inputs, comments: ["from: a test"], to: folder.path)
    #expect(Set(files) == Set(folder.contents))
    let again = try ArrayFile.readInputs(folder.file("inputs.npy"), for: array)
    #expect(again == inputs)
    return try ArrayFile.read(folder.file("array.yaml"))
  }

  private func array(_ topology: CellTopology) -> ArrayDescription {
    // Numbers without a short decimal text.
    var array = ArrayDescription(
      topology: topology,
      conductances: Matrix(rows: 3, columns: 4) { 1e-6 / Double(1 + $0 * 4 + $1) })
    array.negativeConductances = array.conductances.map { 1e-5 - 0.3 * $0 }
    array.wires = WireParasitics(
      wordLineSegment: (1.0 / 3).ohms, bitLineSegment: (2.0 / 3).ohms,
      sourceLineSegment: 1e-13.ohms)
    array.wires.wordLineCapacitance = Farads(1e-15 / 3)
    array.wires.bitLineCapacitance = Farads(2e-15 / 3)
    array.wires.sourceLineCapacitance = Farads(4e-15 / 3)
    array.terminals = TerminalResistances(
      wordLineDriver: (10.0 / 3).ohms, bitLineSense: (20.0 / 3).ohms,
      sourceLineDriver: (40.0 / 3).ohms)
    array.ends = LineEnds(wordLineDrive: .both, bitLineSense: .near, sourceLineDrive: .far)
    array.readVoltage = (0.1 / 3).volts
    return array
  }

  /// What is read is what was written, to the bit, for every kind of part that an array can have.
  @Test(arguments: [
    CellTopology.voltageDriven, .gateDriven(sourceLine: .parallel),
    .gateDriven(sourceLine: .crossing),
  ])
  func descriptionsSurvive(topology: CellTopology) throws {
    let isGated = topology != .voltageDriven
    let inputs = try InputBatch(
      Matrix(rows: 2, columns: 3) { isGated ? Double(($0 + $1) % 2) : Double($0 - $1) / 3 },
      for: topology)
    let plain = array(topology)
    var candidates = [plain]
    var other = plain
    other.negativeConductances = nil
    candidates.append(other)
    other = plain
    other.pairing = .interleaved
    candidates.append(other)
    var laws: [CellLaw] = [
      .sinh(SinhLaw(scale: (0.2 / 3).volts)),
      .selector(SelectorLaw(saturation: (1e-6 / 3).amperes, slope: (0.1 / 3).volts)),
      .table(
        try TableLaw(volts: [-0.5, -0.1 / 3, 0.1, 0.7], relativeCurrents: [-1, -0.1 / 7, 0.1, 2])),
      .table(
        try TableLaw(
          volts: [-0.5, -0.1 / 3, 0.1, 0.7], stateSiemens: [1e-8 / 3, 1e-6, 2e-5],
          relativeCurrents: [
            [-1, -0.1 / 7, 0.1, 2], [-1.1, -0.2 / 7, 0.2, 2.1], [-1, -0.1 / 7, 0.1, 2],
          ])),
    ]
    if isGated {
      laws.append(
        .transistor(
          TransistorLaw(
            gate: (4.0 / 3).volts, threshold: (1.0 / 3).volts, transconductance: 1e-4 / 3,
            channelLengthModulation: 0.1 / 3)))
      laws.append(
        .transistor(
          TransistorLaw(
            gate: (4.0 / 3).volts, threshold: (1.0 / 3).volts, transconductance: 1e-4 / 3,
            bodyEffect: 0.4 / 3, surfacePotential: (2.0 / 3).volts, bulk: (-1.0 / 3).volts)))
    }
    for law in laws {
      other = plain
      other.law = law
      candidates.append(other)
    }
    other = plain
    let states: [UnusedLines.State] =
      isGated ? [.off] : [.off, .grounded, .floating, .held((0.1 / 3).volts)]
    for state in states {
      other.unused.wordLines = UnusedLines.Group(count: 2, side: .near, state: state)
      other.unused.bitLines = UnusedLines.Group(count: 3, side: .far, state: .grounded)
      other.unused.cellConductance = (1e-6 / 3).siemens
      candidates.append(other)
    }
    let line: ArrayLineKind = isGated ? .sourceLine : .wordLine
    other = plain
    other.defects = [
      ArrayDefect(.stuckCell((1e-6 / 3).siemens), wordLine: 0, bitLine: 1),
      ArrayDefect(.openCell, wordLine: 1, bitLine: 1, isNegative: true),
      ArrayDefect(.shortedCell((1e4 / 3).ohms), wordLine: 2, bitLine: 2),
      ArrayDefect(.openSegment(.bitLine), wordLine: 1, bitLine: 0),
      ArrayDefect(.resistiveSegment(line, (100.0 / 3).ohms), wordLine: 1, bitLine: 1),
      ArrayDefect(.shortedLines(line, (1e3 / 3).ohms), wordLine: 1, bitLine: 1),
    ]
    candidates.append(other)
    for candidate in candidates {
      let again = try saved(candidate, inputs)
      #expect(again == candidate)
    }
  }

  /// Cells below zero, which errors without limits leave, are in no file; nothing is written.
  @Test func negativeConductancesAreRefused() throws {
    var array = array(.voltageDriven)
    array.conductances[1, 2] = -1e-6
    let folder = try TemporaryFolder()
    #expect(throws: FileError.self) {
      _ = try ArrayFile.write(
        array, inputs: .volts(Matrix(rows: 1, columns: 3, repeating: 0.1)), comments: [],
        to: folder.path)
    }
    #expect(folder.contents.isEmpty)
  }

  /// A tile's saved array has the currents of the tile in the network, law by law.
  @Test(arguments: [
    "law: {model: transistor, gateVolts: 1.0, thresholdVolts: 0.4, transconductance: 2e-4}",
    "law: {model: transistor, gateVolts: 1.0, thresholdVolts: 0.4, transconductance: 2e-4}, "
      + "sourceLine: crossing",
    "law: {model: selector, saturationAmperes: 1e-6, slopeVolts: 0.03}, sourceLine: crossing",
    "law: {model: transistor, gateVolts: 1.4, thresholdVolts: 0.4, transconductance: 2e-4, "
      + "bodyEffect: 0.5, bulkVolts: -0.2}",
    "law: {model: table, file: iv.csv}", "law: {model: sinh, scaleVolts: 0.05}, inputs: voltages",
    "law: {model: table, file: states.csv}, cell: {onOffRatio: 20}",
    "law: {model: table, file: states.csv}, cell: {onOffRatio: 20}, sourceLine: crossing",
    "sourceLine: crossing", "mapping: {model: differentialPair, subtraction: inArray}",
    "tile: {wordLines: 64, bitLines: 64, unusedWordLines: far}",
  ])
  func tilesAreSaved(hardware: String) async throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "volts,relativeCurrent\n-0.2,-0.3\n-0.1,-0.12\n-0.05,-0.052\n0.05,0.052\n0.1,0.12\n0.2,0.3\n",
      to: "iv.csv")
    // The ends of the cells' range and a state between.
    let on = HardwareConfiguration().cell.onConductance.value
    try folder.write(
      "volts,\(on / 25),\(on / 4),\(on)\n-0.2,-0.3,-0.28,-0.25\n-0.1,-0.12,-0.115,-0.11\n"
        + "0.1,0.12,0.115,0.11\n0.2,0.3,0.28,0.25\n", to: "states.csv")
    let hasSourceLines = hardware.contains("crossing")
    let file = try folder.write(
      """
      version: 1
      path: exact
      hardware: {\(hardware), wires: {bitLineOhms: 60\(hasSourceLines ? ", sourceLineOhms: 30" : "")}}
      """, to: "E.yaml")
    let exported = try await ExportedArray(
      experiment: file, layer: "conv2", tile: 1, row: 4, point: nil, crop: nil)
    let files = try exported.writeArray(to: folder.file("saved"))
    #expect(files.last == "array.yaml")
    let array = try ArrayFile.read(folder.file("saved/array.yaml"))
    let inputs = try ArrayFile.readInputs(folder.file("saved/inputs.npy"), for: array)
    #expect(inputs.count == 5 && inputs.vector(4) == exported.input)

    let runner = try await ExperimentRunner(
      ExperimentSpec(contentsOf: file), limit: 1, width: 1)
    let network = try await runner.network(at: 0)
    let layer = try #require(network.layers.first { $0.name == "conv2" })
    let tile = layer.matrix.tiles[1]
    #expect(tile.model.description == array)
    let expected = try tile.model.currents(inputs).amperes.elements
    let found = try ExactMethod.model(of: array).currents(inputs).amperes.elements
    // A network may choose another exact method for its many vectors.
    #expect(relativeDifference(found, expected) < 1e-9 && expected.contains { $0 != 0 })
  }
}
