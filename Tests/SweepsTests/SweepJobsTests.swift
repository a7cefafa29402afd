import Experiments
import Files
import Foundation
import Testing

@testable import Sweeps

/// Points as tasks of schedulers.
@Suite struct SweepJobsTests {
  private static let body = "axes: [{key: hardware.converter.bits, values: [4, 5, 6, 7]}]\nseeds: 5"

  /// Every open point is in one task, tasks are as long as asked for, and there are not too many.
  @Test(arguments: [0.001, 0.1, 0.5, 100])
  func tasksHoldEveryOpenPointOnce(seconds: Double) async throws {
    let sample = try SweepSample()
    let plan = try await sample.write(Self.body)
    let status = SweepStatus(sample.folder, plan)
    let jobs = SweepJobs(plan, status, seconds: seconds, threads: 1)
    #expect(jobs.tasks.flatMap { $0 } == plan.order.map { plan.points[$0].hash })
    #expect(jobs.tasks.allSatisfy { !$0.isEmpty })
    let longest = plan.points.map(\.seconds).max() ?? 0
    #expect(jobs.longestSeconds <= max(seconds, longest) * (1 + 1e-12))
    _ = try await sample.run(shard: "1/4")
    let left = SweepJobs(plan, SweepStatus(sample.folder, plan), seconds: seconds, threads: 1)
    #expect(left.tasks.joined().count == 15)
  }

  /// What tells jobs of the same name apart.
  private static let tag = ContentHash("/data/it's/jobs/1").hexadecimal.prefix(6)

  private static func script(_ scheduler: JobScript.Scheduler) -> JobScript {
    JobScript(
      scheduler,
      .init(
        name: "a b", tasks: 3, threads: 2, program: "/bin/tilespice", folder: "/data/it's",
        jobFolder: "/data/it's/jobs/1", minutes: 75, options: ["--partition=short"]))
  }

  @Test func slurmScriptIsAJobArray() {
    let script = Self.script(.slurm)
    #expect(
      script.tasks == """
        #!/bin/bash
        #SBATCH --job-name=a-b-\(Self.tag)
        #SBATCH --array=1-3
        #SBATCH --cpus-per-task=2
        #SBATCH --time=1:15:00
        #SBATCH --output="/data/it's/jobs/1/task-%a.log"
        #SBATCH --partition=short

        exec /bin/tilespice sweep run '/data/it'\\''s' --points \
        '/data/it'\\''s/jobs/1'/task-"$SLURM_ARRAY_TASK_ID".txt --threads 2

        """)
    #expect(script.merge.hasSuffix("\nexec /bin/tilespice sweep merge '/data/it'\\''s'\n"))
  }

  @Test(arguments: [
    (JobScript.Scheduler.gridEngine, ["#$ -t 1-3", "#$ -pe smp 2", "$SGE_TASK_ID"], "qsub"),
    (
      .lsf,
      ["#BSUB -J \"a-b-\(Self.tag)[1-3]\"", "#BSUB -n 2", "$LSB_JOBINDEX"], "bsub <"
    ),
    (.parallel, ["parallel --partition=short", "::: $(seq 3)"], "bash"),
  ])
  func templatesNameTheirTasks(
    scheduler: JobScript.Scheduler, parts: [String], command: String
  ) {
    let script = Self.script(scheduler)
    for part in parts { #expect(script.tasks.contains(part), "\(part) in \(script.tasks)") }
    #expect(script.commands.hasPrefix(command))
    #expect(script.merge.contains("sweep merge"))
  }

  /// The tasks of GNU parallel, which gives its words to a shell, reach the program whole.
  @Test func parallelTasksReachTheirProgram() throws {
    let command = try #require(
      Self.script(.parallel).tasks.split(separator: "\n").first { $0.contains("sweep run") })
    // The shell that starts parallel, then the one of the task.
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/bash")
    let output = Pipe()
    shell.standardOutput = output
    shell.arguments = [
      "-c",
      """
      parallel() { eval "${1//\\{\\}/2}"; }
      cd "$(mktemp -d)"
      parallel \(command.replacing("/bin/tilespice", with: "printf %s,")
        .replacing("> ", with: "; : ").dropLast())
      """,
    ]
    try shell.run()
    shell.waitUntilExit()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(
      text == "sweep,run,/data/it's,--threads,2,--points,/data/it's/jobs/1/task-2.txt,")
  }

  /// Folders with blanks are one word of an option line.
  @Test(arguments: [JobScript.Scheduler.gridEngine, .lsf])
  func blanksAreQuoted(scheduler: JobScript.Scheduler) {
    let script = JobScript(
      scheduler,
      .init(
        name: "a", tasks: 1, threads: 1, program: "/bin/tilespice", folder: "/my data",
        jobFolder: "/my data/jobs/1", minutes: 5, options: []))
    #expect(script.tasks.contains("-o \"/my data/jobs/1/task-"))
    #expect(script.merge.contains("-o \"/my data/jobs/1/merge.log\""))
  }
}
