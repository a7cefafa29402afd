import Files
import Netlist

/// Models of elements of events.
extension DeckElaborator {
  /// Their names, for messages and the reference page.
  static let eventModels = EventModelCard.Kind.allCases.map(\.rawValue)

  /// The kind that the third word of a `.model` card names, if it is one of events.
  func eventKind(of modelCard: DeckCard) -> EventModelCard.Kind? {
    let bytes = structure.sources[Int(modelCard.source)].bytes
    var words = bytes[modelCard.range].split(
      maxSplits: 3, omittingEmptySubsequences: true,
      whereSeparator: { $0 <= 32 || $0 == UInt8(ascii: "(") })
    words.removeFirst(min(2, words.count))
    return words.first.flatMap {
      EventModelCard.Kind(rawValue: String(decoding: $0, as: UTF8.self).lowercased())
    }
  }

  /// The card of the model that the last word of the present card names, if it is one of events.
  func eventModelCard(_ instance: DeckInstance) -> (DeckCard, EventModelCard.Kind)? {
    guard let token = tokens.tokens.last, token.kind == .word else { return nil }
    let name = DeckStructure.folded(text, token.range)
    guard let card = structure.scopes[scope(ofModel: name, instance)].models[name] else {
      return nil
    }
    return eventKind(of: card).map { (card, $0) }
  }

  /// Reads the card of a model; the present card stays what it is.
  mutating func eventModel(
    _ modelCard: DeckCard, _ kind: EventModelCard.Kind, _ instance: DeckInstance
  ) throws(CardFault) -> EventModelCard {
    let outside = (card, tokens, text)
    defer { (card, tokens, text) = outside }
    do throws(CardFault) {
      try begin(modelCard)
      return try readEventModel(kind, instance)
    } catch {
      var fault = error
      fault.source = fault.source ?? Int(modelCard.source)
      throw fault
    }
  }

  private mutating func readEventModel(
    _ kind: EventModelCard.Kind, _ instance: DeckInstance
  ) throws(CardFault) -> EventModelCard {
    var model = EventModelCard(
      kind: kind, place: tokens.tokens[2].range, source: Int(card.source))
    let known = kind.parameters
    for assignment in try Assignment.list(tokens.tokens.dropFirst(3), card.range, text) {
      let name = DeckStructure.folded(text, assignment.name)
      if name == kind.textParameter {
        let inside = Self.unquoted(assignment.value, text)
        let own = words(assignment.value, in: Int(card.source), instance.parameters)
        model.texts[name] = (
          own ?? String(decoding: text[inside], as: UTF8.self), assignment.value
        )
        continue
      }
      guard let preset = known[name] else {
        try unsupported(
          CardFault(
            .unsupportedParameter, assignment.name,
            suggestion: NearestWord.find(name, among: known.keys.sorted())))
        continue
      }
      let numbers = try numbers(assignment.value, instance)
      if preset != nil, numbers.count != 1 {
        throw CardFault(.malformedNumber, assignment.value)
      }
      model.numbers[name] = (numbers, assignment.value)
    }
    for (name, preset) in known where preset == nil && model.numbers[name] == nil {
      throw CardFault(.missingFields, card.range, subject: name)
    }
    if let name = kind.textParameter, model.texts[name] == nil {
      throw CardFault(.missingFields, card.range, subject: name)
    }
    try check(model)
    return model
  }

