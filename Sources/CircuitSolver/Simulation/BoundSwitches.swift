import Netlist

/// The voltage-controlled switches of a circuit, with hysteresis.
struct BoundSwitches: Sendable {
  private struct Place: Sendable {
    var pair: Footprint.Pair
    var controlPlus: Int, controlMinus: Int
    var onSiemens: Double, offSiemens: Double
    /// Closes above the first, opens below the second.
    var closing: Double, opening: Double
    var startsOn: Bool
  }

  private let places: [Place]
  /// State of the last accepted point, and of the present iteration.
  private(set) var accepted: [Bool]
  private(set) var present: [Bool]

  init(_ layout: SimulationLayout, _ footprint: inout Footprint) {
    let circuit = layout.circuit
    places = circuit.switches.indices.map { k in
      let element = circuit.switches[k]
      let model = circuit.switchModels[element.model]
      return Place(
        pair: footprint.pair(
          layout.terminal(.voltageSwitch(k), element.a), layout.place(element.b)),
        controlPlus: layout.place(element.controlPlus),
        controlMinus: layout.place(element.controlMinus), onSiemens: 1 / model.onOhms,
        offSiemens: 1 / model.offOhms, closing: model.thresholdVolts + model.hysteresisVolts,
        opening: model.thresholdVolts - model.hysteresisVolts, startsOn: element.startsOn)
    }
    accepted = places.map(\.startsOn)
    present = accepted
  }

  var count: Int { places.count }
  /// Whether the present state differs from the accepted one.
  var hasChanged: Bool { present != accepted }

  /// Takes over the state of the same switches elsewhere.
  mutating func start(from other: BoundSwitches) {
    guard other.count == count else { return }
    (accepted, present) = (other.accepted, other.accepted)
  }

  mutating func accept() { accepted = present }

  /// Returns how many changed their state since the last iteration.
  mutating func load(
    _ x: [Double], limiting: Bool, into matrix: inout SimulationMatrix
  ) -> Int {
    var changed = 0
    for k in places.indices {
      let place = places[k]
      let control = x[place.controlPlus] - x[place.controlMinus]
      let isOn = control > place.closing ? true : control < place.opening ? false : accepted[k]
      if isOn != present[k] { changed += 1 }
      present[k] = isOn
      let siemens = isOn ? place.onSiemens : place.offSiemens
      matrix.add(
        place.pair, amperes: siemens * (x[place.pair.a] - x[place.pair.b]), siemens: siemens)
    }
    return limiting ? changed : 0
  }
}
