import CrossbarArray
import Foundation
import NumericKernels
import Units

/// Voltage-driven arrays with wires against the single-precision matrix product of their size, one
/// core.
enum EffectiveMatrixBenchmark {
  static func run() throws {
    let batch = 64
    print("effectiveMatrix: \(batch) vectors, single precision, one core")
    print("  array        prepared   time over sgemm (minimum)   Gcell/s   sgemm")
    for (m, n) in [(1152, 256), (576, 128), (144, 32)] {
      var random = RandomStream(seed: 1)
      let array = ArrayDescription(
        topology: .voltageDriven,
        conductances: Matrix(rows: m, columns: n) { _, _ in
          Double.random(in: 1e-8...1.6e-5, using: &random)
        },
        wires: WireParasitics(wordLineSegment: 0.625.ohms, bitLineSegment: 0.625.ohms),
        ends: LineEnds(wordLineDrive: .near, bitLineSense: .far))
      var model: EffectiveMatrix?
      let prepared = try Stopwatch.seconds { model = try EffectiveMatrix(array) }
      guard let model else { continue }
      let weights = model.siemens.transposed().elements.map { Float($0) }
      let volts = (0..<batch * m).map { _ in Float.random(in: 0...0.2, using: &random) }
      var amperes: [Float] = []
      var product = [Float](repeating: 0, count: batch * n)
      let (own, gemm, ratio) = try Stopwatch.pairs(count: 31) {
        try model.currents(volts, into: &amperes)
      } against: {
        var out = product.mutableSpan
        MatrixProduct.multiplyTransposed(volts.span, weights.span, into: &out, m: batch, n: n, k: m)
      }
      let cells = Double(m * n * batch) / 1e9
      print(
        String(
          format: "  %4d × %3d   %6.2f s   %15.2f (%.2f)   %7.1f   %5.1f", m, n, prepared,
          ratio.median, ratio.minimum, cells / own.median, cells / gemm.median))
    }
    print("  (\(MatrixProduct.library))")
  }
}
