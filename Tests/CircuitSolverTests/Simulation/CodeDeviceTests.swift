import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// Code models that are devices, oscillators, meters and sources, against closed forms and values of
/// ngspice 39.
@Suite struct CodeDeviceTests {
  private func plots(_ cards: String) throws -> [Plot] {
    try CircuitSimulation(DeckReader().read("t\n\(cards)\n.end\n", name: "t.sp")).run().plots
  }

  private func point(_ cards: String, _ name: String) throws -> Double {
    let plot = try #require(try plots(cards + "\n.op").last)
    return try #require(plot.values(of: name)?.first)
  }

  /// The value of a vector at a time, on the line between its points.
  private func value(_ plot: Plot, _ name: String, at seconds: Double) throws -> Double {
    let (time, column) = (
      try #require(plot.values(of: "time")), try #require(plot.values(of: name))
    )
    let next = max(1, time.firstIndex { $0 >= seconds } ?? time.count - 1)
    let share = (seconds - time[next - 1]) / (time[next] - time[next - 1])
    return column[next - 1] + share * (column[next] - column[next - 1])
  }

  /// Above its threshold the resistance grows by β (V − Vt) t, up to its limit.
  @Test func memristorGrowsBeyondItsThreshold() throws {
    let plot = try #require(
      try plots(
        """
        v1 a 0 2
        a1 (a 0) m
        .model m memristor(rmin=1k rmax=10k rinit=5k alpha=0 beta=1e9 vt=1.5)
        v2 b 0 1.4
        a2 b 0 m
        .tran 20n 15u uic
        """
      ).last)
    for seconds in [1e-6, 5e-6, 9e-6] {
      let ohms = 2 / -(try value(plot, "i(v1)", at: seconds))
      #expect(abs(ohms - (5e3 + 0.5e9 * seconds)) <= 5, "\(ohms)")
    }
    // Within a time step of 20 ns.
    #expect(abs(2 / -(try value(plot, "i(v1)", at: 14e-6)) - 1e4) <= 20)
    #expect(abs(1.4 / -(try value(plot, "i(v2)", at: 14e-6)) - 5e3) <= 1e-6)
  }

  @Test func memristorKeepsItsResistanceAtRestAndForSmallSignals() throws {
    let cards = "v1 a 0 3 ac 1\na1 a 0 m\n.model m memristor(rinit=4k beta=1e9 alpha=1e9)"
    #expect(abs(try point(cards, "i(v1)") + 3 / 4e3) <= 1e-12)
    let plot = try #require(try plots(cards + "\n.ac lin 1 1k 1k").last)
    #expect(abs(try #require(plot.values(of: "i(v1)")?.first) + 1 / 4e3) <= 1e-12)
  }

  /// `ln r` is a cubic without slopes at its ends: 5/32 of the way at a quarter.
  @Test(arguments: [(0.5, 1.0), (1.25, 1 - 5.0 / 32), (1.5, 0.5), (2.5, 0.0)])
  func smoothSwitches(control: Double, share: Double) throws {
    let ohms = exp(share * log(1e6) + (1 - share) * log(10))
    let cards = """
      vc c 0 \(control)
      v1 a 0 1
      """
    for element in [
      "a1 c 0 (a 0) s\n.model s pswitch(cntl_off=1 cntl_on=2 r_off=1meg r_on=10)",
      "s1 a 0 c 0 s\n.model s vswitch(voff=1 von=2 roff=1meg ron=10)",
      "ic 0 d \(control)\nvd d 0 0\nw1 a 0 vd s\n.model s iswitch(ioff=1 ion=2 roff=1meg ron=10)",
    ] {
      let found = -1 / (try point("\(cards)\n\(element)", "i(v1)"))
      #expect(abs(found - ohms) <= 1e-6 * ohms, "\(element): \(found)")
    }
  }

  /// Without a logarithm along a line, which ends at both resistances.
  @Test(arguments: [(0.0, 1000.0), (1.25, 752.5), (3.0, 10.0)])
  func linearSwitch(control: Double, ohms: Double) throws {
    let found = try point(
      """
      vc c 0 \(control)
      v1 a 0 1
      a1 c 0 (a 0) s
      .model s pswitch(cntl_off=1 cntl_on=2 r_off=1k r_on=10 log=false)
      """, "i(v1)")
    #expect(abs(-1 / found - ohms) <= 1e-6 * ohms)
  }

  /// ngspice 39 prints these currents: three parts where the knee is sharp, two where it is not.
  @Test(arguments: [
    (0.6, -1.05241082e-2, -2.78593865e-3), (0.3, -1.62585491e-7, -1.34199587e-3),
    (-0.4, 8.000102192e-8, 3.073563884e-3), (-4.9, 1.357389414e-4, 3.737632989e2),
    (-5.1, 2.968264202, 6.162326583e2),
  ])
  func zener(volts: Double, sharp: Double, soft: Double) throws {
    for (model, expected) in [
      ("v_breakdown=5 i_breakdown=0.02 r_breakdown=1 i_rev=1e-6 i_sat=1e-12 n_forward=1", sharp),
      ("v_breakdown=1 i_breakdown=0.02 r_breakdown=20 i_rev=1e-6 i_sat=1e-9 n_forward=2", soft),
    ] {
      let found = try point("v1 1 0 \(volts)\na1 (1 0) z\n.model z zener(\(model))", "i(v1)")
      #expect(abs(found - expected) <= 1e-7 * abs(expected), "\(found)")
    }
  }

  /// Behind a resistance up to its limit, with the currents of the supplies (ngspice 39).
  @Test(arguments: [
    (2.0, 1e3, 3.96039604, -3.96039604e-3, 0.0), (2.0, 100, 1, -1e-2, 0),
    (3.0, 1e3, 4.95049505, -4.95049505e-3, 0), (-2.0, 1e3, -3.92156863, 0, 3.92156863e-3),
    (-2.0, 100, -2, 0, 2e-2),
  ])
  func limitedCurrent(
    input: Double, load: Double, volts: Double, positive: Double, negative: Double
  ) throws {
    let cards = """
      v1 1 0 \(input)
      vp p 0 5
      vn n 0 -5
      a1 1 p n o lim
      .model lim ilimit(gain=2 r_out_source=10 r_out_sink=20 i_limit_source=0.01
      + i_limit_sink=0.02 v_pwr_range=0.1 i_source_range=1e-6 i_sink_range=1e-6 r_out_domain=1e-3)
      rl o 0 \(load)
      """
    for (name, expected) in [("v(o)", volts), ("i(vp)", positive), ("i(vn)", negative)] {
      #expect(abs(try point(cards, name) - expected) <= 1e-7 * max(1e-3, abs(expected)))
    }
  }

  /// Up along one line and down along another, by the width to either side.
  @Test func hysteresisGoesItsTwoWays() throws {
    let plot = try #require(
      try plots(
        """
        v1 a 0 pwl(0 -1 3 2 6 -1)
        a1 a o h
        .model h hyst(in_low=0 in_high=1 hyst=0.25 out_lower_limit=-1 out_upper_limit=3
        + input_domain=0.01 fraction=true)
        ro o 0 1k
        .tran 10m 6
        """
      ).last)
    // At time t the input is t − 1 on its way up, 5 − t on its way down.
    let list: [(Double, Double)] = [
      (1.0, -1.0), (1.5, 0), (1.75, 1), (2.25, 3), (4.0, 3), (4.5, 2), (4.75, 1), (5.25, -1),
    ]
    for (seconds, expected) in list {
      let found = try value(plot, "v(o)", at: seconds)
      // Corners are parabolas of a hundredth.
      #expect(abs(found - expected) <= 0.02, "\(seconds): \(found)")
    }
  }

  /// Waves of a constant frequency: 2.5 kHz where the control is 0.5.
  @Test func trianglesAndSquares() throws {
    let plot = try #require(
      try plots(
        """
        v1 a 0 0.5
        a1 a t tr
        .model tr triangle(cntl_array=[0 1] freq_array=[1k 4k] out_low=-2 out_high=4 duty_cycle=0.25)
        a2 a s sq
        .model sq square(cntl_array=[0 1] freq_array=[1k 4k] out_low=-1 out_high=2 duty_cycle=0.4
        + rise_time=2u fall_time=4u)
        rt t 0 1k
        rs s 0 1k
        .tran 2u 1m
        """
      ).last)
    let turn = 1 / 2.5e3
    let list: [(Double, Double, Double)] = [
      (0.1, 0.4, -1.0), (0.5, 2.0, -1.0), (0.7, 0.4, 2.0), (1.2, 2.8, -1), (1.9, -1.2, 2),
      (2.3, 3.6, -1),
    ]
    for (share, triangle, square) in list {
      #expect(abs(try value(plot, "v(t)", at: share * turn) - triangle) <= 0.01)
      #expect(abs(try value(plot, "v(s)", at: share * turn) - square) <= 1e-6)
    }
    // In the middle of an edge up and of one down.
    #expect(abs(try value(plot, "v(s)", at: 0.6 * turn + 1e-6) - 0.5) <= 0.05)
    #expect(abs(try value(plot, "v(s)", at: turn + 2e-6) - 0.5) <= 0.05)
  }

  /// A pulse as long as its control had it at the edge, and none while one runs.
  @Test func oneshotFollowsItsClock() throws {
    let plot = try #require(
      try plots(
        """
        vk k 0 pwl(0 0 1m 0 1.001m 1 1.2m 1 1.201m 0 1.3m 0 1.301m 1 1.4m 1 1.401m 0 3m 0 3.001m 1)
        vc c 0 pwl(0 1 1.1m 1 1.2m 2)
        a1 k c 0 o os
        .model os oneshot(cntl_array=[0 1 2] pw_array=[0 0.5m 0.1m] clk_trig=0.5 out_high=3
        + rise_delay=10u rise_time=20u fall_delay=30u fall_time=40u)
        ro o 0 1k
        .tran 5u 4m
        """
      ).last)
    let list: [(Double, Double)] = [
      (0.9e-3, 0.0), (1.0055e-3, 0), (1.0205e-3, 1.5), (1.04e-3, 3), (1.5e-3, 3), (1.555e-3, 3),
      (1.5805e-3, 1.5), (1.7e-3, 0), (2.9e-3, 0), (3.1e-3, 3), (3.3e-3, 0),
    ]
    for (seconds, expected) in list {
      let found = try value(plot, "v(o)", at: seconds)
      #expect(abs(found - expected) <= 0.08, "\(seconds): \(found)")
    }
  }

  @Test func metersSumWhatIsAtANode() throws {
    let cards = """
      v1 a 0 1
      c1 a 0 1u
      c2 b a 2u
      rb b 0 1
      l1 a c 3m
      rc c 0 1
      a1 a o1 cm
      a2 a o2 lm
      .model cm cmeter(gain=2)
      .model lm lmeter
      r1 o1 0 1
      r2 o2 0 1
      """
    #expect(abs(try point(cards, "v(o1)") - 6e-6) <= 1e-15)
    #expect(abs(try point(cards, "v(o2)") - 3e-3) <= 1e-12)
  }

  /// With an initial voltage at rest, which a transient lets go.
  @Test func storagesKeepTheirInitialValues() throws {
    let cards = """
      a1 (a 0) cc
      .model cc capacitoric(c=1u ic=2)
      ra a 0 1k
      a2 (b 0) ll
      .model ll inductoric(l=1m ic=0.5)
      rb b 0 2
      """
    #expect(abs(try point(cards, "v(a)") - 2) <= 1e-9)
    #expect(abs(try point(cards, "v(b)") + 1) <= 1e-9)
    let plot = try #require(try plots(cards + "\n.tran 5u 2m").last)
    for seconds in [0.3e-3, 1e-3, 1.7e-3] {
      #expect(abs(try value(plot, "v(a)", at: seconds) - 2 * exp(-seconds / 1e-3)) <= 2e-3)
      #expect(abs(try value(plot, "v(b)", at: seconds) + exp(-seconds / 0.5e-3)) <= 2e-3)
    }
  }

  /// Lines over time with corners of parabolas; beyond the points they go on or stop.
  @Test func linesOfTime() throws {
    let plot = try #require(
      try plots(
        """
        a1 o p
        .model p pwlts(x_array=[0.2 0.4 0.6] y_array=[0 2 1] input_domain=0.1 fraction=true)
        a2 q p2
        .model p2 pwlts(x_array=[0.2 0.4 0.6] y_array=[0 2 1] limit=true)
        ro o 0 1
        rq q 0 1
        .tran 1m 1
        """
      ).last)
    let times: [(Double, Double, Double)] = [
      (0.1, -1.0, 0.0), (0.3, 1, 1), (0.5, 1.5, 1.5), (0.8, 0, 1),
      // In the middle of a corner: 2 − range × (slope before − slope after) / 4.
      (0.4, 1.925, 1.9925),
    ]
    for (seconds, free, limited) in times {
      #expect(abs(try value(plot, "v(o)", at: seconds) - free) <= 1e-3)
      #expect(abs(try value(plot, "v(q)", at: seconds) - limited) <= 1e-3)
    }
  }

  // MARK: Files

  private func plots(_ cards: String, file: (name: String, text: String)) throws -> [Plot] {
    let folder = try TemporaryFolder()
    try Data(file.text.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/\(file.name)"))
    let deck = URL(fileURLWithPath: "\(folder.path)/t.sp")
    try Data("t\n\(cards)\n.end\n".utf8).write(to: deck)
    return try CircuitSimulation(DeckReader().read(deck)).run().plots
  }

  @Test func sourcesFromFiles() throws {
    let plot = try #require(
      try plots(
        """
        a1 %vd([a 0 b 0]) f
        .model f filesource(file="w.txt" amploffset=[0.1 0.2] amplscale=[2] timeoffset=1u
        + timescale=2)
        a2 %v([c]) g
        .model g filesource(file="w.txt" amplstep=true timerelative=true)
        ra a 0 1
        rb b 0 1
        rc c 0 1
        .tran 10n 20u
        """, file: ("w.txt", "# time and values\n1e-6 1 5\n2e-6 3, 7\n; more\n6e-6 -1 9\n")
      ).last)
    let list: [(Double, Double, Double, Double)] = [
      (0.5e-6, 0.1, 0.2, 0.0), (2e-6, 1.1, 2.7, 1), (4e-6, 4.1, 6.2, 3), (9.5e-6, 1.6, 8.325, -1),
      (15e-6, -1.9, 9.2, -1),
    ]
    for (seconds, a, b, c) in list {
      #expect(abs(try value(plot, "v(a)", at: seconds) - a) <= 1e-6)
      #expect(abs(try value(plot, "v(b)", at: seconds) - b) <= 1e-6)
      if seconds != 2e-6 {
        #expect(abs(try value(plot, "v(c)", at: seconds) - c) <= 1e-6, "\(seconds)")
      }
    }
  }

  /// A table of `x y + x` and one of `x y z`, which cubics have exactly, and beyond them the tangent.
  @Test func tables() throws {
    let (xs, ys, zs) = ([0.0, 1, 2.5, 4], [-1.0, 0, 2], [0.0, 1, 3])
    func rows(_ value: (Double, Double) -> Double) -> String {
      ys.map { y in xs.map { "\(value($0, y))" }.joined(separator: " ") }.joined(separator: "\n")
    }
    func axis(_ points: [Double]) -> String { points.map { "\($0)" }.joined(separator: " ") }
    let flat = "* a table\n4\n3\n\(axis(xs))\n\(axis(ys))\n\(rows { $0 * $1 + $0 })\n"
    let deep =
      "4\n3\n3\n\(axis(xs))\n\(axis(ys))\n\(axis(zs))\n"
      + zs.map { z in rows { $0 * $1 * z } }.joined(separator: "\n")
    let list: [(Double, Double, Double)] = [(0.5, 0.5, 2.0), (3, 1.9, 0.1), (5, 0.5, 1.5)]
    for (x, y, z) in list {
      let sources = "vx x 0 \(x)\nvy y 0 \(y)\nvz z 0 \(z)\nro o 0 1\n"
      let two = try plots(
        sources + "a1 x y o t\n.model t table2d(offset=0.5 gain=2 file=\"t.tab\")\n.op",
        file: ("t.tab", flat))
      let value = try #require(two.last?.values(of: "v(o)")?.first)
      #expect(abs(value - (0.5 + 2 * (x * y + x))) <= 1e-9, "\(value)")
      let three = try plots(
        sources + "a1 %vd(x 0) %vd(y 0) %vd(z 0) %id(0 o) t\n.model t table3d(file=\"t.tab\")\n.op",
        file: ("t.tab", deep))
      let current = try #require(three.last?.values(of: "v(o)")?.first)
      #expect(abs(current - x * y * z) <= 1e-9, "\(current)")
    }
  }

  @Test(arguments: [
    ("a1 %v([a]) f\n.model f filesource", "t.sp:4:1: 'file': card has too few fields"),
    (
      "a1 %v([a]) f\n.model f filesource(file=\"none.txt\")",
      "t.sp:4:21: 'none.txt (no such file)': cannot be read"
    ),
    (
      "a1 a o t\n.model t table2d(file=\"none\")",
      "t.sp:4:18: 'none (no such file)': cannot be read"
    ),
    (
      "a1 a 0 (a 0) s\n.model s pswitch(r_on=-1)", "t.sp:4:18: 'r_on=-1': parameter is out of range"
    ),
    (
      "a1 (a 0) m\n.model m memristor(rmin=2k rmax=1k)",
      "t.sp:4:28: 'rmax=1k': parameter is out of range"
    ),
    (
      "a1 a o h\n.model h hyst(in_low=1 in_high=0)",
      "t.sp:4:24: 'in_high=0': parameter is out of range"
    ),
    (
      "a1 a p n o l\n.model l ilimit(i_limit_sink=1)",
      "t.sp:4:1: 'i_limit_source': card has too few fields"
    ),
    (
      "s1 a 0 a 0 s\n.model s vswitch(von=1 voff=1)",
      "t.sp:4:1: '.model s vswitch(von=1 voff=1)': parameter is out of range"
    ),
  ])
  func mistakes(cards: String, message: String) {
    expectFault("v1 a 0 1\n\(cards)", message)
  }

  @Test func mistakesInTables() {
    for (text, says) in [
      ("2\n2\n0 1\n0 1\n1 2 3", "values do not fill the rows of the table"),
      ("2\n2\n0 0\n0 1\n1 2 3 4", "parameter is out of range"),
      ("2\n2\n0 x\n0 1\n1 2 3 4", "is not a number"),
      ("1\n2\n0\n0 1\n1 2", "parameter is out of range"),
    ] {
      let error = #expect(throws: DeckError.self) {
        try plots(
          "va a 0 1\na1 a a o t\n.model t table2d(file=\"t.tab\")\nro o 0 1\n.op",
          file: ("t.tab", text))
      }
      #expect(error?.description.contains(says) == true, "\(error.map { "\($0)" } ?? "")")
    }
  }
}
