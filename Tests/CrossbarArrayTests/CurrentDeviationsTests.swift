import Foundation
import NumericKernels
import Testing
import Units

@testable import CrossbarArray

@Suite struct CurrentDeviationsTests {
  typealias Columns = ColumnArrayTests

  /// A deviation for every cell, some of them zero, unlike those of its neighbors.
  private static func deviations(_ array: ArrayDescription) -> [Matrix<Double>] {
    var random = RandomStream(seed: 31)
    let planes = array.negativeConductances == nil ? 1 : 2
    return (0..<planes).map { _ in
      Matrix(rows: array.wordLineCount, columns: array.bitLineCount) { _, _ in
        Int.random(in: 0..<6, using: &random) == 0
          ? 0 : Double.random(in: 1e-9...1e-6, using: &random)
      }
    }
  }

  /// The definition: `√Σ σ² (∂I/∂G)²`, every derivative a difference of two exact solves, one after
  /// the other for every cell.
  private static func plain(
    _ array: ArrayDescription, _ deviations: [Matrix<Double>], _ bits: BitMatrix
  ) throws -> [Double] {
    let outputs = array.outputCount
    var variances = [Double](repeating: 0, count: bits.rows * outputs)
    for plane in deviations.indices {
      for i in 0..<array.wordLineCount {
        for j in 0..<array.bitLineCount where deviations[plane][i, j] > 0 {
          // Central differences of a step h about G + h are off by about 2 h z, with z < 2e11 Ω.
          let step = array.wires.bitLineSegment.value > 1e6 ? 1e-15 : 1e-9
          func solved(_ by: Double) throws -> [Double] {
            var changed = array
            if plane == 0 {
              changed.conductances[i, j] += by + step
            } else {
              changed.negativeConductances?[i, j] += by + step
            }
            return try ColumnArray(changed, general: true).currents(.bits(bits)).amperes.elements
          }
          for (k, (up, down)) in zip(try solved(step), try solved(-step)).enumerated() {
            let part = deviations[plane][i, j] * (up - down) / (2 * step)
            variances[k] += part * part
          }
        }
      }
    }
    return variances.map { $0.squareRoot() }
  }

  /// Walks give the deviations of the definition at sizes 1, odd and beyond a vector of lanes, from no
  /// drop to almost all, with both pairs, both ends and unused lines.
  @Test(arguments: [(1, 1), (7, 3), (33, 17)], [0, 1e-5, 1e-2, 3e4])
  func deviationsFollowTheDefinition(size: (Int, Int), relativeWire: Double) throws {
    // On longer lines of such wires differences of solves have no digits left to compare with.
    guard size.0 < 33 || relativeWire < 1 else { return }
    for end in [LineEnd.near, .far] {
      for pairs in Columns.Pairs.allCases {
        var array = Columns.array(
          wordLines: size.0, bitLines: size.1, relativeWire: relativeWire,
          ends: LineEnds(bitLineSense: end, sourceLineDrive: end),
          rails: pairs == .interleaved ? .idealSource : .bothResistive, pairs: pairs,
          hasTerminals: false)
        array.terminals.bitLineSense = 300.ohms
        if pairs == .none { array.unused.wordLines = .init(count: 2, side: .far) }
        let bits = Columns.bits(lines: size.0)
        let sigma = Self.deviations(array)
        var walked: [Float] = []
        try CurrentDeviations(array, deviations: sigma).deviations(bits, into: &walked)
        let expected = try Self.plain(array, sigma, bits)
        let peak = expected.reduce(0, max)
        for (a, b) in zip(walked, expected) {
          #expect((Double(a) - b).magnitude <= 1e-3 * b + 1e-6 * peak, "\(pairs), \(end)")
        }
      }
    }
  }

