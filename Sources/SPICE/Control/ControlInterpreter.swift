import Files
import Foundation
import Netlist

/// Runs the commands of a deck: ngspice's, over plots as values.
///
/// Loops are bounded, no command starts a program, and files are those of the deck's folder.
public struct ControlInterpreter {
  /// What the commands are given to work with.
  public struct Environment {
    /// Solves a deck: its plots, and the values of its `.measure` cards.
    public var simulate: (SimulationDeck) throws -> (plots: [Plot], measured: [Measured])
    /// The value of a measurement over a plot; `nil` if what it measures does not happen.
    public var measure: (Netlist.Measurement, Plot, Circuit) -> Double?
    /// Takes text that commands print.
    public var print: (String) -> Void
    /// Writes a file of the deck's folder.
    package var write: (Data, String) throws(FileError) -> Void = {
      (data, path) throws(FileError) in try FileContents.write(data, to: path)
    }

    public init(
      simulate: @escaping (SimulationDeck) throws -> (plots: [Plot], measured: [Measured]),
      measure: @escaping (Netlist.Measurement, Plot, Circuit) -> Double?,
      print: @escaping (String) -> Void
    ) {
      self.simulate = simulate
      self.measure = measure
      self.print = print
    }
  }

  /// The value of a measurement.
  public struct Measured: Sendable {
    public var name: String
    public var analysis: AnalysisKind
    /// `nil` if what it measures does not happen.
    public var value: Double?

    public init(name: String, analysis: AnalysisKind, value: Double?) {
      self.name = name
      self.analysis = analysis
      self.value = value
    }
  }

  /// Bounds on what commands may cost.
  package struct Limits {
    /// Turns of all loops together.
    package var turns = 100_000
    /// Analyses of all commands together.
    package var analyses = 20_000
    /// Bytes printed and written.
    package var outputBytes = 1 << 28
    /// Files of `source` inside each other.
    package var sources = 32
  }

  var session: DeckSession
  package var environment: Environment
  package var limits = Limits()
  /// The first has the constants.
  var plots = [ControlPlot(name: "const", plot: Plot(title: "", name: "const", variables: []))]
  var current = 0
  var variables: [String: [String]] = [:]
  var functions: [String: ControlNames.Definition] = [:]
  /// Contents of the files that were written, by path, and their order.
  var files: [String: Data] = [:]
  var filePaths: [String] = []
  var outputBytes = 0
  private var turns = 0
  var analyses = 0
  /// How many commands and conditions were run: the address of their random numbers.
  var commandCount: UInt64 = 0
  /// Files of `source` that are being run, the outermost first.
  var sourcing: [String] = []

  /// The values of all measurements.
  public internal(set) var measured: [Measured] = []
  /// Names of vectors that commands printed or wrote, by the number of their plot.
  public internal(set) var shown: [Int: [String]] = [:]
  /// Commands passed over, each once.
  public internal(set) var notes: [DeckFault] = []
  /// Whether a command printed values.
  public internal(set) var hasPrinted = false

  /// An interpreter of the commands of a deck.
  public init(_ session: DeckSession, _ environment: Environment) {
    self.session = session
    self.environment = environment
    takeConstants()
  }

  /// The plots of the analyses and those that commands made of vectors, in order.
  public var results: [Plot] {
    resultNumbers.map { plots[$0].deck == nil ? plots[$0].madeWhole : plots[$0].plot }
  }
  /// Numbers of the plots of `results`, as `shown` has them.
  public var resultNumbers: [Int] {
    plots.indices.filter { plots[$0].deck != nil || $0 > 0 && !plots[$0].made.isEmpty }
  }

  /// Makes vectors of the deck's `.csparam` constants.
  private mutating func takeConstants() {
    for (name, value) in session.constants { plots[0].set(name, to: ControlVector(value)) }
  }

  enum Course { case goOn, leave, next, quit }

  /// Runs all commands, and writes their files; returns the paths of these.
  public mutating func run() throws(DeckError) -> [String] {
    defer { writeFiles() }
    session.mention(mentionedOutputs())
    _ = try run(session.program.statements)
    return filePaths
  }

  mutating func run(_ statements: [ControlStatement]) throws(DeckError) -> Course {
    for statement in statements {
      let course: Course
      switch statement {
      case .command(let line): course = try run(line)
      case .branch(let line, let first, let second):
        let holds = try condition(line)
        course = try run(holds ? first : second)
      case .loop(let kind, let line, let body): course = try loop(kind, line, body)
      case .leave: course = .leave
      case .next: course = .next
      }
      if course != .goOn { return course }
    }
    return .goOn
  }

