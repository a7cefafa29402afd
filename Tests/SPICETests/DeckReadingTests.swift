import Netlist
import SPICE
import Testing

/// Reads a deck whose title is `t`.
func deck(_ text: String, ignoring: Bool = false) throws(DeckError) -> SimulationDeck {
  try DeckReader(passingOver: ignoring ? .elements : .none).read("t\n\(text)\n", name: "t.sp")
}

/// Elements of a circuit as text: names in place of numbers, values as Swift prints them.
func elements(of circuit: Circuit) -> [String] {
  func names(_ nodes: Node...) -> String {
    nodes.map { circuit.name(of: $0) }.joined(separator: " ")
  }
  func name(_ label: Label) -> String { circuit.name(of: label) }
  var lines = circuit.resistors.map { "\(name($0.label)) \(names($0.a, $0.b)) \($0.ohms)" }
  lines += circuit.capacitors.map {
    "\(name($0.label)) \(names($0.a, $0.b)) \($0.farads)"
      + ($0.initialVolts.map { " ic=\($0)" } ?? "")
  }
  lines += circuit.inductors.map {
    "\(name($0.label)) \(names($0.a, $0.b)) \($0.henries)"
      + ($0.initialAmperes.map { " ic=\($0)" } ?? "")
  }
  lines += circuit.couplings.map {
    "\(name($0.label)) \(name(circuit.inductors[$0.first].label))"
      + " \(name(circuit.inductors[$0.second].label)) \($0.coefficient)"
  }
  func stimulus(_ stimulus: Stimulus?) -> String {
    guard let stimulus else { return "" }
    var text = " ac=\(stimulus.acMagnitude)@\(stimulus.acPhaseDegrees)"
    if let waveform = stimulus.waveform { text += " \(waveform)" }
    return text
  }
  lines += circuit.voltageSources.map {
    "\(name($0.label)) \(names($0.plus, $0.minus)) \($0.volts)" + stimulus($0.stimulus)
  }
  lines += circuit.currentSources.map {
    "\(name($0.label)) \(names($0.from, $0.to)) \($0.amperes)" + stimulus($0.stimulus)
  }
  lines += circuit.voltageControlledSources.map {
    "\(name($0.label)) \(names($0.plus, $0.minus, $0.controlPlus, $0.controlMinus)) \($0.gain)"
  }
  lines += circuit.currentControlledSources.map {
    "\(name($0.label)) \(names($0.plus, $0.minus))"
      + " \(name(circuit.voltageSources[$0.control].label)) \($0.gain)"
  }
  lines += circuit.behavioralSources.map {
    "\(name($0.label)) \(names($0.plus, $0.minus)) \($0.output) \(text($0.expression, circuit))"
  }
  lines += circuit.switches.map {
    "\(name($0.label)) \(names($0.a, $0.b, $0.controlPlus, $0.controlMinus))"
      + " \(name(circuit.switchModels[$0.model].label))" + ($0.startsOn ? " on" : "")
  }
  lines += circuit.diodes.map {
    "\(name($0.label)) \(names($0.anode, $0.cathode))"
      + " \(name(circuit.diodeModels[$0.model].label)) \($0.area)"
  }
  lines += circuit.mosfets.map {
    "\(name($0.label)) \(names($0.drain, $0.gate, $0.source, $0.bulk))"
      + " \(name(circuit.mosfetModels[$0.model].label)) \($0.totalWidthMeters) \($0.lengthMeters)"
  }
  return lines
}

