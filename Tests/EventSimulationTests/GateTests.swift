import Netlist
import Testing

@testable import EventSimulation

@Suite struct GateTests {
  private static let states = DigitalValue.State.allCases

  /// An output is known if and only if every way of deciding the unknown inputs gives it.
  @Test(arguments: GateKind.allCases)
  func unknownInputsLeaveOpenWhatTheyDecide(kind: GateKind) {
    let count = kind == .buffer || kind == .inverter ? 1 : 3
    for number in 0..<27 {
      let inputs = [number % 3, number / 3 % 3, number / 9].prefix(count).map { Self.states[$0] }
      var results: Set<DigitalValue.State> = []
      for bits in 0..<1 << count {
        let decided = inputs.enumerated().map { k, state in
          state != .unknown ? state : bits >> k & 1 == 1 ? DigitalValue.State.one : .zero
        }
        results.insert(Self.decided(kind, decided.map { $0 == .one }))
      }
      let expected = results.count == 1 ? results.first : .unknown
      #expect(kind.output(inputs) == expected, "\(kind) of \(inputs)")
    }
  }

  /// Boolean functions by counting.
  private static func decided(_ kind: GateKind, _ inputs: [Bool]) -> DigitalValue.State {
    let ones = inputs.count { $0 }
    let holds =
      switch kind {
      case .buffer: ones == 1
      case .inverter: ones == 0
      case .and: ones == inputs.count
      case .nand: ones < inputs.count
      case .or: ones > 0
      case .nor: ones == 0
      case .xor: ones % 2 == 1
      case .xnor: ones % 2 == 0
      }
    return holds ? .one : .zero
  }

  /// Values of ngspice 39: delays are those of the edges, and a fall that comes before a pending
  /// rise takes its place, as at 13 ns.
  @Test func delaysAreTransport() throws {
    var deck = EventDeck()
    try deck.stimulate(
      ["s"], "0: 0s\n10: 1s\n11: 0s\n20: 1s\n24: 0s\n31: Us\n40: 1s\n43: 0z\n50: 0s")
    try deck.add(.gate(.buffer, EdgeDelays(rise: 5e-9, fall: 2e-9)), ["s"], ["slow"])
    try deck.add(.gate(.buffer, EdgeDelays(rise: 2e-9, fall: 5e-9)), ["s"], ["fast"])
    #expect(
      try deck.course(["slow", "fast"], until: 60) == [
        "0.0 0s 0s", "12.0 0s 1s", "16.0 0s 0s", "22.0 0s 1s", "25.0 1s 1s", "26.0 0s 1s",
        "29.0 0s 0s", "33.0 0s Us", "36.0 Us Us", "42.0 Us 1s", "45.0 0s 1s", "48.0 0s 0s",
      ])
  }

  @Test func tablesHaveTheirFirstInputLowest() throws {
    for inputs in 0..<4 {
      var deck = EventDeck()
      let values = (0..<2).map { inputs >> $0 & 1 == 1 ? "1s" : "0s" }
      try deck.stimulate(["a", "b"], "0: " + values.joined(separator: " "))
      let table = (0..<4).map { $0 == 1 ? DigitalValue.State.one : .zero }
      try deck.add(.lookUp(table: table, EdgeDelays()), ["a", "b"], ["q"])
      #expect(try deck.course(["q"], until: 1) == ["0.0 \(inputs == 1 ? "1s" : "0s")"])
    }
  }

  @Test func invertersAtPinsTurnStatesAlone() throws {
    var deck = EventDeck()
    try deck.stimulate(["s"], "0: 0r")
    try deck.add(.gate(.buffer, EdgeDelays()), ["~s"], ["a"])
    try deck.add(.gate(.buffer, EdgeDelays()), ["s"], ["~b"])
    #expect(try deck.course(["s", "a", "b"], until: 1) == ["0.0 0r 1s 1s"])
  }
}
