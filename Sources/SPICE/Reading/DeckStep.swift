import Netlist

/// A quantity that a card steps through values: a `.dc` variable, a parameter, or the columns of a
/// `.data` table, which change together.
struct DeckStep {
  enum Subject: Equatable {
    case variable(Sweep.Variable)
    case parameter
    /// Of `.ac`, in hertz.
    case frequency
  }

  /// One stepped quantity.
  struct Column {
    var subject: Subject
    /// In lower case.
    var name: String
    /// Where the card names it.
    var place: Range<Int>

    /// Elements have several names where they are in subcircuits.
    func isTheSame(as other: Column) -> Bool {
      subject == other.subject && (subject != .parameter || name == other.name)
    }
  }

  /// A column and its value.
  typealias Setting = (column: Column, value: Double)

  /// At least one.
  var columns: [Column]
  /// At least one, each with a value per column.
  var rows: [[Double]]

  /// As a sweep; `nil` for a parameter and for a table of several columns.
  var sweep: Sweep? {
    guard columns.count == 1, case .variable(let variable) = columns[0].subject else { return nil }
    return Sweep(variable: variable, name: columns[0].name, values: rows.map { $0[0] })
  }

  func changesTheSame(as other: DeckStep) -> Bool {
    columns.contains { column in other.columns.contains { $0.isTheSame(as: column) } }
  }

  /// Every combination of the rows of several, the first running fastest.
  static func combinations(_ steps: [DeckStep]) -> [[Setting]] {
    var all: [[Setting]] = [[]]
    for step in steps {
      all = step.rows.flatMap { row in all.map { $0 + Array(zip(step.columns, row)) } }
    }
    return all
  }
}

extension DeckElaborator {
  /// Largest number of decks made from one.
  private static let stepLimit = 10_000

  /// Whether steps are more than the slowest sweeps of operating points and DC sweeps: then every
  /// combination of their values is a deck of its own.
  private var stepsAreDecks: Bool {
    let areSweeps = deck.analyses.allSatisfy { analysis in
      switch analysis {
      case .operatingPoint, .dcSweep: true
      case .smallSignal, .transient, .table, .noise, .transferFunction, .scattering,
        .poleZero:
        false
      }
    }
    return !areSweeps
      || steps.contains { $0.steps.contains { $0.sweep == nil } || changesConstants($0.steps) }
  }

  /// Whether constants of the deck depend on the temperature, and some step changes it.
  func changesConstants(_ steps: [DeckStep]) -> Bool {
    usesTemperature
      && steps.contains { $0.columns.contains { $0.subject == .variable(.temperature) } }
  }

  /// Whether this deck may be expanded into this many decks.
  func allowsDecks(_ counts: [Int]) -> Bool {
    var count = 1
    for factor in counts {
      let (product, overflow) = count.multipliedReportingOverflow(by: factor)
      guard !overflow, product <= Self.stepLimit else { return false }
      count = product
    }
    return count * max(elementPlaces.count, 1) <= structure.settings.instanceLimit
  }

  /// Makes `.step` cards the slowest sweeps of operating points and DC sweeps; if there is more to
  /// step, records the steps for which `stepDecks` makes decks.
  ///
  /// Of several cards the first is the innermost loop and the last the outermost, as in Xyce
  /// (Reference Guide, section .STEP).
  mutating func applySteps(_ top: DeckInstance) {
    noteStepsInConflict(top)
    if let card = steps.first?.card, stepsAreDecks {
      var pointCount = 0
      for case .table(let table) in deck.analyses { pointCount += table.rows.count }
      guard allowsDecks(steps.flatMap(\.steps).map(\.rows.count) + [max(pointCount, 1)])
      else { return note(CardFault(.valueOutOfRange, card.range), card, top) }
      separateSteps = steps.flatMap(\.steps)
    } else {
      for (steps, _) in steps {
        let sweeps = steps.compactMap(\.sweep)
        for (index, analysis) in deck.analyses.enumerated() {
          if case .dcSweep(let inner) = analysis {
            deck.analyses[index] = .dcSweep(inner + sweeps)
          } else {
            deck.analyses[index] = .dcSweep(sweeps)
          }
        }
      }
    }
    // A resistor's current is a voltage over its resistance, which such a sweep changes.
    for step in sweeps.flatMap(\.steps) + steps.flatMap(\.steps) {
      for case .variable(.resistor(let index)) in step.columns.map(\.subject) {
        for current in resistorCurrents where current.index == index {
          note(CardFault(.unsupportedOutput, current.place), current.card, top)
        }
      }
    }
  }

