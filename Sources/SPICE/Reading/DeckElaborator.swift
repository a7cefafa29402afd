import Netlist

/// One expansion of a subcircuit, or the top of the deck.
struct DeckInstance {
  /// `x1.x2`, empty at the top.
  var path: [UInt8] = []
  /// Number of the scope whose cards it places.
  var scope = 0
  var parameters: ParameterScope
  /// Nodes outside, in the order of the scope's ports.
  var ports: [Node] = []
  /// M: how many copies of it there are in parallel, which one set of elements stands for.
  var multiplier = 1.0
  /// Scopes being expanded, outermost first.
  var ancestors: [Int] = []
}

/// Turns the cards of a deck into a flat circuit, and its analyses and outputs into values.
struct DeckElaborator {
  /// An element that other cards refer to.
  struct ElementPlace {
    enum Kind: UInt8 {
      case resistor, capacitor, inductor, voltageSource, currentSource, voltageControlledSource
      case currentControlledSource, behavioralSource, diode, mosfet, voltageSwitch
      case compactDevice
      /// A resistance of zero: among the voltage sources.
      case short
      /// A coupling or a subcircuit, which has no current.
      case other
    }

    var kind: Kind
    /// Among the circuit's elements of that kind.
    var index: Int32

    /// The current of the element; `nil` if it has none.
    var current: ElementCurrent? {
      let index = Int(index)
      return switch kind {
      case .resistor: .resistor(index)
      case .capacitor: .capacitor(index)
      case .inductor: .inductor(index)
      case .voltageSource, .short: .voltageSource(index)
      case .currentSource: .currentSource(index)
      case .voltageControlledSource: .voltageControlledSource(index)
      case .currentControlledSource: .currentControlledSource(index)
      case .behavioralSource: .behavioralSource(index)
      case .diode: .diode(index)
      case .mosfet: .mosfet(index)
      case .voltageSwitch: .voltageSwitch(index)
      case .compactDevice: .compactDevice(index)
      case .other: nil
      }
    }
  }

  /// A parameter's name and where its value is written.
  struct Definition {
    var name: String
    var source: Int
    var value: Range<Int>
  }

  let structure: DeckStructure
  var log: FaultLog
  var circuit: Circuit
  /// The deck read so far; its circuit is set at the end.
  var deck: SimulationDeck

