import ArgumentParser
import Experiments
import Files
import Foundation
import Inference
import Reports

struct CalibrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Fits fast models to a network's circuits and says how wrong each is.",
    discussion: """
      Every tile of every layer is calibrated on recorded and structured input vectors; a part of \
      each kind is held out and judges the model. Models are stored in the cache folder \
      (--cache, or calibration.cache of the file), where `tilespice infer --path calibrated` finds \
      them by the hash of their circuit.
      """)

  @Argument(help: "The experiment: E.yaml.") var experiment: String
  @Option(help: "calibrated, or auto to choose the cheapest of ideal, calibrated and exact.")
  var path: SolutionPathArgument = SolutionPathArgument(value: .calibrated)
  @OptionGroup var models: ModelOptions
  @Option(help: "Tasks at once; results do not depend on it (default: all cores).")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount
  @Option(help: "Vectors of every kind that calibration never draws, to judge the models too.")
  var stress = 0
  @Option(help: "Where to write the table too, .csv.", transform: FileArgument.csv)
  var csv: FileArgument?

  func validate() throws {
    if threads < 1 { throw ValidationError("--threads is \(threads); at least one is needed") }
    if stress < 0 { throw ValidationError("--stress is \(stress); it is a number of vectors") }
    guard path.value.isFitted else {
      throw ValidationError("--path is \(path.value.rawValue); calibrated or auto have models")
    }
  }

  func run() async throws {
    let spec = try ExperimentSpec(
      contentsOf: experiment, path: path.value, changes: models.changes)
    let calibration = try await NetworkCalibration(
      spec, width: threads, stressCount: stress)
    let tables = CalibrationTables(calibration)
    Console.print(tables.text)
    if let csv { try FileContents.write(tables.tiles.csv, to: csv.path) }
  }
}
