import ArgumentParser
import Experiments
import Files
import Foundation
import Reports
import Sweeps

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes the report of results again, and its figures as files, without running.",
    discussion: """
      RESULTS are results.json files, folders that hold one, or the folder of one sweep, whose axes \
      are those of the report. Of several results, the axes are the keys in which their configurations \
      differ, and the points of their studies; those that differ in their seed alone are taken \
      together, with intervals of their mean. They have to be of the same images.

      --figures writes every figure of the page, with its data as CSV, into a folder beside it: \
      report.html gives report-figures. png and pdf take the program rsvg-convert.
      """)

  @Argument(help: ArgumentHelp("Results of runs.", valueName: "results"))
  var results: [String]
  @Option(help: "The page to write: .html.") var out = "report.html"
  @Option(
    help: ArgumentHelp(
      "Formats of figures to write as files: svg, png, pdf, separated by commas.",
      valueName: "formats"))
  var figures: String?

  func validate() throws {
    guard !results.isEmpty else { throw ValidationError("name at least one results.json") }
    guard URL(fileURLWithPath: out).pathExtension.lowercased() == "html" else {
      throw ValidationError("--out is \(out); the page has to be a .html file")
    }
    _ = try formats()
  }

  private func formats() throws -> [DrawingFile.Format] {
    try (figures ?? "").split(separator: ",").map { word in
      guard let format = DrawingFile.Format(rawValue: String(word)) else {
        throw ValidationError("--figures is \(figures ?? ""); there are svg, png and pdf")
      }
      return format
    }
  }

  /// The results named, or those of a sweep.
  private func study() throws -> ReportedStudy {
    func isSweep(_ path: String) -> Bool {
      FileManager.default.fileExists(atPath: SweepFolder(path).planFile)
    }
    guard let sweep = results.first(where: { isSweep($0) }) else {
      return try ReportedStudy(
        files: results.map { (path: $0, record: try ExperimentRecord(contentsOf: $0)) })
    }
    guard results.count == 1 else {
      throw ValidationError("\(sweep) is the folder of a sweep, which makes a report alone")
    }
    let merge = try SweepMerge(SweepFolder(sweep))
    let keys = merge.record.axes.map(\.key)
    let runs = try merge.record.records(folder: sweep)
    guard !runs.isEmpty else {
      throw FileError(path: sweep, reason: "no point of the sweep has results yet")
    }
    var study = ReportedStudy(
      name: merge.record.name,
      points: runs.map { run in
        (keys.compactMap { key in run.settings[key].map { (key, $0) } }, run.record)
      })
    study.missing = merge.missing
    return study
  }

  func run() throws {
    let formats = try formats()
    let drawing = DrawingFile()
    try drawing.check(formats)
    let page = StudyPage(try study())
    try FileContents.write(page.html, to: out)
    Console.print("Report: \(out)")
    guard !formats.isEmpty else { return }
    let folder = URL(fileURLWithPath: out).deletingPathExtension().relativePath + "-figures"
    let figures = page.figures
    for (name, figure) in figures {
      try FileContents.write(figure.csv, to: "\(folder)/\(name).csv")
      for format in formats {
        try drawing.write(figure, to: "\(folder)/\(name).\(format.rawValue)", as: format)
      }
    }
    Console.print("\(NumberFormat.count(figures.count, "figure")) with data: \(folder)")
  }
}
