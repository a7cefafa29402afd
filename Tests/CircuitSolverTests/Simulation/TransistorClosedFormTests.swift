import CircuitSolver
import Foundation
import Netlist
import SPICE
import Testing

/// What surrounds a transistor's channel, in closed form.
@Suite struct TransistorClosedFormTests {
  private func plot(_ cards: String) throws -> Plot {
    try #require(
      try CircuitSimulation(try DeckReader().read("t\n\(cards)\n.end\n", name: "t")).run().plots
        .first)
  }

  /// Below threshold a gate is its overlaps: `CGSO W + CGDO W + CGBO (L − 2 LD)`.
  @Test func gatesHaveTheirOverlaps() throws {
    let plot = try plot(
      """
      vd d 0 1
      vg g 0 dc 0 ac 1
      m1 d g 0 0 nm w=4u l=2u m=3
      .model nm nmos vto=0.6 ld=0.2u cgso=3e-10 cgdo=2e-10 cgbo=1e-10
      .ac lin 1 1meg 1meg
      .print ac ii(vg)
      """)
    let farads = 3 * (3e-10 * 4e-6 + 2e-10 * 4e-6 + 1e-10 * 1.6e-6)
    let found = try #require(plot.values(of: "ii(vg)")?.first)
    #expect(abs(found + 2 * .pi * 1e6 * farads) <= 1e-9 * abs(found))
  }

  /// In saturation `i = β/2 (v_gs − i R_S − V_T)²`, whose smaller root is the current.
  @Test func sourcesHaveTheirResistance() throws {
    let plot = try plot(
      """
      vd d 0 3
      vg g 0 1.6
      m1 d g 0 0 nm w=10u l=1.4u m=2
      .model nm nmos vto=0.6 kp=100u ld=0.2u rs=300 rd=200 is=0
      .op
      """)
    let (beta, ohms, drive) = (2 * 1e-4 * 10, 150.0, 1.0)
    // β/2 R² i² − (β R V + 1) i + β/2 V² = 0.
    let (a, b, c) = (beta / 2 * ohms * ohms, -(beta * ohms * drive + 1), beta / 2 * drive * drive)
    let expected = (-b - (b * b - 4 * a * c).squareRoot()) / (2 * a)
    let found = try #require(plot.values(of: "i(vd)")?.first)
    #expect(abs(found + expected) <= 1e-9)
  }

  /// A forward bulk junction is a diode of IS.
  @Test func bulkJunctionsConduct() throws {
    let plot = try plot(
      """
      ib 0 b 1u
      m1 0 0 s b nm
      rs s 0 1e9
      .model nm nmos vto=0.6 is=1e-15
      .options gmin=0
      .op
      """)
    let thermal = 1.380649e-23 * 300.15 / 1.602176634e-19
    let found = try #require(plot.values(of: "v(b)")?.first)
    // All of it leaves by the drain; the source's junction has a gigaohm behind it.
    #expect(abs(found - thermal * log(1e-6 / 1e-15 + 1)) < 1e-4)
  }

  /// A diode that stored `TT i` takes `TT ln(1 + i_F / i_R)` to turn off (Kuno, IEEE Trans. Electron
  /// Devices 11, 1964).
  @Test func diodesRecover() throws {
    let results = try CircuitSimulation(
      try DeckReader().read(
        """
        t
        v1 a 0 pwl(0 10 100n 10 100.001n -5)
        r1 a b 1k
        d1 b 0 dm
        .model dm d is=1e-14 tt=30n
        .tran 20p 200n 0 20p
        .measure tran off when v(b)=0 fall=1
        .end
        """, name: "t")
    ).run()
    let off = try #require(results.measurements[0].value)
    let (forward, reverse) = ((10 - 0.72) / 1e3, (5 + 0.72) / 1e3)
    // The drop of 0.72 V moves a little with the current: 2 % of the storage time.
    #expect(abs(off - 100e-9 - 30e-9 * log(1 + forward / reverse)) < 6e-10)
  }
}
