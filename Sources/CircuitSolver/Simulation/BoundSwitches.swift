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
  /// The first switch that the last iteration found in another state than the one before.
  private(set) var unsettled: Int?

  /// Takes over the state of the same switches elsewhere.
  mutating func start(from other: BoundSwitches) {
    guard other.count == count else { return }
    (accepted, present) = (other.accepted, other.accepted)
  }

  /// The conductance of a switch at the last evaluation.
  func siemens(of index: Int) -> Double {
    present[index] ? places[index].onSiemens : places[index].offSiemens
  }

  mutating func accept() { accepted = present }

  /// Whether a control at `x` asks for another state than the accepted one.
  func mustFlip(at x: [Double]) -> Bool {
    accepted.indices.contains { state(of: $0, at: x) != accepted[$0] }
  }

  /// Accepts the states that the controls at `x` ask for; returns whether any is new.
  mutating func flip(at x: [Double]) -> Bool {
    let former = accepted
    accepted = accepted.indices.map { state(of: $0, at: x) }
    present = accepted
    return accepted != former
  }

  private func state(of k: Int, at x: [Double]) -> Bool {
    let place = places[k]
    let control = x[place.controlPlus] - x[place.controlMinus]
    return control > place.closing ? true : control < place.opening ? false : accepted[k]
  }

  /// Returns how many changed their state since the last iteration.
  ///
  /// With `holding`, all keep their accepted states: within a time step a switch that discharges
  /// what controls it would have none to settle in. Such a step leads up to the crossing.
  mutating func load(
    _ x: [Double], limiting: Bool, holding: Bool, into matrix: inout SimulationMatrix
  ) -> Int {
    var changed = 0
    unsettled = nil
    for k in places.indices {
      let place = places[k]
      let isOn = holding ? accepted[k] : state(of: k, at: x)
      if isOn != present[k] {
        changed += 1
        unsettled = unsettled ?? k
      }
      present[k] = isOn
      let siemens = isOn ? place.onSiemens : place.offSiemens
      matrix.add(
        place.pair, amperes: siemens * (x[place.pair.a] - x[place.pair.b]), siemens: siemens)
    }
    return limiting ? changed : 0
  }
}
