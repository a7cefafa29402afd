import AnalogCore
import Configuration
import CrossbarArray
import Files
import Foundation
import Inference
import NumericKernels
import TestSupport
import Testing
import Units

@testable import Experiments

/// The key `hardware.law`: what it means, and what is refused before anything is programmed.
@Suite struct LawConfigurationTests {
  private static let transistor =
    "{model: transistor, gateVolts: 1.2, thresholdVolts: 0.4, transconductance: 2e-4}"

  private func fault(_ hardware: String, rest: String = "", file: String = "E.yaml") -> String {
    do throws(ConfigurationError) {
      _ = try ExperimentSpec(
        yaml: "version: 1\nhardware: \(hardware)\n\(rest)\n", file: file)
      return "accepted"
    } catch {
      return error.description
    }
  }

  /// Laws are those of array files; a layer inherits the experiment's and may change it.
  @Test func lawsAreRead() throws {
    let spec = try ExperimentSpec(
      yaml: """
        version: 1
        hardware: {law: \(Self.transistor), cell: {levels: conductance, onOffRatio: 100}}
        layers:
          conv1: {hardware: {cell: {levels: current}}}
          conv2: {hardware: {law: {model: sinh, scaleVolts: 0.2}}}
          fc1: {hardware: {law: linear}}
          fc2:
            hardware:
              law: {model: transistor, gateVolts: 1.2, thresholdVolts: 0.4, transconductance: 2e-4,
                    bodyEffect: 0.5, surfacePotentialVolts: 0.7, bulkVolts: -0.1}
        """, file: "E.yaml")
    let law = CellLaw.transistor(
      TransistorLaw(gate: 1.2.volts, threshold: 0.4.volts, transconductance: 2e-4))
    #expect(spec.hardware.law == law && spec.hardware.cell.levels == .conductance)
    let conv1 = spec.layers["conv1"]?.hardware
    #expect(conv1?.law == law && conv1?.cell.levels == .current)
    let conv2 = spec.layers["conv2"]?.hardware
    #expect(conv2?.law == .sinh(SinhLaw(scale: 0.2.volts)))
    #expect(conv2?.cell.levels == .conductance)
    #expect(spec.layers["fc1"]?.hardware?.law == .linear)
    #expect(
      spec.layers["fc2"]?.hardware?.law
        == .transistor(
          TransistorLaw(
            gate: 1.2.volts, threshold: 0.4.volts, transconductance: 2e-4, bodyEffect: 0.5,
            surfacePotential: 0.7.volts, bulk: -0.1.volts)))
    // What is printed reads as the same.
    let again = try ExperimentSpec(yaml: spec.resolvedYAML, file: "E.yaml")
    #expect(again.hardware == spec.hardware && again.layers == spec.layers)
    #expect(HardwareConfiguration().law == .linear)
  }

  @Test func curvesAreRead() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "volts,relativeCurrent\n-0.3,-0.5\n-0.1,-0.1\n0.1,0.1\n0.3,0.5\n", to: "iv.csv")
    let file = try folder.write(
      "version: 1\nhardware: {law: {model: table, file: iv.csv}}\n", to: "E.yaml")
    let spec = try ExperimentSpec(contentsOf: file)
    #expect(
      spec.hardware.law
        == .table(
          try TableLaw(volts: [-0.3, -0.1, 0.1, 0.3], relativeCurrents: [-0.5, -0.1, 0.1, 0.5])))
    // Not monotone; beyond the curve; no circuit.
    try folder.write("volts,relativeCurrent\n-0.3,-0.5\n0.1,0.2\n0.3,0.1\n", to: "bad.csv")
    func fault(_ body: String) throws -> String {
      try folder.write("version: 1\n\(body)\n", to: "F.yaml")
      do {
        _ = try ExperimentSpec(contentsOf: folder.file("F.yaml"))
        return "accepted"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      try fault("hardware: {law: {model: table, file: bad.csv}}").hasSuffix(
        "hardware.law.file: \(folder.file("bad.csv")): law: table must rise in voltage and current; "
          + "(0.1, 0.2) is followed by (0.3, 0.1)"))
    for inputs in ["gateBits", "voltages"] {
      #expect(
        try fault(
          "hardware: {inputs: \(inputs), cell: {readVolts: 0.4}, law: {model: table, file: iv.csv}}"
        ).hasSuffix(
          "hardware.law: cells see 0.4 V, but the curve of law: table is known to 0.3 V only"))
    }
    // Voltages of both signs span twice as much.
    #expect(
      try fault(
        "hardware: {cell: {readVolts: 0.2}, law: {model: table, file: iv.csv}, "
          + "inputs: {model: voltages, signs: differential}}"
      ).hasSuffix(
        "hardware.law: cells see 0.4 V, but the curve of law: table is known to 0.3 V only"))
    #expect(
      try fault(
        "hardware: {cell: {readVolts: 0.2}, law: {model: table, file: iv.csv}, "
          + "mapping: {model: differentialPair, subtraction: inArray}}"
      ).hasSuffix(
        "hardware.law: cells see 0.4 V, but the curve of law: table is known to 0.3 V only"))
  }

  @Test(arguments: [
    (
      "{law: \(transistor), inputs: voltages}",
      "E.yaml:2: hardware.law: transistor takes the word line as its gate, and inputs: voltages drives "
        + "cells through it; take gateBits, or law: linear for cells whose gates are all on"
    ),
    (
      "{law: {model: sinh, scaleVolts: -0.1}, inputs: voltages}",
      "E.yaml:2: hardware.law.scaleVolts: "
    ),
    (
      "{law: {model: transistor, gateVolts: 0.3, thresholdVolts: 0.4, transconductance: 1e-4}}",
      "E.yaml:2: hardware.law: law.gateVolts is 0.3, not above law.thresholdVolts 0.4: a selected "
        + "cell would not conduct"
    ),
    (
      "{law: {model: transistor, gateVolts: 0.3, thresholdVolts: -0.1, transconductance: 1e-4}}",
      "E.yaml:2: hardware.law: law.thresholdVolts is -0.1: cells whose gates are off, at 0 V, would "
        + "conduct"
    ),
    (
      "{law: {model: transistor, gateVolts: 1, thresholdVolts: 0.4, transconductance: 1e-4, "
        + "bodyEffect: 0.5, bulkVolts: 0.1}}",
      "E.yaml:2: hardware.law: law.bulkVolts is 0.1"
    ),
    (
      "{law: {model: transistor, gateVolts: 1, thresholdVolts: 0.4, transconductance: 1e-4, "
        + "bodyEffect: 0.5, bulkVolts: -5}}",
      "E.yaml:2: hardware.law: law.gateVolts is 1.0, not above law.thresholdVolts 0.4, which the body "
        + "effect raises to 1.19"
    ),
    (
      "{law: {model: transistor, gateVolts: 1, thresholdVolts: 0.4, transconductance: 1e-4, "
        + "bodyEffect: -0.5}}",
      "E.yaml:2: hardware.law.bodyEffect: "
    ),
    (
      "{law: {model: transistor, gateVolts: 1, thresholdVolts: 0.4, transconductance: 1e-4, "
        + "surfacePotentialVolts: 0}}",
      "E.yaml:2: hardware.law.surfacePotentialVolts: "
    ),
    (
      "{law: \(transistor), inputs: {model: gateBits, signs: differential}}",
      "E.yaml:2: hardware.law: transistor has other currents at the opposite voltage, so that signs: "
        + "differential is not supported; take split"
    ),
    (
      "{law: {model: sinh, scaleVolts: 1e-5}}",
      "E.yaml:2: hardware.law: a cell carries inf A when it is on, "
    ),
    ("{law: {model: sinh}}", "E.yaml:2: hardware.law.scaleVolts: required key is missing"),
    ("{law: diode}", "E.yaml:2: hardware.law: 'diode' is "),
  ])
  func badLawIsRefusedByKey(hardware: String, message: String) {
    #expect(fault(hardware).hasPrefix(message), "\(fault(hardware))")
  }

  /// A column for each state: read, printed and read again; states that the cells would need and the
  /// file does not have are refused.
  @Test func curvesOfStatesAreRead() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "volts,1e-6,4e-6,16e-6\n-0.3,-0.5,-0.4,-0.35\n0.3,0.5,0.4,0.35\n", to: "iv.csv")
    func spec(_ hardware: String) throws -> ExperimentSpec {
      let file = try folder.write("version: 1\nhardware: {\(hardware)}\n", to: "E.yaml")
      return try ExperimentSpec(contentsOf: file)
    }
    let law = "law: {model: table, file: iv.csv}"
    let found = try spec("\(law), cell: {onConductanceSiemens: 16e-6, onOffRatio: 16}")
    #expect(
      found.hardware.law
        == .table(
          try TableLaw(
            volts: [-0.3, 0.3], stateSiemens: [1e-6, 4e-6, 16e-6],
            relativeCurrents: [[-0.5, 0.5], [-0.4, 0.4], [-0.35, 0.35]])))
    let again = try ExperimentSpec(yaml: found.resolvedYAML, file: folder.file("F.yaml"))
    #expect(again.hardware == found.hardware)
    for (cell, text) in [
      ("onConductanceSiemens: 17e-6, onOffRatio: 10", "1.7e-05"),
      ("onConductanceSiemens: 1e-3", "0.001"),
    ] {
      let error = #expect(throws: ConfigurationError.self) { try spec("\(law), cell: {\(cell)}") }
      let message = error.map { "\($0)" } ?? ""
      #expect(
        message.contains(
          "E.yaml:2: hardware.law: cells hold ")
          && message.contains(
            "but law: table has no state of \(text) S: the curves of law: table reach to 1.6e-05 S"),
        "\(message)")
    }
  }

  /// Paths that have no model of the cells are refused before anything is programmed.
  @Test func pathsWithoutAModelAreRefused() async throws {
    let folder = try TemporaryFolder()
    try folder.write("volts,relativeCurrent\n-0.3,-0.5\n0.3,0.5\n", to: "iv.csv")
    func fault(_ body: String) async throws -> String {
      let file = try folder.write("version: 1\n\(body)\n", to: "E.yaml")
      do {
        _ = try await ExperimentRunner(ExperimentSpec(contentsOf: file), limit: 1, width: 1)
        return "accepted"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      try await fault("path: calibrated\nhardware: {law: \(Self.transistor)}").contains(
        "law: no fitted model covers transistor here, since the crossing ladder covers gate-driven "
          + "arrays with resistive crossing source lines"))
    let table = "hardware: {law: {model: table, file: iv.csv}"
    #expect(
      try await fault("path: klu\n\(table)}").contains(
        "law: path klu factorizes circuits, and law: table has no element"))
    #expect(
      try await fault("\(table), ends: {bitLineSense: both}}").contains(
        "law: table is solved by the nonlinear ladder alone, but the nonlinear ladder does not cover "
          + "ends.bitLineSense: both"))
    #expect(try await fault("\(table), sourceLine: crossing}") == "accepted")
    #expect(try await fault("\(table), inputs: voltages}") == "accepted")
    #expect(try await fault("\(table)}") == "accepted")
    #expect(try await fault("path: ideal\n\(table), ends: {bitLineSense: both}}") == "accepted")
  }
}

