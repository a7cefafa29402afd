import Files
import Foundation
import Netlist

extension DeckElaborator {
  private static let pointLimit = 10_000_000

  /// Reads a control card.
  mutating func control(_ card: DeckCard, _ top: DeckInstance) throws(CardFault) {
    let (name, place) = DeckStructure.word(text, card.range)
    switch name {
    case ".options", ".option", ".opt", ".temp", ".global": break
    case ".op":
      if tokens.tokens.count > 1 {
        try unsupported(CardFault(.unexpectedText, tokens.tokens[1].outerRange))
      }
      deck.analyses.append(.operatingPoint)
    case ".dc":
      let steps = try steps(top)
      // If every sweep was ignored, nothing is left to do.
      guard !steps.isEmpty else { break }
      self.sweeps.append((steps, card))
      let sweeps = steps.compactMap(\.sweep)
      if sweeps.count == steps.count, !changesConstants(steps) {
        deck.analyses.append(.dcSweep(sweeps))
      } else {
        try addTable(steps)
      }
    case ".ac" where isTable(tokens.tokens.dropFirst()):
      guard tokens.tokens.count == 4 else {
        throw tokens.tokens.count < 4
          ? CardFault(.missingFields, card.range)
          : CardFault(.unexpectedText, tokens.tokens[4].outerRange)
      }
      try addFrequencyTable(tokens.tokens[3])
    case ".ac":
      guard tokens.tokens.count <= 5 else {
        throw CardFault(.unexpectedText, tokens.tokens[5].outerRange)
      }
      deck.analyses.append(.smallSignal(hertz: try frequencies(tokens.tokens.dropFirst(), top)))
    case ".tran": deck.analyses.append(.transient(try transientSettings(top)))
    case ".print", ".save", ".probe": try readOutputs(name, top)
    case ".plot": warn(CardFault(.ignored, place))
    case ".ic", ".nodeset": try readConditions(name, top)
    case ".measure", ".meas": try readMeasurement(top)
    case ".step":
      let steps = try steps(top)
      if !steps.isEmpty { self.steps.append((steps, card)) }
    case ".data": break
    case ".noise": try readNoise(top)
    case ".tf": try readTransfer(top)
    case ".sp": try readScattering(top)
    case ".pz": try readPoleZero(top)
    case ".four", ".fourier": try readFourier(top)
    case _ where DeckStructure.foreignNames.contains(name):
      try unsupported(CardFault(.unsupportedCard, place))
    default:
      try unsupported(
        CardFault(
          .unknownCard, place, suggestion: NearestWord.find(name, among: DeckStructure.cardNames)))
    }
  }

  // MARK: .dc

  private mutating func steps(_ top: DeckInstance) throws(CardFault) -> [DeckStep] {
    let all = Array(tokens.tokens.dropFirst())
    guard !all.isEmpty else { throw CardFault(.missingFields, card.range) }
    var steps: [DeckStep] = []
    var index = 0
    while index < all.count {
      var kind = DeckStructure.folded(text, all[index].outerRange)
      // Xyce may name the kind of sweep first.
      let isPrefixed = ["lin", "dec", "oct"].contains(kind)
      if isPrefixed { index += 1 }
      // LTspice says that a parameter is one.
      if index + 1 < all.count, DeckStructure.folded(text, all[index].outerRange) == "param" {
        index += 1
      }
      guard index < all.count else { throw CardFault(.missingFields, card.range) }
      let subject = all[index]
      if isTable(all[index...]) {
        guard index + 2 < all.count else { throw CardFault(.missingFields, card.range) }
        // No further faults are reported for a faulty table.
        guard let table = try table(all[index + 2]) else { return [] }
        guard !table.columns.contains(where: { $0.subject == .frequency }) else {
          throw CardFault(.unsupportedSweep, all[index + 2].outerRange)
        }
        steps.append(table)
        index += 3
        continue
      }
      if index + 1 < all.count, all[index + 1].kind == .equals {
        try unsupported(CardFault(.unsupportedSweep, subject.outerRange))
        return steps
      }
      index += 1
      if index < all.count, !isPrefixed {
        kind = DeckStructure.folded(text, all[index].outerRange)
        if ["list", "poi"].contains(kind) {
          index += 1
          var values: [Double] = []
          while index < all.count, isValue(all[index], top) {
            values.append(try value(all[index], top))
            index += 1
          }
          guard !values.isEmpty else { throw CardFault(.missingFields, subject.outerRange) }
          steps.append(try step(subject, values, top))
          continue
        }
        if ["lin", "dec", "oct"].contains(kind) { index += 1 } else { kind = "" }
      }
      guard index + 3 <= all.count else { throw CardFault(.missingFields, card.range) }
      // HSPICE says how many points before their range, Xyce after it.
      let countFirst = !isPrefixed && !kind.isEmpty
      let order = countFirst ? (1, 2, 0) : (0, 1, 2)
      let first = try value(all[index + order.0], top)
      let last = try value(all[index + order.1], top)
      let third = try value(all[index + order.2], top)
      let place = all[index + order.2].outerRange
      index += 3
      let values: [Double]
      switch kind {
      case "dec": values = try logarithmic(first, last, third, 10, place)
      case "oct": values = try logarithmic(first, last, third, 2, place)
      case "lin" where countFirst: values = try even(first, last, third, place)
      default: values = try linear(first, last, third, place)
      }
      steps.append(try step(subject, values, top))
    }
    var pointCount = 1
    for (index, step) in steps.enumerated() {
      guard !steps[..<index].contains(where: { $0.changesTheSame(as: step) }) else {
        throw CardFault(.sweptTwice, step.columns[0].place)
      }
      let (product, overflow) = pointCount.multipliedReportingOverflow(by: step.rows.count)
      guard !overflow, product <= Self.pointLimit else {
        throw CardFault(.valueOutOfRange, card.range)
      }
      pointCount = product
    }
    return steps
  }