  /// Labels of nodes by their numbers.
  var nodes = LabelTable()
  var elements = LabelTable()
  /// In the order of `elements`.
  var elementPlaces: [ElementPlace] = []
  var models: [String: ModelPlace] = [:]
  var modelLabels = LabelTable()
  /// Folders of `.options modeldir`.
  var optionModelFolders: [String] = []
  /// `.global`, in lower case.
  var globals: Set<String> = []
  /// By scope.
  var definitions: [[Definition]] = []
  /// Elements that refer to others, which may come later.
  var deferred: [(card: DeckCard, instance: DeckInstance)] = []
  /// Formulas of the behavioral sources with these indices, which may refer to any element.
  var formulas: [(source: Int, card: DeckCard, instance: DeckInstance)] = []
  /// Where the condition and the guess of a node are in the deck.
  var initialConditionPlaces: [Node: Int] = [:]
  var guessPlaces: [Node: Int] = [:]
  /// `.ic` and `.nodeset` of subcircuits.
  var conditions: [(card: DeckCard, instance: DeckInstance)] = []
  /// Step and stop of the first `.tran`, which sources take defaults from.
  var transient: (step: Double, stop: Double)?
  /// `.data` by name in lower case; `nil` for faulty tables.
  var tables: [String: DeckStep?] = [:]
  /// The quantities that the columns set, for each analysis over a table.
  var tableColumns: [[DeckStep.Column]] = []
  /// `.dc` cards, and `.ac` over a table.
  var sweeps: [(steps: [DeckStep], card: DeckCard)] = []
  /// `.step` cards.
  var steps: [(steps: [DeckStep], card: DeckCard)] = []
  /// Steps that need a deck for each value, the fastest first.
  var separateSteps: [DeckStep] = []
  /// Parameter values set by steps; they override the cards of the deck.
  var overrides: [String: Double] = [:]
  /// Parameters of models by the model's name, set by commands; they override its card.
  var modelOverrides: [String: [String: Double]] = [:]
  /// Parameters of subcircuits by the subcircuit's name, set by commands for all instances.
  var innerOverrides: [String: [String: Double]] = [:]
  /// Parameters of compiled devices by the device's name, set by `alter`.
  var deviceOverrides: [String: [(name: String, value: Double)]] = [:]
  /// `.options ramptime`: in so many seconds sources and initial conditions grow from zero.
  var rampSeconds = 0.0
  /// Tables of code models, by the path of their file.
  var gridTables: [String: GridTable] = [:]
  /// Sources with PORTNUM, by that number.
  var ports: [Int: ScatteringSettings.Port] = [:]
  /// `.model` cards of switches that go smoothly from off to on.
  var smoothSwitches: [SmoothSwitch] = []
  /// T_ABS of diode models: degrees Celsius of all of their diodes.
  var diodeCelsius: [Int: Double] = [:]
  /// `alter` commands, in order.
  var alterations: [DeckCard] = []
  /// Outputs that commands mention, as `.save` cards; those that the circuit has not are passed over.
  var mentions: [DeckCard] = []
  /// Vectors that commands made, which measurements may name.
  var madeVectors: Set<String> = []
  /// The analysis that each `.measure` card refers to.
  var measured: [(kind: AnalysisKind, place: Range<Int>, card: DeckCard)] = []
  /// W and L of MOSFET models, for elements without them.
  var modelSizes: [Int: (width: Double?, length: Double?)] = [:]
  /// `.model` cards of LTspice's diodes without an exponential.
  var idealDiodes: [IdealDiode] = []
  /// `.model` cards of resistors, which become values of elements.
  var resistorModels: [ResistorModel] = []
  /// `.model` cards of capacitors and inductors likewise.
  var reactiveModels: [ReactiveModel] = []
  /// `.model` cards of transmission lines.
  var lineModels: [LineModel] = []
  /// Nodes that resistances of zero join.
  var shorts = NodeGroups()
  /// Where resistances of zero are, by the element's name.
  var shortPlaces: [String: (place: Range<Int>, card: DeckCard)] = [:]
  /// Switch models for several switches in parallel, by the model of one and their number.
  var parallelSwitchModels: [Int: [Double: Int]] = [:]
  /// Resistors that change with temperature.
  var warmResistors: [(index: Int, place: Range<Int>, card: DeckCard)] = []
  /// Resistors whose currents are requested.
  var resistorCurrents: [(index: Int, place: Range<Int>, card: DeckCard)] = []
  /// Who uses the nodes, in a deck that may have elements of events.
  var nodeUses = NodeUses()
  /// Whether it is known which nodes are nodes of events.
  var isSecondReading = false
  /// Indices of nodes of events by label.
  var eventNodes: [Label: Int] = [:]
  /// How elements of events use nodes of the circuit, by name.
  var bridgedUses: [String: NodeUses.Events] = [:]
  /// Those nodes, in the order in which they are met.
  var bridges: [BridgedNode] = []
  /// Nodes of events that have one state for ever, by it.
  var constantNodes: [DigitalValue.State: Int] = [:]
  var placedInInstances = 0
  var isExpansionTooLarge = false

  /// The present card and where it is.
  var tokens = CardTokens()
  var text: [UInt8] = []
  var card = DeckCard(source: 0, start: 0, end: 0)
  var scratch: [UInt8] = []

  /// Parameters whose values are being found, the outermost first.
  var evaluating: [String] = []
  // Where the expression being read stands.
  var site: ExpressionSite
  var remainingOperands = 0
  var nesting = 0
  /// Set when a parameter's value is used.
  var usedParameter = false
  /// Set when a constant depends on the temperature.
  var usesTemperature = false
  /// Degrees Celsius at which a step or a sweep has the deck, whatever its cards say.
  var celsiusOverride: Double?
  /// Names of parameters that are read, where someone asks.
  var readNames: Set<String>?
  var randomValues = RandomValue()
  var dialect: DeckDialect { structure.dialect }
  /// `.csparam`: names and values.
  var commandConstants: [(name: String, value: Double)] = []