/// Cells of compiled Verilog-A in files of experiments and arrays.
@Suite(.enabled(if: VerilogA.isPresent, "openvaf-r is not on the search path"))
struct CompactLawConfigurationTests {
  private func spec(_ law: String, in folder: TemporaryFolder) throws -> ExperimentSpec {
    let file = try folder.write("version: 1\nhardware: {law: \(law)}\n", to: "E.yaml")
    return try ExperimentSpec(contentsOf: file)
  }

  @Test func compiledCellsAreRead() throws {
    let folder = try TemporaryFolder()
    let compiled = try VerilogA.compiled(VerilogA.sinhCell)
    let law = "{model: compact, file: '\(compiled)', parameters: {v0: 0.1}}"
    let found = try spec(law, in: folder)
    guard case .compact(let cell) = found.hardware.law else {
      Issue.record("\(found.hardware.law.keyword)")
      return
    }
    #expect(cell.cell.states?.parameters == ["G"] && cell.tabulationError <= 1e-6)
    #expect(abs(found.hardware.law.amperes(0.2, siemens: 1e-5) / 3.626860407847019e-6 - 1) <= 1e-7)
    let again = try ExperimentSpec(yaml: found.resolvedYAML, file: folder.file("F.yaml"))
    #expect(again.hardware == found.hardware)
    let other = try spec(law.replacing("0.1", with: "0.2"), in: folder)
    #expect(other.hardware.law != found.hardware.law)
  }

