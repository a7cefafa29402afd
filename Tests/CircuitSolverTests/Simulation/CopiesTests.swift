import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// `m=`: copies in parallel, of elements and of whole subcircuits.
@Suite struct CopiesTests {
  private func plots(_ cards: String) throws -> [Plot] {
    try CircuitSimulation(
      try DeckReader().read("t\n\(cards)\n.end\n", name: "t"), method: .general
    ).run().plots
  }

  private func source(_ cards: String) throws -> [[Double]] {
    try plots(cards).map { plot in
      let column = try #require(plot.variables.firstIndex { $0.name == "i(v1)" })
      let width = plot.isComplex ? 2 : 1
      return (0..<plot.pointCount).flatMap { point in
        (0..<width).map { plot.values[(point * plot.variables.count + column) * width + $0] }
      }
    }
  }

  private func expectSame(_ a: String, _ b: String, tolerance: Double = 1e-8) throws {
    let (ours, theirs) = (try source(a), try source(b))
    #expect(ours.count == theirs.count)
    for (found, expected) in matched(ours, theirs) {
      #expect(found.count == expected.count)
      let peak = expected.reduce(0) { max($0, $1.magnitude) }
      #expect(peak > 0)
      for (x, y) in matched(found, expected) {
        #expect(abs(x - y) <= tolerance * peak, "\(x) \(y)")
      }
    }
  }

  private static let subcircuit = """
    .subckt sub p n
    r1 p q 1k
    v1 q q2 0
    r2 q2 n 1k
    f1 p n v1 2
    h1 hh n v1 500
    rh hh n 1k
    g1 p n p n 1m
    g2 p n value={i(v1)*v(q)}
    b1 p n i={i(r2)*2+v(q)*1m}
    f2 p n poly(1) v1 0 1 100
    g3 p n poly(1) p n 0 1u 1u
    d1 p dd dm
    rdd dd n 100
    i1 p n dc 1m sin(1m 1m 1meg) ac 1m
    c1 p n 1p
    l1 p ll 1m
    rl ll n 100
    s1 p ss q n sw
    rs ss n 1k
    m1 p q n n nm w=10u l=1u m=2
    .ends
    .model sw sw(ron=10 roff=1meg vt=0.2)
    .model nm nmos(vto=0.4 kp=100u rd=10 rs=5 is=1e-14 cbd=1p cbs=1p cgbo=1n cgso=1n)
    .model dm d(is=1e-14 rs=5 cjo=1p)
    v1 a 0 dc 1 ac 1 sin(1 .3 1meg)
    """

  /// Three copies draw what three instances draw, to where Newton's method ends; nested ones multiply.
  @Test(arguments: [".op", ".ac dec 2 1k 1g", ".tran 10n 2u"])
  func copiesAreInstances(analysis: String) throws {
    let three = "x1 a 0 sub\nx2 a 0 sub\nx3 a 0 sub"
    try expectSame(
      "\(Self.subcircuit)\nx1 a 0 sub m=3\n\(analysis)", "\(Self.subcircuit)\n\(three)\n\(analysis)"
    )
    let nested = ".subckt two p n\nx1 p n sub m=1.5\n.ends\nx1 a 0 two m=2"
    try expectSame(
      "\(Self.subcircuit)\n\(nested)\n\(analysis)", "\(Self.subcircuit)\n\(three)\n\(analysis)")
  }

  /// `m` R, C, L, D and M cards are one with m=, whatever their models add.
  @Test(arguments: [
    "r9 a 0 1k", "c9 a 0 1n", "d9 z a dx", "m9 a a 0 0 nx w=2u l=1u",
    "m9 a g 0 0 nx w=2u l=1u",
  ])
  func multipliedElementsAreSeveral(card: String) throws {
    let base = """
      v1 a 0 dc 1 ac 1 sin(1 0.2 1meg)
      vg g 0 1
      rz z 0 50
      r0 a 0 1meg
      .model dx d(is=1e-14 rs=5 cjo=1p bv=0.8)
      .model nx nmos(vto=0.4 kp=100u rd=100 rs=50 gamma=0.4 cbd=1p cbs=2p cgbo=1n cgso=2n tox=20n)
      .options gmin=0
      .op
      .ac dec 1 1k 10meg

      """
    let letter = card.prefix(1)
    let several = (1...3).map { "\(letter)9\($0)" + card.dropFirst(2) }.joined(separator: "\n")
    try expectSame(base + card + " m=3", base + several)
  }

  /// `KP W/L ((vgs − vt) vds − vds²/2)`, twice.
  @Test func twoTransistorsCarryTwice() throws {
    let cards = """
      .model nch nmos level=1 vto=0.5 kp=100u
      vd d 0 0.1
      vg g 0 1.5
      m1 d g 0 0 nch w=10u l=1u m=2
      .op
      """
    let found = try #require(try plots(cards)[0].values(of: "i(vd)")?.first)
    // GMIN across the drain's junction.
    #expect(abs(found + 2 * 1e-4 * 10 * (1 * 0.1 - 0.005)) < 2e-12)
  }

  /// What `m=` does to the values of R, C and L.
  @Test func valuesAreThoseOfSeveral() throws {
    let circuit = try DeckReader().read(
      "t\nr1 a 0 12 m=3\nc1 a 0 12 m=3\nl1 a 0 12 m=3\nr2 a 0 r=12 m=3\n", name: "t"
    ).circuit
    #expect(circuit.resistors.map(\.ohms) == [4, 4])
    #expect(circuit.capacitors.map(\.farads) == [36])
    #expect(circuit.inductors.map(\.henries) == [4])
  }

  /// A subcircuit that declares `m` does with it what it says.
  @Test func declaredMultipliersArePassedOn() throws {
    let circuit = try DeckReader().read(
      "t\nx1 a 0 s m=3\n.subckt s p q m=1\nr1 p q 1k\nr2 p q 1k m={m}\n.ends\n", name: "t"
    ).circuit
    #expect(circuit.resistors.map(\.ohms) == [1000, 1000.0 / 3])
  }
}
