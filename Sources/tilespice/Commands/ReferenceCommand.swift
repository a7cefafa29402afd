import ArgumentParser
import Experiments
import Reports

struct ReferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference",
    abstract: "Prints every key of experiment and array files: meaning, unit and default.")

  /// The kinds of files.
  enum Page: String, ExpressibleByArgument, CaseIterable { case experiment, array }

  @Argument(help: "Which file: experiment or array; both if left out.") var page: Page?

  func run() throws {
    // No newline is added: a page on its own is the file that the repository keeps.
    let pages = try (page.map { [$0] } ?? Page.allCases).map { page in
      switch page {
      case .experiment: try ExperimentSpec.reference()
      case .array: try ArrayFile.reference()
      }
    }
    Console.print(pages.joined(separator: "\n"), terminator: "")
  }
}
