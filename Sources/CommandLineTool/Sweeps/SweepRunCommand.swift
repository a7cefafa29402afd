import ArgumentParser
import Experiments
import Files
import Foundation
import Reports
import Sweeps

struct SweepRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs the points of a sweep that are not done yet.",
    discussion: """
      Takes a folder that `sweep plan` has filled, or S.yaml with --out, which is planned first. Each \
      point's results are those of `tilespice infer` on its E.yaml, written to \
      points/HASH/results.json at once or not at all: kill a run at any moment and start it again, it \
      goes on. What points have in common is computed once and kept in store, where every process \
      finds it: digital results, recorded activations and converter ranges, cells with random \
      errors, fitted models. The folder store may be deleted between runs.

      Start it several times to share the work, on one machine (--threads for each) or on several that \
      see the folder: who works on a point locks it, and the lock ends with its process. --shard 2/4 \
      limits a run to the second of four parts of about equal time.

      A point that ends with an error leaves error.txt, and the run goes on to the next; the status is \
      then 1. --rerun-failed repeats such points. Ctrl-C ends after the images under way.
      """)

  @Argument(help: "The folder of a sweep, or S.yaml.") var sweep: String
  @Option(help: "With S.yaml: folder for the plan and all results.", transform: FileArgument.folder)
  var out: String?
  @Option(help: ArgumentHelp("One of n parts, from 1.", valueName: "i/n")) var shard: String?
  @Option(help: ArgumentHelp("File with the hashes of points, one a line.", valueName: "file"))
  var points: String?
  @Option(help: "Tasks at once; results do not depend on it (default: all cores).")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount
  @Flag(help: "Run points again that ended with an error.") var rerunFailed = false
  @Flag(help: "No progress on standard error.") var quiet = false

  func validate() throws {
    if threads < 1 { throw ValidationError("--threads is \(threads); at least one is needed") }
    if out == nil, sweep.hasSuffix(".yaml") || sweep.hasSuffix(".yml") {
      throw ValidationError("\(sweep) needs a folder for its plan and results: --out")
    }
  }

  func run() async throws {
    let folder = SweepFolder(out ?? sweep)
    if out != nil {
      let plan = try await SweepPlan(SweepSpec(contentsOf: sweep), width: threads)
      Warnings.print(plan.warnings)
      _ = try folder.write(plan)
    }
    var options = SweepRunner.Options(width: threads)
    options.shard = try shard.map { try SweepShard($0) }
    options.points = try points.map { path in
      Set(
        String(decoding: try FileContents.read(path), as: UTF8.self)
          .split(whereSeparator: \.isWhitespace).map(String.init))
    }
    options.rerunsFailed = rerunFailed
    let plan = try folder.plan()
    if !quiet {
      Console.report(SweepTables.plan(plan, SweepStatus(folder, plan)).text + "\n")
    }
    let runner = try SweepRunner(folder, options: options)
    let reporter = SweepReporter(isSilent: quiet)
    let summary = try await Interruption.handled {
      try await runner.run(progress: reporter.progress)
    }
    Console.print(
      "\(summary.finished) points finished, \(summary.failed) failed, \(summary.known) done before"
        + (summary.failedBefore > 0 ? ", \(summary.failedBefore) failed before" : "")
        + (summary.elsewhere > 0 ? ", \(summary.elsewhere) in the hands of others" : ""))
    if summary.isStopped {
      Console.print("Stopped; go on with: tilespice sweep run \(folder.path)")
      throw ExitCode(Interruption.status)
    }
    if summary.failed + summary.failedBefore > 0 {
      Console.print(
        "What failed: tilespice sweep status \(folder.path); to repeat it: tilespice sweep run "
          + "\(folder.path) --rerun-failed")
      throw ExitCode.failure
    }
  }
}
