import CircuitSolver
import Foundation
import Netlist
import TestSupport
import Testing

/// Circuits whose solutions are formulas, built through `Circuit` and solved by the general engine.
@Suite struct SimulationClosedFormTests {
  private func run(_ circuit: Circuit, _ analysis: Analysis, gmin: Double = 0) throws -> Plot {
    var deck = SimulationDeck(circuit: circuit)
    deck.options.junctionSiemens = gmin
    deck.analyses = [analysis]
    return try #require(try CircuitSimulation(deck, method: .general).run().plots.first)
  }

  private func close(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
    abs(a - b) <= tolerance * max(abs(a), abs(b))
  }

  // MARK: Operating points

  /// `v = n Vt ln(1 + i / IS)`, over twelve decades of current.
  @Test(arguments: [1e-14, 1e-12, 1e-9, 1e-6, 1e-3, 0.1])
  func currentThroughADiodeGivesItsLogarithm(amperes: Double) throws {
    var circuit = Circuit(title: "diode")
    let a = circuit.addNode(circuit.label("a"))
    let model = circuit.addDiodeModel(
      circuit.label("dm"), saturationAmperes: 1e-14, emissionCoefficient: 1.5)
    circuit.addDiode(circuit.label("d1"), anode: a, cathode: .ground, model: model)
    circuit.addCurrentSource(circuit.label("i1"), from: .ground, to: a, amperes: amperes)
    let plot = try run(circuit, .operatingPoint)
    let scale = 1.5 * 1.380649e-23 * 300.15 / 1.602176634e-19
    let found = try #require(plot.values(of: "v(a)")?.first)
    // Newton ends within a thousandth of VNTOL, and its next step is the square of the last.
    #expect(abs(found - scale * log1p(amperes / 1e-14)) <= 1e-9)
  }

  /// Series resistance adds `RS i`.
  @Test func seriesResistanceAddsItsDrop() throws {
    func volts(_ ohms: Double) throws -> Double {
      var circuit = Circuit(title: "diode")
      let a = circuit.addNode(circuit.label("a"))
      let model = circuit.addDiodeModel(circuit.label("dm"), saturationAmperes: 1e-14)
      var extras = DiodeExtras()
      extras.seriesOhms = ohms
      circuit.setExtras(extras, ofDiodeModel: model)
      circuit.addDiode(circuit.label("d1"), anode: a, cathode: .ground, model: model, area: 2)
      circuit.addCurrentSource(circuit.label("i1"), from: .ground, to: a, amperes: 0.01)
      return try #require(try run(circuit, .operatingPoint).values(of: "v(a)")?.first)
    }
    // Half the ohms at twice the area.
    #expect(abs(try volts(30) - volts(0) - 0.15) < 2e-9)
  }

  /// A bridge with a source across it, unbalanced: `v = V (R2 / (R1 + R2) − R4 / (R3 + R4))`.
  @Test func bridgeDividesItsSource() throws {
    var circuit = Circuit(title: "bridge")
    let (t, a, b) = (
      circuit.addNode(circuit.label("t")), circuit.addNode(circuit.label("a")),
      circuit.addNode(circuit.label("b"))
    )
    circuit.addVoltageSource(circuit.label("v1"), plus: t, minus: .ground, volts: 10)
    circuit.addResistor(circuit.label("r1"), t, a, ohms: 100)
    circuit.addResistor(circuit.label("r2"), a, .ground, ohms: 300)
    circuit.addResistor(circuit.label("r3"), t, b, ohms: 200)
    circuit.addResistor(circuit.label("r4"), b, .ground, ohms: 200)
    let plot = try run(circuit, .operatingPoint)
    let (va, vb) = (plot.values(of: "v(a)")?[0] ?? 0, plot.values(of: "v(b)")?[0] ?? 0)
    #expect(close(va, 7.5, 1e-14) && close(vb, 5, 1e-14))
    #expect(close(plot.values(of: "i(v1)")?[0] ?? 0, -(10 / 400.0 + 10 / 400.0), 1e-13))
  }

  /// An op-amp of gain A as inverter: `−R2 / R1 · A / (A + 1 + R2 / R1)`.
  @Test func operationalAmplifierInverts() throws {
    var circuit = Circuit(title: "inverter")
    let (i, n, o) = (
      circuit.addNode(circuit.label("i")), circuit.addNode(circuit.label("n")),
      circuit.addNode(circuit.label("o"))
    )
    circuit.addVoltageSource(circuit.label("v1"), plus: i, minus: .ground, volts: 0.25)
    circuit.addResistor(circuit.label("r1"), i, n, ohms: 1e3)
    circuit.addResistor(circuit.label("r2"), n, o, ohms: 2e4)
    circuit.addVoltageControlledSource(
      circuit.label("e1"), output: .voltage, plus: o, minus: .ground, controlPlus: .ground,
      controlMinus: n, gain: 1e6)
    let found = try #require(try run(circuit, .operatingPoint).values(of: "v(o)")?.first)
    #expect(close(found, -0.25 * 20 * 1e6 / (1e6 + 21), 1e-12))
  }

