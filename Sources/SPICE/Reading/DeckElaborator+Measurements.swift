import Files
import Netlist

extension DeckElaborator {
  /// `.measure analysis name …` in its basic forms.
  mutating func readMeasurement(_ top: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    guard all.count >= 5, all[1].kind == .word else { throw CardFault(.missingFields, card.range) }
    let analysisName = DeckStructure.folded(text, all[1].range)
    guard let analysis = AnalysisKind(rawValue: analysisName), analysis != .operatingPoint else {
      throw CardFault(
        .unsupportedMeasurement, all[1].range,
        suggestion: NearestWord.find(analysisName, among: ["dc", "ac", "tran"]))
    }
    let name = DeckStructure.folded(text, all[2].outerRange)
    guard !deck.measurements.contains(where: { $0.name == name && $0.analysis == analysis }) else {
      throw CardFault(.duplicateName, all[2].outerRange)
    }
    var reading = MeasurementReading(index: 3, analysis: analysis)
    guard let form = try measurementForm(&reading, top) else { return }
    guard reading.index >= all.count else {
      throw CardFault(.unexpectedText, all[reading.index].outerRange)
    }
    deck.measurements.append(Measurement(name: name, analysis: analysis, form: form))
    measured.append((analysis, all[1].range, card))
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
      let trigger = try event(&reading, top)
      guard keyword(reading.index) == "targ" else {
        throw CardFault(.unexpectedText, keywordPlace(reading.index), suggestion: "targ")
      }
      reading.index += 1
      return .delay(trigger: trigger, target: try event(&reading, top))
    case "when": return .event(try event(&reading, top))
    case "find":
      let signal = try signal(&reading, top)
      let next = keyword(reading.index)
      reading.index += 1
      switch next {
      case "at": return .value(of: signal, at: try assigned(&reading, top))
      case "when": return .valueAtEvent(of: signal, try event(&reading, top))
      default:
        throw CardFault(.unexpectedText, keywordPlace(reading.index - 1), suggestion: "at=")
      }
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
      let known = ["trig", "when", "find", "avg", "rms", "min", "max", "pp", "integ"]
      try unsupported(
        CardFault(
          .unsupportedMeasurement, place, suggestion: NearestWord.find(word, among: known)))
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

  /// `signal VAL=level RISE=2 TD=1n` or `signal=level RISE=LAST`.
  private mutating func event(
    _ reading: inout MeasurementReading, _ top: DeckInstance
  ) throws(CardFault) -> Measurement.Event {
    if keyword(reading.index) == "at" {
      throw CardFault(.unsupportedMeasurement, keywordPlace(reading.index))
    }
    let place = keywordPlace(reading.index)
    let signal = try signal(&reading, top)
    var event = Measurement.Event(signal: signal, level: 0, direction: .cross, occurrence: 1)
    var hasLevel = false
    if reading.index < tokens.tokens.count, tokens.tokens[reading.index].kind == .equals {
      event.level = try assigned(&reading, top)
      hasLevel = true
    }
    while true {
      let word = keyword(reading.index)
      guard ["val", "td", "rise", "fall", "cross"].contains(word) else { break }
      reading.index += 1
      if word == "val" {
        event.level = try assigned(&reading, top)
        hasLevel = true
      } else if word == "td" {
        event.delay = try assigned(&reading, top)
      } else if let direction = Measurement.Event.Direction(rawValue: word) {
        event.direction = direction
        event.occurrence = try occurrence(&reading, top)
      }
    }
    guard hasLevel else { throw CardFault(.missingFields, place) }
    return event
  }

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
