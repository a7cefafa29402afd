import ArgumentParser
import CrossbarArray
import Experiments
import Foundation
import NumericKernels
import Reports

struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares models of wire resistance with the circuit: errors, bias, cost, figures.",
    discussion: """
      Takes an ARRAY.yaml, or an E.yaml whose layers are compared one tile each at every wire \
      resistance of its study. Every model is \
      fitted to the same vectors and judged on others. --dump writes the judging vectors and the \
      circuit's currents as .npy; your own model's currents for them, as CSV with one line per \
      vector and one value per output, are judged beside ours with --predicted.
      """)

  @Argument(help: "ARRAY.yaml or E.yaml.") var file: String
  @Option(help: "One layer of the experiment, by the name of its node.") var layer: String?
  @Option(help: "Which tile of each layer.") var tile = 0
  @Option(help: "Folder for errors.csv and the figures.") var out: String?
  @Option(help: "Folder for the judging vectors and the circuit's currents, .npy.")
  var dump: String?
  @Option(help: "Currents of your own model for the dumped vectors, .csv.") var predicted: String?
  @Option(help: "Tasks at once; results do not depend on it (default: all cores).")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    if threads < 1 { throw ValidationError("--threads is \(threads); at least one is needed") }
    if tile < 0 { throw ValidationError("--tile is \(tile); tiles count from 0") }
  }

  func run() async throws {
    var comparisons = try await ComparedArrays.compare(
      file, layer: layer, tile: tile, changes: [], width: threads)
    if predicted != nil || dump != nil, comparisons.count != 1 {
      throw ValidationError(
        "--dump and --predicted are of one array, not of \(comparisons.count): name its --layer and "
          + "leave one resistance in study.bitLineOhms")
    }
    if let dump {
      let array = comparisons[0]
      let shape = [array.inputs.count, array.inputs.vectorLength]
      try FileContents.write(
        NPYFile.encode(array.inputs.numbers, shape: shape), to: "\(dump)/vectors.npy")
      try FileContents.write(
        NPYFile.encode(array.exact.elements, shape: [array.exact.rows, array.exact.columns]),
        to: "\(dump)/circuit.npy")
    }
    if let predicted {
      comparisons[0].add(
        predicted: try PredictedCurrents.read(
          predicted, rows: comparisons[0].exact.rows, columns: comparisons[0].exact.columns),
        name: URL(fileURLWithPath: predicted).lastPathComponent)
    }
    let report = ComparisonReport(comparisons)
    print(
      "Errors on held-out vectors over the rms of the circuit's currents\n\n" + report.table.text)
    if let out {
      try FileContents.write(report.table.csv, to: "\(out)/errors.csv")
      for (name, figure) in report.figures {
        try FileContents.write(figure.csv, to: "\(out)/\(name).csv")
        try Gnuplot().write(figure, to: "\(out)/\(name).svg")
      }
      print("\nResults: errors.csv and figures with their data in \(out)")
    }
    if let dump { print("\nVectors and circuit currents: \(dump)/vectors.npy, circuit.npy") }
  }
}
