import CircuitSolver
import Foundation
import Netlist
import SPICE
import Testing

/// `i(element)` of every element, in outputs, measurements and formulas alike.
@Suite struct ElementCurrentTests {
  private func run(_ cards: String) throws -> CircuitSimulation.Results {
    try CircuitSimulation(try DeckReader().read("t\n\(cards)\n.end\n", name: "t")).run()
  }

  private static let deck = """
    v1 a 0 dc 1 sin(1 0.5 1k) ac 1
    r1 a b 1k
    c1 a b 1u
    l1 a c 1m
    rl c 0 500
    d1 a d dm
    rd d 0 1k
    .model dm d(is=1e-14 rs=5 cjo=1p tt=1n)
    i1 a 0 1m ac 0.5
    s1 a f b 0 sw
    .model sw sw(ron=10 roff=1meg vt=0.2)
    rf f 0 100
    m1 a b g 0 nm w=10u l=1u
    .model nm nmos(vto=0.4 kp=100u rd=10 is=0 cgdo=1n)
    rg g 0 1k
    g1 a h b 0 1m
    rh h 0 1k
    f1 a k v1 0.1
    rk k 0 1
    e1 a n b 0 0.5
    rn n 0 1k
    h1 a p v1 10
    rp p 0 1k
    b1 a o i={i(b1)*0.5+i(d1)+i(r1)*0.1+1u}
    ro o 0 1k
    b2 a q v={0.5*v(b)}
    rq q 0 1k
    rb b 0 1k
    """
  private static let names = [
    "v1", "r1", "c1", "l1", "d1", "i1", "s1", "m1", "g1", "f1", "e1", "h1", "b1", "b2",
  ]

