/// The results of `body(0) … body(count - 1)` in index order, with at most `width` running at once.
///
/// An error ends the work: calls not yet started are not made, those that run are awaited, and the
/// error of the lowest index is thrown, whichever came first. Cancellation of the surrounding task
/// ends it too, with `CancellationError`. With a width of 1 the surrounding task does it all: to start
/// others costs more than short work.
public func concurrentMap<Result: Sendable>(
  _ count: Int, width: Int, _ body: @escaping @Sendable (Int) async throws -> Result
) async throws -> [Result] {
  precondition(count >= 0 && width >= 1, "concurrentMap needs a count and a positive width")
  guard min(width, count) > 1 else {
    var results: [Result] = []
    results.reserveCapacity(count)
    for index in 0..<count {
      try Task.checkCancellation()
      results.append(try await body(index))
    }
    return results
  }
  return try await withThrowingTaskGroup(of: Outcome<Result>.self) { group in
    var results = [Result?](repeating: nil, count: count)
    var started = 0
    var failure = Failure()
    func startNext() {
      guard started < count else { return }
      let index = started
      started += 1
      group.addTask { await Outcome(index, body) }
    }
    for _ in 0..<min(width, count) { startNext() }
    for try await outcome in group {
      if let result = failure.result(of: outcome) { results[outcome.index] = result }
      if failure.isNone { startNext() }
    }
    try failure.check()
    return results.compactMap { $0 }
  }
}

/// What a call gave.
struct Outcome<Value: Sendable>: Sendable {
  let index: Int
  let result: Result<Value, any Error>

  init(_ index: Int, _ body: @Sendable (Int) async throws -> Value) async {
    self.index = index
    do {
      try Task.checkCancellation()
      result = .success(try await body(index))
    } catch {
      result = .failure(error)
    }
  }
}

/// The error of the lowest index so far. All calls below an index start before its own, so that the
/// lowest one that fails is always among those that ran.
struct Failure {
  private var first: (index: Int, error: any Error)?

  var isNone: Bool { first == nil }

  /// The result of a call; `nil`, and kept, if it failed.
  mutating func result<Value>(of outcome: Outcome<Value>) -> Value? {
    switch outcome.result {
    case .success(let value): return value
    case .failure(let error):
      if outcome.index < first?.index ?? .max { first = (outcome.index, error) }
      return nil
    }
  }

  func check() throws {
    if let first { throw first.error }
  }
}
