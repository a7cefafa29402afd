/// One fault of a deck: its kind, its place, and the word that was probably meant.
public struct DeckFault: Hashable, Sendable, CustomStringConvertible {
  /// The rule broken.
  public enum Reason: String, Sendable {
    // Files
    case unreadable = "cannot be read"
    case emptyDeck = "the deck is empty"
    case deckTooLarge = "the file is larger than 2 GiB"
    case includeCycle = "the file includes itself"
    case includedTooDeep = "files include files more deeply than this program takes"
    case includesTooMany = "more files are included than a deck may ask for"
    case missingFileName = "a file name is missing"
    case unknownSection = "the library has no such section"
    case unterminatedSection = ".lib section has no .endl"
    // Text
    case strayContinuation = "continuation line has no card to continue"
    case unbalanced = "bracket or quote is not closed"
    case malformedName = "is not a name"
    case malformedNumber = "is not a number"
    case atto = "the suffix 'a' is atto in some simulators and nothing in others; write 1e-18"
    case valueOutOfRange = "value is beyond what this program computes with"
    case unexpectedText = "is not expected here"
    case missingFields = "card has too few fields"
    case duplicateName = "name is used twice"
    // Headers of core decks
    case malformedHeader = "header line is malformed"
    case unsupportedFormat = "format version is not one that this program reads"
    case beyondCore = "core decks hold R, C, V, I, D and M with portable names only"
    // Expressions
    case malformedExpression = "expression is malformed"
    case expressionTooDeep = "expression is nested too deeply or too long"
    case unknownFunction = "is no function of expressions"
    case recursiveFunction = "function calls itself"
    case wrongArgumentCount = "function does not take this number of arguments"
    case unknownParameter = "no parameter has that name"
    case parameterCycle = "parameter depends on itself"
    case notConstant = "depends on the solution, where a constant is needed"
    case notFinite = "expression has no finite value"
    // Elements
    case unsupportedElement = "element is of a kind that this program does not model"
    case needsCompiledModel =
      "device needs a compiled Verilog-A model: name a folder of them by --models"
    case modelFileUnusable = "file of compiled models cannot be used"
    case nativeForbidden = "names native code, which is not to be loaded"
    case duplicateModule = "two files have a module of that name"
    case noSuchParameter = "the module has no such parameter"
    case parameterPassedOver = "the module has no such parameter, and goes without it"
    case modelRefused = "the module refuses this"
    case wrongTerminalCount = "wrong number of nodes"
    case forgetsState =
      "module reads the time but stores nothing: a state in a variable is lost at every step"
    case unknownModel = "no .model card of that kind has that name"
    case unsupportedModel = "model is of a kind that this program does not model"
    case unsupportedParameter = "parameter is not one that this program models"
    case notPositive = "value must be positive"
    case resistanceNotPositive = "resistance is not positive"
    case parameterOutOfRange = "parameter is out of range"
    case ambiguousPolynomial =
      "one coefficient is a constant in some simulators and a gain in others; write two"
    case ambiguousResistance =
      "the model's R is a factor in some simulators and ignored in others; give one resistance"
    case unsupportedStimulus = "course of a source is not one that this program models"
    case timesNotGrowing = "times do not grow"
    case verticalEdge = "two values at one time make an edge without a duration"
    case shortCircuit =
      "resistance is zero: the nodes are one, and its current is that of a 0 V source"
    case shortLeftOut = "resistance is zero between nodes that are one already; it is left out"
    case resistanceNegative = "resistance is negative, which is an active element"
    case storageNegative = "capacitance or inductance is negative, which is an active element"
    case couplingActive = "coupling beyond 1 makes the inductors an active element"
    case unusedModel = "parameter or model is passed over; no element uses the model"
    case noLine = "no waves: a line needs L and C, R and C, or R alone"
    case notPositiveMatrix = "matrix of a line is not symmetric and positive definite"
    case raggedTriangle = "values are not the upper triangle of a matrix of the line's order"
    case coupledLosses = "losses couple the conductors in a way that this program does not model"
    case unknownSource = "no voltage source has that name"
    case unknownInductor = "no inductor has that name"
    case unknownElement = "no element has that name"
    case digitalNode = "is a digital node, which takes a bridge there"
    case notDigital = "is not of the type that the model has there"
    case noCurrent = "has no current that a simulation knows"
    case unknownNode = "no node has that name"
    // Subcircuits
    case unknownSubcircuit = "no .subckt card has that name"
    case wrongNodeCount = "instance does not have as many nodes as its subcircuit"
    case recursiveSubcircuit = "subcircuit contains itself"
    case nestedTooDeep = "subcircuits are nested more deeply than this program takes"
    case expansionTooLarge = "subcircuits expand to more elements than this program takes"
    case unterminatedSubcircuit = ".subckt has no .ends"
    case strayEnd = "ends what was not begun"
    case guardedDefinition =
      "definitions in a condition of a subcircuit are not followed; put them outside"
    case conditionChanges =
      "a condition was decided by this parameter, which steps and commands cannot change"
    case misplacedCard = "card does not belong inside a subcircuit"
    // Control
    case unknownCard = "is no card of a deck"
    case unsupportedCard = "card is not one that this program follows"
    case controlBlock = "a block of ngspice commands is not followed; use cards, or ignore it"
    // Commands
    case unknownCommand = "is no command"
    case unsupportedCommand = "command is not one that this program follows"
    case startsPrograms = "commands that start other programs are refused"
    case outsideFolder = "commands use files in the deck's own folder only"
    case fileUnusable = "file cannot be used"
    case endlessLoop = "loops and files of the commands took too many turns"
    case tooMuchOutput = "the commands write more than this program keeps"
    case unterminatedBlock = "has no end"
    case unknownVector = "no vector has that name"
    case unknownVariable = "no variable has that name"
    case unknownPlot = "no plot has that name"
    case noVectorValue = "has no value over these vectors"
    case unalterable = "has no such value that a command can alter"
    case commandFailed = "command failed"
    case noAnalysis = "the deck asks for no analysis to run"
    case secondOrder =
      "formulas of integration have order two here, with steps as short as that takes"
    case fixedSeed = "random numbers are the same in every run; give a number as the seed"
    case unknownOption = "is no option that this program knows, and is passed over"
    case unsupportedOption = "option is not one that this program follows"
    case unsupportedOutput = "output is not one that this program computes"
    case unsupportedMeasurement = "measurement is not of a form that this program takes"
    case measuresNothing = "the deck has no analysis of that kind to measure"
    case unsupportedSweep = "sweep is not one that this program makes"
    case measuredTwice = "measurements share this name; formulas take the last"
    case sweptTwice = "is swept or stepped twice"
    case unknownTable = "no .data card has that name"
    case unterminatedTable = ".data has no .enddata"
    case raggedTable = "values do not fill the rows of the table"
    case noFrequencies = "the table has no column freq"
    case ignored = "is ignored"
    case elementOfNoEffect = "element has no effect and is left out"

