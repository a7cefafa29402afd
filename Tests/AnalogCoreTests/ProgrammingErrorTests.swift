import AnalogCore
import Testing
import Units

@Suite struct ProgrammingErrorTests {
  private func draws(_ error: ProgrammingError, target: Double, count: Int) -> [Double] {
    let cell = CellSpecification(onConductance: 1.siemens)
    return (0..<count).map {
      error.programmed(
        target, cell: cell, seed: 5,
        address: CellAddress(layer: 3, input: $0 / 100, output: $0 % 100, isNegative: false))
    }
  }

  /// Mean and deviation follow the law; bounds are five standard errors of 40,000 draws.
  @Test(arguments: [
    (ProgrammingError.stateIndependent(alpha: 0.02), 0.02),
    (ProgrammingError.stateProportional(alpha: 0.05), 0.025),
  ])
  func deviationsFollowTheLaw(error: ProgrammingError, sigma: Double) {
    let values = draws(error, target: 0.5, count: 40_000)
    let mean = values.reduce(0, +) / 40_000
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 40_000
    #expect((mean - 0.5).magnitude < 5 * sigma / 200)
    #expect((variance.squareRoot() / sigma - 1).magnitude < 5 / (2 * 40_000.0).squareRoot())
  }

  /// Cells stay within their range: half of the cells told to be off stay exactly off.
  @Test func conductancesAreClipped() {
    let values = draws(.stateIndependent(alpha: 0.02), target: 0, count: 10_000)
    #expect(values.allSatisfy { (0...1).contains($0) })
    let off = Double(values.count { $0 == 0 })
    #expect((off - 5000).magnitude < 5 * 50)
  }
}
