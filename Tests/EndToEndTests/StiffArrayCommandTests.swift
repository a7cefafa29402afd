import Foundation
import NumericKernels
import TestSupport
import Testing

/// `mvm` on arrays whose wires are 1e14 times better conductors than their terminals.
@Suite struct StiffArrayCommandTests {
  private static let yaml = """
    version: 1
    topology: voltageDriven
    conductances: mg.npy
    wires: {bitLineOhms: 4e-9}
    terminals: {bitLineSenseOhms: 5e5}

    """

  /// One conducting cell in series with two segments and the terminal; the other cell is open.
  @Test(arguments: ["exact", "cholmod", "klu"])
  func aSeriesCircuitIsRightToRounding(path: String) throws {
    let folder = try TemporaryFolder()
    try folder.write([1e-6, 0], shape: [2, 1], to: "mg.npy")
    try folder.write([3.2e-4, 2.5e-4], shape: [1, 2], to: "mx.npy")
    try folder.write(Self.yaml, to: "A.yaml")
    let outcome = try Program.run(
      ["mvm", "A.yaml", "--inputs", "mx.npy", "--out", "I.npy", "--path", path], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("without subtractions"))
    let amperes = try NPYFile(contentsOf: folder.file("I.npy")).doubles
    let expected = 3.2e-4 / (1e6 + 5e5 + 2 * 4e-9)
    #expect((amperes[0] / expected - 1).magnitude < 1e-13)
  }
}