    /// Whether passing over it makes the deck another circuit.
    public var changesCircuit: Bool {
      switch self {
      case .unsupportedElement, .needsCompiledModel, .unsupportedModel, .unsupportedParameter,
        .unknownParameter,
        .unsupportedStimulus:
        true
      default: false
      }
    }
  }

  public var reason: Reason
  /// Path of the file, or the name that the caller gave the text.
  public var file: String
  /// One-based, or zero if the fault is in no line.
  public var line: Int
  /// One-based, in characters, or zero.
  public var column: Int
  /// The faulty text.
  public var subject: String
  /// The word that was probably meant.
  public var suggestion: String?
  /// The subcircuit instance in which it happened, such as `x1.x2`; empty at the top.
  public var instance: String
  /// `file:line` of the other card, where two contradict each other.
  public var other: String?
  /// Names of files, functions, parameters or subcircuits, each of which leads to the next, where
  /// they come back to the first.
  public var chain: [String] = []
  /// The values of `.step` at which it happened, such as `r=1000.0`; `nil` without steps.
  public var step: String?

  /// A fault at `file:line:column`.
  public init(
    _ reason: Reason, file: String, line: Int, column: Int, subject: String,
    suggestion: String? = nil, instance: String = ""
  ) {
    self.reason = reason
    self.file = file
    self.line = line
    self.column = column
    self.subject = subject
    self.suggestion = suggestion
    self.instance = instance
  }

  public var description: String {
    var text = line > 0 ? "\(file):\(line):\(column): " : "\(file): "
    text += subject.isEmpty ? reason.rawValue : "'\(subject)': \(reason.rawValue)"
    if !chain.isEmpty {
      let shown = chain.count > 12 ? Array(chain.prefix(5)) + ["…"] + chain.suffix(5) : chain
      text += ": \(shown.joined(separator: " → "))"
    }
    if let other { text += ", here and at \(other)" }
    if !instance.isEmpty { text += " (in \(instance))" }
    if let step { text += " (at \(step))" }
    if let suggestion { text += "; did you mean '\(suggestion)'?" }
    return text
  }
}

/// Everything found wrong with a deck in one run, in the order of the text.
public struct DeckError: Error, Equatable, Sendable, CustomStringConvertible {
  /// At least one, at most `limit`.
  public var faults: [DeckFault]
  /// How many more there were.
  public var furtherCount: Int

  /// At most this many faults are reported.
  public static let limit = 20

  public init(_ faults: [DeckFault], furtherCount: Int = 0) {
    self.faults = faults
    self.furtherCount = furtherCount
  }

  public var description: String {
    var lines = faults.map(\.description)
    if furtherCount > 0 { lines.append("and \(furtherCount) more") }
    return lines.joined(separator: "\n")
  }
}
