import ArgumentParser
import Reports
import Sweeps

struct SweepStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Says how far a sweep is: points done, running, failed, and the time that is left.",
    discussion:
      "Disturbs nobody who works on the sweep. A point whose process is gone is open again.")

  @Argument(help: "The folder of a sweep.") var folder: String

  func run() throws {
    let folder = SweepFolder(folder)
    let plan = try folder.plan()
    Console.print(SweepTables.status(plan, SweepStatus(folder, plan)).text)
  }
}
