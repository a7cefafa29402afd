/// Combines `body(0) … body(count - 1)` in index order, with at most `width` running at once and
/// few results waiting: unlike a map, it does not keep the results of all indices.
///
/// Errors and cancellation end the work as in `concurrentMap`.
public func concurrentFold<Result: Sendable, Total>(
  _ count: Int, width: Int, into initial: Total,
  _ body: @escaping @Sendable (Int) async throws -> Result,
  combine: (inout Total, Result) -> Void
) async throws -> Total {
  precondition(count >= 0 && width >= 1, "concurrentFold needs a count and a positive width")
  guard min(width, count) > 1 else {
    var total = initial
    for index in 0..<count {
      try Task.checkCancellation()
      combine(&total, try await body(index))
    }
    return total
  }
  return try await withThrowingTaskGroup(of: Outcome<Result>.self) { group in
    var total = initial
    var waiting: [Int: Result] = [:]
    var failure = Failure()
    var (started, combined, running) = (0, 0, 0)
    while combined < count {
      // A slow result holds back at most as many others as there are tasks.
      while failure.isNone, started < count, running < width, started < combined + 2 * width {
        let index = started
        (started, running) = (started + 1, running + 1)
        group.addTask { await Outcome(index, body) }
      }
      guard let outcome = try await group.next() else { break }
      running -= 1
      waiting[outcome.index] = failure.result(of: outcome)
      while let next = waiting.removeValue(forKey: combined) {
        combine(&total, next)
        combined += 1
      }
    }
    try failure.check()
    return total
  }
}
