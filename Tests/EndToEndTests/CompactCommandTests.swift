import Experiments
import Files
import Foundation
import TestSupport
import Testing

/// Decks of compiled Verilog-A on the command line.
@Suite struct CompactCommandTests {
  private static let deck = """
    A cell of Verilog-A
    .hdl "cell.va"
    v1 a 0 0.2
    n1 a 0 cell g=1e-5
    .model cell sinh_cell v0=0.05
    .op
    .end

    """
  private static let cell =
    "`include \"disciplines.vams\"\n`include \"constants.vams\"\n" + VerilogA.sinhCell + "\n"

  @Test func nativeCodeIsRefused() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.deck, to: "cell.sp")
    try folder.write(Self.cell, to: "cell.va")
    let outcome = try Program.run(["solve", "cell.sp", "--no-native"], in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("cell.sp:2:6: "))
    #expect(outcome.errors.contains("native code"))
    let missing = try Program.run(["solve", "cell.sp", "--models", "none"], in: folder)
    #expect(missing.status == 64 && missing.errors.contains("none is no folder"))
  }

  @Test func withoutCompilerItIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.deck, to: "cell.sp")
    try folder.write(Self.cell, to: "cell.va")
    let outcome = try Program.shell(
      "OPENVAF= PATH=/none $TILESPICE solve cell.sp", in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("openvaf-r"))
  }

  @Test(.enabled(if: VerilogA.isPresent, "openvaf-r is not on the search path"))
  func verilogIsCompiledAndSolved() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.deck, to: "cell.sp")
    try folder.write(Self.cell, to: "cell.va")
    let compiler = try #require(VerilogA.compilerPath)
    for _ in 0..<2 {
      let outcome = try Program.shell(
        "$TILESPICE solve cell.sp --csv cell.csv", in: folder,
        environment: ["OPENVAF": compiler, "XDG_CACHE_HOME": folder.file("cache")])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let lines = try String(contentsOfFile: folder.file("cell.csv"), encoding: .utf8)
        .split(separator: "\n")
      let values = lines.last?.split(separator: ",").compactMap { Double($0) } ?? []
      #expect(abs((values.last ?? 0) + 1.3644958598563876e-05) < 1e-17, "\(lines)")
    }
    #expect(folder.contents.filter { $0.hasSuffix(".osdi") }.count == 1)
  }
}

/// Arrays of compiled cells on the command line.
@Suite(.enabled(if: VerilogA.isPresent, "openvaf-r is not on the search path"))
struct CompactArrayCommandTests {
  private func environment(_ folder: TemporaryFolder) throws -> [String: String] {
    let compiler = try #require(VerilogA.compilerPath)
    let tools = URL(fileURLWithPath: compiler).deletingLastPathComponent().path
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return [
      "OPENVAF": compiler, "XDG_CACHE_HOME": folder.file("cache"), "PATH": "\(path):\(tools)",
    ]
  }

  private func run(_ command: String, _ folder: TemporaryFolder) throws -> String {
    let outcome = try Program.shell(command, in: folder, environment: try environment(folder))
    #expect(outcome.status == 0, "\(command): \(outcome.errors)")
    return outcome.output
  }

