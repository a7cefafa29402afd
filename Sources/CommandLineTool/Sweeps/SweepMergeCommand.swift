import ArgumentParser
import Reports
import Sweeps

struct SweepMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract:
      "Joins the results of a sweep: sweep.csv with one row for each point, and sweep.json.",
    discussion: """
      The first columns of sweep.csv are the keys of the axes; then come images, accuracy with its 95 % \
      interval, that of the networks beside the path, errors and seconds: \
      `pandas.read_csv("FOLDER/sweep.csv")`; the column of an axis that has the name of another one is \
      `axis.NAME`. sweep.json has the same points with the same cells under `summary`: \
      `points = json.load(open("FOLDER/sweep.json"))["points"]`, then `pandas.json_normalize(points)`.

      A sweep with missing points is refused, unless --incomplete asks for what there is. Results of \
      another experiment, of files that changed meanwhile, or of another version of the program are \
      refused by name.
      """)

  @Argument(help: "The folder of a sweep.") var folder: String
  @Flag(help: "Join what there is; points without results have empty cells.")
  var incomplete = false

  func run() throws {
    let folder = SweepFolder(folder)
    let merge = try SweepMerge(folder)
    Warnings.print(
      merge.strangers.map { "\(folder.path)/points/\($0) is no point of this sweep; left out" })
    guard merge.missing == 0 || incomplete else {
      throw SweepError.incomplete(
        folder: folder.path, missing: merge.missing, failed: merge.failed,
        count: merge.record.points.count)
    }
    let files = try merge.write(to: folder)
    let done = merge.record.points.count - merge.missing
    Console.print(
      "\(done) of \(merge.record.points.count) points: " + files.joined(separator: ", "))
  }
}
