import Netlist
import Testing

@testable import EventSimulation

@Suite struct EventEngineTests {
  private let nanosecond = EdgeDelays()

  /// The period of a ring is twice the sum of its delays.
  @Test(arguments: [1, 3, 17])
  func rings(length: Int) throws {
    var deck = EventDeck()
    try deck.stimulate(["e"], "0: 0s\n10: 1s")
    // One gate alone starts it: all of them together would make as many waves.
    try deck.add(.gate(.nand, nanosecond), ["n\(length - 1)", "e"], ["n0"])
    for k in 0..<length where k > 0 {
      try deck.add(.gate(.inverter, nanosecond), ["n\(k - 1)"], ["n\(k)"])
    }
    let times = try deck.course(["n0"], until: 10 + 20 * Double(length)).dropFirst()
      .compactMap { Double($0.split(separator: " ")[0]) }
    #expect(times.count >= 9)
    for (a, b) in zip(times.dropFirst(), times.dropFirst(2)) {
      #expect(abs(b - a - Double(length)) < 1e-6)
    }
  }

  /// An inverter that is its own input has no state at rest.
  @Test func loopsAtRestAreNamed() throws {
    var deck = EventDeck()
    try deck.stimulate(["e"], "0: 1s")
    try deck.add(.gate(.nand, nanosecond), ["n", "e"], ["n"])
    var engine = EventEngine(deck.events)
    let node = try deck.index("n")
    #expect(throws: EventError.unsettled(nodes: [node])) { _ = try engine.settle([]) }
  }

