import Files
import Foundation
import TestSupport
import Testing

/// What every command does when all is well.
@Suite struct CommandTests {
  private func succeed(_ arguments: [String], in folder: TemporaryFolder) throws -> String {
    let outcome = try Program.run(arguments, in: folder)
    #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
    return outcome.output
  }

  struct Reference: CustomTestStringConvertible, Sendable {
    var name: String
    var array: String
    var inputs = "volts.npy"
    var paths = ["exact", "cholmod", "klu"]
    var amperes: [Double]

    var testDescription: String { name }
  }

  private static let wires = "wires: {wordLineOhms: 1e-3, bitLineOhms: 2e-3}"

  /// The contract's table, printed to ten decimals.
  static let references = [
    Reference(
      name: "no wires", array: Workspace.array("voltageDriven"),
      paths: ["ideal", "exact", "cholmod", "klu"],
      amperes: [1.5841666667, 1.6475, 1.885, 1.4258333333, 2.36]),
    Reference(
      name: "ideal path of a wired array", array: Workspace.array("voltageDriven", wires),
      paths: ["ideal"], amperes: [1.5841666667, 1.6475, 1.885, 1.4258333333, 2.36]),
    Reference(
      name: "voltageDriven", array: Workspace.array("voltageDriven", wires),
      amperes: [1.5628234801, 1.6106389670, 1.8498564745, 1.3935823354, 2.3096994156]),
    Reference(
      name: "gateDriven",
      array: Workspace.array("gateDriven", "wires: {bitLineOhms: 2e-3, sourceLineOhms: 1e-3}"),
      inputs: "bits.npy",
      amperes: [1.9728477671, 1.5089800284, 2.0680861757, 2.6123456890, 2.1635794157]),
    Reference(
      name: "interleaved",
      array: Workspace.array(
        "voltageDriven", "negativeConductances: gn.npy\npair: interleaved\n\(wires)"),
      amperes: [-0.2103637468, -0.2604269149, 0.4078845206, -0.4817700817, 0.3480518289]),
  ]

  @Test(arguments: references)
  func mvmReproducesTheReference(_ reference: Reference) throws {
    let folder = try Workspace.make()
    try folder.write(reference.array, to: "T.yaml")
    for path in reference.paths {
      let output = try succeed(
        ["mvm", "T.yaml", "--inputs", reference.inputs, "--out", "new/I.npy", "--path", path],
        in: folder)
      #expect(output.contains("method"))
      let currents = try NPYFile(contentsOf: folder.file("new/I.npy"))
      #expect(currents.shape == [1, 5])
      for (found, expected) in matched(currents.doubles, reference.amperes) {
        #expect((found - expected).magnitude <= 1e-10, "\(path): \(found) against \(expected)")
      }
    }
  }

  /// Pairs on lines of their own: `[2, batch, bitLines]`, each half what its matrix gives alone.
  @Test func separatePairsKeepTheirTwoHalves() throws {
    let folder = try Workspace.make()
    try folder.write([1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1], shape: [2, 6], to: "two.npy")
    let wires = "wires: {bitLineOhms: 0.1}"
    try folder.write(
      Workspace.array("gateDriven", "negativeConductances: gn.npy\n\(wires)"), to: "P.yaml")
    try folder.write(Workspace.array("gateDriven", wires), to: "plus.yaml")
    try folder.write(
      Workspace.array("gateDriven", wires).replacingOccurrences(of: "g.npy", with: "gn.npy"),
      to: "minus.yaml")
    for name in ["P", "plus", "minus"] {
      _ = try succeed(
        ["mvm", "\(name).yaml", "--inputs", "two.npy", "--out", "\(name).npy"], in: folder)
    }
    let pairs = try NPYFile(contentsOf: folder.file("P.npy"))
    let plus = try NPYFile(contentsOf: folder.file("plus.npy"))
    let minus = try NPYFile(contentsOf: folder.file("minus.npy"))
    #expect(pairs.shape == [2, 2, 5] && plus.shape == [2, 5] && minus.shape == [2, 5])
    #expect(pairs.doubles == plus.doubles + minus.doubles)
  }

  private static let deck = [
    "netlist", "--experiment", "E.yaml", "--layer", "conv2", "--tile", "1", "--crop", "32",
    "--out", "de ck",
  ]

  @Test(.tags(.validation), .enabled(if: Program.finds("ngspice"), "ngspice is not installed"))
  func ngspiceAgreesOnATileOfTheDigits() throws {
    let folder = try Workspace.make()
    _ = try succeed(Self.deck, in: folder)
    let output = try succeed(["verify", "de ck", "--with", "ngspice"], in: folder)
    #expect(output.contains("64 sensed currents") && output.contains("verdict    agrees"))
  }

