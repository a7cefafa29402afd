import BehavioralModels
import CrossbarArray
import NumericKernels
import Testing
import Units

@testable import AnalogCore

/// Laws and limits of programming errors.
@Suite struct ErrorLawTests {
  private static let cell = CellSpecification(onConductance: 2e-5.siemens, onOffRatio: 20)

  private func held(_ errors: CellErrors, target: Double, count: Int) -> [Double] {
    let programmer = CellProgrammer(errors: errors, cell: Self.cell, seed: 5, layer: 1)
    return (0..<count).map { programmer.held(SIMD2(repeating: target), input: $0, output: 3)[0] }
  }

  /// `σ = α G_on² / G`; cells that do not conduct have no error.
  @Test(arguments: [2e-5, 5e-6, 1e-6])
  func inverseErrorsGrowAsCellsConductLess(target: Double) {
    var errors = CellErrors()
    errors.programming = .stateInverse(alpha: 0.01)
    errors.limits = .unlimited
    let found = held(errors, target: target, count: 20_000).map { $0 - target }
    let rms = (found.reduce(0) { $0 + $1 * $1 } / 20_000).squareRoot()
    // A deviation from n normal draws errs by 1/√(2n).
    #expect((rms / (0.01 * 2e-5 * 2e-5 / target) - 1).magnitude < 5 / 40_000.0.squareRoot())
    #expect(held(errors, target: 0, count: 3) == [0, 0, 0])
  }

  /// Uniform errors have the deviation of normal ones and end at √3 of it.
  @Test(arguments: [
    ConductanceError.stateIndependent(alpha: 0.02), .stateProportional(alpha: 0.1),
    .stateInverse(alpha: 0.01),
  ])
  func uniformErrorsHaveTheSameDeviation(law: ConductanceError) {
    var errors = CellErrors()
    errors.programming = law
    errors.distribution = .uniform
    errors.limits = .unlimited
    let target = 8e-6
    let deviation = law.statistics(of: target, cell: Self.cell).deviation
    let found = held(errors, target: target, count: 20_000).map { ($0 - target) / deviation }
    let square = found.reduce(0) { $0 + $1 * $1 } / 20_000
    // The square of a uniform number of unit deviation has the variance 4/5.
    #expect((square - 1).magnitude < 5 * (0.8 / 20_000).squareRoot())
    let largest = found.map(\.magnitude).max() ?? 0
    #expect(largest < 3.0.squareRoot() && largest > 1.73)
    errors.distribution = .normal
    #expect(
      held(errors, target: target, count: 20_000).contains {
        ($0 - target).magnitude > 2 * deviation
      })
  }

  /// The programmer of whole slices draws what the single cell's reference draws.
  @Test(arguments: ErrorDistribution.allCases)
  func programmerFollowsTheReference(distribution: ErrorDistribution) {
    var errors = CellErrors()
    errors.programming = .stateInverse(alpha: 0.05)
    errors.distribution = distribution
    let programmer = CellProgrammer(
      errors: errors, cell: Self.cell, seed: 8, layer: 2, weightSlice: 1)
    for input in 0..<20 {
      let pair = programmer.held(SIMD2(3e-6, 1.5e-5), input: input, output: 7)
      for (lane, target) in [3e-6, 1.5e-5].enumerated() {
        let address = CellAddress(
          layer: 2, weightSlice: 1, input: input, output: 7, isNegative: lane == 1)
        #expect(pair[lane] == errors.held(target, cell: Self.cell, seed: 8, address: address))
      }
    }
  }

  /// Without limits, cells of pairs that are off become negative half of the time. The sum of
  /// currents is that of the held weights; circuits refuse such arrays by cell.
  @Test func cellsWithoutLimitsMayBeNegative() throws {
    let test = IntegerCase(outputs: 6, inputs: 30, batch: 2, bitCount: 6, seed: 9)
    var hardware = HardwareConfiguration()
    hardware.converter = .ideal
    hardware.errors.programming = .stateIndependent(alpha: 0.05)
    hardware.errors.limits = .unlimited
    hardware.errors.drift = .powerLaw(
      exponent: .constant(mean: 0.1, deviation: 0), seconds: 10, referenceSeconds: 1)
    #expect(hardware.errors.mayBeNegative)
    let matrix = try AnalogMatrix(
      codes: WeightCodes(test.codes), hardware: hardware, layer: 0, seed: 3
    ) { (array) throws(ArrayError) in try IdealArray(array) }
    let array = matrix.tiles[0].model.description
    let cells = array.conductances.elements + (array.negativeConductances?.elements ?? [])
    let negative = cells.count { $0 < 0 }
    #expect(negative > cells.count / 8 && negative < cells.count / 2)
    let held = matrix.heldCodes
    let sums = try test.multiply(matrix).0
    for (k, sum) in sums.enumerated() {
      let expected = (0..<30).reduce(0.0) {
        $0 + held[k % 6, $1] * Double(test.inputs[k / 6 * 30 + $1])
      }
      // Currents of 30 cells of 127 levels in single precision.
      #expect((sum - expected).magnitude < 30 * 127 * 63 * 0x1p-22)
    }
    #expect(throws: ArrayError.self) { _ = try LadderArray(array) }
  }
}