  @Test func loopsWithoutDelayAreNamed() throws {
    var deck = EventDeck()
    try deck.stimulate(["e"], "0: 0s\n10: 1s")
    try deck.add(.gate(.nand, EdgeDelays(rise: 0, fall: 0)), ["n", "e"], ["n"])
    var engine = EventEngine(deck.events)
    _ = try engine.settle([])
    engine.begin()
    let node = try deck.index("n")
    #expect(throws: EventError.endless(seconds: 10e-9, nodes: [node])) {
      _ = try engine.advance(to: 20e-9)
    }
  }

  /// An oscillator with one probe, and the node that it drives.
  private func oscillator(_ model: OscillatorModel) -> (engine: EventEngine, node: Int) {
    var circuit = EventCircuit()
    var names = Circuit(title: "t")
    let node = circuit.addNode(names.label("q"), isReal: false)
    circuit.add(
      EventElement(
        names.label("a"), .oscillator(model), outputs: [EventPin(node: node)],
        probes: [.number(1)]))
    return (EventEngine(circuit), node)
  }

  /// Edges of an oscillator at constant control: low for `1 − duty` of each cycle.
  @Test func oscillator() throws {
    var (engine, node) = oscillator(
      OscillatorModel(
        .frequency(dutyCycle: 0.3), controls: [0, 1, 2], values: [1e6, 1e6, 2e6],
        initialPhase: 0.25, edges: EdgeDelays(rise: 7e-9, fall: 11e-9)))
    _ = try engine.settle([1])
    engine.begin()
    var edges: [Double] = []
    var last = engine.values[node]
    while let next = engine.nextEvent, next < 3e-6 {
      _ = try engine.advance(to: next)
      if engine.values[node] != last { edges.append(next * 1e9) }
      last = engine.values[node]
    }
    let expected = [457.0, 761, 1457, 1761, 2457, 2761]
    #expect(edges.count == expected.count)
    for (edge, time) in zip(edges, expected) { #expect(abs(edge - time) < 1e-6) }
  }

  /// Between solutions the phase is the integral of the frequency: for a ramp, a parabola.
  @Test func phaseIsTheIntegralOfTheFrequency() throws {
    var (engine, node) = oscillator(
      OscillatorModel(
        .frequency(dutyCycle: 0.5), controls: [0, 1], values: [0, 1e3], initialPhase: 0,
        edges: EdgeDelays(rise: 0, fall: 0)))
    _ = try engine.settle([0])
    engine.begin()
    // f = 1e3 t over a second: 500 cycles.
    var falls = 0
    let steps = 10_000
    for k in 1...steps {
      let time = Double(k) / Double(steps)
      let before = engine.values[node]
      _ = try engine.advance(to: time)
      _ = try engine.sense([time], at: time)
      _ = try engine.advance(to: time)
      if before.number == 1, engine.values[node].number == 0 { falls += 1 }
    }
    #expect(abs(falls - 500) <= 1)
  }

  /// A bridge's voltage goes on from where it is, by the slope of the whole swing.
  @Test func levelsAreRamps() throws {
    var deck = EventDeck()
    try deck.stimulate(["d"], "0: 0s\n10: 1s\n12: Us\n20: 0s")
    var circuit = deck.events
    var level = LevelModel()
    (level.low, level.high, level.unknown) = (0, 2, 1)
    (level.riseSeconds, level.fallSeconds) = (5e-9, 8e-9)
    var names = Circuit(title: "t")
    circuit.add(
      EventElement(
        names.label("b"), .digitalToAnalog(level), inputs: [EventPin(node: 0)], sources: [4]))
    var engine = EventEngine(circuit)
    #expect(try engine.settle([]) == false)
    engine.begin()
    #expect(engine.sources == [4])
    #expect(abs((try engine.advance(to: 1, stoppingAtCourses: true) ?? 0) - 10e-9) < 1e-20)
    #expect(abs(engine.ramps[0].volts(at: 11e-9) - 0.4) < 1e-12)
    #expect(abs((try engine.advance(to: 1, stoppingAtCourses: true) ?? 0) - 12e-9) < 1e-20)
    // From 0.8 V to 1 V.
    #expect(abs(engine.ramps[0].volts(at: 12.25e-9) - 0.9) < 1e-12)
    #expect(abs((engine.corner(after: 12e-9) ?? 0) - 12.5e-9) < 1e-18)
    #expect(abs((try engine.advance(to: 1, stoppingAtCourses: true) ?? 0) - 20e-9) < 1e-20)
    #expect(abs(engine.ramps[0].volts(at: 22e-9) - 0.5) < 1e-12)
  }

  /// Drivers of a node of real numbers add.
  @Test func realNumbers() throws {
    var circuit = EventCircuit()
    var names = Circuit(title: "t")
    let d = circuit.addNode(names.label("d"), isReal: false)
    let (a, b) = (
      circuit.addNode(names.label("a"), isReal: true),
      circuit.addNode(names.label("b"), isReal: true)
    )
    let one = EventElement(
      names.label("a1"), .constant(DigitalValue(.one)), outputs: [EventPin(node: d)])
    circuit.add(one)
    for k in 0..<2 {
      circuit.add(
        EventElement(
          names.label("b", k), .digitalToReal(zero: -1, one: Double(k + 1), delay: 1e-9),
          inputs: [EventPin(node: d, isInverted: k == 0), EventPin(node: d)],
          outputs: [EventPin(node: a)]))
    }
    var gain = RealGainModel()
    (gain.gain, gain.inOffset, gain.outOffset) = (2, 1, 3)
    circuit.add(
      EventElement(
        names.label("g"), .realGain(gain), inputs: [EventPin(node: a)],
        outputs: [EventPin(node: b)]))
    var engine = EventEngine(circuit)
    _ = try engine.settle([])
    #expect(engine.values[a] == .real(1))
    #expect(engine.values[b] == .real(0))
    engine.begin()
    _ = try engine.advance(to: 2e-9)
    #expect(engine.values[b] == .real(7))
  }

  /// A frequency that comes to more edges between two solutions than anything counts, and a phase
  /// beyond what whole numbers reach, end; they do not go on.
  @Test func oscillatorsBeyondCountingEnd() throws {
    for (hertz, phase) in [(1e12, 0.0), (1e3, 1e20)] {
      var (engine, _) = oscillator(
        OscillatorModel(
          .frequency(dutyCycle: 0.5), controls: [0, 1], values: [0, hertz], initialPhase: phase,
          edges: EdgeDelays(rise: 0, fall: 0)))
      _ = try engine.settle([0])
      engine.begin()
      if hertz == 1e12 {
        #expect(throws: EventError.self) { try engine.sense([1], at: 1) }
      } else {
        _ = try engine.sense([1], at: 1e-3)
      }
    }
  }
}
