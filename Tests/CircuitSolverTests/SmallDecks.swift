import Testing

/// Small decks, each for one thing that a simulator can get wrong; ngspice says what is right.
enum SmallDecks {
  struct Deck: Sendable, CustomTestStringConvertible {
    var name: String
    var cards: String
    var testDescription: String { name }

    init(_ name: String, _ cards: String) { (self.name, self.cards) = (name, cards) }

    /// The deck with tolerances below those of the comparison.
    var text: String {
      let isTransient = cards.contains(".tran")
      let options =
        isTransient
        ? ".options reltol=1e-5 abstol=1e-14 vntol=1e-8 chgtol=1e-18"
        : ".options reltol=1e-7 abstol=1e-15 vntol=1e-10 gmin=1e-15"
      return "\(name)\n\(cards)\n\(options)\n.end\n"
    }
  }

  static let resistive = [
    Deck("current into a resistor", "i1 0 a 2m\nr1 a 0 1.5k\n.op"),
    Deck("sources in series", "v1 a 0 1\nv2 b a 2\nr1 b 0 10\n.op\n.dc v2 0 4 1"),
    Deck("floating source", "v1 a b 5\nr1 a 0 1k\nr2 b 0 2k\nr3 a b 3k\n.op"),
    Deck("two grounded sources at one resistor", "v1 a 0 1\nv2 b 0 -1\nr1 a b 7\n.op"),
    Deck(
      "Wheatstone bridge",
      "v1 t 0 10\nr1 t a 100\nr2 t b 110\nr3 a 0 200\nr4 b 0 190\nrm a b 50\n.dc v1 -10 10 5"),
    Deck("wide spread", "v1 a 0 1\nr1 a b 1m\nr2 b c 1g\nr3 c 0 1\nr4 b 0 1meg\n.op"),
    Deck(
      "nested sweeps", "v1 a 0 0\nv2 b 0 0\nr1 a m 1k\nr2 b m 2k\nr3 m 0 3k\n.dc v1 0 3 1 v2 -1 1 1"
    ),
    Deck("backward sweep", "v1 a 0 1\nr1 a b 1\nr2 b 0 3\n.dc v1 2 -2 -0.5"),
    Deck(
      "subcircuit in a subcircuit",
      ".subckt half a b r=1k\nr1 a b {r}\nr2 a b {r}\n.ends\n.subckt two p q\nx1 p m half\nx2 m q half r=3k\n.ends\nv1 in 0 6\nxa in out two\nrl out 0 500\n.op"
    ),
    Deck(
      "parameters of parameters",
      ".param a=2k b={a*3} c='b+a/4'\nv1 in 0 {sqrt(16)+max(1,2)}\nr1 in out {b}\nr2 out 0 {c}\n.op"
    ),
    Deck("ladder of twenty", ladder(20)),
    Deck("crossbar of 3 x 3", crossbar(3)),
    Deck("crossbar of 6 x 6", crossbar(6)),
    Deck("zero volts as a meter", "v1 a 0 1\nvm a b 0\nr1 b 0 4\nr2 a 0 8\n.op"),
    Deck("multiplied resistors", "v1 a 0 1\nr1 a b 1k\nr2 b 0 1k\nr3 b 0 1k\nr4 b 0 2meg\n.op"),
  ]

