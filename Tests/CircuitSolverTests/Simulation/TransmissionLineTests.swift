import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// Transmission lines by closed forms: lattice diagrams, the telegrapher's equations, the error
/// function, and even and odd modes.
@Suite struct TransmissionLineTests {
  private func plot(_ cards: String) throws -> Plot {
    let deck = try DeckReader().read("t\n\(cards)\n.end\n", name: "t.sp")
    return try #require(try CircuitSimulation(deck).run().plots.last)
  }

  /// A vector of a transient at a time, between its points.
  private func value(_ plot: Plot, _ name: String, at seconds: Double) throws -> Double {
    let times = try #require(plot.values(of: "time"))
    let values = try #require(plot.values(of: name))
    let next = try #require(times.firstIndex { $0 >= seconds })
    guard next > 0 else { return values[0] }
    let share = (seconds - times[next - 1]) / (times[next] - times[next - 1])
    return values[next - 1] + share * (values[next] - values[next - 1])
  }

  // MARK: Over time

  /// A matched line is a delay, to rounding at every corner of the pulse; nothing comes back.
  @Test func matchedLineDelays() throws {
    let plot = try plot(
      """
      v1 a 0 pulse(0 2 1n 0.1n 0.1n 5n 20n)
      rs a b 50
      t1 b 0 c 0 z0=50 td=3n
      rl c 0 50
      .tran 0.05n 15n
      """)
    for (time, near, far) in [
      (1.0, 0, 0), (1.05, 0.5, 0), (1.1, 1, 0), (3.9, 1, 0), (4.0, 1, 0), (4.05, 1, 0.5),
      (4.1, 1, 1), (6.15, 0.5, 1), (9.1, 0, 1), (9.15, 0, 0.5), (9.2, 0, 0), (14, 0, 0),
    ] {
      #expect(abs(try value(plot, "v(b)", at: time * 1e-9) - near) <= 1e-6, "near \(time)")
      #expect(abs(try value(plot, "v(c)", at: time * 1e-9) - far) <= 1e-6, "far \(time)")
    }
  }

  /// Reflections of 1 or −1 at the far end and of −1/3 at the near one.
  @Test(arguments: [(1e12, 1.0), (1e-9, -1.0)])
  func latticeDiagram(load: Double, reflection: Double) throws {
    let plot = try plot(
      """
      v1 a 0 pwl(0 0 0.1n 1)
      rs a b 25
      t1 b 0 c 0 z0=50 f=250meg nl=0.25
      rl c 0 \(load)
      .tran 0.02n 12n
      """)
    var (wave, far) = (50.0 / 75, 0.0)
    for k in 0..<5 {
      far += wave * (1 + reflection)
      let time = (Double(2 * k) + 1.5) * 1e-9
      #expect(abs(try value(plot, "v(c)", at: time) - far) <= 1e-6, "\(time)")
      wave *= reflection * -1.0 / 3
    }
  }

  /// The far end of an open RC line, at a time in units of RC, behind a step of 1 V.
  private static func openRCLine(_ time: Double) -> Double {
    (0..<200).reduce(1) { sum, k in
      let root = (2 * Double(k) + 1) * Double.pi / 2
      return sum - 2 / root * (k % 2 == 0 ? 1 : -1) * exp(-root * root * time)
    }
  }

  /// An open RC line: `1 − 4/π Σ (−1)ᵏ/(2k+1) exp(−((2k+1)π/2)² t/(RC))`; at first the current is
  /// that of an infinite one, `√(C/(π R t))` (Carslaw and Jaeger, 1959, section 3.4).
  @Test func stepIntoRCLine() throws {
    let plot = try plot(
      """
      v1 a 0 pwl(0 0 1p 1)
      o1 a 0 c 0 m
      rl c 0 1g
      .model m ltra r=1k c=1n len=1
      .tran 5n 3u
      """)
    for time in [0.05, 0.1, 0.2, 0.5, 1, 3] {
      let found = try value(plot, "v(c)", at: time * 1e-6)
      #expect(abs(found - Self.openRCLine(time)) <= 1e-3, "\(time): \(found)")
    }
    for time in [0.01, 0.03, 0.1] {
      let expected = -(1e-3 / (Double.pi * time).squareRoot())
      let found = try value(plot, "i(v1)", at: time * 1e-6)
      #expect(abs(found - expected) <= 3e-3 * abs(expected), "\(found) \(expected)")
    }
  }

