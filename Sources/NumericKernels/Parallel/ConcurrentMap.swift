/// The results of `body(0) … body(count - 1)` in index order, with at most `width` running at once.
///
/// The first error thrown ends the work: calls not yet started are not made. Cancellation of the
/// surrounding task does the same with `CancellationError`.
public func concurrentMap<Result: Sendable>(
  _ count: Int, width: Int, _ body: @escaping @Sendable (Int) async throws -> Result
) async throws -> [Result] {
  precondition(count >= 0 && width >= 1, "concurrentMap needs a count and a positive width")
  return try await withThrowingTaskGroup(of: (Int, Result).self) { group in
    var results = [Result?](repeating: nil, count: count)
    var started = 0
    func startNext() {
      guard started < count else { return }
      let index = started
      started += 1
      group.addTask {
        try Task.checkCancellation()
        return (index, try await body(index))
      }
    }
    for _ in 0..<min(width, count) { startNext() }
    while let (index, result) = try await group.next() {
      results[index] = result
      startNext()
    }
    return results.compactMap { $0 }
  }
}