  // MARK: Loops

  private mutating func loop(
    _ kind: ControlStatement.Loop, _ line: ControlLine, _ body: [ControlStatement]
  ) throws(DeckError) -> Course {
    var (count, values, name) = (Int.max, [String](), "")
    switch kind {
    case .repeat:
      let words = try words(line)
      if words.count > 1 {
        let number = try scalar(rest(try substituted(line), 1), line)
        guard number >= 0, number < 1e15 else { throw session.fault(.parameterOutOfRange, line) }
        count = Int(number)
      }
    case .foreach:
      let words = try words(line).filter { $0 != "(" && $0 != ")" }
      guard words.count > 1 else { throw session.fault(.missingFields, line) }
      name = words[1].lowercased()
      values = words.dropFirst(2).map { $0.trimmingCharacters(in: ["(", ")", "\""]) }
        .filter { !$0.isEmpty }
      count = values.count
    case .while, .dowhile: break
    }
    var turn = 0
    while turn < count {
      if kind == .while, try !condition(line) { break }
      if kind == .foreach { variables[name] = [values[turn]] }
      turn += 1
      turns += 1
      guard turns <= limits.turns else {
        throw session.fault(
          .endlessLoop, line, subject: "\(line.verb), turn \(limits.turns)")
      }
      let course = try run(body)
      if course == .leave { break }
      if course == .quit { return .quit }
      if kind == .dowhile, try !condition(line) { break }
    }
    return .goOn
  }

  private mutating func condition(_ line: ControlLine) throws(DeckError) -> Bool {
    commandCount += 1
    let text = Self.withSymbols(rest(try substituted(line), 1))
    let value = try value(text, line)
    return value.real.contains { $0 != 0 }
  }

  /// Words of comparison as the operators of expressions, and a single `=` as `==`.
  static func withSymbols(_ text: String) -> String {
    let words = [
      "eq": "==", "ne": "!=", "gt": ">", "lt": "<", "ge": ">=", "le": "<=", "and": "&&", "or": "||",
    ]
    var parts: [String] = []
    for part in text.split(separator: " ", omittingEmptySubsequences: false) {
      let word = part.lowercased()
      parts.append(word == "not" ? "!" : words[word] ?? String(part))
    }
    var text = parts.joined(separator: " ")
    for (sign, other) in [("<>", "!="), ("><", "!="), ("~", "!")] {
      text = text.replacing(sign, with: other)
    }
    let joined = Array(text)
    var result = ""
    for (place, letter) in joined.enumerated() {
      result.append(letter)
      guard letter == "=" else { continue }
      let before = place > 0 ? joined[place - 1] : " "
      let after = place + 1 < joined.count ? joined[place + 1] : " "
      if !"=<>!".contains(before), after != "=" { result.append("=") }
    }
    return result
  }

  // MARK: Commands

  /// Commands that show or look after things that this program has not.
  static let passedOver: Set<String> = [
    "plot", "gnuplot", "hardcopy", "iplot", "asciiplot", "xgraph", "rusage", "show", "showmod",
    "inventory", "listing", "display", "status", "version", "help", "settype", "save", "trace",
    "where", "unalias", "alias", "history", "echo_off", "edit", "cdump", "mdump", "mrdump",
    "deftype", "rspice", "state", "delete", "strcmp", "setscale",
    "diff", "unset", "wrnodev", "snsave", "iplot", "oldhelp", "devhelp", "acct", "pause",
    "eprint", "eprvcd", "edisplay", "esave", "setseed", "remzerovec", "setcirc", "pyplot",
    "optran",
  ]
  /// Commands that would start or load other programs.
  static let startingPrograms: Set<String> = [
    "shell", "aspice", "jobs", "bug", "codemodel", "use", "osdi", "pre_codemodel",
    "sh", "system",
  ]
  static let followed = [
    "op", "dc", "ac", "tran", "run", "meas", "measure", "let", "unlet", "print", "write", "wrdata",
    "set", "option", "alter", "altermod", "alterparam", "reset", "setplot", "destroy", "echo",
    "define", "linearize", "mc_source", "source", "compose", "quit", "exit", "foreach", "repeat",
    "while",
    "dowhile", "if", "else", "end", "break", "continue", "fourier", "cutout", "fft", "reshape",
    "transpose", "wrs2p", "sp", "pz",
  ]

