import ExternalSimulators
import Files
import Foundation
import Netlist
import NumericKernels
import TestSupport
import Testing

@testable import SPICE

/// Whether ngspice is in the search path.
private let hasNgspice = (try? NgspiceRunner()) != nil

@Suite struct WriterTests {
  /// One element of every kind and every analysis; its answers are known in closed form.
  static func everything(withSwitch: Bool = true, letter: String = "b") -> SimulationDeck {
    var circuit = Circuit(title: "one of each")
    func node(_ name: String) -> Node { circuit.addNode(circuit.label(name)) }
    let (input, a, b, c, d) = (node("in"), node("a"), node("b"), node("c"), node("d"))
    let (e, f, g, h) = (node("e"), node("f"), node("g"), node("h"))
    circuit.addVoltageSource(circuit.label("vin"), plus: input, minus: .ground, volts: 2)
    circuit.setStimulus(
      Stimulus(
        acMagnitude: 1, acPhaseDegrees: 30,
        waveform: .pulse(
          initial: 2, pulsed: 3, delay: 1e-6, rise: 1e-7, fall: 1e-7, width: 1e-6,
          period: .infinity)), ofVoltageSource: 0)
    circuit.addResistor(circuit.label("r", 1), input, a, ohms: 1000)
    circuit.addResistor(circuit.label("r", 2), a, .ground, ohms: 3000)
    circuit.addCapacitor(circuit.label("c", 1), a, .ground, farads: 1e-10, initialVolts: 0.25)
    circuit.addInductor(circuit.label("l", 1), a, b, henries: 1e-3, initialAmperes: nil)
    circuit.addInductor(circuit.label("l", 2), c, .ground, henries: 4e-3, initialAmperes: 1e-6)
    circuit.addResistor(circuit.label("r", 3), b, .ground, ohms: 6000)
    circuit.addResistor(circuit.label("r", 4), c, .ground, ohms: 50)
    circuit.addCoupling(circuit.label("k", 1), first: 0, second: 1, coefficient: 0.5)
    circuit.addVoltageControlledSource(
      circuit.label("e", 1), output: .voltage, plus: d, minus: .ground, controlPlus: a,
      controlMinus: .ground, gain: 10)
    circuit.addVoltageControlledSource(
      circuit.label("g", 1), output: .current, plus: .ground, minus: e, controlPlus: a,
      controlMinus: .ground, gain: 1e-3)
    circuit.addResistor(circuit.label("r", 5), e, .ground, ohms: 2000)
    circuit.addCurrentControlledSource(
      circuit.label("f", 1), output: .current, plus: .ground, minus: f, control: 0, gain: 2)
    circuit.addResistor(circuit.label("r", 6), f, .ground, ohms: 500)
    circuit.addCurrentControlledSource(
      circuit.label("h", 1), output: .voltage, plus: g, minus: .ground, control: 0, gain: -100)
    let v = Expression.quantity(.voltage(a))
    let logarithm = Expression.call(.ln, [.binary(.add, .number(2), v)])
    circuit.addBehavioralSource(
      circuit.label(letter, 9), output: .voltage, plus: h, minus: .ground,
      expression: .binary(
        .add, .call(.limit, [.binary(.multiply, v, v), v, .number(1)]),
        .conditional(.binary(.greater, v, .number(1)), .number(0.5), .negated(logarithm))))
    if withSwitch {
      let model = circuit.addSwitchModel(
        circuit.label("sw"), onOhms: 1, offOhms: 1e9, thresholdVolts: 0.5, hysteresisVolts: 0.1)
      circuit.addSwitch(
        circuit.label("s", 1), h, .ground, controlPlus: a, controlMinus: .ground, model: model)
    }
    var deck = SimulationDeck(circuit: circuit)
    deck.options.relativeTolerance = 1e-6
    deck.options.integration = .gear
    deck.options.transientIterations = 20
    deck.analyses = [
      .operatingPoint,
      .dcSweep([
        Sweep(
          variable: .voltageSource(0), name: "vin", values: [-1, -0.5, 0, 0.5, 1])
      ]),
      .smallSignal(hertz: (0...6).map { 1e3 * pow(10, Double($0) / 3) }),
      .transient(TransientSettings(step: 1e-7, stop: 5e-6)),
    ]
    deck.initialConditions = [SimulationDeck.NodeVoltage(node: a, volts: 1)]
    deck.outputs = [OutputRequest(analysis: .transient, name: "v(a)", expression: v)]
    let half = Measurement.Event(
      signal: deck.outputs[0], level: .number(1.5), direction: .rise, occurrence: 1)
    deck.measurements = [
      Measurement(
        name: "peak", analysis: .transient,
        form: .statistic(
          .maximum, of: deck.outputs[0], from: 1e-6, to: nil)),
      Measurement(name: "rise", analysis: .transient, form: .event(half)),
    ]
    return deck
  }