  init(_ structure: DeckStructure) {
    self.structure = structure
    log = structure.log
    let source = structure.sources[0]
    var title = structure.title ?? source.text(source.title)
    if title.hasPrefix("*") { title.removeFirst() }
    circuit = Circuit(title: title)
    deck = SimulationDeck(circuit: circuit)
    for label in circuit.nodeLabels { _ = nodes.insert(label) }
    site = ExpressionSite(
      source: 0, instance: DeckInstance(parameters: ParameterScope(parent: nil)))
  }

  /// Reads everything, with the decks of steps and tables.
  mutating func wholeDeck() throws(DeckError) -> SimulationDeck {
    elaborate()
    if let error = log.error { throw error }
    var whole = deck
    whole.steps = try stepDecks()
    if whole.steps.isEmpty { whole.tablePoints = try tablePoints(at: []) }
    return whole
  }

  /// Reads everything once.
  mutating func readThrough() {
    definitions = structure.scopes.indices.map { definitions(of: $0) }
    let top = DeckInstance(parameters: ParameterScope(parent: nil))
    define(definitions[0], in: top.parameters)
    for (name, value) in overrides { top.parameters[name] = .value(value) }
    if !overrides.isEmpty, !structure.conditionParameters.isEmpty { noteChangedConditions() }
    let controls = structure.controls
    each(controls, top) { (reader, card) throws(CardFault) in try reader.prepare(card, top) }
    if let celsiusOverride { deck.options.celsius = celsiusOverride }
    evaluateTop(top)
    readCommandConstants(top)
    each(alterations, top) { (reader, _) throws(CardFault) in try reader.noteOverride(top) }
    addTopModels(top)
    elements.reserveCapacity(structure.scopes[0].cards.count)
    nodes.reserveCapacity(structure.scopes[0].cards.count)
    elementPlaces.reserveCapacity(structure.scopes[0].cards.count)
    circuit.reserveCapacity(structure.scopes[0].cards.count)
    place(structure.scopes[0].cards, top)
    for (card, instance) in deferred where !log.isFull {
      each([card], instance) { (reader, card) throws(CardFault) in
        try reader.complete(card, instance)
      }
    }
    for (source, card, instance) in formulas where !log.isFull {
      each([card], instance) { (reader, _) throws(CardFault) in
        try reader.completeBehavioral(source, instance)
      }
    }
    if !bridges.isEmpty, !log.isFull {
      do throws(CardFault) {
        try placeBridges()
      } catch {
        note(error, card, top)
      }
    }
    for (card, instance) in conditions where !log.isFull {
      each([card], instance) { (reader, card) throws(CardFault) in
        try reader.readConditions(
          DeckStructure.word(reader.text, card.range).0, instance)
      }
    }
    if !isExpansionTooLarge {
      for (card, lines) in structure.tables {
        each([card], top) { (reader, _) throws(CardFault) in try reader.readTable(lines, top) }
      }
      each(alterations, top) { (reader, _) throws(CardFault) in try reader.alter(top) }
      for card in mentions { mention(card, top) }
      each(controls, top) { (reader, card) throws(CardFault) in try reader.control(card, top) }
      if dialect == .xyce { enforceInitialVoltages() }
      applySteps(top)
      checkResistances(top)
      noteIdleMeasurements()
    }
    noteUnusedModels()
    deck.circuit = circuit
    deck.warnings = log.warnings
  }

  /// Runs `body` for each card and records its errors.
  private mutating func each(
    _ cards: [DeckCard], _ instance: DeckInstance,
    _ body: (inout DeckElaborator, DeckCard) throws(CardFault) -> Void
  ) {
    for card in cards {
      if log.isFull { return }
      do throws(CardFault) {
        try begin(card)
        try body(&self, card)
      } catch {
        note(error, card, instance)
      }
    }
  }

