import Files
import Foundation
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

  /// The same circuit with a law that a million volts would bend: 1e-19 from the linear one.
  @Test(arguments: ["exact", "cholmod", "klu"])
  func aNonlinearSeriesCircuitStatesItsAccuracy(path: String) throws {
    let folder = try TemporaryFolder()
    try folder.write([1e-6, 0], shape: [2, 1], to: "mg.npy")
    try folder.write([3.2e-4, 2.5e-4], shape: [1, 2], to: "mx.npy")
    try folder.write(Self.yaml + "law: {model: sinh, scaleVolts: 1e6}\n", to: "A.yaml")
    let outcome = try Program.run(
      ["mvm", "A.yaml", "--inputs", "mx.npy", "--out", "I.npy", "--path", path], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    // What is printed is what holds.
    let residual = try #require(
      outcome.output.firstMatch(of: /residual +([0-9.e-]+)/).flatMap { Double($0.1) })
    let accuracy = try #require(
      outcome.output.firstMatch(of: /accuracy .*within ([0-9.e-]+)/).flatMap { Double($0.1) })
    #expect(residual < 1e-10 && accuracy <= 1e-8, "\(outcome.output)")
    let amperes = try NPYFile(contentsOf: folder.file("I.npy")).doubles
    let expected = 3.2e-4 / (1e6 + 5e5 + 2 * 4e-9)
    #expect((amperes[0] / expected - 1).magnitude <= max(accuracy, 1e-13))
  }

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
