import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// Elements whose values are formulas, rates and integrals, against closed forms.
@Suite struct FormulaElementTests {
  private func deck(_ cards: String) throws -> SimulationDeck {
    try DeckReader().read("t\n\(cards)\n.end\n", name: "t.sp")
  }

  private func results(_ cards: String) throws -> CircuitSimulation.Results {
    try CircuitSimulation(deck(cards)).run()
  }

  private func measured(_ cards: String, _ name: String) throws -> Double {
    try #require(try results(cards).measurements.first { $0.name == name }?.value)
  }

  /// A memristor with `dx/dt = k v` and resistance `x` at a constant voltage: `i = v / (x₀ + k v t)`.
  @Test func aMemristorFollowsItsCharge() throws {
    let memristor = """
      .subckt memristor p n rinit=1k k=1e6
      .func f(y)={k*y}
      bx 0 x i='f(v(p,n))'
      cx x 0 1 ic={rinit}
      rmem p n r={v(x)}
      .ends
      """
    let found = try measured(
      "\(memristor)\nv1 a 0 2\nx1 a 0 memristor k=2e6\n.tran 10u 1m uic\n"
        + ".measure tran i find i(v1) at=0.8m", "i")
    let exact = -2 / (1e3 + 2e6 * 2 * 0.8e-3)
    #expect(abs(found - exact) <= 1e-4 * abs(exact), "\(found) \(exact)")
  }

  /// `i = C(v) dv/dt` on a ramp, and `dq/dt` of a charge.
  @Test(arguments: [
    ("c1 a 0 c='1u*(1+2*v(a))'", 2.8e-6),
    ("c1 a 0 q='1u*v(a)+1u*v(a)*v(a)'", 2.8e-6),
    ("c1 a 0 {1u*(1+2*v(a))} m=3", 8.4e-6),
    ("c1 a 0 c='1u*(1+2*v(a))' tc1=10m", 2.8e-6),
  ])
  func capacitancesOfAVoltage(card: String, exact: Double) throws {
    let found = try measured(
      "v1 a 0 pwl(0 0 1 1)\n\(card)\n.tran 1m 1\n.measure tran i find i(v1) at=0.9", "i")
    #expect(abs(found + exact) <= 1e-4 * exact, "\(found) \(exact)")
  }

  /// `v = L(i) di/dt` with `L = 1 + 2 i` driven by `v = t`: `i + i² = t² / 2`.
  @Test func anInductanceOfItsCurrent() throws {
    let found = try measured(
      "v1 a 0 pwl(0 0 1 1)\nl1 a 0 l='1+2*i(l1)'\n.tran 1m 1 uic\n.measure tran i find i(l1) at=0.8",
      "i")
    let exact = (-1 + (1 + 2 * 0.64).squareRoot()) / 2
    #expect(abs(found - exact) <= 1e-4 * exact, "\(found) \(exact)")
  }

  /// The rate of a sine and its integral, with an initial value.
  @Test func ratesAndIntegrals() throws {
    let cards = """
      v1 a 0 sin(0 1 1k)
      b1 r 0 v='ddt(v(a))/6283.18530717959'
      b2 s 0 v='6283.18530717959*idt(v(a))'
      b3 w 0 v='sdt(v(a)*6283.18530717959, 0.5)'
      b4 d 0 v='ddt(ddt(v(a)))/39478417.6043574'
      .tran 1u 2m 0 1u
      .measure tran r find v(r) at=1.1m
      .measure tran s find v(s) at=1.3m
      .measure tran w find v(w) at=1.3m
      .measure tran d find v(d) at=1.2m
      """
    let values = try results(cards).measurements
    for (name, exact) in [
      ("r", cos(2.2 * Double.pi)), ("s", 1 - cos(2.6 * .pi)), ("w", 1.5 - cos(2.6 * .pi)),
      ("d", -sin(2.4 * .pi)),
    ] {
      let found = try #require(values.first { $0.name == name }?.value)
      #expect(abs(found - exact) <= 5e-4, "\(name): \(found) \(exact)")
    }
  }

  /// At an operating point rates are zero and integrals have their initial values; to small signals
  /// they are jω and 1 / jω.
  @Test func atRestAndForSmallSignals() throws {
    let plots = try results(
      "v1 a 0 dc 3 ac 1\nb1 r 0 v=ddt(v(a))\nb2 s 0 v=idt(v(a),0.25)\n.op\n.ac lin 1 10 10\n"
        + ".print ac vi(r) vi(s)"
    ).plots
    #expect(plots[0].values(of: "v(r)") == [0] && plots[0].values(of: "v(s)") == [0.25])
    let omega = 20 * Double.pi
    let (rate, integral) = (
      try #require(plots[1].values(of: "vi(r)")?.first),
      try #require(plots[1].values(of: "vi(s)")?.first)
    )
    #expect(abs(rate - omega) <= 1e-12 * omega && abs(integral + 1 / omega) <= 1e-12)
  }

  /// A formula without a value tells the element, the time and the node.
  @Test func aDivisionByZeroTellsTheTime() throws {
    let error = #expect(throws: CircuitError.self) {
      try results("v1 a 0 1\nr1 a b 1k\nr2 b 0 r={max(0.5-time,0)*v(a)}\n.tran 10m 1")
    }
    let text = "\(try #require(error))"
    #expect(text.hasPrefix("at time=0.4") || text.hasPrefix("at time=0.5:"), "\(text)")
    #expect(text.contains("the formula of r2"), "\(text)")
  }

  /// Parts around an element, as LTspice has them: the same as those drawn out.
  @Test(arguments: [
    ("c1 a 0 1n rser=100 rpar=10k", "r9 a x 100\nc9 x 0 1n\nr8 a 0 10k"),
    ("l1 a 0 1u rser=10 cpar=5p", "r9 a x 10\nl9 x 0 1u\nc8 a 0 5p"),
    ("c1 a 0 1n rser=1 lser=1n rlshunt=5", "r9 a x 1\nl9 x y 1n\nr8 x y 5\nc9 y 0 1n"),
  ])
  func partsAroundElements(card: String, drawn: String) throws {
    func curve(_ card: String) throws -> [Double] {
      let plot = try #require(
        try results("v1 s 0 ac 1\nr1 s a 50\n\(card)\n.ac dec 5 10k 1g").plots.first)
      return try #require(plot.values(of: "v(a)"))
    }
    let (first, second) = (try curve(card), try curve(drawn))
    #expect(zip(first, second).allSatisfy { abs($0 - $1) <= 1e-12 })
  }
}