  // MARK: Small signals

  /// `1 / (1 + jωRC)` and `jωL / (R + jωL)`.
  @Test func firstOrderFiltersFollowTheirFormula() throws {
    var circuit = Circuit(title: "filters")
    let (a, b, c) = (
      circuit.addNode(circuit.label("a")), circuit.addNode(circuit.label("b")),
      circuit.addNode(circuit.label("c"))
    )
    let source = circuit.addVoltageSource(
      circuit.label("v1"), plus: a, minus: .ground, volts: 3)
    circuit.setStimulus(Stimulus(acMagnitude: 1), ofVoltageSource: source)
    circuit.addResistor(circuit.label("r1"), a, b, ohms: 1e3)
    circuit.addCapacitor(circuit.label("c1"), b, .ground, farads: 1e-9)
    circuit.addResistor(circuit.label("r2"), a, c, ohms: 50)
    circuit.addInductor(circuit.label("l1"), c, .ground, henries: 1e-5)
    let hertz = [1.0, 1e3, 1e5, 3e6, 1e9]
    let curves = CurveAgreement.Reference(try run(circuit, .smallSignal(hertz: hertz)))
    for (k, f) in hertz.enumerated() {
      let one = ComplexNumber(real: 1)
      let low = one / ComplexNumber(real: 1, imaginary: 2 * .pi * f * 1e-6)
      let reactance = 2 * .pi * f * 1e-5
      let high = ComplexNumber(imaginary: reactance) / ComplexNumber(real: 50, imaginary: reactance)
      for (name, expected) in [("v(b)", low), ("v(c)", high)] {
        let found = try #require(curves.curves[name]?[k])
        let error = ComplexNumber(real: found[0], imaginary: found[1]) - expected
        #expect(error.magnitude <= 1e-12 * expected.magnitude, "\(name) at \(f)")
      }
    }
  }

  /// Perfectly coupled inductors transform voltages by `√(L2 / L1)`, with load.
  @Test func transformerTransforms() throws {
    var circuit = Circuit(title: "transformer")
    let (p, s) = (circuit.addNode(circuit.label("p")), circuit.addNode(circuit.label("s")))
    let source = circuit.addVoltageSource(
      circuit.label("v1"), plus: p, minus: .ground, volts: 0)
    circuit.setStimulus(Stimulus(acMagnitude: 2), ofVoltageSource: source)
    let first = circuit.addInductor(circuit.label("l1"), p, .ground, henries: 1e-3)
    let second = circuit.addInductor(circuit.label("l2"), s, .ground, henries: 9e-3)
    circuit.addCoupling(circuit.label("k1"), first: first, second: second, coefficient: 1)
    circuit.addResistor(circuit.label("r1"), s, .ground, ohms: 90)
    // At DC the source alone would drive the primary without limit.
    let q = circuit.addNode(circuit.label("q"))
    circuit.addResistor(circuit.label("r2"), q, .ground, ohms: 1)
    #expect(throws: CircuitError.self) { try run(circuit, .smallSignal(hertz: [1e5])) }

    var damped = Circuit(title: "transformer")
    let (a, b, c) = (
      damped.addNode(damped.label("a")), damped.addNode(damped.label("b")),
      damped.addNode(damped.label("c"))
    )
    let drive = damped.addVoltageSource(damped.label("v1"), plus: a, minus: .ground, volts: 0)
    damped.setStimulus(Stimulus(acMagnitude: 2), ofVoltageSource: drive)
    damped.addResistor(damped.label("r1"), a, b, ohms: 1e-3)
    let one = damped.addInductor(damped.label("l1"), b, .ground, henries: 1e-3)
    let two = damped.addInductor(damped.label("l2"), c, .ground, henries: 9e-3)
    damped.addCoupling(damped.label("k1"), first: one, second: two, coefficient: 1)
    damped.addResistor(damped.label("r2"), c, .ground, ohms: 90)
    let curves = CurveAgreement.Reference(try run(damped, .smallSignal(hertz: [1e5])))
    let primary = try #require(curves.curves["v(b)"]?[0])
    let secondary = try #require(curves.curves["v(c)"]?[0])
    // 90 Ω are 10 Ω on the primary's side, so that R1 takes 1e-4 of the voltage.
    #expect(abs(secondary[0] - 3 * primary[0]) < 1e-11 && abs(primary[0] - 2) < 3e-4)
  }