  /// Whether these fields ask for a table: `data=name`.
  private func isTable(_ fields: ArraySlice<CardTokens.Token>) -> Bool {
    guard fields.count > 1, fields[fields.startIndex + 1].kind == .equals else { return false }
    return DeckStructure.folded(text, fields[fields.startIndex].outerRange) == "data"
  }

  /// The step over `values` of the subject that a card names.
  mutating func step(
    _ subject: CardTokens.Token, _ values: [Double], _ top: DeckInstance
  ) throws(CardFault) -> DeckStep {
    let name = DeckStructure.folded(text, subject.outerRange)
    let rows = values.map { [$0] }
    func found(_ variable: Sweep.Variable) -> DeckStep {
      let column = DeckStep.Column(
        subject: .variable(variable), name: name, place: subject.outerRange)
      return DeckStep(columns: [column], rows: rows)
    }
    if name == "temp" {
      guard values.allSatisfy({ $0 > -273.15 && $0 < 1e4 }) else {
        throw CardFault(.parameterOutOfRange, subject.outerRange)
      }
      return found(.temperature)
    }
    let element =
      existingElement(subject.outerRange, top) ?? elementOfParameter(subject.outerRange, top)
    guard let element else {
      guard top.parameters.owner(of: name) == nil else {
        let column = DeckStep.Column(
          subject: .parameter, name: name, place: subject.outerRange)
        return DeckStep(columns: [column], rows: rows)
      }
      var names = circuit.voltageSources.map { circuit.name(of: $0.label) }
      names += circuit.currentSources.map { circuit.name(of: $0.label) }
      throw CardFault(
        .unknownElement, subject.outerRange, suggestion: NearestWord.find(name, among: names))
    }
    switch element.kind {
    case .voltageSource: return found(.voltageSource(Int(element.index)))
    case .currentSource: return found(.currentSource(Int(element.index)))
    case .resistor:
      guard values.allSatisfy({ $0 > 0 }) else {
        throw CardFault(.resistanceNotPositive, subject.outerRange)
      }
      return found(.resistor(Int(element.index)))
    default: throw CardFault(.unsupportedSweep, subject.outerRange)
    }
  }

  /// From `first` by `step` as far as `last`, which counts where rounding alone keeps it out.
  private func linear(
    _ first: Double, _ last: Double, _ step: Double, _ place: Range<Int>
  ) throws(CardFault) -> [Double] {
    if first == last { return [first] }
    guard step != 0, (last - first).sign == step.sign else {
      throw CardFault(.parameterOutOfRange, place)
    }
    let steps: Double = (last - first) / step
    let count = (steps * (1 + 1e-9)).rounded(.down)
    guard count < Double(Self.pointLimit) else { throw CardFault(.valueOutOfRange, place) }
    return (0...Int(count)).map { (k: Int) -> Double in first + Double(k) * step }
  }

