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

  @Test func nothingGivesNothing() async throws {
    #expect(try await concurrentMap(0, width: 3) { $0 } == [])
  }
}
