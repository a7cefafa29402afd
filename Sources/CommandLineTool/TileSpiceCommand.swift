import ArgumentParser
import CMalloc
import CStandalone
import Dispatch
import Experiments
import Files
import Foundation
import NumericKernels
import Reports

@main
struct TileSpiceCommand: ParsableCommand {
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
      CompensateCommand.self, CompareCommand.self, SweepCommand.self, DiffCommand.self,
      ReportCommand.self,
      ReferenceCommand.self, ManualCommand.self,
    ])

  static func main() {
    Console.prepare()
    MatrixProduct.endOtherThreads()
    let arguments = Array(CommandLine.arguments.dropFirst())
    // One deck, one solve, one thread: a third of the time would go into faults of small pages.
    if ["solve", "verify"].contains(arguments.first) { _ = tilespice_heap_of_huge_pages() }
    do {
      var command = try SolveCommand.alone(arguments) ?? anyCommand(arguments)
      if let asynchronous = command as? any AsyncParsableCommand { runInTask(asynchronous) }
      try command.run()
      end(with: ExitCode.success.rawValue)
    } catch {
      end(with: status(of: error))
    }
  }

  private static func anyCommand(_ arguments: [String]) throws -> any ParsableCommand {
    try checkCommandName(arguments)
    return try parseAsRoot(arguments)
  }

  /// Runs a command that waits for tasks; the others need no thread but the first.
  private static func runInTask(_ command: any AsyncParsableCommand) -> Never {
    // Handed over: nobody else has it.
    nonisolated(unsafe) var command = command
    Task.detached {
      do {
        unsafe try await command.run()
        end(with: ExitCode.success.rawValue)
      } catch {
        end(with: status(of: error))
      }
    }
    dispatchMain()
  }

  private static func end(with status: Int32) -> Never {
    guard let failure = Console.failure else { Foundation.exit(status) }
    // A reader that has seen enough needs no message: the status is that of a process which its
    // closed pipe has ended.
    if failure.isClosedPipe { Foundation.exit(status == 0 ? 128 + SIGPIPE : status) }
    Console.report("Error: \(failure)\n")
    Foundation.exit(status == 0 ? ExitCode.failure.rawValue : status)
  }

  /// Shows what `error` says; returns its exit status.
  private static func status(of error: any Error) -> Int32 {
    let (text, code) = (fullMessage(for: error), exitCode(for: error))
    if code.isSuccess {
      Console.print(text)
    } else if !text.isEmpty {
      Console.report(text + "\n")
    }
    return code.rawValue
  }

  /// Refuses the name of a command that there is not, with the one that was probably meant.
  private static func checkCommandName(_ arguments: [String]) throws {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName }
    let shown = configuration.subcommands.filter { $0.configuration.shouldDisplay }
      .compactMap { $0.configuration.commandName }
    let candidate = arguments.first == "help" ? arguments.dropFirst().first : arguments.first
    guard let candidate, !candidate.hasPrefix("-"), !(names + ["help"]).contains(candidate) else {
      return
    }
    let near = NearestWord.find(candidate, among: shown).map { "did you mean '\($0)'?" }
    throw ValidationError(
      "unknown command '\(candidate)'; " + (near ?? "there are \(shown.joined(separator: ", "))"))
  }
}
