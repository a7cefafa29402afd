import ExternalSimulators
import Foundation
import Netlist
import TestSupport
import Testing

@testable import SPICE

private let hasNgspice = (try? NgspiceRunner()) != nil

/// ngspice judges the reader alone: what it finds for a foreign deck must be what it finds for the
/// flat deck that we write of the circuit we read. TABLE is left out: ngspice rounds its corners.
@Suite(.tags(.validation), .enabled(if: hasNgspice, "ngspice is not installed"))
struct DeckEquivalenceTests {
  static let decks: [(name: String, text: String)] = [
    (
      "parameters and functions",
      """
      .param r=1k vdd={2*0.6} n='4' half={n/2-1}
      .param late={early*2} early=3
      .func par(a,b) {a*b/(a+b)}
      v1 in 0 {vdd}
      r1 in a {par(r,2k)}
      r2 a b '-2**2 + 2**3**2'
      r3 b c {r*(1>2 ? 5 : 6) + pow(-2,3) + sgn(-3) + nint(2.5)}
      r4 c d {late + sqrt(16) + log(10) + exp(1) + abs(-1) + ln(2) + half}
      r5 d 0 {max(r, 2) + min(3, 4) + sin(1) + cos(1) + tan(0.5) + atan(1)}
      .op
      """
    ),
    (
      "subcircuits that lend parameters",
      """
      .param r=1k
      .global rail
      vr rail 0 3
      v1 1 0 1
      x1 1 2 outer r=3k
      x2 2 0 inner
      .subckt outer a b r=2k
      .param twice={2*r}
      x3 a m inner
      x4 m b inner
      r9 m b {twice}
      .ends
      .subckt inner a b
      r1 a c {r}
      r2 c b 1k
      r3 c rail 5k
      .ends inner
      .op
      """
    ),
    (
      "nested definitions and local models",
      """
      v1 1 0 2
      r0 1 2 100
      x1 2 3 top k=2
      x2 3 0 top
      .subckt top a b k=1
      .model dm d(is={1e-14*k} n=1.5)
      .subckt sub p q
      d1 p q dm
      r1 p q 100k
      .ends
      x1 a m sub
      x2 m b sub
      .ends
      .options reltol=1e-7 abstol=1e-15 vntol=1e-9
      .op
      """
    ),
    (
      "controlled sources and their sums",
      """
      v1 1 0 1.5
      r1 1 2 1k
      r2 2 0 2k
      e1 3 0 2 1 4
      e2 4 0 poly(2) 1 0 2 0 0.1 2 3 4 5 6
      g1 0 5 poly(1) 2 0 0.5m 1m
      r5 5 0 1k
      f1 0 6 v1 2
      r6 6 0 1k
      h1 7 0 poly(1) v1 0 10 20
      e3 8 0 value={v(2)*v(2)+sqrt(v(1))}
      b1 9 0 v=pwr(v(2)-2,3)+u(v(2))*2+(v(1)>1 ? 3 : 4)
      b2 0 10 i=tanh(v(2))*1m
      r10 10 0 1k
      e5 12 0 vol='v(2)**2'
      x1 2 13 amp gain=7
      r13 13 0 1k
      .subckt amp in out gain=1
      vs in m 0
      rs m 0 1k
      f1 0 out vs {gain}
      e9 k 0 m 0 2
      rk k 0 1
      .ends
      .options reltol=1e-12 abstol=1e-18 vntol=1e-15
      .dc v1 0.5 2 0.5
      """
    ),
    (
      "transistors in subcircuits",
      """
      .param w=2u
      vdd vdd 0 1.8
      vin in 0 0.9
      x1 in out inv wn={w} wp='3*w'
      x2 out o2 inv
      .subckt inv a y wn=1u wp=2u
      m1 y a 0 0 nx w={wn} l=0.5u
      m2 y a vdd vdd px w={wp} l=0.5u m=2
      .ends
      .global vdd
      .model nx nmos level=1 vto=0.4 kp=120u lambda=0.05 is=1e-100 gamma=0.3 phi=0.7
      .model px pmos level=1 vto=-0.4 kp=40u lambda=0.05 is=1e-100 tox=10n
      .options reltol=1e-7 abstol=1e-15 vntol=1e-9
      .dc vin 0 1.8 0.3
      """
    ),
    (
      "sources over time",
      """
      .param t0=1u
      v1 a 0 pulse(0 1 {t0} 0.1u 0.1u 2u 5u)
      v2 b 0 dc 0 sin(0.5 1 200k 1u 1e5)
      v3 c 0 pwl(0 0 1u 1, 2u 0.5 8u 0.5)
      v4 d 0 exp(0 1 1u 0.5u 4u 1u)
      v5 e 0 pulse(1 2)
      r1 a 0 1
      r2 b 0 1
      r3 c 0 1
      r4 d 0 1
      r5 e 0 1
      i1 0 f sin(0 1m 100k 0 0 90)
      r6 f 0 1k
      .tran 0.1u 10u
      """
    ),
    (
      "storage, coils and conditions",
      """
      v1 in 0 pulse(0 1 0 1n 1n 1 2) ac 1 30
      r1 in a 100
      c1 a 0 1n ic=0.5
      l1 a b 10u
      l2 c 0 40u
      k1 l1 l2 0.8
      r2 b 0 50
      r3 c 0 1k
      .ic v(a)=0.5
      .tran 1n 200n 0 2n uic
      .ac dec 3 1k 10meg
      .options method=gear reltol=1e-4
      """
    ),
    (
      "a switch",
      """
      v1 a 0 2
      vc c 0 0
      r1 a b 1k
      s1 b 0 c 0 sx
      .model sx sw(ron=10 roff=1meg vt=0.5 vh=0.1)
      .dc vc 0 1 0.25
      """
    ),
    (
      "spellings",
      """
      V1 In GND DC 1MEG AC 2 ; a comment
      R1 in out 2.2kOhm $ another
      * one between
      +
      r2 OUT n[3] 1mil
      C1 out 0 10pF IC = 0
      L1 n[3] x-y 1mH
      r3 x-y 0 1e3
      .AC LIN 3 1k 3k
      .OP
      """
    ),
  ]

