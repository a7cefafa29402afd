import Foundation
import TestSupport
import Testing

/// What an array file can ask for is refused before memory is taken.
@Suite struct ArrayMemoryCommandTests {
  private static let yaml = """
    version: 1
    topology: voltageDriven
    conductances: mg.npy
    wires: {bitLineOhms: 4e-9}
    unused:
      wordLines: 1000000
      bitLines: 1000000
      state: floating
      bitLineState: floating
      cellSiemens: 1e-6

    """

  /// A million unused lines in both directions: refused by name and size, no file written.
  @Test func anArrayBeyondMemoryIsRefused() throws {
    let folder = try TemporaryFolder()
    try folder.write([1e-6, 0], shape: [2, 1], to: "mg.npy")
    try folder.write([3.2e-4, 2.5e-4], shape: [1, 2], to: "mx.npy")
    try folder.write(Self.yaml, to: "A.yaml")
    let outcome = try Program.run(
      ["mvm", "A.yaml", "--inputs", "mx.npy", "--out", "I.npy"], in: folder)
    #expect(outcome.status == 1)
    #expect(
      outcome.errors.contains(
        "an array of 1000002 × 1000001 cells (unused.wordLines 1000000, unused.bitLines 1000000) "
          + "takes at least"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("I.npy")))
  }
}
