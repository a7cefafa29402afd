import CircuitSolver
import Netlist
import SPICE
import TestSupport
import Testing

/// What commands refuse, and where they end.
@Suite struct ControlRefusalTests {
  private static let divider = "v1 a 0 2\nr1 a b 1k\nr2 b 0 1k\n"

  private func run(_ cards: String) throws -> CommandRun {
    try CommandRun(cards, in: TemporaryFolder())
  }

  private func run(commands: String, of cards: String = divider) throws -> CommandRun {
    try run("\(cards).control\n\(commands)\n.endc")
  }

  /// Faults of commands and exactly what is said; the first command is in line 6.
  @Test(arguments: [
    ("opp", "t.sp:6:1: 'opp': is no command; did you mean 'op'?"),
    ("shell rm -r x", "t.sp:6:1: 'shell': commands that start other programs are refused"),
    ("!ls", "t.sp:6:1: '!ls': commands that start other programs are refused"),
    (
      "op\nwrdata /etc/x v(a)",
      "t.sp:7:8: '/etc/x': commands use files in the deck's own folder only"
    ),
    (
      "op\nwrite ../x.raw", "t.sp:7:7: '../x.raw': commands use files in the deck's own folder only"
    ),
    ("echo a > ../x", "t.sp:6:10: '../x': commands use files in the deck's own folder only"),
    ("source ../x", "t.sp:6:8: '../x': commands use files in the deck's own folder only"),
    ("source none.sp", "t.sp:6:1: 'none.sp (no such file)': file cannot be used"),
    ("op\nprint v(c)", "t.sp:7:7: 'v(c)': no vector has that name; did you mean 'v(a)'?"),
    ("op\nprint v(a)+", "t.sp:7:11: '+': expression is malformed"),
    ("op\nlet x = 1/(v(a)-2)", "t.sp:7:9: '1/(v(a)-2)': expression has no finite value"),
    (
      "dc v1 1 3 1\nlet x = 1/(v(a)-2)",
      "t.sp:7:1: '1/(v(a)-2) at v-sweep=2.0': expression has no finite value"
    ),
    ("echo $nosuch", "t.sp:6:6: '$nosuch': no variable has that name"),
    ("if 1\nop", "t.sp:6:1: 'if': has no end"),
    ("end", "t.sp:6:1: 'end': ends what was not begun"),
    ("dc vx 0 1 1", "t.sp:6:4: 'vx': no element has that name; did you mean 'v1'?"),
    ("tran 1n 0", "t.sp:6:9: '0': value must be positive"),
    ("run", "t.sp:6:1: 'run': the deck asks for no analysis to run"),
    ("alter r9 = 3\nop", "t.sp:6:7: 'r9': no element has that name"),
    ("alter r1 = 0\nop", "t.sp:6:12: '0.0': parameter is out of range"),
    ("alter @r1[w] = 1\nop", "t.sp:6:8: 'r1': has no such value that a command can alter"),
    ("altermod dx is=1", "t.sp:6:10: 'dx': no .model card of that kind has that name"),
    ("alterparam q=1", "t.sp:6:12: 'q': no parameter has that name"),
    ("setplot tran7", "t.sp:6:9: 'tran7': no plot has that name"),
    ("psd 1 v(a)", "t.sp:6:1: 'psd': command is not one that this program follows"),
    ("define f(x) f(x)\nprint f(1)", "t.sp:7:1: 'f(x)': function calls itself: f → f"),
  ])
  func faultsAreTold(commands: String, says: String) {
    let error = #expect(throws: DeckError.self) { try run(commands: commands) }
    #expect(error?.description == says)
  }

  @Test func endlessLoopsEnd() {
    for loop in ["while 1\nlet x = 1\nend", "repeat\nlet x = 1\nend", "dowhile 1\necho a\nend"] {
      let error = #expect(throws: DeckError.self) { try run(commands: "let x = 0\n\(loop)") }
      #expect(error?.faults.map(\.reason) == [.endlessLoop])
      #expect(error?.faults.first?.line == 7)
    }
  }

  /// A formula that has no value at some time is named with that time.
  @Test func divisionByZeroIsToldWithItsTime() {
    let error = #expect(throws: CircuitError.self) {
      try CircuitSimulation(
        DeckReader().read(
          "t\nv1 a 0 pwl(0 2 1u 0)\nb1 b 0 v=1/v(a)\nr1 b 0 1k\n.tran 10n 1u\n", name: "t")
      ).run()
    }
    guard case .at(let place, .formulaUndefined(let source)) = error else {
      Issue.record("\(error.map { "\($0)" } ?? "no error")")
      return
    }
    #expect(place.hasPrefix("time=9.9") && source == "b1")
  }
}
