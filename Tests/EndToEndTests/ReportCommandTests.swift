import Files
import FoundationEssentials
import TestSupport
import Testing

/// `tilespice report`: the page again from stored results.
@Suite struct ReportCommandTests {
  private func results(_ yaml: String, _ folder: TemporaryFolder, out: String) throws {
    try folder.write("version: 1\n\(yaml)\n", to: "E.yaml")
    let outcome = try Program.run(
      ["infer", "E.yaml", "--limit", "4", "--quiet", "--out", out], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  /// The page of a run, written again from its results.json, has the same bytes; so has it from the
  /// folder.
  @Test func pageIsThatOfTheRun() throws {
    let folder = try Workspace.make()
    try results("study: {bitLineOhms: [1, 500]}", folder, out: "r")
    let page = try FileContents.read(folder.file("r/report.html"))
    for source in ["r", "r/results.json"] {
      let outcome = try Program.run(["report", source, "--out", "again.html"], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output == "Report: again.html\n")
      #expect(try FileContents.read(folder.file("again.html")) == page)
    }
  }

  /// Figures and their data lie in a folder beside the page.
  @Test func figuresAreFiles() throws {
    let folder = try Workspace.make()
    try results("study: {bitLineOhms: [1, 500]}", folder, out: "r")
    let outcome = try Program.run(
      ["report", "r", "--out", "p/page.html", "--figures", "svg"], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let files = folder.contents.filter { $0.hasPrefix("p/page-figures/") }
    #expect(files.contains("p/page-figures/01-accuracy-against-wire-resistance.svg"))
    #expect(files.contains("p/page-figures/01-accuracy-against-wire-resistance.csv"))
    #expect(files.count { $0.hasSuffix(".svg") } == files.count { $0.hasSuffix(".csv") })
    let words = outcome.output.split(separator: "\n").last ?? ""
    #expect(words == "\(files.count / 2) figures with data: p/page-figures")
  }

  /// Two runs that differ in a key are one report over that key.
  @Test func severalResultsAreOneStudy() throws {
    let folder = try Workspace.make()
    for bits in [2, 8] {
      try results("hardware: {converter: {model: uniform, bits: \(bits)}}", folder, out: "r\(bits)")
    }
    let outcome = try Program.run(["report", "r2", "r8", "--out", "all.html"], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let page = String(decoding: try FileContents.read(folder.file("all.html")), as: UTF8.self)
    #expect(page.contains("Accuracy against converter bits"))
    let twice = try Program.run(["report", "r2", "r2", "--out", "all.html"], in: folder)
    #expect(
      twice.status == 1
        && twice.errors.contains(
          "r2: has the settings of r2; results of one report differ in a key or in their study")
    )
  }

  @Test func whatIsNoReportIsRefused() throws {
    let folder = try Workspace.make()
    try folder.write("{\"formatVersion\": 2}", to: "old.json")
    try folder.write("{\"formatVersion\": 3, \"software\": \"x\"}", to: "part.json")
    try folder.write("[]", to: "list.json")
    for (arguments, status, text) in [
      (["none.json"], 1, "none.json"),
      (["old.json"], 1, "old.json: has format version 2, this program reads 3"),
      (["part.json"], 1, "part.json: is no results.json: name is missing"),
      (["list.json"], 1, "list.json: is no results.json: it has no formatVersion"),
      (["r", "--out", "page.pdf"], 64, "--out is page.pdf; the page has to be a .html file"),
      (["r", "--figures", "gif"], 64, "--figures is gif; there are svg, png and pdf"),
    ] as [([String], Int32, String)] {
      let outcome = try Program.run(["report"] + arguments, in: folder)
      #expect(outcome.status == status, "\(arguments)")
      #expect(outcome.errors.contains(text), "\(outcome.errors)")
    }
  }
}
