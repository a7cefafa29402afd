import Netlist
import SPICE
import TestSupport
import Testing

/// Conditions, random numbers, functions and dialects of decks.
@Suite struct DeckConditionTests {
  private func deck(_ cards: String) throws(DeckError) -> SimulationDeck {
    try DeckReader().read("t\n\(cards)\n.end\n", name: "t.sp")
  }

  private func ohms(_ cards: String) throws -> [Double] {
    try deck(cards).circuit.resistors.map(\.ohms)
  }

  // MARK: .if

  @Test(arguments: [(0, 40.0), (1, 10), (2, 20), (3, 30), (4, 40)])
  func onlyOneBranchIsTaken(select: Int, exact: Double) throws {
    let found = try ohms(
      """
      .param s=\(select) t={s+1}
      .if (s==1)
      r1 a 0 10
      .elseif (t == 3)
      r1 a 0 20
      .elseif (s = 3)
      .if (t > 100)
      r1 a 0 1
      .else
      r1 a 0 30
      .endif
      .else
      r1 a 0 40
      .endif
      """)
    #expect(found == [exact])
  }

  /// Whole definitions depend on a condition at the top.
  @Test func modelsAndParametersDependOnConditions() throws {
    let found = try ohms(
      """
      .param fast=1
      .if (fast)
      .param x=5
      .model rm r(r=7)
      .else
      .param x=6
      .model rm r(r=8)
      .include nowhere.inc
      .endif
      r1 a 0 {x}
      r2 a 0 rm
      """)
    #expect(found == [5, 7])
  }

  /// In a subcircuit every instance decides by its own parameters.
  @Test func instancesDecideForThemselves() throws {
    let found = try ohms(
      """
      .subckt cell p n kind=0
      .if (kind == 1)
      r1 p n 1
      .if (kind2)
      r2 p n 2
      .endif
      .elseif (kind == 2)
      r1 p n 3
      .else
      r1 p n 4
      .endif
      r9 p n 9
      .ends
      .param kind2=1
      x1 a 0 cell kind=1
      x2 a 0 cell kind=2
      x3 a 0 cell
      """)
    #expect(found == [1, 2, 9, 3, 9, 4, 9])
  }

  // MARK: Random numbers

  /// The same seed gives the same numbers, another seed others; instances differ.
  @Test func randomNumbersFollowTheSeed() throws {
    let cards =
      ".subckt s p n\nr1 p n {agauss(1k,100,3)}\n.ends\nx1 a 0 s\nx2 a 0 s\n.param p={unif(5,0.1)}\nr9 a 0 {p}\nr8 a 0 {p}"
    let first = try ohms(cards)
    #expect(try ohms(cards) == first)
    let second = try ohms(cards + "\n.options seed=7")
    #expect(zip(first, second).allSatisfy { $0 != $1 })
    #expect(first[0] != first[1] && first[2] == first[3] && abs(first[2] - 5) <= 0.5)
  }

  private static let half = 2 / 3.0.squareRoot()
  static let draws: [(call: String, mean: Double, deviation: Double)] = [
    ("agauss(10,3,3)", 10, 1), ("gauss(10,0.3,3)", 10, 1), ("10+gauss(1)", 10, 1),
    ("aunif(10,2)", 10, half), ("unif(10,0.2)", 10, half), ("10+flat(2)", 10, half),
    ("mc(10,0.2)", 10, half), ("limit(10,2)", 10, 2), ("rand()+9.5", 10, half / 4),
  ]

  /// Mean and deviation of a thousand draws, within five of their own standard errors.
  @Test(arguments: draws)
  func distributions(call: String, mean: Double, deviation: Double) throws {
    let count = 1000
    let cards = (0..<count).map { "r\($0) a 0 {\(call)}" }.joined(separator: "\n")
    let values = try ohms(cards)
    let found = values.reduce(0, +) / Double(count)
    #expect(abs(found - mean) <= 5 * deviation / Double(count).squareRoot())
    let square = values.reduce(0) { $0 + ($1 - found) * ($1 - found) } / Double(count - 1)
    #expect(abs(square.squareRoot() - deviation) <= 5 * deviation / Double(2 * count).squareRoot())
  }

  // MARK: Functions

  /// Functions of subcircuits are their own, in all spellings.
  @Test func functionsHaveTheirScope() throws {
    let found = try ohms(
      """
      .func f(x) {x+1}
      .param g(x,y)='x*y+f(x)'
      .subckt s p n k=2
      .func f(x)=k*x
      r1 p n {f(10)}
      .ends
      .subckt u p n
      .func f(x) 'x*100'
      r1 p n {f(10)}
      .ends
      x1 a 0 s
      x2 a 0 s k=3
      x3 a 0 u
      r9 a 0 {f(10)}
      r8 a 0 {g(2,3)}
      """)
    #expect(found == [20, 30, 1000, 11, 9])
  }

  @Test(arguments: [
    ("sqr(3)", 9.0), ("u2(0.25)", 0.25), ("u2(7)", 1), ("u2(-1)+5", 5), ("buf(0.7)", 1),
    ("inv(0.2)", 1), ("limit(7,1,3)", 3), ("eq0(0)", 1), ("gt0(2)+le0(-1)+ne0(3)+ge0(0)", 4),
  ])
  func functionsMadeOfOthers(call: String, exact: Double) throws {
    #expect(try ohms("r1 a 0 {\(call)}") == [exact])
  }

