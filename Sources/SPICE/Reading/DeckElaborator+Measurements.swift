import Files
import Netlist

extension DeckElaborator {
  /// `.measure [analysis] name …`; without an analysis it is a transient's, or of what the deck's
  /// only analysis is.
  mutating func readMeasurement(_ top: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    guard all.count >= 4, all[1].kind == .word else { throw CardFault(.missingFields, card.range) }
    let analysisName = DeckStructure.folded(text, all[1].range)
    var first = 2
    var analysis = AnalysisKind(rawValue: analysisName)
    if analysis == nil, let assumed = assumedAnalysis, Self.forms.contains(keyword(2)) {
      (analysis, first) = (assumed, 1)
    }
    guard let analysis, analysis != .operatingPoint else {
      throw CardFault(
        .unsupportedMeasurement, all[1].range,
        suggestion: NearestWord.find(analysisName, among: ["dc", "ac", "tran"]))
    }
    let name = DeckStructure.folded(text, all[first].outerRange)
    if deck.measurements.contains(where: { $0.name == name && $0.analysis == analysis }) {
      warn(CardFault(.measuredTwice, all[first].outerRange))
    }
    var reading = MeasurementReading(index: first + 1, analysis: analysis)
    guard let form = try measurementForm(&reading, top) else { return }
    guard reading.index >= all.count else {
      throw CardFault(.unexpectedText, all[reading.index].outerRange)
    }
    let measurement = Measurement(name: name, analysis: analysis, form: form)
    deck.measurements.append(measurement)
    measured.append((analysis, all[1].range, card))
    // Values of devices are vectors only where an output asks for them.
    deck.outputs += measurement.signals.filter { signal in
      signal.expression.isOfDevices && !deck.outputs.contains(signal)
    }
  }

  private static let forms =
    [
      "trig", "when", "find", "deriv", "param", "eqn", "integral",
    ] + ["avg", "rms", "min", "max", "pp", "integ", "min_at", "max_at"]

  /// The analysis of a measurement that names none.
  private var assumedAnalysis: AnalysisKind? {
    let kinds = structure.controls.compactMap { card -> AnalysisKind? in
      let word = DeckStructure.word(structure.sources[Int(card.source)].bytes, card.range).0
      return AnalysisKind(rawValue: String(word.dropFirst()))
    }
    return kinds.contains(.transient) ? .transient : kinds.first
  }

  /// Warns of measurements of an analysis that the deck does not run: they give no value.
  mutating func noteIdleMeasurements() {
    for (kind, place, card) in measured
    where !deck.analyses.contains(where: { $0.kind == kind }) {
      let number = Int(card.source)
      log.warn(
        CardFault(.measuresNothing, place), in: structure.sources[number], number: number)
    }
  }

  private struct MeasurementReading {
    var index: Int
    var analysis: AnalysisKind
  }

  private func keyword(_ index: Int) -> String {
    guard index < tokens.tokens.count else { return "" }
    return DeckStructure.folded(text, tokens.tokens[index].outerRange)
  }

  private func keywordPlace(_ index: Int) -> Range<Int> {
    index < tokens.tokens.count ? tokens.tokens[index].outerRange : card.range
  }

