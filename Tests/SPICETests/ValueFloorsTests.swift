import Netlist
import SPICE
import Testing

/// What wrappers set so that a simulator rounds no value silently.
@Suite struct ValueFloorsTests {
  /// A resistor and two antiparallel junctions behind a source.
  private func circuit(amperes: Double, area: Double = 1, ohms: Double = 1e4) -> Circuit {
    var circuit = Circuit(title: "cell")
    let (a, b) = (circuit.addNode(circuit.label("a")), circuit.addNode(circuit.label("b")))
    circuit.addVoltageSource(circuit.label("vo"), plus: a, minus: .ground, volts: 1)
    circuit.addResistor(circuit.label("r1"), a, b, ohms: ohms)
    let model = circuit.addDiodeModel(circuit.label("dm"), saturationAmperes: amperes)
    circuit.addDiode(circuit.label("d1"), anode: b, cathode: .ground, model: model, area: area)
    circuit.addDiode(circuit.label("d2"), anode: .ground, cathode: b, model: model)
    return circuit
  }

  private func options(_ circuit: Circuit, _ simulator: Simulator) -> String {
    simulator.wrapper(for: circuit, sensing: [0]).split(separator: "\n")
      .filter { $0.contains("option") }.joined(separator: "\n")
  }

  @Test func smallJunctionsLowerTheFloors() {
    let small = circuit(amperes: 1e-30)
    #expect(
      options(small, .ngspice)
        == ".options gmin=1e-33 reltol=1e-7 abstol=1e-15 vntol=1e-9 tnom=27 epsmin=1e-33")
    #expect(
      options(small, .hspice) == """
        .option ingold=2 numdgt=10
        .option gmindc=1e-33 gmin=1e-33 reltol=1e-7 abstol=1e-15 vntol=1e-9 tnom=27 epsmin=1e-33
        """)
    #expect(options(small, .xyce).contains(".options device temp=27.00858"))
    #expect(options(small, .spectre).contains("gmin=1e-33 "))
    // The area counts.
    let areas = circuit(amperes: 1e-27, area: 1e-3)
    #expect(options(areas, .ngspice).hasSuffix(" epsmin=1e-33"))
  }

  @Test func ordinaryCircuitsKeepTheirOptions() {
    let plain = circuit(amperes: 1e-14)
    #expect(
      options(plain, .ngspice)
        == ".options gmin=1e-18 reltol=1e-7 abstol=1e-15 vntol=1e-9 tnom=27")
    #expect(!options(plain, .hspice).contains("min=1e-5"))
    #expect(!options(plain, .hspice).contains("resmin"))
  }

  /// HSPICE raises resistances below 1e-5 Ω, in linear circuits as well.
  @Test func smallResistancesLowerTheFloor() {
    var linear = Circuit(title: "wire")
    let a = linear.addNode(linear.label("a"))
    linear.addVoltageSource(linear.label("vo"), plus: a, minus: .ground, volts: 1)
    linear.addResistor(linear.label("r1"), a, .ground, ohms: 1e-9)
    #expect(options(linear, .hspice).contains(".option resmin=1e-12"))
    #expect(options(linear, .ngspice).isEmpty && options(linear, .xyce).isEmpty)
    #expect(
      options(circuit(amperes: 1e-14, ohms: 1e-9), .hspice).hasSuffix(" tnom=27 resmin=1e-12"))
    // RESMIN itself takes nothing below 1e-15 Ω.
    #expect(options(circuit(amperes: 1e-14, ohms: 1e-14), .hspice).hasSuffix(" resmin=1e-15"))
  }

  /// Whole decks set them as well.
  @Test func wholeDecksLowerTheFloors() throws {
    var deck = SimulationDeck(circuit: circuit(amperes: 1e-30))
    deck.analyses = [.operatingPoint]
    #expect(try SPICEWriter.deck(deck, for: .ngspice).contains("\n.options epsmin=1e-33\n"))
    #expect(try SPICEWriter.deck(deck, for: .hspice).contains("\n.option epsmin=1e-33\n"))
    #expect(try !SPICEWriter.deck(deck, for: .xyce).contains("epsmin"))
    deck = SimulationDeck(circuit: circuit(amperes: 1e-14))
    #expect(try !SPICEWriter.deck(deck, for: .ngspice).contains("epsmin"))
  }
}
