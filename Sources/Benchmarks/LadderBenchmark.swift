import CrossbarArray
import Foundation
import NumericKernels
import Units

/// The gate-driven ladder at 1152 × 256 against the single-precision matrix product of that size.
enum LadderBenchmark {
  static func run() throws {
    let (m, n, batch) = (1152, 256, 64)
    var random = RandomStream(seed: 1)
    let g = Matrix(rows: m, columns: n) { _, _ in Double.random(in: 1e-8...1.6e-5, using: &random) }
    let array = ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel), conductances: g,
      wires: WireParasitics(bitLineSegment: 0.625.ohms),
      ends: LineEnds(bitLineSense: .far, sourceLineDrive: .far))
    let ladder = try LadderArray(array)
    let weights = g.transposed().elements.map { Float($0) }
    print("ladder: \(m) × \(n), \(batch) vectors, single precision, one core")
    print("  bits on   ladder Gcell/s   sgemm Gcell/s   time ratio (median of 15, minimum)")
    for density in [0.5, 0.2, 0.05] {
      let bits = BitMatrix(rows: batch, columns: m) { _, _ in
        Double.random(in: 0..<1, using: &random) < density
      }
      let x = (0..<batch * m).map { Float(bits[$0 / m, $0 % m] ? 1 : 0) }
      var amperes: [Float] = []
      var product = [Float](repeating: 0, count: batch * n)
      let (walk, gemm, ratio) = try Stopwatch.pairs(count: 15) {
        try ladder.currents(bits, into: &amperes)
      } against: {
        var out = product.mutableSpan
        MatrixProduct.multiplyTransposed(x.span, weights.span, into: &out, m: batch, n: n, k: m)
      }
      let cells = Double(m * n * batch)
      print(
        String(
          format: "  %5.0f %%   %14.1f   %13.1f   %.2f, %.2f", 100 * density,
          cells / walk.median / 1e9, cells / gemm.median / 1e9, ratio.median, ratio.minimum))
    }
    print("  (\(MatrixProduct.library))")
  }
}
