import FoundationEssentials
import TestSupport
import Testing

/// Networks whose arrays are driven by voltages, from the file to the deck of a tile.
@Suite struct VoltageInputTests {
  /// Ideal parts reproduce the integers whatever drives the arrays, and the run ends with its audit.
  @Test(arguments: ["ideal", "exact"])
  func inferRunsToTheEnd(path: String) throws {
    let folder = try Workspace.make()
    try folder.write(
      """
      version: 1
      hardware: {inputs: voltages, wires: {bitLineOhms: 0}, converter: fullPrecision}
      outputs: {folder: results}
      """, to: "V.yaml")
    let outcome = try Program.run(
      ["infer", "V.yaml", "--limit", "5", "--quiet", "--path", path], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("circuits per tile factorized"))
    let results = folder.contents.filter { $0.hasPrefix("results/") }
    #expect(
      results == [
        "results/confusion.csv", "results/images.csv", "results/outputs.csv", "results/report.html",
        "results/results.json",
      ])
    let confusion = try String(
      contentsOfFile: folder.file("results/confusion.csv"), encoding: .utf8)
    let predictions = confusion.split(separator: "\n").dropFirst()
    #expect(!predictions.isEmpty)
    for line in predictions {
      let fields = line.split(separator: ",")
      #expect(fields[1] == fields[2], "a prediction differs from int8: \(line)")
    }
    let page = try String(contentsOfFile: folder.file("results/report.html"), encoding: .utf8)
    #expect(page.contains("Voltage between word line and bit line"))
  }

  /// A tile driven by voltages becomes a deck whose currents another solver confirms.
  @Test func tileBecomesADeck() throws {
    let folder = try Workspace.make()
    try folder.write(
      "version: 1\nhardware: {inputs: {model: voltages, sliceBits: 3}}\n", to: "V.yaml")
    let written = try Program.run(
      [
        "netlist", "--experiment", "V.yaml", "--layer", "conv2", "--row", "3", "--crop", "16",
        "--out", "deck",
      ], in: folder)
    #expect(written.status == 0, "\(written.errors)")
    #expect(written.output.contains("16 × 16 voltageDriven"))
    let judged = try Program.run(["verify", "deck", "--with", "builtin"], in: folder)
    #expect(judged.output.contains("verdict    agrees"), "\(judged.errors)")
  }
}