  static let nonlinear = [
    Deck(
      "diode and resistor",
      "v1 a 0 2\nr1 a b 1k\nd1 b 0 dm\n.model dm d is=1e-14\n.op\n.dc v1 -1 2 0.25"),
    Deck(
      "diodes against each other",
      "v1 a 0 1\nd1 a b dm\nd2 b a dm\nr1 b 0 10k\n.model dm d is=1p n=2\n.dc v1 -1 1 0.2"),
    Deck(
      "bridge rectifier at DC",
      "v1 p n 3\nd1 p o dm\nd2 n o dm\nd3 0 p dm\nd4 0 n dm\nrl o 0 1k\nrn n 0 1meg\n.model dm d is=1e-13 n=1.1\n.dc v1 -3 3 1"
    ),
    Deck(
      "diode of another area",
      "v1 a 0 0.7\nd1 a b dm 5\nd2 a c dm area=0.2\nr1 b 0 10\nr2 c 0 10\n.model dm d is=1e-14\n.op"
    ),
    Deck(
      "selector and memory cell",
      "v1 a 0 1\nda a m s\ndb m a s\nr1 m 0 30k\n.model s d is=2p n=1.7\n.dc v1 -1 1 0.1"),
    Deck(
      "diode with series resistance",
      "v1 a 0 0.9\nd1 a 0 dm\n.model dm d is=1e-14 rs=5\n.dc v1 0 1 0.1"),
    Deck(
      "diode at 75 degrees",
      ".temp 75\nv1 a 0 0.5\nd1 a 0 dm\n.model dm d is=1e-14 eg=1.11 xti=3\n.dc v1 0 0.6 0.1"),
    Deck(
      "breakdown",
      "v1 a 0 -6\nr1 a b 100\nd1 b 0 dm\n.model dm d is=1e-14 bv=5 ibv=1m\n.dc v1 -8 0 1"),
    Deck(
      "diode-connected transistor",
      "i1 0 d 50u\nm1 d d 0 0 nm w=2u l=1u\n.model nm nmos level=1 vto=0.6 kp=120u\n.op"),
    Deck(
      "source follower",
      "vd d 0 3\nvg g 0 2\nm1 d g s 0 nm w=10u l=1u\nr1 s 0 10k\n.model nm nmos level=1 vto=0.5 kp=100u lambda=0.02 gamma=0.5 phi=0.7\n.dc vg 0 3 0.25"
    ),
    Deck(
      "inverter",
      "vd d 0 2\nvi i 0 1\nm1 o i 0 0 nm w=1u l=0.5u\nm2 o i d d pm w=2u l=0.5u\nrl o 0 1g\n.model nm nmos level=1 vto=0.5 kp=100u lambda=0.05\n.model pm pmos level=1 vto=-0.5 kp=50u lambda=0.05\n.dc vi 0 2 0.1"
    ),
    Deck(
      "transistor backward",
      "vs s 0 1\nvg g 0 2\nm1 0 g s 0 nm w=1u l=1u\n.model nm nmos level=1 vto=0.5 kp=100u gamma=0.3 phi=0.6\n.dc vs -0.2 1 0.2"
    ),
    Deck(
      "1T1R column",
      "vs s 0 0.3\nvg g 0 1.8\nm1 s g a 0 nm w=0.5u l=0.1u\nm2 s g b 0 nm w=0.5u l=0.1u\nr1 a o 10k\nr2 b o 80k\nvo o 0 0\n.model nm nmos level=1 vto=0.4 kp=300u lambda=0.03\n.dc vg 0 1.8 0.2"
    ),
    Deck(
      "formula of a voltage", "v1 a 0 1\nb1 o 0 v=v(a)*v(a)+sin(v(a))\nr1 o 0 1\n.dc v1 -2 2 0.5"),
    Deck(
      "formula of a current",
      "v1 a 0 1\nr1 a 0 2\nb1 0 o i={abs(i(v1))*2}\nr2 o 0 3\n.dc v1 -1 1 0.5"),
    Deck(
      "conductance that varies",
      "i1 0 a 1m\nb1 a 0 i=1e-3*v(a)*v(a)*v(a)+1e-5*v(a)\n.dc i1 -2m 2m 0.5m"),
  ]

  static let controlled = [
    Deck("voltage amplifier", "v1 a 0 1m\nr1 a 0 1k\ne1 o 0 a 0 -50\nrl o 0 75\n.dc v1 -2m 2m 1m"),
    Deck("transconductor", "v1 a b 2\nr1 a 0 1k\nr2 b 0 1k\ng1 o 0 a b 3m\nrl o 0 470\n.op"),
    Deck(
      "current mirror of a source", "v1 a 0 1\nr1 a b 1k\nvm b 0 0\nf1 0 o vm 4\nrl o 0 100\n.op"),
    Deck("transresistance", "v1 a 0 1\nr1 a b 1k\nvm b 0 0\nh1 o 0 vm 250\nrl o 0 100\n.op"),
    Deck(
      "op-amp in feedback",
      "v1 p 0 0.5\ne1 o 0 p n 1e5\nr1 o n 10k\nr2 n 0 1k\n.op\n.dc v1 0 1 0.25"),
    Deck("gyrator", "v1 a 0 1\nr1 a i 10\ng1 i 0 o 0 1m\ng2 0 o i 0 1m\nr2 o 0 5k\n.op"),
  ]

