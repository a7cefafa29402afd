import Files
import Netlist

extension DeckElaborator {
  /// `Dname anode cathode model [area]`.
  mutating func placeDiode(_ instance: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    let count = positionalCount
    guard count >= 4 else { throw CardFault(.missingFields, card.range) }
    let (anode, cathode) = (try node(all[1], instance), try node(all[2], instance))
    var area = 1.0
    var temperature: DeviceTemperature?
    var place = all[0].range
    for token in all[4..<count] {
      // `off` starts the search elsewhere; the solution is the same.
      if token.kind == .word, DeckStructure.folded(text, token.range) == "off" { continue }
      area = try value(token, instance)
      place = token.outerRange
    }
    for assignment in try Assignment.list(all[count...], card.range, text) {
      let name = DeckStructure.folded(text, assignment.name)
      switch name {
      case "area", "m":
        let factor = try value(assignment.value, instance)
        guard factor > 0 else { throw CardFault(.notPositive, assignment.value) }
        area *= factor
        place = assignment.value
      case "dtemp", "temp": temperature = try self.temperature(name, assignment, instance)
      // Of the edge, and a start elsewhere: without effect here.
      case "ic", "pj", "perim", "off": _ = try value(assignment.value, instance)
      default:
        try unsupported(
          CardFault(
            .unsupportedParameter, assignment.name,
            suggestion: NearestWord.find(name, among: ["area", "m", "dtemp", "temp"])))
      }
    }
    area *= instance.multiplier
    guard let model = try model(all[3], [.diode, .idealDiode], instance) else { return }
    guard model.kind == .diode else {
      return try placeIdealDiode(idealDiodes[model.index], anode, cathode, area, place, instance)
    }
    guard circuit.diodeModels[model.index].takes(area: area) else {
      throw CardFault(.parameterOutOfRange, place)
    }
    let label = try elementLabel(instance)
    try register(label, .diode, circuit.diodes.count)
    let index = circuit.addDiode(
      label, anode: anode, cathode: cathode, model: model.index, area: area)
    if let temperature = temperature ?? diodeCelsius[model.index].map({ .fixed($0) }) {
      circuit.setTemperature(temperature, of: .diode(index))
    }
  }

  /// `DTEMP=kelvins` or `TEMP=celsius`.
  private mutating func temperature(
    _ name: String, _ assignment: Assignment, _ instance: DeckInstance
  ) throws(CardFault) -> DeviceTemperature {
    let number = try value(assignment.value, instance)
    guard abs(number) < 1e4, name == "dtemp" || number > -273.15 else {
      throw CardFault(.parameterOutOfRange, assignment.value)
    }
    return name == "dtemp" ? .above(number) : .fixed(number)
  }

  /// `Mname drain gate source bulk model [L=…] [W=…]`.
  mutating func placeMOSFET(_ instance: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    let count = positionalCount
    guard count >= 6 else { throw CardFault(.missingFields, card.range) }
    var nodes: [4 of Node] = [.ground, .ground, .ground, .ground]
    for k in 0..<4 { nodes[k] = try node(all[k + 1], instance) }
    if count > 6, DeckStructure.folded(text, all[6].outerRange) != "off" {
      throw CardFault(.unexpectedText, all[6].outerRange)
    }
    var (width, length, multiplier): (Double?, Double?, Double) = (nil, nil, 1)
    var temperature: DeviceTemperature?
    var place = all[0].range
    for assignment in try Assignment.list(all[count...], card.range, text) {
      let name = DeckStructure.folded(text, assignment.name)
      switch name {
      case "w", "l", "m":
        let number = try value(assignment.value, instance)
        guard number > 0 else { throw CardFault(.notPositive, assignment.value) }
        if name == "w" {
          width = number
        } else if name == "l" {
          length = number
        } else {
          multiplier = number
        }
        place = assignment.value
      // Sizes of the bulk junctions, which have an effect only with model parameters that are
      // refused, and squares of the sheet resistance likewise.
      case "dtemp", "temp": temperature = try self.temperature(name, assignment, instance)
      case "ad", "as", "pd", "ps", "nrd", "nrs", "off": _ = try value(assignment.value, instance)
      default:
        try unsupported(
          CardFault(
            .unsupportedParameter, assignment.name,
            suggestion: NearestWord.find(name, among: ["w", "l", "m", "ad", "as", "pd", "ps"])))
      }
    }
    guard let model = try model(all[5], [.mosfet], instance) else { return }
    // Else DEFW and DEFL of SPICE.
    let sizes = modelSizes[model.index]
    let scale = deck.options.meterScale
    let (w, l) = (
      width.map { $0 * scale } ?? sizes?.width ?? 1e-4,
      length.map { $0 * scale } ?? sizes?.length ?? 1e-4
    )
    let card = circuit.mosfetModels[model.index]
    multiplier *= instance.multiplier
    guard l > 2 * card.extras.lateralDiffusionMeters,
      card.takes(widthMeters: w * multiplier, lengthMeters: l)
    else { throw CardFault(.parameterOutOfRange, place) }
    let label = try elementLabel(instance)
    try register(label, .mosfet, circuit.mosfets.count)
    let index = circuit.addMOSFET(
      label, drain: nodes[0], gate: nodes[1], source: nodes[2], bulk: nodes[3],
      model: model.index, widthMeters: w, lengthMeters: l, multiplier: multiplier)
    if let temperature { circuit.setTemperature(temperature, of: .mosfet(index)) }
  }