  /// One cell behind wire and a terminal: `∂I/∂G = V / (1 + G R)²`.
  @Test(arguments: [0, 1e3, 1e5, 1e7, 1e10]) func oneCellHasAClosedForm(ohms: Double) throws {
    let array = ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel),
      conductances: Matrix(rows: 1, columns: 1, elements: [1e-5]),
      wires: WireParasitics(bitLineSegment: (ohms / 2).ohms),
      terminals: TerminalResistances(bitLineSense: (ohms / 2).ohms), readVoltage: 0.2.volts)
    let model = try CurrentDeviations(
      array, deviations: [Matrix(rows: 1, columns: 1, elements: [1e-7])])
    var found: [Float] = []
    try model.deviations(BitMatrix(rows: 1, columns: 1) { _, _ in true }, into: &found)
    let loss = 1 + 1e-5 * ohms
    #expect((Double(found[0]) / (0.2 * 1e-7 / (loss * loss)) - 1).magnitude < 1e-5)
    // The second derivative is −2 V R / (1 + G R)³: its part is at most the bound.
    let z = ohms / loss
    #expect(model.secondOrderBound >= 3.0.squareRoot() * z * 1e-7 * (1 - 1e-12))
  }

  /// The second-order part of normal errors stays within the bound, in mean and in rms, at a bound of
  /// about a half; 4000 draws, five standard errors.
  @Test(arguments: [false, true]) func theBoundHoldsForTheSecondOrder(isInterleaved: Bool) throws {
    let m = 12
    var random = RandomStream(seed: 33)
    func cells() -> Matrix<Double> {
      Matrix(rows: m, columns: 1) { _, _ in Double.random(in: 2e-5...1e-4, using: &random) }
    }
    let array = ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel), conductances: cells(),
      negativeConductances: isInterleaved ? cells() : nil,
      pairing: isInterleaved ? .interleaved : .separateLines,
      wires: WireParasitics(bitLineSegment: 2000.ohms),
      ends: LineEnds(bitLineSense: .far, sourceLineDrive: .far), readVoltage: 0.2.volts)
    let sigma = [array.conductances, array.negativeConductances].compactMap { $0 }.map {
      $0.map { 0.08 * $0 }
    }
    let model = try CurrentDeviations(array, deviations: sigma)
    #expect(model.secondOrderBound > 0.1 && model.secondOrderBound < 1)
    let bits = BitMatrix(rows: 1, columns: m) { _, _ in true }
    func current(_ array: ArrayDescription) throws -> Double {
      try ColumnArray(array).currents(.bits(bits)).amperes[0, 0]
    }
    var first: [Float] = []
    try model.deviations(bits, into: &first)
    let quiet = try current(array)
    let count = 4000
    let deviations = try (0..<count).map { _ -> Double in
      var noisy = array
      func normal() -> Double {
        let (u, v) = (
          Double.random(in: 1e-300..<1, using: &random), Double.random(in: 0..<1, using: &random)
        )
        return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
      }
      for i in 0..<m {
        noisy.conductances[i, 0] += sigma[0][i, 0] * normal()
        if isInterleaved { noisy.negativeConductances?[i, 0] += sigma[1][i, 0] * normal() }
      }
      return (try current(noisy) - quiet) / Double(first[0])
    }
    let mean = deviations.reduce(0, +) / Double(count)
    let rms = (deviations.reduce(0) { $0 + $1 * $1 } / Double(count)).squareRoot()
    let bound = model.secondOrderBound
    #expect(mean.magnitude < bound + 5 / Double(count).squareRoot())
    #expect((rms - 1).magnitude < bound + 5 / Double(2 * count).squareRoot())
  }

  /// A vector's deviations do not depend on those beside it, to the bit.
  @Test func vectorsAreIndependentToTheBit() throws {
    for pairs in Columns.Pairs.allCases {
      let array = Columns.array(
        wordLines: 50, bitLines: 67, relativeWire: 1e-3,
        ends: LineEnds(bitLineSense: .near, sourceLineDrive: .near),
        rails: pairs == .interleaved ? .idealSource : .bothResistive, pairs: pairs,
        hasTerminals: false)
      let model = try CurrentDeviations(array, deviations: Self.deviations(array))
      let bits = Columns.bits(lines: 50, batch: 6)
      var (all, one): ([Float], [Float]) = ([], [])
      try model.deviations(bits, into: &all)
      for vector in 0..<6 {
        try model.deviations(
          BitMatrix(rows: 1, columns: 50) { bits[vector, $1] }, into: &one)
        #expect(one == Array(all[vector * one.count..<(vector + 1) * one.count]))
      }
    }
  }

  /// What the walks do not cover is refused with the reason.
  @Test func uncoveredArraysAreRefused() throws {
    var array = ReferenceArray.gateDriven
    array.ends = LineEnds(bitLineSense: .both, sourceLineDrive: .far)
    #expect(CurrentDeviations.refusal(array) != nil)
    array.ends = LineEnds(bitLineSense: .far, sourceLineDrive: .far)
    #expect(CurrentDeviations.refusal(array) == nil)
    array.negativeConductances = array.conductances
    array.pairing = .interleaved
    array.wires.sourceLineSegment = 1.ohms
    #expect(
      CurrentDeviations.refusal(array) == "interleaved pairs have resistive source lines")
    array.topology = .voltageDriven
    #expect(CurrentDeviations.refusal(array) == "columns share wires")
    #expect(throws: ArrayError.self) { try CurrentDeviations(array, deviations: []) }
  }
}
