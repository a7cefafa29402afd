import CrossbarArray
import ExternalSimulators
import Files
import Netlist
import NumericKernels
import SPICE
import TestSupport
import Testing
import Units

private let hasGnucap = (try? GnucapRunner()) != nil

@Suite struct ArrayDeckTests {
  /// Lines with capacitance are exported with it, for transients; currents at DC stay.
  @Test func capacitancesAreExported() throws {
    let array = SettlingTests.array(.voltageDriven)
    let folder = try TemporaryFolder()
    _ = try ArrayDeck.write(
      array, input: try SettlingTests.input(.voltageDriven), title: "RC", to: folder.path)
    let deck = try CoreDeck(contentsOf: folder.file("core.sp"))
    // A word line and a bit line at every cell.
    #expect(deck.circuit.capacitors.count == 2 * 4 * 3)
    let total = deck.circuit.capacitors.reduce(0) { $0 + $1.farads }
    #expect(abs(total - 12 * (3e-15 + 5e-15)) <= 1e-26)
    var other = array
    other.wires.bitLineCapacitance = 6e-15.farads
    #expect(other.contentHash.hexadecimal != array.contentHash.hexadecimal)
    for judge in [DeckVerification.Judge.builtin, .ngspice] {
      if judge == .ngspice, (try? NgspiceRunner()) == nil { continue }
      #expect(try DeckVerification(folder: folder.path, with: judge).passes)
    }
  }

  /// One cell of 10 kΩ behind a selector of 1e-30 A and 10 mV per e-fold, at 1 V: `i R + s asinh(i / 2
  /// I₀) = V` has the root 4.102380525398009e-5 A. ngspice raises saturation currents to its EPSMIN
  /// of 1e-28 A, which gives 11 % more, unless the wrapper lowers that.
  @Test(arguments: [DeckVerification.Judge.builtin, .ngspice])
  func steepSelectorsHaveTheirCurrent(judge: DeckVerification.Judge) throws {
    if judge == .ngspice, (try? NgspiceRunner()) == nil { return }
    var array = ArrayDescription(
      topology: .voltageDriven, conductances: Matrix(rows: 1, columns: 1) { _, _ in 1e-4 },
      wires: WireParasitics(wordLineSegment: 0.ohms, bitLineSegment: 0.ohms),
      readVoltage: 1.volts)
    array.law = .selector(.init(saturation: 1e-30.amperes, slope: 0.01.volts))
    let folder = try TemporaryFolder()
    _ = try ArrayDeck.write(
      array, input: .volts(Matrix(rows: 1, columns: 1) { _, _ in 1 }), title: "steep",
      to: folder.path)
    let verification = try DeckVerification(folder: folder.path, with: judge)
    #expect(verification.passes, "\(verification.worstRelativeDifference)")
    let expected = 4.102380525398009e-05
    for current in verification.currents {
      #expect(abs(abs(current.expected) - expected) <= 1e-12 * expected)
      // ngspice's physical constants and its tolerances.
      #expect(abs(abs(current.found) - expected) <= 1e-5 * expected)
    }
    #expect(!verification.currents.isEmpty)
  }

  /// A second simulator, with constants and tolerances of its own, finds the currents of every law.
  @Test(
    .tags(.validation), .enabled(if: hasGnucap, "gnucap is not installed"),
    arguments: [
      CellLaw.linear, .sinh(.init(scale: 0.3.volts)),
      .selector(.init(saturation: 1e-9.amperes, slope: 0.05.volts)),
      .transistor(
        .init(gate: 2.5.volts, threshold: 0.5.volts, transconductance: 1e-3)),
    ])
  func gnucapAgrees(law: CellLaw) throws {
    var random = RandomStream(seed: 31)
    var array = ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel),
      conductances: Matrix(rows: 6, columns: 4) { _, _ in
        Double.random(in: 1e-6...16e-6, using: &random)
      },
      wires: WireParasitics(bitLineSegment: 50.ohms, sourceLineSegment: 20.ohms),
      readVoltage: 1.volts)
    array.law = law
    let folder = try TemporaryFolder()
    _ = try ArrayDeck.write(
      array, input: .bits(BitMatrix(rows: 1, columns: 6) { _, line in line != 2 }), title: "law",
      to: folder.path)
    let verification = try DeckVerification(folder: folder.path, with: .gnucap)
    #expect(verification.currents.count == 4)
    // The deck's own tolerance is 1e-6; at 27 °C with the constants of 1969 selectors are 1e-4 off.
    #expect(verification.worstRelativeDifference <= 2e-8)
  }

  /// Large arrays get their expected currents from a structured solver; our reader and solver must
  /// find the same ones from the text, by factorizing the whole circuit.
  @Test(
    .tags(.validation), arguments: [CellTopology.voltageDriven, .gateDriven(sourceLine: .parallel)])
  func largeDecksCarryTheCurrentsOfTheirCircuit(topology: CellTopology) throws {
    var random = RandomStream(seed: 12)
    let (m, n) = (190, 350)
    let siemens = Matrix(rows: m, columns: n) { _, _ in
      Double.random(in: 1e-6...1e-4, using: &random)
    }
    let array = ArrayDescription(
      topology: topology, conductances: siemens,
      wires: WireParasitics(
        wordLineSegment: 0.7.ohms, bitLineSegment: 1.3.ohms, sourceLineSegment: 0.4.ohms),
      readVoltage: 0.2.volts)
    let numbers = Matrix(rows: 1, columns: m) { _, i in Double(i % 3 == 0 ? 0 : 1) }
    let folder = try TemporaryFolder()
    let summary = try ArrayDeck.write(
      array, input: try InputBatch(numbers, for: topology), title: "large", to: folder.path)
    #expect(summary.terminals == n)
    let deck = try CoreDeck(contentsOf: folder.file("core.sp"))
    #expect(deck.header["expected-by"]?.hasPrefix("exact: ") == true)
    #expect(deck.header["expected-by"] != "exact: circuit")
    #expect(
      throws: FileError(
        path: folder.path + "/none", reason: "no such folder; `tilespice netlist` writes one")
    ) { _ = try DeckVerification(folder: folder.path + "/none", with: .builtin) }
    let verification = try DeckVerification(folder: folder.path, with: .builtin)
    #expect(verification.worstRelativeDifference <= 1e-9)
  }
}