  /// A diode's small-signal admittance is `i / (n Vt) + jω (TT g + C(v))`.
  @Test func diodesHaveTheirSlopeAndCharge() throws {
    var circuit = Circuit(title: "diode")
    let a = circuit.addNode(circuit.label("a"))
    let model = circuit.addDiodeModel(circuit.label("dm"), saturationAmperes: 1e-14)
    var extras = DiodeExtras()
    extras.junctionFarads = 2e-12
    extras.junctionVolts = 0.8
    extras.transitSeconds = 1e-9
    circuit.setExtras(extras, ofDiodeModel: model)
    circuit.addDiode(circuit.label("d1"), anode: a, cathode: .ground, model: model)
    let source = circuit.addVoltageSource(
      circuit.label("v1"), plus: a, minus: .ground, volts: 0.35)
    circuit.setStimulus(Stimulus(acMagnitude: 1), ofVoltageSource: source)
    let curves = CurveAgreement.Reference(try run(circuit, .smallSignal(hertz: [1e8])))
    let current = try #require(curves.curves["i(v1)"]?[0])
    let scale = 1.380649e-23 * 300.15 / 1.602176634e-19
    let slope = 1e-14 * exp(0.35 / scale) / scale
    let farads = 1e-9 * slope + 2e-12 / (1 - 0.35 / 0.8).squareRoot()
    #expect(close(-current[0], slope, 1e-10))
    #expect(close(-current[1], 2 * .pi * 1e8 * farads, 1e-10))
  }

  // MARK: Transients

  private func settings(_ step: Double, _ stop: Double) -> TransientSettings {
    TransientSettings(step: step, stop: stop)
  }

  /// A ramp of length `rise` into RC, then what remains. Each step may miss a tenth of RELTOL of the
  /// charge, and ten steps of the longest kind make a time constant: RELTOL in all; half of that by the
  /// trapezoidal rule, whose errors change sign with the curvature.
  @Test(arguments: [SimulationOptions.Integration.trapezoidal, .gear], [false, true])
  func rampsChargeCapacitorsAndInductors(
    _ integration: SimulationOptions.Integration, isInductive: Bool
  ) throws {
    let (tau, rise) = (1e-6, 0.5e-6)
    var circuit = Circuit(title: "ramp")
    let (a, b) = (circuit.addNode(circuit.label("a")), circuit.addNode(circuit.label("b")))
    let source = circuit.addVoltageSource(
      circuit.label("v1"), plus: a, minus: .ground, volts: 0)
    circuit.setStimulus(
      Stimulus(waveform: .piecewiseLinear(seconds: [0, 1e-6, 1e-6 + rise], values: [0, 0, 1])),
      ofVoltageSource: source)
    if isInductive {
      circuit.addInductor(circuit.label("l1"), a, b, henries: 1e-3)
      circuit.addResistor(circuit.label("r1"), b, .ground, ohms: 1e3)
    } else {
      circuit.addResistor(circuit.label("r1"), a, b, ohms: 1e3)
      circuit.addCapacitor(circuit.label("c1"), b, .ground, farads: 1e-9)
    }
    var deck = SimulationDeck(circuit: circuit)
    deck.options.integration = integration
    deck.analyses = [.transient(settings(1e-7, 8e-6))]
    let results = try CircuitSimulation(deck).run()
    let plot = try #require(results.plots.first)
    let times = try #require(plot.values(of: "time"))
    let volts = try #require(plot.values(of: "v(b)"))
    #expect(times.first == 0 && times.last == 8e-6)
    #expect(times.contains(1e-6) && times.contains(1e-6 + rise))
    func integral(_ t: Double) -> Double { t <= 0 ? 0 : (t + tau * expm1(-t / tau)) / rise }
    for (t, v) in matched(times, volts) {
      let exact = integral(t - 1e-6) - integral(t - 1e-6 - rise)
      #expect(abs(v - exact) < (integration == .gear ? 1e-3 : 5e-4), "at \(t): \(v), not \(exact)")
    }
    // One symbolic analysis; factors are kept while the step stays.
    #expect(results.analyses == 1)
    #expect(results.factorizations < results.iterations)
  }

  /// `v = V cos(ωt)` of an ideal resonant circuit that starts charged.
  @Test func resonantCircuitsSwing() throws {
    var circuit = Circuit(title: "tank")
    let a = circuit.addNode(circuit.label("a"))
    circuit.addCapacitor(circuit.label("c1"), a, .ground, farads: 1e-9, initialVolts: 2)
    circuit.addInductor(circuit.label("l1"), a, .ground, henries: 1e-3, initialAmperes: 0)
    var deck = SimulationDeck(circuit: circuit)
    var wanted = settings(2e-8, 2e-5)
    wanted.maximumStep = 1e-8
    wanted.usesInitialConditions = true
    deck.analyses = [.transient(wanted)]
    let plot = try #require(try CircuitSimulation(deck).run().plots.first)
    let volts = try #require(plot.values(of: "v(a)"))
    let amperes = try #require(plot.values(of: "i(l1)"))
    let times = try #require(plot.values(of: "time"))
    let energy = 0.5 * 1e-9 * 4
    // The trapezoidal rule is late by (ωh)² / 12 of the phase, at most 20 radians here, and keeps
    // energy but for the first step, which is backward Euler and short.
    let late = 20 * 1e-4 / 12
    for k in times.indices {
      let (v, i) = (volts[k], amperes[k])
      let exact = 2 * cos(1e6 * times[k])
      #expect(abs(v - exact) < 3 * late, "at \(times[k]): \(v), not \(exact)")
      let held = 0.5 * 1e-9 * v * v + 0.5 * 1e-3 * i * i
      #expect(abs(held - energy) < 1e-3 * energy, "at \(times[k]): \(held / energy)")
    }
  }
}
