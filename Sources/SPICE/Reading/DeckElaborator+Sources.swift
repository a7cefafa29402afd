import Files
import Netlist

extension DeckElaborator {
  /// V and I: `name plus minus [[DC] value] [AC magnitude [phase]] [course]`, in any order.
  mutating func placeSource(_ instance: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    guard all.count >= 3 else { throw CardFault(.missingFields, card.range) }
    let isVoltage = text[Int(card.start)] | 0x20 == UInt8(ascii: "v")
    let (plus, minus) = (try node(all[1], instance), try node(all[2], instance))
    let label = try elementLabel(instance)
    var level: Double?
    var stimulus: Stimulus?
    var parts: [(name: String, value: Double)] = []
    // Voltage sources in parallel are one.
    var copies = instance.multiplier
    if all.count == 4, isValue(all[3], instance) || all[3].kind == .string {
      level = try value(all[3], instance)
    } else {
      (level, stimulus) = try sourceFields(instance, &parts, &copies)
    }
    // Without a DC value, an operating point takes the course's start, as in ngspice.
    let value = level ?? stimulus?.waveform?.initialValue ?? 0
    if isVoltage {
      let index = circuit.voltageSources.count
      try register(label, .voltageSource, index)
      if let port = parts.firstIndex(where: { $0.name == "portnum" }) {
        let number = parts.remove(at: port).value
        let ohms = parts.first { $0.name == "z0" }?.value ?? 50
        parts.removeAll { $0.name == "z0" }
        parts.append(("rser", ohms))
        guard number >= 1, number <= 1000, number == number.rounded(), ports[Int(number)] == nil
        else { throw CardFault(.parameterOutOfRange, card.range, subject: "portnum \(number)") }
        ports[Int(number)] = ScatteringSettings.Port(source: index, ohms: ohms)
      }
      let inner = parts.isEmpty ? plus : try placeParts(parts, of: label, plus, minus)
      circuit.addVoltageSource(label, plus: inner, minus: minus, volts: value)
      guard let stimulus else { return }
      circuit.setStimulus(stimulus, ofVoltageSource: circuit.voltageSources.count - 1)
    } else {
      try register(label, .currentSource, circuit.currentSources.count)
      circuit.addCurrentSource(label, from: plus, to: minus, amperes: value * copies)
      guard var stimulus else { return }
      if copies != 1 { stimulus.scale(by: copies) }
      circuit.setStimulus(stimulus, ofCurrentSource: circuit.currentSources.count - 1)
    }
  }

