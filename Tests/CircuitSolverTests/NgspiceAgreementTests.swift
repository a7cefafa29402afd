import CircuitSolver
import Foundation
import Netlist
import Testing

private let hasNgspice = (try? NgspiceRunner()) != nil

@Suite struct NgspiceAgreementTests {
  /// ngspice prints 17 digits and solves a linear circuit in one step; it pivots without
  /// refinement, and it adds gmin (1e-12 S) to no resistor. Condition times rounding stays below
  /// 1e-9 of the largest current on these networks.
  @Test(.enabled(if: hasNgspice, "ngspice is not installed"), arguments: [0, 3])
  func sensedCurrentsAgree(floating: Int) throws {
    let circuit = randomNetwork(nodes: 120, grounded: 8, floating: floating, seed: 21)
    var solver = try LinearOperatingPoint(analyzing: circuit)
    try solver.factorize()
    let point = try solver.solve()
    let senses = Array(circuit.voltageSources.indices)
    let names = senses.map { circuit.name(of: circuit.voltageSources[$0].label) }
    let expected = zip(names, point.sourceAmperes).map {
      DeckHeader.ExpectedCurrent(sourceName: $0, amperes: $1)
    }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try SPICEWriter.write(
      circuit, header: DeckHeader(expected: expected, relativeTolerance: 1e-9), sensing: senses,
      toFolder: folder.path)
    let runner = try NgspiceRunner(timeLimitSeconds: 60)
    let printed = try runner.currents(of: names, inFolder: folder.path)
    #expect(worstDifference(printed, point.sourceAmperes) <= 1e-9)

    // The deck that ngspice ran gives the same answer here.
    let deck = try CoreDeckReader.read(folder.path + "/core.sp")
    var again = try LinearOperatingPoint(analyzing: deck.circuit)
    try again.factorize()
    #expect(worstDifference(try again.solve().sourceAmperes, point.sourceAmperes) <= 1e-10)
    #expect(deck.header.expected.map(\.amperes) == point.sourceAmperes)
  }
}
