import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// Resistors with models and temperature coefficients.
@Suite struct ResistorTemperatureTests {
  private func volts(_ cards: String) throws -> [Double] {
    let results = try CircuitSimulation(
      try DeckReader().read("t\ni1 0 a 1m\n\(cards)\n.end\n", name: "t")
    ).run()
    return try #require(results.plots.first?.values(of: "v(a)"))
  }

  /// Resistances at 77 °C, 50 K above TNOM, as ngspice 39.3 has them as well:
  /// `1 + TC1 ΔT + TC2 ΔT²` or `1.01^(TCE ΔT)` times the value, or times `RSH (L − 2 SHORT) / (W − 2
  /// NARROW)`.
  private static let cards: [(card: String, ohms: Double)] = [
    ("r1 a 0 1k tc1=2m tc2=5u", 1112.5),
    ("r1 a 0 1k tc=2m,5u", 1112.5),
    ("r1 a 0 1k tc=2m", 1100),
    ("r1 a 0 1k TC = 0,0", 1000),
    ("r1 a 0 1k tce=1", 1000 * pow(1.01, 50.0)),
    ("r1 a 0 1k tc1=2m dtemp=10", 1120),
    ("r1 a 0 1k dtemp=10", 1000),
    ("r1 a 0 1k tc1=2m m=4", 275),
    ("r1 a 0 r=1k tc1=2m", 1100),
    ("r1 a 0 1k rm", 1055),
    ("r1 a 0 rm 1k", 1055),
    ("r1 a 0 1k rm tc1=3m dtemp=10", 1187.2),
    ("r1 a 0 rm l=10u w=2u", 500 * 9.6 / 1.8 * 1.055),
    ("r1 a 0 rm l=10u", 500 * 9.6 / 2.8 * 1.055),
    ("r1 a 0 rn", 787.5),
    ("r1 a 0 1k rt", 1027),
    ("r1 a 0 1k rt tc2=1u", 1027.729),
    ("x1 a 0 s m=2\n.subckt s p q\nr1 p q 2k rm\n.ends", 1055),
  ]

  @Test(arguments: cards)
  func resistancesFollowTheirCoefficients(card: String, ohms: Double) throws {
    let models = """
      .model rm R (tc1=1m tc2=2u rsh=500 narrow=0.1u defw=3u short=0.2u)
      .model rn RES (r=750 tc1=1m)
      .model rt r tc1=1m tnom=50
      .temp 77
      .op
      """
    let found = try volts("\(card)\n\(models)")[0]
    #expect(abs(found - 1e-3 * ohms) <= 1e-9 * ohms, "\(found)")
  }

  /// `.dc temp`, `.step temp` and `.step` of the resistor all end at the same law.
  @Test func sweepsMoveTheResistance() throws {
    let temperatures = stride(from: -40.0, through: 120, by: 40)
    for card in [".dc temp -40 120 40", ".op\n.step temp -40 120 40"] {
      let found = try volts("r1 a 0 1k tc=2m,5u\n\(card)")
      for (value, celsius) in matched(found, temperatures) {
        let kelvin = celsius - 27
        #expect(abs(value - (1 + 2e-3 * kelvin + 5e-6 * kelvin * kelvin)) <= 1e-12)
      }
      #expect(found.count == 5)
    }
    let found = try volts("r1 a 0 1k tc1=2m\n.temp 127\n.dc r1 1k 3k 1k")
    for (value, kilohms) in matched(found, [1.0, 2, 3]) {
      #expect(abs(value - 1.2 * kilohms) < 1e-9)
    }
    // Its current follows, too.
    let results = try CircuitSimulation(
      try DeckReader().read(
        "t\nv1 a 0 1\nr1 a 0 1k tc1=2m\n.temp 127\n.dc r1 1k 2k 1k\n.print dc i(v1)\n", name: "t")
    ).run()
    let currents = try #require(results.plots[0].values(of: "i(v1)"))
    #expect(abs(currents[1] + 1 / 2400.0) < 1e-12)
  }

  /// `TNOM` of the deck is where the value holds.
  @Test func nominalTemperaturesMoveTheLaw() throws {
    let found = try volts("r1 a 0 1k tc1=1m\n.options tnom=50\n.temp 60\n.op")[0]
    #expect(abs(found - 1.01) < 1e-9)
  }

  /// What we write for other simulators reads back as the same resistor.
  @Test func lawsSurviveOurDecks() throws {
    let deck = try DeckReader().read(
      "t\ni1 0 a 1m\nr1 a 0 1k tc=2m,5u\nr2 a 0 2k tce=1\n.temp 77\n.op\n", name: "t")
    let text = try SPICEWriter.deck(deck, for: .ngspice)
    #expect(text.contains("r1 a 0 1000.0 TC1=0.002 TC2=5e-06\n"))
    let again = try DeckReader().read(text, name: "again")
    #expect(again.circuit.temperatureLaws == deck.circuit.temperatureLaws)
    #expect(again.circuit.temperatureLaws.count == 2)
    #expect(
      throws: NetlistError(.noEqual, file: "t", line: 0, subject: "r2 (TCE) in HSPICE")
    ) { try SPICEWriter.deck(deck, for: .hspice) }
    #expect(throws: NetlistError(.notPortable, file: "t", line: 0, subject: "r1")) {
      try SPICEWriter.coreDeck(deck.circuit, header: DeckHeader())
    }
  }
}
