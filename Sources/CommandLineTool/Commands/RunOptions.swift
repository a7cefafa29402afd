import ArgumentParser
import Datasets
import Experiments
import Foundation
import Reports

/// Options common to all runs of an experiment, and the run itself.
struct RunOptions: ParsableArguments {
  @Option(help: "Images to evaluate at most.") var limit: Int?
  @Option(help: "Tasks at once; results do not depend on it (default: all cores).")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount
  @Option(help: "Folder for results; overrides the file.", transform: FileArgument.folder)
  var out: String?
  @Flag(help: "Also write the logits of every path and image to logits.csv in the results folder.")
  var logits = false
  @Flag(
    help: "Go on with the run that was interrupted in the results folder; it has to be the same.")
  var resume = false
  @Flag(
    help: "Begin anew: discard the finished images that an earlier run left in the results folder.")
  var restart = false
  @Flag(help: "No progress on standard error.") var quiet = false

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit is \(limit); run at least one image") }
    if resume, restart { throw ValidationError("--resume goes on, --restart begins anew: choose") }
    if threads < 1 { throw ValidationError("--threads is \(threads); at least one is needed") }
  }

  /// Help text about interrupted runs.
  static let interruptions = """
    Ctrl-C ends the images under way, reports those that are finished and exits with status 130; a \
    second Ctrl-C ends at once. While a run goes on, the results folder holds every finished image \
    in partial.jsonl, so that nothing is lost if the machine fails; `--resume` with the same \
    arguments goes on there, and gives what one run would have given. It refuses if the experiment, \
    the network, the images or the program have changed, and says what; `--restart` discards what is \
    there. One run at a time writes into a folder: run.lock says which, and locks nothing once its \
    process has ended.
    """

  /// The options as changes of the experiment file, which its results then hold. --out is none of
  /// them: it gives the place of the results, not their content. --limit joins the file's own limit
  /// when the images are selected.
  var changes: [ExperimentSpec.Change] {
    logits ? [ExperimentSpec.Change(["outputs", "logits"], "true", origin: "--logits")] : []
  }

  /// Runs an experiment that was read with `changes`, prints its tables and writes its results.
  func run(_ spec: ExperimentSpec) async throws {
    let folder = (out ?? spec.outputFolder).map { ResultFolder($0) }
    try folder?.checkWritable()
    for (isGiven, name) in [
      (logits, "--logits"), (spec.keepsLogits, "outputs.logits"), (resume, "--resume"),
      (restart, "--restart"),
    ] where isGiven {
      guard folder != nil else {
        throw ValidationError("\(name) needs a results folder: --out or outputs.folder of the file")
      }
    }
    let lock = try folder.map { try FolderLock(folder: $0.path, started: Date()) }
    defer { lock?.release() }
    try folder?.recover()
    if let file = folder?.partialFile, !restart {
      try PartialResults.check(path: file, resumes: resume)
    }
    let (record, partial) = try await Interruption.handled { try await found(spec, folder) }
    Console.print(ExperimentTables(record).text)
    if let folder {
      let page = StudyPage(record).html
      let files = try folder.write(record, page: page)
      Console.print("\nResults: " + files.joined(separator: ", "))
    }
    guard record.stoppedAt == nil else {
      if let path = partial.path {
        Console.print("Finished images are in \(path): go on with --resume.")
      }
      throw ExitCode(Interruption.status)
    }
    try partial.remove()
  }

  private func found(
    _ spec: ExperimentSpec, _ folder: ResultFolder?
  ) async throws -> (ExperimentRecord, PartialResults) {
    let reporter = StageReporter(style: .standardError(silent: quiet))
    var partial = PartialResults()
    do {
      let runner = try await ExperimentRunner(spec, limit: limit, width: threads)
      Warnings.print(runner.warnings)
      if let folder {
        // Only now: a run that is refused while it loads discards nothing.
        if restart { try PartialResults.discard(path: folder.partialFile) }
        partial = try PartialResults(
          runner.identity(keepsLogits: spec.keepsLogits), path: folder.partialFile, resumes: resume)
      }
      let record = try await runner.run(
        progress: reporter.progress, keepsLogits: spec.keepsLogits, partial: partial)
      reporter.finish()
      return (record, partial)
    } catch {
      reporter.finish()
      if partial.count > 0, let path = partial.path {
        Warnings.print([
          "\(path) holds the finished images; go on with --resume, or begin anew with --restart"
        ])
      }
      var isInterruption = error is CancellationError
      if case ExperimentError.interrupted = error { isInterruption = true }
      guard isInterruption else { throw error }
      Warnings.print([error is CancellationError ? "stopped while loading" : "\(error)"])
      throw ExitCode(Interruption.status)
    }
  }
}
