import ArgumentParser
import Experiments

struct InferCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "infer",
    abstract: "Runs a network on arrays: accuracy, errors and how exact every layer is.",
    discussion: "`tilespice reference` explains every key of the experiment file.")

  @Argument(help: "The experiment: E.yaml.") var experiment: String
  @Option(help: "How to solve every layer: ideal, exact, cholmod or klu; overrides the file.")
  var path: SolutionPathArgument?
  @Option(name: .customLong("layer"), help: "One layer's own path, NAME=PATH; may be repeated.")
  var layerPaths: [LayerPathArgument] = []
  @OptionGroup var options: RunOptions

  func run() async throws {
    let changes = layerPaths.map {
      ExperimentSpec.Change(["layers", $0.name, "path"], $0.path.rawValue, origin: "--layer")
    }
    let spec = try ExperimentSpec(contentsOf: experiment, path: path?.value, changes: changes)
    try await options.run(spec)
  }
}
