/// Seconds of a piece of work, from enough repetitions that neither the clock nor one slow run decides.
struct RepeatedTiming: Sendable, Equatable {
  /// Median of one repetition.
  var medianSeconds: Double
  /// Repetitions that were timed.
  var count: Int

  /// Seconds that repetitions add up to, and how many there are at least.
  static let minimumSeconds = 0.1, minimumCount = 3
  /// One run as long as this stands for itself.
  static let longRun = 1.0

  /// Repeats `body` until the repetitions take `minimumSeconds` in all and there are `minimumCount`.
  ///
  /// - Parameter now: Seconds of a clock that only goes forward.
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

  /// The same on the machine's clock.
  init(_ body: () throws -> Void) rethrows {
    let clock = ContinuousClock()
    let start = clock.now
    try self.init(now: { (clock.now - start) / .seconds(1) }, body)
  }
}
