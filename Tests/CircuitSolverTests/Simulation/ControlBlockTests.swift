import CircuitSolver
import ExternalSimulators
import Files
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

@Suite struct ControlBlockTests {
  private static let divider = "v1 a 0 2\nr1 a b 1k\nr2 b 0 1k\n"

  private func run(_ cards: String) throws -> CommandRun {
    try CommandRun(cards, in: TemporaryFolder())
  }

  private func run(commands: String, of cards: String = divider) throws -> CommandRun {
    try run("\(cards).control\n\(commands)\n.endc")
  }

  // MARK: Closed forms

  @Test func analysesLeavePlotsAndExpressionsRead() throws {
    let run = try run(
      commands: """
        op
        print v(b) i(v1) b v1#branch i(r1) @r2[i] p(r1) v(a,b) a*2+1
        dc v1 0 2 0.5
        print length(v(b)) v(b)[4] mean(v(b)) vecmax(b) vecmin(b) op1.v(b) dc1.b[1]
        let g = deriv(v(b))
        print g[2]
        """)
    #expect(run.plots.map(\.analysisKind) == [.operatingPoint, .dcSweep])
    let expected: [(String, Double)] = [
      ("v(b)", 1), ("i(v1)", -1e-3), ("b", 1), ("v1#branch", -1e-3), ("i(r1)", 1e-3),
      ("@r2[i]", 1e-3), ("p(r1)", 1e-3), ("v(a,b)", 1), ("a*2+1", 5), ("length(v(b))", 5),
      ("v(b)[4]", 1), ("mean(v(b))", 0.5), ("vecmax(b)", 1), ("vecmin(b)", 0), ("op1.v(b)", 1),
      ("dc1.b[1]", 0.25), ("g[2]", 0.5),
    ]
    for (name, value) in expected {
      let found = run.values(name).first ?? .nan
      #expect(abs(found - value) <= 1e-6, "\(name): \(found)\n\(run.text)")
    }
  }

