import Files
import Foundation
import TestSupport
import Testing

/// Files hold what their extension says, or the option is refused before any work is done.
@Suite struct FileArgumentTests {
  private static let wires =
    "wires: {wordLineOhms: 1e-2, bitLineOhms: 2e-2, bitLineFarads: 1e-12}"

  private func succeed(_ arguments: [String], in folder: TemporaryFolder) throws {
    let outcome = try Program.run(arguments, in: folder)
    #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
  }

  private func csv(_ folder: TemporaryFolder, _ name: String) throws -> [[String]] {
    try String(contentsOfFile: folder.file(name), encoding: .utf8).split(separator: "\n")
      .map { $0.split(separator: ",").map(String.init) }
  }

  /// CSV holds the bits of the `.npy` file, one line per input vector.
  @Test(arguments: ["", "negativeConductances: gn.npy\n"])
  func csvHoldsTheNumbersOfNPY(pairs: String) throws {
    let folder = try Workspace.make()
    try folder.write(
      Workspace.array("voltageDriven", pairs + Self.wires), to: "W.yaml")
    try folder.write((0..<12).map { Double($0) / 12 }, shape: [2, 6], to: "two.npy")
    for name in ["I.npy", "I.csv"] {
      try succeed(["mvm", "W.yaml", "--inputs", "two.npy", "--out", name], in: folder)
      let times = "s." + name.dropFirst(2)
      try succeed(["settle", "W.yaml", "--input", "two.npy", "--out", times], in: folder)
    }
    let outputs = (0..<5).map { "bitLine\($0)" }
    let headings = outputs + (pairs.isEmpty ? [] : (0..<5).map { "negativeBitLine\($0)" })
    let rows = try csv(folder, "I.csv")
    #expect(rows[0] == headings.map { $0 + "Amperes" } && rows.count == 3)
    let halves = headings.count / 5
    let amperes = try NPYFile(contentsOf: folder.file("I.npy")).doubles
    for vector in 0..<2 {
      var expected: [Double] = []
      for half in 0..<halves {
        let start: Int = (half * 2 + vector) * 5
        expected += amperes[start..<start + 5]
      }
      #expect(rows[1 + vector].compactMap(Double.init) == expected)
    }
    let seconds = try csv(folder, "s.csv")
    #expect(seconds[0] == headings.map { $0 + "Seconds" } && seconds.count == 2)
    #expect(
      seconds[1].compactMap(Double.init) == (try NPYFile(contentsOf: folder.file("s.npy")).doubles))
  }

  @Test(
    .tags(.validation),
    .enabled(if: Program.finds("rsvg-convert"), "rsvg-convert is not installed"))
  func pngIsPNG() throws {
    let folder = try Workspace.make()
    try folder.write(Workspace.array("voltageDriven", Self.wires), to: "W.yaml")
    try succeed(
      ["mvm", "W.yaml", "--inputs", "volts.npy", "--out", "I.npy", "--figure", "m.PNG"], in: folder)
    try succeed(
      ["settle", "W.yaml", "--input", "volts.npy", "--figure", "s.png"], in: folder)
    for name in ["m.PNG", "s.png"] {
      let bytes = Array(try FileContents.read(folder.file(name)))
      #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
      // The header's width, big-endian at byte 16.
      #expect(bytes[16..<20].reduce(0) { $0 << 8 | Int($1) } == 1320)
    }
  }

  /// Row 1 of a batch is drawn as it is drawn alone, and not as row 0.
  @Test(.tags(.validation))
  func figureOfARowIsThatOfTheRowAlone() throws {
    let folder = try Workspace.make()
    try folder.write(Workspace.array("voltageDriven", Self.wires), to: "W.yaml")
    let volts = (0..<12).map { Double(($0 * 7) % 12) / 12 }
    try folder.write(volts, shape: [2, 6], to: "two.npy")
    try folder.write(Array(volts[6...]), shape: [1, 6], to: "second.npy")
    func figure(_ inputs: String, row: String) throws -> Data {
      try succeed(
        [
          "mvm", "W.yaml", "--inputs", inputs, "--out", "I.npy", "--figure", "F.svg", "--row", row,
          "--path", "cholmod",
        ], in: folder)
      return try FileContents.read(folder.file("F.svg"))
    }
    let second = try figure("two.npy", row: "1")
    #expect(try second == figure("second.npy", row: "0"))
    #expect(try second != figure("two.npy", row: "0"))
  }

  @Test(arguments: [
    (["mvm", "A.yaml", "--inputs", "volts.npy", "--out", "new/I.txt"], ".npy or .csv, not .txt"),
    (
      ["mvm", "A.yaml", "--inputs", "volts.npy", "--out", "new/I.npy", "--figure", "new/f.pdf"],
      "'--figure <figure>': the file has to be .svg or .png, not .pdf"
    ),
    (
      ["mvm", "A.yaml", "--inputs", "volts.npy", "--out", "new/I.npy", "--voltages", "new/v.csv"],
      ".npy, not .csv"
    ),
    (["settle", "A.yaml", "--input", "volts.npy", "--out", "new/s.svg"], ".npy or .csv, not .svg"),
    (["settle", "A.yaml", "--input", "volts.npy", "--figure", "new/s.npy"], ".svg or .png"),
    (["solve", "d.sp", "--raw", "new/d.csv"], ".raw, not .csv"),
    (["solve", "d.sp", "--csv", "new/d.raw"], ".csv, not .raw"),
    (["calibrate", "E.yaml", "--csv", "new/c.npy"], ".csv, not .npy"),
    (["infer", "E.yaml", "--out", "new/r.json"], "a folder is asked for, and .json is the name"),
    (["demo", "--out", "new/r.html"], "a folder is asked for"),
    (["compare", "A.yaml", "--out", "new/e.csv"], "a folder is asked for"),
    (["compare", "A.yaml", "--dump", "new/e.npy"], "a folder is asked for"),
    (["netlist", "A.yaml", "--input", "volts.npy", "--out", "new/d.csv"], "a folder is asked for"),
    (
      ["netlist", "--experiment", "E.yaml", "--layer", "conv1", "--array", "new/a.yaml"],
      "a folder is asked for"
    ),
  ])
  func otherExtensionsAreRefusedUpFront(arguments: [String], message: String) throws {
    let folder = try Workspace.make()
    let before = folder.contents
    let outcome = try Program.run(arguments, in: folder)
    #expect(outcome.status == 64 && outcome.errors.contains(message), "\(outcome.errors)")
    #expect(folder.contents == before)
  }

  @Test func demoKeepsAnExperimentThatWasEdited() throws {
    let folder = try Workspace.make()
    let edited = "version: 1\nstudy: {bitLineOhms: [1]}\n"
    try folder.write(edited, to: "demo/E.yaml")
    let outcome = try Program.run(["demo", "--limit", "1"], in: folder)
    #expect(outcome.status == 1)
    #expect(
      outcome.errors.contains(
        "demo/E.yaml: is not the demonstration's, and is kept as it is; run it with "
          + "`tilespice infer demo/E.yaml`"), "\(outcome.errors)")
    #expect(
      try String(contentsOfFile: folder.file("demo/E.yaml"), encoding: .utf8) == edited)
    #expect(folder.contents.filter { $0.hasPrefix("demo/") } == ["demo/E.yaml"])
  }

  @Test(arguments: [
    (["infr", "E.yaml"], "unknown command 'infr'; did you mean 'infer'?"),
    (["help", "verfy"], "unknown command 'verfy'; did you mean 'verify'?"),
    (["simulate"], "unknown command 'simulate'; there are demo, infer, inspect, mvm,"),
    (["infer", "E.yaml", "--limt", "3"], "Unknown option '--limt'. Did you mean '--limit'?"),
  ])
  func misspelledWordsAreCorrected(arguments: [String], message: String) throws {
    let outcome = try Program.run(arguments, in: Workspace.make())
    #expect(outcome.status == 64 && outcome.errors.contains(message), "\(outcome.errors)")
    #expect(!outcome.errors.contains("manual"))
  }
}
