import Files
import Foundation
import TestSupport
import Testing

/// Configuration files as the commands take and refuse them.
@Suite struct ConfigurationCommandTests {
  @Test func allFaultsOfAFileArePrinted() throws {
    let folder = try Workspace.make()
    try folder.write("version: 1\nseed: -1\npath: exat\ncompensation: {gains: row}\n", to: "F.yaml")
    let run = try Program.run(["infer", "F.yaml"], in: folder)
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(
      run.errors == """
        Error: 3 faults
        F.yaml:2:7: seed: -1 is below 0
        F.yaml:3:7: path: 'exat' is not an option; did you mean exact? options: ideal, exact, \
        cholmod, klu, calibrated, auto
        F.yaml:4:23: compensation.gains: 'row' is not an option; options: none, layer, column

        """)
    try folder.write("version: 1\nseed: -1\n", to: "F.yaml")
    let one = try Program.run(["infer", "F.yaml"], in: folder)
    #expect(one.errors == "Error: F.yaml:2: seed: -1 is below 0\n")
  }

  /// `infer --hardware isaac` is `hardware: isaac` in the file, and the results say so.
  @Test func inferTakesAPresetByName() throws {
    let folder = try TemporaryFolder()
    try folder.write("version: 1\nselection: {limit: 1}\nauditVectors: 0\n", to: "E.yaml")
    try folder.write(
      "version: 1\nselection: {limit: 1}\nauditVectors: 0\nhardware: isaac\n", to: "I.yaml")
    for (file, out, more) in [("E.yaml", "a", ["--hardware", "isaac"]), ("I.yaml", "b", [])] {
      let outcome = try Program.run(
        ["infer", file, "--path", "ideal", "--quiet", "--logits", "--out", out] + more, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    for name in ["logits.csv", "images.csv"] {
      #expect(
        try FileContents.read(folder.file("a/\(name)"))
          == FileContents.read(folder.file("b/\(name)")))
    }
    let unknown = try Program.run(["infer", "E.yaml", "--hardware", "isac"], in: folder)
    #expect(unknown.status == 1 && unknown.errors.contains("isaac"), "\(unknown.errors)")
  }

  @Test func inspectTakesAPresetByName() throws {
    let folder = try Workspace.make()
    try FileContents.write(Workspace.network(), to: folder.file("n.onnx"))
    let named = try Program.run(["inspect", "n.onnx", "--hardware", "isaac"], in: folder)
    try folder.write(
      "version: 1\nnetwork: {model: onnx, file: n.onnx}\nhardware: isaac\n", to: "P.yaml")
    let written = try Program.run(["inspect", "P.yaml"], in: folder)
    #expect(named.status == 0 && named.output == written.output)
    let unknown = try Program.run(["inspect", "n.onnx", "--hardware", "isac"], in: folder)
    #expect(unknown.status == 1)
    #expect(
      unknown.errors
        == "Error: --hardware isac: hardware.preset: 'isac' is no preset; did you mean isaac? "
        + "presets: isaac, paper-a, paper-b, paper-c, paper-d, paper-e, prime, sonos\n")
  }

  @Test func referencePrintsOneSection() throws {
    let folder = try Workspace.make()
    let part = try Program.run(["reference", "hardware"], in: folder)
    #expect(part.status == 0)
    #expect(part.output.hasPrefix("# Experiment files (E.yaml): `hardware`\n"))
    let unknown = try Program.run(["reference", "hardwear"], in: folder)
    #expect(unknown.status == 1 && unknown.output.isEmpty)
    #expect(
      unknown.errors.hasPrefix("Error: 'hardwear' is no page and no section of one; did you mean"))
  }

  /// A run that is refused after its arrays were programmed has written nothing.
  @Test func lateRefusalLeavesNothingBehind() throws {
    let folder = try Workspace.make()
    try folder.write(
      "version: 1\nauditVectors: 0\nhardware: {converter: {model: uniform, range: "
        + "{model: calibrated, percent: 1e-9}}}\noutputs: {folder: out}\n", to: "L.yaml")
    let before = folder.contents
    let run = try Program.run(["infer", "L.yaml", "--limit", "2", "--quiet"], in: folder)
    #expect(run.status == 1 && run.errors.contains("covers nothing but zeros"))
    #expect(!run.errors.contains("partial.jsonl"))
    #expect(folder.contents == before)
  }
}
