import CircuitSolver
import Foundation
import Netlist
import SPICE
import Testing

/// Parts of phasors and of real values: decibels, degrees, real and imaginary parts.
@Suite struct PhasorPartTests {
  private func plot(_ cards: String) throws -> Plot {
    try #require(
      try CircuitSimulation(try DeckReader().read("t\n\(cards)\n.end\n", name: "t")).run().plots
        .first)
  }

  private static let filter = """
    v1 in 0 ac 1
    r1 in out 1k
    c1 out 0 1u
    .ac lin 1 159.15494309189535 159.15494309189535
    .print ac v(out) vdb(out) vp(out) vr(out) vi(out) vm(out) idb(v1) {v(out)*2}
    """

  /// At its corner frequency a low-pass has 1 / (1 + j): −3.01 dB and −π/4, in radians as ngspice has it.
  @Test func partsAreThoseOfTheFormula() throws {
    let plot = try plot(Self.filter)
    for (name, value) in [
      ("vdb(out)", -10 * log10(2.0)), ("vp(out)", -Double.pi / 4), ("vr(out)", 0.5),
      ("vi(out)", -0.5),
      ("vm(out)", 0.5.squareRoot()), ("idb(v1)", 20 * log10(0.5.squareRoot() / 1000)),
    ] {
      let found = try #require(plot.values(of: name)?.first)
      #expect(abs(found - value) <= 1e-9, "\(name): \(found)")
    }
  }

  /// Real quantities take one column; phasors two.
  @Test func partsTakeOneColumn() throws {
    let plot = try plot(Self.filter)
    let lines = plot.csv.split(separator: "\n")
    #expect(
      lines[0] == "frequency,re(v(in)),im(v(in)),re(v(out)),im(v(out)),re(i(v1)),im(i(v1)),"
        + "vdb(out),vp(out),vr(out),vi(out),vm(out),idb(v1),re({v(out)*2}),im({v(out)*2})")
    let numbers = lines[1].split(separator: ",").compactMap { Double($0) }
    #expect(numbers.count == 15)
    #expect(abs(numbers[7] + 3.0103) < 1e-4 && abs(numbers[8] + .pi / 4) < 1e-4)
    let kinds = plot.variables.map { "\($0.kind) \($0.isReal)" }
    #expect(
      kinds == [
        "frequency true", "voltage false", "voltage false", "current false", "decibel true",
        "phase true", "voltage true", "voltage true", "voltage true", "decibel true",
        "notype false",
      ])
  }

  /// Raw files keep the kinds that say so.
  @Test func rawFilesKeepTheKinds() throws {
    let plot = try plot(Self.filter)
    let bytes = [UInt8](RawFileWriter.encode([plot], as: .binary))
    let again = try #require(try RawFileReader.parse(bytes, file: "f").first)
    #expect(again.values == plot.values)
    let real = again.variables.filter(\.isReal).map(\.name)
    #expect(real == ["frequency", "vdb(out)", "vp(out)", "idb(v1)"])
  }

  /// Columns of a table are real beside phasors.
  @Test func parametersOfTablesAreReal() throws {
    let plot = try plot(
      """
      .param r=1k
      v1 in 0 ac 1
      r1 in out {r}
      c1 out 0 1u
      .data points r freq
      1k 100
      2k 200
      .enddata
      .ac data=points
      """)
    #expect(plot.csv.split(separator: "\n")[0].hasSuffix("im(i(v1)),r"))
  }

  /// `20 log |v|` of operating points and sweeps, by either method.
  @Test(arguments: [".op", ".dc v1 10 100 90"], [CircuitSimulation.Method.nodal, .general])
  func decibelsOfSolvedDecks(analysis: String, method: CircuitSimulation.Method) throws {
    let deck = try DeckReader().read(
      "t\nv1 a 0 10\nr1 a b 9k\nr2 b 0 1k\n\(analysis)\n.save vdb(a) vdb(b) vm(b) vp(b)\n",
      name: "t")
    let plot = try #require(try CircuitSimulation(deck, method: method).run().plots.first)
    for (name, value) in [("vdb(a)", 20.0), ("vdb(b)", 0), ("vm(b)", 1), ("vp(b)", 0)] {
      let found = try #require(plot.values(of: name)?.first, "\(name)")
      #expect(abs(found - value) <= 1e-9, "\(name): \(found)")
    }
    if analysis != ".op" {
      #expect(abs(try #require(plot.values(of: "vdb(b)")?.last) - 20) <= 1e-9)
    }
  }
}
