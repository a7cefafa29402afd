import BehavioralModels
import Foundation
import NumericKernels
import TestSupport
import Testing
import Units

@testable import CrossbarArray

@Suite struct NonlinearLadderTests {
  /// Laws by name, with cells of at most 1e-5 S read at 0.2 V.
  static let laws: [String: CellLaw] = [
    "sinh": .sinh(SinhLaw(scale: 0.15.volts)),
    "selector": .selector(SelectorLaw(saturation: 1e-6.amperes, slope: 0.05.volts)),
    "transistor": .transistor(
      TransistorLaw(gate: 1.2.volts, threshold: 0.4.volts, transconductance: 1e-4)),
    "weakTransistor": .transistor(
      TransistorLaw(
        gate: 0.8.volts, threshold: 0.4.volts, transconductance: 5e-5,
        channelLengthModulation: 0.1)),
    // Its bulk is below the negative cells of interleaved pairs.
    "bodyTransistor": .transistor(
      TransistorLaw(
        gate: 1.5.volts, threshold: 0.4.volts, transconductance: 1e-4,
        channelLengthModulation: 0.05, bodyEffect: 0.5, surfacePotential: 0.7.volts,
        bulk: -0.3.volts)),
  ]
  static let table: CellLaw? = try? .table(
    TableLaw(
      volts: [-0.5, -0.3, -0.1, 0.05, 0.1, 0.2, 0.3, 0.5],
      relativeCurrents: [-0.9, -0.4, -0.11, 0.05, 0.11, 0.24, 0.4, 0.9]))