  private mutating func measurementForm(
    _ reading: inout MeasurementReading, _ top: DeckInstance
  ) throws(CardFault) -> Measurement.Form? {
    let word = keyword(reading.index)
    let place = keywordPlace(reading.index)
    reading.index += 1
    switch word {
    case "trig":
      let trigger = try bound(&reading, top)
      guard keyword(reading.index) == "targ" else {
        throw CardFault(.unexpectedText, keywordPlace(reading.index), suggestion: "targ")
      }
      reading.index += 1
      return .delay(trigger: trigger, target: try bound(&reading, top))
    case "when": return .event(try event(&reading, top))
    case "find": return .value(of: try signal(&reading, top), try self.place(&reading, top))
    case "deriv", "derivative":
      return .slope(of: try signal(&reading, top), try self.place(&reading, top))
    case "param", "eqn":
      if reading.index < tokens.tokens.count, tokens.tokens[reading.index].kind == .equals {
        reading.index += 1
      }
      guard reading.index < tokens.tokens.count else {
        throw CardFault(.missingFields, card.range)
      }
      let range = tokens.tokens[reading.index].outerRange.lowerBound..<card.range.upperBound
      reading.index = tokens.tokens.count
      return .formula(try measuredFormula(range, top))
    case _ where Measurement.Statistic(rawValue: word) != nil || word == "integral":
      let statistic = Measurement.Statistic(rawValue: word) ?? .integral
      let signal = try signal(&reading, top)
      var (from, to): (Double?, Double?) = (nil, nil)
      while ["from", "to"].contains(keyword(reading.index)) {
        let isFrom = keyword(reading.index) == "from"
        reading.index += 1
        let number = try assigned(&reading, top)
        if isFrom { from = number } else { to = number }
      }
      if let from, let to, from > to { throw CardFault(.parameterOutOfRange, card.range) }
      return .statistic(statistic, of: signal, from: from, to: to)
    default:
      try unsupported(
        CardFault(
          .unsupportedMeasurement, place, suggestion: NearestWord.find(word, among: Self.forms)))
      return nil
    }
  }

  /// `=value` or `value`.
  private mutating func assigned(
    _ reading: inout MeasurementReading, _ top: DeckInstance
  ) throws(CardFault) -> Double {
    let all = tokens.tokens
    if reading.index < all.count, all[reading.index].kind == .equals { reading.index += 1 }
    guard reading.index < all.count else { throw CardFault(.missingFields, card.range) }
    let number = try value(all[reading.index], top)
    reading.index += 1
    return number
  }

  private mutating func signal(
    _ reading: inout MeasurementReading, _ top: DeckInstance
  ) throws(CardFault) -> OutputRequest {
    let all = tokens.tokens
    guard reading.index < all.count else { throw CardFault(.missingFields, card.range) }
    let start = reading.index
    reading.index += 1
    if reading.index < all.count, all[reading.index].kind == .open {
      while reading.index < all.count, all[reading.index].kind != .close { reading.index += 1 }
      guard reading.index < all.count else {
        throw CardFault(.unbalanced, all[start].outerRange)
      }
      reading.index += 1
    }
    guard let request = try output(start..<reading.index, reading.analysis, top) else {
      throw CardFault(.unsupportedMeasurement, all[start].outerRange)
    }
    return request
  }

  /// `AT=place`, or a crossing: what TRIG and TARG name.
  private mutating func bound(
    _ reading: inout MeasurementReading, _ top: DeckInstance
  ) throws(CardFault) -> Measurement.Place {
    guard keyword(reading.index) == "at" else { return .event(try event(&reading, top)) }
    reading.index += 1
    return .at(try assigned(&reading, top))
  }

  /// `AT=place` or `WHEN` and a crossing.
  private mutating func place(
    _ reading: inout MeasurementReading, _ top: DeckInstance
  ) throws(CardFault) -> Measurement.Place {
    let next = keyword(reading.index)
    reading.index += 1
    switch next {
    case "at": return .at(try assigned(&reading, top))
    case "when": return .event(try event(&reading, top))
    default:
      throw CardFault(.unexpectedText, keywordPlace(reading.index - 1), suggestion: "at=")
    }
  }

