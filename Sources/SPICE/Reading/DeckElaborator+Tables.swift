import Files
import Netlist
import Units

/// `.data` tables, and the analyses that run over tables or parameters.
extension DeckElaborator {
  /// Reads a `.data` card and the lines up to its `.enddata`: a name, the quantities of the
  /// columns, and the values row by row. Continuation lines and separate lines are equivalent.
  mutating func readTable(_ lines: [DeckCard], _ top: DeckInstance) throws(CardFault) {
    let head = card
    guard tokens.tokens.count > 1, tokens.tokens[1].kind == .word else {
      throw CardFault(.missingFields, head.range)
    }
    let label = tokens.tokens[1]
    let name = DeckStructure.folded(text, label.range)
    guard !tables.keys.contains(name) else { throw CardFault(.duplicateName, label.range) }
    // The card that refers to a faulty table is not at fault itself.
    tables.updateValue(nil, forKey: name)
    var names: [CardTokens.Token] = []
    var values: [Double] = []
    var fields = Array(tokens.tokens.dropFirst(2))
    var next = 0
    while true {
      for field in fields {
        let isNumber =
          field.kind == .expression
          || (field.kind == .word && SpiceNumber.parse(text.span.extracting(field.range)) != nil)
        if isNumber {
          values.append(try value(field, top))
        } else if values.isEmpty, field.kind == .word {
          names.append(field)
        } else {
          throw CardFault(.malformedNumber, field.outerRange)
        }
      }
      guard next < lines.count else { break }
      try begin(lines[next])
      fields = tokens.tokens
      next += 1
    }
    guard !names.isEmpty, !values.isEmpty else { throw CardFault(.missingFields, head.range) }
    guard values.count.isMultiple(of: names.count) else {
      throw CardFault(
        .raggedTable, label.range, subject: "\(values.count) values in \(names.count) columns")
    }
    let rows = stride(from: 0, to: values.count, by: names.count).map {
      Array(values[$0..<$0 + names.count])
    }
    var columns: [DeckStep.Column] = []
    for (index, name) in names.enumerated() {
      let column = try column(name, rows.map { $0[index] }, top)
      guard !columns.contains(where: { $0.isTheSame(as: column) }) else {
        throw CardFault(.sweptTwice, name.range)
      }
      columns.append(column)
    }
    tables[name] = DeckStep(columns: columns, rows: rows)
  }

  /// A column of a table: a variable of a sweep, or `freq`.
  private mutating func column(
    _ name: CardTokens.Token, _ values: [Double], _ top: DeckInstance
  ) throws(CardFault) -> DeckStep.Column {
    guard DeckStructure.folded(text, name.range) == "freq" else {
      return try step(name, values, top).columns[0]
    }
    guard values.allSatisfy({ $0 > 0 }) else { throw CardFault(.notPositive, name.range) }
    return DeckStep.Column(subject: .frequency, name: "freq", place: name.range)
  }

  /// The table that `data=name` asks for; `nil` if it is faulty.
  func table(_ name: CardTokens.Token) throws(CardFault) -> DeckStep? {
    let label = DeckStructure.folded(text, name.outerRange)
    guard let found = tables[label] else {
      throw CardFault(
        .unknownTable, name.outerRange,
        suggestion: NearestWord.find(label, among: tables.keys.sorted()))
    }
    guard var table = found else { return nil }
    // Its columns are named elsewhere; faults of this use of them belong here.
    for index in table.columns.indices { table.columns[index].place = name.outerRange }
    return table
  }

  /// Adds a DC sweep of parameters or over a table: every point is a deck of its own.
  mutating func addTable(_ steps: [DeckStep]) throws(CardFault) {
    guard allowsDecks(steps.map(\.rows.count)) else {
      throw CardFault(.valueOutOfRange, card.range)
    }
    let columns = steps.flatMap(\.columns)
    let rows = DeckStep.combinations(steps).map { $0.map(\.value) }
    var table = TableSweep(names: columns.map(\.name), rows: rows)
    if case .variable(let variable) = columns[0].subject { table.scale = variable }
    table.runLength = steps[0].rows.count
    deck.analyses.append(.table(table))
    tableColumns.append(columns)
  }

  /// Adds an `.ac` over a table, whose column `freq` has the frequencies.
  mutating func addFrequencyTable(_ name: CardTokens.Token) throws(CardFault) {
    guard let step = try table(name) else { return }
    guard let place = step.columns.firstIndex(where: { $0.subject == .frequency }) else {
      throw CardFault(.noFrequencies, name.outerRange)
    }
    guard allowsDecks([step.rows.count]) else { throw CardFault(.valueOutOfRange, card.range) }
    var (columns, rows) = (step.columns, step.rows)
    columns.remove(at: place)
    for index in rows.indices { rows[index].remove(at: place) }
    var table = TableSweep(names: columns.map(\.name), rows: rows)
    table.hertz = step.rows.map { $0[place] }
    deck.analyses.append(.table(table))
    tableColumns.append(columns)
    sweeps.append(([DeckStep(columns: columns, rows: rows)], card))
  }
}