  /// The same line as 400 lumps of R, L, G and C; and the front, `exp(−(R/Z + G Z)/2)` of a wave.
  @Test func lossyLineAgainstLumps() throws {
    let source = "v1 a 0 pwl(0 0 1n 0 3n 1)\nrs a b 30\n"
    let line = try plot(
      source + """
        o1 b 0 c 0 m
        rl c 0 80
        .model m ltra r=50 l=250n c=100p g=1m len=1
        .tran 0.05n 60n
        """)
    var ladder = source + "rl c 0 80\n"
    let count = 400
    for k in 0..<count {
      let (left, right) = (k == 0 ? "b" : "n\(k)", k == count - 1 ? "c" : "n\(k + 1)")
      ladder += """
        r\(k) \(left) m\(k) \(50.0 / Double(count))
        l\(k) m\(k) \(right) \(250e-9 / Double(count))
        c\(k) \(right) 0 \(100e-12 / Double(count))
        g\(k) \(right) 0 \(right) 0 \(1e-3 / Double(count))

        """
    }
    let lumped = try plot(ladder + ".tran 0.05n 60n")
    for time in stride(from: 1.0, to: 60, by: 1.7) {
      for name in ["v(b)", "v(c)"] {
        let (a, b) = (
          try value(line, name, at: time * 1e-9), try value(lumped, name, at: time * 1e-9)
        )
        #expect(abs(a - b) <= 4e-3, "\(name) \(time): \(a) \(b)")
      }
    }
  }

  /// `ic=` of an open line is a charge that flows out in one round trip.
  @Test func chargedLineDischarges() throws {
    let plot = try plot(
      """
      t1 a 0 b 0 z0=50 td=5n ic=2,0,2,0
      r1 a 0 50
      r2 b 0 1g
      .tran 0.1n 20n uic
      """)
    #expect(abs(try value(plot, "v(a)", at: 4e-9) - 1) <= 1e-4)
    #expect(abs(try value(plot, "v(a)", at: 9.9e-9) - 1) <= 1e-4)
    #expect(abs(try value(plot, "v(a)", at: 12e-9)) <= 1e-4)
  }

  // MARK: At rest and at one frequency

  /// R over the whole length, and `Z₀ tanh θ` into a shorted line with a leak.
  @Test func directCurrent() throws {
    let plot = try plot(
      """
      v1 a 0 1
      o1 a 0 b 0 m
      rl b 0 25
      o2 a 0 c 0 g
      rc c 0 1n
      o3 d 0 0 0 rg
      i3 0 d 1
      .model m ltra r=25 l=1n c=1p len=3
      .model g ltra r=100 l=1n c=1p g=10m len=1
      .model rg ltra r=9 g=1 len=1
      .op
      """)
    #expect(abs(try #require(plot.values(of: "v(b)")?[0]) - 0.25) <= 1e-12)
    let current = 0.01 + 1 / (1e4.squareRoot() * tanh(1))
    #expect(abs(try #require(plot.values(of: "i(v1)")?[0]) + current) <= 1e-9)
    #expect(abs(try #require(plot.values(of: "v(d)")?[0]) - 3 * tanh(3)) <= 1e-12)
  }

  /// `v₂/v₁ = 1/(cosh θ + (Z₀/Z_L) sinh θ)` with `θ² = (R + jωL)(G + jωC)`.
  @Test(arguments: ["r=20 l=250n c=100p g=1m", "r=1k l=0 c=100p g=0", "r=0 l=250n c=100p g=0"])
  func phasors(values: String) throws {
    let plot = try plot(
      """
      v1 a 0 ac 1
      o1 a 0 b 0 m
      rl b 0 75
      .model m ltra \(values) len=1
      .ac dec 7 1k 3g
      """)
    var known: [String: Double] = [:]
    for field in values.split(separator: " ") {
      let parts = field.split(separator: "=")
      let units = ["n": 1e-9, "p": 1e-12, "m": 1e-3, "k": 1e3]
      let factor = units[String(parts[1].suffix(1))] ?? 1
      known[String(parts[0])] = Double(parts[1].filter { $0.isNumber })! * factor
    }
    let (r, l, g, c) = (known["r"]!, known["l"]!, known["g"]!, known["c"]!)
    let frequencies = try #require(plot.values(of: "frequency"))
    let column = try #require(plot.variables.firstIndex { $0.name == "v(b)" })
    let found = frequencies.indices.map { k in
      let place = 2 * (k * plot.variables.count + column)
      return hypot(plot.values[place], plot.values[place + 1])
    }
    for (k, hertz) in frequencies.enumerated() {
      let omega = 2 * Double.pi * hertz
      // θ = α + jβ and Z₀ = Z/θ.
      let square = (r * g - omega * omega * l * c, omega * (r * c + l * g))
      let size = hypot(square.0, square.1).squareRoot()
      let angle = atan2(square.1, square.0) / 2
      let (alpha, beta) = (size * cos(angle), size * sin(angle))
      let impedance = (
        (r * alpha + omega * l * beta) / (size * size),
        (omega * l * alpha - r * beta) / (size * size)
      )
      let cosine = (cosh(alpha) * cos(beta), sinh(alpha) * sin(beta))
      let sine = (sinh(alpha) * cos(beta), cosh(alpha) * sin(beta))
      let real = cosine.0 + (impedance.0 * sine.0 - impedance.1 * sine.1) / 75
      let imaginary = cosine.1 + (impedance.0 * sine.1 + impedance.1 * sine.0) / 75
      let expected = 1 / hypot(real, imaginary)
      #expect(abs(found[k] - expected) <= 1e-9 * max(1, expected), "\(hertz)")
    }
  }

