import CrossbarArray
import Foundation
import NumericKernels
import Units

/// Line CG against CHOLMOD (analyse, factorise, solve) at 512 × 512 with wires on both lines.
enum LineBenchmark {
  static func run() throws {
    let size = 512
    var random = RandomStream(seed: 1)
    // 10 kΩ to 1 MΩ cells, 1 Ω segments: R_segment / R_min = 1e-4.
    let array = ArrayDescription(
      topology: .voltageDriven,
      conductances: Matrix(rows: size, columns: size) { _, _ in
        Double.random(in: 1e-6...1e-4, using: &random)
      }, wires: WireParasitics(wordLineSegment: 1.ohms, bitLineSegment: 1.ohms))
    print("line CG: \(size) × \(size), R_segment / R_min 1e-4, one core, against CHOLMOD cold")
    print(
      "  vectors   tolerance   line CG s (median, minimum)   CHOLMOD s (same)   ratio   iterations"
        + "   worst difference")
    for (batch, count) in [(1, 9), (64, 3)] {
      let volts = InputBatch.volts(
        Matrix(rows: batch, columns: size) { _, _ in Double.random(in: 0...0.2, using: &random) })
      for tolerance in [1e-9, 1e-12] {
        var (ours, theirs): (ArrayCurrents?, ArrayCurrents?)
        let (line, circuit, ratio) = try Stopwatch.pairs(count: count) {
          ours = try LineArray(array, tolerance: tolerance).currents(volts)
        } against: {
          theirs = try CircuitArray(array).currents(volts)
        }
        let reference = theirs?.amperes.elements ?? []
        let worst = zip(ours?.amperes.elements ?? [], reference)
          .reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
        print(
          String(
            format: "  %7d   %9.0e   %17.4f, %8.4f   %8.3f, %6.3f   %5.1f   %10d   %.1e", batch,
            tolerance, line.median, line.minimum, circuit.median, circuit.minimum, 1 / ratio.median,
            ours?.iterations ?? 0,
            worst / (reference.map(\.magnitude).max() ?? 1)))
      }
    }
  }
}
