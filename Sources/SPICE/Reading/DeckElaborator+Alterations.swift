import CompactModels
import Netlist

extension DeckElaborator {
  /// The element and the parameter that the present `alter` names, and the place of the value.
  private func alteration() throws(CardFault) -> (
    name: Range<Int>, parameter: String, index: Int
  ) {
    let all = tokens.tokens
    guard all.count >= 3, all[1].kind == .word else { throw CardFault(.missingFields, card.range) }
    var (name, parameter) = (all[1].range, "")
    var index = 2
    if text[name.lowerBound] == UInt8(ascii: "@") {
      guard let open = name.first(where: { text[$0] == UInt8(ascii: "[") }), open > name.lowerBound,
        text[name.upperBound - 1] == UInt8(ascii: "]")
      else { throw CardFault(.malformedName, name) }
      parameter = DeckStructure.folded(text, open + 1..<name.upperBound - 1)
      name = name.lowerBound + 1..<open
    } else if all[2].kind == .word, all.count > 3 {
      parameter = DeckStructure.folded(text, all[2].range)
      index = 3
    }
    if index < all.count, all[index].kind == .equals { index += 1 }
    guard index < all.count else { throw CardFault(.missingFields, card.range) }
    return (name, parameter, index)
  }

  /// Notes what the present `alter` gives a device that a compiled model may serve, before it is
  /// placed: its sizes choose its model.
  mutating func noteOverride(_ top: DeckInstance) throws(CardFault) {
    guard let (name, parameter, index) = try? alteration(), !parameter.isEmpty,
      "mqjzn".utf8.contains(text[name.lowerBound] | 0x20), index + 1 == tokens.tokens.count
    else { return }
    let value = try value(tokens.tokens[index], top)
    deviceOverrides[DeckStructure.folded(text, name), default: []].append((parameter, value))
  }

  /// `alter r1 = 2k`, `alter v1 dc = 1`, `alter @m1[w] = 2u`, `alter @v1[pulse] = ( 0 1 … )`: sets
  /// a value of an element that is placed.
  mutating func alter(_ top: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    var (name, parameter, index) = try alteration()
    guard let element = existingElement(name, top) else {
      throw CardFault(.unknownElement, name)
    }
    if ["pulse", "sin", "sine", "exp", "pwl"].contains(parameter) {
      let course = try waveform(parameter, name, &index, top)
      return try set(course, of: element, name)
    }
    let value = try value(all[index], top)
    guard index + 1 == all.count else {
      throw CardFault(.unexpectedText, all[index + 1].outerRange)
    }
    try set(parameter, of: element, to: value, name, all[index].outerRange)
  }

  private mutating func set(
    _ course: Waveform, of element: ElementPlace, _ name: Range<Int>
  ) throws(CardFault) {
    let index = Int(element.index)
    switch element.kind {
    case .voltageSource:
      var stimulus = circuit.voltageSources[index].stimulus ?? Stimulus()
      stimulus.waveform = course
      circuit.setStimulus(stimulus, ofVoltageSource: index)
    case .currentSource:
      var stimulus = circuit.currentSources[index].stimulus ?? Stimulus()
      stimulus.waveform = course
      circuit.setStimulus(stimulus, ofCurrentSource: index)
    default: throw CardFault(.unalterable, name)
    }
  }

  private mutating func set(
    _ parameter: String, of element: ElementPlace, to value: Double, _ name: Range<Int>,
    _ place: Range<Int>
  ) throws(CardFault) {
    let index = Int(element.index)
    func require(_ condition: Bool) throws(CardFault) {
      guard condition else { throw CardFault(.parameterOutOfRange, place) }
    }
    switch (element.kind, parameter) {
    case (.resistor, ""), (.resistor, "r"), (.resistor, "resistance"):
      try require(value != 0)
      circuit.setOhms(value, ofResistor: index)
    case (.capacitor, ""), (.capacitor, "c"), (.capacitor, "capacitance"):
      try require(value > 0)
      circuit.setFarads(value, ofCapacitor: index)
    case (.inductor, ""), (.inductor, "l"), (.inductor, "inductance"):
      try require(value > 0)
      circuit.setHenries(value, ofInductor: index)
    case (.voltageSource, ""), (.voltageSource, "dc"):
      circuit.setVolts(value, ofSource: index)
    case (.currentSource, ""), (.currentSource, "dc"):
      circuit.setAmperes(value, ofSource: index)
    case (.voltageSource, "ac"), (.voltageSource, "acmag"), (.voltageSource, "acphase"):
      let stimulus = circuit.voltageSources[index].stimulus.with(parameter, value)
      circuit.setStimulus(stimulus, ofVoltageSource: index)
    case (.currentSource, "ac"), (.currentSource, "acmag"), (.currentSource, "acphase"):
      let stimulus = circuit.currentSources[index].stimulus.with(parameter, value)
      circuit.setStimulus(stimulus, ofCurrentSource: index)
    case (.voltageControlledSource, ""), (.voltageControlledSource, "gain"):
      circuit.setGain(value, ofVoltageControlledSource: index)
    case (.currentControlledSource, ""), (.currentControlledSource, "gain"):
      circuit.setGain(value, ofCurrentControlledSource: index)
    case (.diode, ""), (.diode, "area"):
      try require(circuit.diodeModels[circuit.diodes[index].model].takes(area: value))
      circuit.setArea(value, ofDiode: index)
    case (.mosfet, "w"), (.mosfet, "l"), (.mosfet, "m"):
      let mosfet = circuit.mosfets[index]
      let model = circuit.mosfetModels[mosfet.model]
      let width = parameter == "w" ? value : mosfet.widthMeters
      let length = parameter == "l" ? value : mosfet.lengthMeters
      let multiplier = parameter == "m" ? value : mosfet.multiplier
      try require(
        value > 0 && length > 2 * model.extras.lateralDiffusionMeters
          && model.takes(widthMeters: width * multiplier, lengthMeters: length))
      circuit.setSize(
        widthMeters: width, lengthMeters: length, multiplier: multiplier, ofMOSFET: index)
    // Placed with it already.
    case (.compactDevice, _) where !parameter.isEmpty:
      let model = circuit.compactModels[circuit.compactDevices[index].model]
      guard let module = try? CompactLibrary.open(model.file).module(model.module),
        module.id(of: parameter) != nil
      else { throw CardFault(.noSuchParameter, name, subject: parameter) }
    default: throw CardFault(.unalterable, name)
    }
  }
}

extension Stimulus? {
  /// With another magnitude or phase of small signals.
  fileprivate func with(_ parameter: String, _ value: Double) -> Stimulus {
    var stimulus = self ?? Stimulus()
    if parameter == "acphase" {
      stimulus.acPhaseDegrees = value
    } else {
      stimulus.acMagnitude = value
    }
    return stimulus
  }
}
