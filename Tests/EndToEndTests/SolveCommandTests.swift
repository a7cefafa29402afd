import Files
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// `solve`, `settle` and `verify` as users run them.
@Suite struct SolveCommandTests {
  private static let divider = """
    divider
    vin in 0 3
    r1 in out 1k
    r2 out 0 2k
    .op
    .dc vin 0 3 1
    .print dc v(out)
    .end
    """

  @Test func decksAreSolvedAndWritten() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.divider, to: "d.sp")
    for (option, encoding) in [([], "Binary:"), (["--ascii"], "Values:")] {
      let outcome = try Program.run(
        ["solve", "d.sp", "--raw", "new/d.raw", "--csv", "new/d.csv"] + option, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let words = outcome.output.split { $0.isWhitespace }.joined(separator: " ")
      #expect(words.contains("v(out) 2.00000 V"), "\(words)")
      let plots = try RawFileReader.read(folder.file("new/d.raw"))
      #expect(plots.map(\.analysisKind) == [.operatingPoint, .dcSweep])
      #expect(plots[0].values(of: "v(out)") == [2])
      #expect(plots[1].values(of: "v-sweep") == [0, 1, 2, 3])
      let bytes = try FileContents.read(folder.file("new/d.raw"))
      #expect(String(decoding: bytes, as: UTF8.self).contains(encoding))
    }
    #expect(folder.contents == ["d.sp", "new", "new/d.dc.csv", "new/d.op.csv", "new/d.raw"])
    let csv = String(decoding: try FileContents.read(folder.file("new/d.op.csv")), as: UTF8.self)
    #expect(csv == "v(in),v(out),i(vin)\n3.0,2.0,-0.001\n")
    let quiet = try Program.run(["solve", "d.sp", "--quiet"], in: folder)
    #expect(quiet.output.split(separator: "\n").count == 2)
  }

  /// A pole at 1 / (2π · 1 ms), a charging capacitor, and the time at which it is half full.
  @Test func transientsAndFrequenciesAreSolved() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      charging
      v1 in 0 dc 0 ac 1 pulse(0 1 0 1n 1n 1 2)
      r1 in out 1k
      c1 out 0 1u
      .options reltol=1e-5
      .ac dec 1 159.15494309189535 1591.5494309189535
      .tran 10u 5m 0 10u
      .print tran v(out)
      .measure tran half when v(out)=0.5 rise=1
      .measure tran never when v(out)=2 rise=1
      """, to: "rc.sp")
    let outcome = try Program.run(["solve", "rc.sp", "--raw", "rc.raw"], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let words = outcome.output.split { $0.isWhitespace }.joined(separator: " ")
    #expect(words.contains("never tran does not happen"), "\(words)")
    #expect(words.contains("∠ -45.00°"), "\(words)")
    let plots = try RawFileReader.read(folder.file("rc.raw"))
    #expect(plots.map(\.analysisKind) == [.smallSignal, .transient])
    let (times, volts) = (plots[1].values(of: "time"), plots[1].values(of: "v(out)"))
    for (time, found) in matched(try #require(times), try #require(volts)) {
      // Steps of a hundredth of the time constant: second order leaves 1e-4 / 12.
      #expect(abs(found - (1 - exp(-time / 1e-3))) <= 1e-4)
    }
  }

  @Test func everyFaultOfADeckIsPlaced() throws {
    let folder = try TemporaryFolder()
    try folder.write("faults\nr1 a 0 1..2\nv1 a 0 1\nr2 a 0 {nosuch}\n.op\n", to: "bad.sp")
    let outcome = try Program.run(["solve", "bad.sp", "--raw", "bad.raw"], in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("bad.sp:2:8: "), "\(outcome.errors)")
    #expect(outcome.errors.contains("bad.sp:4:"), "\(outcome.errors)")
    #expect(folder.contents == ["bad.sp"])
    try folder.write("quiet\nr1 a 0 1\nv1 a 0 1\n", to: "none.sp")
    let none = try Program.run(["solve", "none.sp"], in: folder)
    #expect(none.status == 0 && none.errors.contains("none.sp: asks for no analysis; this is its"))
    #expect(none.output.contains("Operating Point, one point"))
    try folder.write("left\nq1 a a 0 qx\nr1 a 0 1\nv1 a 0 1\n.op\n", to: "left.sp")
    for (options, status) in [
      ([], 1), (["--ignore-unsupported"], 1), (["--leave-out-elements"], 3 as Int32),
    ] {
      let left = try Program.run(["solve", "left.sp"] + options, in: folder)
      #expect(left.status == status && left.errors.contains("left.sp:2:1: 'q1': device needs"))
    }
    try folder.write("loop\nv1 a 0 1\nv2 a 0 2\n.op\n", to: "loop.sp")
    let loop = try Program.run(["solve", "loop.sp"], in: folder)
    #expect(loop.status == 1 && loop.errors.contains("loop.sp: "), "\(loop.errors)")
    let missing = try Program.run(["solve", "no.sp"], in: folder)
    #expect(missing.status == 1 && missing.errors.contains("no.sp"))
    let usage = try Program.run(["solve", "d.sp", "--ascii"], in: folder)
    #expect(usage.status == 64 && usage.errors.contains("--raw"))
  }

  /// A deck's commands run, print, and write into its folder.
  @Test func commandsOfADeckRun() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      loop
      v1 a 0 2
      r1 a 0 1k
      .control
      foreach ohms 1k 2k
        alter r1 = $ohms
        op
        print i(v1)
      end
      wrdata currents i(v1)
      .endc
      """, to: "loop.sp")
    let outcome = try Program.run(["solve", "loop.sp", "--csv", "loop.csv"], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("i(v1) = -2.000000e-03\ni(v1) = -1.000000e-03\n"))
    #expect(folder.contents == ["currents.data", "loop.op.csv", "loop.op2.csv", "loop.sp"])
    try folder.write("t\nr1 a 0 1\n.control\nshell ls\n.endc\n", to: "shell.sp")
    let shell = try Program.run(["solve", "shell.sp"], in: folder)
    #expect(shell.status == 1)
    #expect(shell.errors.contains("shell.sp:4:1: 'shell': commands that start other programs"))
  }

  /// An exported deck and its wrapper for ngspice solve to the currents that the deck expects.
  @Test(arguments: ["core.sp", "run.ngspice.sp"])
  func exportedDecksAreSolved(file: String) throws {
    let folder = try Workspace.make()
    _ = try Program.run(
      ["netlist", "A.yaml", "--input", "volts.npy", "--out", "deck"], in: folder)
    let outcome = try Program.run(["solve", "deck/\(file)", "--csv", "all.csv"], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = String(decoding: try FileContents.read(folder.file("all.csv")), as: UTF8.self)
      .split(separator: "\n").map { $0.split(separator: ",") }
    let header = try CoreDeck(contentsOf: folder.file("deck/core.sp")).header
    #expect(!header.expected.isEmpty)
    for current in header.expected {
      let column = try #require(
        lines[0].firstIndex { $0.lowercased() == "i(\(current.sourceName.lowercased()))" })
      let found = try #require(Double(lines[1][column]))
      #expect(abs(found - current.amperes) <= 1e-9 * abs(current.amperes))
      #expect(outcome.output.contains("i(\(current.sourceName.lowercased()))"))
    }
  }

  @Test func settlingTimesAreWritten() throws {
    let folder = try Workspace.make()
    try folder.write(
      Workspace.array(
        "voltageDriven",
        "wires: {wordLineOhms: 1e-3, bitLineOhms: 2e-3, bitLineFarads: 1e-12, wordLineFarads: 1e-12}"
      ),
      to: "S.yaml")
    let outcome = try Program.run(
      ["settle", "S.yaml", "--input", "volts.npy", "--out", "T.npy"], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("settled    slowest"))
    let seconds = try NPYFile(contentsOf: folder.file("T.npy"))
    #expect(seconds.shape == [5])
    // Five nodes of at most 6 · 2 mΩ and 1 pF: time constants are below 0.2 ps.
    #expect(seconds.doubles.allSatisfy { $0 > 0 && $0 < 1e-12 })
    let figure = try Program.run(
      ["settle", "S.yaml", "--input", "volts.npy", "--figure", "S.svg"], in: folder)
    #expect(figure.status == 0, "\(figure.errors)")
    let drawing = try FileContents.read(folder.file("S.svg"))
    #expect(String(decoding: drawing, as: UTF8.self).contains("slowest"))
    let none = try Program.run(["settle", "A.yaml", "--input", "volts.npy"], in: folder)
    #expect(none.status == 1 && none.errors.contains("wires.wordLineFarads"), "\(none.errors)")
    let bits = try Program.run(
      ["settle", "S.yaml", "--input", "volts.npy", "--bits", "99"], in: folder)
    #expect(bits.status == 64 && bits.errors.contains("--bits is 99"))
  }

  @Test(.enabled(if: !Program.finds("Xyce") && !Program.finds("xyce"), "Xyce is installed"))
  func aSimulatorThatIsNotInstalledIsNamed() throws {
    let folder = try Workspace.make()
    _ = try Program.run(
      ["netlist", "A.yaml", "--input", "volts.npy", "--out", "deck"], in: folder)
    let builtin = try Program.run(["verify", "deck", "--with", "builtin"], in: folder)
    #expect(builtin.status == 0, "\(builtin.errors)")
    let xyce = try Program.run(["verify", "deck", "--with", "xyce"], in: folder)
    #expect(xyce.status == 1 && xyce.errors.contains("Xyce is not installed"), "\(xyce.errors)")
  }
}
