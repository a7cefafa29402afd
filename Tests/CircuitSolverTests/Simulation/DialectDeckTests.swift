import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// Decks as people write them: forms of cards beyond SPICE's own, and what they solve to.
@Suite struct DialectDeckTests {
  private func read(_ cards: String) throws -> SimulationDeck {
    try DeckReader().read("t\n\(cards)\n.end\n", name: "t.sp")
  }

  private func plot(_ cards: String) throws -> Plot {
    try #require(try CircuitSimulation(read(cards)).run().plots.last)
  }

  private func last(_ cards: String, _ name: String) throws -> Double {
    try #require(try plot(cards).values(of: name)?.last)
  }

  // MARK: Short cards and courses

  /// LTspice's forms leave the step to the program.
  @Test(arguments: [
    (".tran 5m", 1e-4, 0.0, nil), (".tran 0 5m", 1e-4, 0, nil),
    (".tran 0 5m 1m 2u", 8e-5, 1e-3, 2e-6),
    (".tran 1u 5m 0", 1e-6, 0, nil), (".tran 0 5m 0 1u uic", 1e-4, 0, 1e-6 as Double?),
  ])
  func transientsWithoutAStep(
    card: String, step: Double, start: Double, longest: Double?
  ) throws {
    let deck = try read("v1 a 0 1\nr1 a 0 1\n\(card)")
    guard case .transient(let settings)? = deck.analyses.first else {
      Issue.record("no transient")
      return
    }
    #expect(abs(settings.step - step) <= 1e-12 * step && settings.stop == 5e-3)
    #expect(settings.start == start && settings.maximumStep == longest)
    #expect(settings.usesInitialConditions == card.hasSuffix("uic"))
  }

  @Test func keywordsAloneHaveTheirPresets() throws {
    let deck = try read("v1 a 0 ac\nv2 b 0 dc\nv3 c 0 dc ac 2\ni1 a b ac\nr1 a b 1\nr2 b c 1")
    let sources = deck.circuit.voltageSources
    #expect(sources.map(\.volts) == [0, 0, 0])
    #expect(sources.map { $0.stimulus?.acMagnitude } == [1, nil, 2])
    #expect(deck.circuit.currentSources[0].stimulus?.acMagnitude == 1)
  }

