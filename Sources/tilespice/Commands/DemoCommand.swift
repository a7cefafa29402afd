import ArgumentParser
import Experiments
import Foundation
import NumericKernels
import Reports

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Runs the bundled digits network through exact circuits at three wire resistances.",
    discussion: "Writes the experiment file beside the results: copy and change it.")

  @OptionGroup var options: RunOptions

  func run() async throws {
    var options = options
    let folder = options.out ?? "demo"
    options.out = folder
    let file = "\(folder)/E.yaml"
    let yaml = try ExperimentSpec.demonstration()
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
