import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// Cards, parameters and commands that decks of others have, each by a closed form, by another way to
/// write the same, or by a value of ngspice 39.
@Suite struct DeckFormTests {
  private func plots(_ cards: String) throws -> [Plot] {
    try CircuitSimulation(DeckReader().read("t\n\(cards)\n.end\n", name: "t.sp")).run().plots
  }

  private func point(_ cards: String, _ names: String...) throws -> [Double] {
    let plot = try #require(try plots(cards + "\n.op").last)
    return try names.map { try #require(plot.values(of: $0)?.first) }
  }

  // MARK: Switches and copies

  /// It closes where the current crosses IT + IH, and opens at IT − IH.
  @Test func switchOfACurrent() throws {
    let plot = try #require(
      try plots(
        """
        i1 0 a pwl(0 0 1m 10m 2m 0)
        v1 a 0 0
        v2 b 0 1
        r1 b c 1k
        w1 c 0 v1 sw1
        .model sw1 csw it=5m ih=1m ron=1 roff=1meg
        .tran 1u 2m
        """
      ).last)
    let (time, volts) = (
      try #require(plot.values(of: "time")), try #require(plot.values(of: "v(c)"))
    )
    let closed = time.indices.filter { volts[$0] < 0.5 }.map { time[$0] }
    #expect(abs(try #require(closed.first) - 0.6e-3) <= 1e-6)
    #expect(abs(try #require(closed.last) - 1.6e-3) <= 1e-6)
    expectFault(
      "v1 a 0 1\nw1 a 0 v1 m\n.model m sw vt=1", "t.sp:3:11: 'm': no .model card of that kind")
    expectFault(
      "v1 a 0 1\nw1 a 0 v2 m\n.model m csw it=1", "t.sp:3:8: 'v2': no voltage source has that name")
    expectFault("v1 a 0 1\nw1 a 0 v1 m\n.model m csw vt=1", "t.sp:4:14: 'vt': parameter is not one")
  }

