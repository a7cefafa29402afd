import Netlist
import Testing

@testable import EventSimulation

@Suite struct RegisterTests {
  private func flipFlop(_ kind: FlipFlopModel.Kind) -> EventModel {
    var model = FlipFlopModel(kind)
    (model.clockDelay, model.setDelay, model.resetDelay) = (1e-9, 2e-9, 3e-9)
    model.edges = EdgeDelays(rise: 0.1e-9, fall: 0.2e-9)
    model.initial = .one
    return .flipFlop(model)
  }

  /// Data, clock, set, reset, and what ngspice 39 made of them.
  private static let stimulus = """
    0: 0s 0s 0s 0s
    10: 0s 1s 0s 0s
    20: 0s 0s 0s 0s
    30: 0s 0s 1s 0s
    40: 0s 0s 1s 1s
    50: 0s 0s 0s 1s
    60: 0s 0s 0s 0s
    70: 1s 1s 0s 0s
    80: 0s 0s 0s 0s
    180: Us 1s 0s 0s
    200: 0s 0s 1s 0s
    210: 0s 1s 1s 0s
    220: 0s 1s 0s 0s
    230: 0s 0s 0s 1s
    240: 1s 1s 0s 1s
    250: 1s 1s 0s 0s
    """

  @Test func dataFlipFlop() throws {
    var deck = EventDeck()
    try deck.stimulate(["d", "c", "s", "r"], Self.stimulus)
    try deck.add(flipFlop(.data), ["d", "c", "s", "r"], ["q", "nq"])
    #expect(
      try deck.course(["q", "nq"], until: 300) == [
        "0.0 1s 0s", "11.1 1s 1s", "11.2 0s 1s", "32.1 1s 1s", "32.2 1s 0s", "43.1 1s Us",
        "43.2 Us Us", "52.1 Us 1s", "52.2 0s 1s", "71.1 1s 1s", "71.2 1s 0s", "181.1 1s Us",
        "181.2 Us Us", "202.1 1s Us", "202.2 1s 0s", "233.1 1s 1s", "233.2 0s 1s",
      ])
  }

  @Test func latch() throws {
    var model = LatchModel(isSetReset: false)
    (model.dataDelay, model.enableDelay) = (1e-9, 1.5e-9)
    (model.setDelay, model.resetDelay) = (2e-9, 3e-9)
    model.edges = EdgeDelays(rise: 0.1e-9, fall: 0.2e-9)
    model.initial = .one
    var deck = EventDeck()
    try deck.stimulate(["d", "c", "s", "r"], Self.stimulus)
    try deck.add(.latch(model), ["d", "c", "s", "r"], ["q", "nq"])
    #expect(
      try deck.course(["q", "nq"], until: 300) == [
        "0.0 1s 0s", "11.6 1s 1s", "11.7 0s 1s", "32.1 1s 1s", "32.2 1s 0s", "43.1 1s Us",
        "43.2 Us Us", "52.1 Us 1s", "52.2 0s 1s", "71.6 1s 1s", "71.7 1s 0s", "181.6 1s Us",
        "181.7 Us Us", "202.1 1s Us", "202.2 1s 0s", "222.1 1s 1s", "222.2 0s 1s", "253.1 1s 1s",
        "253.2 1s 0s",
      ])
  }

  /// At each edge, the next state of the definitions.
  @Test(arguments: [FlipFlopModel.Kind.jk, .setReset, .toggle])
  func nextStates(kind: FlipFlopModel.Kind) throws {
    for start in [false, true] {
      for (j, k) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        var deck = EventDeck()
        var model = FlipFlopModel(kind)
        model.initial = start ? .one : .zero
        let own = kind.inputCount == 2 ? ["j", "k"] : ["j"]
        try deck.stimulate(["j", "k", "c"], "0: \(j)s \(k)s 0s\n10: \(j)s \(k)s 1s")
        try deck.add(.flipFlop(model), own + ["c", "null", "null"], ["q", "null"])
        let next: String
        switch (kind, j, k) {
        case (.toggle, 1, _): next = start ? "0s" : "1s"
        case (.toggle, _, _), (_, 0, 0): next = start ? "1s" : "0s"
        case (_, 0, 1): next = "0s"
        case (_, 1, 0): next = "1s"
        case (.jk, _, _): next = start ? "0s" : "1s"
        default: next = "Us"
        }
        let last = try #require(try deck.course(["q"], until: 20).last)
        #expect(last.hasSuffix(next), "\(kind) \(start) \(j) \(k)")
      }
    }
  }

  /// XSPICE misses an edge at the very time at which reset lets go.
  @Test func edgesAtTheEndOfAResetAreMissed() throws {
    for (reset, expected) in [("0s", 2), ("1s", 1)] {
      var deck = EventDeck()
      try deck.stimulate(["d", "c", "r"], "0: 1s 0s \(reset)\n10: 1s 1s 0s")
      try deck.add(.flipFlop(FlipFlopModel(.data)), ["d", "c", "null", "r"], ["q", "null"])
      #expect(try deck.course(["q"], until: 20).count == expected)
    }
  }

  /// Values of ngspice 39 for a factor of 3 with two high cycles, one edge counted.
  @Test func divider() throws {
    var model = DividerModel()
    (model.factor, model.highCycles, model.initialCount) = (3, 2, 1)
    var deck = EventDeck()
    let rows = (0..<12).map { "\($0 * 10): \($0 % 2)s" }.joined(separator: "\n")
    try deck.stimulate(["c"], rows)
    try deck.add(.divider(model), ["c"], ["q"])
    #expect(
      try deck.course(["q"], until: 120) == ["0.0 1s", "31.0 0s", "51.0 1s", "91.0 0s", "111.0 1s"])
  }
}
