import CircuitSolver
import Files
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// Vectors, values and changes of commands beyond those of the plots.
@Suite struct CommandVectorTests {
  private static let divider = "v1 a 0 2\nr1 a b 1k\nr2 b 0 1k\n"

  private func run(_ commands: String, of cards: String = divider) throws -> CommandRun {
    try CommandRun("\(cards).control\n\(commands)\n.endc", in: TemporaryFolder())
  }

  private func check(_ run: CommandRun, _ expected: [(String, Double)], _ slack: Double = 1e-6) {
    for (name, value) in expected {
      let found = run.values(name).first ?? .nan
      #expect(abs(found - value) <= slack * max(1, abs(value)), "\(name): \(found)\n\(run.text)")
    }
  }

  @Test func vectorsHaveDimensions() throws {
    let run = try run(
      """
      let x = vector(12)
      reshape x [3][4]
      let a = x[1][2]
      let row = x[2]
      let x[0] = row * 10
      let x[1][3] = 99
      let y = x
      transpose y
      print a row[1] length(x[1]) x[0][3] x[1][3] y[3][1] y[0][2]
      """)
    check(
      run,
      [
        ("a", 6), ("row[1]", 9), ("length(x[1])", 4), ("x[0][3]", 110), ("x[1][3]", 99),
        ("y[3][1]", 99), ("y[0][2]", 8),
      ])
  }

