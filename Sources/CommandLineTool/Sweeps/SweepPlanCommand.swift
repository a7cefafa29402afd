import ArgumentParser
import Experiments
import Foundation
import Reports
import Sweeps

struct SweepPlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Resolves every point of a sweep and says what it will cost; runs nothing.",
    discussion: """
      Every point is read as an experiment of its own and checked, networks and images are loaded \
      once: a wrong key, a value out of range or settings that do not go together are told with their \
      file and key before anything runs. The time is estimated from multiply-adds, bits and paths; \
      once points are finished, `sweep status` corrects it by what they took.

      The folder receives plan.json and, for each point, points/HASH/E.yaml: the whole experiment, \
      which `tilespice infer` runs too. A folder that holds the same plan is left as it is; one that \
      holds another is refused.
      """)

  @Argument(help: "The sweep: S.yaml.") var sweep: String
  @Option(help: "Folder for the plan and all results.", transform: FileArgument.folder)
  var out: String
  @Flag(help: "Show the plan and write nothing.") var dryRun = false

  func run() async throws {
    let folder = SweepFolder(out)
    let plan = try await SweepPlan(
      SweepSpec(contentsOf: sweep), width: ProcessInfo.processInfo.activeProcessorCount)
    Warnings.print(plan.warnings)
    let isNew = dryRun ? true : try folder.write(plan)
    Console.print(SweepTables.plan(plan, SweepStatus(folder, plan)).text)
    if !dryRun {
      Console.print(
        (isNew ? "\nPlan: " : "\nAlready planned: ") + folder.planFile
          + "\nRun it: tilespice sweep run \(out)")
    }
  }
}
