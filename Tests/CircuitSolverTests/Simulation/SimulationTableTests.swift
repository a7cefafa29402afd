import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// `.dc` of parameters and `.data` tables through every analysis, against closed forms.
@Suite struct SimulationTableTests {
  private func run(_ cards: String) throws -> CircuitSimulation.Results {
    let deck = try DeckReader().read("t\n\(cards)\n.end\n", name: "t")
    return try CircuitSimulation(deck).run()
  }

  private let divider = ".param r=7\nv1 a 0 1\nr1 a b 1k\nr2 b 0 {r}\n"

  /// Rounding of a few products and GMIN, which is 1e-12 S beside milliseconds.
  private func isClose(_ found: Double, _ expected: Double) -> Bool {
    abs(found - expected) <= 1e-9 * abs(expected)
  }

  /// The first sweep runs fastest, and each of its runs is measured by itself.
  @Test func parametersAreSwept() throws {
    let results = try run(
      divider + ".dc r 1k 3k 1k v1 list 1 2\n.measure dc top max v(b)\n.print dc v(a,b)")
    let plot = try #require(results.plots.first)
    #expect(plot.name == "DC transfer characteristic" && plot.analysisKind == .dcSweep)
    #expect(plot.values(of: "param-sweep") == [1e3, 2e3, 3e3, 1e3, 2e3, 3e3])
    #expect(plot.values(of: "v1") == [1, 1, 1, 2, 2, 2])
    let (below, across) = (plot.values(of: "v(b)") ?? [], plot.values(of: "v(a,b)") ?? [])
    #expect(below.count == 6)
    for (k, volts) in below.enumerated() {
      let (ohms, source) = (Double(k % 3 + 1) * 1e3, Double(k / 3 + 1))
      #expect(isClose(volts, source * ohms / (ohms + 1e3)))
      #expect(isClose(across[k], source * 1e3 / (ohms + 1e3)))
    }
    let measured = results.measurements.map { $0.value ?? .nan }
    for (found, expected) in matched(measured, [0.75, 1.5]) { #expect(isClose(found, expected)) }
    #expect(measured.count == 2)
    // Sources first: the scale is theirs.
    let other = try run(divider + ".dc v1 1 2 1 r 1k 3k 2k").plots[0]
    #expect(other.values(of: "v-sweep") == [1, 2, 1, 2])
    #expect(other.values(of: "r") == [1e3, 1e3, 3e3, 3e3])
  }

  /// Columns change together; lines continue the card or stand alone.
  @Test(arguments: [
    ".data t r v1\n+ 1k 1\n+ 2k 4\n+ 3k 8\n.enddata",
    ".DATA T\n+ R\n* nothing\n+ V1 1k 1 2k\n+ 4 3k 8\n.ENDDATA",
    ".data t r v1\n1k 1 $ first\n* second\n{2k} 4\n3k\n8.0\n.enddata",
  ])
  func tablesAreSwept(table: String) throws {
    let plot = try #require(try run(divider + ".dc data=t\n" + table).plots.first)
    #expect(plot.values(of: "param-sweep") == [1e3, 2e3, 3e3])
    #expect(plot.values(of: "v1") == [1, 4, 8])
    let found = plot.values(of: "v(b)") ?? []
    for (volts, expected) in matched(found, [0.5, 8.0 / 3, 6]) { #expect(isClose(volts, expected)) }
    #expect(found.count == 3)
  }

  /// Each frequency with its own resistor and bias: `H = 1 / (1 + jωRC)`, in the table's order.
  @Test func frequenciesComeFromTables() throws {
    let rows: [(hertz: Double, ohms: Double)] = [(1e6, 1e3), (1e5, 2e3), (1e6, 3e3), (0.5, 1e3)]
    let table = rows.map { "\($0.ohms) \($0.hertz)" }.joined(separator: "\n")
    let results = try run(
      ".param r=7\nv1 a 0 dc 0 ac 1\nr1 a b {r}\nc1 b 0 1n\n.ac data=t\n.print ac vm(b) vp(b)\n"
        + ".data t r freq\n\(table)\n.enddata")
    let plot = try #require(results.plots.first)
    #expect(plot.analysisKind == .smallSignal && plot.isComplex)
    #expect(plot.values(of: "frequency") == rows.map(\.hertz))
    #expect(plot.values(of: "r") == rows.map(\.ohms))
    #expect(plot.values.count == 4 * plot.variables.count * 2)
    let (size, phase) = (plot.values(of: "vm(b)") ?? [], plot.values(of: "vp(b)") ?? [])
    for (k, row) in rows.enumerated() {
      let x = 2 * .pi * row.hertz * row.ohms * 1e-9
      #expect(isClose(size[k], 1 / hypot(1, x)))
      #expect(isClose(phase[k], -atan(x)))
    }
  }

  /// A table is one loop of `.step`; it and other cards nest, the first innermost, and each step is
  /// the deck with its values written out.
  @Test func tablesAreStepped() throws {
    func text(_ ohms: String, _ farads: String, _ volts: String, _ more: String) -> String {
      ".param r=\(ohms) c=\(farads)\nv1 a 0 \(volts)\nr1 a b {r}\nc1 b 0 {c} ic=0\n"
        + ".tran 10n 1u uic\n.ac data=f\n.data f freq\n1k\n.enddata\n" + more
    }
    let stepped = try run(
      text("1", "1", "7", ".step data=t\n.step v1 list 1 2\n.data t r c\n+ 1k 1n 2k 3n\n.enddata"))
    #expect(stepped.plots.count == 8)
    let names = [
      "r=1000.0 c=1e-09 v1=1.0", "r=2000.0 c=3e-09 v1=1.0", "r=1000.0 c=1e-09 v1=2.0",
      "r=2000.0 c=3e-09 v1=2.0",
    ]
    for (index, name) in names.enumerated() {
      let alone = try run(
        text(index % 2 == 0 ? "1k" : "2k", index % 2 == 0 ? "1n" : "3n", "\(index / 2 + 1)", ""))
      for (plot, own) in matched(stepped.plots[2 * index..<2 * index + 2], alone.plots) {
        #expect(plot.values == own.values && plot.variables == own.variables)
        #expect(plot.name == "\(own.name), step \(index + 1) of 4: \(name)")
      }
    }
  }

  /// Sweeps of parameters inside steps of others.
  @Test func sweepsOfParametersAreStepped() throws {
    let results = try run(
      ".param r=7 k=1\nv1 a 0 1\nr1 a b {k*1k}\nr2 b 0 {r}\n.dc r list 1k 3k\n.step k list 1 3\n"
        + ".step v1 list 1 2")
    let found = results.plots.map { $0.values(of: "v(b)") ?? [] }
    #expect(results.plots.map(\.pointCount) == [2, 2, 2, 2])
    for (volts, expected) in matched(found, [[0.5, 0.75], [0.25, 0.5], [1, 1.5], [0.5, 1]]) {
      for (volts, expected) in matched(volts, expected) { #expect(isClose(volts, expected)) }
    }
  }

  /// As in a sweep of the source itself, a switch between its thresholds stays as it was.
  @Test func pointsStartFromTheOneBefore() throws {
    let circuit = """
      .param p=0
      vc c 0 {p}
      v1 a 0 1
      s1 a b c 0 sw
      r1 b 0 1k
      .model sw sw(vt=1 vh=0.5 ron=1k roff=1g)

      """
    let values = "list 0 1 2 1 0 1"
    let plot = try #require(try run(circuit + ".dc p \(values)").plots.first)
    let direct = try #require(try run(circuit + ".dc vc \(values)").plots.first)
    #expect(plot.values(of: "v(b)") == direct.values(of: "v(b)"))
    let isOn = (plot.values(of: "v(b)") ?? []).map { $0 > 0.25 }
    #expect(isOn == [false, false, true, true, false, false])
  }

  /// The temperature in a table, against a deck with `.temp`.
  @Test func temperaturesComeFromTables() throws {
    let cards = "i1 0 a 1m\nd1 a 0 dm\n.model dm d is=1e-14\n"
    let plot = try run(cards + ".dc data=t\n.data t temp i1\n0 1m\n75 2m\n.enddata").plots[0]
    #expect(plot.values(of: "temp-sweep") == [0, 75])
    let alone = try run(cards.replacing("1m", with: "2m") + ".temp 75\n.op").plots[0]
    let (found, expected) = (plot.values(of: "v(a)")?.last, alone.values(of: "v(a)")?.last)
    // Both stop where Newton's step is within RELTOL, and its next is the square of that.
    #expect(abs(try #require(found) - #require(expected)) < 1e-6)
  }

  @Test func failuresNameTheRow() throws {
    let cards = "v1 a 0 1\nr1 a b 1\nb1 b 0 i=asin({p}+v(b)*v(b))\n.param p=0\n"
    let table = ".data t p temp\n0 20\n2 30\n.enddata\n"
    #expect(throws: CircuitError.at("p=2.0 temp=30.0", .formulaUndefined("b1"))) {
      try run(cards + table + ".dc data=t")
    }
    #expect(throws: CircuitError.at("p=2.0", .formulaUndefined("b1"))) {
      try run(cards + ".dc p 0 2 2")
    }
  }
}
