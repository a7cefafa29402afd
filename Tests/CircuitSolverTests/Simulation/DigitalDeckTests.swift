import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// Digital elements as decks write them: files, PSpice's devices, optional nodes, texts, faults.
@Suite struct DigitalDeckTests {
  /// A deck in a folder with files of these names and contents.
  private func read(_ cards: String, _ files: [String: String] = [:]) throws -> SimulationDeck {
    try withTemporaryFolder { folder in
      for (name, text) in files {
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
      }
      let file = "\(folder)/t.sp"
      try "t\n\(cards)\n.end\n".write(toFile: file, atomically: true, encoding: .utf8)
      return try DeckReader().open(URL(fileURLWithPath: file)).deck
    }
  }

  private func plot(_ cards: String, _ files: [String: String] = [:]) throws -> Plot {
    try #require(try CircuitSimulation(read(cards, files)).run().plots.last)
  }

  /// Times in nanoseconds at which a vector changes, and its values.
  private func changes(_ plot: Plot, _ name: String) throws -> [String] {
    let times = try #require(plot.values(of: "time"))
    let values = try #require(plot.values(of: name), "\(name)")
    var lines = ["0.0 \(values[0])"]
    for k in times.indices.dropFirst() where values[k] != values[k - 1] {
      lines.append("\((times[k] * 1e12).rounded() / 1e3) \(values[k])")
    }
    return lines
  }

  private static let stimulus = """
    * time a b
    0n   0s 0s
    20n  1s 0s
    30e-9 1s 1s
    50ns 0s 1s
    60n  0s Us
    """

  @Test func stimuliComeFromFiles() throws {
    let plot = try plot(
      "a0 [a b] src\n.model src d_source(input_file=\"s.txt\")\na1 [a ~b] q and\n"
        + ".model and d_and(rise_delay=2n fall_delay=3n)\n.tran 1n 100n", ["s.txt": Self.stimulus])
    #expect(try changes(plot, "v(a)") == ["0.0 0.0", "20.0 1.0", "50.0 0.0"])
    #expect(try changes(plot, "v(b)") == ["0.0 0.0", "30.0 1.0", "60.0 0.5"])
    #expect(try changes(plot, "v(q)") == ["0.0 0.0", "22.0 1.0", "33.0 0.0"])
  }

  /// Delays of PSpice's timing models as ngspice 39 takes them: typical ones, the mean of least and
  /// most, or what there is.
  @Test func devicesOfPSpice() throws {
    let plot = try plot(
      """
      a0 [a b] src
      .model src d_source(input_file="s.txt")
      xx a b o1 o2 o3 o4 sub
      .subckt sub a b o1 o2 o3 o4 optional: DPWR=$G_DPWR DGND=$G_DGND params: MNTYMXDLY=0 IO_LEVEL=0
      U1 NAND(2) DPWR DGND a b o1 D1 IO_STD MNTYMXDLY={MNTYMXDLY}
      U2 ANDA(2,1) DPWR DGND a b o2 D2 IO_STD
      U3 OR(2) DPWR DGND a b o3 D0_GATE IO_STD
      U4 XOR DPWR DGND a $D_HI o4 D4 IO_STD IO_LEVEL={IO_LEVEL}
      .model D1 ugate (tplhmn=1n tplhty=2n tplhmx=4n tphlmn=3n tphlty=5n tphlmx=7n)
      .model D2 ugate (tplhmn=1n tplhmx=5n tphlmx=7n)
      .model D4 ugate (tplhmx=5n tphlmn=7n)
      .ends
      .tran 1n 59n
      """, ["s.txt": Self.stimulus])
    #expect(try changes(plot, "v(o1)") == ["0.0 1.0", "35.0 0.0", "52.0 1.0"])
    #expect(try changes(plot, "v(o2)") == ["0.0 0.0", "33.0 1.0", "57.0 0.0"])
    #expect(try changes(plot, "v(o3)") == ["0.0 0.0", "20.001 1.0"])
    #expect(try changes(plot, "v(o4)") == ["0.0 1.0", "27.0 0.0", "55.0 1.0"])
  }

