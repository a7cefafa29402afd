import Configuration
import Foundation
import Testing

@testable import Experiments

/// The pages that the repository keeps are what the code says.
@Suite struct ReferencePageTests {
  @Test(arguments: ["experiment", "array", "results"])
  func pageIsInStepWithTheCode(name: String) throws {
    let kept = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Sources/Experiments/Reference/\(name.uppercased()).md")
    let page = try ReferencePage.text(of: name)
    // A plain Boolean: the difference of two long pages would bury the advice.
    let isSame = try String(contentsOf: kept, encoding: .utf8) == page
    #expect(
      isSame,
      """
      Sources/Experiments/Reference/\(name.uppercased()).md is out of step; regenerate it with \
      .build/release/tilespice reference \(name) > Sources/Experiments/Reference/\(name.uppercased()).md
      """)
  }
}
