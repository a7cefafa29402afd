import Foundation
import NumericKernels
import Testing

@Suite struct MemoryBudgetTests {
  @Test func whatFitsPasses() throws {
    let budget = MemoryBudget(bytes: 800)
    try budget.require("a matrix", extents: [10, 10], bytesEach: 8)
    // Nothing takes nothing, whatever the other extents.
    try budget.require("a matrix", extents: [0, .max, .max], bytesEach: 8)
  }

  @Test func theFirstByteTooManyIsRefused() {
    #expect(throws: MemoryError(what: "a matrix", wantedBytes: 808, limitBytes: 800)) {
      try MemoryBudget(bytes: 800).require("a matrix", extents: [101], bytesEach: 8)
    }
  }

  /// A product beyond 64 bits is refused like any other.
  @Test(arguments: [[Int.max, 2], [1 << 40, 1 << 40], [Int.max, .max, .max]])
  func overflowIsRefused(extents: [Int]) {
    let bytes = extents.reduce(8.0) { $0 * Double($1) }
    #expect {
      try MemoryBudget.machine.require("a matrix", extents: extents, bytesEach: 8)
    } throws: { error in
      guard let error = error as? MemoryError else { return false }
      return (error.wantedBytes / bytes - 1).magnitude < 1e-12
        && error.limitBytes == Int(ProcessInfo.processInfo.physicalMemory)
    }
  }

  @Test func theTextNamesBothNumbers() {
    let error = MemoryError(what: "an array", wantedBytes: 6.4e13, limitBytes: 16_000_000_000)
    #expect(error.description == "an array takes at least 64 TB, more than the memory of 16 GB")
  }
}
