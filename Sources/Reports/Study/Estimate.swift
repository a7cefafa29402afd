import Experiments

/// A value with its 95 % interval.
struct Estimate: Equatable {
  var value: Double
  /// `nil` where nothing tells the spread.
  var interval: ClosedRange<Double>?

  init(_ value: Double, interval: ClosedRange<Double>? = nil) {
    self.value = value
    self.interval = interval
  }

  /// Takes the wider of its interval and another one of the same value.
  mutating func widen(to other: ClosedRange<Double>) {
    let own = interval ?? other
    interval =
      min(own.lowerBound, other.lowerBound)...max(own.upperBound, other.upperBound)
  }

  /// The mean of values of single seeds, the interval by Student's t; `nil` without values.
  init?(seeds values: [Double]) {
    guard !values.isEmpty else { return nil }
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    self.init(mean)
    guard values.count > 1 else { return }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let half = Self.quantile(values.count - 1) * (squares / (n - 1) / n).squareRoot()
    interval = mean - half...mean + half
  }

  /// 97.5 % quantile of Student's t (Abramowitz and Stegun, table 26.10), to its printed digits;
  /// beyond 30 degrees of freedom that of the normal distribution with the first correction of
  /// Cornish and Fisher.
  static func quantile(_ degrees: Int) -> Double {
    let table = [
      12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
      2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
      2.052, 2.048, 2.045, 2.042,
    ]
    guard degrees > table.count else { return table[max(0, degrees - 1)] }
    let z = 1.959963984540054
    return z + (z * z * z + z) / (4 * Double(degrees))
  }
}

extension ReportedStudy {
  /// The figure of the task in a cell, in the unit of the figure: for one seed with the interval of
  /// the sample of images, for several with that of their mean.
  func estimate(
    _ cell: Cell, _ result: (Sample) -> ExperimentRecord.RunResult?
  ) -> Estimate? {
    let results = cell.samples.compactMap(result)
    guard results.count == 1 || Set(cell.samples.map(\.seed)).count == 1 else {
      guard var mean = Estimate(seeds: results.compactMap(figure.value)) else { return nil }
      // Seeds that agree say nothing of the images.
      if let count = results.first?.predictions.count, count > 0, results[0].correct != nil {
        let correct = Int((mean.value / 100 * Double(count)).rounded())
        mean.widen(to: Self.wilson(correct: correct, of: count))
      }
      // A share of images has no more than all of them.
      if figure.isBetterHigh { mean.interval = mean.interval?.clamped(to: 0...100) }
      return mean
    }
    guard let only = results.first, let value = figure.value(only) else { return nil }
    return Estimate(value, interval: Self.interval(only))
  }

  /// Interval of a result over the sample of its images: Wilson's for classes, that of the mean for
  /// squared errors; `nil` for other tasks.
  private static func interval(_ result: ExperimentRecord.RunResult) -> ClosedRange<Double>? {
    if let correct = result.correct, !result.predictions.isEmpty {
      return wilson(correct: correct, of: result.predictions.count)
    }
    guard let errors = result.regression?.imageErrors, errors.count > 1 else { return nil }
    let n = Double(errors.count)
    let mean = errors.reduce(0, +) / n
    let squares = errors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let half = 1.959963984540054 * (squares / (n - 1) / n).squareRoot()
    return max(0, mean - half)...mean + half
  }

  /// Wilson's interval in percent.
  private static func wilson(correct: Int, of count: Int) -> ClosedRange<Double> {
    let share = PairedComparison.wilsonInterval(correct: correct, count: count)
    return 100 * share.lowerBound...100 * share.upperBound
  }

  /// The figure less that of the exact integers on the same images: for one seed with the paired
  /// interval, for several with that of the mean of their differences, or with their mean paired one
  /// where that is wider; `nil` where the task has no labels.
  func difference(_ cell: Cell) -> Estimate? {
    let all = cell.samples.compactMap { sample in sample.own.flatMap(Self.difference) }
    guard all.count != 1 else { return all[0] }
    guard var mean = Estimate(seeds: all.map(\.value)) else { return nil }
    let halves = all.compactMap { own in own.interval.map { $0.upperBound - own.value } }
    if halves.count == all.count {
      let half = halves.reduce(0, +) / Double(halves.count)
      mean.widen(to: mean.value - half...mean.value + half)
    }
    return mean
  }

  /// Whether the figure of every seed, by its own paired interval, is worse than that of the exact
  /// integers: a loss, however few seeds there are to tell its size.
  func isLossForEverySeed(_ cell: Cell) -> Bool {
    let all = cell.samples.compactMap { sample in sample.own.flatMap(Self.difference) }
    return all.count > 1
      && all.allSatisfy { own in
        guard let interval = own.interval else { return false }
        return figure.isBetterHigh ? interval.upperBound < 0 : interval.lowerBound > 0
      }
  }

  private static func difference(_ result: ExperimentRecord.RunResult) -> Estimate? {
    func around(_ value: Double, _ half: Double?) -> Estimate {
      Estimate(value, interval: half.map { value - $0...value + $0 })
    }
    if let own = result.comparison {
      return around(100 * own.accuracyDifference, 100 * own.halfWidth)
    }
    if let own = result.regression?.difference { return around(own.value, own.halfWidth) }
    if let own = result.segmentation?.intersectionDifference {
      return around(100 * own.value, own.halfWidth.map { 100 * $0 })
    }
    return nil
  }

  /// The cell with the worst figure of the own path, the first of equals; `nil` without results.
  var worst: Cell? {
    let judged = cells.compactMap { cell in estimate(cell) { $0.own }.map { (cell, $0.value) } }
    let sign = figure.isBetterHigh ? 1.0 : -1.0
    return judged.min { sign * $0.1 < sign * $1.1 }?.0
  }
}
