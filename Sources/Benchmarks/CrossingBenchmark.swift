import BehavioralModels
import CrossbarArray
import Foundation
import NumericKernels
import Units

/// Crossing source lines: line relaxation against line CG, and the crossing ladder against relaxation,
/// in products of the same size.
enum CrossingBenchmark {
  static func run() throws {
    print("crossing source lines, 64 vectors, one core; sgemm of the same size is the unit")
    print(
      "  size         R_seg/R_min  bits on  mean drop   line CG ms   relaxation ms (passes, bound)   "
        + "in single µs, products   ladder µs, products (rms, worst error)   sgemm µs   per vector")
    for (m, n, relative) in [
      (128, 128, 1e-5), (128, 128, 1e-4), (128, 128, 3e-4), (256, 256, 1e-4), (1152, 256, 1e-5),
    ] {
      for density in [0.2, 0.5] { try run(m, n, relative, density) }
    }
    print("  (\(MatrixProduct.library))")
  }

  /// Cells of at most 100 µS, on/off 100, most of them low.
  private static func run(_ m: Int, _ n: Int, _ relative: Double, _ density: Double) throws {
    let batch = 64
    var random = RandomStream(seed: 1)
    let g = Matrix(rows: m, columns: n) { _, _ in
      let u = Double.random(in: 0...1, using: &random)
      return 1e-4 * (0.01 + 0.99 * u * u)
    }
    let ohms = (1e4 * relative).ohms
    let array = ArrayDescription(
      topology: .gateDriven(sourceLine: .crossing), conductances: g,
      wires: WireParasitics(bitLineSegment: ohms, sourceLineSegment: ohms))
    func vectors(_ count: Int) -> BitMatrix {
      BitMatrix(rows: count, columns: m) { _, _ in
        Double.random(in: 0..<1, using: &random) < density
      }
    }
    let (fitting, bits) = (vectors(64), vectors(batch))
    let relaxation = try CrossingArray(array)
    let ladder = try CrossingLadder(
      array, mesh: CoarseMesh(segmentCount: 8, passes: 2), fittedTo: fitting,
      exact: relaxation.currents(.bits(fitting)).amperes)
    // Line CG is slow: a part of the vectors tells.
    let few = m > 256 ? 8 : 16
    let part = BitMatrix(rows: few, columns: m) { bits[$0, $1] }
    let lines = try LineArray(array, tolerance: 1e-9)
    let (cg, _, _) = try Stopwatch.pairs(count: 3) {
      _ = try lines.currents(.bits(part))
    } against: {
    }
    let exact = try relaxation.currents(.bits(bits))
    let (double, _, _) = try Stopwatch.pairs(count: 5) {
      _ = try relaxation.currents(.bits(bits))
    } against: {
    }
    let x = (0..<batch * m).map { Float(bits[$0 / m, $0 % m] ? 1 : 0) }
    let weights = g.transposed().elements.map { Float($0) }
    var (single, fast): ([Float], [Float]) = ([], [])
    var product = [Float](repeating: 0, count: batch * n)
    func gemm() {
      var out = product.mutableSpan
      MatrixProduct.multiplyTransposed(x.span, weights.span, into: &out, m: batch, n: n, k: m)
    }
    let (solve, _, solveRatio) = try Stopwatch.pairs(count: 9) {
      try relaxation.currents(bits, into: &single)
    } against: {
      gemm()
    }
    let (walk, sgemm, walkRatio) = try Stopwatch.pairs(count: 15) {
      try ladder.currents(bits, into: &fast)
    } against: {
      gemm()
    }
    let error = ModelError(fast.map { Double($0) }, exact: exact.amperes.elements)
    let ideal = array.unwiredResponse
    let unwired = (0..<batch).reduce(0.0) { sum, row in
      (0..<m).reduce(sum) { $0 + (bits[row, $1] ? ideal.row($1).reduce(0, +) : 0) }
    }
    let drop = 1 - exact.amperes.elements.reduce(0, +) / unwired
    func each(_ seconds: Double, _ unit: Double, _ count: Int = 64) -> Double {
      seconds / Double(count) / unit
    }
    print(
      String(
        format: "  %4d × %-4d %11.0e  %5.0f %%  %7.1f %%   %10.3f   %8.3f (%2d, %.0e)   "
          + "%11.1f, %6.1f   %8.2f, %5.2f (%.1e, %.1e)   %8.2f", m, n, relative, 100 * density,
        100 * drop, each(cg.median, 1e-3, few), each(double.median, 1e-3),
        exact.work.iterations ?? 0, exact.sensedError ?? 0, each(solve.median, 1e-6),
        solveRatio.median, each(walk.median, 1e-6), walkRatio.median, error.relativeRMS,
        error.relativeWorst, each(sgemm.median, 1e-6)))
  }
}
