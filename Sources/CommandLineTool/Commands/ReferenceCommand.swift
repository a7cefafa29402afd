import ArgumentParser
import Configuration
import Experiments
import Reports

struct ReferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference",
    abstract: "Prints every key of experiment and array files: meaning, unit and default.",
    discussion: """
      Without an argument: the pages of experiment (E.yaml), array (ARRAY.yaml) and results \
      (results.json). Or one page, or one section: `tilespice reference hardware`, \
      `tilespice reference experiment.hardware.converter`.
      """)

  @Argument(help: "A page (experiment, array, results), or a section of one by its keys.")
  var page: String?

  func run() throws {
    // No newline is added: a page on its own is the file that the repository keeps.
    let text =
      if let page { try ReferencePage.text(of: page) } else {
        try ReferencePage.all().map(\.markdown).joined(separator: "\n")
      }
    Console.print(text, terminator: "")
  }
}