/// An expression with all its parentheses.
func text(_ expression: Netlist.Expression, _ circuit: Circuit) -> String {
  switch expression {
  case .number(let value): return "\(value)"
  case .parameter(let name): return name
  case .quantity(.voltage(let node)): return "v(\(circuit.name(of: node)))"
  case .quantity(.current(let current)):
    return "i(\(circuit.name(of: circuit.label(of: current))))"
  case .quantity(.time): return "time"
  case .quantity(.device(let slope)): return "\(slope)"
  case .quantity(.temperature): return "temper"
  case .quantity(.frequency): return "hertz"
  case .quantity(.event): return "event"
  case .quantity(.dynamic(let term)):
    let own = circuit.dynamicTerms[term]
    return "\(own.kind == .derivative ? "ddt" : "idt")(\(text(own.operand, circuit)))"
  case .negated(let inner): return "-\(text(inner, circuit))"
  case .binary(let operation, let a, let b):
    return "(\(text(a, circuit)) \(operation.rawValue) \(text(b, circuit)))"
  case .call(let function, let arguments):
    return "\(function)(\(arguments.map { text($0, circuit) }.joined(separator: ", ")))"
  case .grid(_, let arguments):
    return "grid(\(arguments.map { text($0, circuit) }.joined(separator: ", ")))"
  case .conditional(let condition, let first, let second):
    return "(\(text(condition, circuit)) ? \(text(first, circuit)) : \(text(second, circuit)))"
  }
}