  /// `m=` is so many elements in parallel, on every kind of output.
  @Test(arguments: [
    ("s1 o 0 a 0 s m=3", "s1 o 0 a 0 s\ns2 o 0 a 0 s\ns3 o 0 a 0 s"),
    ("w1 o 0 va w m=2", "w1 o 0 va w\nw2 o 0 va w"), ("g1 o 0 a 0 1m m=2", "g1 o 0 a 0 2m"),
    ("f1 o 0 va 2 m=2", "f1 o 0 va 4"), ("e1 o p a 0 2 m=2\nrp p 0 1", "e1 o p a 0 2\nrp p 0 1"),
    ("h1 o p va 5 m=2\nrp p 0 1", "h1 o p va 5\nrp p 0 1"),
    ("b1 o 0 i={v(a)*1m} m=2", "b1 o 0 i={v(a)*2m}"),
    ("g1 o 0 poly(1) a 0 0 1m 1m m=2", "g1 o 0 poly(1) a 0 0 2m 2m"),
    ("f1 o 0 poly(1) va 0 1 2 m=3", "f1 o 0 poly(1) va 0 3 6"),
    ("e1 o p poly(1) a 0 0 1 1 m=2\nrp p 0 1", "e1 o p poly(1) a 0 0 1 1\nrp p 0 1"),
  ])
  func copies(one: String, other: String) throws {
    let around = """
      va a 0 2
      ra a 0 100
      vo x 0 1
      ro x o 50
      .model s sw(ron=30 vt=1)
      .model w csw(ron=30 it=-1)

      """
    let (a, b) = (
      try point(around + one, "v(o)", "i(vo)"), try point(around + other, "v(o)", "i(vo)")
    )
    for (x, y) in zip(a, b) { #expect(abs(x - y) <= 1e-12 * max(1, abs(y)), "\(x) \(y)") }
  }

  @Test(arguments: ["s1 o 0 a 0 s", "w1 o 0 va w", "e1 o 0 a 0 2", "h1 o 0 va 2"])
  func copiesArePositive(card: String) {
    let around = "va a 0 1\nra a 0 1\n.model s sw vt=1\n.model w csw it=1\n"
    expectFault(
      around + card + " m=0", "t.sp:6:\(card.utf8.count + 4): '0': value must be positive")
    expectFault(around + card + " n=2", "t.sp:6:\(card.utf8.count + 2): 'n': parameter is not one")
  }

  // MARK: Courses

  @Test func modulatedCourses() throws {
    let plot = try #require(
      try plots(
        """
        v1 a 0 am(2 0.5 1k 10k 0.1m)
        v2 b 0 dc 0 sffm 0.1 2 20k 5 1k
        r1 a 0 1
        r2 b 0 1
        .tran 1u 1m
        """
      ).last)
    let time = try #require(plot.values(of: "time"))
    let (a, b) = (try #require(plot.values(of: "v(a)")), try #require(plot.values(of: "v(b)")))
    let turn = 2 * Double.pi
    for k in time.indices {
      let t = time[k] - 0.1e-3
      let expected = t > 0 ? 2 * (0.5 + sin(turn * 1e3 * t)) * sin(turn * 1e4 * t) : 0
      #expect(abs(a[k] - expected) <= 1e-9)
      let phase = turn * 20e3 * time[k] + 5 * sin(turn * 1e3 * time[k])
      #expect(abs(b[k] - (0.1 + 2 * sin(phase))) <= 1e-9)
    }
    // A twentieth of the fastest period at most.
    #expect(zip(time, time.dropFirst()).allSatisfy { $1 - $0 <= 2.001e-6 })
    expectFault("v1 a 0 am(1)\nr1 a 0 1", "t.sp:2:8: 'am(1)': card has too few fields")
    expectFault(
      "v1 a 0 sffm(1 2 3 4 5 6 7 8)\nr1 a 0 1", "t.sp:2:8: 'sffm(1 2 3 4 5 6 7 8)': is not")
  }

  @Test func pointsMayRepeat() throws {
    let plot = try #require(
      try plots("v1 a 0 pwl(0 0 1u 1 2u 3 3u 1) r=1u\nr1 a 0 1\n.tran 10n 8u").last)
    let (time, volts) = (
      try #require(plot.values(of: "time")), try #require(plot.values(of: "v(a)"))
    )
    for k in time.indices where time[k] >= 1e-6 {
      let turn = (time[k] - 1e-6).truncatingRemainder(dividingBy: 2e-6)
      let expected = turn <= 1e-6 ? 1 + 2e6 * turn : 3 - 2e6 * (turn - 1e-6)
      #expect(abs(volts[k] - expected) <= 1e-6, "\(time[k])")
    }
    expectFault(
      "v1 a 0 pwl(0 0 1u 1) r=2u\nr1 a 0 1\n.tran 1n 1u",
      "t.sp:2:24: '2u': parameter is out of range")
  }

  /// Sources of LTspice's `startup` grow from zero to their values in 20 µs.
  @Test func sourcesStartUp() throws {
    let plot = try #require(
      try plots("v1 a 0 5\ni1 0 b 1m\nr1 a 0 1\nr2 b 0 1k\n.tran 0 40u 0 1u startup").last)
    let time = try #require(plot.values(of: "time"))
    let (a, b) = (try #require(plot.values(of: "v(a)")), try #require(plot.values(of: "v(b)")))
    for k in time.indices {
      let share = min(1, time[k] / 20e-6)
      #expect(abs(a[k] - 5 * share) <= 1e-9 && abs(b[k] - share) <= 1e-9)
    }
    #expect(time.contains { abs($0 - 20e-6) <= 1e-15 })
  }

  // MARK: Jumps