  private func check(_ model: EventModelCard) throws(CardFault) {
    for name in model.numbers.keys.sorted()
    where name.hasSuffix("delay") || ["t_rise", "t_fall", "transition_time"].contains(name) {
      guard model.number(name) >= 0 else { throw model.fault(.parameterOutOfRange, name) }
    }
    func require(_ condition: Bool, _ name: String) throws(CardFault) {
      guard condition else { throw model.fault(.parameterOutOfRange, name) }
    }
    func requireWhole(_ name: String, from least: Double, to most: Double) throws(CardFault) {
      let number = model.number(name)
      try require(number == number.rounded() && number >= least && number <= most, name)
    }
    switch model.kind {
    case .analogToDigital: try require(model.number("in_low") <= model.number("in_high"), "in_high")
    case .divider:
      try requireWhole("div_factor", from: 1, to: 1e9)
      try requireWhole("high_cycles", from: 0, to: model.number("div_factor"))
      try requireWhole("i_count", from: 0, to: model.number("div_factor"))
    case .oscillator, .pulseWidth:
      let name = model.kind == .oscillator ? "freq_array" : "dc_array"
      let (controls, values) = (model.list("cntl_array"), model.list(name))
      try require(controls.count >= 2, "cntl_array")
      try require(zip(controls, controls.dropFirst()).allSatisfy { $0 < $1 }, "cntl_array")
      try require(values.count == controls.count && values.allSatisfy { $0 >= 0 }, name)
      if model.kind == .oscillator {
        try require(model.number("duty_cycle") > 0 && model.number("duty_cycle") < 1, "duty_cycle")
      } else {
        try require(model.number("frequency") > 0, "frequency")
      }
    case .memory: try requireWhole("select_value", from: 0, to: 32767)
    case .stateMachine: try requireWhole("reset_state", from: 0, to: 1e9)
    default: break
    }
  }

  /// What an element with so many inputs and outputs computes.
  func eventLaw(
    _ model: EventModelCard, inputs: [Int], outputs: Int
  ) throws(CardFault) -> EventModel {
    if let gate = model.kind.gate { return .gate(gate, model.edges) }
    func flipFlop(_ kind: FlipFlopModel.Kind) throws(CardFault) -> EventModel {
      var law = FlipFlopModel(kind)
      law.clockDelay = model.number("clk_delay")
      (law.setDelay, law.resetDelay) = (model.number("set_delay"), model.number("reset_delay"))
      (law.edges, law.initial) = (model.edges, try model.initial())
      return .flipFlop(law)
    }
    func latch(isSetReset: Bool) throws(CardFault) -> EventModel {
      var law = LatchModel(isSetReset: isSetReset)
      law.dataDelay = model.number(isSetReset ? "sr_delay" : "data_delay")
      law.enableDelay = model.number("enable_delay")
      (law.setDelay, law.resetDelay) = (model.number("set_delay"), model.number("reset_delay"))
      (law.edges, law.initial) = (model.edges, try model.initial())
      return .latch(law)
    }
    switch model.kind {
    case .buffer, .inverter, .and, .nand, .or, .nor, .xor, .xnor:
      preconditionFailure("gates have functions")
    case .analogToDigital:
      return .analogToDigital(
        low: model.number("in_low"), high: model.number("in_high"), model.edges)
    case .digitalToAnalog:
      var level = LevelModel()
      (level.low, level.high) = (model.number("out_low"), model.number("out_high"))
      level.unknown = model.number("out_undef")
      (level.riseSeconds, level.fallSeconds) = (model.number("t_rise"), model.number("t_fall"))
      return .digitalToAnalog(level)
    case .tristate: return .tristate(delay: model.number("delay"))
    case .pullUp: return .constant(DigitalValue(.one, .resistive))
    case .pullDown: return .constant(DigitalValue(.zero, .resistive))
    case .openCollector:
      return .openCollector(
        openDelay: model.number("open_delay"), fallDelay: model.number("fall_delay"))
    case .openEmitter:
      return .openEmitter(
        openDelay: model.number("open_delay"), riseDelay: model.number("rise_delay"))
    case .dataFlipFlop: return try flipFlop(.data)
    case .jkFlipFlop: return try flipFlop(.jk)
    case .toggleFlipFlop: return try flipFlop(.toggle)
    case .setResetFlipFlop: return try flipFlop(.setReset)
    case .dataLatch: return try latch(isSetReset: false)
    case .setResetLatch: return try latch(isSetReset: true)
    case .divider:
      var law = DividerModel()
      law.factor = model.whole("div_factor")
      (law.highCycles, law.initialCount) = (model.whole("high_cycles"), model.whole("i_count"))
      law.edges = model.edges
      return .divider(law)
    case .oscillator, .pulseWidth:
      let isFrequency = model.kind == .oscillator
      return .oscillator(
        OscillatorModel(
          isFrequency
            ? .frequency(dutyCycle: model.number("duty_cycle"))
            : .dutyCycle(hertz: model.number("frequency")),
          controls: model.list("cntl_array"),
          values: model.list(isFrequency ? "freq_array" : "dc_array"),
          initialPhase: model.number("init_phase") / 360, edges: model.edges))
    case .stimulus: return .stimulus(try table(model, outputs: outputs))
    case .stateMachine: return .stateMachine(try machine(model, inputs: inputs[0], outputs))
    case .memory:
      var law = MemoryModel(width: outputs, addressBits: inputs[1])
      guard inputs[0] == outputs, inputs[1] <= 24, inputs[3] <= 15 else {
        throw CardFault(.wrongTerminalCount, card.range)
      }
      law.selectValue = model.whole("select_value")
      (law.initial, law.readDelay) = (try model.initial(), model.number("read_delay"))
      return .memory(law)
    case .lookUp:
      let text = model.texts["table_values"]?.text ?? ""
      guard inputs[0] <= 16, text.utf8.count == 1 << inputs[0],
        text.allSatisfy({ $0 == "0" || $0 == "1" })
      else { throw model.fault(.parameterOutOfRange, "table_values") }
      return .lookUp(table: text.map { $0 == "1" ? .one : .zero }, model.edges)
    case .digitalToReal:
      return .digitalToReal(
        zero: model.number("zero"), one: model.number("one"), delay: model.number("delay"))
    case .realGain:
      var law = RealGainModel()
      (law.gain, law.inOffset) = (model.number("gain"), model.number("in_offset"))
      (law.outOffset, law.initial) = (model.number("out_offset"), model.number("ic"))
      law.delay = model.number("delay")
      return .realGain(law)
    case .realDelay: return .realDelay(delay: model.number("delay"))
    case .realToAnalog:
      return .realToAnalog(
        gain: model.number("gain"), transitionSeconds: model.number("transition_time"))
    }
  }

