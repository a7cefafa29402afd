import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// Habits of LTspice, Xyce and ngspice's scripts, and what they solve to.
@Suite struct DeckHabitTests {
  private func results(_ cards: String) throws -> CircuitSimulation.Results {
    try CircuitSimulation(DeckReader().read("t\n\(cards)\n.end\n", name: "t.sp")).run()
  }

  private func last(_ cards: String, _ name: String) throws -> Double {
    try #require(try results(cards).plots.last?.values(of: name)?.last)
  }

  /// `Rser` of a source: a divider with the load.
  @Test func aSourceHasItsResistance() throws {
    #expect(abs(try last("v1 a 0 3 rser=1k\nr1 a 0 2k\n.op", "v(a)") - 2) <= 1e-12)
    #expect(abs(try last("v1 a 0 dc 3 Rser=1k Cpar=1p\nr1 a 0 2k\n.op", "i(v1)") + 1e-3) <= 1e-15)
  }

  /// Current sources in parallel add up, voltage sources in parallel are one.
  @Test func sourcesHaveCopies() throws {
    #expect(abs(try last("i1 0 a 1m m=3\nr1 a 0 1k\n.op", "v(a)") - 3) <= 1e-12)
    #expect(try last("v1 a 0 dc 2 m=3\nr1 a 0 1k\n.op", "v(a)") == 2)
  }

  /// Xyce holds `ic=` at the operating point that a transient starts from; SPICE asks for `uic`.
  @Test func initialVoltagesOfXyce() throws {
    let cards = "v1 a 0 1\nr1 a b 1k\nc1 b 0 1u ic=0.25\n.tran 1u 10u"
    func start(_ cards: String) throws -> Double {
      try #require(try results(cards).plots.first?.values(of: "v(b)")?.first)
    }
    #expect(abs(try start(cards) - 1) <= 1e-9)
    #expect(abs(try start(cards + "\n.options dialect=xyce") - 0.25) <= 1e-9)
    #expect(abs(try start(cards + "\n.ic v(b)=0.5\n.options dialect=xyce") - 0.5) <= 1e-9)
  }

  /// `.step R1:R` and LTspice's `.step param`.
  @Test func stepsOfOthers() throws {
    let plots = try results("v1 a 0 1\nr1 a b 1k\nr2 b 0 1k\n.op\n.step R1:R 1k 3k 2k").plots
    #expect(plots.last?.values(of: "v(b)").map { $0.map { ($0 * 1e9).rounded() } } == [5e8, 2.5e8])
    let decks = try results(
      ".param x=1k\nv1 a 0 1\nr1 a b {x}\nr2 b 0 1k\n.op\n.step param x list 1k 3k"
    ).plots
    #expect(decks.count == 2 && abs(decks[1].values[1] - 0.25) <= 1e-12)
  }

  /// A constant with the temperature in it follows a sweep of it, as do models.
  @Test func constantsFollowTheTemperature() throws {
    let plot = try #require(
      try results(
        "v1 a 0 5\nr1 a 0 rm\n.model rm r(r='1000+temper')\nd1 0 b dm\nr2 b 0 1k\n.model dm d(is={1e-14*(1+temper)})\n.dc temp 0 100 50"
      ).plots.first)
    let amperes = try #require(plot.values(of: "i(v1)"))
    for (found, celsius) in matched(amperes, [0.0, 50, 100]) {
      #expect(abs(found + 5 / (1000 + celsius)) <= 1e-15)
    }
    let stepped = try results(
      "v1 a 0 5\nr1 a 0 {1000+temper}\n.temp 10\n.tran 1u 2u\n.step temp 20 40 20")
    #expect(stepped.plots.count == 2)
    #expect(
      abs(try #require(stepped.plots[1].values(of: "i(v1)")?.last) + 5.0 / 1040) <= 1e-15)
  }