  /// `signal VAL=level RISE=2 TD=1n`, `signal=level RISE=LAST` or `signal=signal`.
  private mutating func event(
    _ reading: inout MeasurementReading, _ top: DeckInstance
  ) throws(CardFault) -> Measurement.Event {
    let place = keywordPlace(reading.index)
    let signal = try signal(&reading, top)
    var event = Measurement.Event(
      signal: signal, level: .number(0), direction: .cross, occurrence: 1)
    var hasLevel = false
    if reading.index < tokens.tokens.count, tokens.tokens[reading.index].kind == .equals {
      reading.index += 1
      event.level = try level(&reading, top)
      hasLevel = true
    }
    while true {
      let word = keyword(reading.index)
      guard ["val", "td", "rise", "fall", "cross", "from", "to"].contains(word) else { break }
      reading.index += 1
      if word == "val" {
        if reading.index < tokens.tokens.count, tokens.tokens[reading.index].kind == .equals {
          reading.index += 1
        }
        event.level = try level(&reading, top)
        hasLevel = true
      } else if word == "to" {
        event.end = try assigned(&reading, top)
      } else if word == "td" || word == "from" {
        event.delay = try assigned(&reading, top)
      } else if let direction = Measurement.Event.Direction(rawValue: word) {
        event.direction = direction
        event.occurrence = try occurrence(&reading, top)
      }
    }
    guard hasLevel else { throw CardFault(.missingFields, place) }
    return event
  }

  /// A number, or another signal.
  private mutating func level(
    _ reading: inout MeasurementReading, _ top: DeckInstance
  ) throws(CardFault) -> Measurement.Event.Level {
    let all = tokens.tokens
    guard reading.index < all.count else { throw CardFault(.missingFields, card.range) }
    if let formula = try levelFormula(&reading, top) { return .signal(formula) }
    let isSignal =
      reading.index + 1 < all.count && all[reading.index + 1].kind == .open
      && all[reading.index].kind == .word
      && !isValue(all[reading.index], top)
    return isSignal
      ? .signal(try signal(&reading, top)) : .number(try assigned(&reading, top))
  }

  /// A level that is a formula of signals, `par('0.9*v(2)')` or `0.9*v(2)`, or a vector that a command
  /// made; `nil` for a number or one signal.
  private mutating func levelFormula(
    _ reading: inout MeasurementReading, _ top: DeckInstance
  ) throws(CardFault) -> OutputRequest? {
    let all = tokens.tokens
    let start = reading.index
    var end = start + 1
    while end < all.count,
      !(all[end].kind == .word && Self.eventWords.contains(keyword(end)))
    { end += 1 }
    let name = keyword(start)
    if end == start + 1 {
      guard all[start].kind == .word, madeVectors.contains(name) else { return nil }
      reading.index = end
      return OutputRequest(
        analysis: reading.analysis, name: name, expression: .parameter(name))
    }
    // One signal, such as `v(a)` or `v(a,b)`.
    if all[start + 1].kind == .open, end - start >= 4, name != "par",
      all[end - 1].kind == .close, all[start..<end].count(where: { $0.kind == .open }) == 1
    {
      return nil
    }
    var place = all[start].outerRange.lowerBound..<all[end - 1].outerRange.upperBound
    if name == "par", end - start == 4 { place = all[start + 2].outerRange }
    reading.index = end
    let text = DeckStructure.folded(self.text, place).filter { !$0.isWhitespace }
    return OutputRequest(
      analysis: reading.analysis, name: text,
      expression: try formula(place, top, isOutput: true))
  }

  private static let eventWords: Set<String> = [
    "rise", "fall", "cross", "td", "from", "to", "val", "targ", "trig", "at", "when",
  ]

  private mutating func occurrence(
    _ reading: inout MeasurementReading, _ top: DeckInstance
  ) throws(CardFault) -> Int? {
    if reading.index < tokens.tokens.count, tokens.tokens[reading.index].kind == .equals {
      reading.index += 1
    }
    if keyword(reading.index) == "last" {
      reading.index += 1
      return nil
    }
    let place = keywordPlace(reading.index)
    let number = try assigned(&reading, top)
    guard number >= 1, number < 1e9, number == number.rounded() else {
      throw CardFault(.parameterOutOfRange, place)
    }
    return Int(number)
  }
}
