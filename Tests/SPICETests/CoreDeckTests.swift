import Foundation
import Netlist
import NumericKernels
import SPICE
import TestSupport
import Testing

@Suite struct CoreDeckTests {
  private let header = DeckHeader(
    [
      ("title", "a tile  = of   words"), ("topology", "gateDriven"), ("word-lines", "4"),
      ("hash", ""),
    ],
    expected: [
      .init(sourceName: "vo_0", amperes: 1.0 / 3), .init(sourceName: "vin_0", amperes: -2.5e-300),
    ], relativeTolerance: 1e-9)

  @Test(arguments: [1, 2, 3, 13])
  func circuitAndHeaderSurviveTheRoundTrip(side: Int) throws {
    let (circuit, _) = randomGrid(side: side, seed: 4)
    let deck = try SPICEWriter.coreDeck(circuit, header: header)
    let read = try CoreDeck(Array(deck), name: "core.sp")
    #expect(description(of: read.circuit) == description(of: circuit))
    #expect(read.header == header)
    #expect(try SPICEWriter.coreDeck(read.circuit, header: read.header) == deck)
  }

  @Test func theDeckHasTheDocumentedText() throws {
    var circuit = Circuit(title: "two\nlines")
    let (w, b) = (circuit.addNode(circuit.label("w", 0, 0)), circuit.addNode(circuit.label("b")))
    circuit.addResistor(circuit.label("rc", 0, 10), w, b, ohms: 2.5e-7)
    circuit.addVoltageSource(circuit.label("vin", 0), plus: w, minus: .ground, volts: 0.2)
    circuit.addVoltageSource(circuit.label("vo", 0), plus: b, minus: .ground, volts: 0)
    circuit.addCurrentSource(circuit.label("i"), from: b, to: w, amperes: -3)
    let header = DeckHeader(
      [("units", "SI")], expected: [.init(sourceName: "vo_0", amperes: 1)],
      relativeTolerance: 1e-9)
    let text = String(
      decoding: try SPICEWriter.coreDeck(circuit, header: header), as: UTF8.self)
    #expect(
      text == """
        * two lines
        * tilespice-format 1
        * units = SI
        * tolerance-relative 1e-09
        * expected vo_0 1.0
        rc_0_10 w_0_0 b 2.5e-07
        vin_0 w_0_0 0 0.2
        vo_0 b 0 0.0
        i b w_0_0 -3.0

        """)
  }

  @Test func awkwardNamesSurvive() throws {
    let deck = """
      * awkward
      R17 N001 12 1k
      r_01 n_1_2_3 n_00_5 2
      r_0_0_0 n_ n__1 3
      rx_1234567890_1 12 0 4

      """
    let first = try CoreDeck(Array(deck.utf8), name: "x")
    #expect(
      first.circuit.resistors.map { first.circuit.name(of: $0.label) } == [
        "r17", "r_01", "r_0_0_0", "rx_1234567890_1",
      ])
    let again = try CoreDeck(
      Array(try SPICEWriter.coreDeck(first.circuit, header: first.header)), name: "x")
    #expect(description(of: again.circuit) == description(of: first.circuit))
  }

  @Test func foreignSpellingsAreRead() throws {
    let deck = """
      A foreign deck
      * x = 1
      R1 in OUT 1.5kohm ; load
      \tr2 out
      * between a card and its continuation
      + gnd
      + 2meg $ more
      Vin in 0 DC 1
      I1 0 out 3u
      .END
      anything behind the end
      """
    let read = try CoreDeck(Array(deck.replacing("\n", with: "\r\n").utf8), name: "f")
    #expect(read.header == DeckHeader())
    let circuit = read.circuit
    #expect(circuit.title == "A foreign deck")
    #expect(circuit.resistors.map(\.ohms) == [1500, 2e6])
    #expect(circuit.resistors[0].b == circuit.resistors[1].a)
    #expect(circuit.resistors[1].b == .ground)
    #expect(circuit.voltageSources.map(\.volts) == [1])
    #expect(circuit.currentSources.map(\.amperes) == [3e-6])
    #expect(circuit.currentSources[0].from == .ground)
  }

  /// Faults of cards are those of `DeckErrorTests`; the header's, and what no core deck holds, come
  /// with their place too.
  static let faulty: [(text: String, says: String)] = [
    ("r1 a 0 1..2", "bad.sp:3:8: '1..2': is not a number"),
    ("r1 a 0 5\nR1 a 0 5", "bad.sp:4:1: 'R1': name is used twice"),
    ("+ 5", "bad.sp:3:1: '+ 5': continuation line has no card to continue"),
    ("r1 a b[0] 5", "bad.sp: 'b[0]': \(beyond)"),
    ("r:1 a 0 5", "bad.sp: 'r:1': \(beyond)"),
    ("l1 a 0 5", "bad.sp: 'l1': \(beyond)"),
    ("r1 a 0 5 tc1=1m", "bad.sp: 'r1': \(beyond)"),
    ("s1 a 0 a 0 sx\n.model sx sw(vt=1)", "bad.sp: 's1': \(beyond)"),
    ("* expected vo_9 1", "bad.sp:3:1: 'vo_9': no voltage source has that name"),
    ("  * expected vo_9", "bad.sp:3:3: 'expected vo_9': header line is malformed"),
    (
      "* tolerance-relative much",
      "bad.sp:3:1: 'tolerance-relative much': header line is malformed"
    ),
    ("* tilespice-format two", "bad.sp:3:1: 'tilespice-format two': header line is malformed"),
    (
      "* tilespice-format 2",
      "bad.sp:3:1: 'tilespice-format 2': format version is not one that this program reads"
    ),
  ]
  private static let beyond = "core decks hold R, C, V, I, D and M with portable names only"

  @Test(arguments: faulty)
  func faultsAreLocated(text: String, says: String) {
    let card = text.contains("*") ? "\nr9 k 0 1" : ""
    let deck = "* title\n* tilespice-format 1\n\(text)\(card)\n"
    let error = #expect(throws: DeckError.self) {
      try CoreDeck(Array(deck.utf8), name: "bad.sp")
    }
    #expect(error?.description == says)
  }

  @Test func aMissingFileIsNamed() {
    let error = #expect(throws: DeckError.self) { try CoreDeck(contentsOf: "/no/such/core.sp") }
    #expect(error?.description == "/no/such/core.sp: 'no such file': cannot be read")
  }

  /// A header ends at the first card: what looks like one below is a comment.
  @Test func headersEndAtTheFirstCard() throws {
    let deck = "* t\n* tilespice-format 1\n* a = 1\nr1 a 0 5\n* b = 2\n* expected vo_9 1\n"
    let header = try CoreDeck(Array(deck.utf8), name: "core.sp").header
    #expect(header == DeckHeader([("a", "1")]))
  }

  /// No prefix and no mutilation of a deck may trap.
  @Test func mutilatedDecksNeverTrap() throws {
    let (circuit, _) = randomGrid(side: 2, seed: 1)
    let deck = Array(try SPICEWriter.coreDeck(circuit, header: header))
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

  /// The writer never holds a whole deck of a large circuit.
  @Test func decksAreWrittenInChunks() throws {
    let (circuit, _) = randomGrid(side: 120, seed: 1)
    var (chunks, bytes, largest) = (0, 0, 0)
    try SPICEWriter.writeCore(circuit, header: DeckHeader()) { chunk in
      chunks += 1
      bytes += chunk.count
      largest = max(largest, chunk.count)
    }
    #expect(chunks > 2)
    #expect(largest < bytes / 2)
    #expect(try SPICEWriter.coreDeck(circuit, header: DeckHeader()).count == bytes)
  }
}
