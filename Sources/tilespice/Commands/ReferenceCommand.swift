import ArgumentParser
import Experiments

struct ReferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference",
    abstract: "Prints every key of experiment and array files: meaning, unit and default.")

  /// The kinds of files.
  enum Page: String, ExpressibleByArgument, CaseIterable { case experiment, array }

  @Argument(help: "Which file: experiment or array; both if left out.") var page: Page?

  func run() throws {
    for page in page.map({ [$0] }) ?? Page.allCases {
      switch page {
      case .experiment: print(try ExperimentSpec.reference())
      case .array: print(try ArrayFile.reference())
      }
    }
  }
}
