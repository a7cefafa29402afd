import AnalogCore
import CrossbarArray
import Files
import Foundation
import NumericKernels
import TestSupport
import Testing
import Units

@testable import Experiments

@Suite struct ArrayFileTests {
  private let folder: TemporaryFolder
  private let cells = (0..<6).map { 0.1 + Double($0) }

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(cells, shape: [2, 3], to: "g.npy")
    try folder.write(cells.reversed(), shape: [2, 3], to: "gn.npy")
  }

  private func read(_ yaml: String) throws -> ArrayDescription {
    try ArrayFile.read(folder.write(yaml, to: "A.yaml"))
  }

  private func fault(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return "\(error)".replacingOccurrences(of: folder.path + "/", with: "")
    }
  }

  /// What both files leave unsaid is one technology; the first version of array files had its own.
  @Test(arguments: ["voltages", "gateBits"])
  func filesShareTheirDefaults(inputs: String) throws {
    let topology = inputs == "voltages" ? "voltageDriven" : "gateDriven"
    let array = try read("version: 2\ntopology: \(topology)\nconductances: g.npy\n")
    let hardware = try ExperimentSpec(
      yaml: "version: 1\nhardware: {inputs: \(inputs)}\n", file: "E.yaml"
    ).hardware
    var technology = array.technology
    // An experiment's read voltage belongs to its cells.
    technology.readVoltage = hardware.technology.readVoltage
    #expect(technology == hardware.technology)
    let first = try read("version: 1\ntopology: \(topology)\nconductances: g.npy\n")
    #expect(first.wires == WireParasitics() && first.ends == LineEnds())
    #expect(
      fault { _ = try read("version: 3\ntopology: \(topology)\nconductances: g.npy\n") }?
        .hasSuffix("version: 3 is unknown; versions 1 to 2 are read") == true)
  }

  /// The contract's file: every key with the value that the contract shows.
  @Test func everyKeyOfTheContractIsRead() throws {
    let array = try read(
      """
      version: 1
      topology: gateDriven
      conductances: g.npy
      negativeConductances: gn.npy
      pair: interleaved
      sourceLine: parallel
      wires:     {wordLineOhms: 1.5, bitLineOhms: 2.5, sourceLineOhms: 3.5}
      terminals: {wordLineDriverOhms: 4.5, bitLineSenseOhms: 5.5, sourceLineDriverOhms: 6.5}
      ends:      {wordLineDrive: both, bitLineSense: near, sourceLineDrive: far}
      readVolts: 0.2
      law: {model: linear}
      unused: {wordLines: 0, side: far, state: off}
      """)
    #expect(
      array
        == ArrayDescription(
          topology: .gateDriven(sourceLine: .parallel),
          conductances: Matrix(rows: 2, columns: 3, elements: cells),
          negativeConductances: Matrix(rows: 2, columns: 3, elements: cells.reversed()),
          pairing: .interleaved,
          wires: WireParasitics(
            wordLineSegment: 1.5.ohms, bitLineSegment: 2.5.ohms, sourceLineSegment: 3.5.ohms),
          terminals: TerminalResistances(
            wordLineDriver: 4.5.ohms, bitLineSense: 5.5.ohms, sourceLineDriver: 6.5.ohms),
          ends: LineEnds(wordLineDrive: .both, bitLineSense: .near, sourceLineDrive: .far),
          readVoltage: 0.2.volts))
  }

  @Test func absentKeysHaveTheContractsDefaults() throws {
    let array = try read("version: 1\ntopology: voltageDriven\nconductances: g.npy\n")
    #expect(
      array
        == ArrayDescription(
          topology: .voltageDriven, conductances: Matrix(rows: 2, columns: 3, elements: cells),
          ends: LineEnds(wordLineDrive: .near, bitLineSense: .far, sourceLineDrive: .near)))
  }

  @Test(arguments: [
    (
      "topolgy: gateDriven",
      "A.yaml:1: topology: required key is missing; is it 'topolgy' on line 3?"
    ),
    ("topology: gateDriven\nwire: {}", "A.yaml:4: wire: unknown key; did you mean wires?"),
    ("topology: sideways", "A.yaml:3: topology: 'sideways' is not an option"),
    (
      "topology: voltageDriven\nlaw: {model: sinh, scaleVolt: 1}",
      "A.yaml:4: law.scaleVolts: required key is missing; is it 'scaleVolt' on line 4?"
    ),
    (
      "topology: voltageDriven\nlaw: {model: transistor, gateVolts: 1, thresholdVolts: 0.4, "
        + "transconductance: 1e-4}",
      "A.yaml: law: transistor needs topology: gateDriven"
    ),
    (
      "topology: gateDriven\nlaw: {model: transistor, gateVolts: 0.3, thresholdVolts: 0.4, "
        + "transconductance: 1e-4}",
      "A.yaml: law.gateVolts is 0.3, not above law.thresholdVolts 0.4"
    ),
    (
      "topology: gateDriven\nunused: {wordLines: 2, state: floating, cellSiemens: 1}",
      "A.yaml: unused.state must be off in a gate-driven array"
    ),
    (
      "topology: voltageDriven\nunused: {wordLines: 2, state: grounded}",
      "A.yaml: unused.cellSiemens is 0, so that unused wordLines would do nothing"
    ),
    (
      "topology: voltageDriven\nunused: {wordLines: 2, state: held}",
      "A.yaml:4: unused.state.volts: required key is missing"
    ),
    (
      "topology: gateDriven\ndefects: d.csv",
      "A.yaml:4: defects: no such file: d.csv"
    ),
    (
      "topology: gateDriven\npair: interleaved",
      "A.yaml:4: pair: interleaved pairs need negativeConductances"
    ),
    ("topology: gateDriven\nreadVolts: 0", "A.yaml:4: readVolts: 0 is not above 0"),
    (
      "topology: voltageDriven\nlaw: linear\ncell: linear",
      "A.yaml:5: cell: is the earlier name of law, which is there too; keep law"
    ),
    (
      "topology: gateDriven\nwires: {bitLineOhms: 1e-300}",
      "A.yaml: wires.bitLineOhms is 1e-300; it must be 0 or between 1e-30 and 1e30"
    ),
  ])
  func faultIsNamed(body: String, message: String) {
    let found = fault { _ = try read("version: 1\nconductances: g.npy\n\(body)\n") }
    #expect(found?.contains(message) == true, "\(found ?? "accepted")")
  }

  @Test func missingConductancesAreNamed() {
    #expect(
      fault { _ = try read("version: 1\ntopology: gateDriven\nconductances: no.npy\n") }
        == "A.yaml:3: conductances: no such file: no.npy")
  }

  @Test(arguments: [Double.nan, -1, .infinity, 1e-40])
  func impossibleConductanceIsNamedWithItsIndex(value: Double) throws {
    var wrong = cells
    wrong[5] = value
    try folder.write(wrong, shape: [2, 3], to: "bad.npy")
    let head = "version: 1\ntopology: voltageDriven\n"
    let positive = fault { _ = try read(head + "conductances: bad.npy\n") }
    #expect(
      positive?.hasPrefix("A.yaml: conductances[1, 2] is \(value) S") == true, "\(positive ?? "")")
    let negative = fault {
      _ = try read(head + "conductances: g.npy\nnegativeConductances: bad.npy\n")
    }
    #expect(
      negative?.hasPrefix("A.yaml: negativeConductances[1, 2] is \(value) S") == true,
      "\(negative ?? "")")
  }

  @Test func wrongShapesAreNamed() throws {
    try folder.write(cells, shape: [6], to: "flat.npy")
    try folder.write(cells, shape: [3, 2], to: "turned.npy")
    try folder.write([], shape: [0, 3], to: "none.npy")
    let head = "version: 1\ntopology: voltageDriven\n"
    #expect(
      fault { _ = try read(head + "conductances: flat.npy\n") }
        == "flat.npy: has shape [6]; [wordLines, bitLines] is expected")
    #expect(
      fault { _ = try read(head + "conductances: none.npy\n") }
        == "none.npy: has shape [0, 3] and holds no values; [wordLines, bitLines] is expected")
    let pair = fault {
      _ = try read(head + "conductances: g.npy\nnegativeConductances: turned.npy\n")
    }
    #expect(pair?.hasPrefix("A.yaml: negativeConductances is 3 × 2, conductances is 2 × 3") == true)
  }

  @Test func inputsAreCheckedAgainstTheArray() throws {
    let head = "version: 1\nconductances: g.npy\n"
    let gates = try read(head + "topology: gateDriven\n")
    let volts = try read(head + "topology: voltageDriven\n")
    try folder.write([1, 0, 0, 0.5], shape: [2, 2], to: "half.npy")
    try folder.write([1, 0, .nan, 0], shape: [2, 2], to: "nan.npy")
    try folder.write([1, 0, 1], shape: [1, 3], to: "wide.npy")
    try folder.write([], shape: [0, 2], to: "none.npy")
    try folder.write([1, 0], shape: [2, 1, 1], to: "deep.npy")
    try folder.write([1, 0, 1], shape: [3], to: "long.npy")
    func inputFault(_ name: String, _ array: ArrayDescription) -> String? {
      fault { _ = try ArrayFile.readInputs(folder.file(name), for: array) }
    }
    #expect(
      inputFault("half.npy", gates)
        == "half.npy: input [1, 1] is 0.5; the gates of a gate-driven array take 0 or 1")
    #expect(inputFault("half.npy", volts) == nil)
    #expect(
      inputFault("nan.npy", volts)
        == "nan.npy: input [1, 0] is nan V; word-line voltages must be finite")
    #expect(inputFault("nan.npy", gates)?.hasPrefix("nan.npy: input [1, 0] is nan") == true)
    for array in [gates, volts] {
      #expect(
        inputFault("wide.npy", array) == "wide.npy: has 3 values per vector, the array 2 word lines"
      )
      #expect(
        inputFault("none.npy", array)
          == "none.npy: has shape [0, 2] and holds no values; [batch, wordLines] is expected")
      #expect(
        inputFault("deep.npy", array)
          == "deep.npy: has shape [2, 1, 1]; [batch, wordLines] is expected")
      #expect(
        inputFault("long.npy", array) == "long.npy: has 3 values per vector, the array 2 word lines"
      )
    }
  }

  /// One axis is one vector, whatever the numbers are stored as.
  @Test func oneVectorNeedsNoBatch() throws {
    let array = try read("version: 1\nconductances: g.npy\ntopology: voltageDriven\n")
    try folder.write([0.5, -1], shape: [2], to: "flat.npy")
    try folder.write([0.5, -1], shape: [1, 2], to: "batch.npy")
    for name in ["flat.npy", "batch.npy"] {
      guard case .volts(let found) = try ArrayFile.readInputs(folder.file(name), for: array) else {
        Issue.record("\(name) holds volts")
        continue
      }
      #expect(found.rows == 1 && found.elements == [0.5, -1])
    }
  }

  @Test func defectsAndUnusedLinesAreRead() throws {
    try folder.write(
      """
      # two faults of each sort
      kind,wordLine,bitLine,value,polarity
      stuck,1,2,2.5e-6,
      stuckOn,0,0,,negative
      stuckOff,0,1,,positive
      openCell,1,1,,
      shortedCell,1,0,12,
      openBitLine,2,1,,
      resistiveWordLine,0,3,1e3,negative
      shortedBitLines,1,0,50,

      """, to: "d.csv")
    let array = try read(
      """
      version: 1
      topology: voltageDriven
      conductances: g.npy
      negativeConductances: gn.npy
      cell: {model: selector, saturationAmperes: 1e-9, slopeVolts: 0.05}
      unused:
        wordLines: 3
        side: near
        state: {model: held, volts: -0.25}
        bitLines: 1
        bitLineState: floating
        cellSiemens: 0.5
      defects: d.csv
      """)
    #expect(array.law == .selector(.init(saturation: 1e-9.amperes, slope: 0.05.volts)))
    #expect(
      array.unused
        == UnusedLines(
          wordLines: .init(count: 3, side: .near, state: .held((-0.25).volts)),
          bitLines: .init(count: 1, side: .far, state: .floating), cellConductance: 0.5.siemens))
    #expect(
      array.defects == [
        ArrayDefect(.stuckCell(2.5e-6.siemens), wordLine: 1, bitLine: 2),
        ArrayDefect(.stuckCell(5.1.siemens), wordLine: 0, bitLine: 0, isNegative: true),
        ArrayDefect(.stuckCell(0.1.siemens), wordLine: 0, bitLine: 1),
        ArrayDefect(.openCell, wordLine: 1, bitLine: 1),
        ArrayDefect(.shortedCell(12.ohms), wordLine: 1, bitLine: 0),
        ArrayDefect(.openSegment(.bitLine), wordLine: 2, bitLine: 1),
        ArrayDefect(
          .resistiveSegment(.wordLine, 1e3.ohms), wordLine: 0, bitLine: 3, isNegative: true),
        ArrayDefect(.shortedLines(.bitLine, 50.ohms), wordLine: 1, bitLine: 0),
      ])
  }

  @Test(arguments: [
    ("kind,row,column\n", "d.csv:1: the first line must be kind,wordLine,bitLine,value"),
    ("", "d.csv: has no line of column names"),
    (
      "kind,wordLine,bitLine,value\nopenCel,0,0,\n",
      "d.csv:2: 'openCel' is no kind of defect; did you mean openCell?"
    ),
    ("kind,wordLine,bitLine,value\nstuck,0,0,\n", "d.csv:2: stuck needs a value in siemens"),
    ("kind,wordLine,bitLine,value\nopenCell,0,0,1\n", "d.csv:2: openCell takes no value"),
    ("kind,wordLine,bitLine,value\nopenCell,0,x,\n", "d.csv:2: wordLine and bitLine must be whole"),
    ("kind,wordLine,bitLine,value\nopenCell,0,\n", "d.csv:2: has 3 fields, the first line 4"),
    (
      "kind,wordLine,bitLine,value\nopenCell,2,0,\n",
      "A.yaml: open cell [2, 0]: there is no such place; the last one of that kind is [1, 2]"
    ),
    (
      "kind,wordLine,bitLine,value\nopenCell,1,0,\nstuckOn,1,0,\n",
      "A.yaml: defects contradict each other: open cell [1, 0]; cell [1, 0] stuck at 5.1 S"
    ),
    (
      "kind,wordLine,bitLine,value\nopenWordLine,0,0,\n",
      "A.yaml: open word line before [0, 0]: the word lines of a gate-driven array carry no current"
    ),
    (
      "kind,wordLine,bitLine,value\nresistiveBitLine,0,0,-3\n",
      "A.yaml: -3.0 Ω in the bit line before [0, 0]: a resistance is between"
    ),
  ])
  func wrongDefectIsNamed(text: String, message: String) throws {
    try folder.write(text, to: "d.csv")
    let found = fault {
      _ = try read(
        "version: 1\ntopology: gateDriven\nconductances: g.npy\ndefects: d.csv\n")
    }
    #expect(found?.hasPrefix(message) == true, "\(found ?? "accepted")")
  }

  /// Separate pairs become `[2, batch, bitLines]`, everything else stays `[batch, outputs]`.
  @Test func currentsKeepTheContractsShape() throws {
    var array = try read("version: 1\ntopology: voltageDriven\nconductances: g.npy\n")
    let single = Matrix(rows: 2, columns: 3) { Double(10 * $0 + $1) }
    let plain = try NPYFile(ArrayFile.encode(single, of: array), path: "I")
    #expect(plain.shape == [2, 3] && plain.doubles == single.elements)
    array.negativeConductances = array.conductances
    let double = Matrix(rows: 2, columns: 6) { Double(10 * $0 + $1) }
    let pairs = try NPYFile(ArrayFile.encode(double, of: array), path: "I")
    #expect(pairs.shape == [2, 2, 3])
    #expect(pairs.doubles == [0, 1, 2, 10, 11, 12, 3, 4, 5, 13, 14, 15])
  }

  private static let table = """
    # a measured cell
    volts,relativeCurrent
    -1,-3
    0,0
    0.5, 0.6
    1,3
    """

  @Test(arguments: ["", "\u{FEFF}"]) func measuredCurvesAreRead(mark: String) throws {
    try folder.write(
      mark + Self.table.replacingOccurrences(of: "# a measured cell\n", with: ""), to: "iv.csv")
    let array = try read(
      """
      version: 1
      topology: voltageDriven
      conductances: g.npy
      law: {model: table, file: iv.csv}
      """)
    #expect(
      array.law
        == .table(try TableLaw(volts: [-1, 0, 0.5, 1], relativeCurrents: [-3, 0, 0.6, 3])))
  }

  @Test(arguments: [
    ("0,0", "0,zero", "iv.csv:4: 'zero' is not a finite number"),
    ("0,0", "0", "iv.csv:4: has 1 fields; two are expected"),
    (
      "volts,relativeCurrent", "volts,amperes",
      "iv.csv:2: the first line must be volts,relativeCurrent, or volts and the conductances of two "
        + "or more states in siemens; it is 'volts,amperes'"
    ),
    (
      "volts,relativeCurrent", "volts,1e-6",
      "iv.csv:2: the first line must be volts,relativeCurrent, or volts and the conductances of two "
        + "or more states in siemens; it is 'volts,1e-6'"
    ),
    (
      "volts,relativeCurrent", "volts,1e-6,high",
      "iv.csv:2: the first line must be volts,relativeCurrent, or volts and the conductances of two "
        + "or more states in siemens; it is 'volts,1e-6,high'"
    ),
    ("volts,relativeCurrent", "volts,1e-6,2e-6", "iv.csv:3: has 2 fields; 3 are expected"),
    (
      "1,3", "1,0.5",
      "iv.csv: law: table must rise in voltage and current; (0.5, 0.6) is followed by (1.0, 0.5)"
    ),
  ])
  func badCurvesAreNamed(original: String, replacement: String, message: String) throws {
    let lines = Self.table.split(separator: "\n").map { $0 == original ? replacement : String($0) }
    try folder.write(lines.joined(separator: "\n"), to: "iv.csv")
    let found = fault {
      _ = try read(
        "version: 1\ntopology: voltageDriven\nconductances: g.npy\n"
          + "law: {model: table, file: iv.csv}\n")
    }
    #expect(found == "A.yaml:4: law.file: \(message)")
  }
}
