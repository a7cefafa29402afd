import CircuitSolver
import Foundation
import Netlist
import Testing

/// What transients may not lose: charge and energy.
@Suite struct SimulationConservationTests {
  /// A pulse of current through a node with capacitors, a diode's depletion layer and a transistor's
  /// gate: the charge that went in is the charge that is there.
  @Test func capacitorsHoldTheChargeThatWentIn() throws {
    var circuit = Circuit(title: "charge")
    let (a, b) = (circuit.addNode(circuit.label("a")), circuit.addNode(circuit.label("b")))
    let source = circuit.addCurrentSource(
      circuit.label("i1"), from: .ground, to: a, amperes: 0)
    circuit.setStimulus(
      Stimulus(
        waveform: .pulse(
          initial: 0, pulsed: 1e-6, delay: 1e-7, rise: 1e-8, fall: 3e-8, width: 1e-6,
          period: .infinity)), ofCurrentSource: source)
    circuit.addCapacitor(circuit.label("c1"), a, b, farads: 2e-12)
    circuit.addCapacitor(circuit.label("c2"), b, .ground, farads: 1e-12)
    circuit.addResistor(circuit.label("r1"), a, b, ohms: 1e6)
    circuit.addResistor(circuit.label("r2"), b, .ground, ohms: 1e15)
    var deck = SimulationDeck(circuit: circuit)
    deck.analyses = [.transient(TransientSettings(step: 1e-8, stop: 2e-6))]
    let plot = try #require(try CircuitSimulation(deck).run().plots.first)
    // All of it ends on C2: 1 µA over 1 µs and both halves of the flanks.
    let charge = 1e-6 * (1e-6 + 0.5 * 4e-8)
    let volts = try #require(plot.values(of: "v(b)"))
    let times = try #require(plot.values(of: "time"))
    let end = try #require(times.firstIndex { $0 > 1.2e-6 })
    for k in end..<times.count {
      // Backward Euler after each of four corners misses half a slope of its short step.
      #expect(abs(volts[k] * 1e-12 - charge) < 1e-4 * charge, "\(volts[k]) at \(times[k])")
    }
  }

  /// Charging a capacitor through a resistor takes `C V²` from the source: half is stored.
  @Test func halfTheEnergyOfChargingIsStored() throws {
    var circuit = Circuit(title: "energy")
    let (a, b) = (circuit.addNode(circuit.label("a")), circuit.addNode(circuit.label("b")))
    let source = circuit.addVoltageSource(
      circuit.label("v1"), plus: a, minus: .ground, volts: 0)
    circuit.setStimulus(
      Stimulus(
        waveform: .pulse(
          initial: 0, pulsed: 1.5, delay: 1e-9, rise: 1e-12, fall: 1e-12, width: 1,
          period: .infinity)),
      ofVoltageSource: source)
    circuit.addResistor(circuit.label("r1"), a, b, ohms: 1e3)
    circuit.addCapacitor(circuit.label("c1"), b, .ground, farads: 1e-12)
    var deck = SimulationDeck(circuit: circuit)
    deck.options.relativeTolerance = 1e-4
    deck.analyses = [.transient(TransientSettings(step: 1e-11, stop: 3e-8))]
    let plot = try #require(try CircuitSimulation(deck).run().plots.first)
    let times = try #require(plot.values(of: "time"))
    let (va, vb) = (plot.values(of: "v(a)") ?? [], plot.values(of: "v(b)") ?? [])
    let amperes = try #require(plot.values(of: "i(v1)"))
    var (given, lost) = (0.0, 0.0)
    for k in 1..<times.count {
      let h = times[k] - times[k - 1]
      given -= 0.5 * h * (va[k] * amperes[k] + va[k - 1] * amperes[k - 1])
      let (d0, d1) = (va[k - 1] - vb[k - 1], va[k] - vb[k])
      // A square of what is linear between points.
      lost += h * (d0 * d0 + d0 * d1 + d1 * d1) / 3 / 1e3
    }
    let stored = 0.5 * 1e-12 * vb[vb.count - 1] * vb[vb.count - 1]
    #expect(abs(given - stored - lost) < 1e-3 * given)
    #expect(abs(stored - 0.5 * given) < 1e-3 * given)
  }

  /// Currents into a clocked transistor with all its capacitances: after a whole period in the steady
  /// state, each source has given back the charge that its neighbors took.
  @Test func gateChargeReturnsAfterAPeriod() throws {
    var circuit = Circuit(title: "gate")
    let (g, d) = (circuit.addNode(circuit.label("g")), circuit.addNode(circuit.label("d")))
    let model = circuit.addMOSFETModel(
      circuit.label("nm"), polarity: .n, thresholdVolts: 0.5, transconductance: 1e-4)
    var extras = MOSFETExtras()
    extras.gateSourceFaradsPerMeter = 2e-10
    extras.gateDrainFaradsPerMeter = 2e-10
    extras.bulkDrainFarads = 1e-15
    circuit.setExtras(extras, ofMOSFETModel: model)
    circuit.addMOSFET(
      circuit.label("m1"), drain: d, gate: g, source: .ground, bulk: .ground, model: model,
      widthMeters: 1e-6, lengthMeters: 1e-6)
    let gate = circuit.addVoltageSource(circuit.label("vg"), plus: g, minus: .ground, volts: 0)
    circuit.setStimulus(
      Stimulus(
        waveform: .pulse(
          initial: 0, pulsed: 1.5, delay: 1e-9, rise: 1e-10, fall: 1e-10, width: 4e-9,
          period: 1e-8)), ofVoltageSource: gate)
    let top = circuit.addNode(circuit.label("t"))
    circuit.addVoltageSource(circuit.label("vd"), plus: top, minus: .ground, volts: 1)
    circuit.addResistor(circuit.label("r1"), top, d, ohms: 2e4)
    circuit.addCapacitor(circuit.label("c1"), d, .ground, farads: 1e-14)
    var deck = SimulationDeck(circuit: circuit)
    deck.options.relativeTolerance = 1e-4
    deck.analyses = [.transient(TransientSettings(step: 2e-11, stop: 2.1e-8))]
    let plot = try #require(try CircuitSimulation(deck).run().plots.first)
    let times = try #require(plot.values(of: "time"))
    let amperes = try #require(plot.values(of: "i(vg)"))
    // From before the second pulse to before the third.
    var (sum, moved) = (0.0, 0.0)
    for k in 1..<times.count where times[k] > 1.09e-8 - 1e-8 && times[k] <= 1.09e-8 {
      let charge = 0.5 * (times[k] - times[k - 1]) * (amperes[k] + amperes[k - 1])
      sum += charge
      moved += abs(charge)
    }
    #expect(moved > 1e-16)
    #expect(abs(sum) < 5e-3 * moved, "\(sum) of \(moved)")
  }
}
