import Netlist
import Testing

@testable import EventSimulation

@Suite struct MemoryTests {
  /// Data, data, address, address, write, select, and what ngspice 39 read and wrote.
  @Test func memory() throws {
    var model = MemoryModel(width: 2, addressBits: 2)
    model.readDelay = 2e-9
    var deck = EventDeck()
    let inputs = ["d0", "d1", "a0", "a1", "w", "s"]
    try deck.stimulate(
      inputs,
      """
      0: 0s 0s 0s 0s 0s 0s
      10: 0s 1s 0s 0s 1s 1s
      20: 0s 1s 0s 0s 0s 1s
      40: 1s 1s 1s 0s 0s 1s
      50: 1s 1s 1s 0s 1s 1s
      60: 1s 1s 0s 0s 0s 1s
      70: 1s 1s 0s 0s 0s 0s
      80: 1s 1s 1s 0s 0s 0s
      90: 1s 1s 1s 0s 0s 1s
      100: 1s 1s Us 0s 0s 1s
      120: 1s 0s 0s 0s 0s 1s
      130: 1s 0s 0s 1s 1s 1s
      140: 1s 0s 0s 1s 0s 1s
      """)
    try deck.add(.memory(model), inputs, ["q0", "q1"])
    #expect(
      try deck.course(["q0", "q1"], until: 150) == [
        "0.0 Uz Uz", "12.0 0z 1z", "22.0 0s 1s", "42.0 Us Us", "52.0 1z 1z", "62.0 0s 1s",
        "72.0 Uz Uz", "92.0 1s 1s", "102.0 Us Us", "122.0 0s 1s", "132.0 1z 0z", "142.0 1s 0s",
      ])
  }

  /// Where the selection ends before the writing, outputs stay as they are, in ngspice 39 too.
  @Test func memoryHoldsWhatItWrites() throws {
    var deck = EventDeck()
    var model = MemoryModel(width: 1, addressBits: 1)
    model.readDelay = 1e-9
    try deck.stimulate(
      ["d", "a", "w", "s"],
      "0: 1s 0s 1s 1s\n10: 1s 0s 1s 0s\n20: 0s 0s 0s 0s\n30: 0s 0s 0s 1s\n40: 0s 0s 0s 0s")
    try deck.add(.memory(model), ["d", "a", "w", "s"], ["q"])
    #expect(try deck.course(["q"], until: 50) == ["0.0 1z", "31.0 1s", "41.0 Uz"])
  }

  /// A counter up and down, as the states of ngspice's example have it.
  @Test func stateMachine() throws {
    let one = DigitalValue(.one, .highImpedance)
    let zero = DigitalValue(.zero)
    let states = (0..<4).map { k in
      StateMachineModel.State(
        outputs: [k > 1 ? one : zero, k % 2 == 1 ? one : zero],
        transitions: [
          .init(inputs: [.zero], next: (k + 3) % 4), .init(inputs: [.one], next: (k + 1) % 4),
        ])
    }
    var deck = EventDeck()
    try deck.stimulate(
      ["up", "c", "r"],
      """
      0: 1s 0s 0s
      10: 1s 1s 0s
      20: 1s 0s 0s
      30: 1s 1s 0s
      40: 1s 0s 0s
      50: 1s 1s 0s
      60: 0s 0s 0s
      70: 0s 1s 0s
      80: 0s 0s 1s
      90: 0s 1s 1s
      100: 0s 0s 0s
      110: Us 1s 0s
      """)
    try deck.add(
      .stateMachine(
        StateMachineModel(states: states, resetState: 2, clockDelay: 1e-9, resetDelay: 2e-9)),
      ["up", "c", "r"], ["h", "l"])
    #expect(
      try deck.course(["h", "l"], until: 150) == [
        "0.0 1z 0s", "11.0 1z 1z", "31.0 0s 0s", "51.0 0s 1z", "71.0 0s 0s", "82.0 1z 0s",
      ])
  }

  /// Values of ngspice 39: drivers that let go of a node with a pull.
  @Test func openDrivers() throws {
    var deck = EventDeck()
    try deck.stimulate(
      ["a", "e"], "0: 0s 0s\n20: 1s 0s\n30: 1s 1s\n40: Us 1s\n50: 0s 1s\n60: 0s Us")
    try deck.add(.openCollector(openDelay: 1e-9, fallDelay: 2e-9), ["a"], ["c"])
    try deck.add(.openEmitter(openDelay: 1e-9, riseDelay: 2e-9), ["a"], ["m"])
    try deck.add(.tristate(delay: 1e-9), ["a", "e"], ["t"])
    try deck.add(.constant(DigitalValue(.one, .resistive)), [], ["t"])
    #expect(
      try deck.course(["c", "m", "t"], until: 80) == [
        "0.0 0s 0z 1r", "21.0 1z 0z 1r", "22.0 1z 1s 1r", "31.0 1z 1s 1s", "41.0 1z Uu Us",
        "42.0 Uu Uu Us", "51.0 Uu 0z 0s", "52.0 0s 0z 0s", "61.0 0s 0z Uu",
      ])
  }
}
