import Foundation
import NumericKernels
import TestSupport
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

  /// The definition: `√Σ σ² (∂I/∂G)²`, in double precision and without a walk.
  ///
  /// With `R` the resistance that two cells share on their way to the terminals, 1 V on the sense
  /// terminal leaves `(1 + R G)⁻¹ 1` at the cells. Differences of two solves are no reference: where
  /// wires dominate, a current keeps no digits of its small change.
  private static func plain(
    _ array: ArrayDescription, _ deviations: [Matrix<Double>], _ bits: BitMatrix
  ) -> [Double] {
    let (m, n, volts) = (array.wordLineCount, array.bitLineCount, array.readVoltage.value)
    let unused = UnusedWire(array)
    let segment = array.wires.bitLineSegment.value + array.wires.sourceLineSegment.value
    let terminal = array.terminals.bitLineSense.value + array.terminals.sourceLineDriver.value
    let lengths = (0..<m).map {
      array.ends.bitLineSense == .near ? unused.before + $0 + 1 : unused.after + m - $0
    }
    func shared(_ i: Int, _ k: Int) -> Double {
      Double(min(lengths[i], lengths[k])) * segment + terminal
    }
    let cells = [array.conductances, array.negativeConductances].compactMap { $0 }
    let planes = array.pairing == .interleaved ? [Array(cells.indices)] : cells.indices.map { [$0] }
    var result: [Double] = []
    for vector in 0..<bits.rows {
      for plane in planes {
        for j in 0..<n {
          func siemens(_ p: Int, _ i: Int) -> Double { bits[vector, i] ? cells[p][i, j] : 0 }
          func solved(_ right: [Double]) -> [Double] {
            let loaded = Matrix(rows: m, columns: m) { i, k in
              (i == k ? 1 : 0) + shared(i, k) * plane.reduce(0) { $0 + siemens($1, k) }
            }
            return eliminated(loaded, right)
          }
          let share = solved([Double](repeating: 1, count: m))
          var variance = 0.0
          for p in plane {
            // Voltages across the cells of one sign: what the drive leaves, and what the cells of the
            // other sign, which is driven to the opposite voltage, add.
            let others = plane.filter { $0 != p }
            let across = solved(
              (0..<m).map { i in
                (0..<m).reduce(volts) { sum, k in
                  sum + 2 * volts * shared(i, k) * others.reduce(0) { $0 + siemens($1, k) }
                }
              })
            for i in 0..<m where bits[vector, i] {
              let part = deviations[p][i, j] * across[i] * share[i]
              variance += part * part
            }
          }
          result.append(variance.squareRoot())
        }
      }
    }
    return result
  }

  /// `A⁻¹ b` by Gaussian elimination with row pivots.
  private static func eliminated(_ matrix: Matrix<Double>, _ right: [Double]) -> [Double] {
    let n = right.count
    var rows = (0..<n).map { Array(matrix.row($0)) + [right[$0]] }
    for k in 0..<n {
      let pivot = (k..<n).max { rows[$0][k].magnitude < rows[$1][k].magnitude } ?? k
      rows.swapAt(k, pivot)
      for i in k + 1..<n {
        let factor = rows[i][k] / rows[k][k]
        for c in k...n { rows[i][c] -= factor * rows[k][c] }
      }
    }
    for k in (0..<n).reversed() {
      for c in k + 1..<n { rows[k][n] -= rows[k][c] * rows[c][n] }
      rows[k][n] /= rows[k][k]
    }
    return rows.map { $0[n] }
  }

  /// Walks give the deviations of the definition at sizes 1, odd and beyond a vector of lanes, from no
  /// drop to almost all, with both pairs, both ends and unused lines.
  @Test(.tags(.validation), arguments: [(1, 1), (7, 3), (33, 17)], [0, 1e-5, 1e-2, 3e4])
  func deviationsFollowTheDefinition(size: (Int, Int), relativeWire: Double) throws {
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
        let expected = Self.plain(array, sigma, bits)
        let peak = expected.reduce(0, max)
        for (a, b) in matched(walked, expected) {
          #expect((Double(a) - b).magnitude <= 1e-4 * b + 1e-6 * peak, "\(pairs), \(end)")
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
