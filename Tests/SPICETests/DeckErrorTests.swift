import Foundation
import Netlist
import TestSupport
import Testing

@testable import SPICE

@Suite struct DeckErrorTests {
  /// Typical mistakes and exactly what is said about them; the deck's title is line 1.
  static let mistakes: [(text: String, says: [String])] = [
    ("r1 a 0", ["t.sp:2:1: 'r1 a 0': card has too few fields"]),
    ("r1 a 0 1k5", ["t.sp:2:8: '1k5': is not a number"]),
    ("r1 a 0 nan", ["t.sp:2:8: 'nan': is not a number"]),
    ("r1 a 0 1e999", ["t.sp:2:8: '1e999': is not a number"]),
    ("c1 a 0 {1/0}", ["t.sp:2:8: '{1/0}': expression has no finite value"]),
    ("c1 a 0 {sqrt(-1)}", ["t.sp:2:8: '{sqrt(-1)}': expression has no finite value"]),
    (
      "r1 a 0 1a",
      [
        "t.sp:2:8: '1a': the suffix 'a' is atto in some simulators and nothing in others; "
          + "write 1e-18"
      ]
    ),
    (
      "r1 a 0 0\nl1 a 0 0.0",
      ["t.sp:3:8: '0.0': value must be positive"]
    ),
    ("l1 a 0 0", ["t.sp:2:8: '0': value must be positive"]),
    ("r1 a 0 1 2", ["t.sp:2:10: '2': parameter is not one that this program models"]),
    (
      "c1 a 0 1 tce=1m",
      ["t.sp:2:10: 'tce': parameter is not one that this program models; did you mean 'tc1'?"]
    ),
    (
      "l1 a 0 1 rs=1",
      ["t.sp:2:10: 'rs': parameter is not one that this program models"]
    ),
    ("r1 a 0 1 tc=1m,2,3", ["t.sp:2:13: '1m,2,3': is not expected here"]),
    ("r1 a 0 rm\n.model rm r(tc1=1)", ["t.sp:2:1: 'r1 a 0 rm': card has too few fields"]),
    (
      "r1 a 0 1k rm\n.model rm r(r=2)",
      [
        "t.sp:2:8: '1k': the model's R is a factor in some simulators and ignored in others; "
          + "give one resistance"
      ]
    ),
    (
      "r1 a 0 1k tc1=-10m\n.dc temp 27 227 100",
      ["t.sp:2:8: '1k': resistance is not positive"]
    ),
    (
      "v1 a 0 1\nx1 a 0 s m=-1\n.subckt s p q\nr1 p q 1\n.ends",
      ["t.sp:3:12: '-1': value must be positive"]
    ),
    (
      "v1 a 0 1\nx1 a s\n.subckt s p\nr1 p 0 1\n.ends\n.op\n.print op i(x1) i(r9)",
      [
        "t.sp:8:13: 'x1': has no current that a simulation knows",
        "t.sp:8:19: 'r9': no element has that name",
      ]
    ),
    ("r1 a 0 1\nR1 b 0 1", ["t.sp:3:1: 'R1': name is used twice"]),
    (
      "r1 a 0 {rvla}\n.param rval=1",
      ["t.sp:2:9: 'rvla': no parameter has that name; did you mean 'rval'?"]
    ),
    (
      "r1 a 0 rvla\n.param rval=1", ["t.sp:2:8: 'rvla': is not a number; did you mean 'rval'?"]
    ),
    ("r1 a 0 {2*(3+}", ["t.sp:2:14: '}': expression is malformed"]),
    ("r1 a 0 {2*(3", ["t.sp:2:8: '{2*(3': bracket or quote is not closed"]),
    ("r1 a 0 {sqqr(2)}", ["t.sp:2:9: 'sqqr': is no function of expressions; did you mean 'sqr'?"]),
    ("r1 a 0 {pow(2)}", ["t.sp:2:9: 'pow(2)': function does not take this number of arguments"]),
    ("v1 a 0 {v(a)}", ["t.sp:2:9: 'v(a)': depends on the solution, where a constant is needed"]),
    (".param a=b b=a", ["t.sp:2:14: 'a': parameter depends on itself: a → b → a"]),
    ("d1 a 0 dmod", ["t.sp:2:8: 'dmod': no .model card of that kind has that name"]),
    (
      "d1 a 0 dmod\n.model dmmod d",
      ["t.sp:2:8: 'dmod': no .model card of that kind has that name; did you mean 'dmmod'?"]
    ),
    (
      "m1 a 0 0 0 nx\n.model nx nmos level=54",
      ["t.sp:3:16: 'level=54': model is of a kind that this program does not model"]
    ),
    (
      "d1 a 0 dx\n.model dx d(iss=1)",
      [
        "t.sp:3:13: 'iss': parameter is not one that this program models; did you mean 'is'?"
      ]
    ),
    ("d1 a 0 dx\n.model dx d(is=0)", ["t.sp:3:13: 'is=0': parameter is out of range"]),
    (
      "q1 a b c qx",
      [
        "t.sp:2:1: 'q1': device needs a compiled Verilog-A model: name a folder of them by --models"
      ]
    ),
    (
      "a1 [a] b inv\n.model inv d_process",
      ["t.sp:2:1: 'a1 of d_process': element is of a kind that this program does not model"]
    ),
    (
      "t1 a 0 b 0 z0=50 td=0",
      ["t.sp:2:21: '0': value must be positive"]
    ),
    (
      "x1 a b cel\n.subckt cell a b\nr1 a b 1\n.ends",
      ["t.sp:2:8: 'cel': no .subckt card has that name; did you mean 'cell'?"]
    ),
    (
      "x1 a cell\n.subckt cell a b\nr1 a b 1\n.ends",
      [
        "t.sp:2:1: '1 nodes for 2 of cell': instance does not have as many nodes as its subcircuit"
      ]
    ),
    (
      "x1 a b cell rr=1\n.subckt cell a b r=1\nr1 a b {r}\n.ends",
      ["t.sp:2:13: 'rr': no parameter has that name; did you mean 'r'?"]
    ),
    (
      "x1 a loop\n.subckt loop a\nx1 a loop\n.ends",
      ["t.sp:4:6: 'loop': subcircuit contains itself: loop → loop (in x1)"]
    ),
    (".subckt cell a b\nr1 a b 1", ["t.sp:2:1: '.subckt cell a b': .subckt has no .ends"]),
    (".ends", ["t.sp:2:1: '.ends': ends what was not begun"]),
    (
      "x1 1 s\n.subckt s a\nl1 a 0 0\nr2 a 0 1\n.ends\nx2 1 s",
      ["t.sp:4:8: '0': value must be positive (in x1)"]
    ),
    (".optoins reltol=1", ["t.sp:2:1: '.optoins': is no card of a deck; did you mean '.options'?"]),
    (".options reltol=0", ["t.sp:2:17: '0': value must be positive"]),
    (".options rshunt=1k", ["t.sp:2:10: 'rshunt': option is not one that this program follows"]),
    (".options scale=0", ["t.sp:2:16: '0': value must be positive"]),
    (".pss 1k 1m a", ["t.sp:2:1: '.pss': card is not one that this program follows"]),
    (
      ".control\nrun\n.endc",
      [
        "t.sp:2:1: '.control': a block of ngspice commands is not followed; use cards, or ignore it"
      ]
    ),
    (
      "vin a 0 1\n.dc vni 0 1 1",
      ["t.sp:3:5: 'vni': no element has that name; did you mean 'vin'?"]
    ),
    ("v1 a 0 1\n.dc v1 0 1 -0.1", ["t.sp:3:12: '-0.1': parameter is out of range"]),
    (
      ".param p=1\nv1 a 0 1\nr1 a 0 {p}\n.dc p 1 -1 -1",
      [
        "t.sp:4:8: '{p}': resistance is not positive (at p=0.0)"
      ]
    ),
    (
      ".param p=1 q=1\nr1 a 0 {p}\n.dc p 1 200 1 q 1 200 1",
      ["t.sp:4:1: '.dc p 1 200 1 q 1 200 1': value is beyond what this program computes with"]
    ),
    (
      ".param p=1\nr1 a 0 {p}\n.dc data=tabel\n.data table p\n1\n.enddata",
      ["t.sp:4:10: 'tabel': no .data card has that name; did you mean 'table'?"]
    ),
    (
      ".param p=1\nr1 a 0 {p}\n.data t p\n1\n.5\n.op",
      ["t.sp:4:1: '.data t p': .data has no .enddata"]
    ),
    (".param p=1\n.data t p\n1", ["t.sp:3:1: '.data t p': .data has no .enddata"]),
    (
      ".param p=1 q=1\n.data t p q\n1 2\n3\n.enddata\n.step data=t",
      [
        "t.sp:3:7: '3 values in 2 columns': values do not fill the rows of the table"
      ]
    ),
    (".data t\n.enddata", ["t.sp:2:1: '.data t': card has too few fields"]),
    (
      ".param p=1\n.data t p\n1\nx\n.enddata\n.dc data=t", ["t.sp:5:1: 'x': is not a number"]
    ),
    (
      "v1 a 0 1\n.data t vv\n1\n.enddata",
      ["t.sp:3:9: 'vv': no element has that name; did you mean 'v1'?"]
    ),
    (
      ".param p=1\n.data t p p\n1 1\n.enddata", ["t.sp:3:11: 'p': is swept or stepped twice"]
    ),
    (
      ".param p=1\n.data t p\n1\n.enddata\n.data T p\n1\n.enddata",
      ["t.sp:6:7: 'T': name is used twice"]
    ),
    (
      ".data t freq\n1k\n.enddata\n.dc data=t",
      ["t.sp:5:10: 't': sweep is not one that this program makes"]
    ),
    (".data t freq\n0\n.enddata", ["t.sp:2:9: 'freq': value must be positive"]),
    (
      ".param p=1\n.data t p\n1\n.enddata\n.ac data=t",
      ["t.sp:6:10: 't': the table has no column freq"]
    ),
    (
      ".param p=1\nv1 a 0 1\nr1 a 0 {p}\n.data t p v1\n1 2\n.enddata\n.dc data=t\n"
        + ".step p 1 2 1",
      ["t.sp:9:7: 'p': is swept or stepped twice, here and at t.sp:8"]
    ),
    (
      ".param p=1\nv1 a 0 1\nr1 a 0 {p}\n.op\n.step p 1 -1 -1",
      [
        "t.sp:4:8: '{p}': resistance is not positive (at p=0.0)"
      ]
    ),
    (
      ".param p=1\nr1 a 0 {p}\nv1 a 0 1\n.tran 1n 1u\n.step p 1 2 1\n.step P list 3 4",
      ["t.sp:7:7: 'P': is swept or stepped twice, here and at t.sp:6"]
    ),
    (
      "x1 a 0 s\n.subckt s a b\nr1 a b 1\n.ends\nv1 a 0 1\n.op\n.step r.x1.r1 1 2 1\n"
        + ".step temp 0 1 1\n.step x1:r1 3 4 1",
      ["t.sp:10:7: 'x1:r1': is swept or stepped twice, here and at t.sp:8"]
    ),
    (
      "v1 a 0 1\nr1 a 0 1\n.dc v1 0 1 1\n.step v1 2 3 1",
      ["t.sp:5:7: 'v1': is swept or stepped twice, here and at t.sp:4"]
    ),
    (
      "v1 a 0 1\nr1 a 0 1\n.dc v1 0 1 1 v1 2 3 1", ["t.sp:4:14: 'v1': is swept or stepped twice"]
    ),
    (
      ".param p=1 q=1\nr1 a 0 {p}\n.op\n.step p 1 200 1\n.step q 1 200 1",
      ["t.sp:5:1: '.step p 1 200 1': value is beyond what this program computes with"]
    ),
    (
      "v1 a 0 1\nr1 a 0 1\n.tran 1n 1u\n.step r1 1 2 1\n.print tran i(r1)",
      ["t.sp:6:13: 'i(r1)': output is not one that this program computes"]
    ),
    (
      "v1 a 0 1\nr1 a 0 1\n.dc r1 1 2 1\n.print dc i(r1)",
      ["t.sp:5:11: 'i(r1)': output is not one that this program computes"]
    ),
    ("v1 a 0 1\n.tran 1n 0", ["t.sp:3:10: '0': value must be positive"]),
    (
      "v1 out 0 1\n.print dc v(oot) i(v2)",
      [
        "t.sp:3:13: 'oot': no node has that name; did you mean 'out'?",
        "t.sp:3:20: 'v2': no element has that name; did you mean 'v1'?",
      ]
    ),
    (
      "v1 a 0 1\nf1 b 0 poly(1) v1 2",
      [
        "t.sp:3:19: '2': one coefficient is a constant in some simulators and a gain in others; "
          + "write two"
      ]
    ),
    ("v1 a 0 pluse(0 1)", ["t.sp:2:8: 'pluse': is not a number"]),
    ("v1 a 0 1 pluse(0 1)", ["t.sp:2:10: 'pluse': is not expected here; did you mean 'pulse'?"]),
    ("v1 a 0 pwl(0 0 1n 1 0.5n 2)", ["t.sp:2:8: 'pwl(0 0 1n 1 0.5n 2)': times do not grow"]),
    ("v1 a 0 pulse(0 1", ["t.sp:2:8: 'pulse': bracket or quote is not closed"]),
    ("f1 a 0 vx 1\nr1 a 0 1", ["t.sp:2:8: 'vx': no voltage source has that name"]),
    ("k1 l1 l2 0.5\nl1 a 0 1", ["t.sp:2:7: 'l2': no inductor has that name; did you mean 'l1'?"]),
    ("r1 a 0 1\nb1 b 0 v=v(c)", ["t.sp:3:12: 'c': no node has that name"]),
    (".include missing.inc", ["t.sp:2:10: '/folder/missing.inc (no such file)': cannot be read"]),
    ("+ 5", ["t.sp:2:1: '+ 5': continuation line has no card to continue"]),
    (
      "r1 ü 0 1k5\nr2 a 0\n+ 1\n+ 2",
      [
        "t.sp:2:8: '1k5': is not a number",
        "t.sp:5:3: '2': parameter is not one that this program models",
      ]
    ),
  ]

