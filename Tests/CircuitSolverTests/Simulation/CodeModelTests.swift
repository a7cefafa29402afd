import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// A elements: analog code models of XSPICE, against closed forms and values of ngspice 39.
@Suite struct CodeModelTests {
  private func plots(_ cards: String) throws -> [Plot] {
    try CircuitSimulation(DeckReader().read("t\n\(cards)\n.end\n", name: "t.sp")).run().plots
  }

  private func point(_ cards: String, _ names: String...) throws -> [Double] {
    let plot = try #require(try plots(cards + "\n.op").last)
    return try names.map { try #require(plot.values(of: $0)?.first) }
  }

  private func isClose(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
    abs(a - b) <= tolerance * max(abs(b), 1e-9)
  }

  private static let models: [(cards: String, expected: Double)] = [
    ("a1 a o g\n.model g gain(gain=10 in_offset=0.1 out_offset=1)", 10 * 2.1 + 1),
    (
      "a1 [a b] o s\n.model s summer(in_offset=[1 2] in_gain=[2 3] out_gain=0.5 out_offset=1)", 14.5
    ),
    ("a1 [a b b] o s\n.model s summer", 12),
    ("a1 [a b] o s\n.model s mult(in_offset=[1 0] in_gain=[1 2] out_gain=0.1 out_offset=-1)", 2),
    ("a1 a b o d\n.model d divide(num_gain=2 den_offset=-1 out_gain=3 out_offset=1)", 4),
    // The denominator stops at its limit, from the side that it is on.
    ("a1 a 0 o d\n.model d divide(den_lower_limit=0.5 den_domain=1e-3)", 4),
    ("a1 a 0 o d\n.model d divide(den_offset=-0.1 den_lower_limit=0.5 den_domain=1e-3)", -4),
    ("a1 a b 0 o c\n.model c climit(gain=3 upper_delta=1)", 4),
    ("a1 a b 0 o c\n.model c climit(gain=-3 lower_delta=0.5)", 0.5),
    ("a1 a (b 0) s\n.model s aswitch(r_on=1)\na2 a o g\n.model g gain", 2),
    ("a1 %vd (b a) o g\n.model g gain(gain=2)", 6),
    ("a1 %vd(b,a) %vd(o 0) g\n.model g gain(gain=2)", 6),
    ("a1 %vnam vb o g\nrb b 0 5\n.model g gain", -1),
  ]

  @Test(arguments: models)
  func formulas(cards: String, expected: Double) throws {
    let value = try point("va a 0 2\nvb b 0 5\nro o 0 1k\n\(cards)", "v(o)")[0]
    #expect(isClose(value, expected), "\(value)")
  }

  /// Parabolas join the lines of limits and of points; ngspice prints these values.
  @Test(arguments: [
    (0.9, 0.1, 0.9), (1.45, 1.8, 1.34875), (-1.5, -0.5, -1), (1.02, 0.08, 1.0198), (3.5, 10, 1.5),
  ])
  func cornersAreParabolas(input: Double, onPoints: Double, limited: Double) throws {
    let values = try point(
      """
      v1 a 0 \(input)
      a1 a p pw
      .model pw pwl(x_array=[-1 0 1 1.5] y_array=[0 1 0 2])
      a2 a l li
      .model li limit(gain=1 out_upper_limit=1.5 out_lower_limit=-1 limit_range=0.2 fraction=true)
      rp p 0 1
      rl l 0 1
      """, "v(p)", "v(l)")
    #expect(isClose(values[0], onPoints) && isClose(values[1], limited), "\(values)")
  }

  @Test func pointsMayEndTheOutput() throws {
    let cards = "v1 a 0 9\na1 a o p\nr1 o 0 1\n.model p pwl(x_array=[0 1] y_array=[0 2] limit=true)"
    #expect(isClose(try point(cards, "v(o)")[0], 2))
  }

  /// Currents flow into the first node of a port, of inputs and outputs alike (values of ngspice 39).
  @Test func currentsHaveXSPICEsDirections() throws {
    let values = try point(
      """
      v1 1 0 2
      r1 1 2 1k
      a1 %i 2 %v 3 g
      a2 1 %i 4 g
      r4 4 0 1
      a3 %vd(1 2) %id(5 6) g
      r5 5 0 1
      r6 6 0 1
      r56 5 6 2
      a4 %v 1 %vd(7 8) g
      r7 7 0 1
      r8 8 0 3
      .model g gain(gain=10 in_offset=0.1 out_offset=1)
      """, "v(3)", "v(4)", "v(5)", "v(6)", "v(7)", "v(8)")
    for (found, expected) in zip(values, [2.02, -22, -11, 11, 5.5, -16.5]) {
      #expect(isClose(found, expected), "\(found)")
    }
  }

  @Test func integralAndRate() throws {
    let plot = try #require(
      try plots(
        """
        v1 a 0 dc 0 sin(0 1 1)
        a1 a i in
        .model in int(gain=2 in_offset=0.25 out_ic=0.4)
        a2 a d dd
        .model dd d_dt(gain=3)
        a3 c h hold
        vc c 0 1
        .model hold int(out_upper_limit=0.5 out_lower_limit=-1)
        r1 i 0 1
        r2 d 0 1
        r3 h 0 1
        .tran 1m 1
        """
      ).last)
    let time = try #require(plot.values(of: "time"))
    let (integral, rate) = (
      try #require(plot.values(of: "v(i)")), try #require(plot.values(of: "v(d)"))
    )
    let turn = 2 * Double.pi
    for k in time.indices {
      let t = time[k]
      let expected = 0.4 + 0.5 * t + 2 * (1 - cos(turn * t)) / turn
      #expect(abs(integral[k] - expected) <= 1e-4)
      if t > 0.01 { #expect(abs(rate[k] - 3 * turn * cos(turn * t)) <= 1e-2 * turn) }
    }
    // It stops at its limit.
    let held = try #require(plot.values(of: "v(h)")?.last)
    #expect(abs(held - 0.5) <= 2e-3)
  }

  /// A function of s of second order: its initial states at DC, its transient and its phasors.
  @Test func transferFunctionIsAChainOfIntegrators() throws {
    let results = try plots(
      """
      v1 a 0 dc 2 ac 1
      a1 a o sx
      r1 o 0 1
      .model sx s_xfer(gain=3 in_offset=0.5 num_coeff=[1 2] den_coeff=[1 3 5] int_ic=[0.2 0.3])
      .op
      .ac lin 1 1 1
      .tran 1m 1
      """)
    #expect(isClose(try #require(results[0].values(of: "v(o)")?.first), 0.8))
    // 3 (s + 2) / (s² + 3 s + 5) at 1 Hz, as ngspice prints it.
    let phasor = results[1].values
    let column = try #require(results[1].variables.firstIndex { $0.name == "v(o)" })
    #expect(abs(phasor[2 * column] - 9.613265e-02) <= 1e-7)
    #expect(abs(phasor[2 * column + 1] + 4.94150e-01) <= 1e-6)
    #expect(abs(try #require(results[2].values(of: "v(o)")?.last) - 3.3779996) <= 1e-3)
  }

  /// Twice the frequency is half the time.
  @Test func transferFunctionScalesItsFrequency() throws {
    let plot = try #require(
      try plots(
        """
        v1 a 0 1
        a1 a o sx
        r1 o 0 1
        .model sx s_xfer(num_coeff=[1] den_coeff=[1 1] denormalized_freq=2)
        .tran 1m 1
        """
      ).last)
    let last = try #require(plot.values(of: "v(o)")?.last)
    #expect(abs(last - (1 - exp(-2))) <= 1e-4)
  }

