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
    let read = try CoreDeckReader.parse(Array(deck), file: "core.sp")
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
    let first = try CoreDeckReader.parse(Array(deck.utf8), file: "x")
    #expect(
      first.circuit.resistors.map { first.circuit.name(of: $0.label) } == [
        "r17", "r_01", "r_0_0_0", "rx_1234567890_1",
      ])
    let again = try CoreDeckReader.parse(
      Array(try SPICEWriter.coreDeck(first.circuit, header: first.header)), file: "x")
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
    let read = try CoreDeckReader.parse(Array(deck.replacing("\n", with: "\r\n").utf8), file: "f")
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

  static let faulty: [(String, NetlistError.Reason, Int, String)] = [
    ("r1 a 0 1..2", .malformedNumber, 3, "r1 a 0 1..2"),
    ("r1 a 0 nan", .malformedNumber, 3, "r1 a 0 nan"),
    ("r1 a 0 1e999", .malformedNumber, 3, "r1 a 0 1e999"),
    ("r1 a 0", .wrongFieldCount, 3, "r1 a 0"),
    ("r1 a 0 1 2", .wrongFieldCount, 3, "r1 a 0 1 2"),
    ("v1 a 0 ac 1", .wrongFieldCount, 3, "v1 a 0 ac 1"),
    ("r1 a 0 0", .resistanceNotPositive, 3, "r1 a 0 0"),
    ("r1 a 0 -5", .resistanceNotPositive, 3, "r1 a 0 -5"),
    ("r1 a b[0] 5", .malformedName, 3, "r1 a b[0] 5"),
    ("r1 ä 0 5", .malformedName, 3, "r1 ä 0 5"),
    ("r:1 a 0 5", .malformedName, 3, "r:1 a 0 5"),
    ("r1 a 0 5\nR1 a 0 5", .duplicateName, 4, "R1 a 0 5"),
    ("q1 a 0 b model", .unsupportedElement, 3, "q1 a 0 b model"),
    (".op", .unsupportedCard, 3, ".op"),
    ("+ 5", .strayContinuation, 3, "+ 5"),
    ("* expected vo_9 1", .unknownSource, 3, "vo_9"),
    ("* expected vo_9", .malformedHeader, 3, "expected vo_9"),
    ("* tolerance-relative much", .malformedHeader, 3, "tolerance-relative much"),
    ("* tilespice-format two", .malformedHeader, 3, "tilespice-format two"),
    ("* tilespice-format 2", .unsupportedFormat, 3, "tilespice-format 2"),
  ]

  @Test(arguments: faulty)
  func faultsAreLocated(text: String, reason: NetlistError.Reason, line: Int, subject: String) {
    let deck = "* title\n* tilespice-format 1\n\(text)\n"
    #expect(throws: NetlistError(reason, file: "bad.sp", line: line, subject: subject)) {
      try CoreDeckReader.parse(Array(deck.utf8), file: "bad.sp")
    }
  }

  @Test func aMissingFileIsNamed() {
    let error = #expect(throws: NetlistError.self) { try CoreDeckReader.read("/no/such/core.sp") }
    #expect(error?.description == "/no/such/core.sp: cannot be read: no such file")
  }

  /// No prefix and no mutilation of a deck may trap.
  @Test func mutilatedDecksNeverTrap() throws {
    let (circuit, _) = randomGrid(side: 2, seed: 1)
    let deck = Array(try SPICEWriter.coreDeck(circuit, header: header))
    for count in 0...deck.count {
      _ = try? CoreDeckReader.parse(Array(deck[0..<count]), file: "cut")
    }
    var random = RandomStream(seed: 5)
    for _ in 0..<3000 {
      var bad = deck
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: 0..<bad.count, using: &random)
        bad[place] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try? CoreDeckReader.parse(bad, file: "noise")
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
