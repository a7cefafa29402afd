import Netlist

/// Values that commands ask for beyond the vectors of plots: of elements and models as they are.
extension DeckElaborator {
  /// `@r1[r]`, `@v1[pulse]`: a parameter of an element at its name.
  mutating func value(_ parameter: String, ofElement name: String) -> [Double]? {
    let bytes = Array(name.utf8)
    (text, card) = (bytes, DeckCard(source: 0, start: 0, end: Int32(bytes.count)))
    let top = DeckInstance(parameters: ParameterScope(parent: nil))
    guard let element = existingElement(bytes.indices, top) else { return nil }
    let index = Int(element.index)
    func source(_ level: Double, _ stimulus: Stimulus?) -> [Double]? {
      switch parameter {
      case "dc": return [level]
      case "acmag": return [stimulus?.acMagnitude ?? 0]
      case "acphase": return [stimulus?.acPhaseDegrees ?? 0]
      default: return stimulus?.waveform?.values(as: parameter)
      }
    }
    switch (element.kind, parameter) {
    case (.resistor, "r"), (.resistor, "resistance"): return [circuit.resistors[index].ohms]
    case (.capacitor, "c"), (.capacitor, "capacitance"): return [circuit.capacitors[index].farads]
    case (.inductor, "l"), (.inductor, "inductance"): return [circuit.inductors[index].henries]
    case (.voltageSource, _):
      return source(circuit.voltageSources[index].volts, circuit.voltageSources[index].stimulus)
    case (.currentSource, _):
      return source(circuit.currentSources[index].amperes, circuit.currentSources[index].stimulus)
    case (.diode, "area"): return [circuit.diodes[index].area]
    case (.mosfet, "w"): return [circuit.mosfets[index].widthMeters]
    case (.mosfet, "l"): return [circuit.mosfets[index].lengthMeters]
    case (.compactDevice, _):
      let device = circuit.compactDevices[index]
      return device.parameters.value(parameter)
        ?? circuit.compactModels[device.model].parameters.value(parameter)
    default: return nil
    }
  }

  /// `@dmod[is]`: a parameter that the card of a model at the top gives, or a command set.
  mutating func value(_ parameter: String, ofModel name: String) -> Double? {
    if let set = modelOverrides[name]?[parameter] { return set }
    guard let card = structure.scopes[0].models[name] else { return nil }
    let top = DeckInstance(parameters: ParameterScope(parent: nil))
    define(definitions[0], in: top.parameters)
    for (name, value) in overrides { top.parameters[name] = .value(value) }
    do throws(CardFault) {
      text = []
      try begin(card)
      guard tokens.tokens.count > 2 else { return nil }
      for assignment in try modelAssignments()
      where DeckStructure.folded(text, assignment.name) == parameter {
        return try value(assignment.value, top)
      }
    } catch {
      // Its faults are told where the model is used.
    }
    return nil
  }
}

extension [CompactParameter] {
  fileprivate func value(_ name: String) -> [Double]? {
    for parameter in self where parameter.name.lowercased() == name {
      if case .number(let number) = parameter.value { return [number] }
    }
    return nil
  }
}

extension Waveform {
  /// The values of a course of that keyword, in the order of the card; `nil` for another one.
  fileprivate func values(as keyword: String) -> [Double]? {
    switch (keyword, self) {
    case (
      "pulse", .pulse(let initial, let pulsed, let delay, let rise, let fall, let width, let period)
    ):
      [initial, pulsed, delay, rise, fall, width, period]
    case ("sin", .sine(let offset, let amplitude, let hertz, let delay, let damping, let phase)):
      [offset, amplitude, hertz, delay, damping, phase]
    case (
      "exp",
      .exponential(
        let initial, let pulsed, let riseDelay, let riseSeconds, let fallDelay, let fallSeconds)
    ):
      [initial, pulsed, riseDelay, riseSeconds, fallDelay, fallSeconds]
    case ("pwl", .piecewiseLinear(let seconds, let values)):
      zip(seconds, values).flatMap { [$0, $1] }
    default: nil
    }
  }
}