  /// Kirchhoff's law at the node where one of each begins: their currents add up to nothing.
  @Test(arguments: [".op", ".dc v1 0 1 0.25", ".ac dec 2 10 100k", ".tran 10u 2m"])
  func currentsOfANodeAddUpToNothing(analysis: String) throws {
    let kind = analysis.split(separator: " ")[0].dropFirst()
    let outputs = Self.names.map { "i(\($0))" }.joined(separator: " ")
    let plot = try #require(
      try run("\(Self.deck)\n\(analysis)\n.print \(kind) \(outputs)").plots.first)
    let columns = try Self.names.map { name in
      try #require(plot.variables.firstIndex { $0.name == "i(\(name))" }, "\(name)")
    }
    let width = plot.isComplex ? 2 : 1
    for point in 0..<plot.pointCount {
      for part in 0..<width {
        let currents = columns.map {
          plot.values[(point * plot.variables.count + $0) * width + part]
        }
        let largest = currents.reduce(0) { max($0, $1.magnitude) }
        // Newton's method ends at a thousandth of RELTOL.
        #expect(currents.reduce(0, +).magnitude <= 2e-6 * largest + 1e-12, "point \(point)")
      }
    }
  }

  /// A capacitor's current is `C dv/dt`, and its phasor `jωC v`.
  @Test func capacitorsCarryTheRateOfTheirCharge() throws {
    let ramp = try run(
      "v1 a 0 pwl(0 0 1u 2)\nc1 a 0 3n\n.tran 10n 1u\n.print tran i(c1)\n"
        + ".measure tran mean avg i(c1) from=0.1u to=0.9u")
    #expect(abs(try #require(ramp.measurements[0].value) - 3e-9 * 2e6) < 1e-9)
    let ac = try #require(
      try run("v1 a 0 ac 1\nr1 a 0 1\nc1 a 0 3n\n.ac lin 1 1meg 1meg\n.print ac ii(c1)").plots.first
    )
    let found = try #require(ac.values(of: "ii(c1)")?.first)
    #expect(abs(found - 2 * .pi * 1e6 * 3e-9) < 1e-12)
  }

  /// One loop: the coil's current is the source's, with the other sign, at every point.
  @Test func coilsAreShownAndMeasured() throws {
    let results = try run(
      """
      v1 a 0 sin(0 2 5k)
      r1 a b 40
      l1 b 0 3m
      .tran 0.5u 1m
      .print tran i(l1) l1#branch
      .measure tran ip max i(l1)
      .measure tran crossing when i(l1)=0 fall=1
      """)
    let plot = try #require(results.plots.first)
    let coil = try #require(plot.values(of: "i(l1)"))
    let source = try #require(plot.values(of: "i(v1)"))
    #expect(zip(coil, source).allSatisfy { abs($0 + $1) <= 1e-12 * abs($0) + 1e-18 })
    #expect(results.measurements[0].value == coil.max())
    #expect(results.measurements[1].value != nil)
  }

  /// Names inside subcircuits, and points of tables, whose decks have no measurements.
  @Test func currentsInsideSubcircuitsAreNamed() throws {
    let results = try run(
      """
      .param r=1k
      v1 a 0 1
      x1 a 0 s
      .subckt s p q
      d1 p m dm
      r1 m q {r}
      .ends
      .model dm d(is=1e-14)
      .dc r 1k 3k 1k
      .measure dc most max i(x1.d1)
      """)
    let plot = try #require(results.plots.first)
    let currents = try #require(plot.values(of: "i(d.x1.d1)"))
    let volts = try #require(plot.values(of: "v(x1.m)"))
    for (k, ohms) in [1e3, 2e3, 3e3].enumerated() {
      #expect(abs(currents[k] - volts[k] / ohms) <= 1e-6 * currents[k])
    }
    #expect(results.measurements[0].value == currents[0])
  }

  /// A source that reads its own current: 1 V over 50 Ω − 780 Ω.
  @Test func sourcesMayReadThemselves() throws {
    let plot = try #require(
      try run(
        """
        v1 plus 0 1
        emem plus aux value={-i(emem)*v(x)*(2000-50)}
        ron aux 0 50
        vx x 0 0.4
        .op
        """
      ).plots.first)
    let found = try #require(plot.values(of: "i(v1)")?.first)
    #expect(abs(found - 1 / (780.0 - 50)) <= 1e-12)
  }

  /// The memristor of ion drift (Strukov et al., Nature 453, 2008, with Biolek's window) as its
  /// decks circulate, against its equation `dx/dt = µ R_on / D² · i · (1 − (x − stp(−i))^2p)` by
  /// Runge and Kutta.
  @Test func memristorsDriftAsTheirEquation() throws {
    let (on, off, thickness, mobility) = (900.0, 16e3, 10e-9, 1e-14)
    func slope(_ t: Double, _ x: Double) -> Double {
      let i = 1.1 * sin(2 * .pi * 5 * t) / (on * x + off * (1 - x))
      let window = 1 - pow(abs(x - (i < 0 ? 1 : i > 0 ? 0 : 0.5)), 4)
      return mobility * on / (thickness * thickness) * i * window
    }
    var (x, most) = (0.3, 0.3)
    let step = 0.4 / 40_000
    for k in 0..<40_000 {
      let t = Double(k) * step
      let a = slope(t, x)
      let b = slope(t + step / 2, x + step / 2 * a)
      let c = slope(t + step / 2, x + step / 2 * b)
      let d = slope(t + step, x + step * c)
      x += step / 6 * (a + 2 * b + 2 * c + d)
      most = max(most, x)
    }
    let results = try run(
      """
      v1 t 0 sin(0 1.1 5)
      xm t 0 xs memr xo=0.3
      .subckt memr te be xsv
      .params ron=900 roff=16k d=10n uv=1e-14 p=2 xo={xo}
      .func win(a,b)={1-pow((a-stp(-b)),(2*p))}
      .func iv(a,b)=a/(ron*b+roff*(1-b))
      gx 0 xsv value={i(gm)*ron*uv*win(v(xsv,0),i(gm))/pow(d,2)}
      cx xsv 0 {1}
      .ic v(xsv)={xo}
      gm te be value={iv(v(te,be),v(xsv,0))}
      .ends memr
      .tran 0.1m 0.4
      .measure tran xmax max v(xs)
      .measure tran xend find v(xs) at=0.4
      """)
    // RELTOL.
    #expect(abs(try #require(results.measurements[0].value) - most) < 1e-3 * most)
    #expect(abs(try #require(results.measurements[1].value) - x) < 1e-3 * x)
  }

  /// `.ic` and `.nodeset` belong to each instance, and those outside come last.
  @Test func conditionsOfSubcircuitsAreRead() throws {
    let deck = try DeckReader().read(
      """
      t
      x1 a s x0=1
      x2 b s x0=2
      .subckt s p x0=0
      c1 p m 1n
      r1 m 0 1k
      .ic v(p)={x0} v(m)={2*x0}
      .nodeset v(m)=3
      .ends
      .ic v(b)=7
      .tran 1n 2n uic
      """, name: "t")
    func text(_ list: [SimulationDeck.NodeVoltage]) -> [String] {
      list.map { "\(deck.circuit.name(of: $0.node))=\($0.volts)" }
    }
    #expect(text(deck.initialConditions) == ["a=1.0", "x1.m=2.0", "b=7.0", "x2.m=4.0"])
    #expect(text(deck.guesses) == ["x1.m=3.0", "x2.m=3.0"])
  }
}
