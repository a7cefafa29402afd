import CircuitSolver
import Netlist
import SPICE
import TestSupport
import Testing

/// SPICE's own cards, served by compiled modules; values of ngspice 39.
extension CompactDeckTests {
  private func served(_ cards: String) throws -> [Plot] {
    var reader = DeckReader()
    reader.modelFolders = [try #require(VerilogA.modules)]
    return try CircuitSimulation(reader.read("t\n\(cards)\n.end\n", name: "t.sp")).run().plots
  }

  /// With charges that go through a condition, whose rates are unknowns of the modules: of two
  /// inverters within 5e-3 of ngspice at a RELTOL of 1e-6 and steps of 5 ps.
  @Test func bipolarInvertersSwitch() throws {
    let plot = try #require(
      try served(
        """
        vcc 6 0 5
        vin 1 0 pulse(0 5 2n 2n 2n 80n)
        rb1 1 2 10k
        rc1 6 3 1k
        q1 3 2 0 qnd
        rb2 3 4 10k
        q2 5 4 0 qnd
        rc2 6 5 1k
        .model qnd npn(bf=50 rb=70 rc=40 cjs=2p tf=0.1n tr=10n cje=0.9p cjc=1.5p vjc=0.85 vaf=50)
        .tran 1n 200n
        """
      ).last)
    let time = try #require(plot.values(of: "time"))
    func volts(_ name: String, _ seconds: Double) throws -> Double {
      let column = try #require(plot.values(of: name))
      let next = try #require(time.firstIndex { $0 >= seconds })
      let share = (seconds - time[next - 1]) / (time[next] - time[next - 1])
      return column[next - 1] + share * (column[next] - column[next - 1])
    }
    #expect(abs(try volts("v(3)", 5e-9) - 4.723207) <= 0.025)
    #expect(abs(try volts("v(5)", 30e-9) - 0.5439274) <= 0.025)
    #expect(abs(try volts("v(3)", 120e-9) - 2.498876) <= 0.025)
    #expect(abs(try volts("v(5)", 150e-9) - 0.2886448) <= 0.025)
    #expect(abs(try volts("v(5)", 5.513345e-8) - 2.5) <= 0.05)
  }

  /// MOSFETs of power, with the labels of a data sheet, and VBIC without a node of temperature, which
  /// has the circuit's.
  @Test func powerTransistorsAndVBIC() throws {
    let plot = try #require(
      try served(
        """
        vd d 0 5
        vg g 0 6
        m1 d g 0 irf
        .model irf vdmos nchan vto=4 kp=5.9 lambda=.001 ksubthres=.27 rd=61m rs=18m rg=3
        + rds=1e7 is=60p n=1.1 rb=14m
        vd2 d2 0 -5
        vg2 g2 0 -6
        m2 d2 g2 0 irp m=2
        .model irp vdmos(pchan vto=-4 kp=8.8 lambda=.003 rd=180m rs=50m rds=1e7 is=150p
        + mfg=x vds=-200 ron=1 qg=1n)
        vc c 0 2
        vb b 0 0.8
        q1 c b 0 0 vb1
        q2 c2 b 0 0 vb1 area=3
        vc2 c2 0 2
        .model vb1 npn level=4 is=1e-16 ibei=1e-18 iben=5e-15 ibci=2e-17 ibcn=5e-15 rcx=10 rci=60
        + rbx=10 rbi=40 re=2 vef=10 ver=4 ikf=2e-3 rth=300
        .op
        """
      ).last)
    for (name, amperes) in [
      ("i(vd)", -9.84613479715), ("i(vd2)", 19.97630975713), ("i(vc)", -1.28449998339e-3),
      ("i(vb)", -9.51935835401e-5), ("i(vc2)", -3.85349994092e-3),
    ] {
      // Its k and q are older.
      #expect(isClose(plot.value(name), amperes, 2e-4), "\(name) \(plot.value(name) ?? 0)")
    }
  }

  @Test func unknownParametersStayRefused() throws {
    #expect(throws: DeckError.self) {
      _ = try served("vd d 0 1\nm1 d d 0 x\n.model x vdmos(nchan vtoo=1)\n.op")
    }
    // What belongs to another level of SPICE has no effect there either.
    let plots = try served(
      "vd d 0 2\nm1 d d 0 0 x w=10u l=1u\n.model x nmos(level=3 vto=0.7 kp=1e-4 tox=20n nsub=1e16 lambda=0.1)\n"
        + "m2 e e 0 0 y w=10u l=1u\nve e 0 2\n.model y nmos(level=3 vto=0.7 kp=1e-4 tox=20n nsub=1e16)\n.op"
    )
    #expect(plots[0].value("i(vd)") == plots[0].value("i(ve)"))
  }

  /// A version of three numbers is none that a module takes: it is the version that it is.
  @Test func versionsOfThreeNumbers() throws {
    func amperes(_ version: String) throws -> Double? {
      try served(
        "vd d 0 1\nvg g 0 1\nm1 d g 0 0 x w=1u l=0.1u\n.model x nmos level=54 \(version)\n.op"
      ).last?.value("i(vd)")
    }
    let plain = try #require(try amperes(""))
    #expect(try plain < -1e-5 && amperes("version=4.7.0") == plain)
  }
}