  /// `Sname a b control+ control- model [ON|OFF] [M=…]`.
  mutating func placeSwitch(_ instance: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    guard positionalCount >= 6 else { throw CardFault(.missingFields, card.range) }
    var nodes: [4 of Node] = [.ground, .ground, .ground, .ground]
    for k in 0..<4 { nodes[k] = try node(all[k + 1], instance) }
    let (startsOn, copies) = try switchFields(from: 6, instance)
    guard let model = try model(all[5], [.voltageSwitch, .smoothSwitch], instance) else { return }
    if model.kind == .smoothSwitch {
      return try placeSmoothSwitch(
        smoothSwitches[model.index], nodes[0], nodes[1], .difference(nodes[2], nodes[3]), copies,
        instance)
    }
    let label = try elementLabel(instance)
    try register(label, .voltageSwitch, circuit.switches.count)
    circuit.addSwitch(
      label, nodes[0], nodes[1], controlPlus: nodes[2], controlMinus: nodes[3],
      model: try switchModel(model.index, copies: copies), startsOn: startsOn)
  }

  /// `Wname a b source model [ON|OFF] [M=…]`: a switch whose control is the voltage of a node that
  /// an H source makes of the current, in volts per ampere.
  mutating func placeCurrentSwitch(_ instance: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    guard positionalCount >= 5 else { throw CardFault(.missingFields, card.range) }
    let (a, b) = (try node(all[1], instance), try node(all[2], instance))
    let source = try voltageSource(all[3].outerRange, instance)
    let (startsOn, copies) = try switchFields(from: 5, instance)
    guard let model = try model(all[4], [.currentSwitch, .smoothSwitch], instance) else { return }
    if model.kind == .smoothSwitch {
      let amperes = Expression.quantity(.current(.voltageSource(source)))
      return try placeSmoothSwitch(
        smoothSwitches[model.index], a, b, amperes.times(1 / instance.multiplier), copies, instance)
    }
    let label = try elementLabel(instance)
    let name = circuit.name(of: label)
    guard let own = circuit.label(foreign: "s.\(name)"),
      let meter = circuit.label(foreign: "h.\(name)"),
      let control = circuit.label(foreign: "\(name).amperes"), nodes.insert(control).isNew
    else { throw CardFault(.malformedName, all[0].range) }
    let node = circuit.addNode(control)
    try register(label, .voltageSwitch, circuit.switches.count)
    try register(own, .other, 0)
    try register(meter, .currentControlledSource, circuit.currentControlledSources.count)
    circuit.addCurrentControlledSource(
      meter, output: .voltage, plus: node, minus: .ground, control: source,
      gain: 1 / instance.multiplier)
    circuit.addSwitch(
      own, a, b, controlPlus: node, controlMinus: .ground,
      model: try switchModel(model.index, copies: copies), startsOn: startsOn)
  }

  /// ON, OFF and M behind the model of a switch: its first state, and how many there are.
  private mutating func switchFields(
    from first: Int, _ instance: DeckInstance
  ) throws(CardFault) -> (startsOn: Bool, copies: Double) {
    let all = tokens.tokens
    var startsOn = false
    for token in all[first..<positionalCount] {
      switch DeckStructure.folded(text, token.outerRange) {
      case "on": startsOn = true
      case "off": startsOn = false
      default: throw CardFault(.unexpectedText, token.outerRange)
      }
    }
    var copies = instance.multiplier
    for assignment in try Assignment.list(all[positionalCount...], card.range, text) {
      guard DeckStructure.folded(text, assignment.name) == "m" else {
        throw CardFault(.unsupportedParameter, assignment.name, suggestion: "m")
      }
      copies *= try self.copies(assignment, instance)
    }
    return (startsOn, copies)
  }

  /// The value of `M=`: positive.
  mutating func copies(
    _ assignment: Assignment, _ instance: DeckInstance
  ) throws(CardFault) -> Double {
    let number = try value(assignment.value, instance)
    guard number > 0 else { throw CardFault(.notPositive, assignment.value) }
    return number
  }

  /// The model of `copies` switches in parallel.
  private mutating func switchModel(
    _ index: Int, copies: Double
  ) throws(CardFault) -> Int {
    guard copies != 1 else { return index }
    if let known = parallelSwitchModels[index]?[copies] { return known }
    let one = circuit.switchModels[index]
    let (on, off) = (one.onOhms / copies, one.offOhms / copies)
    let name = "\(circuit.name(of: one.label))_m\(circuit.switchModels.count)"
    guard on > 0, off > 0, on.isFinite, off.isFinite,
      let label = circuit.label(foreign: name), modelLabels.insert(label).isNew
    else { throw CardFault(.valueOutOfRange, card.range) }
    let made = circuit.addSwitchModel(
      label, onOhms: on, offOhms: off, thresholdVolts: one.thresholdVolts,
      hysteresisVolts: one.hysteresisVolts)
    parallelSwitchModels[index, default: [:]][copies] = made
    return made
  }
}