  // MARK: Coupled lines

  /// Two equal lines: their sum and difference are lines of `L ± M` and `C ∓ |C₁₂|`.
  @Test(arguments: ["r=5 0 5", "r=0 0 0"])
  func evenAndOddModes(losses: String) throws {
    let r = Double(losses.dropFirst(2).prefix(1))!
    let coupled = try plot(
      """
      v1 a 0 pwl(0 0 0.2n 1)
      r1 a b 50
      r2 c 0 50
      p1 b c 0 d e 0 m
      r3 d 0 70
      r4 e 0 70
      .model m cpl \(losses) l=300n 100n 300n g=0 0 0 c=100p -20p 100p length=1
      .tran 0.02n 40n
      """)
    func mode(_ l: String, _ c: String) throws -> Plot {
      try plot(
        """
        v1 a 0 pwl(0 0 0.2n 1)
        r1 a b 50
        o1 b 0 d 0 m
        r3 d 0 70
        .model m ltra r=\(r) l=\(l) c=\(c) len=1
        .tran 0.02n 40n
        """)
    }
    let (even, odd) = (try mode("400n", "80p"), try mode("200n", "120p"))
    for time in stride(from: 0.3, to: 40, by: 1.3) {
      for (name, other, sign) in [
        ("v(d)", "v(d)", 1.0), ("v(e)", "v(d)", -1), ("v(c)", "v(b)", -1),
      ] {
        let expected =
          0.5
          * (try value(even, other, at: time * 1e-9) + sign * value(odd, other, at: time * 1e-9))
        let found = try value(coupled, name, at: time * 1e-9)
        #expect(abs(found - expected) <= 1e-3, "\(name) \(time): \(found) \(expected)")
      }
    }
  }

  /// Losses that couple the modes: pieces, whose direct current is exact.
  @Test func coupledLosses() throws {
    let plot = try plot(
      """
      v1 b 0 1
      v2 c 0 2
      p1 b c 0 d e 0 m
      r3 d 0 1
      r4 e 0 2
      .model m cpl r=1 0 2 l=300n 100n 200n c=100p -20p 150p length=1
      .op
      """)
    #expect(abs(try #require(plot.values(of: "v(d)")?[0]) - 0.5) <= 1e-12)
    #expect(abs(try #require(plot.values(of: "v(e)")?[0]) - 1) <= 1e-12)
  }

