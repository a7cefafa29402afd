import Foundation
import Netlist
import NumericKernels
import SPICE
import TestSupport
import Testing

@Suite struct DeviceDeckTests {
  /// Diodes and MOSFETs with awkward values, between random nodes.
  private func randomDevices(count: Int, seed: UInt64) -> Circuit {
    var random = RandomStream(seed: seed)
    var circuit = Circuit(title: "devices")
    let nodes = (0..<count + 2).map { circuit.addNode(circuit.label("n", $0)) }
    func pick() -> Node { nodes[Int.random(in: 0..<nodes.count, using: &random)] }
    func value() -> Double { exp(Double.random(in: -40...3, using: &random)) }
    for k in 0..<nodes.count {
      // The reader numbers nodes in this order.
      circuit.addResistor(circuit.label("r", k), nodes[k], .ground, ohms: value())
    }
    for k in 0..<3 {
      circuit.addDiodeModel(
        circuit.label("dsel", k), saturationAmperes: value(), emissionCoefficient: value())
      circuit.addMOSFETModel(
        circuit.label("acc", k), polarity: k == 1 ? .p : .n, thresholdVolts: 0.5 - value(),
        transconductance: value(), channelLengthModulation: k == 0 ? 0 : value())
    }
    for k in 0..<count {
      circuit.addDiode(
        circuit.label("d", k), anode: pick(), cathode: pick(), model: k % 3,
        area: k % 2 == 0 ? 1 : value())
      circuit.addMOSFET(
        circuit.label("m", k), drain: pick(), gate: pick(), source: pick(), bulk: .ground,
        model: k % 3, widthMeters: value(), lengthMeters: value())
    }
    return circuit
  }

  @Test(arguments: [1, 2, 3, 31])
  func devicesSurviveTheRoundTrip(count: Int) throws {
    let circuit = randomDevices(count: count, seed: 2)
    try circuit.checkNames()
    let deck = try SPICEWriter.coreDeck(circuit, header: DeckHeader())
    let read = try CoreDeck(Array(deck), name: "core.sp")
    #expect(description(of: read.circuit) == description(of: circuit))
    #expect(try SPICEWriter.coreDeck(read.circuit, header: read.header) == deck)
  }

  @Test func theCardsHaveTheDocumentedText() throws {
    var circuit = Circuit(title: "cards")
    let (a, b) = (circuit.addNode(circuit.label("a")), circuit.addNode(circuit.label("b")))
    let diode = circuit.addDiodeModel(
      circuit.label("dsel"), saturationAmperes: 1e-9, emissionCoefficient: 7.5)
    let mosfet = circuit.addMOSFETModel(
      circuit.label("nacc"), polarity: .n, thresholdVolts: 0.45, transconductance: 2e-4,
      channelLengthModulation: 0.02)
    circuit.addDiode(circuit.label("d", 0), anode: a, cathode: b, model: diode)
    circuit.addDiode(circuit.label("d", 1), anode: b, cathode: a, model: diode, area: 2.5)
    circuit.addMOSFET(
      circuit.label("m", 0), drain: a, gate: b, source: .ground, bulk: .ground, model: mosfet,
      widthMeters: 1e-6, lengthMeters: 3e-7)
    let deck = try SPICEWriter.coreDeck(circuit, header: DeckHeader())
    #expect(
      String(decoding: deck, as: UTF8.self) == """
        * cards
        * tilespice-format 1
        .model dsel D (IS=1e-09 N=7.5)
        .model nacc NMOS (LEVEL=1 VTO=0.45 KP=0.0002 LAMBDA=0.02 GAMMA=0.0 PHI=0.6 IS=1e-100)
        d_0 a b dsel
        d_1 b a dsel area=2.5
        m_0 a b 0 0 nacc W=1e-06 L=3e-07

        """)
  }

  @Test func foreignSpellingsAreRead() throws {
    let deck = """
      foreign
      D1 a 0 DX 3
      d2 a 0 dx
      M1 a g 0 0 mp w = 2u
      + L=1u AD=1p
      .MODEL DX D(IS=1f CJO=1p, RS=0)
      .model mp PMOS LEVEL = 1 VTO=-0.7 KP=50u
      """
    let circuit = try CoreDeck(Array(deck.utf8), name: "f").circuit
    #expect(circuit.diodes.map(\.area) == [3, 1])
    #expect(circuit.diodeModels[0].saturationAmperes == 1e-15)
    #expect(circuit.diodeModels[0].emissionCoefficient == 1)
    #expect(circuit.mosfetModels[0].polarity == .p)
    #expect(circuit.mosfetModels[0].thresholdVolts == -0.7)
    #expect(circuit.mosfets[0].widthMeters == 2e-6 && circuit.mosfets[0].lengthMeters == 1e-6)
  }

  @Test func mutilatedDecksNeverTrap() throws {
    let deck = Array(
      try SPICEWriter.coreDeck(randomDevices(count: 3, seed: 1), header: DeckHeader()))
    for count in 0...deck.count {
      _ = try? CoreDeck(Array(deck[0..<count]), name: "cut")
    }
    var random = RandomStream(seed: 5)
    for _ in 0..<3000 {
      var bad = deck
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: 0..<bad.count, using: &random)
        bad[place] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try? CoreDeck(bad, name: "noise")
    }
  }

  @Test func repeatedNamesAreFound() {
    var circuit = Circuit(title: "twice")
    let a = circuit.addNode(circuit.label("a"))
    circuit.addDiodeModel(circuit.label("x"), saturationAmperes: 1e-9)
    circuit.addDiode(circuit.label("d"), anode: a, cathode: .ground, model: 0)
    var models = circuit
    models.addMOSFETModel(
      models.label("X"), polarity: .n, thresholdVolts: 0, transconductance: 1)
    #expect(throws: NetlistError(.duplicateName, file: "twice", line: 0, subject: "x")) {
      try models.checkNames()
    }
    circuit.addDiode(circuit.label("d"), anode: a, cathode: .ground, model: 0)
    #expect(throws: NetlistError(.duplicateName, file: "twice", line: 0, subject: "d")) {
      try circuit.checkNames()
    }
  }

  @Test func negativeAreasTrap() async {
    await #expect(processExitsWith: .failure) {
      var circuit = Circuit(title: "trap")
      circuit.addDiodeModel(circuit.label("x"), saturationAmperes: 1e-9)
      circuit.addDiode(
        circuit.label("d"), anode: .ground, cathode: .ground, model: 0, area: -1)
    }
  }
}