  /// A state whose rate is gone where it reaches its bound: within rounding of the bound there is no
  /// step whose end agrees with its rate, and the current of the source between is on or off.
  @Test(arguments: [
    (1000.0000000000002, "0.1p"), (1000.00000001, "0.1p"), (1000.00000001, "1n"), (7000, "1n"),
  ])
  func statesStopAtTheirBounds(start: Double, step: String) throws {
    let plot = try #require(
      try plots(
        """
        v1 a 0 pwl(0 0 1n 0 1n -3 4n -3)
        b1 0 x i={(v(a) < -1 && v(x) > 1k) ? 5e12*(v(a)+1) : 0}
        vx x x1 0
        c1 x1 0 1 ic=\(start)
        .tran \(step) 4n uic
        """
      ).last)
    let (time, state) = (
      try #require(plot.values(of: "time")), try #require(plot.values(of: "v(x)"))
    )
    for k in time.indices {
      // A slope of 1e13 volts a second, within RELTOL of the bound.
      let expected = max(1000, start - 1e13 * max(0, time[k] - 1e-9))
      #expect(abs(state[k] - expected) <= 1.5, "\(time[k])")
    }
  }

  // MARK: Models

  /// Three lines: up to Vfwd, beyond it, and beyond Vrev.
  @Test(arguments: [
    (0.3, 0.3e-6), (0.7, 0.5e-6 + 0.2 / 2), (-3.0, -3e-6), (-7.0, -5e-6 - 2.0 / 4),
  ])
  func diodeOfStraightLines(volts: Double, amperes: Double) throws {
    let value = try point(
      "v1 a 0 \(volts)\nd1 a 0 x\n.model x d(ron=2 roff=1meg vfwd=0.5 vrev=5 rrev=4)", "i(v1)")[0]
    #expect(abs(value + amperes) <= 1e-12 * max(1, abs(amperes)), "\(value)")
    let twice = try point(
      "v1 a 0 \(volts)\nd1 a 0 x m=2\n.model x d(ron=2 roff=1meg vfwd=0.5 vrev=5 rrev=4)\n"
        + ".print op i(d1)", "i(v1)", "i(bd1)")
    #expect(abs(twice[0] - 2 * value) <= 1e-12 * max(1, abs(value)))
    #expect(abs(twice[0] + twice[1]) <= 1e-12 * max(1, abs(value)))
    expectFault(
      "v1 a 0 1\nd1 a 0 x\n.model x d(ron=0)", "t.sp:4:12: 'ron=0': parameter is out of range")
    expectFault(
      "v1 a 0 1\nd1 a 0 x\n.model x d(ron=1 epsilon=1)", "t.sp:4:18: 'epsilon': parameter is")
  }

  /// Threshold, body effect and potential of a doped substrate (values of ngspice 39, whose k and q
  /// are older: 1e-6 of them).
  @Test func dopingGivesTheThreshold() throws {
    let values = try point(
      """
      m1 d g 0 b nm w=10u l=2u
      m2 d2 g2 0 b2 pm w=10u l=2u
      vd d 0 2
      vg g 0 1.5
      vb b 0 -1
      vd2 d2 0 -2
      vg2 g2 0 -2.5
      vb2 b2 0 1
      .model nm nmos level=1 nsub=1e16 tox=50n uo=500 nss=1e10 ucrit=1e4
      .model pm pmos level=1 nsub=2e15 tox=40n uo=250 tpg=-1 lambda=0.02
      """, "i(vd)", "i(vd2)")
    #expect(abs(values[0] / -3.61099635121e-05 - 1) <= 2e-5, "\(values)")
    #expect(abs(values[1] / 8.871656160416e-05 - 1) <= 2e-5, "\(values)")
    expectFault(
      "m1 a a 0 0 n\nv1 a 0 1\n.model n nmos nsub=1e9 tox=50n",
      "t.sp:4:20: '1e9': parameter is out of range")
  }

  /// Of bins the one that encloses the sizes, which SCALE may give in micrometers.
  @Test(arguments: [("l=1 w=5", 0.5), ("l=1 w=15", 0.7), ("l=1 w=10", 0.7)])
  func modelsHaveBins(sizes: String, threshold: Double) throws {
    let bins = """
      .options scale=1u
      v1 a 0 1
      .model n.1 nmos vto=0.5 kp=1e-4 lmin=0.1u lmax=20u wmin=0.1u wmax=10u
      .model n.2 nmos vto=0.7 kp=1e-4 lmin=0.1u lmax=20u wmin=10u wmax=100u

      """
    let found = try point(bins + "m1 a a 0 0 n \(sizes)", "i(v1)")[0]
    let width = try #require(Double(sizes.suffix(while: { $0.isNumber })))
    let expected = 0.5 * 1e-4 * width * (1 - threshold) * (1 - threshold)
    #expect(abs(found + expected) <= 1e-9 * expected + 1e-11, "\(found)")
    expectFault(bins + "m1 a a 0 0 n l=1 w=200", "t.sp:6:12: 'n of l=1e-06 w=")
    expectFault(bins + "m1 a a 0 0 n l=1", "t.sp:6:1: 'l, w': card has too few fields")
  }

  // MARK: Definitions in conditions

  @Test(arguments: [("kind=1", 1e3), ("kind=2", 2e3), ("", 4e3), ("kind=2 r=5k", 5e3)])
  func parametersOfConditions(given: String, ohms: Double) throws {
    let value = try point(
      """
      v1 a 0 1
      x1 a s \(given)
      .subckt s p kind=3
      .if (kind == 1)
      .param r=1k
      .elseif (kind == 2)
      .param r={q*2}
      .param q=1k
      .else
      .param r=4k
      .endif
      r1 p 0 {r}
      .ends
      """, "i(v1)")[0]
    #expect(abs(value * ohms + 1) <= 1e-12, "\(value)")
  }

  @Test(arguments: [("fast=1", 10.0), ("fast=0", 20.0)])
  func modelsOfConditions(given: String, ohms: Double) throws {
    let value = try point(
      """
      v1 a 0 1
      x1 a s \(given)
      x2 a s fast=0
      .subckt s p fast=0
      .if (fast)
      .model rm r(rsh=1)
      .else
      .model rm r(rsh=2)
      .endif
      r1 p 0 rm l=10 w=1
      .ends
      """, "i(v1)")[0]
    #expect(abs(value + 1 / ohms + 1 / 20) <= 1e-12, "\(value)")
  }

  @Test func definitionsOfOtherScopesStayRefused() {
    expectFault(
      ".subckt s p\n.if (1)\n.func f(x) {x}\n.endif\nr1 p 0 1\n.ends\nv1 a 0 1\nx1 a s",
      "t.sp:4:1: '.func': definitions in a condition")
    expectFault(
      "v1 a 0 1\nx1 a s\n.subckt s p\n.if (nothing)\n.param r=1\n.endif\nr1 p 0 1\n.ends",
      "t.sp:5:6: 'nothing': no parameter has that name")
  }

  // MARK: Commands

  @Test func randomVectorsAreTheSameInEveryRun() throws {
    let folder = try TemporaryFolder()
    let cards = """
      r1 a 0 1
      v1 a 0 1
      .control
      op
      let u = sunif(unitvec(4000))
      let n = sgauss(unitvec(4000))
      let k = rnd(10 * unitvec(4000))
      let um = mean(u)
      let us = stddev(u)
      let nm = mean(n)
      let ns = stddev(n)
      let km = mean(k)
      print um
      print us
      print nm
      print ns
      print km
      let once = sunif(0)
      let again = sunif(0)
      print once
      print again
      .endc
      """
    let run = try CommandRun(cards, in: folder)
    func value(_ name: String) throws -> Double { try #require(run.values(name).first) }
    // Four standard deviations of each.
    #expect(abs(try value("um")) <= 4 / (3 * 4000).squareRoot())
    #expect(abs(try value("us") - 1 / 3.0.squareRoot()) <= 0.02)
    #expect(abs(try value("nm")) <= 4 / 4000.0.squareRoot())
    #expect(abs(try value("ns") - 1) <= 4 / 8000.0.squareRoot())
    #expect(abs(try value("km") - 4.5) <= 4 * 2.9 / 4000.0.squareRoot())
    #expect(try value("once") != value("again"))
    #expect(try CommandRun(cards, in: folder).text == run.text)
  }

  /// Vectors that a plot does not have are left out of files with a note; nothing is an error.
  @Test func filesHaveTheVectorsThatThereAre() throws {
    let folder = try TemporaryFolder()
    let cards = "r1 a 0 1\nv1 a 0 1\n.control\nop\nwrdata d.txt v(a) v(nothing)\n.endc"
    let run = try CommandRun(cards, in: folder)
    #expect(run.notes.contains { $0.reason == .unknownVector && $0.subject.contains("nothing") })
    let text = try String(contentsOfFile: folder.file("d.txt"), encoding: .utf8)
    #expect(text.split(separator: "\n").count == 1)
    #expect(throws: DeckError.self) {
      _ = try CommandRun(
        "r1 a 0 1\nv1 a 0 1\n.control\nop\nwrdata d.txt v(no) v(nothing)\n.endc", in: folder)
    }
  }

  @Test func marksAloneBeginComments() throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(
      """
      r1 a 0 1
      v1 a 0 1
      .control
      pre_set width=80
      op
      let x = unitvec(3)$ a vector
      let n = length(x)   $ its length
      if 0
      let n = 7
      endif
      print n
      .endc
      """, in: folder)
    #expect(run.values("n") == [3])
  }
}

extension String {
  fileprivate func suffix(while holds: (Character) -> Bool) -> String {
    String(reversed().prefix(while: holds).reversed())
  }
}
