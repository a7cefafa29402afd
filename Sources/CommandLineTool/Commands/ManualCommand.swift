import ArgumentParser
import Reports

/// Used by `make install`; users have `man tilespice`.
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual", abstract: "Prints the page of man in roff.", shouldDisplay: false)

  func run() throws {
    let program = try CommandDescription.of(TileSpiceCommand.self)
    Console.print(ManualPage(program).text, terminator: "")
  }
}
