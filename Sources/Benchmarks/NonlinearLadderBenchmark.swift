import CrossbarArray
import Foundation
import NumericKernels
import Units

/// The nonlinear ladder at 1152 × 256 against the single-precision matrix product of that size, and
/// its errors against the walk in double precision.
enum NonlinearLadderBenchmark {
  /// Cells of at most 16 µS read at 0.1 V, on/off 100.
  private static let laws: [(name: String, law: CellLaw)] = [
    (
      "transistor",
      .transistor(TransistorLaw(gate: 0.9.volts, threshold: 0.4.volts, transconductance: 2e-4))
    ),
    ("sinh", .sinh(SinhLaw(scale: 0.08.volts))),
    (
      "selector",
      .selector(SelectorLaw(saturation: 1e-6.amperes, slope: 0.03.volts))
    ),
  ]

  static func run() throws {
    let (m, n, batch) = (1152, 256, 64)
    var random = RandomStream(seed: 1)
    let g = Matrix(rows: m, columns: n) { _, _ in
      let u = Double.random(in: 0...1, using: &random)
      return 1.6e-5 * (0.01 + 0.99 * u * u)
    }
    let weights = g.transposed().elements.map { Float($0) }
    print("nonlinear ladder: \(m) × \(n), \(batch) vectors, single precision, one core")
    print(
      "  law         R_seg/R_min  bits on  mean drop  cell fit  rms, worst error  Gcell/s  "
        + "sgemm  time ratio (median of 9, minimum)")
    for (name, law) in laws {
      for relative in [1e-6, 1e-5, 4e-5] {
        let array = ArrayDescription(
          topology: .gateDriven(sourceLine: .parallel), conductances: g,
          wires: WireParasitics(bitLineSegment: (relative / 1.6e-5).ohms),
          ends: LineEnds(bitLineSense: .far, sourceLineDrive: .far), readVoltage: 0.1.volts,
          law: law)
        let ladder = try NonlinearLadderArray(array)
        for density in [0.1, 0.25, 0.5] {
          let bits = BitMatrix(rows: batch, columns: m) { _, _ in
            Double.random(in: 0..<1, using: &random) < density
          }
          let x = (0..<batch * m).map { Float(bits[$0 / m, $0 % m] ? 1 : 0) }
          var amperes: [Float] = []
          var product = [Float](repeating: 0, count: batch * n)
          let (walk, gemm, ratio) = try Stopwatch.pairs(count: 9) {
            try ladder.currents(bits, into: &amperes)
          } against: {
            var out = product.mutableSpan
            MatrixProduct.multiplyTransposed(x.span, weights.span, into: &out, m: batch, n: n, k: m)
          }
          let few = 4
          let first = BitMatrix(rows: few, columns: m) { bits[$0, $1] }
          let exact = try ladder.currents(.bits(first)).amperes.elements
          let response = array.unwiredResponse
          var (squares, worst, lost) = (0.0, 0.0, 0.0)
          for k in exact.indices {
            let (row, column) = (k / n, k % n)
            let error = (Double(amperes[k]) / exact[k] - 1).magnitude
            squares += error * error
            worst = max(worst, error)
            let ideal = (0..<m).reduce(0) { $0 + (bits[row, $1] ? response[$1, column] : 0) }
            lost += 1 - exact[k] / ideal
          }
          let cells = Double(m * n * batch)
          print(
            String(
              format:
                "  %@ %11.0e  %5.0f %%  %7.1f %%  %8.1e  %.1e, %.1e  %7.1f  %5.1f  %.2f, %.2f",
              name.padding(toLength: 11, withPad: " ", startingAt: 0), relative, 100 * density,
              100 * lost / Double(exact.count), ladder.method.cellFit ?? .nan,
              (squares / Double(exact.count)).squareRoot(), worst, cells / walk.median / 1e9,
              cells / gemm.median / 1e9, ratio.median, ratio.minimum))
        }
      }
    }
    print("  (\(MatrixProduct.library))")
  }
}