@Suite struct DeckReadingTests {
  static let decks: [(name: String, text: String, elements: [String])] = [
    (
      "divider", "v1 in 0 5\nr1 in out 1k\nr2 out 0 1k",
      ["r1 in out 1000.0", "r2 out 0 1000.0", "v1 in 0 5.0"]
    ),
    (
      "suffixes",
      """
      R1 a 0 1kohm
      r2 a 0 2meg
      r3 a 0 1mil
      r4 a 0 3e-3
      C1 a 0 10u
      c2 a gnd 10pF ic=1.5
      l1 A Gnd 2mH IC = 3
      """,
      [
        "r1 a 0 1000.0", "r2 a 0 2000000.0", "r3 a 0 2.5399999999999997e-05", "r4 a 0 0.003",
        "c1 a 0 1e-05",
        "c2 a 0 1e-11 ic=1.5", "l1 a 0 0.002 ic=3.0",
      ]
    ),
    (
      "comments and continuation",
      """
      * a comment
      r1 a 0 1k ; behind a semicolon
      r2 a $ behind a dollar
      * between a card and the rest of it

      + 0
      +\t2k // behind two slashes
        r3 b$c 0 3
      .end
      r4 a 0 not read
      """, ["r1 a 0 1000.0", "r2 a 0 2000.0", "r3 b$c 0 3.0"]
    ),
    (
      "sources",
      """
      v1 1 0 dc 2 ac 1 45
      v2 2 0 3 AC
      v3 3 0 pulse(0 1 1n 2n 3n 4n 20n)
      v4 4 0 sin 0.5 1 1k
      v5 5 0 dc 1 pwl(0 0, 1n 1, 2n 0.5)
      v6 6 0 exp(1 2 1n 2n 3n 4n)
      v7 7 0
      i1 0 1 1m
      i2 0 1 AC 2 DC 1u
      """,
      [
        "v1 1 0 2.0 ac=1.0@45.0", "v2 2 0 3.0 ac=1.0@0.0",
        "v3 3 0 0.0 ac=0.0@0.0 pulse(initial: 0.0, pulsed: 1.0, delay: 1e-09, rise: 2e-09, "
          + "fall: 3e-09, width: 4e-09, period: 2e-08)",
        "v4 4 0 0.5 ac=0.0@0.0 sine(offset: 0.5, amplitude: 1.0, hertz: 1000.0, delay: 0.0, "
          + "damping: 0.0, phaseDegrees: 0.0)",
        "v5 5 0 1.0 ac=0.0@0.0 piecewiseLinear(seconds: [0.0, 1e-09, 2e-09], "
          + "values: [0.0, 1.0, 0.5])",
        "v6 6 0 1.0 ac=0.0@0.0 exponential(initial: 1.0, pulsed: 2.0, riseDelay: 1e-09, "
          + "riseSeconds: 2e-09, fallDelay: 3e-09, fallSeconds: 4e-09)",
        "v7 7 0 0.0", "i1 0 1 0.001", "i2 0 1 1e-06 ac=2.0@0.0",
      ]
    ),
    (
      "devices",
      """
      d1 a 0 dx
      d2 a 0 dx 2
      d3 a 0 dx area=3 m=2
      m1 d g s 0 nx w=2u l=1u
      m2 d g s b px L=1u W=4u ad=1p m=2
      m3 d g s b px
      .model dx d(is=1f n=1.5)
      .model nx nmos level=1 vto=0.5 kp=1e-4 is=1e-100
      .model px pmos(vto=-0.5 kp=5e-5, is=1e-100)
      """,
      [
        "d1 a 0 dx 1.0", "d2 a 0 dx 2.0", "d3 a 0 dx 6.0", "m1 d g s 0 nx 2e-06 1e-06",
        "m2 d g s b px 8e-06 1e-06", "m3 d g s b px 0.0001 0.0001",
      ]
    ),
    (
      "controlled sources",
      """
      v1 1 0 1
      e1 2 0 1 0 10
      e2 3 0 (1,0) 2
      g1 4 0 1 2 1m m=2
      f1 5 0 v1 3
      h1 6 0 v9 1k
      v9 9 0 0
      b1 7 0 v=2*v(1)+i(v1)
      b2 8 0 i = {v(1,2)**2}
      e3 10 0 value={v(1)>0.5 ? 1 : -v(2)}
      g2 11 0 cur='tanh(v(1))'
      e4 12 0 poly(2) 1 0 2 0 1 2 3 4
      f2 13 0 poly(1) v1 0 5
      h2 15 0 poly(1) v1 1 5
      e5 14 0 table {v(1)} = (0,0) (1,2)
      """,
      [
        "v1 1 0 1.0", "v9 9 0 0.0", "e1 2 0 1 0 10.0", "e2 3 0 1 0 2.0", "g1 4 0 1 2 0.002",
        "f1 5 0 v1 3.0", "h1 6 0 v9 1000.0", "f2 13 0 v1 5.0",
        "b1 7 0 voltage ((2.0 * v(1)) + i(v1))", "b2 8 0 current ((v(1) - v(2)) ** 2.0)",
        "e3 10 0 voltage ((v(1) > 0.5) ? 1.0 : -v(2))", "g2 11 0 current tanh(v(1))",
        "e4 12 0 voltage (((1.0 + (2.0 * (v(1) - v(0)))) + (3.0 * (v(2) - v(0))))"
          + " + ((4.0 * (v(1) - v(0))) * (v(1) - v(0))))",
        "e5 14 0 voltage table(v(1), 0.0, 0.0, 1.0, 2.0)",
        "bh2 15 0 voltage (1.0 + (5.0 * i(v1)))",
      ]
    ),
    (
      "coupled coils and switches",
      """
      k1 l1 L2 0.9
      l1 1 0 1u
      l2 2 0 2u
      s1 1 2 3 0 sx on
      s2 1 2 3 0 sx
      .model sx sw(ron=10 roff=1meg vt=0.5 vh=0.1)
      """,
      [
        "l1 1 0 1e-06", "l2 2 0 2e-06", "k1 l1 l2 0.9", "s1 1 2 3 0 sx on", "s2 1 2 3 0 sx",
      ]
    ),
    (
      "parameters",
      """
      .param b = {a*2} a=1k
      .param c = 'b + 1' d = a > 500 ? 3 : 4
      .func twice(x) {2*x}
      r1 1 0 {a}
      r2 1 0 'b'
      r3 1 0 c
      r4 1 0 {d}
      r5 1 0 {twice(a) + pi}
      r6 1 0 {-2**2 + 2**3**2 + sqrt(16)}
      r7 1 0 {min(a, 3) + max(1, 2, 7)}
      r8 1 0 r = {a / 2k}
      r9 1 0 {if(a==1k, 1, 1/0)}
      """,
      [
        "r1 1 0 1000.0", "r2 1 0 2000.0", "r3 1 0 2001.0", "r4 1 0 3.0",
        "r5 1 0 2003.14159265359", "r6 1 0 64.0", "r7 1 0 10.0", "r8 1 0 0.5", "r9 1 0 1.0",
      ]
    ),
    (
      "subcircuits",
      """
      .param r=5
      .global vdd
      .subckt cell a b params: r=1k
      .param half={r/2}
      r1 a m {r}
      r2 m b {half}
      r3 m vdd 1
      r4 m 0 7
      .ends
      x1 in out cell
      X2 in out CELL r=4k
      x3 in out pair
      .subckt pair a b
      x1 a c cell r={r}
      x2 c b cell params: r=8
      r9 c 0 {r}
      .ends pair
      """,
      [
        "r.x1.r1 in x1.m 1000.0", "r.x1.r2 x1.m out 500.0", "r.x1.r3 x1.m vdd 1.0",
        "r.x1.r4 x1.m 0 7.0", "r.x2.r1 in x2.m 4000.0", "r.x2.r2 x2.m out 2000.0",
        "r.x2.r3 x2.m vdd 1.0", "r.x2.r4 x2.m 0 7.0", "r.x3.x1.r1 in x3.x1.m 5.0",
        "r.x3.x1.r2 x3.x1.m x3.c 2.5", "r.x3.x1.r3 x3.x1.m vdd 1.0", "r.x3.x1.r4 x3.x1.m 0 7.0",
        "r.x3.x2.r1 x3.c x3.x2.m 8.0", "r.x3.x2.r2 x3.x2.m out 4.0", "r.x3.x2.r3 x3.x2.m vdd 1.0",
        "r.x3.x2.r4 x3.x2.m 0 7.0", "r.x3.r9 x3.c 0 5.0",
      ]
    ),
    (
      "nested definitions and local models",
      """
      .subckt outer a
      .model dl d(is=1e-15)
      .model dp d(is={i0})
      .subckt inner a i0=1e-12
      d1 a 0 dl
      d2 a 0 dp
      .ends
      x1 a inner
      x2 a inner i0=2e-12
      .ends
      xo 1 outer
      """,
      [
        "d.xo.x1.d1 1 0 outer.dl 1.0", "d.xo.x1.d2 1 0 xo.x1.dp 1.0",
        "d.xo.x2.d1 1 0 outer.dl 1.0", "d.xo.x2.d2 1 0 xo.x2.dp 1.0",
      ]
    ),
    (
      "sources of subcircuits",
      """
      .subckt probe a b
      v1 a b 0
      f1 0 b v1 2
      b1 c 0 v=i(v1)+v(a)+v(c)
      .ends
      x1 1 2 probe
      f9 3 0 v.x1.v1 1
      h9 4 0 x1.v1 1
      b9 5 0 i=v(x1.c)
      """,
      [
        "v.x1.v1 1 2 0.0", "f.x1.f1 0 2 v.x1.v1 2.0", "f9 3 0 v.x1.v1 1.0", "h9 4 0 v.x1.v1 1.0",
        "b.x1.b1 x1.c 0 voltage ((i(v.x1.v1) + v(1)) + v(x1.c))", "b9 5 0 current v(x1.c)",
      ]
    ),
    ("windows", "r1 a 0 1\r\n+ \r\nr2\ta\t0\t2\r\n", ["r1 a 0 1.0", "r2 a 0 2.0"]),
    ("strange names", "r1 b[0] n+ 1\nr_2 n.3 µ 2", ["r1 b[0] n+ 1.0", "r_2 n.3 µ 2.0"]),
  ]

  @Test(arguments: decks)
  func elementsAreRead(name: String, text: String, elements expected: [String]) throws {
    let deck = try deck(text)
    #expect(elements(of: deck.circuit) == expected)
    #expect(deck.circuit.title == "t")
    #expect(deck.warnings.isEmpty)
    try deck.circuit.checkNames()
  }
}
