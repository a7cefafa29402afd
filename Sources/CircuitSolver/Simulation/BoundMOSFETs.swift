import DeviceModels
import Netlist

/// The MOSFETs of a circuit.
struct BoundMOSFETs: Sendable {
  private struct Place: Sendable {
    var drain: Int, gate: Int, source: Int, bulk: Int
    /// Slopes of the channel current against gate, drain and bulk, and against the source.
    var control: [(out: Int32, into: Int32)]
    var bulkDrain: Footprint.Pair?, bulkSource: Footprint.Pair?
    /// Meyer's capacitances.
    var gateSource: Footprint.Pair?, gateDrain: Footprint.Pair?, gateBulk: Footprint.Pair?
  }

  /// Charge and capacitance of one gate capacitor at the last accepted point: Meyer's model gives
  /// capacitances alone, so that charge is their integral along the way.
  private struct GateCharge: Sendable {
    var volts = 0.0, farads = 0.0, coulombs = 0.0
  }

  private let places: [Place]
  private let fixed: [(pair: Footprint.Pair, siemens: Double, farads: Double)]
  private var devices: [LevelOneMOSFET]
  /// Voltages of the last evaluation: gate and drain to source, bulk to drain and to source.
  private var gateVolts: [Double], drainVolts: [Double]
  private var bulkDrainVolts: [Double], bulkSourceVolts: [Double]
  /// Three per transistor, at the last accepted point and at the present one.
  private var accepted: [GateCharge], present: [GateCharge]
  /// Whether there was an accepted point.
  private var hasHistory = false

  init(
    _ layout: SimulationLayout, _ footprint: inout Footprint,
    _ temperatures: DeviceTemperatures
  ) {
    let circuit = layout.circuit
    let devices = circuit.mosfets.indices.map(temperatures.mosfet)
    var fixed: [(pair: Footprint.Pair, siemens: Double, farads: Double)] = []
    var places: [Place] = []
    for (k, mosfet) in circuit.mosfets.enumerated() {
      let extras = circuit.mosfetModels[mosfet.model].extras
      let (drain, source) = (layout.channelDrains[k], layout.channelSources[k])
      let (gate, bulk) = (layout.place(mosfet.gate), layout.place(mosfet.bulk))
      func add(_ a: Int, _ b: Int, siemens: Double = 0, farads: Double = 0) {
        guard siemens > 0 || farads > 0 else { return }
        fixed.append((footprint.pair(a, b), siemens, farads))
      }
      if extras.drainOhms > 0 {
        add(
          layout.terminal(.mosfet(k), mosfet.drain), drain,
          siemens: mosfet.multiplier / extras.drainOhms)
      }
      if extras.sourceOhms > 0 {
        add(layout.place(mosfet.source), source, siemens: mosfet.multiplier / extras.sourceOhms)
      }
      let channel = mosfet.lengthMeters - 2 * extras.lateralDiffusionMeters
      add(gate, source, farads: extras.gateSourceFaradsPerMeter * mosfet.totalWidthMeters)
      add(gate, drain, farads: extras.gateDrainFaradsPerMeter * mosfet.totalWidthMeters)
      add(gate, bulk, farads: extras.gateBulkFaradsPerMeter * channel * mosfet.multiplier)
      var place = Place(
        drain: drain, gate: gate, source: source, bulk: bulk,
        control: footprint.controlled(drain, source, by: [gate, drain, bulk, source]))
      if devices[k].bulkDrain != nil { place.bulkDrain = footprint.pair(bulk, drain) }
      if devices[k].bulkSource != nil { place.bulkSource = footprint.pair(bulk, source) }
      if devices[k].oxideFarads > 0 {
        place.gateSource = footprint.pair(gate, source)
        place.gateDrain = footprint.pair(gate, drain)
        place.gateBulk = footprint.pair(gate, bulk)
      }
      places.append(place)
    }
    self.places = places
    self.fixed = fixed
    self.devices = devices
    gateVolts = [Double](repeating: 0, count: places.count)
    (drainVolts, bulkDrainVolts, bulkSourceVolts) = (gateVolts, gateVolts, gateVolts)
    accepted = [GateCharge](repeating: GateCharge(), count: 3 * places.count)
    present = accepted
  }

  var count: Int { places.count }

  mutating func setTemperature(_ temperatures: DeviceTemperatures) {
    devices = devices.indices.map(temperatures.mosfet)
  }

  /// Makes the present point the one from which gate charges go on.
  mutating func accept() {
    accepted = present
    hasHistory = true
  }

