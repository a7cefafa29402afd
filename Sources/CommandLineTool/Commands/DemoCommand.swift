import ArgumentParser
import Experiments
import Files
import Foundation
import Reports

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Runs the bundled digits network through exact circuits at three wire resistances.",
    discussion: """
      Writes the experiment file E.yaml beside the results: copy and change it. One that is there \
      already and differs is not overwritten.
      """)

  @OptionGroup var options: RunOptions

  func run() async throws {
    var options = options
    let folder = options.out ?? "demo"
    options.out = folder
    let file = "\(folder)/E.yaml"
    let yaml = try ExperimentSpec.demonstration()
    if FileManager.default.fileExists(atPath: file),
      try FileContents.read(file) != Data(yaml.utf8)
    {
      throw CommandFailure(
        "\(file): is not the demonstration's, and is kept as it is; run it with `tilespice infer "
          + "\(file)`, or name another folder with --out")
    }
    try FileContents.write(yaml, to: file)
    let clock = ContinuousClock()
    let start = clock.now
    try await options.run(ExperimentSpec(contentsOf: file, changes: options.changes))
    let seconds = (clock.now - start) / .seconds(1)
    let page = URL(fileURLWithPath: "\(folder)/report.html").path
    Console.print("The whole run took \(NumberFormat.seconds(seconds)). Experiment: \(file)")
    Console.print("Open the report: \(page)")
  }
}
