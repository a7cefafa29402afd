import ArgumentParser
import Experiments
import Reports

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows how a network lands on arrays: layers, tiles, rows used, what stays digital.",
    discussion: """
      Takes an ONNX file (mapped on the default hardware or --hardware), or an E.yaml.

      Of a quantized network (QDQ), the codes and scales of weights that arrays can hold are kept, as \
      are the scales of inputs that have one for the whole tensor; weights that arrays cannot hold are \
      quantized anew from their real values. The columns weights and inputs give the width \
      of the codes and say which they are: kept, quantized (the file has real numbers) or anew.
      """)

  @Argument(help: "NET.onnx, or an experiment E.yaml.") var network: String
  @Option(
    help: ArgumentHelp(
      "Hardware: a YAML file with the keys of an experiment's hardware section, or a preset by its "
        + "name (isaac, prime, sonos, paper-a, …).", valueName: "file-or-preset"))
  var hardware: String?
  @Flag(help: "Print the resolved configuration too.") var resolved = false

  func run() throws {
    let inspection =
      network.hasSuffix(".yaml") || network.hasSuffix(".yml")
      ? try NetworkInspection(experiment: network, hardware: hardware)
      : try NetworkInspection(onnx: network, hardware: hardware)
    Console.print(InspectionTables(inspection).text)
    if resolved { Console.print("\n" + inspection.resolvedYAML, terminator: "") }
  }
}
