import ArgumentParser
import CMalloc
import Experiments

@main
struct TileSpiceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tilespice",
    abstract: "Simulates neural networks on analog in-memory arrays, at circuit level.",
    discussion: """
      Start with `tilespice demo`: a trained network, from its ONNX file to accuracy through exact \
      circuits. Then describe your own array (ARRAY.yaml: mvm, settle, netlist) or experiment \
      (E.yaml: inspect, infer); `tilespice reference` explains every key of both. SPICE decks of \
      your own run with `tilespice solve`.
      """,
    version: SoftwareVersion.line,
    subcommands: [
      DemoCommand.self, InferCommand.self, InspectCommand.self, MVMCommand.self, SettleCommand.self,
      NetlistCommand.self, SolveCommand.self, VerifyCommand.self, CalibrateCommand.self,
      CompareCommand.self, ReferenceCommand.self,
    ])

  static func main() async {
    // One deck, one solve, one thread: a third of the time would go into faults of small pages.
    if ["solve", "verify"].contains(CommandLine.arguments.dropFirst().first) {
      _ = tilespice_heap_of_huge_pages()
    }
    await main(nil)
  }
}