  static func plots(of text: String, in folder: TemporaryFolder, _ name: String) throws -> [Plot] {
    try folder.write(text, to: "\(name).sp")
    let status = try NgspiceRunner(timeLimitSeconds: 60).run(
      arguments: ["-b", "-r", "\(name).raw", "\(name).sp"], inFolder: folder.path,
      logPath: folder.file("\(name).log"))
    let log = try String(contentsOfFile: folder.file("\(name).log"), encoding: .utf8)
    #expect(status == 0 && !log.lowercased().contains("error"), "\(name): \(log)")
    return try RawFileReader.read(folder.file("\(name).raw"))
  }

  @Test(arguments: decks)
  func theFlatDeckHasTheSameAnswers(name: String, text: String) throws {
    let folder = try TemporaryFolder()
    let original = "\(name)\n\(text)\n.end\n"
    let read = try DeckReader().read(original, name: name)
    #expect(read.warnings.isEmpty)
    let flat = try SPICEWriter.deck(read, for: .ngspice)
    let theirs = try Self.plots(of: original, in: folder, "original")
    let ours = try Self.plots(of: flat, in: folder, "flat")
    #expect(theirs.count == read.analyses.count && ours.count == theirs.count)
    // Literals are the same to the last bit but for what formulas round; ngspice's steps of time
    // and its iterations then are the same as well.
    for (a, b) in matched(theirs, ours) {
      #expect(a.name == b.name && a.pointCount == b.pointCount)
      var compared = 0
      for variable in a.variables where !variable.name.hasPrefix("@") {
        guard let left = a.values(of: variable.name), let right = b.values(of: variable.name) else {
          // ngspice's sources of sums are made of devices of its own.
          #expect(variable.name.hasPrefix("i("), "\(variable.name) is missing")
          continue
        }
        let peak = left.reduce(1e-12) { max($0, abs($1)) }
        let worst = zip(left, right).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(worst <= 1e-9 * peak, "\(variable.name)")
        compared += 1
      }
      #expect(compared >= 3)
    }
  }
}
