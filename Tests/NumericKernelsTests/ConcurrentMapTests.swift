import NumericKernels
import Testing

@Suite struct ConcurrentMapTests {
  /// Results come in index order whatever the width.
  @Test(arguments: [1, 2, 4, 100])
  func resultsAreInOrder(width: Int) async throws {
    let results = try await concurrentMap(57, width: width) { index in
      if index % 7 == 0 { await Task.yield() }
      return index * index
    }
    #expect(results == (0..<57).map { $0 * $0 })
  }

  /// An error ends the work: nothing new is started after it.
  @Test func errorsPassThrough() async {
    struct Stop: Error {}
    await #expect(throws: Stop.self) {
      try await concurrentMap(1000, width: 2) { index in
        if index == 3 { throw Stop() }
        return index
      }
    }
  }

  /// The error is that of the lowest index, also where a later one fails sooner; nothing is started
  /// after an error.
  @Test func theLowestErrorIsThrown() async {
    struct Fault: Error, Equatable { var index: Int }
    let body: @Sendable (Int) async throws -> Int = { index in
      if index == 2 { for _ in 0..<200 { await Task.yield() } }
      if index >= 2 { throw Fault(index: index) }
      return index
    }
    for _ in 0..<20 {
      await #expect(throws: Fault(index: 2)) { try await concurrentMap(50, width: 4, body) }
      await #expect(throws: Fault(index: 2)) {
        try await concurrentFold(50, width: 4, into: 0, body) { $0 += $1 }
      }
    }
  }

  /// A width of 1 starts no tasks, and ends as others do: at an error, or when its task is cancelled.
  @Test func oneAtATimeEndsAsOthersDo() async throws {
    struct Fault: Error, Equatable { var index: Int }
    let body: @Sendable (Int) async throws -> Int = { index in
      if index >= 2 { throw Fault(index: index) }
      return index
    }
    await #expect(throws: Fault(index: 2)) { try await concurrentMap(9, width: 1, body) }
    await #expect(throws: Fault(index: 2)) {
      try await concurrentFold(9, width: 1, into: 0, body) { $0 += $1 }
    }
    for width in [1, 2] {
      let task = Task {
        try await concurrentMap(1000, width: width) { index in
          if index == 3 { withUnsafeCurrentTask { $0?.cancel() } }
          while width > 1, !Task.isCancelled { await Task.yield() }
          return index
        }
      }
      if width > 1 { task.cancel() }
      await #expect(throws: CancellationError.self) { try await task.value }
    }
  }

  @Test func nothingGivesNothing() async throws {
    #expect(try await concurrentMap(0, width: 3) { $0 } == [])
  }

  /// A fold combines in index order whatever the width, also where early results come late.
  @Test(arguments: [1, 2, 7]) func foldsAreInOrder(width: Int) async throws {
    let text = try await concurrentFold(40, width: width, into: "") { index in
      if index % 5 == 0 { for _ in 0..<50 { await Task.yield() } }
      return "\(index) "
    } combine: { total, next in
      total += next
    }
    #expect(text == (0..<40).map { "\($0) " }.joined())
    #expect(
      try await concurrentFold(0, width: 2, into: 5) {
        $0
      } combine: {
        $0 += $1
      } == 5)
  }
}
