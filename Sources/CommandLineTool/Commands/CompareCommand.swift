import ArgumentParser
import CrossbarArray
import Experiments
import Files
import Foundation
import NumericKernels
import Reports

struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares models of wire resistance with the circuit: errors, bias, cost, figures.",
    discussion: """
      Takes an ARRAY.yaml, or an E.yaml whose layers are compared one tile each at every \
      point of its study. Every model is \
      fitted to the same vectors and judged on others, held out from them, or on yours (--inputs).

      --dump writes both with the circuit's currents: fitting-vectors.npy and fitting-circuit.npy, \
      to fit your own model to, and vectors.npy and circuit.npy, which judge. Vectors are \
      [vectors, wordLines], volts or 0/1; currents are amperes, [vectors, outputs]: the positive \
      bit lines in their order, then the negative ones where pairs are on separate lines.

      Your model's currents for vectors.npy are judged beside ours with --predicted, in the same \
      order: .npy of the same shape (or [2, vectors, bitLines], as mvm writes), or text with one \
      line per vector and commas or blanks between the numbers.

      Times are medians of repetitions that take at least 0.1 s in all.
      """)

  @Argument(help: "ARRAY.yaml or E.yaml.") var file: String
  @Option(help: "One layer of the experiment, by the name of its node.") var layer: String?
  @Option(help: "Which tile of each layer.") var tile = 0
  @Option(help: "Only this point of the experiment's study, by its values as in `study`: 500.")
  var point: String?
  @Option(help: "Folder for errors.csv and the figures.", transform: FileArgument.folder)
  var out: String?
  @Option(help: "Vectors to judge on, .npy [vectors, wordLines]: volts, or 0 and 1 for gates.")
  var inputs: String?
  @Option(
    help: ArgumentHelp(
      "Largest word-line voltage of the drawn vectors of a voltage-driven array (default: readVolts "
        + "of the array).", valueName: "volts"))
  var fullScale: Double?
  @Option(
    help: "Folder for the vectors and the circuit's currents, .npy.",
    transform: FileArgument.folder)
  var dump: String?
  @Option(help: "Currents of your own model for the dumped vectors.npy: .npy, or text.")
  var predicted: String?
  @Option(help: "Tasks at once; results do not depend on it (default: all cores).")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    if threads < 1 { throw ValidationError("--threads is \(threads); at least one is needed") }
    if let fullScale, !(fullScale > 0 && fullScale <= 1e6) {
      throw ValidationError(
        "--full-scale is \(fullScale); volts above 0, up to 1000000, are needed")
    }
    if tile < 0 { throw ValidationError("--tile is \(tile); tiles count from 0") }
  }

  func run() async throws {
    var comparisons = try await ComparedArrays.compare(
      file, layer: layer, tile: tile, point: point,
      options: ComparisonOptions(inputs: inputs, fullScaleVolts: fullScale), changes: [],
      width: threads, warn: { Warnings.print([$0]) })
    if predicted != nil || dump != nil, comparisons.count != 1 {
      throw ValidationError(
        "--dump and --predicted are of one array, not of \(comparisons.count): name its --layer and, "
          + "in a study, its --point")
    }
    if let predicted {
      comparisons[0].add(
        predicted: try PredictedCurrents.read(
          predicted, rows: comparisons[0].exact.rows, columns: comparisons[0].exact.columns),
        name: URL(fileURLWithPath: predicted).lastPathComponent)
    }
    let report = ComparisonReport(comparisons)
    Console.print(
      "Errors over the rms of the circuit's currents; \(report.conditions)\n\n"
        + report.table.text)
    if let out {
      try FileContents.write(report.numbers.csv, to: "\(out)/errors.csv")
      for (name, figure) in report.figures {
        try FileContents.write(figure.csv, to: "\(out)/\(name).csv")
        try DrawingFile().write(figure, to: "\(out)/\(name).svg")
      }
      Console.print("\nResults: errors.csv and figures with their data in \(out)")
    }
    if let dump {
      let files = comparisons[0].dumpedFiles
      for (name, bytes) in files { try FileContents.write(bytes, to: "\(dump)/\(name)") }
      Console.print(
        "\nVectors and circuit currents in \(dump): \(files.map(\.name).joined(separator: ", ")); "
          + comparisons[0].outputOrder)
    }
  }
}