  // MARK: Files

  private func contents(_ model: EventModelCard, _ name: String) throws(CardFault) -> String {
    let path = model.texts[name]?.text ?? ""
    do throws(FileError) {
      let bytes = try structure.settings.load(
        structure.resolved(path, from: structure.sources[model.source].name))
      return String(decoding: bytes, as: UTF8.self)
    } catch {
      var fault = model.fault(.fileUnusable, name)
      fault.subject = "\(path) (\(error.reason))"
      throw fault
    }
  }

  private func table(
    _ model: EventModelCard, outputs: Int
  ) throws(CardFault) -> StimulusTable {
    let text = try contents(model, "input_file")
    do throws(EventTables.Fault) {
      return try EventTables.stimuli(text, outputs: outputs)
    } catch {
      throw located(error, model, "input_file")
    }
  }

  private func machine(
    _ model: EventModelCard, inputs: Int, _ outputs: Int
  ) throws(CardFault) -> StateMachineModel {
    let text = try contents(model, "state_file")
    do throws(EventTables.Fault) {
      let (states, numbers) = try EventTables.states(text, inputs: inputs, outputs: outputs)
      guard let reset = numbers.firstIndex(of: model.whole("reset_state")) else {
        throw EventTables.Fault(line: 1, reason: "there is no state of reset_state")
      }
      return StateMachineModel(
        states: states, resetState: reset, clockDelay: model.number("clk_delay"),
        resetDelay: model.number("reset_delay"))
    } catch {
      throw located(error, model, "state_file")
    }
  }

  private func located(
    _ error: EventTables.Fault, _ model: EventModelCard, _ name: String
  ) -> CardFault {
    var fault = model.fault(.fileUnusable, name)
    fault.subject = "\(model.texts[name]?.text ?? ""):\(error.line) (\(error.reason))"
    return fault
  }
}
