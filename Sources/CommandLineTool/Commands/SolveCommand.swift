import ArgumentParser
import CircuitSolver
import Files
import Foundation
import Netlist
import Reports
import SPICE

struct SolveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "solve",
    abstract: "Solves a SPICE deck: what its .op, .dc, .ac and .tran cards ask for.",
    discussion: """
      Try `tilespice solve netlists/divider.sp`; the folder netlists has decks to learn from. \
      The table shows the vectors of .print and .save, or as many as there is room for, at up to \
      21 points. --raw writes every vector at every point as ngspice does, one plot per analysis, \
      for ngspice (load), gaw, spicelib and others; --csv writes one file per analysis, named \
      OUT.op.csv, OUT.dc.csv and so on where there are several. \
      Each .step card adds a loop, the first the innermost. Steps of sources, resistors and temp \
      around .op and .dc make one longer sweep of each; other steps run the whole deck again, \
      which gives a plot per analysis and step, named "step 2 of 3: r=2000.0", a line per \
      measurement and step, and files OUT.tran.csv, OUT.tran2.csv and so on in the order of the \
      steps. .dc takes parameters as well, and .dc, .ac and .step take tables (.data). What a deck asks for and this \
      program does not follow is an error with file, line and column, unless --ignore-unsupported \
      turns it into a warning.
      """)

  @Argument(help: "The deck: DECK.sp.") var deck: String
  @Option(
    help: "Where to write all vectors as a SPICE raw file, .raw.", transform: FileArgument.raw)
  var raw: FileArgument?
  @Flag(help: "Write the raw file as text.") var ascii = false
  @Option(help: "Where to write all vectors as CSV, .csv.", transform: FileArgument.csv)
  var csv: FileArgument?
  @Flag(help: "Pass over cards and parameters that this program does not follow.")
  var ignoreUnsupported = false
  @Flag(help: "Print no table.") var quiet = false

  func validate() throws {
    if ascii, raw == nil { throw ValidationError("--ascii goes with --raw") }
  }

  func run() async throws {
    let clock = ContinuousClock()
    let start = clock.now
    let read = try DeckReader(ignoresUnsupported: ignoreUnsupported).read(
      URL(fileURLWithPath: deck))
    Warnings.print(read.warnings.map(\.description))
    guard !read.analyses.isEmpty else {
      throw CommandFailure("\(deck): asks for no analysis; add .op, .dc, .ac or .tran")
    }
    let readTime = clock.now
    let results = try simulate(read)
    let done = clock.now
    let files = try write(results.plots)
    Console.print("deck       \(read.circuit.title)")
    Console.print(
      "time       \(NumberFormat.seconds((readTime - start) / .seconds(1))) to read, "
        + "\(NumberFormat.seconds((done - readTime) / .seconds(1))) to solve")
    if !files.isEmpty { Console.print("files      \(files.joined(separator: ", "))") }
    guard !quiet else { return }
    for plot in results.plots { printTable(of: plot, read) }
    printTable(of: results.measurements)
  }

  private func simulate(_ read: SimulationDeck) throws -> CircuitSimulation.Results {
    do throws(CircuitError) {
      return try CircuitSimulation(read).run()
    } catch {
      throw CommandFailure("\(deck): \(error)")
    }
  }

  /// Writes the requested files; returns their paths.
  private func write(_ plots: [Plot]) throws -> [String] {
    var files: [String] = []
    if let raw {
      try RawFileWriter.write(plots, as: ascii ? .ascii : .binary, to: raw.path)
      files.append(raw.path)
    }
    if let csv {
      for (plot, path) in zip(plots, Plot.csvPaths(for: plots, path: csv.path)) {
        try FileContents.write(plot.csv, to: path)
        files.append(path)
      }
    }
    return files
  }

  private func printTable(of plot: Plot, _ deck: SimulationDeck) {
    let names = deck.outputs.filter { $0.analysis == nil || $0.analysis == plot.analysisKind }
      .map(\.name)
    let table = plot.table(showing: names)
    let points = plot.pointCount == 1 ? "one point" : "\(plot.pointCount) points"
    Console.print("\n\(plot.name), \(points), \(plot.variables.count) vectors\n")
    Console.print(table.text, terminator: "")
  }

  private func printTable(of measurements: [MeasuredValue]) {
    guard !measurements.isEmpty else { return }
    let hasSteps = measurements.contains { $0.step != nil }
    var columns: [Table.Column] = [.text("measured"), .text("analysis")]
    if hasSteps { columns.append(.text("step")) }
    columns.append(.number("value"))
    let rows = measurements.map { measured in
      var row = [measured.name, measured.analysis.rawValue]
      if hasSteps { row.append(measured.step ?? "") }
      row.append(
        measured.value.map { NumberFormat.significant($0, digits: 7) } ?? "does not happen")
      return row
    }
    let table = Table(columns, rows: rows)
    Console.print("\n" + table.text, terminator: "")
  }
}
