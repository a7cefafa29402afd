import Testing
import Units

@testable import AnalogCore

@Suite struct DriftLimitTests {
  /// A cell that drifts below the smallest conductance of an array is open.
  @Test(arguments: [(1e10, 10.0), (1e300, 1.0), (1e300, 1e3)])
  func driftEndsAtOpenCells(seconds: Double, exponent: Double) {
    let drift = Drift.powerLaw(
      exponent: .constant(mean: exponent, deviation: 0), seconds: seconds, referenceSeconds: 1)
    #expect(drift.drifted(1e-6, cell: CellSpecification(), normal: 0) == 0)
  }

  @Test func smallestConductanceIsKept() {
    func held(_ seconds: Double) -> Double {
      Drift.powerLaw(
        exponent: .constant(mean: 1, deviation: 0), seconds: seconds, referenceSeconds: 1
      ).drifted(1e-6, cell: CellSpecification(), normal: 0)
    }
    #expect(held(0.9e24) > 1e-30 && held(1.1e24) == 0)
  }
}
