import BehavioralModels
import CrossbarArray
import Foundation
import NumericKernels
import Units

/// The reduced ladder against the single-precision matrix product of the same size, one core.
enum ReducedLadderBenchmark {
  static func run() throws {
    let batch = 64
    print("reducedLadder: \(batch) vectors, single precision, one core; times over sgemm")
    print("  array        bits on  per step   reduced (minimum)   exact ladder   Gcell/s   sgemm")
    for (m, n) in [(1152, 256), (576, 128), (144, 32)] {
      var random = RandomStream(seed: 1)
      let g = Matrix(rows: m, columns: n) { _, _ in
        Double.random(in: 1e-8...1.6e-5, using: &random)
      }
      let array = ArrayDescription(
        topology: .gateDriven(sourceLine: .parallel), conductances: g,
        wires: WireParasitics(bitLineSegment: 0.0625.ohms),
        ends: LineEnds(bitLineSense: .far, sourceLineDrive: .far))
      let ladder = try LadderArray(array)
      let weights = g.transposed().elements.map { Float($0) }
      for density in [0.5, 0.2, 0.05] {
        let bits = BitMatrix(rows: batch, columns: m) { _, _ in
          Double.random(in: 0..<1, using: &random) < density
        }
        let x = (0..<batch * m).map { Float(bits[$0 / m, $0 % m] ? 1 : 0) }
        var amperes: [Float] = []
        var product = [Float](repeating: 0, count: batch * n)
        func gemm() {
          var out = product.mutableSpan
          MatrixProduct.multiplyTransposed(x.span, weights.span, into: &out, m: batch, n: n, k: m)
        }
        let (_, _, exact) = try Stopwatch.pairs(count: 15) {
          try ladder.currents(bits, into: &amperes)
        } against: {
          gemm()
        }
        for length in [64, 32, 16, 8] {
          let model = try ReducedLadder(array, segmentLength: length)
          let (own, product, ratio) = try Stopwatch.pairs(count: 31) {
            try model.currents(bits, into: &amperes)
          } against: {
            gemm()
          }
          let cells = Double(m * n * batch) / 1e9
          print(
            String(
              format: "  %4d × %3d   %5.0f %%   %7d   %8.2f (%.2f)   %14.2f   %7.1f   %5.1f", m, n,
              100 * density, length, ratio.median, ratio.minimum, exact.median,
              cells / own.median, cells / product.median))
        }
      }
    }
    print("  (\(MatrixProduct.library))")
  }
}
