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

  /// Makes `.step` the slowest sweeps of operating points and DC sweeps, the first card the slower
  /// of two; where there is more to step, notes what `stepDecks` makes decks of.
  mutating func applySteps(_ top: DeckInstance) {
    if let card = steps.first?.card, stepsAreDecks {
      var count = 1
      for step in steps.flatMap(\.steps) {
        let (product, overflow) = count.multipliedReportingOverflow(by: step.values.count)
        count = overflow ? .max : product
      }
      guard count <= Self.stepLimit,
        count * max(elementPlaces.count, 1) <= structure.settings.instanceLimit
      else { return note(CardFault(.valueOutOfRange, card.range), card, top) }
      separateSteps = steps.reversed().flatMap(\.steps)
    } else {
      for (steps, _) in steps.reversed() {
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

  /// A deck for each combination of the values of `separateSteps`, the first running fastest.
  /// Parameters have their values before anything is made of them.
  func stepDecks() throws(DeckError) -> [SimulationStep] {
    guard !separateSteps.isEmpty else { return [] }
    let hasParameter = separateSteps.contains { $0.sweep == nil }
    var places = [Int](repeating: 0, count: separateSteps.count)
    var decks: [SimulationStep] = []
    while true {
      let values = zip(separateSteps, places).map { $0.values[$1] }
      var stepped = deck
      if hasParameter {
        var elaborator = DeckElaborator(structure)
        for (step, value) in zip(separateSteps, values) where step.sweep == nil {
          elaborator.overrides[step.name] = value
        }
        elaborator.elaborate()
        if let error = elaborator.log.error { throw error }
        stepped = elaborator.deck
      }
      for (step, value) in zip(separateSteps, values) {
        if let sweep = step.sweep { stepped.set(sweep.variable, to: value) }
      }
      let name = zip(separateSteps, values).map { "\($0.name)=\($1)" }.joined(separator: " ")
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