  // MARK: Dialects

  /// `1µ` everywhere; `4k7` where the deck says whose it is or has a card that only LTspice writes.
  @Test func numbersOfLTspice() throws {
    #expect(try ohms("r1 a 0 3µ\nr2 a 0 {2µ*2}\nr3 a 0 1.5μohm") == [3e-6, 4e-6, 1.5e-6])
    let cards = "r1 a 0 4k7\nr2 a 0 {2*1m5}\nr3 a 0 1meg2"
    #expect(try ohms(cards + "\n.options dialect=ltspice") == [4700, 3e-3, 1.2e6])
    #expect(try ohms(cards + "\n.backanno") == [4700, 3e-3, 1.2e6])
    #expect(throws: DeckError.self) { try ohms(cards) }
  }

  /// Xyce's `log` has base ten.
  @Test func logarithmsOfXyce() throws {
    let cards = "r1 a 0 {log(1000)}\nr2 a 0 {ln(exp(2))}"
    let found = try ohms(cards + "\n.options dialect=xyce")
    #expect(abs(found[0] - 3) <= 1e-15 && abs(found[1] - 2) <= 1e-15)
    #expect(try ohms(cards)[0] > 6)
    #expect(abs(try ohms(cards + "\n.options timeint method=trap")[0] - 3) <= 1e-15)
  }

  /// A constant of the commands is no parameter.
  @Test func constantsOfCommandsMayHaveTheNameOfAParameter() throws {
    #expect(try ohms(".param r=5\n.csparam r={r}\nr1 a 0 {r}") == [5])
  }

  static let mistakes: [(text: String, says: String)] = [
    (".if (1)\nr1 a 0 1", "t.sp:2:1: '.if (1)': has no end"),
    (
      ".subckt s p\n.if (1)\nr1 p 0 1\n.ends\n.subckt u p\n.endif\n.ends",
      "t.sp:3:1: '.if (1)': has no end"
    ),
    (".endif", "t.sp:2:1: '.endif': ends what was not begun"),
    (".if (1)\n.else\n.else\n.endif", "t.sp:4:1: '.else': ends what was not begun"),
    (".if (x)\n.endif", "t.sp:2:6: 'x': no parameter has that name"),
    (".if\n.endif", "t.sp:2:1: '.if': card has too few fields"),
    (
      ".subckt s p\n.if (1)\n.func x(y) {y}\n.endif\n.ends",
      "t.sp:4:1: '.func': definitions in a condition of a subcircuit are not followed; put them "
        + "outside"
    ),
    (
      "v1 a 0 1\n.param s=1\n.if (s)\nr1 a 0 1\n.endif\n.op\n.step s 0 1 1",
      "t.sp:4:1: 's': a condition was decided by this parameter, which steps and commands cannot "
        + "change (at s=0.0)"
    ),
    (
      "r1 a 0 {agauss(1)}", "t.sp:2:9: 'agauss(1)': function does not take this number of arguments"
    ),
    (
      "r1 a 0 {ddt(v(a))}\n.op\n.print op {ddt(v(a))}",
      "t.sp:4:12: 'ddt(v(a))': output is not one that this program computes"
    ),
    (
      "b1 a 0 v=idt(v(a),v(a))",
      "t.sp:2:10: 'idt(v(a),v(a))': depends on the solution, where a constant is needed"
    ),
    ("b1 a 0 v=ddt(1,2)", "t.sp:2:10: 'ddt(1,2)': function does not take this number of arguments"),
    (
      ".options dialect=spectre",
      "t.sp:2:18: 'spectre': option is not one that this program follows"
    ),
    (
      "b1 a 0 i=1 tcc=2",
      "t.sp:2:12: 'tcc': parameter is not one that this program models; did you mean 'tc1'?"
    ),
    ("c1 a 0 c={v(a)} x=1", "t.sp:2:17: 'x': parameter is not one that this program models"),
    (
      "c1 a 0 cm\n.model cm c(cp=1)",
      "t.sp:3:13: 'cp': parameter is not one that this program models"
    ),
    ("v1 a 0 1\n.noise v(a) v2 dec 1 1 10", "t.sp:3:13: 'v2': no voltage source has that name"),
    (
      "v1 a 0 1\n.noise v(a) v1 dec 1 0 10",
      "t.sp:3:1: '.noise v(a) v1 dec 1 0 10': parameter is out of range"
    ),
    (
      "v1 a 0 1\n.noise i(v1) v1 dec 1 1 10",
      "t.sp:3:8: 'i': output is not one that this program computes; did you mean 'v(out)'?"
    ),
    ("v1 a 0 1\n.tf v(b) v1", "t.sp:3:7: 'b': no node has that name"),
    ("v1 a 0 1\n.four 0 v(a)", "t.sp:3:7: '0': value must be positive"),
  ]

  @Test(arguments: mistakes)
  func mistakesHaveTheirPlace(text: String, says: String) throws {
    let error = #expect(throws: DeckError.self) { try deck(text) }
    let found = try #require(error).faults.map(\.description)
    #expect(found.contains { $0.hasPrefix(says) }, "\(found)")
  }
}