  private mutating func sourceFields(
    _ instance: DeckInstance, _ parts: inout [(name: String, value: Double)],
    _ copies: inout Double
  ) throws(CardFault) -> (Double?, Stimulus?) {
    let all = tokens.tokens
    var level: Double?
    var stimulus: Stimulus?
    var index = 3
    var depth = 0
    func takeEquals() { if index < all.count, all[index].kind == .equals { index += 1 } }
    while index < all.count {
      let token = all[index]
      let word = token.kind == .word ? DeckStructure.folded(text, token.range) : ""
      index += 1
      // Parentheses around a course, a value or all of the fields mean nothing.
      if token.kind == .open {
        depth += 1
        continue
      }
      if token.kind == .close, depth > 0 {
        depth -= 1
        continue
      }
      switch word {
      case "dc":
        takeEquals()
        // Alone it is zero, as in ngspice.
        guard index < all.count, isValue(all[index], instance) else { continue }
        level = try value(all[index], instance)
        index += 1
      case "ac":
        takeEquals()
        var small = stimulus ?? Stimulus()
        small.acMagnitude = 1
        if index < all.count, isValue(all[index], instance) {
          small.acMagnitude = try value(all[index], instance)
          index += 1
          if index < all.count, all[index].kind == .comma { index += 1 }
          if index < all.count, isValue(all[index], instance) {
            small.acPhaseDegrees = try value(all[index], instance)
            index += 1
          }
        }
        stimulus = small
      case "pulse", "sin", "sine", "exp", "pwl", "am", "sffm":
        let waveform = try waveform(word, token.range, &index, instance)
        var course = stimulus ?? Stimulus()
        guard course.waveform == nil else { throw CardFault(.unexpectedText, token.range) }
        course.waveform = waveform
        stimulus = course
      case "m":
        takeEquals()
        guard index < all.count else { throw CardFault(.missingFields, token.range) }
        let number = try value(all[index], instance)
        guard number > 0 else { throw CardFault(.notPositive, all[index].outerRange) }
        copies *= number
        index += 1
      case "rser", "cpar", "portnum", "z0":
        takeEquals()
        guard index < all.count, text[Int(card.start)] | 0x20 == UInt8(ascii: "v") else {
          throw CardFault(.unexpectedText, token.range)
        }
        let number = try value(all[index], instance)
        guard number >= 0, number > 0 || word == "rser" || word == "cpar" else {
          throw CardFault(.notPositive, all[index].outerRange)
        }
        if number > 0 { parts.append((word, number)) }
        index += 1
      // Of large signals at a port, which no analysis here has.
      case "pwr", "freq":
        takeEquals()
        if index < all.count {
          _ = try value(all[index], instance)
          index += 1
        }
      // Of analyses of distortion, which this program has not.
      case "distof1", "distof2":
        while index < all.count, isValue(all[index], instance) {
          _ = try value(all[index], instance)
          index += 1
        }
      case "trnoise", "trrandom", "pat",
        "external", "noise":
        try unsupported(CardFault(.unsupportedStimulus, token.range))
        index = all.count
      default:
        guard level == nil, stimulus == nil else {
          let known = ["dc", "ac", "pulse", "sin", "exp", "pwl", "am", "sffm"]
          throw CardFault(
            .unexpectedText, token.outerRange,
            suggestion: word.isEmpty ? nil : NearestWord.find(word, among: known))
        }
        level = try value(token, instance)
      }
    }
    return (level, stimulus)
  }
}

extension Stimulus {
  /// Makes it the stimulus of `factor` sources in parallel.
  fileprivate mutating func scale(by factor: Double) {
    acMagnitude *= factor
    guard let course = waveform else { return }
    switch course {
    case .pulse(let initial, let pulsed, let delay, let rise, let fall, let width, let period):
      waveform = .pulse(
        initial: factor * initial, pulsed: factor * pulsed, delay: delay, rise: rise, fall: fall,
        width: width, period: period)
    case .sine(let offset, let amplitude, let hertz, let delay, let damping, let phase):
      waveform = .sine(
        offset: factor * offset, amplitude: factor * amplitude, hertz: hertz, delay: delay,
        damping: damping, phaseDegrees: phase)
    case .exponential(
      let initial, let pulsed, let riseDelay, let riseSeconds, let fallDelay, let fallSeconds):
      waveform = .exponential(
        initial: factor * initial, pulsed: factor * pulsed, riseDelay: riseDelay,
        riseSeconds: riseSeconds, fallDelay: fallDelay, fallSeconds: fallSeconds)
    case .amplitudeModulated(
      let amplitude, let offset, let signal, let carrier, let delay, let phase):
      waveform = .amplitudeModulated(
        amplitude: factor * amplitude, offset: offset, signalHertz: signal, carrierHertz: carrier,
        delay: delay, phaseDegrees: phase)
    case .frequencyModulated(
      let offset, let amplitude, let carrier, let index, let signal, let first, let second):
      waveform = .frequencyModulated(
        offset: factor * offset, amplitude: factor * amplitude, carrierHertz: carrier, index: index,
        signalHertz: signal, carrierDegrees: first, signalDegrees: second)
    case .piecewiseLinear(let seconds, let values):
      waveform = .piecewiseLinear(seconds: seconds, values: values.map { factor * $0 })
    }
  }
}