  /// `count` points from `first` to `last`.
  private func even(
    _ first: Double, _ last: Double, _ count: Double, _ place: Range<Int>
  ) throws(CardFault) -> [Double] {
    guard count >= 1, count == count.rounded(), count < Double(Self.pointLimit) else {
      throw CardFault(.parameterOutOfRange, place)
    }
    guard count > 1, last != first else { return [first] }
    let spacing = (last - first) / (count - 1)
    return (0..<Int(count)).map { (k: Int) -> Double in first + spacing * Double(k) }
  }

  /// As ngspice spaces them: as many whole steps as fit, stretched so that the last point is
  /// `last`.
  private func logarithmic(
    _ first: Double, _ last: Double, _ perBase: Double, _ base: Double, _ place: Range<Int>
  ) throws(CardFault) -> [Double] {
    guard first > 0, last >= first, perBase >= 1, perBase == perBase.rounded() else {
      throw CardFault(.parameterOutOfRange, place)
    }
    if first == last { return [first] }
    let span: Double = Foundation.log(last / first) / Foundation.log(base)
    let count = (span * perBase * (1 + 1e-12)).rounded(.down)
    guard count < Double(Self.pointLimit) else { throw CardFault(.valueOutOfRange, place) }
    guard count >= 1 else { return [first] }
    // As ngspice does: decades are stretched to end at the last value, octaves are kept.
    let ratio = base == 2 ? pow(2, count / perBase) : last / first
    return (0...Int(count)).map { (k: Int) -> Double in first * pow(ratio, Double(k) / count) }
  }

  // MARK: .ac, .tran

  /// `dec|oct|lin n f1 f2`.
  mutating func frequencies(
    _ fields: ArraySlice<CardTokens.Token>, _ top: DeckInstance
  ) throws(CardFault) -> [Double] {
    let all = Array(fields)
    guard all.count >= 4 else { throw CardFault(.missingFields, card.range) }
    let kind = DeckStructure.folded(text, all[0].outerRange)
    let count = try value(all[1], top)
    let (first, last) = (try value(all[2], top), try value(all[3], top))
    switch kind {
    case "dec": return try logarithmic(first, last, count, 10, card.range)
    case "oct": return try logarithmic(first, last, count, 2, card.range)
    case "lin":
      guard first >= 0, last >= first else {
        throw CardFault(.parameterOutOfRange, card.range)
      }
      return try even(first, last, count, all[1].outerRange)
    default:
      throw CardFault(
        .unsupportedSweep, all[0].outerRange,
        suggestion: NearestWord.find(kind, among: ["dec", "oct", "lin"]))
    }
  }

  /// `.tran step stop [start [longest step]] [uic]`. As in LTspice, a step of zero and a lone stop
  /// leave the step to the program: a fiftieth of what is shown.
  mutating func transientSettings(
    _ top: DeckInstance
  ) throws(CardFault) -> TransientSettings {
    var all = tokens.tokens.dropFirst()
    var usesInitialConditions = false
    var rampSeconds = rampSeconds
    if let last = all.last,
      ["uic", "noop"].contains(DeckStructure.folded(text, last.outerRange))
    {
      usesInitialConditions = true
      all.removeLast()
    }
    while let last = all.last,
      ["startup", "steady", "nodiscard"].contains(DeckStructure.folded(text, last.outerRange))
    {
      if DeckStructure.folded(text, last.outerRange) == "startup" {
        rampSeconds = 20e-6
      } else {
        try unsupported(CardFault(.unsupportedParameter, last.outerRange))
      }
      all.removeLast()
    }
    guard !all.isEmpty else { throw CardFault(.missingFields, card.range) }
    guard all.count <= 4 else {
      throw CardFault(.unexpectedText, all[all.startIndex + 4].outerRange)
    }
    var times: [Double] = all.count == 1 ? [0] : []
    for token in all {
      let time = try value(token, top)
      guard time > 0 || (time == 0 && times.count != 1) else {
        throw CardFault(.notPositive, token.outerRange)
      }
      times.append(time)
    }
    var settings = TransientSettings(step: times[0], stop: times[1])
    settings.rampSeconds = rampSeconds
    if times[0] == 0 { settings.step = (times[1] - (times.count > 2 ? times[2] : 0)) / 50 }
    if times.count > 2 {
      guard times[2] < times[1] else {
        throw CardFault(.parameterOutOfRange, all[all.startIndex + 2].outerRange)
      }
      settings.start = times[2]
    }
    if times.count > 3, times[3] > 0 { settings.maximumStep = times[3] }
    settings.usesInitialConditions = usesInitialConditions
    return settings
  }
}
