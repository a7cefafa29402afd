import CircuitSolver
import ExternalSimulators
import Foundation
import Netlist
import NumericKernels
import SPICE
import SparseLinearAlgebra
import TestSupport
import Testing
import Units

@testable import CrossbarArray

private let hasNgspice = (try? NgspiceRunner()) != nil

@Suite struct SettlingTests {
  /// Small arrays of every topology with capacitance on every line.
  static func array(_ topology: CellTopology, m: Int = 4, n: Int = 3) -> ArrayDescription {
    var wires = WireParasitics(
      wordLineSegment: 40.ohms, bitLineSegment: 60.ohms, sourceLineSegment: 25.ohms)
    wires.wordLineCapacitance = 3e-15.farads
    wires.bitLineCapacitance = 5e-15.farads
    wires.sourceLineCapacitance = 4e-15.farads
    return ArrayDescription(
      topology: topology,
      conductances: Matrix(rows: m, columns: n) { i, j in
        let level: Int = 1 + (3 * i + 5 * j) % 7
        return 1e-5 * Double(level)
      },
      wires: wires,
      terminals: TerminalResistances(
        wordLineDriver: 500.ohms, bitLineSense: 900.ohms, sourceLineDriver: 300.ohms),
      readVoltage: 0.2.volts)
  }

  static func input(_ topology: CellTopology, m: Int = 4) throws -> InputBatch {
    let numbers = Matrix(rows: 1, columns: m) { (_: Int, i: Int) -> Double in
      if topology == .voltageDriven { return 0.05 * Double(i + 1) }
      return i % 3 == 1 ? 0 : 1
    }
    return try InputBatch(numbers, for: topology)
  }

  static let topologies: [CellTopology] = [
    .voltageDriven, .gateDriven(sourceLine: .parallel), .gateDriven(sourceLine: .crossing),
  ]

  /// One cell, one capacitor: `i = I (1 − exp(−t/τ))` with the resistances on its two sides parallel.
  @Test func aSingleCellSettlesExponentially() throws {
    var array = Self.array(.voltageDriven, m: 1, n: 1)
    array.wires.wordLineCapacitance = 0.farads
    let settling = try ArraySettling(
      array, input: .volts(Matrix(rows: 1, columns: 1) { _, _ in 1 }))
    let (before, after) = (500.0 + 40 + 1e5, 60.0 + 900)
    let seconds = 5e-15 * before * after / (before + after)
    let amperes = 1 / (before + after)
    #expect(abs(settling.finalAmperes[0] - amperes) <= 1e-14 * amperes)
    for factor in [0.01, 0.5, 1, 3, 20] {
      let expected = amperes * (1 - exp(-factor))
      let found = settling.amperes(ofOutput: 0, at: factor * seconds)
      #expect(abs(found - expected) <= 1e-12 * amperes)
    }
    let half = settling.settlingSeconds(within: amperes / 512)[0]
    #expect(abs(half - seconds * log(512)) <= 1e-9 * half)
    #expect(settling.settlingSeconds(within: 2 * amperes) == [0])
  }

  @Test(arguments: topologies)
  func modesAgreeWithADenseExponential(topology: CellTopology) throws {
    try expectDenseAgreement(Self.array(topology), try Self.input(topology), "\(topology)")
  }

  /// Ends, pairs, terminals, unused and ideal lines, defects: 54 small arrays over all options.
  @Test(.tags(.validation)) func modesOfRandomArraysAgreeWithADenseExponential() throws {
    var checked = 0
    for index in 0..<54 {
      var drawn = RandomArray(index, seed: 31)
      if index % 2 == 1 { drawn.addDefects() }
      var array = drawn.array
      // Wires near the cells, so that the dense twin keeps its digits.
      array.wires.wordLineSegment = (array.wires.wordLineSegment.value > 0 ? 0.03 : 0).ohms
      array.wires.bitLineSegment = (array.wires.bitLineSegment.value > 0 ? 0.05 : 0).ohms
      array.wires.sourceLineSegment = (array.wires.sourceLineSegment.value > 0 ? 0.02 : 0).ohms
      array.terminals.bitLineSense = 0.2.ohms
      array.wires.wordLineCapacitance = 1e-12.farads
      array.wires.bitLineCapacitance = 2e-12.farads
      array.wires.sourceLineCapacitance = 3e-12.farads
      // Lines that open wires cut off from every source are refused.
      guard (try? CircuitArray(array)) != nil else { continue }
      try expectDenseAgreement(array, drawn.input, "array \(index): \(array)")
      checked += 1
    }
    #expect(checked > 40)
  }