  /// The built-in judge agrees with the deck as written, and with no other expected current.
  @Test func verifyComparesEveryCurrent() throws {
    let folder = try Workspace.make()
    _ = try succeed(Self.deck, in: folder)
    #expect(
      folder.contents.filter { $0.hasPrefix("de ck/") } == [
        "de ck/core.sp", "de ck/run.gnucap.sp", "de ck/run.hspice.sp", "de ck/run.ngspice.sp",
        "de ck/run.spectre.scs", "de ck/run.vacask.sim",
        "de ck/run.xyce.sp",
      ])
    let output = try succeed(["verify", "de ck", "--with", "builtin"], in: folder)
    #expect(output.contains("verdict    agrees"))

    let core = try String(contentsOfFile: folder.file("de ck/core.sp"), encoding: .utf8)
    let peak =
      core.split(separator: "\n").filter { $0.hasPrefix("* expected ") }
      .compactMap { Double($0.split(separator: " ")[3])?.magnitude }.max() ?? 0
    let line = try #require(core.split(separator: "\n").last { $0.hasPrefix("* expected ") })
    let fields = line.split(separator: " ")
    let expected = try #require(Double(fields[3]))
    // Twice the tolerance of 1e-6 in the last terminal only.
    let changed = "* expected \(fields[2]) \(expected + 2e-6 * peak)"
    try folder.write(core.replacingOccurrences(of: line, with: changed), to: "de ck/core.sp")
    let wrong = try Program.run(["verify", "de ck", "--with", "builtin"], in: folder)
    #expect(wrong.status == 1)
    #expect(wrong.errors.contains("differ by more than its tolerance"))
    #expect(wrong.output.contains(String(fields[2])) && !wrong.output.contains("agrees"))
  }

  /// The same experiment gives the same record, but for its times.
  @Test func inferRepeatsItself() throws {
    let folder = try Workspace.make()
    try folder.write(
      "version: 1\noutputs: {folder: kept/results}\n"
        + "hardware: {errors: {programming: {model: stateIndependent, alpha: 0.03}}}\n",
      to: "sub/E.yaml")
    _ = try succeed(["infer", "sub/E.yaml", "--limit", "30", "--threads", "2"], in: folder)
    let first = try record(folder, "sub/kept/results")
    _ = try succeed(["infer", "sub/E.yaml", "--limit", "30", "--threads", "2"], in: folder)
    #expect(try record(folder, "sub/kept/results") == first)
    _ = try succeed(
      ["infer", "sub/E.yaml", "--limit", "30", "--threads", "1", "--out", "o"], in: folder)
    let other = try record(folder, "o")
    #expect(other == first)
  }

  private func record(_ folder: TemporaryFolder, _ name: String) throws -> String {
    try Timeless.record(folder.file("\(name)/results.json"))
  }

  @Test func demoWritesItsExperimentAndItsResults() throws {
    let folder = try Workspace.make()
    let before = folder.contents
    let output = try succeed(["demo", "--limit", "20", "--quiet", "--out", "new/demo"], in: folder)
    let added = folder.contents.filter { !before.contains($0) }
    let names = [
      "E.yaml", "confusion.csv", "images.csv", "outputs.csv", "report.html", "results.json",
    ]
    #expect(added == ["new", "new/demo"] + names.map { "new/demo/\($0)" })
    for part in ["conv1", "dense", "exact: ladder", "R_segment", "report.html"] {
      #expect(output.contains(part), "no \(part)")
    }
    let images = try String(contentsOfFile: folder.file("new/demo/images.csv"), encoding: .utf8)
    #expect(images.split(separator: "\n").count == 21)
    // The experiment beside the results runs as it stands, from any folder.
    _ = try succeed(
      ["infer", "new/demo/E.yaml", "--limit", "2", "--quiet", "--path", "ideal"], in: folder)
    #expect(folder.contents.contains("new/demo/results/results.json"))
  }

  /// The files agree with each other and with the tables that are printed.
  @Test func infersKeepsEveryImage() throws {
    let folder = try Workspace.make()
    let output = try succeed(
      ["infer", "E.yaml", "--limit", "60", "--quiet", "--logits", "--out", "o"], in: folder)
    func rows(_ name: String) throws -> [[String]] {
      try String(contentsOfFile: folder.file("o/\(name)"), encoding: .utf8)
        .split(separator: "\n").map {
          $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }
    let images = try rows("images.csv")
    let header = images[0]
    #expect(images.count == 61 && images.allSatisfy { $0.count == header.count })
    func column(_ name: String) throws -> [String] {
      let place = try #require(header.firstIndex(of: name), "no \(name) in \(header)")
      return images.dropFirst().map { $0[place] }
    }
    #expect(try column("index") == (0..<60).map { "\($0)" })
    let (labels, digital) = (try column("label"), try column("int8"))
    let analog = try column("exact 1.0 Ω")
    let correct = zip(digital, labels).count { $0 == $1 }
    #expect(output.contains("\(correct)/60"))
    #expect(
      zip(digital, labels).map { $0 == $1 } == (try column("int8 label rank")).map { $0 == "1" })
    #expect(try column("exact 1.0 Ω flip") == zip(analog, digital).map { $0 == $1 ? "0" : "1" })
    #expect(
      try column("int8 top 5").map { $0.split(separator: " ").first.map(String.init) } == digital)

    let counted = try rows("confusion.csv").dropFirst().filter { $0[0] == "exact 1.0 Ω" }
    #expect(counted.reduce(0) { $0 + (Int($1[3]) ?? 0) } == 60)

    let logits = try rows("logits.csv")
    #expect(logits.count == 1 + 60 * 4 && logits[0].count == 12)
    let integer = logits.dropFirst().filter { $0[1] == "int8" }
    #expect(integer.count == 60)
    for (k, row) in integer.enumerated() {
      let values = row.dropFirst(2).compactMap { Float($0) }
      let largest = values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
      #expect("\(largest)" == digital[k])
    }
    let before = folder.contents
    let lost = try Program.run(["infer", "E.yaml", "--logits"], in: folder)
    #expect(lost.status == 64 && lost.errors.contains("--logits needs a results folder"))
    #expect(folder.contents == before)
  }

  @Test func inspectShowsTheHardwareItIsGiven() throws {
    let folder = try Workspace.make()
    try FileContents.write(Workspace.network(), to: folder.file("it's.onnx"))
    try folder.write("tile: {wordLines: 32}\nconverter: ideal\n", to: "H.yaml")
    let output = try succeed(
      ["inspect", "it's.onnx", "--hardware", "H.yaml", "--resolved"], in: folder)
    for part in [
      "4 layers on 19 tiles", "MaxPool", "wordLines: 32", "converter: ideal", "it's.onnx",
    ] {
      #expect(output.contains(part), "no \(part) in \(output)")
    }
    #expect(try succeed(["inspect", "E.yaml"], in: folder).contains("4 layers on 11 tiles"))
  }

  @Test(arguments: [
    ("demo", ["--limit", "--threads", "--out", "--quiet"]),
    (
      "infer",
      [
        "<experiment>", "--path", "--layer", "--limit", "--threads", "--out", "--logits",
        "--resume", "--restart",
        "--quiet", "status 130", "partial.jsonl",
      ]
    ),
    ("inspect", ["<network>", "--hardware", "--resolved"]),
    (
      "mvm",
      [
        "<array>", "--inputs", "--out", "--path", "ideal, exact, cholmod, klu", "--voltages",
        "--figure",
      ]
    ),
    (
      "netlist",
      [
        "<array>", "--input", "--row", "--experiment", "--layer", "--tile", "--point", "--crop",
        "--array", "--out",
      ]
    ),
    ("verify", ["<folder>", "--with", "ngspice, xyce, gnucap, vacask, builtin"]),
    (
      "settle",
      [
        "<array>", "--input", "--row", "--bits", "--full-scale-amperes", "--out", "--figure",
      ]
    ),
    (
      "solve",
      [
        "<deck>", "--raw", "--ascii", "--csv", "--ignore-unsupported", "--leave-out-elements",
        "--quiet", ".step",
      ]
    ),
    ("reference", ["<page>", "experiment, array"]),
  ])
  func helpNamesEveryArgument(command: String, arguments: [String]) throws {
    let folder = try Workspace.make()
    // Help is wrapped to the width of the terminal.
    let help = try succeed([command, "--help"], in: folder)
      .split { $0.isWhitespace }.joined(separator: " ")
    for argument in arguments { #expect(help.contains(argument), "no \(argument) in \(help)") }
    #expect(try succeed(["--help"], in: folder).contains("\n  \(command)"))
  }

  @Test func referencePrintsOnePageOrAll() throws {
    let folder = try Workspace.make()
    let experiment = try succeed(["reference", "experiment"], in: folder)
    let array = try succeed(["reference", "array"], in: folder)
    #expect(experiment.hasPrefix("# Experiment files") && array.hasPrefix("# Array files"))
    let deck = try succeed(["reference", "deck"], in: folder)
    #expect(deck.hasPrefix("# SPICE decks\n") && deck.contains("| `.tran step stop"))
    let results = try succeed(["reference", "results"], in: folder)
    let sweep = try succeed(["reference", "sweep"], in: folder)
    #expect(
      try succeed(["reference"], in: folder)
        == [experiment, array, results, sweep].joined(separator: "\n"))
  }
}
