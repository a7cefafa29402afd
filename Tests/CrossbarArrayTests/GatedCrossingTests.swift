import NumericKernels
import TestSupport
import Testing
import Units

@testable import CrossbarArray

/// Cells of every law behind gates on crossing lines: Newton over line CG on the selected rows alone,
/// against the factorized circuit of the whole array.
@Suite struct GatedCrossingTests {
  private static let laws: [CellLaw] = [
    .sinh(SinhLaw(scale: 0.15.volts)),
    .selector(SelectorLaw(saturation: 1e-6.amperes, slope: 0.05.volts)),
    .transistor(
      TransistorLaw(
        gate: 1.2.volts, threshold: 0.4.volts, transconductance: 1e-3,
        channelLengthModulation: 0.05)),
  ]

  private static func array(
    _ law: CellLaw, _ m: Int, _ n: Int, pairing: PairArrangement? = nil, seed: UInt64
  ) -> ArrayDescription {
    var random = RandomStream(seed: seed)
    func cells() -> Matrix<Double> {
      Matrix(rows: m, columns: n) { _, _ in Double.random(in: 1e-6...1e-4, using: &random) }
    }
    let ends = LineEnd.allCases
    return ArrayDescription(
      topology: .gateDriven(sourceLine: .crossing), conductances: cells(),
      negativeConductances: pairing == nil ? nil : cells(), pairing: pairing ?? .separateLines,
      wires: WireParasitics(bitLineSegment: 7.ohms, sourceLineSegment: 4.ohms),
      terminals: TerminalResistances(bitLineSense: 30.ohms, sourceLineDriver: 20.ohms),
      ends: LineEnds(
        bitLineSense: ends.randomElement(using: &random) ?? .far,
        sourceLineDrive: ends.randomElement(using: &random) ?? .near),
      readVoltage: 0.25.volts, law: law)
  }

  /// Vectors from none to all rows on, with gaps at both ends and in the middle.
  private static func vectors(_ m: Int) -> BitMatrix {
    var random = RandomStream(seed: 8)
    let draws = (0..<6).map { k in
      (0..<m).map { _ in Double.random(in: 0..<1, using: &random) < 0.15 * Double(k + 1) }
    }
    let rows =
      draws + [
        (0..<m).map { _ in false }, (0..<m).map { _ in true }, (0..<m).map { $0 == m / 2 },
        (0..<m).map { $0 == 0 || $0 == m - 1 }, (0..<m).map { $0 > m / 3 && $0 < 2 * m / 3 },
      ]
    return BitMatrix(rows: rows.count, columns: m) { rows[$0][$1] }
  }

  @Test(arguments: laws)
  func currentsAndVoltagesAreTheCircuits(law: CellLaw) throws {
    for (k, pairing) in [nil, PairArrangement.separateLines, .interleaved].enumerated() {
      for (m, n) in [(1, 1), (9, 4), (17, 12)] {
        var array = Self.array(law, m, n, pairing: pairing, seed: UInt64(10 * k + m))
        array.unused.wordLines = UnusedLines.Group(count: 3, side: m % 2 == 0 ? .near : .far)
        let inputs = InputBatch.bits(Self.vectors(m))
        let circuit = try CircuitArray(array, factorization: .klu)
        let lines = try LineArray(array)
        let exact = try circuit.currents(inputs).amperes.elements
        let found = try lines.currents(inputs)
        #expect(relativeDifference(found.amperes.elements, exact) < Tolerance.exactDouble)
        #expect((found.residual?.value ?? 1) <= 1e-9 && (found.sensedError ?? 1) <= 1e-8)
        var solutions: [ArraySolution] = []
        try circuit.solutions(inputs) { solutions.append($1) }
        try lines.solutions(inputs) { vector, solution in
          for (own, other) in zip(solution.cells, solutions[vector].cells) {
            for (a, b) in zip(own.volts.elements, other.volts.elements) {
              #expect((a - b).magnitude < 1e-9, "vector \(vector)")
            }
          }
        }
      }
    }
  }

  /// What is off costs nothing and changes nothing: the bits of a vector are those of the array that has
  /// its rows alone and the wire between them.
  @Test func offRowsAreWireAlone() throws {
    let array = Self.array(Self.laws[0], 20, 5, seed: 4)
    let inputs = Self.vectors(20)
    let all = try LineArray(array).currents(.bits(inputs)).amperes
    for vector in 0..<inputs.rows {
      let one = try LineArray(array).currents(InputBatch.bits(inputs).vector(vector)).amperes
      #expect(one.row(0).elementsEqual(all.row(vector)))
    }
    let system = try #require(LineSystem.systems(of: array, ArrayLayout(array)).first)
    let selected = try #require(SelectedLines(system) { [3, 4, 11].contains($0) })
    #expect(selected.positions == [3, 4, 11] && selected.system.senseSteps == [1, 7])
    #expect(selected.system.cells.count == 15)
    #expect(SelectedLines(system) { _ in false } == nil)
  }

  /// Transistors whose gates at 0 V conduct are left to the circuit.
  @Test func conductingTransistorsAreTheCircuits() throws {
    var array = Self.array(Self.laws[2], 4, 3, seed: 5)
    #expect(LineArray.covers(array))
    array.law = .transistor(
      TransistorLaw(gate: 1.2.volts, threshold: (-0.1).volts, transconductance: 1e-3))
    #expect(LineArray.refusal(of: array)?.contains("thresholdVolts below 0") == true)
    #expect(try ExactMethod.model(of: array).method.label.contains("KLU"))
  }
}