  @Test(arguments: [
    "(pulse(0 2 1n 1n 1n 1u 2u))", "(PULSE 0 2 1n 1n 1n 1u 2u)", "dc 0 (pulse(0 2 1n 1n 1n 1u 2u))",
    "pulse 0 2 1n 1n 1n 1u 2u", "pulse=(0,2,1n,1n,1n,1u,2u)",
  ])
  func coursesMayStandInParentheses(course: String) throws {
    let deck = try read("v1 a 0 \(course)\nr1 a 0 1k\n.tran 1n 1u")
    #expect(
      deck.circuit.voltageSources[0].stimulus?.waveform
        == .pulse(
          initial: 0, pulsed: 2, delay: 1e-9, rise: 1e-9, fall: 1e-9, width: 1e-6, period: 2e-6))
  }

  @Test func sineIsSin() throws {
    let deck = try read("v1 a 0 sine(0 1 1k)\nr1 a 0 1k\n.tran 1u 1m")
    #expect(
      deck.circuit.voltageSources[0].stimulus?.waveform
        == .sine(offset: 0, amplitude: 1, hertz: 1000, delay: 0, damping: 0, phaseDegrees: 0))
  }

  /// An eighth value is how many pulses there are: ngspice and LTspice.
  @Test func pulsesAreCounted() throws {
    let cards = "v1 a 0 pulse(0 1 1u 1u 1u 2u 10u 2)\nr1 a 0 1k\n.tran 0.1u 50u"
    let results = try CircuitSimulation(
      read(
        cards + "\n.measure tran second when v(a)=0.5 rise=2\n"
          + ".measure tran third when v(a)=0.5 rise=3")
    ).run()
    #expect(abs((results.measurements[0].value ?? 0) - 11.5e-6) < 1e-12)
    #expect(results.measurements[1].value == nil)
  }

  /// Two values at one time are an edge: a warning, and a charge that follows at once.
  @Test func edgesMayBeVertical() throws {
    let cards = "v1 a 0 pwl(0 0 1u 0 1u 1 3u 1)\nr1 a b 1k\nc1 b 0 1n\n.tran 10n 3u 0 1n"
    let deck = try read(cards)
    #expect(deck.warnings.map(\.reason) == [.verticalEdge])
    let plot = try plot(cards)
    let (times, volts) = (plot.values(of: "time") ?? [], plot.values(of: "v(b)") ?? [])
    for (time, found) in matched(times, volts) {
      let exact = time > 1e-6 ? 1 - exp(-(time - 1e-6) / 1e-6) : 0
      // The edge takes a first step of at most 0.1 ns of a time constant of 1 µs.
      #expect(abs(found - exact) < 2e-4)
    }
  }

  // MARK: Resistances of zero and below

  /// A short is no resistance at all: the closed form, and its current.
  @Test func zeroOhmsJoinNodes() throws {
    let cards = "v1 a 0 3\nr1 a b 0\nr2 b c 0\nr3 a c 0\nr4 c 0 1k\nr5 c 0 2k\n.op\n.print op i(r2)"
    let deck = try read(cards)
    #expect(deck.warnings.map(\.reason) == [.shortCircuit, .shortCircuit, .shortLeftOut])
    let plot = try plot(cards)
    #expect(plot.values(of: "v(c)") == [3])
    #expect(abs((plot.values(of: "i(v.r2)")?[0] ?? 0) - 4.5e-3) < 1e-15)
    #expect(throws: DeckError.self) { try read(cards + "\n.dc r1 0 1 1") }
    #expect(throws: DeckError.self) {
      try read(".param p=1\nv1 a 0 1\nr1 a b {p}\nr2 b 0 1\n.dc p 0 1 1")
    }
  }

  /// A negative resistance is one: 1 V over 1k − 400.
  @Test func negativeResistancesAreTaken() throws {
    let cards = "v1 a 0 1\nr1 a b 1k\nr2 b 0 -400\n.op"
    #expect(try read(cards).warnings.map(\.reason) == [.resistanceNegative])
    #expect(abs(try last(cards, "i(v1)") + 1 / 600.0) < 1e-15)
    #expect(abs(try last(cards, "v(b)") + 400 / 600.0) < 1e-15)
  }

  @Test func optionsOfOthersAreOnlyWarnedOf() throws {
    let deck = try read("v1 a 0 1\nr1 a 0 1\n.options foo bar=3 reltl=1 reltol=1e-4\n.op")
    #expect(deck.options.relativeTolerance == 1e-4)
    #expect(
      deck.warnings.map(\.description) == [
        "t.sp:4:10: 'foo': is no option that this program knows, and is passed over",
        "t.sp:4:14: 'bar': is no option that this program knows, and is passed over",
        "t.sp:4:20: 'reltl': is no option that this program knows, and is passed over; did you mean "
          + "'reltol'?",
      ])
  }

  // MARK: Faults that were wrong or misleading

  /// A relaxation oscillator: a switch discharges the capacitor that drives it. The period is the
  /// sum of two charges toward a level V: `τ ln((V − v₀) / (V − v₁))`.
  @Test(arguments: ["", " uic"])
  func switchesMayDischargeWhatDrivesThem(mode: String) throws {
    let results = try CircuitSimulation(
      read(
        """
        v1 s 0 1
        r1 s a 1k
        c1 a 0 1u
        s1 a 0 a 0 sm
        .model sm sw(vt=0.5 vh=0.2 ron=10 roff=1meg)
        .tran 10u 10m\(mode)
        .measure tran period trig v(a) val=0.5 rise=2 targ v(a) val=0.5 rise=3
        .measure tran top max v(a) from=2m
        .measure tran bottom min v(a) from=2m
        """)
    ).run()
    func seconds(_ load: Double, from: Double, to: Double) -> Double {
      let level = load / (load + 1000)
      return 1e-6 * 1000 * level * log((level - from) / (level - to))
    }
    let period = seconds(1e6, from: 0.3, to: 0.7) + seconds(10, from: 0.7, to: 0.3)
    let found = results.measurements.map { $0.value ?? .nan }
    // Each crossing is late by 1e-4 of the longest step at most, here 1 ns, and steps have errors of
    // 1e-4.
    #expect(abs(found[0] - period) < 2e-4 * period)
    #expect(abs(found[1] - 0.7) < 1e-4 && abs(found[2] - 0.3) < 1e-4)
  }

  @Test func switchesWithoutAStateAreNamed() {
    let error = #expect(throws: CircuitError.self) {
      try plot("v1 s 0 1\nr1 s a 1k\ns1 a 0 a 0 sm\n.model sm sw(vt=0.5 ron=10 roff=1meg)\n.op")
    }
    #expect(error == .unsettledSwitch("s1"))
  }

  /// `pwl` goes on beyond its points, as in ngspice; `table` does not.
  @Test func piecewiseLinearFormulasGoOn() throws {
    let plot = try plot(
      """
      v1 a 0 1
      b1 b 0 v=pwl(v(a),0,0,1,2,2,3)
      r1 b 0 1k
      e1 c 0 table {v(a)} = (0,0) (1,2) (2,3)
      r2 c 0 1k
      .dc v1 -1 4 1
      """)
    for (found, expected) in matched(plot.values(of: "v(b)") ?? [], [-2.0, 0, 2, 3, 4, 5]) {
      #expect(abs(found - expected) < 1e-12)
    }
    for (found, expected) in matched(plot.values(of: "v(c)") ?? [], [0.0, 0, 2, 3, 3, 3]) {
      #expect(abs(found - expected) < 1e-12)
    }
  }

  /// At the first point of `uic` the sources' currents are those that flow, not the impulse that
  /// charges what they contradict.
  @Test func initialConditionsStartWithoutAnImpulse() throws {
    let plot = try plot(
      "v1 a 0 1\nr1 a b 1k\nc1 b 0 1u ic=0.3\nc2 a 0 1n\n.tran 1u 10u uic\n.print tran i(c1)")
    #expect(abs((plot.values(of: "i(v1)")?[0] ?? 0) + 0.7e-3) < 1e-8)
    #expect(abs((plot.values(of: "i(c1)")?[0] ?? 0) - 0.7e-3) < 1e-8)
  }

  /// A reverse junction follows Shockley's equation, not SPICE's cubic below −3 N Vt.
  @Test func reverseJunctionsFollowShockley() throws {
    let cards = "v1 a 0 -0.2\nd1 a 0 dx\n.model dx d(is=1e-6)\n.options gmin=0\n.tran 1n 2n"
    let exact = 1e-6 * (1 - exp(-0.2 / 0.02586492))
    #expect(abs(try last(cards, "i(v1)") - exact) < 1e-12)
  }

  // MARK: Currents and powers

  /// Tellegen: the powers of all elements sum to zero; arithmetic needs no braces.
  @Test func powersSumToZero() throws {
    let plot = try plot(
      """
      v1 a 0 2
      r1 a b 1k
      d1 b c dx
      m1 c a 0 0 nx w=10u l=1u
      i1 0 b 1m
      e1 e 0 b 0 2
      r2 e c 10k
      .model dx d(is=1e-14 rs=5)
      .model nx nmos level=1 vto=0.5 kp=100u is=0
      .op
      .print op p(v1) p(r1) p(d1) p(m1) p(i1) p(e1) p(r2) @d1[p] v(a)*i(v1) -v(b) (v(a)+v(b))/2
      .print op par('v(a)-v(b)') {v(a)-v(b)} @m1[gm] @m1[gds] id(m1) i(m1) @r1[i] v(a) * 2
      """)
    func value(_ name: String) throws -> Double {
      try #require(plot.values(of: name)?.first, "\(name) of \(plot.variables.map(\.name))")
    }
    let powers = try ["v1", "r1", "d1", "m1", "i1", "e1", "r2"].map { try value("p(\($0))") }
    #expect(abs(powers.reduce(0, +)) < 1e-9 * (powers.map(abs).max() ?? 0))
    #expect(try value("@d1[p]") == value("p(d1)"))
    #expect(abs(try value("v(a)*i(v1)") - powers[0]) <= 1e-18)
    #expect(try value("-v(b)") == -value("v(b)"))
    #expect(try value("(v(a)+v(b))/2") == (value("v(a)") + value("v(b)")) / 2)
    #expect(try value("par('v(a)-v(b)')") == value("{v(a)-v(b)}"))
    #expect(try value("v(a)*2") == 4)
    #expect(try value("i(m1)") == value("p(m1)") / (value("v(c)") - 0))
    // Triode: gm = KP W/L vds, gds = KP W/L (vgs − vto − vds); saturation from vds = 1.5 V on.
    let volts = min(try value("v(c)"), 1.5)
    #expect(abs(try value("@m1[gm]") - 1e-3 * volts) < 1e-12)
    #expect(abs(try value("@m1[gds]") - 1e-3 * (1.5 - volts)) < 1e-12)
  }

  @Test(arguments: [
    (
      "@r1[q]",
      "t.sp:6:11: '@r1[q]': output is not one that this program computes"
    ),
    ("p(r9)", "t.sp:6:13: 'r9': no element has that name; did you mean 'r1'?"),
    ("@r9[i]", "t.sp:6:12: 'r9': no element has that name"),
    ("v(a)*", "t.sp:6:15: '*': expression is malformed"),
  ])
  func outputsThatAreNoneAreTold(output: String, says: String) {
    let error = #expect(throws: DeckError.self) {
      try read("v1 a 0 1\nr1 a 0 1\n* comment\n.op\n.print op \(output)")
    }
    #expect(error?.faults.first?.description == says)
  }

  @Test func valuesOfDevicesAreNoPartOfFormulas() {
    let error = #expect(throws: DeckError.self) {
      try read(
        "m1 a a 0 0 nx\nb1 b 0 v=@m1[gm]\n.model nx nmos\nr1 a 0 1\nr2 b 0 1\n.op")
    }
    #expect(error?.faults.map(\.reason) == [.unsupportedOutput])
  }

  // MARK: Measurements

  /// Forms of `.measure` on a sine of 1 V and 1 kHz and a ramp of 1 V/ms.
  @Test(arguments: [
    ("m deriv v(a) at=0.5m", -2000 * Double.pi, 2e-3),
    ("m deriv v(b) when v(a)=0.5 fall=1", 1e3, 1e-6),
    ("m max_at v(a)", 0.25e-3, 4e-3), ("m min_at v(a) from=0 to=1m", 0.75e-3, 2e-3),
    ("m when v(a)=v(b) fall=1", 0.4293681e-3, 1e-4),
    ("m trig at=0.1m targ v(b) val=0.5 rise=1", 0.4e-3, 1e-9),
    ("m trig v(b) val=0.1 cross=1 targ at=0.5m", 0.4e-3, 1e-9),
    ("m when v(a)=0 td=0.6m cross=1", 1e-3, 1e-5),
    ("m when v(a)=0.5 cross=last", 0.4166667e-3, 1e-3),
    ("m find v(b) when v(a)=0 cross=1 from=0.4m to=0.6m", 0.5, 1e-4),
    ("m integ v(b) from=0.2m to=0.6m", 0.16e-3, 1e-6),
  ])
  func measurementForms(card: String, expected: Double, relative: Double) throws {
    let results = try CircuitSimulation(
      read(
        "v1 a 0 sin(0 1 1k)\nv2 b 0 pwl(0 0 1m 1)\nr1 a b 1k\n.tran 1u 1.05m 0 1u\n"
          + ".options reltol=1e-5\n.measure tran \(card)\n.meas half param='m/2'\n"
          + ".meas tran more eqn={half*4+1}")
    ).run()
    let found = try results.measurements.map { try #require($0.value) }
    #expect(abs(found[0] - expected) <= relative * abs(expected))
    #expect(found[1] == found[0] / 2 && abs(found[2] - (2 * found[0] + 1)) < 1e-12)
  }
}
