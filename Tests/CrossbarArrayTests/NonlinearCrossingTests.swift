import NumericKernels
import TestSupport
import Testing
import Units

@testable import CrossbarArray

/// Line relaxation on fitted cells, the exact path of whole networks, against circuits and in its limits.
@Suite struct NonlinearCrossingTests {
  private static let laws: [CellLaw] = [
    .sinh(SinhLaw(scale: 0.1.volts)),
    .selector(SelectorLaw(saturation: 1e-6.amperes, slope: 0.05.volts)),
    .transistor(
      TransistorLaw(gate: 1.2.volts, threshold: 0.4.volts, transconductance: 1e-3)),
    .transistor(
      TransistorLaw(
        gate: 0.9.volts, threshold: 0.5.volts, transconductance: 3e-4,
        channelLengthModulation: 0.08)),
    .transistor(
      TransistorLaw(
        gate: 1.4.volts, threshold: 0.4.volts, transconductance: 1e-3, bodyEffect: 0.5,
        surfacePotential: 0.7.volts, bulk: -0.25.volts)),
  ]

  private static func array(
    _ law: CellLaw, _ m: Int, _ n: Int, relativeWire: Double, onOff: Double = 100,
    pairing: PairArrangement? = nil, seed: UInt64 = 1
  ) -> ArrayDescription {
    var array = CrossingArrayTests.array(
      m, n, relativeWire: relativeWire, onOff: onOff, seed: seed, pairing: pairing)
    array.law = law
    return array
  }

  private static func vectors(_ m: Int) -> BitMatrix {
    var random = RandomStream(seed: 9)
    var rows = (0..<12).map { k in
      (0..<m).map { _ in Double.random(in: 0..<1, using: &random) < 0.08 * Double(k + 1) }
    }
    rows += [
      (0..<m).map { $0 < m / 3 }, (0..<m).map { $0 % 3 == 1 }, (0..<m).map { $0 == m / 2 },
      (0..<m).map { _ in true }, (0..<m).map { _ in false },
    ]
    return BitMatrix(rows: rows.count, columns: m) { rows[$0][$1] }
  }

  /// Within the stated fit of cells and single precision, over sizes, drops, contrasts and ends.
  @Test(arguments: laws.indices, [10.0, 1000])
  func currentsAreTheCircuits(law: Int, onOff: Double) throws {
    for (k, (m, n, wire)) in [(1, 1, 1e-3), (30, 17, 1e-5), (40, 33, 3e-4), (24, 16, 2e-3)]
      .enumerated()
    {
      // The weak transistor bends too much there for its fit.
      if law == 3, wire > 1e-3 { continue }
      var array = Self.array(
        Self.laws[law], m, n, relativeWire: wire, onOff: onOff,
        pairing: k % 2 == 0 ? nil : .separateLines)
      array.ends.sourceLineDrive = LineEnd.allCases[k % 3]
      array.ends.bitLineSense = [LineEnd.far, .near][k % 2]
      array.unused.wordLines = UnusedLines.Group(count: k, side: .far)
      array.terminals = TerminalResistances(
        bitLineSense: (20 * Double(k)).ohms, sourceLineDriver: (9 * Double(k)).ohms)
      let model = try NonlinearCrossingArray(array)
      #expect(model.method.label == "exact: nonlinear relaxation")
      let fit = try #require(model.method.cellFit)
      #expect(fit <= 1e-4)
      let inputs = InputBatch.bits(Self.vectors(m))
      let exact = try CircuitArray(array, factorization: .klu).currents(inputs).amperes.elements
      var found: [Float] = []
      try model.currents(inputs, into: &found)
      let peak = exact.reduce(0) { max($0, $1.magnitude) }
      for (a, b) in zip(found, exact) {
        #expect(
          (Double(a) - b).magnitude <= (fit + 2e-5) * b.magnitude + 1e-7 * peak,
          "\(m) × \(n): \(a) for \(b)")
      }
      // In double precision its polynomials are as good as rounding, but for a third terminal and large
      // drops: then it is Newton over line CG.
      let double = try model.currents(inputs)
      if wire <= 1e-3 { #expect(model.isPrecise == (law < 2)) }
      #expect(try #require(double.sensedError) <= 2e-8)
      for (a, b) in zip(double.amperes.elements, exact) {
        #expect((a - b).magnitude <= 1e-9 * b.magnitude + 1e-12 * peak, "\(a) for \(b)")
      }
    }
  }

