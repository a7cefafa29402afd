import Experiments

/// The page that `man tilespice` shows, in the language of roff: made of the same descriptions as
/// `--help`, so that the two cannot differ.
struct ManualPage {
  private(set) var text = ""

  init(_ program: CommandDescription) {
    line(".TH TILESPICE 1 \"\" \"TileSpice \(SoftwareVersion.number)\" \"User Commands\"")
    section("Name")
    prose("\(program.commandName) - \(program.abstract ?? "")")
    section("Synopsis")
    prose("\(program.commandName) COMMAND [OPTIONS]")
    section("Description")
    prose(program.discussion ?? "")
    section("Commands")
    for command in (program.subcommands ?? []) where command.shouldDisplay && !isHelp(command) {
      describe(command, of: program.commandName)
    }
    section("Exit status")
    item("0", "success")
    item("1", "a failure, which a message on standard error names")
    item("64", "wrong arguments")
    item("130", "interrupted by Ctrl-C")
    item("141", "the reader of standard output has closed the pipe; files are complete")
  }

  private func isHelp(_ command: CommandDescription) -> Bool { command.commandName == "help" }

  private mutating func describe(_ command: CommandDescription, of program: String) {
    line(".SS \(Self.escaped("\(program) \(command.commandName)"))")
    prose(command.abstract ?? "")
    let synopsis = command.shownArguments.map(Self.synopsis).joined(separator: " ")
    prose("\(program) \(command.commandName) \(synopsis)")
    prose(command.discussion ?? "")
    for argument in command.shownArguments {
      item(Self.typed(argument), Self.meaning(argument))
    }
    for inner in (command.subcommands ?? []) where inner.shouldDisplay && !isHelp(inner) {
      describe(inner, of: "\(program) \(command.commandName)")
    }
  }

  private mutating func line(_ text: String) { self.text += text + "\n" }

  private mutating func section(_ title: String) { line(".SH \(title.uppercased())") }

  private mutating func item(_ term: String, _ meaning: String) {
    line(".TP")
    line("\\fB\(Self.escaped(term))\\fR")
    line(Self.escaped(meaning))
  }

  /// Paragraphs; lines that are indented stand as they are.
  private mutating func prose(_ text: String) {
    for paragraph in text.split(separator: "\n\n") where !paragraph.isEmpty {
      line(".PP")
      let isVerbatim = paragraph.hasPrefix("  ")
      if isVerbatim { line(".EX") }
      for part in paragraph.split(separator: "\n", omittingEmptySubsequences: false) {
        line(Self.escaped(String(part)))
      }
      if isVerbatim { line(".EE") }
    }
  }

  private static func typed(_ argument: CommandDescription.Argument) -> String {
    let value = "<\(argument.valueName ?? "value")>"
    let names = (argument.names ?? []).map(\.typed).joined(separator: ", ")
    switch argument.kind {
    case .positional: return value
    case .option: return "\(names) \(value)"
    case .flag: return names
    }
  }

  private static func synopsis(_ argument: CommandDescription.Argument) -> String {
    var text = typed(argument)
    if argument.kind == .flag, let name = argument.names?.last { text = name.typed }
    if argument.isRepeating { text += " ..." }
    return argument.isOptional ? "[\(text)]" : text
  }

  /// Description of the argument. Some defaults depend on the machine; if the text states the rule,
  /// the value is left out.
  private static func meaning(_ argument: CommandDescription.Argument) -> String {
    let text = argument.abstract ?? ""
    guard let value = argument.defaultValue, !text.contains("default:") else { return text }
    return text.isEmpty ? "default: \(value)" : "\(text) (default: \(value))"
  }

  /// `text` as roff prints it unchanged: no escapes, no requests, hyphens that can be copied, and
  /// characters beyond ASCII by their number.
  private static func escaped(_ text: String) -> String {
    let text = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
      .unicodeScalars.map { scalar in
        guard !scalar.isASCII else { return String(scalar) }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "\\[u\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)]"
      }.joined()
    return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&\(text)" : text
  }
}