  /// Forgets gate charges: the next point starts them from zero.
  mutating func forget() { hasHistory = false }

  func loadLinear(_ matrix: inout SimulationMatrix) {
    for (pair, siemens, farads) in fixed {
      matrix.addConductance(pair, siemens)
      matrix.addCapacitance(pair, farads)
    }
  }

  mutating func load(
    _ x: [Double], _ conditions: SimulationConditions, limiting: Bool,
    into matrix: inout SimulationMatrix
  ) -> Int {
    var held = 0
    for k in places.indices {
      let place = places[k]
      let wanted = (
        gate: x[place.gate] - x[place.source], drain: x[place.drain] - x[place.source]
      )
      var (gate, drain) = wanted
      if limiting {
        (gate, drain) = devices[k].limited(
          gate: gate, drain: drain, fromGate: gateVolts[k], drain: drainVolts[k])
        // Swapped roles add a voltage back to a difference of it: that rounding is no limit.
        let rounding = 1e-9 * max(1, abs(wanted.gate), abs(wanted.drain))
        if abs(gate - wanted.gate) > rounding || abs(drain - wanted.drain) > rounding {
          held += 1
        } else {
          (gate, drain) = wanted
        }
      }
      (gateVolts[k], drainVolts[k]) = (gate, drain)
      let bulk = x[place.bulk] - x[place.source]
      let tangent = devices[k].linearize(gate: gate, drain: drain, bulk: bulk)
      let amperes =
        tangent.drainAmperes + tangent.gateSiemens * (wanted.gate - gate)
        + tangent.drainSiemens * (wanted.drain - drain)
      matrix.flow[place.drain] += amperes
      matrix.flow[place.source] -= amperes
      let slopes = [tangent.gateSiemens, tangent.drainSiemens, tangent.bulkSiemens]
      for (slope, at) in zip(slopes + [-(slopes[0] + slopes[1] + slopes[2])], place.control) {
        matrix.add(slope, at: at.out)
        matrix.add(-slope, at: at.into)
      }
      held += loadJunctions(k, x, conditions, limiting: limiting, into: &matrix)
      loadGate(k, x, tangent, gate: gate, drain: drain, into: &matrix)
    }
    return held
  }

  private mutating func loadJunctions(
    _ k: Int, _ x: [Double], _ conditions: SimulationConditions, limiting: Bool,
    into matrix: inout SimulationMatrix
  ) -> Int {
    let sign = devices[k].sign
    var held = 0
    func load(_ diode: JunctionDiode?, _ pair: Footprint.Pair?, _ last: inout Double) {
      guard let diode, let pair else { return }
      let wanted = sign * (x[pair.a] - x[pair.b])
      let v = limiting ? diode.limited(wanted, from: last) : wanted
      if v != wanted { held += 1 }
      last = v
      let tangent = diode.linearize(at: v, gmin: conditions.junctionSiemens)
      let beyond = wanted - v
      matrix.add(
        pair, amperes: sign * (tangent.amperes + tangent.siemens * beyond),
        siemens: tangent.siemens)
      matrix.add(
        pair, coulombs: sign * (tangent.coulombs + tangent.farads * beyond),
        farads: tangent.farads)
    }
    load(devices[k].bulkDrain, places[k].bulkDrain, &bulkDrainVolts[k])
    load(devices[k].bulkSource, places[k].bulkSource, &bulkSourceVolts[k])
    return held
  }

  private mutating func loadGate(
    _ k: Int, _ x: [Double], _ tangent: LevelOneMOSFET.Tangent, gate: Double, drain: Double,
    into matrix: inout SimulationMatrix
  ) {
    let place = places[k]
    guard let toSource = place.gateSource, let toDrain = place.gateDrain,
      let toBulk = place.gateBulk
    else { return }
    let farads = devices[k].gateFarads(tangent, gate: gate, drain: drain)
    let parts = [
      (pair: toSource, farads: farads.source), (pair: toDrain, farads: farads.drain),
      (pair: toBulk, farads: farads.bulk),
    ]
    for (part, (pair, farads)) in parts.enumerated() {
      let last = accepted[3 * k + part]
      let volts = x[pair.a] - x[pair.b]
      let mean = hasHistory ? 0.5 * (farads + last.farads) : farads
      let coulombs =
        hasHistory ? last.coulombs + mean * (volts - last.volts) : farads * volts
      present[3 * k + part] = GateCharge(volts: volts, farads: farads, coulombs: coulombs)
      matrix.add(pair, coulombs: coulombs, farads: mean)
    }
  }
}
