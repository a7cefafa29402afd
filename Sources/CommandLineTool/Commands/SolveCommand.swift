import ArgumentParser
import CircuitSolver
import DeckRuns
import Files
import Foundation
import Netlist
import Reports
import SPICE

struct SolveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "solve",
    // As a root of its own, which looks for no requests of completion scripts.
    _superCommandName: "tilespice",
    abstract: "Solves a SPICE deck: what its analysis cards or its .control block ask for.",
    discussion: """
      Try `tilespice solve netlists/divider.sp`; the folder netlists has decks to learn from. \
      A deck with a .control block runs its commands, which print and write as they say; without \
      one, the cards .op, .dc, .ac and .tran are solved, and without any of these the operating \
      point. `tilespice reference deck` lists every card, element, function and command. \
      The table shows the vectors of .print and .save, or as many as there is room for, at up to \
      21 points. --raw writes every vector at every point as ngspice does, one plot per analysis, \
      for ngspice (load), gaw, spicelib and others; --csv writes one file per analysis, named \
      OUT.op.csv, OUT.dc.csv and so on where there are several. \
      Each .step card adds a loop, the first the innermost. Steps of sources, resistors and temp \
      around .op and .dc make one longer sweep of each; other steps run the whole deck again, \
      which gives a plot per analysis and step, named "step 2 of 3: r=2000.0", a line per \
      measurement and step, and files OUT.tran.csv, OUT.tran2.csv and so on in the order of the \
      steps. .dc takes parameters as well, and .dc, .ac and .step take tables (.data). What a deck \
      asks for and this program does not follow is an error with file, line and column. \
      --ignore-unsupported makes it a warning where outputs, analyses and options are concerned. \
      --leave-out-elements does so for elements, models and parameters as well, which makes the \
      deck another circuit: the exit status is then 3.
      """)

  @Argument(help: "The deck: DECK.sp.") var deck: String
  @Option(
    help: "Where to write all vectors as a SPICE raw file, .raw.", transform: FileArgument.raw)
  var raw: FileArgument?
  @Flag(help: "Write the raw file as text.") var ascii = false
  @Option(help: "Where to write all vectors as CSV, .csv.", transform: FileArgument.csv)
  var csv: FileArgument?
  @Flag(help: "Pass over outputs, analyses and options that this program does not follow.")
  var ignoreUnsupported = false
  @Flag(help: "Leave out elements and parameters as well: another circuit, exit status 3.")
  var leaveOutElements = false
  @Option(
    help: ArgumentHelp(
      """
      Folder of compiled Verilog-A, .osdi, for Q, J, Z and M beyond level 1 and for .model cards that \
      name a module; may be given several times.
      """,
      valueName: "folder"))
  var models: [String] = []
  @Flag(help: "Refuse decks that name compiled models: their files are native code.")
  var noNative = false
  @Flag(help: "Print no table.") var quiet = false

  func validate() throws {
    if noNative, !models.isEmpty {
      throw ValidationError("--no-native refuses what --models offers")
    }
    if ascii, raw == nil { throw ValidationError("--ascii goes with --raw") }
  }

  func run() throws {
    let clock = ContinuousClock()
    let start = clock.now
    var reader = DeckReader(
      passingOver: leaveOutElements ? .elements : ignoreUnsupported ? .outputs : .none)
    for folder in models {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
        isFolder.boolValue
      else { throw ValidationError("--models: \(folder) is no folder") }
    }
    reader.modelFolders = models
    if noNative { reader.nativeModels = .forbidden }
    let session = try reader.open(URL(fileURLWithPath: deck))
    Warnings.print(session.deck.warnings.map(\.description))
    let readTime = clock.now
    let results = try DeckRun(session, deckName: deck) { [quiet] in
      if !quiet { Console.print($0, terminator: "") }
    }
    Warnings.print(results.warnings)
    let done = clock.now
    let files = try results.files + write(results.plots)
    Console.print("deck       \(session.deck.circuit.title)")
    Console.print(
      "time       \(NumberFormat.seconds((readTime - start) / .seconds(1))) to read, "
        + "\(NumberFormat.seconds((done - readTime) / .seconds(1))) to solve")
    if !files.isEmpty { Console.print("files      \(files.joined(separator: ", "))") }
    if !quiet {
      for (plot, names) in zip(results.plots, results.shown) { printTable(of: plot, names) }
      printTable(of: results.measurements)
    }
    guard session.deck.warnings.allSatisfy({ !$0.reason.changesCircuit }) else {
      throw ExitCode(3)
    }
  }

  /// The command that `arguments` of the program are, found without the others, which takes half the
  /// time: a twentieth of what a deck of 64 × 64 cells takes. `nil` if they are none, or not right:
  /// then the whole program says what is wrong.
  static func alone(_ arguments: [String]) -> SolveCommand? {
    guard arguments.first == "solve" else { return nil }
    return try? parseAsRoot(Array(arguments.dropFirst())) as? SolveCommand
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

  private func printTable(of plot: Plot, _ names: [String]?) {
    guard let names else { return }
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