  /// A random array that the nonlinear ladder covers.
  static func array(
    _ random: inout RandomStream, _ law: CellLaw, wordLines: Int, bitLines: Int,
    onOffRatio: Double = 100, ohms: Double, pairing: PairArrangement? = nil
  ) -> ArrayDescription {
    func cells() -> Matrix<Double> {
      Matrix(rows: wordLines, columns: bitLines) { _, _ in
        switch Int.random(in: 0..<4, using: &random) {
        case 0: 1e-5 / onOffRatio
        case 1: Int.random(in: 0..<4, using: &random) == 0 ? 0 : 1e-5
        default: Double.random(in: 1e-5 / onOffRatio...1e-5, using: &random)
        }
      }
    }
    let end: LineEnd = Bool.random(using: &random) ? .near : .far
    let hasSourceLines = pairing != .interleaved && Bool.random(using: &random)
    let terminal = Bool.random(using: &random) ? 4 * ohms : 0
    var array = ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel), conductances: cells(),
      negativeConductances: pairing == nil ? nil : cells(), pairing: pairing ?? .separateLines,
      wires: WireParasitics(
        bitLineSegment: ohms.ohms, sourceLineSegment: (hasSourceLines ? ohms / 2 : 0).ohms),
      terminals: TerminalResistances(
        bitLineSense: terminal.ohms,
        sourceLineDriver: (hasSourceLines ? terminal / 2 : 0).ohms),
      ends: LineEnds(bitLineSense: end, sourceLineDrive: end), readVoltage: 0.2.volts, law: law)
    if Bool.random(using: &random) {
      array.unused.wordLines = UnusedLines.Group(
        count: 2, side: Bool.random(using: &random) ? .near : .far)
    }
    return array
  }

  /// Vectors with structure: none, all, one at either end, a comb, blocks, and random ones.
  static func vectors(_ random: inout RandomStream, lines: Int) -> BitMatrix {
    let densities = [0.1, 0.25, 0.5]
    var rows: [(Int) -> Bool] = [
      { _ in false }, { _ in true }, { $0 == 0 }, { $0 == lines - 1 }, { $0 % 4 == 1 },
      { $0 < lines / 3 }, { $0 >= 2 * lines / 3 },
    ]
    for density in densities {
      let drawn = (0..<lines).map { _ in Double.random(in: 0..<1, using: &random) < density }
      rows.append { drawn[$0] }
    }
    return BitMatrix(rows: rows.count, columns: lines) { rows[$0]($1) }
  }

  /// Differences over the sum of what the column's cells carry without wires if pairs share lines.
  static func worst(
    _ a: [Double], _ b: [Double], _ array: ArrayDescription, _ bits: BitMatrix
  ) -> Double {
    var positive = array
    if array.pairing == .interleaved {
      positive.conductances = Matrix(rows: array.wordLineCount, columns: array.bitLineCount) {
        array.conductances[$0, $1] + (array.negativeConductances?[$0, $1] ?? 0)
      }
      (positive.negativeConductances, positive.pairing) = (nil, .separateLines)
    }
    let response = positive.unwiredResponse
    return a.indices.reduce(0) { worst, k in
      let (row, output) = (k / array.outputCount, k % array.outputCount)
      let scale =
        array.pairing == .interleaved
        ? (0..<bits.columns).reduce(0) { $0 + (bits[row, $1] ? response[$1, output] : 0) }
        : b[k].magnitude
      let difference = (a[k] - b[k]).magnitude
      return difference == 0 ? worst : max(worst, difference / scale)
    }
  }

  /// Both precisions against the factorized circuit, for every law over sizes, drops and ratios.
  @Test(arguments: laws.keys.sorted(), [nil, PairArrangement.separateLines, .interleaved])
  func agreesWithTheCircuit(name: String, pairing: PairArrangement?) throws {
    let law = try #require(Self.laws[name])
    var number: UInt64 = 0
    for (m, n) in [(1, 1), (2, 3), (7, 1), (13, 9), (40, 11)] {
      for relativeWire in [0, 1e-6, 1e-4, 1e-3, 1e-2] {
        number += 1
        var random = RandomStream(seed: 31, stream: number)
        let array = Self.array(
          &random, law, wordLines: m, bitLines: n, onOffRatio: [10, 100, 1000][Int(number) % 3],
          ohms: relativeWire * 1e5, pairing: pairing)
        #expect(NonlinearLadderArray.refusal(of: array) == nil)
        let bits = Self.vectors(&random, lines: m)
        let circuit = try CircuitArray(array).currents(.bits(bits)).amperes.elements
        let ladder = try NonlinearLadderArray(array)
        let exact = try ladder.currents(.bits(bits)).amperes.elements
        #expect(Self.worst(exact, circuit, array, bits) < Tolerance.exactDouble)
        var single: [Float] = []
        try ladder.currents(bits, into: &single)
        let fit = try #require(ladder.method.cellFit)
        #expect(fit <= FittedLadder.largestError)
        #expect(
          Self.worst(single.map { Double($0) }, exact, array, bits) < fit + Tolerance.exactSingle)
      }
    }
  }

  /// A measured curve, which no circuit holds, against cells of the same sinh in a fine table.
  @Test func tablesAgreeWithTheLawTheyWereTakenFrom() throws {
    let law = try #require(Self.laws["sinh"])
    let volts = (-400...400).map { Double($0) / 1000 }
    let currents = volts.map { law.amperes($0, siemens: 1) }
    var random = RandomStream(seed: 32)
    var array = Self.array(&random, law, wordLines: 30, bitLines: 6, ohms: 300)
    let bits = Self.vectors(&random, lines: 30)
    let circuit = try CircuitArray(array).currents(.bits(bits)).amperes.elements
    array.law = .table(try TableLaw(volts: volts, relativeCurrents: currents))
    let ladder = try #require(try ExactMethod.model(of: array) as? NonlinearLadderArray)
    let exact = try ladder.currents(.bits(bits)).amperes.elements
    // The monotone cubic on points 1 mV apart: second order in the step at worst.
    #expect(relativeDifference(exact, circuit) < 1e-5)
    array.law = try #require(Self.table)
    let coarse = try NonlinearLadderArray(array)
    let shot = try coarse.currents(.bits(bits)).amperes.elements
    var single: [Float] = []
    try coarse.currents(bits, into: &single)
    #expect(
      relativeDifference(single.map { Double($0) }, shot)
        < (coarse.method.cellFit ?? 0) + Tolerance.exactSingle)
  }

  /// Laws that become linear give the linear ladder's currents.
  @Test(arguments: [
    CellLaw.sinh(SinhLaw(scale: 1e5.volts)),
    .selector(SelectorLaw(saturation: 1e9.amperes, slope: 1.volts)),
    .transistor(TransistorLaw(gate: 1.volts, threshold: 0.2.volts, transconductance: 1e6)),
  ])
  func linearLimitsAreTheLadder(law: CellLaw) throws {
    var random = RandomStream(seed: 33)
    var array = Self.array(&random, law, wordLines: 50, bitLines: 20, ohms: 100)
    let bits = Self.vectors(&random, lines: 50)
    let ladder = try NonlinearLadderArray(array)
    let exact = try ladder.currents(.bits(bits)).amperes.elements
    var single: [Float] = []
    try ladder.currents(bits, into: &single)
    array.law = .linear
    let linear = try LadderArray(array).currents(.bits(bits)).amperes.elements
    #expect(relativeDifference(exact, linear) < Tolerance.exactDouble)
    #expect(relativeDifference(single.map { Double($0) }, linear) < Tolerance.exactSingle)
  }

  /// Without wires the currents are those of the ideal array, which the model says itself.
  @Test(arguments: laws.keys.sorted())
  func idealWiresGiveTheIdealArray(name: String) throws {
    var random = RandomStream(seed: 34)
    let array = Self.array(
      &random, try #require(Self.laws[name]), wordLines: 20, bitLines: 9, ohms: 0)
    let bits = Self.vectors(&random, lines: 20)
    let ideal = try IdealArray(array)
    let ladder = try NonlinearLadderArray(array)
    #expect(ladder.response == ideal.response)
    #expect(
      relativeDifference(
        try ladder.currents(.bits(bits)).amperes.elements,
        try ideal.currents(.bits(bits)).amperes.elements) < 1e-12)
  }

  /// A vector's digits do not depend on its company, and walks are repeated only where asked for.
  @Test func batchesDoNotMix() throws {
    var random = RandomStream(seed: 35)
    let array = Self.array(
      &random, try #require(Self.laws["transistor"]), wordLines: 60, bitLines: 21, ohms: 200)
    let bits = BitMatrix(rows: 41, columns: 60) { row, _ in
      Int.random(in: 0..<41, using: &random) < row
    }
    let ladder = try NonlinearLadderArray(array)
    var all: [Float] = []
    try ladder.currents(bits, into: &all)
    for row in [0, 1, 17, 31, 32, 40] {
      var one: [Float] = []
      try ladder.currents(
        BitMatrix(rows: 1, columns: 60) { bits[row, $1] }, into: &one)
      #expect(one.elementsEqual(all[row * 21..<(row + 1) * 21]))
    }
  }

  /// Voltages and power throughout the array are those of the circuit.
  @Test(arguments: [nil, PairArrangement.separateLines, .interleaved])
  func solutionsAreTheCircuits(pairing: PairArrangement?) throws {
    var random = RandomStream(seed: 36)
    let array = Self.array(
      &random, try #require(Self.laws["transistor"]), wordLines: 9, bitLines: 4, ohms: 500,
      pairing: pairing)
    let bits = InputBatch.bits(BitMatrix(rows: 1, columns: 9) { _, line in line % 3 != 1 })
    let circuit = try CircuitArray(array).solution(bits)
    let ladder = try NonlinearLadderArray(array).solution(bits)
    #expect(relativeDifference(ladder.outputAmperes, circuit.outputAmperes) < 1e-9)
    #expect(ladder.powerImbalance < 1e-9)
    #expect((ladder.sourceWatts / circuit.sourceWatts - 1).magnitude < 1e-9)
    for (a, b) in zip(ladder.cells, circuit.cells) {
      #expect(relativeDifference(a.volts.elements, b.volts.elements) < 1e-8)
      #expect(relativeDifference(a.amperes.elements, b.amperes.elements) < 1e-8)
    }
  }

  /// What it does not cover goes to the circuit with the reason, or is refused where there is none.
  @Test func otherArraysAreRefusedByName() throws {
    var random = RandomStream(seed: 37)
    let transistor = try #require(Self.laws["transistor"])
    var array = Self.array(&random, transistor, wordLines: 4, bitLines: 2, ohms: 10)
    array.wires.sourceLineSegment = 1.ohms
    array.ends = LineEnds(bitLineSense: .far, sourceLineDrive: .near)
    let reason =
      "the nonlinear ladder needs resistive source lines driven at the end where bit lines are sensed"
    #expect(NonlinearLadderArray.refusal(of: array) == reason)
    #expect(try ExactMethod.model(of: array).method.remark == reason)
    array.ends.sourceLineDrive = .far
    array.terminals = TerminalResistances(bitLineSense: 5.ohms)
    #expect(
      NonlinearLadderArray.refusal(of: array)
        == "the nonlinear ladder needs terminals in the ratio of the wires for law: transistor")
    array.law = try #require(Self.table)
    #expect(NonlinearLadderArray.refusal(of: array) == nil)
    array.readVoltage = 0.6.volts
    #expect(
      NonlinearLadderArray.refusal(of: array) == "cells may see 0.6 V; law: table holds to 0.5 V")
    #expect(throws: ArrayError.self) { try ExactMethod.model(of: array) }
  }
}
