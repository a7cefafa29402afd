import ArgumentParser
import Experiments
import Foundation
import Reports

/// What every run of an experiment can be told, and the run itself.
struct RunOptions: ParsableArguments {
  @Option(help: "Images to evaluate at most.") var limit: Int?
  @Option(help: "Tasks at once; results do not depend on it (default: all cores).")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount
  @Option(help: "Folder for results; overrides the file.") var out: String?
  @Flag(help: "Also write the logits of every path and image to logits.csv in the results folder.")
  var logits = false
  @Flag(help: "No progress on standard error.") var quiet = false

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit is \(limit); run at least one image") }
    if threads < 1 { throw ValidationError("--threads is \(threads); at least one is needed") }
  }

  /// Runs an experiment, prints its tables and writes its results.
  func run(_ spec: ExperimentSpec) async throws {
    let folder = (out ?? spec.outputFolder).map { ResultFolder($0) }
    try folder?.checkWritable()
    guard !logits || folder != nil else {
      throw ValidationError("--logits needs a results folder: --out or outputs.folder of the file")
    }
    let reporter = StageReporter(style: .standardError(silent: quiet))
    let runner = try await ExperimentRunner(spec, limit: limit, width: threads)
    let record = try await runner.run(
      progress: reporter.progress, keepsLogits: logits)
    reporter.finish()
    print(ExperimentTables(record).text)
    if let folder {
      let page = ExperimentPage(record).html()
      let files = try folder.write(record, page: page)
      print("\nResults: " + files.joined(separator: ", "))
    }
  }
}