  /// The current of 2 V over r1 + 1k, as loops alter r1.
  @Test func loopsAlterElements() throws {
    let run = try run(
      commands: """
        set numdgt = 14
        foreach ohms 1k 2k 3k
          alter r1 = $ohms
          op
          print i(v1)
        end
        let const.k = 0
        while const.k < 2
          alter @v1[dc] = k + 1
          alter r1 = 1k * (k + 1)
          op
          print i(v1)
          let const.k = k + 1
          if k eq 2
            break
          end
        end
        reset
        op
        print i(v1)
        """)
    let expected: [Double] = [
      2.0 / 2000, 2.0 / 3000, 2.0 / 4000, 1.0 / 2000, 2.0 / 3000, 2.0 / 2000,
    ]
    let found = run.values("i(v1)")
    #expect(found.count == expected.count, "\(run.text)")
    for (a, b) in zip(found, expected) { #expect(abs(a + b) < 1e-15) }
  }

  @Test func modelsAndParametersChange() throws {
    let run = try run(
      commands: """
        set numdgt = 12
        op
        print i(vd) i(v1)
        altermod nx vto = 0.7
        altermod @nx[kp] = 200u
        op
        print i(vd)
        alter @m1[w] = 4u
        op
        print i(vd)
        alterparam load = 4k
        reset
        op
        print i(vd) i(v1)
        """,
      of: """
        .param load = 2k
        v1 a 0 1
        r1 a 0 {load}
        vd d 0 3
        vg g 0 1.5
        m1 d g 0 0 nx w=2u l=1u
        .model nx nmos level=1 vto=0.5 kp=100u is=0

        """)
    // Saturation: KP/2 W/L (vgs − vto)².
    let drain: [Double] = [-1e-4, -1.28e-4, -2.56e-4, -1e-4]
    let load: [Double] = [-5e-4, -2.5e-4]
    for (a, b) in matched(run.values("i(vd)"), drain) { #expect(abs(a - b) < 1e-12) }
    for (a, b) in matched(run.values("i(v1)"), load) { #expect(abs(a - b) < 1e-12) }
  }

  @Test func measurementsAndComplexVectorsAreRead() throws {
    let run = try run(
      commands: """
        ac dec 1 159.15494309189535 1591.5494309189535
        print mag(v(b))[0] ph(v(b))[0] db(b)[0] real(b)[0] imag(b)[0] vdb(b)[0] frequency[1]
        set units = degrees
        print ph(b)[0]
        tran 1u 5m 0 1u
        meas tran half when v(b)=0.5
        let twice = 2*v(b)
        meas tran top max twice
        meas tran sum param='half*2'
        linearize
        print length(time) time[10]
        """, of: "v1 a 0 dc 0 ac 1 pulse(0 1 0 1n 1n 1 2)\nr1 a b 1k\nc1 b 0 1u\n")
    let root = 0.5.squareRoot()
    let expected: [(String, Double)] = [
      ("mag(v(b))[0]", root), ("ph(v(b))[0]", -Double.pi / 4),
      ("db(b)[0]", 20 * Foundation.log10(root)),
      ("real(b)[0]", 0.5), ("imag(b)[0]", -0.5), ("vdb(b)[0]", 20 * Foundation.log10(root)),
      ("frequency[1]", 1591.549), ("ph(b)[0]", -45), ("half", 1e-3 * Foundation.log(2.0)),
      ("top", 2 * (1 - Foundation.exp(-5.0))), ("sum", 2e-3 * Foundation.log(2.0)),
      ("length(time)", 5001),
      ("time[10]", 1e-5),
    ]
    for (name, value) in expected {
      let found = run.values(name).first ?? .nan
      #expect(abs(found - value) <= 1e-5 * max(abs(value), 1e-3), "\(name): \(found)\n\(run.text)")
    }
  }

  @Test func functionsVariablesAndConditions() throws {
    let run = try run(
      commands: """
        define half(x) x/2
        define both(x, y) half(x) + half(y)
        op
        print both(v(a), 4) 2^3^2
        set list = ( 3 5 )
        let s = 0
        foreach x $list
          let s = s + $x
        end
        repeat 3
          let s = s * 2
          if s > 20 and s ne 64
            continue
          end
          let s = s + 1
        end
        print s
        echo "s is" $&s of $list[2] $#list
        dowhile s < 0
          let s = 0
        end
        print s
        unset list
        plot v(a)
        rusage all
        quit
        print nosuch
        """)
    #expect(run.values("both(v(a), 4)") == [3])
    #expect(run.values("2^3^2") == [512])
    // 8 → 16 + 1 → 34 → 68, and once through the loop without a condition that holds.
    #expect(run.values("s") == [68, 0])
    #expect(run.text.contains("s is 68 of 5 2\n"))
    #expect(run.notes.map(\.subject) == ["unset", "plot", "rusage"])
  }

  /// What `run` solves are the cards; `.measure` cards are evaluated as well.
  @Test func cardsRunAndOptionsHold() throws {
    let run = try run(
      """
      d1 a 0 dx
      i1 0 a 1m
      .model dx d(is=1e-14)
      .op
      .dc i1 1m 2m 1m
      .measure dc top max v(a)
      .control
      run
      option temp=127 gmin=1e-15
      op
      print v(a)
      .endc
      """)
    #expect(run.plots.map(\.analysisKind) == [.operatingPoint, .dcSweep, .operatingPoint])
    let volts = run.plots[0].values(of: "v(a)")?[0] ?? .nan
    #expect(abs((run.values("top").first ?? .nan) - volts - 0.0258649 * Foundation.log(2.0)) < 1e-6)
    #expect(abs((run.values("v(a)").first ?? .nan) - volts) > 0.1)
  }

  // MARK: Files

  @Test func filesAreWrittenInTheDecksFolder() throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(
      """
      v1 a 0 2
      r1 a 0 1k
      .control
      dc v1 0 1 0.5
      wrdata sweep v(a) i(v1)
      write out/all.raw
      set filetype=ascii
      write one.raw i(v1)
      echo "* currents" > notes.txt
      print i(v1)[2] >> notes.txt
      .endc
      """, in: folder)
    #expect(folder.contents == ["notes.txt", "one.raw", "out", "out/all.raw", "sweep.data"])
    #expect(run.files.count == 4 && run.text.isEmpty)
    let data = String(
      decoding: try FileContents.read(folder.file("sweep.data")), as: UTF8.self)
    let rows = data.split(separator: "\n").map {
      $0.split(separator: " ").compactMap { Double($0) }
    }
    #expect(rows == [[0, 0, 0, 0], [0.5, 0.5, 0.5, -5e-4], [1, 1, 1, -1e-3]])
    let whole = try RawFileReader.read(folder.file("out/all.raw"))
    #expect(whole[0].values(of: "v(a)") == [0, 0.5, 1])
    #expect(
      try RawFileReader.read(folder.file("one.raw"))[0].variables.map(\.name)
        == ["v-sweep", "i(v1)"])
    let notes = String(decoding: try FileContents.read(folder.file("notes.txt")), as: UTF8.self)
    #expect(notes == "* currents\ni(v1)[2] = -1.000000e-03\n")
  }

  @Test func sourcedFilesRunAndDoNotRunThemselves() throws {
    let folder = try TemporaryFolder()
    try folder.write("let x = 3\nprint x\n", to: "more.sp")
    #expect(
      try CommandRun("r1 a 0 1\n.control\nsource more.sp\n.endc", in: folder)
        .values("x") == [3])
    try folder.write("source b.sp\n", to: "a.sp")
    try folder.write("source a.sp\n", to: "b.sp")
    let error = #expect(throws: DeckError.self) {
      try CommandRun("r1 a 0 1\n.control\nsource a.sp\n.endc", in: folder)
    }
    #expect(error?.faults.first?.reason == .includeCycle)
    #expect(error?.faults.first?.chain == ["a.sp", "b.sp", "a.sp"])
  }

  // MARK: ngspice

  private static let hasNgspice = (try? NgspiceRunner()) != nil

  /// Every printed value is the one that ngspice prints for the same deck.
  @Test(
    .tags(.validation), .enabled(if: hasNgspice, "ngspice is not installed"),
    arguments: [
      """
      v1 a 0 dc 1 ac 1 sin(0 1 1k)
      r1 a b 1k
      c1 b 0 100n
      d1 b 0 dx
      .model dx d(is=1e-14 rs=10)
      .control
      op
      print v(b) i(v1) @r1[i] @r1[p]
      let x = vector(5)
      let y = x^2 + 1
      print mean(y) y[3] vecmax(y) length(y) stddev(x)
      foreach level 0.5 0.6 0.7
        alter v1 dc = $level
        op
        print v(b) @d1[id]
      end
      altermod dx is = 1e-13
      op
      print v(b)
      reset
      ac dec 2 10 1k
      print mag(v(b)[3]) ph(v(b)[3]) db(v(b)[0]) real(v(b)[1]) imag(v(b)[1])
      let k = 0
      while k < 3
        let k = k + 1
        if k = 2
          continue
        end
        print k
      end
      .endc
      """,
      """
      vd d 0 1
      vg g 0 1.5
      m1 d g 0 0 nx w=10u l=2u
      .model nx nmos level=1 vto=0.6 kp=120u lambda=0.02 gamma=0.4
      .control
      save all @m1[gm] @m1[gds] @m1[vth] @m1[id]
      op
      print @m1[gm] @m1[gds] @m1[id] i(vd)
      alter @m1[w] = 20u
      op
      print @m1[gm] @m1[id]
      dc vd 0 2 0.5
      print i(vd)[4] deriv(i(vd))[2]
      repeat 2
        alter vg = 1.2
        op
        print i(vd)
      end
      .endc
      """,
    ])
  func printsWhatNgspicePrints(cards: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("t\n\(cards)\n.end\n", to: "deck.sp")
    _ = try NgspiceRunner(timeLimitSeconds: 60).run(
      arguments: ["-b", "deck.sp"], inFolder: folder.path, logPath: folder.file("log"))
    let log = try String(contentsOfFile: folder.file("log"), encoding: .utf8)
    func lines(_ text: String) -> [(name: String, value: Double)] {
      text.split(separator: "\n").compactMap { line in
        guard let mark = line.range(of: " = "),
          let value = Double(line[mark.upperBound...].trimmingCharacters(in: .whitespaces))
        else { return nil }
        return (line[..<mark.lowerBound].trimmingCharacters(in: .whitespaces), value)
      }
    }
    let ours = lines(try CommandRun(cards, in: folder).text)
    let theirs = lines(log)
    #expect(ours.map(\.name) == theirs.map(\.name), "\(log)")
    for (a, b) in zip(ours, theirs) {
      // Seven digits, ngspice's tolerance of 1e-3 in currents of junctions, its physical constants.
      #expect(abs(a.value - b.value) <= 1e-4 * abs(b.value) + 1e-12, "\(a.name): \(a) \(b)")
    }
  }
}