  /// The whole network as a dense matrix exponential, by scaling and squaring its Taylor series.
  private func expectDenseAgreement(
    _ array: ArrayDescription, _ input: InputBatch, _ name: String
  ) throws {
    let settling = try ArraySettling(array, input: input)
    let network = try Self.network(of: array, input: input)
    let order = network.farads.count
    #expect(network.farads.allSatisfy { $0 > 0 })
    var dense = Matrix(rows: order, columns: order, repeating: 0.0)
    for j in 0..<order {
      for entry in network.pattern.columnStarts[j]..<network.pattern.columnStarts[j + 1] {
        let i = network.pattern.rowIndices[entry]
        dense[i, j] = -network.siemens[entry] / network.farads[i]
        dense[j, i] = -network.siemens[entry] / network.farads[j]
      }
    }
    let peak = settling.finalAmperes.map { abs($0) }.max() ?? 0
    let rate = (0..<order).map { i in dense.row(i).reduce(0) { $0 + abs($1) } }.max() ?? 0
    let volts = network.start.map { abs($0) }.max() ?? 0
    for factor in [0.01, 0.1, 0.7, 2, 8] {
      let seconds = factor * settling.slowestSeconds
      let decayed = Self.exponential(dense.map { $0 * seconds }, applied: network.start)
      for (output, terms) in network.outputs.enumerated() {
        let expected =
          settling.finalAmperes[output]
          + terms.reduce(0) { $0 + $1.siemens * decayed[$1.unknown] }
        let found = settling.amperes(ofOutput: output, at: seconds)
        // Squaring s times, until ‖A‖ t < 2ˢ, costs the twin 2ˢ roundings of what it starts from.
        let roundings = 2 * rate * seconds * .ulpOfOne * volts
        let rounding = terms.reduce(0) { $0 + $1.siemens * roundings }
        #expect(
          abs(found - expected) <= 2 * ArraySettling.tolerance * peak + rounding, "\(name)")
      }
    }
  }

  /// A band is left for the last time where the current is at its edge.
  @Test(arguments: topologies)
  func currentsStayInsideTheBandOnceSettled(topology: CellTopology) throws {
    let array = Self.array(topology, m: 9, n: 7)
    let settling = try ArraySettling(array, input: try Self.input(topology, m: 9))
    let band = (settling.finalAmperes.max() ?? 0) / 512
    for (output, seconds) in settling.settlingSeconds(within: band).enumerated() {
      let last = settling.finalAmperes[output]
      #expect(
        abs(abs(settling.amperes(ofOutput: output, at: seconds) - last) - band) <= 1e-6 * band)
      for factor in [1.001, 1.01, 1.1, 2, 10] {
        #expect(abs(settling.amperes(ofOutput: output, at: factor * seconds) - last) < band)
      }
    }
  }

  /// The same circuit as text, started from the same voltages, in ngspice's transient analysis.
  @Test(
    .tags(.validation), .enabled(if: hasNgspice, "ngspice is not installed"), arguments: topologies)
  func ngspiceSettlesAlike(topology: CellTopology) throws {
    let array = Self.array(topology)
    let input = try Self.input(topology)
    let settling = try ArraySettling(array, input: input)
    let deck = try Self.deck(of: array, input: input, settling)
    let plot = try Self.run(try SPICEWriter.deck(deck, for: .ngspice))
    let times = try #require(plot.values(of: "time"))
    let peak = settling.finalAmperes.map { abs($0) }.max() ?? 0
    let band = peak / 512
    let expected = settling.settlingSeconds(within: band)
    for (output, name) in deck.outputs.enumerated() {
      let amperes = try #require(plot.values(of: name.name))
      for (seconds, found) in matched(times, amperes)
      where seconds >= 0.02 * settling.slowestSeconds {
        // Trapezoidal steps of a two-thousandth of the slowest time constant and reltol = 1e-6.
        let exact = settling.amperes(ofOutput: output, at: seconds)
        #expect(abs(found - exact) <= 1e-4 * peak, "\(output) at \(seconds)")
      }
      let last = times.indices.last { abs(amperes[$0] - settling.finalAmperes[output]) > band }
      let seconds = try #require(last.map { times[$0] })
      // 1e-4 of the peak is 5 % of the band, which a decay crosses in 5 % of its time constant.
      #expect(abs(seconds - expected[output]) <= 0.05 * settling.slowestSeconds)
    }
  }

  @Test func whatCannotSettleIsRefused() throws {
    var array = Self.array(.voltageDriven)
    let input = try Self.input(.voltageDriven)
    array.wires = WireParasitics(wordLineSegment: 1.ohms, bitLineSegment: 1.ohms)
    let error = #expect(throws: ArrayError.self) { try ArraySettling(array, input: input) }
    #expect(error?.description.contains("wires.wordLineFarads") == true)
    array = Self.array(.voltageDriven)
    array.law = .sinh(SinhLaw(scale: 0.3.volts))
    let nonlinear = #expect(throws: ArrayError.self) { try ArraySettling(array, input: input) }
    #expect(nonlinear?.description.contains("law: linear") == true)
  }

  /// No input leaves every current at zero, settled from the start.
  @Test func silenceIsSettled() throws {
    let array = Self.array(.voltageDriven)
    let none = InputBatch.volts(Matrix(rows: 1, columns: 4, repeating: 0))
    let settling = try ArraySettling(array, input: none)
    #expect(settling.settlingSeconds(within: 1e-9) == [0, 0, 0])
    #expect(settling.amperes(ofOutput: 1, at: 1e-12) == 0)
  }

  // MARK: Pieces

  static func parts(
    of input: InputBatch
  ) -> (gates: [Bool]?, volts: [Double]?) {
    switch input {
    case .bits(let bits): ((0..<bits.columns).map { bits[0, $0] }, nil)
    case .volts(let matrix): (nil, matrix.elements)
    }
  }

  static func network(of array: ArrayDescription, input: InputBatch) throws -> RelaxingNetwork {
    let (gates, volts) = parts(of: input)
    let built = try ArrayBuilder.circuit(of: array, gates: gates, volts: volts, dynamic: true)
    return RelaxingNetwork(
      built.circuit, senses: built.meaning.senseSources,
      start: try ArraySettling.operatingPoint(
        of: array, gates: gates?.map { _ in false }, volts: volts?.map { _ in 0 }
      ).nodeVolts,
      end: try ArraySettling.operatingPoint(of: array, gates: gates, volts: volts).nodeVolts)
  }

  static func deck(
    of array: ArrayDescription, input: InputBatch, _ settling: ArraySettling
  ) throws -> SimulationDeck {
    let (gates, volts) = parts(of: input)
    let built = try ArrayBuilder.circuit(of: array, gates: gates, volts: volts, dynamic: true)
    let start = try ArraySettling.operatingPoint(
      of: array, gates: gates?.map { _ in false }, volts: volts?.map { _ in 0 })
    var deck = SimulationDeck(circuit: built.circuit)
    deck.initialConditions = built.circuit.nodes.dropFirst().map {
      SimulationDeck.NodeVoltage(node: $0, volts: start.nodeVolts[Int($0.index)])
    }
    deck.outputs = built.meaning.senseSources.map {
      let label = built.circuit.voltageSources[$0[0]].label
      return OutputRequest(
        analysis: .transient, name: "i(\(built.circuit.name(of: label)))", expression: .number(0))
    }
    var transient = TransientSettings(
      step: settling.slowestSeconds / 100, stop: 10 * settling.slowestSeconds)
    transient.maximumStep = settling.slowestSeconds / 2000
    transient.usesInitialConditions = true
    deck.analyses = [.transient(transient)]
    deck.options.relativeTolerance = 1e-6
    deck.options.absoluteAmperes = 1e-16
    deck.options.absoluteVolts = 1e-10
    deck.options.absoluteCoulombs = 1e-22
    return deck
  }

  static func run(_ text: String) throws -> Plot {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "deck.sp")
    _ = try NgspiceRunner(timeLimitSeconds: 60).run(
      arguments: ["-b", "-r", "out.raw", "deck.sp"], inFolder: folder.path,
      logPath: folder.file("log"))
    return try #require(try RawFileReader.read(folder.file("out.raw")).first)
  }

  /// `exp(A) x`: the series of `exp(A / 2ˢ)` with `‖A / 2ˢ‖ < 1/2`, squared s times.
  static func exponential(_ a: Matrix<Double>, applied x: [Double]) -> [Double] {
    let n = a.rows
    func product(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Matrix<Double> {
      var c = Matrix(rows: n, columns: n, repeating: 0.0)
      for i in 0..<n {
        for k in 0..<n where a[i, k] != 0 {
          for j in 0..<n { c[i, j] += a[i, k] * b[k, j] }
        }
      }
      return c
    }
    let norm = (0..<n).map { i in (0..<n).reduce(0) { $0 + abs(a[i, $1]) } }.max() ?? 0
    let squarings = max(0, Int(log2(max(norm, 1e-300)).rounded(.up)) + 1)
    let small = a.map { $0 / pow(2, Double(squarings)) }
    let unit = Matrix(rows: n, columns: n) { $0 == $1 ? 1.0 : 0 }
    var (sum, term) = (unit, unit)
    for k in 1...20 {
      term = product(term, small).map { $0 / Double(k) }
      for e in sum.elements.indices { sum.elements[e] += term.elements[e] }
    }
    for _ in 0..<squarings { sum = product(sum, sum) }
    return (0..<n).map { i in (0..<n).reduce(0) { $0 + sum[i, $1] * x[$1] } }
  }
}
