import Foundation
import Netlist
import SPICE
import Testing

/// A deck that leaves something out is the deck with SPICE's default written out (SPICE3f5 User's
/// Guide and ngspice 39 manual, tables of element and model parameters).
@Suite struct DeckDefaultsTests {
  private static let decks: [(short: String, full: String)] = [
    // Elements
    ("r1 a 0 1k", "r1 a 0 1k m=1 tc1=0 tc2=0 tc=0,0 dtemp=0 scale=1 noisy=1"),
    ("c1 a 0 1n", "c1 a 0 1n m=1 tc=0,0 tc1=0 tc2=0 dtemp=0 scale=1"),
    ("l1 a 0 1u", "l1 a 0 1u m=1 tc=0,0 tc1=0 tc2=0 dtemp=0 scale=1"),
    ("v1 a 0", "v1 a 0 dc 0"),
    ("i1 a 0", "i1 a 0 dc 0"),
    ("v1 a 0 dc 0 ac", "v1 a 0 dc 0 ac 1 0"),
    ("v1 a 0 ac 2", "v1 a 0 dc 0 ac 2 0"),
    ("d1 a 0 dm\n.model dm d", "d1 a 0 dm area=1 m=1\n.model dm d"),
    ("m1 a b 0 0 nm\n.model nm nmos", "m1 a b 0 0 nm w=100u l=100u m=1\n.model nm nmos"),
    ("s1 a 0 b 0 sm\n.model sm sw", "s1 a 0 b 0 sm off\n.model sm sw"),
    ("g1 a 0 b 0 1m\nr1 b 0 1", "g1 a 0 b 0 1m m=1\nr1 b 0 1"),
    ("v1 a 0 1\nf1 b 0 v1 2", "v1 a 0 1\nf1 b 0 v1 2 m=1"),
    (
      "x1 a s\n.subckt s p\nr1 p 0 1k\nm1 p p 0 0 nm\n.ends\n.model nm nmos",
      "x1 a s m=1\n.subckt s p\nr1 p 0 1k\nm1 p p 0 0 nm\n.ends\n.model nm nmos"
    ),
    // Courses: TSTEP is 2 ns, TSTOP 4 µs
    ("v1 a 0 pulse(0 1)", "v1 a 0 pulse(0 1 0 2n 2n 4u)"),
    ("v1 a 0 pulse(0 1 3n 0 0 0 0)", "v1 a 0 pulse(0 1 3n 2n 2n 4u)"),
    ("v1 a 0 pulse(0 1 0 0 1n)", "v1 a 0 pulse(0 1 0 2n 1n 4u)"),
    ("v1 a 0 pulse(0 1 0 1n 0)", "v1 a 0 pulse(0 1 0 1n 2n 4u)"),
    ("v1 a 0 pulse(0 1 0 1n 1n 0 9u)", "v1 a 0 pulse(0 1 0 1n 1n 4u 9u)"),
    ("v1 a 0 pulse(0 1 0 1n 1n 1u 0)", "v1 a 0 pulse(0 1 0 1n 1n 1u)"),
    ("v1 a 0 sin(0 1)", "v1 a 0 sin(0 1 250k 0 0 0)"),
    ("v1 a 0 sin(0 1 0 1n)", "v1 a 0 sin(0 1 250k 1n 0 0)"),
    ("v1 a 0 exp(0 1)", "v1 a 0 exp(0 1 2n 2n 4n 2n)"),
    ("v1 a 0 exp(0 1 2n 0 0 0)", "v1 a 0 exp(0 1 2n 2n 4n 2n)"),
    // Models
    (
      "d1 a 0 dm\n.model dm d",
      "d1 a 0 dm\n.model dm d(level=1 is=1e-14 n=1 rs=0 cjo=0 vj=1 m=0.5 fc=0.5 tt=0 ibv=1m "
        + "eg=1.11 xti=3 tnom=27)"
    ),
    (
      "d1 a 0 dm\n.model dm d(bv=5)", "d1 a 0 dm\n.model dm d(bv=5 ibv=1m)"
    ),
    (
      "m1 a b 0 0 nm\n.model nm nmos",
      "m1 a b 0 0 nm\n.model nm nmos(level=1 vto=0 kp=2e-5 gamma=0 phi=0.6 lambda=0 rd=0 rs=0 "
        + "cbd=0 cbs=0 is=1e-14 pb=0.8 cgso=0 cgdo=0 cgbo=0 rsh=0 cj=0 mj=0.5 cjsw=0 js=0 ld=0 "
        + "fc=0.5 tpg=1 nss=0 tnom=27)"
    ),
    (
      "m1 a b 0 0 nm\n.model nm pmos(tox=50n)", "m1 a b 0 0 nm\n.model nm pmos(tox=50n uo=600)"
    ),
    (
      "s1 a 0 b 0 sm\n.model sm sw", "s1 a 0 b 0 sm\n.model sm sw(ron=1 roff=1e12 vt=0 vh=0)"
    ),
    (
      "r1 a 0 rm l=10u\n.model rm r(rsh=1k)",
      "r1 a 0 rm l=10u w=10u\n.model rm r(rsh=1k narrow=0 short=0 defw=10u tc1=0 tc2=0 tnom=27)"
    ),
    // Analyses
    ("r1 a 0 1\n.ac dec 1 1 10", "r1 a 0 1\n.ac dec 1 1 10\n.temp 27"),
    (
      "r1 a 0 1",
      "r1 a 0 1\n.options reltol=1e-3 abstol=1e-12 vntol=1e-6 chgtol=1e-14 trtol=7 gmin=1e-12 "
        + "itl1=100 itl2=50 itl4=10 method=trap maxord=2 temp=27 tnom=27"
    ),
    (
      "r1 a 0 1\n.measure tran x when v(a)=1", "r1 a 0 1\n.measure tran x when v(a)=1 td=0 cross=1"
    ),
    (
      "r1 a 0 1\n.measure tran x trig v(a) val=1 targ v(a) val=2",
      "r1 a 0 1\n.measure tran x trig v(a) val=1 td=0 cross=1 targ v(a) val=2 td=0 cross=1"
    ),
  ]

