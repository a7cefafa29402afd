/// Repeated timings of two pieces of work in turn, so that a drift of the machine's speed meets
/// both.
enum Stopwatch {
  /// Minimum and median of several timings, or of their ratios.
  struct Summary {
    var minimum: Double
    var median: Double

    init(_ values: [Double]) {
      let sorted = values.sorted()
      minimum = sorted[0]
      median = sorted[sorted.count / 2]
    }
  }

  /// Seconds of each piece and the ratio first / second pair by pair, after one warm-up.
  static func pairs(
    count: Int, _ first: () throws -> Void, against second: () throws -> Void
  ) rethrows -> (Summary, Summary, Summary) {
    var (a, b): ([Double], [Double]) = ([], [])
    for round in 0...count {
      let (x, y) = (try seconds(first), try seconds(second))
      if round > 0 {
        a.append(x)
        b.append(y)
      }
    }
    return (Summary(a), Summary(b), Summary(zip(a, b).map { $0 / $1 }))
  }

  /// Wall-clock seconds of one piece of work.
  static func seconds(_ work: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try work()
    return (clock.now - start) / .seconds(1)
  }
}