  @Test(arguments: mistakes)
  func mistakesAreTold(text: String, says: [String]) {
    var reader = DeckReader()
    reader.folder = "/folder"
    let error = #expect(throws: DeckError.self) {
      try reader.read("title\n\(text)\n", name: "t.sp")
    }
    #expect(error?.faults.map(\.description) == says)
  }

  @Test func manyFaultsAreToldAtOnceAndNoMoreThanTwenty() {
    let cards = (1...30).map { "r\($0) a 0 bad\($0)" }.joined(separator: "\n")
    let error = #expect(throws: DeckError.self) { try deck(cards) }
    #expect(error?.faults.map(\.line) == Array(2...21))
    #expect(error?.furtherCount == 10)
    #expect(error?.description.hasSuffix("'bad20': is not a number\nand 10 more") == true)
  }

  @Test(arguments: ["", " \n\t\n", "only a title", "title\n* comment\n"])
  func emptyDecksAreRefused(text: String) {
    let error = #expect(throws: DeckError.self) { try DeckReader().read(text, name: "e.sp") }
    #expect(error?.faults.map(\.reason) == [.emptyDeck])
  }

  @Test func whatIsNotSupportedIsPassedOverOnRequest() throws {
    let read = try deck(
      """
      r1 a 0 1k acc=1
      q1 a b c qx
      .model qx npn
      d1 a 0 dz
      .model dz zener
      v1 a 0 trnoise(1 1n 0 0)
      .pss 1k 1m a
      .options rshunt=2
      .control
      plot v(a)
      .endc
      .plot v(a)
      .optoins
      """, ignoring: true)
    #expect(elements(of: read.circuit) == ["r1 a 0 1000.0", "v1 a 0 0.0"])
    #expect(read.warnings.map(\.line) == [2, 3, 5, 7, 8, 9, 10, 13, 14])
    // What is wrong stays wrong.
    #expect(throws: DeckError.self) { try deck("r1 a 0 x", ignoring: true) }
  }

  @Test func modelsThatNothingUsesAreOnlyWarnedOf() throws {
    let read = try deck(
      "r1 a 0 1\n.model qx npn(bf=100)\n.model dx d(is=-1)\n.model n nmos level=8")
    #expect(read.warnings.map(\.reason) == [.parameterOutOfRange])
  }

  @Test func filesThatIncludeEachOtherAreRefused() throws {
    let folder = try TemporaryFolder()
    let main = try folder.write("t\n.include a.inc\n", to: "main.sp")
    try folder.write("r1 a 0 1\n.include b.inc\n", to: "a.inc")
    try folder.write(".include a.inc\n", to: "b.inc")
    let error = #expect(throws: DeckError.self) {
      try DeckReader().read(URL(fileURLWithPath: main))
    }
    #expect(error?.faults.map(\.reason) == [.includeCycle])
    #expect(error?.faults.first?.file == folder.file("b.inc"))
    try folder.write(".lib here\n.endl\n", to: "b.inc")
    try folder.write("t\n.lib b.inc hree\n", to: "main.sp")
    let missing = #expect(throws: DeckError.self) {
      try DeckReader().read(URL(fileURLWithPath: main))
    }
    #expect(
      missing?.description
        == "\(main):2:12: 'hree': the library has no such section; did you mean 'here'?")
    #expect(throws: DeckError.self) { try DeckReader().read(URL(fileURLWithPath: folder.path)) }
    #expect(throws: DeckError.self) { try DeckReader().read(URL(fileURLWithPath: "/dev/zero")) }
  }

  /// Passing over outputs and options leaves the circuit as it is; elements need the second word.
  @Test func elementsAreLeftOutByTheirOwnWordOnly() throws {
    let text = "t\nv1 a 0 1\nq1 a a 0 qx\n.model qx npn\n.pss 1k 1m a\n.op\n"
    let error = #expect(throws: DeckError.self) {
      try DeckReader(passingOver: .outputs).read(text, name: "t.sp")
    }
    #expect(error?.faults.map(\.reason) == [.needsCompiledModel])
    let read = try DeckReader(passingOver: .elements).read(text, name: "t.sp")
    #expect(read.warnings.map(\.reason.changesCircuit) == [true, false])
  }
}
