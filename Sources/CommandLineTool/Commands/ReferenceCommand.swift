import ArgumentParser
import Configuration
import Experiments
import Reports
import SPICE
import Sweeps

struct ReferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference",
    abstract: "Prints every key of experiment, array and sweep files, and what decks hold.",
    discussion: """
      Without an argument: the pages of experiment (E.yaml), array (ARRAY.yaml), results \
      (results.json) and sweep (S.yaml). Or one page, or one section: `tilespice reference hardware`, \
      `tilespice reference experiment.hardware.converter`. `tilespice reference deck` lists every card, \
      element, parameter, function, output and command of SPICE decks that `solve` takes.
      """)

  @Argument(
    help: "A page (experiment, array, results, sweep, deck), or a section of one by its keys.")
  var page: String?

  func run() throws {
    // No newline is added: a page on its own is the file that the repository keeps.
    if page == "deck" { return Console.print(DeckReference.markdown, terminator: "") }
    let pages = try ReferencePage.all() + [SweepSpec.referencePage()]
    let text =
      if let page { try ReferencePage.text(of: page, in: pages) } else {
        pages.map(\.markdown).joined(separator: "\n")
      }
    Console.print(text, terminator: "")
  }
}
