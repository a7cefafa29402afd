/// Seconds of a piece of work, from enough repetitions that neither clock resolution nor one slow
/// run matters.
struct RepeatedTiming: Sendable, Equatable {
  /// Median of one repetition.
  var medianSeconds: Double
  /// Number of timed repetitions.
  var count: Int

  /// Minimum total seconds and minimum number of repetitions.
  static let minimumSeconds = 0.1, minimumCount = 3
  /// A single run at least this long needs no repetition.
  static let longRun = 1.0

  /// Repeats `body` until the repetitions take `minimumSeconds` in all and there are
  /// `minimumCount`.
  ///
  /// - Parameter now: Seconds of a monotonic clock.
  init(now: () -> Double, _ body: () throws -> Void) rethrows {
    var seconds: [Double] = []
    var total = 0.0
    repeat {
      let start = now()
      try body()
      seconds.append(now() - start)
      total += seconds[seconds.count - 1]
    } while total < Self.longRun
      && (total < Self.minimumSeconds || seconds.count < Self.minimumCount)
    seconds.sort()
    let middle = seconds.count / 2
    medianSeconds =
      seconds.count % 2 == 1 ? seconds[middle] : (seconds[middle - 1] + seconds[middle]) / 2
    count = seconds.count
  }

  /// The same with the system clock.
  init(_ body: () throws -> Void) rethrows {
    let clock = ContinuousClock()
    let start = clock.now
    try self.init(now: { (clock.now - start) / .seconds(1) }, body)
  }
}