  /// W and L of a transistor's model hold where its card has none.
  @Test func modelsHaveSizes() throws {
    let model = ".model nm nmos(level=1 vto=0.5 kp=100u is=0 w=20u l=2u)"
    let cards = "vd d 0 2\nvg g 0 1.5\nm1 d g 0 0 nm\nm2 d g 0 0 nm l=4u\n\(model)\n.op"
    #expect(abs(try last(cards, "i(vd)") + 0.5e-4 * (10 + 5)) <= 1e-12)
  }

  /// Levels of measurements may be formulas of signals; two measurements may share a name.
  @Test func levelsAreFormulas() throws {
    let values = try results(
      "v1 a 0 pwl(0 0 1 1)\nv2 b 0 pwl(0 1 1 0)\nr1 a 0 1\nr2 b 0 1\n.tran 10m 1\n"
        + ".measure tran x when v(a)=par('0.5*v(b)')\n.measure tran y when v(a)=0.5*v(b)+0.1\n"
        + ".measure tran x find v(b) at=0.25"
    ).measurements
    for (found, exact) in matched(values.map(\.value), [1.0 / 3, 0.4, 0.75]) {
      #expect(abs((found ?? .nan) - exact) <= 1e-9)
    }
  }

  @Test func outputsMayHaveCommas() throws {
    let deck = try DeckReader().read(
      "t\nv1 a 0 1\nr1 a b 1\nr2 b 0 1\n.op\n.print op v(a), i(r1), v(a,b)\n.probe alli\n.end\n",
      name: "t.sp")
    #expect(deck.outputs.map(\.name) == ["v(a)", "i(r1)", "v(a,b)"])
  }

  // MARK: Commands

  /// Constants of `.csparam`, `$&v(a)`, braces around a variable, quoted vectors.
  @Test func spellingsOfScripts() throws {
    let run = try CommandRun(
      """
      .param x=3
      .csparam x={2*x}
      v1 n7_t 0 1.5
      r1 n7_t 0 1k tc1=1m
      .control
      let y = x + 1
      print y
      op
      set k = 7
      set name = "n{$k}_t"
      let z = v($name)
      print z
      echo volts = $&v(n7_t)
      dc temp 27 127 100
      let w = ("temp-sweep" - 27) * 2
      print w[1]
      tran 1u 2u
      meas tran late find v(n7_t) at=1u
      tf v(n7_t) v1
      noise v(n7_t) v1 lin 1 1k 1k
      .endc
      """, in: TemporaryFolder())
    #expect(run.values("y") == [7] && run.values("z") == [1.5] && run.values("w[1]") == [200])
    #expect(run.values("volts") == [1.5])
    #expect(run.plots.map(\.name).contains("Transfer Function"))
    #expect(run.plots.last?.name == "Integrated Noise")
  }

  /// `alterparam` with `reset` gives new random numbers, the same in every run.
  @Test func resetsDrawAnew() throws {
    let cards = """
      r1 a 0 {agauss(1k,100,1)}
      i1 0 a 1m
      .control
      repeat 3
      op
      print v(a)
      reset
      end
      .endc
      """
    let first = try CommandRun(cards, in: TemporaryFolder()).values("v(a)")
    #expect(Set(first).count == 3)
    #expect(try CommandRun(cards, in: TemporaryFolder()).values("v(a)") == first)
  }

  /// A transient that is stopped, altered and resumed is another one than a whole transient.
  @Test(arguments: ["stop when time = 1u", "resume", "step 3"])
  func stoppedTransientsAreRefused(command: String) throws {
    let error = #expect(throws: DeckError.self) {
      try CommandRun(
        "v1 a 0 1\nr1 a 0 1\n.control\n\(command)\ntran 1u 2u\n.endc", in: TemporaryFolder())
    }
    #expect(error?.faults.first?.reason == .unsupportedCommand)
  }

  /// What DC sweeps set shows in `@v1[dc]`.
  @Test func sweptValuesAreThoseOfTheSweep() throws {
    let found = try results("v1 a 0 7\nr1 a 0 1\n.dc v1 0 1 0.5\n.print dc @v1[dc]").plots[0]
    #expect(found.values(of: "@v1[dc]") == [0, 0.5, 1])
  }
}