  /// A law that is nearly linear gives what resistors give; without resistance the lines give the sums.
  @Test func limitsAreReached() throws {
    let law = CellLaw.sinh(SinhLaw(scale: 1e4.volts))
    var array = Self.array(law, 40, 20, relativeWire: 3e-4)
    let inputs = InputBatch.bits(Self.vectors(40))
    func currents(_ model: any ArrayModel) throws -> [Float] {
      var found: [Float] = []
      try model.currents(inputs, into: &found)
      return found
    }
    var linear = array
    linear.law = .linear
    for (a, b) in zip(
      try currents(NonlinearCrossingArray(array)), try currents(CrossingArray(linear)))
    {
      #expect((a - b).magnitude <= 1e-5 * b)
    }
    array = Self.array(Self.laws[0], 40, 20, relativeWire: 1e-9)
    let sums = array.unwiredResponse
    let found = try currents(NonlinearCrossingArray(array))
    let bits = Self.vectors(40)
    for vector in 0..<bits.rows {
      for j in 0..<20 {
        let wanted = (0..<40).reduce(0) { $0 + (bits[vector, $1] ? sums[$1, j] : 0) }
        #expect((Double(found[vector * 20 + j]) - wanted).magnitude <= 1e-5 * wanted)
      }
    }
  }

  /// Bit lines that lose nothing say nothing about the source lines: these settle too.
  @Test(arguments: laws.indices)
  func sourceLinesSettleBehindIdealBitLines(law: Int) throws {
    var array = Self.array(Self.laws[law], 12, 40, relativeWire: 1e-4)
    array.wires.bitLineSegment = 0.ohms
    let model = try NonlinearCrossingArray(array)
    let inputs = InputBatch.bits(Self.vectors(12))
    let exact = try CircuitArray(array, factorization: .klu).currents(inputs).amperes.elements
    let fit = try #require(model.method.cellFit)
    var found: [Float] = []
    try model.currents(inputs, into: &found)
    let double = try model.currents(inputs).amperes.elements
    for (k, b) in exact.enumerated() {
      #expect((Double(found[k]) - b).magnitude <= (fit + 2e-5) * b, "\(found[k]) for \(b)")
      #expect((double[k] - b).magnitude <= 1e-9 * b, "\(double[k]) for \(b)")
    }
  }

  /// The same bits alone, in any batch, and in several tasks, in double precision.
  @Test(arguments: [0, 1])
  func preciseVectorsAreIndependentToTheBit(law: Int) async throws {
    let array = Self.array(
      Self.laws[law], 50, 37, relativeWire: 1e-4, pairing: .separateLines)
    let model = try NonlinearCrossingArray(array)
    #expect(model.isPrecise)
    let inputs = InputBatch.bits(Self.vectors(50))
    let all = try model.currents(inputs).amperes
    #expect(try await model.currents(inputs, width: 4).amperes.elements == all.elements)
    for vector in 0..<inputs.count {
      #expect(try model.currents(inputs.vector(vector)).amperes.elements == Array(all.row(vector)))
    }
  }

  /// The same bits alone and in any batch.
  @Test(arguments: laws.indices)
  func vectorsAreIndependentToTheBit(law: Int) throws {
    let array = Self.array(
      Self.laws[law], 50, 37, relativeWire: 1e-3, pairing: .separateLines)
    let model = try NonlinearCrossingArray(array)
    let bits = Self.vectors(50)
    var all: [Float] = []
    try model.currents(bits, into: &all)
    for vector in 0..<bits.rows {
      var one: [Float] = []
      try model.currents(InputBatch.bits(bits).vector(vector), into: &one)
      #expect(one.elementsEqual(all[vector * 74..<(vector + 1) * 74]))
    }
  }

  /// Whole networks take it; a few vectors, interleaved pairs and drops that leave hardly any voltage do
  /// not.
  @Test func arraysThatAreNotWorthItAreLeftToLines() throws {
    let array = Self.array(Self.laws[0], 20, 10, relativeWire: 1e-4)
    #expect(try ExactMethod.model(of: array).method.label == "exact: nonlinear relaxation")
    #expect(
      try ExactMethod.model(of: array, vectors: 64).method.label == "exact: Newton over line CG")
    let pairs = Self.array(Self.laws[0], 20, 10, relativeWire: 1e-4, pairing: .interleaved)
    #expect(try ExactMethod.model(of: pairs).method.label == "exact: Newton over line CG")
    #expect(
      NonlinearCrossingArray.refusal(of: pairs)
        == "nonlinear relaxation does not cover pair: interleaved")
    let drowning = Self.array(Self.laws[0], 40, 30, relativeWire: 1)
    let model = try NonlinearCrossingArray(drowning)
    #expect(model.method.cellFit == nil && model.method.label == "exact: Newton over line CG")
    let inputs = InputBatch.bits(Self.vectors(40))
    var found: [Float] = []
    try model.currents(inputs, into: &found)
    let exact = try CircuitArray(drowning, factorization: .klu).currents(inputs).amperes.elements
    for (a, b) in zip(found, exact) { #expect((Double(a) - b).magnitude <= 1e-5 * b) }
  }
}