  /// The logarithm of the resistance is a line of the control, and goes on beyond (ngspice 39).
  @Test(arguments: [
    (2.0, true, 0.317014), (3.5, true, 1.465648e-3), (-1.5, true, 0.9999968),
    (1.5, false, 1 / (1 + 1e3 / 500_005)),
  ])
  func switchOfAControl(control: Double, isLogarithmic: Bool, volts: Double) throws {
    let value = try point(
      """
      v1 a 0 \(control)
      a1 a (o 0) as
      .model as aswitch(cntl_off=0 cntl_on=3 r_off=1e6 r_on=10 log=\(isLogarithmic))
      r1 o s 1k
      v2 s 0 1
      """, "v(o)")[0]
    #expect(isClose(value, volts, 1e-6), "\(value)")
  }

  /// A winding on a core of straight lines is an inductor of `N² A B / (H l)`.
  @Test func windingOnACoreIsAnInductor() throws {
    let plot = try #require(
      try plots(
        """
        v1 a 0 pwl(0 0 1n 1)
        r1 a b 1
        a1 (b 0) (m 0) coil
        .model coil lcouple(num_turns=10)
        a2 (m 0) iron
        .model iron core(h_array=[-100 0 100] b_array=[-1 0 1] area=1e-2 length=0.1)
        .tran 0.1m 0.2
        """
      ).last)
    let henries = 100 * 1e-2 * 1e-2 / 0.1
    let time = try #require(plot.values(of: "time"))
    let amperes = try #require(plot.values(of: "i(v1)"))
    for k in time.indices where time[k] > 1e-3 {
      #expect(abs(-amperes[k] - (1 - exp(-time[k] / henries))) <= 2e-3)
    }
  }

  @Test func sineOfAControl() throws {
    let plot = try #require(
      try plots(
        """
        v1 a 0 0.5
        a1 a o s
        r1 o 0 1
        .model s sine(cntl_array=[0 1] freq_array=[1k 3k] out_low=-2 out_high=4)
        .tran 1u 1m
        """
      ).last)
    let (time, volts) = (
      try #require(plot.values(of: "time")), try #require(plot.values(of: "v(o)"))
    )
    for k in time.indices {
      #expect(abs(volts[k] - (1 + 3 * sin(2 * .pi * 2e3 * time[k]))) <= 1e-3)
    }
  }

  /// What is wrong with an A element is said where it is.
  @Test(arguments: [
    ("a1 a o g", "t.sp:3:8: 'g': no .model card of that kind has that name"),
    (
      "a1 a o g\n.model g gian",
      "t.sp:3:1: 'a1 of gian': element is of a kind that this program does not model; "
        + "did you mean 'gain'?"
    ),
    ("a1 a g\n.model g gain", "t.sp:3:1: 'a1 a g': card has too few fields"),
    ("a1 a o b g\n.model g gain", "t.sp:3:8: 'b': is not expected here"),
    ("a1 [a o g\n.model g summer", "t.sp:3:4: '[': bracket or quote is not closed"),
    ("a1 %q a o g\n.model g gain", "t.sp:3:4: '%q': parameter is not one that this program models"),
    (
      "a1 a o g\n.model g gain(gian=1)",
      "t.sp:4:15: 'gian': parameter is not one that this program models; did you mean 'gain'?"
    ),
    (
      "a1 a o p\n.model p pwl(x_array=[0 0] y_array=[1 2])",
      "t.sp:4:14: 'x_array=[0 0]': parameter is out of range"
    ),
    (
      "a1 a o p\n.model p pwl(x_array=[0 1] y_array=[1 2 3])",
      "t.sp:4:28: 'y_array=[1 2 3]': parameter is out of range"
    ),
    ("a1 a o p\n.model p pwl(x_array=[0 1])", "t.sp:4:1: 'y_array': card has too few fields"),
    (
      "a1 a o x\n.model x s_xfer(num_coeff=[1 2 3] den_coeff=[1 2])",
      "t.sp:4:17: 'num_coeff=[1 2 3]': parameter is out of range"
    ),
    (
      "a1 a o x\n.model x limit(out_lower_limit=2 out_upper_limit=1)",
      "t.sp:4:34: 'out_upper_limit=1': parameter is out of range"
    ),
    ("a1 a o d\n.model d gain(gain=[1 2])", "t.sp:4:20: '[1 2]': is not a number"),
  ])
  func mistakes(cards: String, message: String) {
    expectFault("v1 a 0 1\n\(cards)", message)
  }
}