  /// Values of ngspice 39: preset and clear are low where they are on, and the JK's clock falls.
  @Test func flipFlopsOfPSpice() throws {
    let plot = try plot(
      """
      a0 [a b c pr cl] src
      .model src d_source(input_file="s.txt")
      U5 DFF(1) $G_DPWR $G_DGND pr cl c a q qb E1 IO_STD
      U6 JKFF(1) $G_DPWR $G_DGND pr cl c a b q2 $D_NC E1 IO_STD
      U7 BUF3 $G_DPWR $G_DGND a b t3 T1 IO_STD
      .model E1 ueff (tpclkqlhty=3n tpclkqhlty=4n tppcqlhty=5n tppcqhlty=6n twclklmn=1n)
      .model T1 utgate (tplhty=3n tphlty=4n tpzhty=5n)
      .tran 1n 100n
      """,
      [
        "s.txt": """
        0n  0s 0s 0s 1s 1s
        20n 1s 0s 0s 1s 1s
        30n 1s 1s 0s 1s 1s
        40n 1s 1s 1s 1s 1s
        50n 0s 1s 0s 1s 1s
        60n 0s 0s 1s 1s 1s
        70n 0s 0s 1s 0s 1s
        80n 0s 0s 1s 1s 0s
        90n 1s 1s 0s 1s 1s
        """
      ])
    #expect(
      try changes(plot, "v(q)") == ["0.0 0.0", "45.0 1.0", "65.0 0.0", "76.0 1.0", "86.0 0.0"])
    #expect(try changes(plot, "v(q2)") == ["0.0 0.0", "76.0 1.0", "86.0 0.0"])
    #expect(try changes(plot, "v(t3)") == ["0.0 0.0", "24.0 1.0", "54.0 0.0", "94.0 1.0"])
  }

  /// Tables are texts, which parameters pass on and join.
  @Test func textsAreParameters() throws {
    let plot = try plot(
      """
      .param and="0001" or="0111"
      .param both=or{and}
      a0 [a b] src
      .model src d_source(input_file="s.txt")
      a1 [a b] q1 t1
      .model t1 d_lut table_values=and
      x2 a b q2 gate table=or
      x3 a b q3 gate
      .subckt gate 1 2 out table="0110"
      .model p d_lut table_values=table
      a1 [1 2] out p
      .ends
      a4 [b a a] q4 t4
      .model t4 d_lut table_values=both
      .tran 1n 59n
      """, ["s.txt": Self.stimulus])
    #expect(try changes(plot, "v(q1)") == ["0.0 0.0", "31.0 1.0", "51.0 0.0"])
    #expect(try changes(plot, "v(q2)") == ["0.0 0.0", "21.0 1.0"])
    #expect(try changes(plot, "v(q3)") == ["0.0 0.0", "21.0 1.0", "31.0 0.0", "51.0 1.0"])
    // 01110001: 0, then 6, then 7, then 1.
    #expect(try changes(plot, "v(q4)") == ["0.0 0.0", "31.0 1.0"])
  }

  /// While one side drives, its level is on the wire; while both let go, the wire is read.
  @Test func wiresAreDrivenAndRead() throws {
    let plot = try plot(
      """
      va a 0 pulse(0 3 100n 1n 1n 99n 200n)
      vc c 0 pulse(0 3 400n 1n 1n 400n 1u)
      vw w 0 pulse(0 3 50n 1n 1n 49n 100n)
      rw w wire 1k
      a1 a c wire tri
      .model tri d_tristate(delay=1n)
      a2 wire seen buf
      .model buf d_buffer
      .param vcc=3
      .tran 1n 800n
      """)
    let times = try #require(plot.values(of: "time"))
    let (wire, outside, seen, a) = (
      try #require(plot.values(of: "v(wire)")), try #require(plot.values(of: "v(w)")),
      try #require(plot.values(of: "v(seen)")), try #require(plot.values(of: "v(a)"))
    )
    for k in times.indices {
      // Away from edges.
      let phase = (times[k] * 1e9).truncatingRemainder(dividingBy: 50)
      guard phase > 10, phase < 48 else { continue }
      if times[k] < 400e-9 {
        #expect(abs(wire[k] - outside[k]) < 1e-6)
        #expect(seen[k] == (outside[k] > 1.5 ? 1 : 0), "\(times[k])")
      } else {
        #expect(abs(wire[k] - a[k]) < 1e-3)
        #expect(seen[k] == (a[k] > 1.5 ? 1 : 0), "\(times[k])")
      }
    }
  }

  /// What is wrong has its place.
  @Test(arguments: [
    ("a1 a b buf\n.model buf d_buffer(rise=1n)", "t.sp:3:21", "rise"),
    ("a1 a b buf\n.model buf d_buffer(rise_delay=-1n)", "t.sp:3:32", "parameter is out of range"),
    ("a1 a b buf\n.model buf d_dff", "t.sp:2:1", "too few fields"),
    ("a1 [a b] c buf\n.model buf d_buffer", "t.sp:2:1", "not expected"),
    ("a1 %v a b buf\n.model buf d_buffer", "t.sp:2:4", "type"),
    ("a1 a 0 buf\n.model buf d_buffer", "t.sp:2:6", "type"),
    ("a1 a b g\n.model g real_gain\na2 b c buf\n.model buf d_buffer", "t.sp:4:4", "type"),
    ("a1 [a b] c lut\n.model lut d_lut(table_values=\"012\")", "t.sp:3:31", "out of range"),
    ("a1 [a] [b c] dac\n.model dac dac_bridge", "t.sp:2:1", "wrong number of nodes"),
    ("a1 [a] src\n.model src d_source(input_file=\"none.txt\")", "t.sp:3:32", "none.txt"),
    ("a1 [a b] src\n.model src d_source(input_file=\"s.txt\")", "t.sp:3:32", "s.txt:2 (1 values"),
    ("a1 a d osc\n.model osc d_osc(cntl_array=[0 0] freq_array=[1 2])", "t.sp:3:29", "range"),
    ("a1 a b x\n.model x d_bufer", "t.sp:2:1", "d_buffer"),
    ("U1 NAN(2) 1 2 a b c D0_GATE IO", "t.sp:2:1", "nand"),
    ("U1 NAND(2) 1 2 a b D0_GATE IO", "t.sp:2:1", "2 pins for 3"),
    ("U1 NAND(2) 1 2 a b c DX IO", "t.sp:2:22", "no .model"),
    ("x1 s\n.subckt s a optional: b=c d\n.ends", "t.sp:3:27", "not expected"),
  ])
  func faults(cards: String, place: String, words: String) throws {
    let error = #expect(throws: DeckError.self) {
      _ = try self.read(cards + "\nv1 x 0 1\nr1 x 0 1\n.op", ["s.txt": "\n0 0s\n"])
    }
    let text = try #require(error).description
    #expect(text.contains(place + ":") && text.contains(words), "\(text)")
  }

  @Test func filesOfStatesAreReadStrictly() throws {
    let head = "a1 [i] c r [q] m\n.model m d_state(state_file=\"m.in\")\na2 i p\na3 c p\na4 r p\n"
    let cards = head + ".model p d_pulldown\n.op"
    _ = try read(cards, ["m.in": "* states\n0 0s 0 -> 1\n     1 -> 0\n1 1s x -> 0\n"])
    for (text, words) in [
      ("0 0s 0 -> 2\n", "m.in:1 (there is no state 2)"),
      ("0 0q 0 -> 0\n", "m.in:1 ('0q' is no digital value"),
      ("0 0s 2 -> 0\n", "m.in:1 ('2' is no input"), ("0 0s 0 0\n", "m.in:1 (a transition ends"),
      ("0 0s 0 -> 0\n1 1s 1 -> 0\n0 0s 1 -> 1\n", "m.in:3 (state 0 goes on"),
      ("", "m.in:1 (there are no states)"), ("1 0s 0 -> 1\n", "there is no state of reset_state"),
    ] {
      let error = #expect(throws: DeckError.self) { _ = try self.read(cards, ["m.in": text]) }
      #expect(try #require(error).description.contains(words), "\(error?.description ?? "")")
    }
  }

  /// Outputs and measurements name digital nodes as they name others.
  @Test func digitalNodesAreOutputs() throws {
    let deck = try read(
      "a0 [a b] src\n.model src d_source(input_file=\"s.txt\")\nv1 x 0 1\nr1 x 0 1\n"
        + ".tran 1n 100n\n.print tran v(a) 'v(a)+2*v(b)'\n.meas tran up when v(a)=0.5 rise=1",
      ["s.txt": Self.stimulus])
    let results = try CircuitSimulation(deck).run()
    let sum = try #require(results.plots.last?.values(of: "'v(a)+2*v(b)'"))
    #expect(sum.first == 0 && sum.last == 1 && sum.max() == 3)
    #expect(abs((results.measurements.first?.value ?? 0) - 20e-9) <= 2e-9)
  }

  /// The numbers of others are no digital values.
  @Test func formulasGetBridges() throws {
    let plot = try plot(
      "a0 [a b] src\n.model src d_source(input_file=\"s.txt\")\nb1 y 0 v={2*v(a)}\nr1 y 0 1\n.tran 1n 45n",
      ["s.txt": Self.stimulus])
    #expect(abs((plot.values(of: "v(y)")?.last ?? 0) - 6.6) < 1e-9)
  }
}
