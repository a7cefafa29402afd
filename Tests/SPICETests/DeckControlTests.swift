import Foundation
import Netlist
import TestSupport
import Testing

@testable import SPICE

@Suite struct DeckControlTests {
  private let base = """
    v1 in 0 1
    i1 0 in 1m
    r1 in out 1k
    c1 out 0 1n

    """

  @Test func sweepsAreRead() throws {
    let read = try deck(
      base + """
        .op
        .dc v1 0 1 0.25 i1 2m 1m -1m
        .dc r1 1 100 99
        .dc temp list 0 27 100
        .dc v1 dec 2 1 100
        .dc lin v1 0 1 1
        """)
    #expect(
      read.analyses == [
        .operatingPoint,
        .dcSweep([
          Sweep(variable: .voltageSource(0), name: "v1", values: [0, 0.25, 0.5, 0.75, 1]),
          Sweep(variable: .currentSource(0), name: "i1", values: [2e-3, 1e-3]),
        ]),
        .dcSweep([Sweep(variable: .resistor(0), name: "r1", values: [1, 100])]),
        .dcSweep([Sweep(variable: .temperature, name: "temp", values: [0, 27, 100])]),
        .dcSweep([
          Sweep(
            variable: .voltageSource(0), name: "v1",
            values: (0...4).map { pow(100, Double($0) / 4) })
        ]),
        .dcSweep([Sweep(variable: .voltageSource(0), name: "v1", values: [0, 1])]),
      ])
  }

  /// The first card is the innermost loop, as in Xyce.
  @Test func stepsAreTheSlowestSweeps() throws {
    let read = try deck(base + ".op\n.dc v1 0 1 1\n.step i1 list 1m 3m\n.step temp 0 50 50")
    let current = Sweep(variable: .currentSource(0), name: "i1", values: [1e-3, 3e-3])
    let temperature = Sweep(variable: .temperature, name: "temp", values: [0, 50])
    #expect(
      read.analyses == [
        .dcSweep([current, temperature]),
        .dcSweep([
          Sweep(variable: .voltageSource(0), name: "v1", values: [0, 1]), current, temperature,
        ]),
      ])
  }

  /// Where a step is a parameter's, or an analysis no sweep, every combination is a deck: what the
  /// text with those values is.
  @Test func stepsOfParametersAreDecks() throws {
    let body = "\n.subckt s a b\nrx a b {2*load}\n.ends\nx1 out 0 s\n.tran 1n 1u\n.op"
    let read = try deck(
      base + ".param load=1k more={load+1}\nr2 out 0 {more}" + body
        + "\n.step load list 1k 3k\n.step temp 0 50 50")
    #expect(read.analyses.map(\.kind) == [.transient, .operatingPoint])
    #expect(
      read.steps.map(\.name) == [
        "load=1000.0 temp=0.0", "load=3000.0 temp=0.0", "load=1000.0 temp=50.0",
        "load=3000.0 temp=50.0",
      ])
    for (index, step) in read.steps.enumerated() {
      let load = index % 2 == 0 ? "1k" : "3k"
      let text = base + ".param load=\(load) more={load+1}\nr2 out 0 {more}" + body
      let alone = try deck(text + "\n.temp \(index < 2 ? 0 : 50)")
      #expect(step.deck.circuit.resistors.map(\.ohms) == alone.circuit.resistors.map(\.ohms))
      #expect(step.deck.options == alone.options && step.deck.analyses == alone.analyses)
      #expect(step.deck.steps.isEmpty)
    }
    let sources = try deck(
      base + ".ac dec 1 1 10\n.step v1 1 2 1\n.step r1 list 5 6\n.step i1 0 1 1")
    #expect(sources.steps.count == 8)
    let last = try #require(sources.steps.last?.deck.circuit)
    #expect(last.voltageSources[0].volts == 2 && last.resistors[0].ohms == 6)
    #expect(last.currentSources[0].amperes == 1)
    #expect(throws: NetlistError.self) { try SPICEWriter.deck(read, for: .ngspice) }
  }

  /// What no single deck of literals can say is not written.
  @Test(arguments: [".dc p 1 2 1", ".dc data=t", ".ac data=t"])
  func tablesAreNotWritten(card: String) throws {
    let table = card == ".ac data=t" ? "freq p" : "v1 p"
    let read = try deck(
      base + ".param p=1\nr2 out 0 {p}\n\(card)\n.data t \(table)\n1 2\n3 4\n.enddata")
    #expect(read.analyses.map(\.kind) == [card.hasPrefix(".ac") ? .smallSignal : .dcSweep])
    let ohms = read.tablePoints.first?.map { $0.circuit.resistors[1].ohms }
    #expect(ohms == (card.hasPrefix(".dc p") ? [1, 2] : [2, 4]))
    #expect(throws: NetlistError.self) { try SPICEWriter.deck(read, for: .xyce) }
  }

  /// Sweeps that are passed over leave no empty analysis behind.
  @Test(arguments: [".dc x=1 2 3", ".step x=1 2 3"])
  func sweepsPassedOverAreGone(card: String) throws {
    let read = try DeckReader(passingOver: .outputs).read(
      "t\n\(base)\(card)\n.op\n.end\n", name: "t")
    #expect(read.analyses == [.operatingPoint])
    #expect(read.warnings.map(\.reason) == [.unsupportedSweep])
  }

  @Test func measurementsWithoutAnAnalysisAreTold() throws {
    let read = try deck(base + ".op\n.measure tran m max v(out)")
    #expect(read.warnings.map(\.reason) == [.measuresNothing])
    #expect(read.warnings.map(\.line) == [7])
  }

  /// As ngspice 39 spaces them: five steps fit between 1 and 50 Hz, and the last ends there.
  @Test func frequenciesAreSpacedLikeNgspice() throws {
    let read = try deck(
      base + ".ac dec 3 1 50\n.ac lin 3 1k 3k\n.ac oct 1 1 8\n.ac dec 10 5 5")
    var lists: [[Double]] = []
    for case .smallSignal(let hertz) in read.analyses { lists.append(hertz) }
    #expect(lists[0].count == 6 && lists[0][0] == 1)
    let printed = [1, 2.186724, 4.781762, 10.45640, 22.86525, 50]
    for (hertz, expected) in matched(lists[0], printed) {
      #expect((hertz - expected).magnitude <= 1e-6 * expected)
    }
    #expect(lists[1] == [1000, 2000, 3000])
    #expect(lists[2].count == 4 && (lists[2][3] - 8).magnitude <= 8 * 4 * .ulpOfOne)
    #expect(lists[3] == [5])
  }

  @Test func transientsGiveSourcesTheirDefaults() throws {
    let read = try deck(
      """
      v1 a 0 pulse(0 1)
      v2 b 0 sin(0 1)
      v3 c 0 exp(0 1)
      .param T=1u
      .tran 1n {T} 0 2n uic
      """)
    var settings = TransientSettings(step: 1e-9, stop: 1e-6)
    settings.maximumStep = 2e-9
    settings.usesInitialConditions = true
    #expect(read.analyses == [.transient(settings)])
    let waveforms = read.circuit.voltageSources.map { $0.stimulus?.waveform }
    #expect(
      waveforms[0]
        == .pulse(
          initial: 0, pulsed: 1, delay: 0, rise: 1e-9, fall: 1e-9, width: 1e-6, period: .infinity))
    #expect(
      waveforms[1]
        == .sine(offset: 0, amplitude: 1, hertz: 1e6, delay: 0, damping: 0, phaseDegrees: 0))
    #expect(
      waveforms[2]
        == .exponential(
          initial: 0, pulsed: 1, riseDelay: 1e-9, riseSeconds: 1e-9, fallDelay: 2e-9,
          fallSeconds: 1e-9))
  }

  @Test func optionsAreRead() throws {
    let read = try deck(
      base + """
        .options reltol=1e-4 ABSTOL=1p vntol = 1u gmin=1e-15 itl1=200 itl2=60 itl4=20
        + chgtol=1e-15 trtol=1 method=gear maxord=2 tnom=25 noacct post list
        .options device temp=50
        .options timeint method=trap
        .temp {20+5}
        """)
    var options = SimulationOptions()
    options.relativeTolerance = 1e-4
    options.absoluteAmperes = 1e-12
    options.absoluteVolts = 1e-6
    options.junctionSiemens = 1e-15
    options.operatingPointIterations = 200
    options.sweepIterations = 60
    options.transientIterations = 20
    options.absoluteCoulombs = 1e-15
    options.truncationFactor = 1
    options.nominalCelsius = 25
    options.celsius = 25
    #expect(read.options == options)
    #expect(try deck(base + ".options gear").options.integration == .gear)
  }

  @Test func outputsAreRead() throws {
    let read = try deck(
      base + """
        .print dc v(out) V(in, out) i(v1) {v(in)*2}
        .save out v1#branch all
        .print ac vdb(out) vp(in,out) im(v1) format=csv
        .print tran i(r1)
        """)
    let (input, output) = (read.circuit.node(1), read.circuit.node(2))
    let (v, w) = (Expression.quantity(.voltage(input)), Expression.quantity(.voltage(output)))
    let i = Expression.quantity(.current(.voltageSource(0)))
    let expected = [
      OutputRequest(analysis: .dcSweep, name: "v(out)", expression: w),
      OutputRequest(
        analysis: .dcSweep, name: "v(in,out)", expression: .binary(.subtract, v, w)),
      OutputRequest(analysis: .dcSweep, name: "i(v1)", expression: i),
      OutputRequest(
        analysis: .dcSweep, name: "{v(in)*2}", expression: .binary(.multiply, v, .number(2))),
      OutputRequest(analysis: nil, name: "v(out)", expression: w),
      OutputRequest(analysis: nil, name: "i(v1)", expression: i),
      OutputRequest(analysis: .smallSignal, name: "vdb(out)", expression: w, part: .decibels),
      OutputRequest(
        analysis: .smallSignal, name: "vp(in,out)", expression: .binary(.subtract, v, w),
        part: .phase),
      OutputRequest(
        analysis: .smallSignal, name: "im(v1)", expression: i, part: .magnitude),
      OutputRequest(
        analysis: .transient, name: "i(r1)",
        expression: .binary(.divide, .binary(.subtract, v, w), .number(1000))),
    ]
    #expect(read.outputs == expected)
  }

  @Test func measurementsAreRead() throws {
    let read = try deck(
      base + """
        .measure tran delay trig v(in) val=0.5 rise=1 targ v(out) val={1/2} td=1n fall=last
        .meas tran t1 when v(out)=0.25 cross=2
        .measure ac gain find vdb(out) at=1k
        .measure dc where find v(out) when v(in)=0.3
        .measure tran mean avg v(out) from=1n to=2n
        .measure tran top max i(v1)
        """)
    let signal = OutputRequest(
      analysis: .transient, name: "v(out)",
      expression: .quantity(.voltage(read.circuit.node(2))))
    var target = Measurement.Event(
      signal: signal, level: .number(0.5), direction: .fall, occurrence: nil)
    target.delay = 1e-9
    #expect(read.measurements.map(\.name) == ["delay", "t1", "gain", "where", "mean", "top"])
    guard case .delay(.event(let trigger), .event(let found)) = read.measurements[0].form else {
      Issue.record("not a delay")
      return
    }
    #expect(trigger.level == .number(0.5) && trigger.occurrence == 1 && trigger.direction == .rise)
    #expect(found == target)
    #expect(
      read.measurements[1].form
        == .event(
          Measurement.Event(signal: signal, level: .number(0.25), direction: .cross, occurrence: 2))
    )
    #expect(
      read.measurements[4].form == .statistic(.average, of: signal, from: 1e-9, to: 2e-9))
    guard case .value(let gain, .at(let place)) = read.measurements[2].form else {
      Issue.record("not a value")
      return
    }
    #expect(gain.part == .decibels && place == 1000)
  }

  @Test func conditionsAreRead() throws {
    let read = try deck(base + ".ic v(out)=1 V(in)={2*3}\n.nodeset v(out) = 0.5 v(0)=0")
    let (input, output) = (read.circuit.node(1), read.circuit.node(2))
    #expect(
      read.initialConditions == [.init(node: output, volts: 1), .init(node: input, volts: 6)])
    #expect(read.guesses == [.init(node: output, volts: 0.5)])
  }

  @Test func modelsKeepWhatTheyAdd() throws {
    let circuit = try deck(
      """
      .model dx d is=1e-15 rs=2 cjo=1p vj=0.7 m=0.4 tt=1n bv=50 ibv=1u eg=1.2 xti=2 kf=0 tnom=27
      .model nx nmos(level=1 tox=20n uo=500 gamma=0.4 phi=0.7 ld=0.1u cgso=1e-10 mj=0.4 is=1e-16)
      .model px pmos
      r1 1 0 1
      """
    ).circuit
    var diode = DiodeExtras()
    (diode.seriesOhms, diode.junctionFarads, diode.junctionVolts) = (2, 1e-12, 0.7)
    (diode.gradingCoefficient, diode.transitSeconds, diode.breakdownVolts) = (0.4, 1e-9, 50)
    (diode.breakdownAmperes, diode.energyGapVolts, diode.saturationExponent) = (1e-6, 1.2, 2)
    #expect(circuit.diodeModels[0].extras == diode)
    let channel = circuit.mosfetModels[0]
    let oxide = 3.9 * 8.854214871e-12 / 20e-9
    #expect(channel.extras.oxideFaradsPerSquareMeter == oxide)
    #expect(channel.transconductance == 500 * 1e-4 * oxide)
    #expect(channel.extras.bodyEffect == 0.4 && channel.extras.lateralDiffusionMeters == 1e-7)
    #expect(channel.extras.bulkSaturationAmperes == 1e-16)
    // SPICE's defaults.
    #expect(circuit.mosfetModels[1].transconductance == 2e-5)
    #expect(circuit.mosfetModels[1].extras.bulkSaturationAmperes == 1e-14)
  }

  @Test func filesAreIncludedRelativeToTheirPlace() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      title
      .include "parts/cell one.inc"
      .lib 'parts/models.lib' fast
      x1 a 0 cell
      d1 a 0 dx
      """, to: "main.sp")
    try folder.write(
      "* no title here\n.subckt cell a b\n.inc r.inc\n.ends\n", to: "parts/cell one.inc")
    try folder.write("r1 a b 5\n", to: "parts/r.inc")
    try folder.write(
      """
      .lib slow
      .model dx d(is=1e-10)
      .endl slow
      .lib FAST
      .lib models.lib common
      .model dx d(is={base})
      .endl
      .lib common
      .param base=1e-12
      .endl common
      """, to: "parts/models.lib")
    let read = try DeckReader().read(URL(fileURLWithPath: folder.file("main.sp")))
    #expect(elements(of: read.circuit) == ["r.x1.r1 a 0 5.0", "d1 a 0 dx 1.0"])
    #expect(read.circuit.diodeModels.map(\.saturationAmperes) == [1e-12])
  }

  /// What one of our decks says of a circuit and its analyses comes back whole.
  @Test func decksOfEveryElementSurviveTheRoundTrip() throws {
    for simulator in [Simulator.ngspice, .xyce, .hspice] {
      let isNgspice = simulator == .ngspice
      let original = WriterTests.everything(
        withSwitch: isNgspice, letter: simulator == .hspice ? "e" : "b")
      let text = try SPICEWriter.deck(original, for: simulator)
      let read = try DeckReader().read(text, name: "everything")
      let again = try SPICEWriter.deck(read, for: simulator)
      // Reading folds constants, which shortens the formula; the second trip changes nothing.
      let pairs = zip(again.split(separator: "\n"), text.split(separator: "\n"))
      for (line, former) in pairs where !line.contains("_9 h 0") { #expect(line == former) }
      let twice = try SPICEWriter.deck(
        DeckReader().read(again, name: "again"), for: simulator)
      #expect(twice == again)
      #expect(read.warnings.isEmpty)
    }
  }
}
