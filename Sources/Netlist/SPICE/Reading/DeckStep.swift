/// Something that a card runs through values: what `.dc` sweeps, or a parameter.
struct DeckStep {
  enum Subject {
    case variable(Sweep.Variable)
    case parameter
  }

  var subject: Subject
  /// In lower case.
  var name: String
  /// At least one.
  var values: [Double]
  /// Where the card names it.
  var place: Range<Int>

  /// As a sweep; nil for a parameter.
  var sweep: Sweep? {
    guard case .variable(let variable) = subject else { return nil }
    return Sweep(variable: variable, name: name, values: values)
  }

  /// Elements have several names where they are in subcircuits.
  func changesTheSame(as other: DeckStep) -> Bool {
    switch (subject, other.subject) {
    case (.variable(let one), .variable(let two)): one == two
    case (.parameter, .parameter): name == other.name
    default: false
    }
  }
}

extension DeckElaborator {
  /// More decks than this are not made of one.
  private static let stepLimit = 10_000

  /// Whether steps are more than the slowest sweeps of operating points and DC sweeps: then every
  /// combination of their values is a deck of its own.
  private var stepsAreDecks: Bool {
    let hasParameter = steps.contains { $0.steps.contains { $0.sweep == nil } }
    return hasParameter
      || !deck.analyses.allSatisfy { $0.kind == .operatingPoint || $0.kind == .dcSweep }
  }

  /// Makes `.step` the slowest sweeps of operating points and DC sweeps; where there is more to
  /// step, notes what `stepDecks` makes decks of.
  ///
  /// Of several cards the first is the innermost loop and the last the outermost, as in Xyce
  /// (Reference Guide, section .STEP).
  mutating func applySteps(_ top: DeckInstance) {
    noteStepsInConflict(top)
    if let card = steps.first?.card, stepsAreDecks {
      var count = 1
      for step in steps.flatMap(\.steps) {
        let (product, overflow) = count.multipliedReportingOverflow(by: step.values.count)
        count = overflow ? .max : product
      }
      guard count <= Self.stepLimit,
        count * max(elementPlaces.count, 1) <= structure.settings.instanceLimit
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
    var swept = separateSteps.compactMap(\.sweep)
    for case .dcSweep(let sweeps) in deck.analyses { swept += sweeps }
    for case .resistor(let index) in swept.map(\.variable) {
      for current in resistorCurrents where current.index == index {
        note(CardFault(.unsupportedOutput, current.place), current.card, top)
      }
    }
  }

  /// Refuses to give one thing two values: in two `.step` cards, or in one and in the `.dc` card
  /// that runs inside it. Within the card of a sweep that has been told already.
  private mutating func noteStepsInConflict(_ top: DeckInstance) {
    var seen: [(steps: [DeckStep], card: DeckCard)] = stepsAreDecks ? [] : sweeps
    for (own, card) in steps {
      for step in own {
        guard
          let other = seen.first(where: { $0.steps.contains { $0.changesTheSame(as: step) } })
        else { continue }
        var fault = CardFault(.sweptTwice, step.place)
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

  /// A deck for each combination of the values of `separateSteps`, the first running fastest.
  /// Parameters have their values before anything is made of them.
  func stepDecks() throws(DeckError) -> [SimulationStep] {
    guard !separateSteps.isEmpty else { return [] }
    let hasParameter = separateSteps.contains { $0.sweep == nil }
    var places = [Int](repeating: 0, count: separateSteps.count)
    var decks: [SimulationStep] = []
    while true {
      let values = zip(separateSteps, places).map { $0.values[$1] }
      let name = zip(separateSteps, values).map { "\($0.name)=\($1)" }.joined(separator: " ")
      var stepped = deck
      if hasParameter {
        var elaborator = DeckElaborator(structure)
        for (step, value) in zip(separateSteps, values) where step.sweep == nil {
          elaborator.overrides[step.name] = value
        }
        elaborator.elaborate()
        if var error = elaborator.log.error {
          for index in error.faults.indices { error.faults[index].step = name }
          throw error
        }
        stepped = elaborator.deck
      }
      for (step, value) in zip(separateSteps, values) {
        if let sweep = step.sweep { stepped.set(sweep.variable, to: value) }
      }
      decks.append(SimulationStep(name: name, deck: stepped))
      var level = 0
      while level < places.count {
        places[level] += 1
        if places[level] < separateSteps[level].values.count { break }
        places[level] = 0
        level += 1
      }
      if level == places.count { return decks }
    }
  }
}

extension SimulationDeck {
  /// Gives what a sweep would change one value.
  fileprivate mutating func set(_ variable: Sweep.Variable, to value: Double) {
    switch variable {
    case .voltageSource(let index): circuit.setVolts(value, ofSource: index)
    case .currentSource(let index): circuit.setAmperes(value, ofSource: index)
    case .resistor(let index): circuit.setOhms(value, ofResistor: index)
    case .temperature: options.celsius = value
    }
  }
}