  /// Everything that results depend on, as text.
  private func content(_ cards: String) throws -> String {
    let deck = try DeckReader().read("t\n\(cards)\n.end\n", name: "t")
    let circuit = deck.circuit
    return """
      \(circuit.resistors) \(circuit.temperatureLaws.sorted { $0.key < $1.key })
      \(circuit.capacitors) \(circuit.inductors) \(circuit.couplings)
      \(circuit.voltageSources) \(circuit.currentSources)
      \(circuit.diodeModels) \(circuit.diodes) \(circuit.mosfetModels) \(circuit.mosfets)
      \(circuit.voltageControlledSources) \(circuit.currentControlledSources)
      \(circuit.behavioralSources) \(circuit.switchModels) \(circuit.switches)
      \(deck.analyses) \(deck.options) \(deck.initialConditions) \(deck.guesses)
      \(deck.outputs) \(deck.measurements)
      """
  }

  @Test(arguments: decks)
  func whatIsLeftOutIsTheDefault(short: String, full: String) throws {
    let transient = "\n.tran 2n 4u"
    #expect(try content(short + transient) == content(full + transient))
  }

  /// The start and the steps of a transient.
  @Test func transientsHaveTheirDefaults() throws {
    #expect(try content("r1 a 0 1\n.tran 2n 4u") == content("r1 a 0 1\n.tran 2n 4u 0 0"))
    #expect(try content("r1 a 0 1\n.tran 2n 4u") != content("r1 a 0 1\n.tran 2n 4u 0 1n"))
    #expect(try content("r1 a 0 1\n.tran 2n 4u") != content("r1 a 0 1\n.tran 2n 4u uic"))
  }

  /// The comparison sees every parameter: another value is another deck.
  @Test(arguments: [
    "is=2e-14", "n=1.1", "rs=1", "cjo=1p", "vj=0.9", "m=0.4", "fc=0.4", "tt=1n", "bv=9", "eg=1.2",
    "xti=2",
  ])
  func otherValuesAreOtherDiodes(parameter: String) throws {
    let model = "d1 a 0 dm\n.model dm d"
    #expect(try content(model) != content("\(model)(\(parameter))"))
  }

  @Test(arguments: [
    "vto=1", "kp=1e-5", "gamma=0.1", "phi=0.7", "lambda=0.1", "rd=1", "rs=1", "cbd=1p", "cbs=1p",
    "is=1e-15", "pb=0.9", "cgso=1n", "cgdo=1n", "cgbo=1n", "mj=0.4", "ld=1u", "fc=0.4", "tox=10n",
  ])
  func otherValuesAreOtherTransistors(parameter: String) throws {
    let model = "m1 a b 0 0 nm\n.model nm nmos"
    #expect(try content(model) != content("\(model)(\(parameter))"))
  }
}
