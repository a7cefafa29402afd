/// Devices with everything that their cards can say, each against ngspice.
///
/// Three decks are made so that what simulators may differ in stays out of the comparison, as runs of
/// both at a fiftieth of the step and RELTOL 1e-6 showed:
/// - the current of a gate jumps at a corner of its source, and either side of the jump is right:
///   the inverter is driven by a sine (at a corner the two currents were 0.56 of the peak apart, the
///   outputs nowhere more than 8e-6);
/// - ngspice closes a switch up to one step late (0.2 of the swing at 5 ns steps, 0.05 at 0.1 ns, with
///   a load of 1 ns; ours at 5 and at 1 ns 3e-4 off its fine solution), so the switch has a slow
///   load and no source in series;
/// - ngspice at RELTOL 1e-5 and 10 ns steps is 2.6e-3 off its own fine solution of the coupled
///   inductors, ours 1.5e-4, and the fine ones agree to 1.1e-5: the steps are 1 ns here.
enum DeviceDecks {
  private static let channel = "vto=0.6 kp=120u lambda=0.03 gamma=0.45 phi=0.65"

  static let all: [SmallDecks.Deck] = [
    .init(
      "transistor's overlaps and junctions in AC",
      """
      vd d 0 1.5
      vg g 0 dc 1.2 ac 1
      vb b 0 -0.4
      r1 d o 5k
      m1 o g 0 b nm w=4u l=1u
      .model nm nmos level=1 \(channel) cgso=3e-10 cgdo=2e-10 cgbo=1e-10 cbd=8f cbs=9f is=1e-15 pb=0.9 mj=0.4
      .ac dec 3 1meg 100g
      """),
    .init(
      "transistor's series resistances",
      "vd d 0 0\nvg g 0 1.5\nm1 d g 0 0 nm w=4u l=1u\n"
        + ".model nm nmos level=1 \(channel) rd=200 rs=300 ld=0.1u is=1e-16\n.dc vd -0.3 2 0.1"),
    .init(
      "Meyer's capacitances, saturated",
      "vd d 0 2\nvg g 0 dc 1.2 ac 1\nr1 d o 1k\nm1 o g 0 0 nm w=4u l=1u\n"
        + ".model nm nmos level=1 \(channel) tox=10n\n.ac dec 3 1meg 10g"),
    .init(
      "Meyer's capacitances, triode",
      "vd d 0 0.1\nvg g 0 dc 2 ac 1\nr1 d o 1k\nr2 s 0 300\nm1 o g s 0 nm w=4u l=1u\n"
        + ".model nm nmos level=1 \(channel) tox=10n\n.ac dec 3 1meg 10g"),
    .init(
      "Meyer's capacitances, reversed",
      "vd s 0 0.3\nvg g 0 dc 2 ac 1\nr1 s o 1k\nm1 0 g o 0 nm w=4u l=1u\n"
        + ".model nm nmos level=1 \(channel) tox=10n\n.ac dec 3 1meg 10g"),
    .init(
      "Meyer's capacitances, below threshold",
      "vd d 0 1\nvg g 0 dc 0.4 ac 1\nr1 d o 1k\nr2 s 0 2k\nrb b 0 5k\nm1 o g s b nm w=4u l=1u\n"
        + ".model nm nmos level=1 \(channel) tox=10n\n.ac dec 3 1meg 10g"),
    .init(
      "p-channel at 85 degrees",
      ".temp 85\nvd d 0 -2\nvg g 0 -1.2\nvb b 0 0.3\nm1 d g 0 b pm w=3u l=0.5u\n"
        + ".model pm pmos level=1 vto=-0.55 kp=45u lambda=0.05 gamma=0.4 phi=0.7 is=1e-14\n"
        + ".dc vg 0 -2 -0.2"),
    .init(
      "n-channel at -40 degrees",
      ".temp -40\nvd d 0 1\nvg g 0 1.2\nm1 d g 0 0 nm w=3u l=0.5u\n"
        + ".model nm nmos level=1 \(channel) is=1e-14\n.dc vg 0 2 0.2"),
    .init(
      "bulk junction forward",
      "vb b 0 0\nrb b x 100\nm1 0 0 0 x nm w=1u l=1u\n"
        + ".model nm nmos level=1 \(channel) is=1e-15\n.dc vb -1 1 0.1"),
    .init(
      "charge of a diode at 60 degrees",
      ".temp 60\nv1 a 0 dc -1 ac 1\nr1 a b 1k\nd1 b 0 dm area=3\n"
        + ".model dm d is=1e-15 cjo=4p vj=0.8 m=0.4 rs=7\n.ac dec 3 1meg 10g"),
    .init(
      "junction past half its potential",
      "v1 a 0 dc 0.6 ac 1\nr1 a b 10\nd1 b 0 dm area=2\n"
        + ".model dm d is=1e-16 cjo=4p vj=0.7 m=0.33 fc=0.4 rs=2\n.ac dec 3 1meg 10g"),
    .init(
      "temperature sweep",
      "v1 a 0 0.6\nr1 a b 100\nd1 b 0 dm\n.model dm d is=1e-14\n.dc temp -40 120 20"),
    .init(
      "resistor sweep",
      "v1 a 0 1\nr1 a b 100\nr2 b 0 50\nd1 b 0 dm\n.model dm d is=1e-14\n.dc r2 100 10k 1k"),
    .init(
      "reverse recovery",
      "v1 a 0 pwl(0 1 5n 1 5.1n -1)\nr1 a b 100\nd1 b 0 dm\n"
        + ".model dm d is=1e-14 tt=3n cjo=1p\n.tran 50p 20n 0 10p"),
    .init(
      "inverter with all its capacitances",
      """
      vd d 0 2
      vi i 0 sin(1 1 100meg)
      m1 o i 0 0 nm w=2u l=0.5u
      m2 o i d d pm w=4u l=0.5u
      c1 o 0 5f
      .model nm nmos level=1 vto=0.5 kp=100u gamma=0.3 cgso=2e-10 cgdo=2e-10 cbd=2f tox=8n
      .model pm pmos level=1 vto=-0.5 kp=50u gamma=0.3 cgso=2e-10 cgdo=2e-10 cbd=3f tox=8n
      .tran 20p 20n 0 2p
      """),
    .init(
      "gear's method on a resonance",
      "v1 a 0 pulse(0 1 0.5u 10n 10n 1 2)\nr1 a b 50\nl1 b c 10u\nc1 c 0 1n\n.options method=gear\n"
        + ".tran 10n 10u 0 2n"),
    .init(
      "switched capacitor",
      "vc c 0 pulse(0 1 1u 10n 10n 1u 2u)\ni1 0 x 1m\nr1 x 0 1k\ne1 a 0 x 0 1\ns1 a b c 0 sm\nc1 b 0 1n\nr2 b 0 1k\n"
        + ".model sm sw ron=1k roff=1g vt=0.5 vh=0.1\n.tran 10n 6u 0 0.5n"),
    .init(
      "formula over time",
      "b1 a 0 v=exp(-time/1u)*sin(6.2831853e6*time)\nr1 a b 1k\nc1 b 0 50p\n.tran 10n 4u 0 5n"),
    .init(
      "pulses through coupled inductors",
      "v1 a 0 pulse(0 1 1u 50n 50n 2u 5u)\nr1 a p 50\nl1 p 0 10u\nl2 s 0 40u\nk1 l1 l2 0.95\n"
        + "r2 s 0 200\n.tran 20n 10u 0 1n"),
    .init(
      "resistance that is a formula",
      "v1 a 0 1\nr1 a b 1k\nr2 b 0 r='500*(1+v(b)*v(b))' m=2\nr3 b 0 {2k+1k*v(a)}\n.dc v1 -1 2 0.5"),
    .init(
      "capacitance that is a formula",
      "v1 a 0 sin(0 1 1meg)\nr1 a b 1k\nc1 b 0 c='100p*(1+0.5*v(b))'\n.save v(a) v(b) i(v1)\n.tran 1n 3u 0 1n"
    ),
    .init(
      "charge that is a formula",
      "v1 a 0 sin(0 1 1meg)\nr1 a b 1k\nc1 b 0 q='100p*v(b)+30p*v(b)*v(b)'\n.save v(a) v(b) i(v1)\n.tran 1n 3u 0 1n"
    ),
    .init(
      "small signals of a charge",
      "v1 a 0 dc 0.5 ac 1\nr1 a b 1k\nc1 b 0 q='100p*v(b)+30p*v(b)*v(b)'\n.save v(a) v(b) i(v1)\n.ac dec 5 1k 100meg"
    ),
    .init(
      "high injection and recombination",
      "v1 a 0 0.5\nd1 a 0 dm\nv2 b 0 0.5\nd2 b 0 dk\n.model dm d is=1e-14 n=1.1 ikf=1m isr=1e-10 nr=2.2 vj=0.8 m=0.4\n"
        + ".model dk d is=1e-14 n=1.1 ikf=1m\n.temp 50\n.dc v1 0.1 0.9 0.05 v2 0.1 0.9 0.4"),
    .init(
      "breakdown with its own slope, at its own temperature",
      "v1 a 0 -4\nr1 a b 10\nd1 b 0 dm dtemp=20\n.model dm d is=1e-14 bv=4.7 ibv=1m nbv=1.5 tcv=2m rs=5 trs1=3m trs2=1u tnom=20\n"
        + ".dc v1 -5.2 0.9 0.1"),
    .init(
      "models of capacitors and inductors",
      "v1 a 0 ac 1\nr1 a b 1k\nc1 b 0 cm l=20u w=10u\nc2 b 0 10p tc1=1m tc2=10u\nc3 b 0 cn\nr2 b c 10\nl1 c 0 lm\nl2 c d 1u tc1=2m m=2\nr3 d 0 1\n"
        + ".model cm c(cj=1m cjsw=1n narrow=0.5u short=0.2u tc1=1m)\n.model cn c(cap=3p)\n.model lm l(ind=2u tc1=1m)\n"
        + ".temp 67\n.ac dec 5 1meg 1g"),
    .init(
      "resistance for small signals",
      "v1 a 0 dc 1 ac 1\nr1 a b 1k ac=2k\nr2 b 0 3k\n.op\n.ac dec 1 1 10"),
    .init(
      "copies and coefficients of formulas",
      "v1 a 0 1\nr1 a 0 1k\nb1 0 b i='1m*v(a)' m=3 tc1=1m tc2=2u\nr2 b 0 1k\nb2 c 0 v='2*v(a)' tc1=-2m\nr3 c 0 1k\n"
        + ".temp 77\n.dc v1 0 2 0.5"),
    .init(
      "temperature in a value",
      "i1 0 a 1m\nr1 a 0 {1k*(1+2m*(temper-27))}\n.dc temp 0 100 25"),
    .init(
      "frequency in a formula",
      "v1 a 0 ac 1\nb1 b 0 v='v(a)/(1+hertz/1k)'\nr1 b 0 1k\n.ac dec 3 10 100k"),
    .init(
      "temperatures of single resistors",
      "i1 0 a 1m\nr1 a 0 1k tc1=2m dtemp=10\ni2 0 b 1m\nr2 b 0 1k tc1=2m temp=127\n.temp 47\n.op"),
  ]
}