  /// Over time, the pieces are the lines and losses of 200 lumps; a loss of one conductor alone couples
  /// the modes.
  @Test func coupledLossesOverTime() throws {
    let ends = "v1 a 0 pwl(0 0 1n 0 3n 1)\nr1 a b 50\nr2 c 0 50\nr3 d 0 70\nr4 e 0 70\n"
    let line = try plot(
      ends + """
        p1 b c 0 d e 0 m
        .model m cpl r=5 0 0 l=300n 100n 300n g=0 0 0 c=100p -20p 100p length=1
        .tran 0.05n 40n
        """)
    let count = 200
    var ladder = ends
    for k in 0..<count {
      let (b, c) = k == 0 ? ("b", "c") : ("b\(k)", "c\(k)")
      let (d, e) = k == count - 1 ? ("d", "e") : ("b\(k + 1)", "c\(k + 1)")
      ladder += """
        r\(k)x \(b) m\(k) \(5 / Double(count))
        l\(k)x m\(k) \(d) \(300e-9 / Double(count))
        l\(k)y \(c) \(e) \(300e-9 / Double(count))
        k\(k) l\(k)x l\(k)y \(1.0 / 3)
        c\(k)x \(d) 0 \(80e-12 / Double(count))
        c\(k)y \(e) 0 \(80e-12 / Double(count))
        c\(k)z \(d) \(e) \(20e-12 / Double(count))

        """
    }
    let lumped = try plot(ladder + ".tran 0.05n 40n")
    for time in stride(from: 1.0, to: 40, by: 1.7) {
      for name in ["v(b)", "v(c)", "v(d)", "v(e)"] {
        let (a, b) = (
          try value(line, name, at: time * 1e-9), try value(lumped, name, at: time * 1e-9)
        )
        #expect(abs(a - b) <= 1e-2, "\(name) \(time): \(a) \(b)")
      }
    }
  }

  /// SPICE3's ladder of many lumps is an RC line: its resistance, and the step of `stepIntoRCLine`.
  @Test func ladderOfURC() throws {
    let plot = try plot(
      """
      v1 a 0 1
      u1 a b 0 m l=2 n=4
      r1 b 0 3k
      .model m urc rperl=500 cperl=1p
      .op
      """)
    #expect(abs(try #require(plot.values(of: "v(b)")?[0]) - 0.75) <= 1e-12)
    let step = try self.plot(
      """
      v1 a 0 pwl(0 0 1p 1)
      u1 a c 0 m l=1 n=40
      rl c 0 1g
      .model m urc k=1.1 rperl=1k cperl=1n
      .tran 5n 3u
      """)
    for time in [0.1, 0.2, 0.5, 1, 3] {
      let found = try value(step, "v(c)", at: time * 1e-6)
      #expect(abs(found - Self.openRCLine(time)) <= 5e-3, "\(time): \(found)")
    }
  }

  /// What has arrived is forgotten, many times over in a long transient; results do not depend on it.
  @Test func resultsDoNotDependOnForgetting() throws {
    let plot = try plot(
      """
      v1 a 0 sin(0 1 10meg)
      rs a b 50
      t1 b 0 c 0 z0=50 td=7n
      rl c 0 50
      .tran 1n 3u
      """)
    for time in stride(from: 0.1, to: 3, by: 0.037) {
      let expected = 0.5 * sin(2 * Double.pi * 1e7 * (time * 1e-6 - 7e-9))
      #expect(abs(try value(plot, "v(c)", at: time * 1e-6) - expected) <= 2e-3, "\(time)")
    }
  }

  @Test(arguments: [
    ("t1 a 0 b 0 z0=50 td=0", "t.sp:2:21: '0': value must be positive"),
    ("t1 a 0 b 0 td=1n", "z0': card has too few fields"),
    ("t1 a 0 b 0 z0=50", "td, f': card has too few fields"),
    ("t1 a 0 b z0=50 td=1n", "t.sp:2:1: "), ("t1 a 0 b 0 z0=50 td=1n x=2", "t.sp:2:24: 'x'"),
    ("o1 a 0 b 0 m\n.model m ltra l=1n len=1", "t.sp:3:"),
    ("o1 a 0 b 0 m\n.model m ltra l=1n c=-1p len=1", "t.sp:3:20: 'c': parameter is out of range"),
    ("o1 a 0 b 0 m\n.model m ltra l=1n c=1p len=0", "t.sp:3:25: 'len': value must be positive"),
    ("y1 a 0 b 0 m\n.model m ltra l=1n c=1p len=1", "t.sp:2:12: 'm': no .model"),
    (
      "p1 a b 0 c d 0 m\n.model m cpl l=1n 2n 1n c=1p 0 1p", "t.sp:3:14: 'l': matrix of a line"
    ),
    (
      "p1 a b 0 c d 0 m\n.model m cpl l=2n 1n 2n c=1p 0", "t.sp:3:25: 'c': values are not the upper"
    ),
    ("p1 a b 0 c d 0 m\n.model m cpl l=2n c=1p", "t.sp:2:16: 'm': wrong number of nodes"),
    ("u1 a b 0 m\n.model m urc", "l': card has too few fields"),
  ])
  func badLines(cards: String, message: String) { expectFault(cards, message) }
}
