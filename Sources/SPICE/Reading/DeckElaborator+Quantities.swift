import CompactModels
import Files
import Netlist

/// Powers of elements and values of devices, from what the solution has.
extension DeckElaborator {
  /// Names that `@element[name]` takes, by kind of element.
  static let deviceValues: [(kind: String, names: [String])] = [
    ("every element", ["i", "p", "v"]), ("resistor", ["r", "resistance"]),
    ("capacitor", ["c", "capacitance"]), ("inductor", ["l", "inductance"]),
    ("source", ["dc"]), ("diode", ["id", "vd", "gd"]),
    ("MOSFET", ["id", "vgs", "vds", "vbs", "gm", "gds", "gmbs", "vth", "von", "vdsat", "w", "l"]),
  ]

  /// The current of an element from here, for one of the copies that it stands for.
  private mutating func ownCurrent(
    _ element: Range<Int>, _ place: Range<Int>, _ instance: DeckInstance
  ) throws(CardFault) -> Expression {
    let whole = try current(element, place, instance)
    return instance.multiplier == 1
      ? whole : .binary(.divide, whole, .number(instance.multiplier))
  }

  /// The power that an element takes up: its voltage times its current; a MOSFET's channel's.
  mutating func power(
    _ element: Range<Int>, _ place: Range<Int>, _ instance: DeckInstance
  ) throws(CardFault) -> Expression {
    let current = try ownCurrent(element, place, instance)
    return .binary(.multiply, try voltage(across: element, instance), current)
  }

  mutating func voltage(
    across element: Range<Int>, _ instance: DeckInstance
  ) throws(CardFault) -> Expression {
    guard let current = existingElement(element, instance)?.current else {
      throw CardFault(.noCurrent, element)
    }
    return .difference(circuit.origin(of: current), circuit.end(of: current))
  }

  /// `@element[name]`.
  mutating func deviceValue(
    _ element: Range<Int>, _ name: Range<Int>, _ place: Range<Int>, _ instance: DeckInstance
  ) throws(CardFault) -> Expression {
    let wanted = DeckStructure.folded(text, name)
    guard let found = existingElement(element, instance) else {
      throw CardFault(.unknownElement, element)
    }
    let index = Int(found.index)
    switch (found.kind, wanted) {
    case (_, "i"), (.diode, "id"), (.mosfet, "id"), (_, "current"):
      return try ownCurrent(element, place, instance)
    case (_, "p"), (_, "power"): return try power(element, place, instance)
    case (_, "v"), (.diode, "vd"), (.mosfet, "vds"):
      return try voltage(across: element, instance)
    case (.resistor, "r"), (.resistor, "resistance"): return .number(circuit.resistors[index].ohms)
    case (.capacitor, "c"), (.capacitor, "capacitance"):
      return .number(circuit.capacitors[index].farads)
    case (.inductor, "l"), (.inductor, "inductance"):
      return .number(circuit.inductors[index].henries)
    // What sweeps set; with a course, the value before it.
    case (.voltageSource, "dc"):
      let source = circuit.voltageSources[index]
      return source.stimulus?.waveform == nil
        ? .difference(source.plus, source.minus) : .number(source.volts)
    case (.currentSource, "dc"):
      let source = circuit.currentSources[index]
      return source.stimulus?.waveform == nil
        ? .quantity(.current(.currentSource(index))) : .number(source.amperes)
    case (.mosfet, "w"): return .number(circuit.mosfets[index].widthMeters)
    case (.mosfet, "l"): return .number(circuit.mosfets[index].lengthMeters)
    case (.mosfet, "vgs"):
      return .difference(circuit.mosfets[index].gate, circuit.mosfets[index].source)
    case (.mosfet, "vbs"):
      return .difference(circuit.mosfets[index].bulk, circuit.mosfets[index].source)
    case (.compactDevice, _):
      let device = circuit.compactDevices[index]
      let card = circuit.compactModels[device.model]
      let module = try? CompactLibrary.open(card.file).module(card.module)
      guard let id = module?.id(of: wanted), module?.parameters[id].type != .text else {
        throw CardFault(
          .unsupportedOutput, place,
          suggestion: NearestWord.find(wanted, among: module?.parameters.map(\.name) ?? []))
      }
      return try slope(.variable(id, compactDevice: index), place)
    case (.diode, "gd"): return try slope(.junction(diode: index), place)
    case (.mosfet, "von"): return try slope(.channel(.vth, mosfet: index), place)
    case (.mosfet, _):
      if let value = DeviceSlope.Channel(rawValue: wanted) {
        return try slope(.channel(value, mosfet: index), place)
      }
      fallthrough
    default:
      throw CardFault(
        .unsupportedOutput, place,
        suggestion: NearestWord.find(wanted, among: Self.deviceValues.flatMap(\.names)))
    }
  }

  /// Values that are no part of the equations are for outputs alone.
  private func slope(_ slope: DeviceSlope, _ place: Range<Int>) throws(CardFault) -> Expression {
    guard site.isOutput else { throw CardFault(.unsupportedOutput, place) }
    return .quantity(.device(slope))
  }
}