  static let smallSignal = [
    Deck("RC low pass", "v1 a 0 dc 0 ac 1\nr1 a b 1k\nc1 b 0 1n\n.ac dec 5 1k 10meg"),
    Deck("RC high pass", "v1 a 0 ac 2 45\nc1 a b 10n\nr1 b 0 1k\n.ac oct 2 100 1meg"),
    Deck("series resonance", "v1 a 0 ac 1\nr1 a b 10\nl1 b c 1m\nc1 c 0 1n\n.ac lin 21 100k 220k"),
    Deck(
      "diode's small-signal conductance",
      "v1 a 0 dc 0.65 ac 1\nr1 a b 100\nd1 b 0 dm\n.model dm d is=1e-14 cjo=10p tt=5n\n.ac dec 3 1k 1g"
    ),
    Deck(
      "common source stage",
      "vd d 0 3\nvg g 0 dc 1 ac 1\nrd d o 10k\nm1 o g 0 0 nm w=4u l=1u\ncl o 0 1p\n.model nm nmos level=1 vto=0.6 kp=100u lambda=0.04\n.ac dec 3 1k 1g"
    ),
    Deck(
      "coupled inductors",
      "v1 a 0 ac 1\nr1 a p 50\nl1 p 0 10u\nl2 s 0 40u\nk1 l1 l2 0.9\nr2 s 0 200\n.ac dec 4 10k 100meg"
    ),
  ]

  static let transient = [
    Deck("RC step", "v1 a 0 pulse(0 1 1u 10n 10n 1 2)\nr1 a b 1k\nc1 b 0 1n\n.tran 20n 10u 0 20n"),
    Deck("RL step", "v1 a 0 pwl(0 0 1u 0 1.01u 1)\nr1 a b 100\nl1 b 0 100u\n.tran 20n 10u 0 20n"),
    Deck(
      "ringing RLC",
      "v1 a 0 pulse(0 1 0.5u 10n 10n 1 2)\nr1 a b 20\nl1 b c 10u\nc1 c 0 1n\n.tran 10n 10u 0 5n"),
    Deck("sine through RC", "v1 a 0 sin(0.2 1 200k)\nr1 a b 1k\nc1 b 0 500p\n.tran 50n 20u 0 20n"),
    Deck(
      "exponential source",
      "v1 a 0 exp(0 1 1u 1u 6u 2u)\nr1 a b 1k\nc1 b 0 200p\n.tran 50n 15u 0 20n"),
    Deck(
      "from initial conditions",
      "r1 a 0 1k\nc1 a 0 1n ic=2\nr2 a b 1k\nc2 b 0 2n ic=-1\n.tran 20n 8u 0 10n uic"),
    Deck(
      "peak detector",
      "v1 a 0 sin(0 2 100k)\nd1 a b dm\nc1 b 0 10n\nr1 b 0 10k\n.model dm d is=1e-14 cjo=1p\n.tran 0.1u 40u 0 20n"
    ),
    Deck(
      "inverter driving a capacitor",
      "vd d 0 2\nvi i 0 pulse(0 2 1n 0.2n 0.2n 5n 10n)\nm1 o i 0 0 nm w=2u l=0.5u\nm2 o i d d pm w=4u l=0.5u\nc1 o 0 50f\n.model nm nmos level=1 vto=0.5 kp=100u\n.model pm pmos level=1 vto=-0.5 kp=50u\n.tran 20p 20n 0 10p"
    ),
    Deck("RC line of eight", line(8)),
    Deck(
      "integrator with an op-amp",
      "v1 a 0 pulse(0 0.1 1u 10n 10n 10u 30u)\nr1 a n 10k\nc1 n o 1n\ne1 o 0 0 n 1e5\nrb n o 100meg\n.tran 0.1u 20u 0 50n"
    ),
  ]

  static let all = resistive + nonlinear + controlled + smallSignal + transient

  private static func ladder(_ count: Int) -> String {
    let rungs = (1...count).map { "rs\($0) n\($0 - 1) n\($0) 1k\nrp\($0) n\($0) 0 \(2 + $0)k" }
    return "v1 n0 0 10\n" + rungs.joined(separator: "\n") + "\n.op"
  }

  private static func line(_ count: Int) -> String {
    let parts = (1...count).map { "r\($0) n\($0 - 1) n\($0) 100\nc\($0) n\($0) 0 1p" }
    return "v1 n0 0 pulse(0 1 1n 0.1n 0.1n 1 2)\n" + parts.joined(separator: "\n")
      + "\n.tran 50p 20n 0 20p"
  }

  private static func crossbar(_ side: Int) -> String {
    var cards: [String] = []
    for i in 0..<side {
      cards.append("vi\(i) w\(i)x0 0 \(0.1 * Double(i + 1))")
      for j in 0..<side {
        cards.append("rw\(i)x\(j) w\(i)x\(j) w\(i)x\(j + 1) 2")
        cards.append("rb\(i)x\(j) b\(i)x\(j) b\(i + 1)x\(j) 3")
        cards.append("rc\(i)x\(j) w\(i)x\(j + 1) b\(i)x\(j) \(1000 * (1 + (3 * i + 5 * j) % 7))")
      }
    }
    for j in 0..<side { cards.append("vo\(j) b\(side)x\(j) 0 0") }
    return cards.joined(separator: "\n") + "\n.op"
  }
}
