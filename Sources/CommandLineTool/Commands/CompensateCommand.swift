import ArgumentParser
import Experiments
import Foundation
import Reports

struct CompensateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compensate",
    abstract: "Compensates a network for the losses of its arrays and writes it as an ONNX file.",
    discussion: """
      The layers are compensated as `compensation` of the experiment says, on its calibration \
      images; no image of the test set is run. The file holds the weights as they are programmed, \
      input codes by pairs of QuantizeLinear and DequantizeLinear with the scales of the circuit, \
      and behind the layers a Mul and an Add for their digital gains, so that other programs run \
      what the arrays are given.
      """)

  @Argument(help: "The experiment: E.yaml.") var experiment: String
  @Option(help: "The network to write, .onnx.", transform: FileArgument.network)
  var export: FileArgument
  @Option(help: "The point of the experiment's study, by its values as in `study`: 500.")
  var point: String?
  @Option(help: "Tasks at once; results do not depend on it (default: all cores).")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    if threads < 1 { throw ValidationError("--threads is \(threads); at least one is needed") }
  }

  func run() async throws {
    let network = try await CompensatedNetwork(
      experiment: experiment, point: point, width: threads)
    try network.write(to: export.path)
    Console.print(ExperimentTables.compensation(network.layers))
    Console.print("file       \(export.path)")
  }
}
