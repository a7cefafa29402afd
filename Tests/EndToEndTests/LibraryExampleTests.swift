import Foundation
import TestSupport
import Testing

/// The example of README.md, built with the tests: the three jobs from Swift.
@Suite struct LibraryExampleTests {
  @Test func exampleRunsTheThreeJobs() throws {
    let built = URL(fileURLWithPath: try #require(Program.path)).deletingLastPathComponent()
    let folder = try TemporaryFolder()
    let outcome = try Program.shell(
      "\"$EXAMPLE\"", in: folder,
      environment: ["EXAMPLE": built.appendingPathComponent("LibraryExample").path])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("mine: no wires: rms error 0.") }, "\(lines)")
    #expect(lines.contains { $0.hasPrefix("deck: core.sp, ") }, "\(lines)")
    #expect(folder.contents.contains("deck/core.sp"))
    for path in ["float", "int8", "ideal", "calibrated"] {
      #expect(lines.contains { $0.hasPrefix("\(path): ") && $0.hasSuffix(" of 20 images") })
    }
  }
}
