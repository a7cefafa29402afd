import CrossbarArray
import NumericKernels
import TestSupport
import Units

@testable import BehavioralModels

/// Arrays with crossing source lines, and input vectors for them.
enum CrossingSamples {
  /// Cells up to 1e-4 S, most of them low, behind wires of `relativeWire` of 10 kΩ.
  static func array(
    _ law: CellLaw, _ m: Int, _ n: Int, relativeWire: Double, onOff: Double = 100,
    hasPairs: Bool = false, ends: LineEnds = LineEnds(), seed: UInt64 = 1
  ) -> ArrayDescription {
    var random = RandomStream(seed: seed)
    func cells() -> Matrix<Double> {
      Matrix(rows: m, columns: n) { _, _ in
        let u = Double.random(in: 0...1, using: &random)
        return 1e-4 * (1 / onOff + (1 - 1 / onOff) * u * u)
      }
    }
    let ohms = (1e4 * relativeWire).ohms
    return ArrayDescription(
      topology: .gateDriven(sourceLine: .crossing), conductances: cells(),
      negativeConductances: hasPairs ? cells() : nil,
      wires: WireParasitics(bitLineSegment: ohms, sourceLineSegment: ohms), ends: ends,
      readVoltage: 0.2.volts, law: law)
  }

  /// Random vectors from 5 % to nearly all on, blocks, combs, single lines, all and none, and those
  /// of `StressPatterns`.
  static func vectors(
    _ array: ArrayDescription, draws: Int = 16, countPerKind: Int = 4, seed: UInt64 = 9
  ) -> BitMatrix {
    let m = array.wordLineCount
    var random = RandomStream(seed: seed)
    func density(_ draw: Int) -> Double { 0.05 + 0.96 * Double(draw) / Double(draws) }
    var rows = (0..<draws).map { k in
      (0..<m).map { _ in Double.random(in: 0..<1, using: &random) < density(k) }
    }
    rows += [
      (0..<m).map { $0 < m / 3 }, (0..<m).map { $0 >= m - m / 3 }, (0..<m).map { $0 % 3 == 1 },
      (0..<m).map { $0 == m / 2 }, (0..<m).map { _ in true }, (0..<m).map { _ in false },
    ]
    let own = BitMatrix(rows: rows.count, columns: m) { rows[$0][$1] }
    guard
      case .bits(let stress) = StressPatterns(for: array, countPerKind: countPerKind, seed: seed)
        .inputs
    else { return own }
    return BitMatrix(
      rows: own.rows + stress.rows, columns: m, words: own.words + stress.words)
  }
}
