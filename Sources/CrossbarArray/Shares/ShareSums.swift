import NumericKernels
import Units

/// Weighted sums of the shares of an array's cells over reads; see `CellShares`.
struct ShareSums {
  private let array: ArrayDescription
  private let cells: [Matrix<Double>]
  /// `Σ w x u` of the positive cells, then of the negative ones.
  private var sums: [Matrix<Double>]
  /// `Σ w x` of each word line.
  private var drives: [Double]

  /// No reads yet.
  init(_ array: ArrayDescription) {
    self.array = array
    cells = array.effectiveConductances
    sums = cells.map { Matrix(rows: $0.rows, columns: $0.columns, repeating: 0) }
    drives = [Double](repeating: 0, count: array.wordLineCount)
  }

  /// Sums that were made elsewhere.
  init(_ array: ArrayDescription, sums: [Matrix<Double>], drives: [Double]) {
    self.init(array)
    (self.sums, self.drives) = (sums, drives)
  }

  /// Adds the solution of one read.
  mutating func add(
    _ solution: ArraySolution, _ inputs: InputBatch, vector: Int, weight: Double
  ) {
    for line in drives.indices {
      let volts: Double
      switch inputs {
      case .bits(let bits): volts = bits[vector, line] ? array.readVoltage.value : 0
      case .volts(let all): volts = all[vector, line]
      }
      guard volts != 0 else { continue }
      let drive = weight * (volts / array.readVoltage.value).magnitude
      drives[line] += drive
      for (polarity, own) in solution.cells.enumerated() {
        // The negative cells of interleaved pairs see the opposite voltage.
        let seen = array.pairing == .interleaved && polarity == 1 ? -volts : volts
        for j in 0..<own.amperes.columns {
          let ideal = array.law.amperes(seen, siemens: cells[polarity][line, j])
          // The voltage stands for the current of a cell that has none.
          let share =
            ideal != 0
            ? own.amperes[line, j] / ideal
            : (own.driveVolts[line, j] - own.bitLineVolts[line, j]) / seen
          sums[polarity][line, j] += drive * share
        }
      }
    }
  }

  /// The averages, `[wordLines, bitLines]` of the positive cells, then of the negative ones.
  var averaged: [Matrix<Double>] {
    sums.map { sums in
      var averages = sums
      for j in 0..<sums.columns {
        var (total, count) = (0.0, 0)
        for i in drives.indices where drives[i] > 0 {
          averages[i, j] /= drives[i]
          total += averages[i, j]
          count += 1
        }
        let mean = count > 0 ? total / Double(count) : 1
        for i in drives.indices where drives[i] == 0 { averages[i, j] = mean }
      }
      return averages
    }
  }
}