  /// The compiled cell and the native law give the same currents; the deck is verified by our reader
  /// and by VACASK.
  @Test func arrayIsSolvedExportedAndVerified() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "`include \"disciplines.vams\"\n" + VerilogA.sinhCell + "\n", to: "cell.va")
    try folder.write([1e-5, 2e-5, 3e-6, 4e-6, 5e-6, 6e-5], shape: [2, 3], to: "g.npy")
    try folder.write([0.1, 0.25, 0.3, -0.2], shape: [2, 2], to: "x.npy")
    let rest = "wires: {wordLineOhms: 100, bitLineOhms: 200}\n"
    let head = "version: 1\ntopology: voltageDriven\nconductances: g.npy\n"
    try folder.write(
      head + "law: {model: compact, file: cell.va, parameters: {v0: 0.1}}\n" + rest, to: "C.yaml")
    try folder.write(head + "law: {model: sinh, scaleVolts: 0.1}\n" + rest, to: "N.yaml")
    for (path, bound) in [("klu", 1e-10), ("exact", 1e-6)] {
      let text = try run("$TILESPICE mvm C.yaml --inputs x.npy --out c.npy --path \(path)", folder)
      #expect(text.contains(path == "klu" ? "Newton over KLU" : "cells tabulated to"), "\(text)")
      _ = try run("$TILESPICE mvm N.yaml --inputs x.npy --out n.npy --path exact", folder)
      let (compact, native) = (try numbers("c.npy", folder), try numbers("n.npy", folder))
      #expect(compact.count == 6 && native.count == 6)
      for (a, b) in zip(compact, native) { #expect(abs(a - b) <= bound * abs(b), "\(path)") }
    }
    let written = try run("$TILESPICE netlist C.yaml --input x.npy --out deck", folder)
    #expect(written.contains("deck/run.vacask.sim, deck/sinh_cell.osdi"))
    #expect(!folder.contents.contains("deck/run.xyce.sp"))
    for judge in ["builtin", "vacask"] {
      let text = try run("$TILESPICE verify deck --with \(judge)", folder)
      #expect(text.contains("verdict    agrees"))
    }
    // Linear arrays go to VACASK too.
    try folder.write(head + rest, to: "L.yaml")
    _ = try run("$TILESPICE netlist L.yaml --input x.npy --out linear", folder)
    #expect(try run("$TILESPICE verify linear --with vacask", folder).contains("agrees"))
    // A core deck is read by others without running anything.
    let refused = try Program.shell(
      "$TILESPICE solve deck/core.sp --no-native", in: folder,
      environment: try environment(folder))
    #expect(refused.status == 1)
  }

  private func numbers(_ name: String, _ folder: TemporaryFolder) throws -> [Double] {
    try NPYFile(contentsOf: folder.file(name)).doubles
  }

  @Test func forgetfulCellsAreNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "`include \"disciplines.vams\"\n"
        + VerilogA.forgetful.replacing(
          "real x;", with: "parameter real G = 1e-5; real x;") + "\n", to: "cell.va")
    try folder.write([1e-5], shape: [1, 1], to: "g.npy")
    try folder.write([0.1], shape: [1, 1], to: "x.npy")
    try folder.write(
      "version: 1\ntopology: voltageDriven\nconductances: g.npy\n"
        + "law: {model: compact, file: cell.va}\n", to: "C.yaml")
    let outcome = try Program.shell(
      "$TILESPICE mvm C.yaml --inputs x.npy --out c.npy", in: folder,
      environment: try environment(folder))
    #expect(outcome.errors.contains("forgets its state"), "\(outcome.errors)")
  }

  /// The table of disturb per read follows the closed form of the memristor, and experiments read it.
  @Test func disturbIsATable() throws {
    let folder = try TemporaryFolder()
    let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../validation/compact").standardizedFileURL.path
    let text = try run(
      "python3 '\(scripts)/disturb.py' '\(scripts)/memristor.va' --volts 0.3 0.25 --reads 100 "
        + "--parameter rate=10 --spread rate=0.5 --out d.csv --check --program \"$TILESPICE\"",
      folder)
    #expect(text.contains("largest difference from the closed form: "), "\(text)")
    let file = try folder.write(
      "version: 1\nhardware: {cell: {onConductanceSiemens: 1e-4, onOffRatio: 100, readVolts: 0.26}, "
        + "errors: {programming: {model: stateProportional, alpha: 0.05}, "
        + "readDisturb: {model: table, file: d.csv, reads: 1000}}}\n", to: "E.yaml")
    #expect(try ExperimentSpec(contentsOf: file).resolvedYAML.contains("d.csv"))
    let rows = try String(contentsOfFile: folder.file("d.csv"), encoding: .utf8)
      .split(separator: "\n").dropFirst(3).map {
        $0.split(separator: ",").compactMap { Double($0) }
      }
    #expect(rows.count == 18 && rows.allSatisfy { $0.count == 4 })
    // w (1 − w) of the range, by rate · seconds · sinh(v / vs) with a log-normal rate of median 10.
    for row in rows {
      let w = (row[0] - 1e-6) / 9.9e-5
      let shift = 9.9e-5 * w * (1 - w) * 1e-6 * sinh(row[1] / 0.05)
      let (mean, square) = (exp(0.5 * 0.5 / 2), exp(0.5 * 0.5))
      let deviation = shift * mean * (square - 1).squareRoot()
      // A hundred reads move the state a little, and the transient has a tolerance.
      let slack = 0.03 * shift + 2e-12
      #expect(abs(row[2] - shift * mean) <= slack, "\(row)")
      #expect(abs(row[3] - deviation) <= 2 * slack, "\(row)")
    }
  }
}