  /// Refuses to give one quantity two values: in two `.step` cards, or in one and in the `.dc` card
  /// that runs inside it. Conflicts within the card of a sweep have been reported already.
  private mutating func noteStepsInConflict(_ top: DeckInstance) {
    var seen: [(steps: [DeckStep], card: DeckCard)] = sweeps
    for (own, card) in steps {
      for step in own {
        guard
          let other = seen.first(where: { $0.steps.contains { $0.changesTheSame(as: step) } })
        else { continue }
        var fault = CardFault(.sweptTwice, step.columns[0].place)
        fault.other = location(of: other.card)
        note(fault, card, top)
      }
      seen.append((own, card))
    }
  }

  /// `file:line` of a card.
  private func location(of card: DeckCard) -> String {
    let source = structure.sources[Int(card.source)]
    return "\(source.name):\(source.location(of: Int(card.start)).line)"
  }

  // MARK: Decks

  /// A deck for each combination of the values of `separateSteps`, the first running fastest.
  func stepDecks() throws(DeckError) -> [SimulationStep] {
    guard !separateSteps.isEmpty else { return [] }
    return try DeckStep.combinations(separateSteps).map { (settings) throws(DeckError) in
      let (name, stepped) = try deck(at: settings)
      var whole = stepped
      whole.tablePoints = try tablePoints(at: settings)
      return SimulationStep(name: name, deck: whole)
    }
  }

  /// A deck for each row of each analysis that is a table, where steps have these values.
  func tablePoints(at settings: [DeckStep.Setting]) throws(DeckError) -> [[SimulationDeck]] {
    var tables: [[SimulationDeck]] = []
    for case .table(let table) in deck.analyses {
      let columns = tableColumns[tables.count]
      tables.append(
        try table.rows.map { (row) throws(DeckError) in
          var point = try deck(at: settings + Array(zip(columns, row))).deck
          point.analyses = []
          point.measurements = []
          return point
        })
    }
    return tables
  }

  /// The deck with these values, of which later ones override earlier ones, and its name.
  /// Parameters get their values before elaboration.
  private func deck(
    at settings: [DeckStep.Setting]
  ) throws(DeckError) -> (name: String, deck: SimulationDeck) {
    let name = settings.map { "\($0.column.name)=\($0.value)" }.joined(separator: " ")
    var made = deck
    let parameters = settings.filter { $0.column.subject == .parameter }
    let celsius = settings.last { $0.column.subject == .variable(.temperature) }?.value
    if !parameters.isEmpty || usesTemperature && celsius != nil {
      var elaborator = DeckElaborator(structure)
      elaborator.overrides = overrides
      elaborator.celsiusOverride = celsius ?? celsiusOverride
      elaborator.randomValues.round = randomValues.round
      elaborator.modelOverrides = modelOverrides
      elaborator.alterations = alterations
      elaborator.mentions = mentions
      for (column, value) in parameters { elaborator.overrides[column.name] = value }
      elaborator.elaborate()
      elaborator.noteChangedShorts(since: self)
      if var error = elaborator.log.error {
        for index in error.faults.indices { error.faults[index].step = name }
        throw error
      }
      made = elaborator.deck
    }
    for (column, value) in settings {
      if case .variable(let variable) = column.subject { made.set(variable, to: value) }
    }
    return (name, made)
  }
}

extension SimulationDeck {
  /// Sets the variable of a sweep to one value.
  fileprivate mutating func set(_ variable: Sweep.Variable, to value: Double) {
    switch variable {
    case .voltageSource(let index): circuit.setVolts(value, ofSource: index)
    case .currentSource(let index): circuit.setAmperes(value, ofSource: index)
    case .resistor(let index): circuit.setOhms(value, ofResistor: index)
    case .temperature: options.celsius = value
    }
  }
}
