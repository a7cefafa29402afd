import NumericKernels

/// What models of gate-driven columns cost on given vectors, in multiply-adds of a matrix product.
///
/// All of them skip word lines that are off, so the cheapest one depends on the vectors. The weights are
/// measured (`Benchmarks reducedLadder`); which model is chosen must not depend on a clock.
public enum WorkEstimate {
  /// The exact ladder: two multiply-adds for every cell that is on, and the plan of its walk.
  public static func exactLadder(_ bits: BitMatrix, outputs: Int) -> Double {
    let on = bits.words.reduce(0) { $0 + $1.nonzeroBitCount }
    return Double(on) * (1.9 * Double(outputs) + 60)
  }

  /// A calibrated model: sums over the word lines that any of four neighbouring vectors selects, then
  /// the steps of a ladder.
  public static func calibrated(
    _ form: CalibratedModel.Form, _ bits: BitMatrix, outputs: Int
  ) -> Double {
    let each = bits.wordsPerRow
    var lines = 0
    for row in stride(from: 0, to: bits.rows, by: 4) {
      for index in 0..<each {
        let any = (row..<min(row + 4, bits.rows)).reduce(UInt64(0)) {
          $0 | bits.words[$1 * each + index]
        }
        lines += any.nonzeroBitCount
      }
    }
    let sums = Double(4 * lines) * (0.7 * Double(outputs) + 12)
    guard case .reducedLadder(let moments) = form else { return sums }
    return sums + Double(bits.rows * moments.count * outputs) * 4.5
  }
}
