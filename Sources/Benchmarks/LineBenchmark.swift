import CrossbarArray
import Foundation
import NumericKernels
import Units

/// Line CG against CHOLMOD (analyze, factorize, solve) at 512 × 512 with wires on both lines, and
/// against the memory it has to move.
enum LineBenchmark {
  static func run() async throws {
    let array = array(size: 512, relativeWire: 1e-4)
    var random = RandomStream(seed: 2)
    print("line CG: 512 × 512, R_segment / R_min 1e-4, one core, against CHOLMOD cold")
    print(
      "  vectors   tolerance   line CG s (median, minimum)   CHOLMOD s (same)   ratio   iterations"
        + "   worst difference")
    for (batch, count) in [(1, 9), (64, 3)] {
      let volts = inputs(batch, 512, &random)
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
            ours?.work.iterations ?? 0,
            worst / (reference.map(\.magnitude).max() ?? 1)))
      }
    }
  }

  /// Memory traffic, tasks and large arrays, without CHOLMOD.
  static func runTraffic() async throws {
    var random = RandomStream(seed: 2)
    print("line CG: memory traffic at 512 × 512, tolerance 1e-9, against a triad of the same size")
    print(
      "  vectors   build s   solve s   iterations   GB/s moved   triad GB/s   two tasks   two triads"
    )
    let model = try LineArray(array(size: 512, relativeWire: 1e-4), tolerance: 1e-9)
    for batch in [1, 2, 4, 8, 64] {
      let volts = inputs(batch, 512, &random)
      let lanes = min(batch, 8)
      var iterations = 0
      var (builds, solves, triads, pairs): ([Double], [Double], [Double], [Double]) = (
        [], [], [], []
      )
      var triadPairs: [Double] = []
      for _ in 0..<(batch == 64 ? 5 : 15) {
        builds.append(
          try Stopwatch.seconds {
            _ = try LineArray(model.description, tolerance: 1e-9)
          })
        solves.append(
          try Stopwatch.seconds { iterations = try model.currents(volts).work.iterations ?? 0 })
        triads.append(triad(4 * lanes * 512 * 512))
        let clock = ContinuousClock()
        let start = clock.now
        _ = try await model.currents(volts, width: 2)
        pairs.append((clock.now - start) / .seconds(1))
        triadPairs.append(
          try await concurrentMap(2, width: 2) { _ in triad(4 * lanes * 512 * 512) }.reduce(0, +))
      }
      func minimum(_ values: [Double]) -> Double { values.min() ?? 0 }
      // 11 values per cell, vector and iteration, 5 shared ones per cell, lane group and iteration.
      let groups = (batch + 7) / 8
      let bytes = Double(8 * 512 * 512 * iterations * (11 * batch + 5 * groups))
      print(
        String(
          format: "  %7d   %7.4f   %7.4f   %10d   %10.1f   %10.1f   %8.2fx   %9.2fx", batch,
          minimum(builds), minimum(solves), iterations, bytes / minimum(solves) / 1e9,
          triads.max() ?? 0, minimum(solves) / minimum(pairs),
          (triadPairs.max() ?? 0) / (triads.max() ?? 1)))
    }
    print("line CG: one vector at 1024 × 1024, tolerance 1e-12")
    for relativeWire in [1e-5, 1e-4, 1e-3] {
      let large = array(size: 1024, relativeWire: relativeWire)
      let volts = inputs(1, 1024, &random)
      var iterations = 0
      let seconds = try Stopwatch.seconds {
        iterations = try LineArray(large).currents(volts).work.iterations ?? 0
      }
      print(
        String(
          format: "  R_segment / R_min %.0e: %.3f s, %d iterations", relativeWire, seconds,
          iterations))
    }
  }

  /// Bandwidth of `a ← b + s c` over three arrays of `count / 3` values, in GB/s.
  private static func triad(_ count: Int) -> Double {
    let third = count / 3
    var a = [Double](repeating: 0, count: third)
    let b = [Double](repeating: 1, count: third)
    let c = [Double](repeating: 2, count: third)
    var best = Double.infinity
    for _ in 0..<3 {
      best = min(
        best,
        Stopwatch.seconds {
          for k in 0..<third { a[k] = b[k] + 3 * c[k] }
        })
    }
    precondition(a[third - 1] == 7)
    return Double(24 * third) / best / 1e9
  }

  /// 10 kΩ to 1 MΩ cells.
  private static func array(size: Int, relativeWire: Double) -> ArrayDescription {
    var random = RandomStream(seed: 1)
    let ohms = 1e4 * relativeWire
    return ArrayDescription(
      topology: .voltageDriven,
      conductances: Matrix(rows: size, columns: size) { _, _ in
        Double.random(in: 1e-6...1e-4, using: &random)
      }, wires: WireParasitics(wordLineSegment: ohms.ohms, bitLineSegment: ohms.ohms))
  }

  private static func inputs(
    _ batch: Int, _ size: Int, _ random: inout RandomStream
  ) -> InputBatch {
    .volts(
      Matrix(rows: batch, columns: size) { _, _ in Double.random(in: 0...0.2, using: &random) })
  }
}
