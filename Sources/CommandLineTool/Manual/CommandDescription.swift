import ArgumentParser
import Foundation

/// A command as swift-argument-parser describes it in JSON, the source of its help.
struct CommandDescription: Decodable {
  var commandName: String
  var abstract: String?
  var discussion: String?
  var shouldDisplay: Bool
  var arguments: [Argument]?
  var subcommands: [CommandDescription]?

  struct Argument: Decodable {
    enum Kind: String, Decodable { case positional, option, flag }

    struct Name: Decodable {
      enum Kind: String, Decodable { case long, short, longWithSingleDash }
      var kind: Kind
      var name: String

      /// As it is typed: "--limit", "-h".
      var typed: String { (kind == .long ? "--" : "-") + name }
    }

    var kind: Kind
    var names: [Name]?
    var valueName: String?
    var abstract: String?
    var defaultValue: String?
    var isOptional: Bool
    var isRepeating: Bool
    var shouldDisplay: Bool
  }

  /// Arguments and options accepted after the name of the command.
  var shownArguments: [Argument] { (arguments ?? []).filter(\.shouldDisplay) }

  /// The description of `command` with all its subcommands.
  static func of(_ command: any ParsableCommand.Type) throws -> CommandDescription {
    struct Document: Decodable { var command: CommandDescription }
    return try JSONDecoder().decode(Document.self, from: Data(command._dumpHelp().utf8)).command
  }
}