  /// A table of parameters is part of what is computed, wherever it lies.
  @Test func tablesAreRead() throws {
    let folder = try TemporaryFolder()
    let compiled = try VerilogA.compiled(VerilogA.sinhCell)
    try folder.write("siemens,G,v0\n1e-7,1e-7,0.1\n1e-3,1e-3,0.1\n", to: "states.csv")
    try folder.write("siemens,v0,G\n1e-7,0.1,1e-7\n1e-3,0.1,1e-3\n", to: "same.csv")
    try folder.write("siemens,G,v0\n1e-7,1e-7,0.1\n1e-3,1e-3,0.2\n", to: "other.csv")
    func law(_ map: String) -> String {
      "{model: compact, file: '\(compiled)', parameterMap: \(map)}"
    }
    let found = try spec(law("states.csv"), in: folder)
    guard case .compact(let cell) = found.hardware.law else {
      Issue.record("\(found.hardware.law.keyword)")
      return
    }
    #expect(cell.siemens == 1e-7...1e-3)
    #expect(abs(found.hardware.law.amperes(0.2, siemens: 1e-5) / 3.626860407847019e-6 - 1) <= 1e-7)
    #expect(try spec(law("same.csv"), in: folder).hardware == found.hardware)
    #expect(try spec(law("other.csv"), in: folder).hardware != found.hardware)
    let logarithmic = law("other.csv").replacing("}", with: ", logarithmicMap: true}")
    #expect(
      try spec(logarithmic, in: folder).hardware != spec(law("other.csv"), in: folder).hardware)
    let again = try ExperimentSpec(yaml: found.resolvedYAML, file: folder.file("F.yaml"))
    #expect(again.hardware == found.hardware)
    // The results' key is of the file's contents.
    let before = try found.resolvedValue.contentText {
      try ContentHash(FileContents.read($0)).hexadecimal
    }
    try folder.write("siemens,G,v0\n1e-7,1e-7,0.1\n1e-3,1e-3,0.3\n", to: "states.csv")
    let after = try spec(law("states.csv"), in: folder).resolvedValue
      .contentText { try ContentHash(FileContents.read($0)).hexadecimal }
    #expect(before != after)
  }

  @Test(arguments: [
    ("file: none.osdi", "law.file: "), ("file: text.osdi", "law.file: "),
    ("file: CELL, module: other", "law.file: "),
    ("file: CELL, parameters: {v0: 0}", "law.parameters: module sinh_cell refuses the value of v0"),
    ("file: CELL, parameters: {v1: 1}", "did you mean 'v0'?"),
    ("file: CELL, parameters: {v0: x}", "law.parameters.v0: "),
    ("file: CELL, conductanceParameter: H", "law.conductanceParameter: "),
    ("file: CELL, gateVolts: 1", "law.gateVolts: the cell has no gate"),
    ("file: CELL, leastSiemens: 1e-3, mostSiemens: 1e-4", "law.leastSiemens: "),
    ("file: CELL, access: {file: CELL}, gateVolts: 1", "law.access.file: "),
    ("file: CELL, scaleVolts: 1", "scaleVolts"),
    ("file: CELL, parameterMap: none.csv", "law.parameterMap: "),
    ("file: CELL, logarithmicMap: true", "law.logarithmicMap: has no effect without parameterMap"),
    (
      "file: CELL, parameterMap: states.csv, conductanceParameter: G",
      "law.conductanceParameter: has no effect beside parameterMap"
    ),
    (
      "file: CELL, parameterMap: states.csv, leastSiemens: 1e-9",
      "law.leastSiemens: 1e-09 S is no state: law.parameterMap, "
    ),
    ("file: CELL, parameterMap: states.csv, mostSiemens: 1e-9", "law.mostSiemens: "),
    ("file: CELL, parameterMap: names.csv", "names.csv:2: module sinh_cell has no parameter v1"),
    ("file: CELL, parameterMap: zero.csv", "zero.csv:3: module sinh_cell refuses the value of v0"),
    ("file: CELL, parameterMap: order.csv", "order.csv:4: conductances must increase"),
    ("file: CELL, parameterMap: short.csv", "short.csv:3: has 2 fields; 3 are expected"),
    ("file: CELL, parameterMap: header.csv", "header.csv:1: the first line must be siemens"),
    ("file: CELL, parameterMap: number.csv", "number.csv:2: 'x' is not a finite number"),
    // Cells of 16 µS are none of the table's.
    ("file: CELL, parameterMap: narrow.csv", "narrow.csv, has states from 1e-07 to 5e-06 S"),
  ])
  func faultsNameTheirKey(keys: String, message: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("no shared object", to: "text.osdi")
    for (name, text) in [
      ("states.csv", "siemens,G,v0\n1e-7,1e-7,0.1\n1e-3,1e-3,0.2\n"),
      ("names.csv", "# first\nsiemens,G,v1\n1e-7,1e-7,0.1\n1e-3,1e-3,0.2\n"),
      ("zero.csv", "siemens,G,v0\n1e-7,1e-7,0.1\n1e-3,1e-3,0\n"),
      ("order.csv", "siemens,G,v0\n\n1e-7,1e-7,0.1\n1e-7,1e-3,0.1\n"),
      ("short.csv", "siemens,G,v0\n1e-7,1e-7,0.1\n1e-3,1e-3\n"),
      ("header.csv", "G,v0\n1e-7,0.1\n1e-3,0.2\n"),
      ("number.csv", "siemens,G\nx,0.1\n1e-3,0.2\n"),
      ("narrow.csv", "siemens,G\n1e-7,1e-7\n5e-6,5e-6\n"),
    ] { try folder.write(text, to: name) }
    let compiled = try VerilogA.compiled(VerilogA.sinhCell)
    let law = "{model: compact, \(keys.replacing("CELL", with: "'\(compiled)'"))}"
    do {
      _ = try spec(law, in: folder)
      Issue.record("accepted")
    } catch {
      #expect("\(error)".contains(message), "\(error)")
      #expect("\(error)".contains("E.yaml:2:"), "\(error)")
    }
  }

  private static let channel = """
    module channel(d, g, s);
      inout d, g, s; electrical d, g, s;
      parameter real beta = 1e-4 from (0:inf);
      analog I(d, s) <+ beta * max(V(g) - V(s) - 0.4, 0) * V(d, s);
    endmodule
    """

  /// Saved arrays of compiled cells hold their modules and tables, and are the same array.
  @Test(arguments: [
    "conductanceParameter: G, maximumVolts: 0.4",
    "parameters: {v0: 0.125}, leastSiemens: 3e-8",
    "parameterMap: states.csv", "parameterMap: states.csv, logarithmicMap: true",
    "parameterMap: states.csv, gateVolts: 1.2, access: {file: 'ACCESS', parameterMap: beta.csv}",
    "gateVolts: 1.2, access: {file: 'ACCESS', parameters: {beta: 2e-4}}",
  ])
  func arraysAreSaved(keys: String) throws {
    let origin = try TemporaryFolder()
    try origin.write("siemens,G,v0\n1e-7,1e-7,0.1\n3.3e-6,4e-6,0.2\n", to: "states.csv")
    try origin.write("siemens,beta\n1e-7,1e-4\n1e-4,2e-4\n", to: "beta.csv")
    let values = (0..<6).map { 1e-6 * Double(1 + $0) / 3 }
    try origin.write(values, shape: [3, 2], to: "g.npy")
    let access = try VerilogA.compiled(Self.channel)
    let file = try origin.write(
      """
      version: 2
      topology: gateDriven
      conductances: g.npy
      readVolts: 0.2
      law: {model: compact, file: '\(VerilogA.compiled(VerilogA.sinhCell))', \
      \(keys.replacing("ACCESS", with: access))}
      """, to: "array.yaml")
    let array = try ArrayFile.read(file)
    let folder = try TemporaryFolder()
    let inputs = InputBatch.bits(BitMatrix(rows: 1, columns: 3) { _, k in k != 1 })
    let files = try ArrayFile.write(array, inputs: inputs, comments: [], to: folder.path)
    #expect(Set(files) == Set(folder.contents), "\(folder.contents)")
    let again = try ArrayFile.read(folder.file("array.yaml"))
    #expect(again == array)
    #expect(
      try CircuitArray(again).currents(inputs).amperes
        == CircuitArray(array).currents(inputs).amperes)
  }
}