  @Test func ngspiceDecksHaveTheDocumentedText() throws {
    let text = try SPICEWriter.deck(Self.everything(), for: .ngspice)
    #expect(
      text == """
        one of each
        * tilespice-format 1
        r_1 in a 1000.0
        r_2 a 0 3000.0
        r_3 b 0 6000.0
        r_4 c 0 50.0
        r_5 e 0 2000.0
        r_6 f 0 500.0
        c_1 a 0 1e-10 IC=0.25
        vin in 0 DC 2.0 AC 1.0 30.0 PULSE(2.0 3.0 1e-06 1e-07 1e-07 1e-06)
        l_1 a b 0.001
        l_2 c 0 0.004 IC=1e-06
        k_1 l_1 l_2 0.5
        e_1 d 0 a 0 10.0
        g_1 0 e a 0 0.001
        f_1 0 f vin 2.0
        h_1 g 0 vin -100.0
        b_9 h 0 V={(min(max((v(a) * v(a)), min(v(a), 1.0)), max(v(a), 1.0)) + \
        ((v(a) > 1.0) ? 0.5 : (-ln((2.0 + v(a))))))}
        .model sw SW (RON=1.0 ROFF=1000000000.0 VT=0.5 VH=0.1)
        s_1 h 0 a 0 sw
        .temp 27.0
        .options reltol=1e-06 tnom=27.0 method=gear
        .options itl4=20
        .ic v(a)=1.0
        .op
        .dc vin -1.0 1.0 0.5
        .ac dec 3 1000.0 100000.0
        .tran 1e-07 5e-06
        .print tran
        + v(a)
        .measure tran peak MAX v(a) FROM=1e-06
        .measure tran rise WHEN v(a)=1.5 RISE=1
        .end

        """)
  }

  /// Two of everything linear in closed form: the operating point that ngspice finds from our text.
  @Test(.tags(.validation), .enabled(if: hasNgspice, "ngspice is not installed"))
  func ngspiceRunsADeckOfEveryElement() throws {
    let plots = try withTemporaryFolder { folder in
      try FileContents.write(
        try SPICEWriter.deck(Self.everything(), for: .ngspice), to: "\(folder)/deck.sp")
      let status = try NgspiceRunner(timeLimitSeconds: 60).run(
        arguments: ["-b", "-r", "out.raw", "deck.sp"], inFolder: folder, logPath: "\(folder)/log")
      let log = String(decoding: try FileContents.read("\(folder)/log"), as: UTF8.self)
      #expect(status == 0 && !log.lowercased().contains("error"), "\(log)")
      return try RawFileReader.read("\(folder)/out.raw")
    }
    #expect(Set(plots.compactMap(\.analysisKind)).count == 4)
    let sweep = try #require(plots.first { $0.analysisKind == .dcSweep })
    #expect(sweep.pointCount == 5)
    // 1 kΩ into 3 kΩ ∥ 6 kΩ: two thirds of the source.
    for (volts, index) in zip(try #require(sweep.values(of: "v-sweep")), 0...) {
      let a = 2 * volts / 3
      let expected = [
        ("v(a)", a), ("v(d)", 10 * a), ("v(e)", 2 * a), ("v(g)", 100 * volts / 3000),
        ("v(f)", -2 * 500 * volts / 3000),
      ]
      for (name, value) in expected {
        let found = try #require(sweep.values(of: name))[index]
        #expect((found - value).magnitude <= 1e-6 * max(1, value.magnitude), "\(name)")
      }
    }
    let ac = try #require(plots.first { $0.analysisKind == .smallSignal })
    #expect(ac.pointCount == 7)
  }

  @Test func whatASimulatorLacksIsRefusedByName() throws {
    #expect(
      throws: NetlistError(
        .noEqual, file: "one of each", line: 0, subject: "s_1 (abrupt switch) in Xyce"
      )
    ) { try SPICEWriter.deck(Self.everything(), for: .xyce) }
    #expect(
      throws: NetlistError(
        .noEqual, file: "one of each", line: 0, subject: "b_9 (source B) in HSPICE")
    ) { try SPICEWriter.deck(Self.everything(withSwitch: false), for: .hspice) }
    #expect(
      throws: NetlistError(.notPortable, file: "one of each", line: 0, subject: "l_1")
    ) { try SPICEWriter.coreDeck(Self.everything().circuit, header: DeckHeader()) }
    var uneven = Self.everything(withSwitch: false)
    uneven.analyses = [
      .dcSweep([Sweep(variable: .voltageSource(0), name: "vin", values: [0, 1, 3])])
    ]
    #expect(
      throws: NetlistError(
        .noEqual, file: "one of each", line: 0, subject: "uneven sweep of vin in ngspice")
    ) { try SPICEWriter.deck(uneven, for: .ngspice) }
    var foreign = Circuit(title: "foreign")
    let label = foreign.label(foreign: "x1.net-3")
    _ = foreign.addNode(try #require(label))
    #expect(throws: NetlistError(.notPortable, file: "foreign", line: 0, subject: "x1.net-3")) {
      try SPICEWriter.coreDeck(foreign, header: DeckHeader())
    }
  }

  @Test func dialectsSpellFormulasAndOptionsTheirWay() throws {
    let deck = Self.everything(withSwitch: false, letter: "e")
    let hspice = try SPICEWriter.deck(deck, for: .hspice)
    #expect(hspice.contains("e_9 h 0 VOL='") && hspice.contains("(-log((2.0 + v(a))))"))
    let spectre = try SPICEWriter.deck(deck, for: .spectre)
    #expect(spectre.contains("simulator lang=spice\n") && spectre.contains("tnom=27.0"))
    let xyce = try SPICEWriter.deck(deck, for: .xyce)
    #expect(xyce.contains("e_9 h 0 VALUE={") && xyce.contains(".options timeint reltol=1e-06"))
    #expect(xyce.contains(".print dc format=csv precision=16 v(*) i(*)"))
    #expect(!xyce.contains(".print op"))
  }

  @Test func framesOfSweepsAreRecovered() {
    #expect(DeckAnalyses.step(of: [5]) == 1)
    #expect(DeckAnalyses.step(of: [1, 1]) == nil)
    #expect(DeckAnalyses.step(of: (0...1000).map { 0.001 * Double($0) }) == 0.001)
    let octaves = DeckAnalyses.frequencyRange((0...12).map { 50 * pow(2, Double($0) / 4) })
    #expect(octaves?.scale == "oct" && octaves?.count == 4)
    let even = DeckAnalyses.frequencyRange((1...9).map { 100 * Double($0) })
    #expect(even?.scale == "lin" && even?.count == 9)
    #expect(DeckAnalyses.frequencyRange([1, 2, 7]) == nil)
  }

  @Test func modelsAreWrittenWithWhatTheyAdd() throws {
    var circuit = Circuit(title: "extras")
    circuit.addDiodeModel(circuit.label("dm"), saturationAmperes: 1e-14)
    circuit.addMOSFETModel(
      circuit.label("nm"), polarity: .n, thresholdVolts: 0.5, transconductance: 1e-4)
    var diode = DiodeExtras()
    (diode.seriesOhms, diode.junctionFarads, diode.breakdownVolts) = (5, 2e-12, 40)
    circuit.setExtras(diode, ofDiodeModel: 0)
    var channel = MOSFETExtras()
    (channel.bodyEffect, channel.bulkSaturationAmperes) = (0.4, 1e-15)
    channel.oxideFaradsPerSquareMeter = 3.45e-3
    circuit.setExtras(channel, ofMOSFETModel: 0)
    let text = String(
      decoding: try SPICEWriter.coreDeck(circuit, header: DeckHeader()), as: UTF8.self)
    #expect(text.contains(".model dm D (IS=1e-14 N=1.0 RS=5.0 CJO=2e-12 BV=40.0)\n"))
    #expect(text.contains(" GAMMA=0.4 PHI=0.6 IS=1e-15 TOX=1."))
    for farads in [3.45e-3, 1e-3, 0.1, 7.7e-4] {
      let meters = DeckDevices.oxideMeters(of: farads)
      #expect((DeckDevices.oxidePermittivity / meters - farads).magnitude <= farads.ulp)
    }
  }

  @Test func capacitorsSurviveTheCoreDeck() throws {
    var circuit = Circuit(title: "capacitors")
    let a = circuit.addNode(circuit.label("a"))
    circuit.addCapacitor(circuit.label("c", 0), a, .ground, farads: 1e-15)
    circuit.addCapacitor(circuit.label("c", 1), .ground, a, farads: 2.5, initialVolts: -1)
    let deck = try SPICEWriter.coreDeck(circuit, header: DeckHeader())
    let read = try CoreDeck(Array(deck), name: "core.sp")
    #expect(read.circuit.capacitors.map(\.farads) == [1e-15, 2.5])
    #expect(read.circuit.capacitors.map(\.initialVolts) == [nil, -1])
    #expect(try SPICEWriter.coreDeck(read.circuit, header: read.header) == deck)
    for card in ["c1 a 0 1p ic=x", "c1 a 0 1p uic", "c1 a 0"] {
      #expect(throws: DeckError.self) {
        try CoreDeck(Array("t\n\(card)\n".utf8), name: "f")
      }
    }
  }
}
