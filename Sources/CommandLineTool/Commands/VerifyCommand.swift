import ArgumentParser
import CrossbarArray
import Experiments
import Reports

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Runs an exported deck in a circuit simulator and compares every sensed current.",
    discussion: """
      ngspice, Xyce, gnucap and VACASK run the folder's own file, such as run.ngspice.sp, unchanged; \
      builtin reads core.sp back and factorizes it. Compiled Verilog-A that the deck names is run as \
      native code. The deck carries the expected currents and the \
      agreement it asks for, relative to the largest of them. Ends with 0 where every current \
      agrees, with 1 where one does not, or where the simulator is not installed or fails.
      """)

  @Argument(help: "Folder that `tilespice netlist` wrote.") var folder: String
  @Option(help: "Who computes: ngspice, xyce, gnucap, vacask, or builtin (our reader and solver).")
  var with: JudgeArgument = JudgeArgument(value: .ngspice)

  func run() throws {
    let verification = try DeckVerification(folder: folder, with: with.value)
    let worst = verification.currents.max {
      ($0.found - $0.expected).magnitude < ($1.found - $1.expected).magnitude
    }
    Console.print("deck       \(folder)/core.sp, \(verification.currents.count) sensed currents")
    Console.print("simulator  \(with.value.rawValue)")
    if let worst {
      Console.print(
        "worst      \(worst.name): expected \(worst.expected) A, found \(worst.found) A")
    }
    Console.print(
      "difference \(NumberFormat.error(verification.worstRelativeDifference)) of the largest "
        + "current; tolerance \(NumberFormat.error(verification.tolerance))")
    guard verification.passes else {
      throw CommandFailure("the deck's currents differ by more than its tolerance")
    }
    Console.print("verdict    agrees")
  }
}

/// A simulator, as named on the command line.
struct JudgeArgument: ExpressibleByArgument {
  let value: DeckVerification.Judge

  static var allValueStrings: [String] { DeckVerification.Judge.allCases.map(\.rawValue) }

  init(value: DeckVerification.Judge) { self.value = value }

  init?(argument: String) {
    guard let value = DeckVerification.Judge(rawValue: argument) else { return nil }
    self.value = value
  }

  var defaultValueDescription: String { value.rawValue }
}

/// A failure that is no fault of the arguments.
struct CommandFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
