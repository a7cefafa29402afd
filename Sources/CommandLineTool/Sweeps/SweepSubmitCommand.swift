import ArgumentParser
import Files
import Foundation
import Reports
import Sweeps

struct SweepSubmitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit",
    abstract: "Gives the points of a sweep that are left to a scheduler, as a job array.",
    discussion: """
      Points are grouped into tasks of about --task-time each, by the estimated cost; every task has a \
      log, FOLDER/jobs/N/task-K.log, and a job that depends on them merges the results. A task that is \
      cancelled or runs out of time keeps its finished points: submit again for those that are left.

      --slurm writes the scripts and calls sbatch; --dry-run prints them only. For Grid Engine, LSF and \
      GNU parallel, --script writes them and says how to submit them: sites differ in queues and \
      parallel environments, so look at them first. --option adds a line to the scripts, such as \
      --option=--partition=short, --option=--account=abc or --option="-q long".
      """)

  @Argument(help: "The folder of a sweep.") var folder: String
  @Flag(help: "Submit to Slurm.") var slurm = false
  @Option(
    help: ArgumentHelp(
      "Write scripts for another scheduler: gridEngine, lsf or parallel.", valueName: "scheduler"))
  var script: SchedulerArgument?
  @Option(help: "Time of a task: 90s, 30m, 2h.") var taskTime = DurationArgument(seconds: 1800)
  @Option(help: "Tasks at once within each job.") var threads = 1
  @Option(help: "Further option of the scheduler; may be repeated.") var option: [String] = []
  @Flag(help: "Submit points again that ended with an error.") var rerunFailed = false
  @Flag(help: "Print the scripts; write and submit nothing.") var dryRun = false

  func validate() throws {
    if threads < 1 { throw ValidationError("--threads is \(threads); at least one is needed") }
    if slurm == (script != nil) {
      throw ValidationError("choose one: --slurm, or --script with another scheduler")
    }
  }

  func run() throws {
    let sweep = SweepFolder(URL(fileURLWithPath: folder).standardizedFileURL.path)
    let plan = try sweep.plan()
    let status = SweepStatus(sweep, plan)
    let jobs = SweepJobs(
      plan, status, seconds: taskTime.seconds, threads: threads, rerunsFailed: rerunFailed)
    guard !jobs.tasks.isEmpty else {
      Console.print("Nothing to submit: \(SweepTables.status(plan, status).text)")
      return
    }
    Console.print(
      "\(jobs.tasks.joined().count) points in \(jobs.tasks.count) tasks: about "
        + "\(SweepTables.duration(jobs.totalSeconds)) of \(threads) threads in all, "
        + "\(SweepTables.duration(jobs.longestSeconds)) for the longest task")
    let jobFolder = dryRun ? "\(sweep.path)/jobs/N" : try sweep.write(jobs)
    // An estimate may be wrong by a factor; what a task has finished stays in any case.
    let minutes = Int(10 + 3 * jobs.longestSeconds / 60)
    let scripts = JobScript(
      slurm ? .slurm : script?.value ?? .parallel,
      JobScript.Job(
        name: plan.name, tasks: jobs.tasks.count, threads: threads, program: Self.program,
        folder: sweep.path, jobFolder: jobFolder, minutes: minutes, options: option,
        rerunsFailed: rerunFailed))
    guard !dryRun else {
      Console.print("\n\(scripts.tasks)\n\(scripts.merge)\nSubmit by:\n\(scripts.commands)")
      return
    }
    try FileContents.write(scripts.tasks, to: "\(jobFolder)/tasks.sh")
    try FileContents.write(scripts.merge, to: "\(jobFolder)/merge.sh")
    guard slurm else {
      Console.print("\nSubmit by:\n\(scripts.commands)")
      return
    }
    let id = try Slurm.submit("\(jobFolder)/tasks.sh")
    let merge = try Slurm.submit("\(jobFolder)/merge.sh", after: id)
    Console.print(
      "Submitted as job \(id), to be merged by job \(merge)\nLogs: \(jobFolder)/task-*.log, merge.log"
    )
  }

  /// Absolute path of this program.
  private static var program: String {
    Bundle.main.executablePath ?? CommandLine.arguments[0]
  }
}

/// A scheduler as the command line names it.
struct SchedulerArgument: ExpressibleByArgument {
  let value: JobScript.Scheduler

  static let allValueStrings = ["gridEngine", "lsf", "parallel"]

  init?(argument: String) {
    guard Self.allValueStrings.contains(argument),
      let value = JobScript.Scheduler(rawValue: argument)
    else { return nil }
    self.value = value
  }
}

/// A time as the command line gives it: 90s, 30m, 2h.
struct DurationArgument: ExpressibleByArgument, CustomStringConvertible {
  let seconds: Double

  var description: String { "\(Int(seconds / 60))m" }

  init(seconds: Double) { self.seconds = seconds }

  init?(argument: String) {
    guard let unit = argument.last, let factor = ["s": 1.0, "m": 60, "h": 3600][unit],
      let number = Double(argument.dropLast()), number > 0, number.isFinite
    else { return nil }
    seconds = factor * number
  }
}
