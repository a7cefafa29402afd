import Files

/// The script by which a scheduler runs the tasks of a sweep.
public struct JobScript: Sendable {
  /// A scheduler.
  public enum Scheduler: String, Sendable, CaseIterable {
    case slurm, gridEngine, lsf, parallel
  }

  /// What scripts say.
  public struct Job: Sendable {
    /// Name of the sweep; number of tasks; threads of each.
    public var name: String, tasks: Int, threads: Int
    /// Absolute paths of the program, of the sweep's folder and of the job's.
    public var program: String, folder: String, jobFolder: String
    /// Minutes after which the scheduler ends a task.
    public var minutes: Int
    /// Further options of the scheduler, a line each.
    public var options: [String]
    /// Whether points that ended with an error are run again.
    public var rerunsFailed: Bool

    /// A job.
    public init(
      name: String, tasks: Int, threads: Int, program: String, folder: String, jobFolder: String,
      minutes: Int, options: [String], rerunsFailed: Bool = false
    ) {
      self.rerunsFailed = rerunsFailed
      self.name = name
      self.tasks = tasks
      self.threads = threads
      self.program = program
      self.folder = folder
      self.jobFolder = jobFolder
      self.minutes = minutes
      self.options = options
    }
  }

  /// The script of the tasks, and the script that joins their results afterwards.
  public let tasks: String, merge: String
  /// The commands that submit both, for schedulers that this program does not call itself.
  public let commands: String

  /// The scripts of a job.
  public init(_ scheduler: Scheduler, _ job: Job) {
    // Jobs are told apart, and wait for one another, by their names.
    let plain = String(job.name.map { $0.isLetter || $0.isNumber ? $0 : "-" })
    let name = plain + "-" + ContentHash(job.jobFolder).hexadecimal.prefix(6)
    func script(_ lines: [String], _ command: String) -> String {
      (["#!/bin/bash"] + lines + ["", command]).joined(separator: "\n") + "\n"
    }
    let rerun = job.rerunsFailed ? " --rerun-failed" : ""
    func run(_ index: String) -> String {
      "exec \(Self.quoted(job.program)) sweep run \(Self.quoted(job.folder)) --points "
        + "\(Self.quoted(job.jobFolder))/task-\(index).txt --threads \(job.threads)" + rerun
    }
    let join = "exec \(Self.quoted(job.program)) sweep merge \(Self.quoted(job.folder))"
    let (array, log) = ("\(job.jobFolder)/tasks.sh", "\(job.jobFolder)/task")
    let after = "\(job.jobFolder)/merge.sh"
    let time = "\(job.minutes / 60):\(Self.padded(job.minutes % 60)):00"
    switch scheduler {
    case .slurm:
      let own = job.options.map { "#SBATCH \($0)" }
      tasks = script(
        [
          "#SBATCH --job-name=\(name)", "#SBATCH --array=1-\(job.tasks)",
          "#SBATCH --cpus-per-task=\(job.threads)", "#SBATCH --time=\(time)",
          "#SBATCH --output=\"\(log)-%a.log\"",
        ] + own, run("\"$SLURM_ARRAY_TASK_ID\""))
      merge = script(
        [
          "#SBATCH --job-name=\(name)-merge", "#SBATCH --time=0:30:00",
          "#SBATCH --output=\"\(job.jobFolder)/merge.log\"",
        ] + own, join)
      commands = """
        id=$(sbatch --parsable \(Self.quoted(array)))
        sbatch --dependency=afterany:${id%%;*} \(Self.quoted(after))
        """
    case .gridEngine:
      let own = job.options.map { "#$ \($0)" }
      tasks = script(
        [
          "#$ -S /bin/bash", "#$ -N \(name)", "#$ -t 1-\(job.tasks)", "#$ -pe smp \(job.threads)",
          "#$ -l h_rt=\(time)", "#$ -j y", "#$ -o \(Self.inQuotes("\(log)-$TASK_ID.log"))",
        ] + own, run("\"$SGE_TASK_ID\""))
      merge = script(
        [
          "#$ -S /bin/bash", "#$ -N \(name)-merge", "#$ -hold_jid \(name)", "#$ -j y",
          "#$ -o \(Self.inQuotes("\(job.jobFolder)/merge.log"))",
        ] + own, join)
      commands = "qsub \(Self.quoted(array))\nqsub \(Self.quoted(after))"
    case .lsf:
      let own = job.options.map { "#BSUB \($0)" }
      tasks = script(
        [
          "#BSUB -J \"\(name)[1-\(job.tasks)]\"", "#BSUB -n \(job.threads)",
          "#BSUB -R \"span[hosts=1]\"",
          "#BSUB -W \(job.minutes / 60):\(Self.padded(job.minutes % 60))",
          "#BSUB -o \(Self.inQuotes("\(log)-%I.log"))",
        ] + own, run("\"$LSB_JOBINDEX\""))
      merge = script(
        [
          "#BSUB -J \(name)-merge", "#BSUB -w \"ended(\(name))\"",
          "#BSUB -o \(Self.inQuotes("\(job.jobFolder)/merge.log"))",
        ] + own, join)
      commands = "bsub < \(Self.quoted(array))\nbsub < \(Self.quoted(after))"
    case .parallel:
      let all = (["parallel"] + job.options).joined(separator: " ")
      let files = Self.quoted(job.jobFolder) + "/task-{}"
      // One word: GNU parallel joins its words and gives them to a shell.
      let task = Self.quoted(
        "\(Self.quoted(job.program)) sweep run \(Self.quoted(job.folder)) --threads \(job.threads)"
          + "\(rerun) --points \(files).txt > \(files).log 2>&1")
      tasks = script(
        [],
        """
        # As many tasks at once as fit on the machine, each with \(job.threads) threads.
        jobs=$(($(nproc) / \(job.threads)))
        exec \(all) --jobs $((jobs > 0 ? jobs : 1)) --joblog \(Self.quoted(job.jobFolder + "/tasks.log")) \\
          \(task) \\
          ::: $(seq \(job.tasks))
        """)
      merge = script([], join)
      commands = "bash \(Self.quoted(array)); bash \(Self.quoted(after))"
    }
  }

  /// `text` as one word of a shell.
  static func quoted(_ text: String) -> String {
    let isPlain = text.wholeMatch(of: /[A-Za-z0-9_.\/:=@%+-]+/) != nil
    return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
  }

  /// A path of an option line, whose readers take double quotes around blanks.
  private static func inQuotes(_ path: String) -> String {
    path.contains(where: \.isWhitespace) ? "\"\(path)\"" : path
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