  /// Numbers beyond whole ones, dimensions whose product wraps around, a time of one's own, texts of
  /// parameters that double each other: values or errors, never the end of the program.
  @Test func excessIsAnErrorOrAValue() throws {
    check(try run("let x = abs(-1e30)\nprint x"), [("x", 1e30)])
    #expect(throws: (any Error).self) {
      _ = try run("let x = 1\nreshape x [7][7905747460161236407]\ntranspose x\nprint x")
    }
    #expect(throws: (any Error).self) {
      _ = try run("tran 1u 10u\nlet time = vector(100000)\ncutout\nprint time")
    }
    let doubling = (1...35).map { "p\($0)=p\($0 - 1){p\($0 - 1)}" }.joined(separator: " ")
    #expect(throws: (any Error).self) {
      _ = try run("op\nprint v(a)", of: Self.divider + ".param p0=\"01\" \(doubling)\n")
    }
  }

  /// A file of times alone, for no output.
  @Test func sourcesOfFilesMayDriveNothing() throws {
    let folder = try TemporaryFolder()
    try FileContents.write("0\n1e-6\n", to: folder.file("x.txt"))
    let run = try CommandRun(
      "\(Self.divider)afs %v([]) fs\n.model fs filesource(file=\"\(folder.path)/x.txt\")\n"
        + ".control\nop\nprint v(b)\n.endc", in: folder)
    check(run, [("v(b)", 1)])
  }

  /// A loop that stores into vectors of a plot of its own, and counts with one of the constants.
  @Test func loopsFillPlotsOfTheirOwn() throws {
    let run = try run(
      """
      let k = 0
      set curplot=new
      set curplotname=mine
      set scratch=$curplot
      let volts = unitvec(3)
      foreach r 1k 3k 7k
        alter r2 = $r
        op
        set dt = $curplot
        setplot $scratch
        let volts[k] = v({$dt}.b)
        setplot $dt
        let k = k + 1
        destroy
      end
      setplot unknown1
      print volts[2]
      """)
    check(run, [("volts[2]", 1.75)])
    let plot = try #require(run.plots.first { $0.name == "mine" })
    #expect(zip(plot.values(of: "volts") ?? [], [1, 1.5, 1.75]).allSatisfy { abs($0 - $1) < 1e-9 })
    #expect(plot.pointCount == 3)
    #expect(throws: (any Error).self) { _ = try self.run("set curplot=none") }
    // Vectors of one value beside one of ten million: each as long as that in the results.
    let many = (1...9).map { "let x\($0) = 1" }.joined(separator: "\n")
    #expect(throws: (any Error).self) {
      _ = try self.run("setplot new\nlet long = vector(10000000)\n\(many)")
    }
  }

  /// A sine of five turns in 64 points: its amplitude is in the fifth bin, and back again.
  @Test func spectraAndBack() throws {
    let run = try run(
      """
      tran 1u 63u
      linearize v(a)
      set specwindow = none
      fft v(a)
      print length(v(a)) frequency[1] mag(v(a)[5]) mag(v(a)[6]) mag(v(a)[0])
      setplot tran2
      let g = ifft(fft(v(a)))
      print vecmax(abs(g - v(a))) length(g)
      """, of: "v1 a 0 sin(1 2 78.125k)\nr1 a 0 1k\n")
    check(
      run,
      [
        ("length(v(a))", 33), ("frequency[1]", 15625), ("mag(v(a)[5])", 2), ("mag(v(a)[6])", 0),
        ("mag(v(a)[0])", 2), ("length(g)", 64), ("vecmax(abs(g - v(a)))", 0),
      ], 1e-2)
  }

  @Test func partsOfATransient() throws {
    let run = try run(
      """
      tran 1m 10m
      let cut-tstart = 2m
      let cut-tstop = 4m
      cutout
      print vecmin(time) vecmax(time)
      """)
    check(run, [("vecmin(time)", 2e-3), ("vecmax(time)", 4e-3)], 1e-3)
    #expect(run.plots.last?.name.hasSuffix("(cut out)") == true)
  }

  /// Values of elements and models as their cards, or commands, have them.
  @Test func valuesOfElementsAndModels() throws {
    let run = try run(
      """
      op
      let before = @v1[pulse]
      alter @v1[pulse] = [ 2 5 1n 2n 3n 4n 9n ]
      altermod dm n = 1.5
      alter r1 = 3k
      let after = @v1[pulse]
      op
      print op1.before[1] op1.before[6] op1.after[0] op1.after[6] @dm[is] @dm[n] @r1[r] @d1[area]
      """,
      of: "v1 a 0 dc 0 pulse(1 4 1u 2u 3u 4u 8u)\nr1 a b 1k\nd1 b 0 dm 2\n"
        + ".model dm d(is='temper * 1e-15' n=1.2)\n")
    check(
      run,
      [
        ("op1.before[1]", 4), ("op1.before[6]", 8e-6), ("op1.after[0]", 2), ("op1.after[6]", 9e-9),
        ("@dm[n]", 1.5), ("@r1[r]", 3e3), ("@d1[area]", 2),
      ])
    #expect(abs((run.values("@dm[is]").first ?? 0) - 27e-15) <= 1e-20)
  }

  @Test func parametersOfSubcircuits() throws {
    let run = try run(
      """
      op
      print i(v1)
      alterparam sub r = 500
      reset
      op
      print i(v1)
      """, of: "v1 a 0 1\nx1 a sub r=2k\n.subckt sub p r=1k\nr1 p 0 {r}\n.ends\n")
    let found = run.values("i(v1)")
    #expect(found.count == 2 && abs(found[0] + 5e-4) < 1e-9 && abs(found[1] + 2e-3) < 1e-9)
  }

  /// `altermod` of a device is that of its model.
  @Test func modelsByTheirDevices() throws {
    let run = try run(
      "op\naltermod r2 r = 3k\nop\nprint v(b)",
      of: "v1 a 0 2\nr1 a b 1k\nr2 b 0 rm\n.model rm r(r=1k)\n")
    check(run, [("v(b)", 1.5)])
  }

  @Test func measurementsBoundByVectors() throws {
    let run = try run(
      "tran 1u 10u\nlet stop = 4u\nmeas tran area integ v(a) from=1u to=stop")
    check(run, [("area", 6e-6)], 1e-9)
  }

  @Test func touchstoneFiles() throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(
      "v1 a 0 portnum 1 z0 50\nr1 a b 100\nv2 b 0 portnum 2 z0 50\n"
        + ".control\nsp lin 1 1k 1k\nwrs2p \"$inputdir/out.s2p\"\n.endc", in: folder)
    let file = try #require(run.files.first)
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 3 && lines[1] == "# Hz S RI R 50")
    let numbers = lines[2].split(separator: " ").compactMap { Double($0) }
    for (found, expected) in zip(numbers, [1e3, 0.5, 0, 0.5, 0, 0.5, 0, 0.5, 0]) {
      #expect(abs(found - expected) <= 1e-6)
    }
  }

  /// Functions of complex values: `atanh(tanh(z)) = z`, `sin² + cos² = 1`.
  @Test func complexFunctions() throws {
    let run = try run(
      """
      let z = 0.3 + j(0.4)
      let d = mag(atanh(tanh(z)) - z) + mag(asinh(sinh(z)) - z) + mag(acosh(cosh(z)) - z)
      let e = mag(asin(sin(z)) - z) + mag(acos(cos(z)) - z) + mag(atan(tan(z)) - z)
      let f = mag(sin(z) * sin(z) + cos(z) * cos(z) - 1)
      print d e f
      """)
    check(run, [("d", 0), ("e", 0), ("f", 0)], 1e-12)
  }

  /// The signs of ngspice for inequality, and names with signs.
  @Test func signs() throws {
    let run = try run(
      """
      op
      let n = 0
      if 1 <> 2
        let n = n + 1
      end
      if 2 >< 2
        let n = n + 10
      end
      if ~ 0
        let n = n + 100
      end
      let v(+x) = 7
      print n v(+x)
      """)
    check(run, [("n", 101), ("v(+x)", 7)])
  }

  /// A program in the background is left out with a note; one that is waited for is refused.
  @Test func programsAreNeverStarted() throws {
    let run = try run("op\nshell touch started &")
    #expect(run.notes.map(\.reason) == [.ignored])
    #expect(throws: DeckError.self) { try self.run("shell touch started") }
  }

  /// Outputs that a deck with commands asks for in vain are warnings, as commands say what is shown.
  @Test func outputsInVain() throws {
    let session = try DeckReader().open(
      Array("t\n\(Self.divider).print op v(nosuch)\n.control\nop\n.endc\n.end\n".utf8),
      name: "t.sp",
      folder: TemporaryFolder().path)
    #expect(session.deck.warnings.map(\.reason) == [.unknownNode])
    expectFault("\(Self.divider).print op v(nosuch)", "t.sp:5:13: 'nosuch': no node has that name")
  }
}