  /// Places elements.
  mutating func place(_ cards: [DeckCard], _ instance: DeckInstance) {
    let isTop = instance.path.isEmpty
    for card in cards {
      if log.isFull || isExpansionTooLarge { return }
      do throws(CardFault) {
        if !isTop {
          placedInInstances += 1
          guard placedInInstances <= structure.settings.instanceLimit else {
            isExpansionTooLarge = true
            throw CardFault(.expansionTooLarge, card.range)
          }
        }
        try begin(card)
        try placeElement(instance)
      } catch {
        note(error, card, instance)
      }
    }
  }

  /// Makes `card` the present card and cuts it into tokens.
  mutating func begin(_ card: DeckCard) throws(CardFault) {
    if card.source != self.card.source || text.isEmpty {
      text = structure.sources[Int(card.source)].bytes
    }
    self.card = card
    let text = self.text
    try tokens.split(text.span, card.range)
  }

  private mutating func placeElement(_ instance: DeckInstance) throws(CardFault) {
    switch text[Int(card.start)] | 0x20 {
    case UInt8(ascii: "r"): try placeResistor(instance)
    case UInt8(ascii: "c"): try placeCapacitor(instance)
    case UInt8(ascii: "l"): try placeInductor(instance)
    case UInt8(ascii: "v"), UInt8(ascii: "i"): try placeSource(instance)
    case UInt8(ascii: "d"): try placeDiode(instance)
    case UInt8(ascii: "m"):
      if try !placeServed(instance) { try placeMOSFET(instance) }
    case UInt8(ascii: "s"): try placeSwitch(instance)
    case UInt8(ascii: "n"): try placeCompactDevice(instance)
    case UInt8(ascii: "x"): try placeSubcircuit(instance)
    case UInt8(ascii: "e"), UInt8(ascii: "g"): try placeVoltageControlled(instance)
    case UInt8(ascii: "b"): try placeBehavioral(instance)
    case UInt8(ascii: "f"), UInt8(ascii: "h"), UInt8(ascii: "k"), UInt8(ascii: "w"):
      try postpone(instance)
    case UInt8(ascii: "a"): try postponeCodeModel(instance)
    case UInt8(ascii: "t"): try placeLosslessLine(instance)
    case UInt8(ascii: "o"): try placeLossyLine(.ltra, instance)
    case UInt8(ascii: "y"): try placeLossyLine(.txl, instance)
    case UInt8(ascii: "p"): try placeCoupledLines(instance)
    case UInt8(ascii: "u"):
      if isUDevice { try placeUDevice(instance) } else { try placeDiffusiveLine(instance) }
    case UInt8(ascii: "q"), UInt8(ascii: "j"), UInt8(ascii: "z"):
      // The card is read whole, so that other faults of it show.
      guard tokens.tokens.count >= 5 else { throw CardFault(.missingFields, card.range) }
      if try placeServed(instance) { return }
      try unsupported(CardFault(.needsCompiledModel, tokens.tokens[0].outerRange))
    default:
      let name = tokens.tokens[0].outerRange
      try unsupported(CardFault(.unsupportedElement, name))
    }
  }

  /// Completes an element that refers to others.
  private mutating func complete(
    _ card: DeckCard, _ instance: DeckInstance
  ) throws(CardFault) {
    switch text[Int(card.start)] | 0x20 {
    case UInt8(ascii: "k"): try placeCoupling(instance)
    case UInt8(ascii: "a"): try placeCodeModel(instance)
    case UInt8(ascii: "w"): try placeCurrentSwitch(instance)
    default: try placeCurrentControlled(instance)
    }
  }

  // MARK: Faults

  mutating func note(_ fault: CardFault, _ card: DeckCard, _ instance: DeckInstance) {
    let number = fault.source ?? Int(card.source)
    log.add(
      fault, in: structure.sources[number], number: number,
      instance: String(decoding: instance.path, as: UTF8.self))
  }

  mutating func warn(_ fault: CardFault) {
    log.warn(fault, in: structure.sources[Int(card.source)], number: Int(card.source))
  }

  /// Refuses an unsupported feature, or ignores it with a warning if that is allowed.
  mutating func unsupported(_ fault: CardFault) throws(CardFault) {
    guard structure.settings.leniency >= fault.reason.leastLeniency else { throw fault }
    warn(fault)
  }
}