  private mutating func run(_ line: ControlLine) throws(DeckError) -> Course {
    commandCount += 1
    switch line.verb {
    case "quit", "exit", "bye": return .quit
    case "op", "dc", "ac", "tran", "tf", "noise", "sp", "pz": try analyze(line)
    case "run": try analyze(nil, line)
    case "meas", "measure": try measure(line)
    case "let": try assign(line)
    case "compose": try compose(line)
    case "unlet":
      for name in try words(line).dropFirst() { _ = plots[current].remove(name.lowercased()) }
    case "print": try printVectors(line)
    case "echo": try echo(line)
    case "write": try write(line)
    case "wrdata": try writeData(line)
    case "set", "setcs", "pre_set": try set(line)
    case "option", "options": try setOption(rest(try substituted(line), 1), line)
    case "alter": try alter(line)
    case "altermod": try alterModel(line)
    case "alterparam": try alterParameter(line)
    case "reset", "remcirc", "mc_source":
      try session.reset()
      takeConstants()
    case "setplot": try setPlot(line)
    case "destroy": try destroy(line)
    case "define": try define(line)
    case "linearize": try linearize(line)
    case "cutout": try cutout(line)
    case "fft": try transform(line)
    case "reshape": try reshape(line)
    case "transpose": try transpose(line)
    case "wrs2p": try writeTouchstone(line)
    case "source": return try source(line)
    // Done when the deck was read, where the deck itself has it.
    case "pre_osdi" where sourcing.isEmpty: break
    case "pre_osdi": throw session.fault(.unsupportedCommand, line, subject: line.verb)
    // The deck's own folder is where commands are anyway.
    case "cd" where try staysInFolder(line): break
    case "cd", "chdir", "load", "getcwd":
      throw session.fault(.unsupportedCommand, line, subject: line.verb)
    // Nothing of the deck waits for a program in the background: it is left out, never started.
    case "shell" where line.text.hasSuffix("&"): pass(line)
    case _ where line.verb.hasPrefix("!") || Self.startingPrograms.contains(line.verb):
      throw session.fault(.startsPrograms, line, subject: line.verb)
    case _ where Self.passedOver.contains(line.verb): pass(line)
    case "end", "else": throw session.fault(.strayEnd, line, subject: line.verb)
    case _ where line.verb.hasPrefix("*") || line.verb.hasPrefix("#"): break
    default:
      // A bare assignment is none in ngspice either.
      let isKnown = Self.unsupported.contains(line.verb)
      throw session.fault(
        isKnown ? .unsupportedCommand : .unknownCommand, line, subject: line.verb,
        suggestion: isKnown ? nil : NearestWord.find(line.verb, among: Self.followed))
    }
    return .goOn
  }

  /// Commands of ngspice that compute what this program does not.
  private static let unsupported: Set<String> = [
    "stop", "resume", "step", "sens", "disto", "pss", "psd", "spec", "fourier",
    "label", "goto",
    "circbyline", "inventory", "fopen", "fread", "fclose", "strslice",
    "cross", "compose_", "shift", "dump",
  ]

  private mutating func staysInFolder(_ line: ControlLine) throws(DeckError) -> Bool {
    let words = try words(line)
    guard words.count == 2 else { return false }
    return URL(
      fileURLWithPath: words[1],
      relativeTo: URL(fileURLWithPath: session.folder, isDirectory: true)
    ).standardizedFileURL.path
      == URL(fileURLWithPath: session.folder, isDirectory: true).standardizedFileURL.path
  }

  mutating func pass(_ line: ControlLine) {
    guard !notes.contains(where: { $0.subject == line.verb }) else { return }
    notes += session.fault(.ignored, line, subject: line.verb).faults
  }

  /// Runs the commands of a file in the deck's folder.
  private mutating func source(_ line: ControlLine) throws(DeckError) -> Course {
    let words = try words(line)
    guard words.count == 2 else { throw session.fault(.missingFields, line) }
    let path = try path(words[1], line)
    if let first = sourcing.firstIndex(of: path) {
      var error = session.fault(.includeCycle, line, subject: words[1])
      error.faults[0].chain = (sourcing[first...] + [path]).map {
        String($0.split(separator: "/").last ?? "")
      }
      throw error
    }
    guard sourcing.count < limits.sources else {
      throw session.fault(.includedTooDeep, line, subject: words[1])
    }
    let program: ControlProgram
    do throws(FileError) {
      program = try session.program(inFile: path)
    } catch {
      throw session.fault(.fileUnusable, line, subject: "\(words[1]) (\(error.reason))")
    }
    sourcing.append(path)
    defer { sourcing.removeLast() }
    return try run(program.statements)
  }
}
