import BehavioralModels
import CrossbarArray
import NumericKernels
import Testing
import Units

@testable import AnalogCore

/// Cells with a number of states.
@Suite struct ZeroStateTests {
  private static let schemes: [SignedWeightScheme] =
    SignedWeightScheme.all + [
      .offset(.digital, zero: .lowest), .offset(.unitColumn, zero: .lowest),
    ]

  private func matrix(
    _ codes: Matrix<Int8>, _ scheme: SignedWeightScheme, states: Int, cellBits: Int?
  ) throws -> AnalogMatrix {
    var hardware = HardwareConfiguration()
    hardware.mapping = scheme
    hardware.cellBits = cellBits
    hardware.cell.stateCount = states
    hardware.cell.onOffRatio = 50
    hardware.converter = .ideal
    return try AnalogMatrix(
      codes: WeightCodes(codes), hardware: hardware, inputBits: 6, layer: 0, seed: 3
    ) { (array) throws(ArrayError) in try IdealArray(array) }
  }

  /// Weight zero is held exactly, however states and levels divide each other, and products are
  /// those of the held weights.
  @Test(arguments: schemes, [2, 3, 16, 17, 100])
  func zeroIsAState(scheme: SignedWeightScheme, states: Int) throws {
    var test = IntegerCase(outputs: 5, inputs: 24, batch: 2, bitCount: 6, seed: 31)
    for input in 0..<24 { test.codes[input % 5, input] = 0 }
    for cellBits in [nil, 2, 4] as [Int?] {
      let matrix = try matrix(test.codes, scheme, states: states, cellBits: cellBits)
      let held = matrix.heldCodes
      let levels = Double(matrix.coding.levels)
      let slack = 1e-12 * 256.0
      let coarse = (0..<matrix.coding.sliceCount).reduce(0) {
        $0 + levels / Double(states - 1) * matrix.coding.significance(ofSlice: $1)
      }
      for output in 0..<5 {
        for input in 0..<24 {
          let code = Double(test.codes[output, input])
          if code == 0 { #expect(held[output, input].magnitude < slack, "\(cellBits ?? 0)") }
          // Half a state for the distance from zero, and half a state at the ends of the range.
          #expect((held[output, input] - code).magnitude <= coarse + slack)
        }
      }
      let sums = try test.multiply(matrix).0
      for (k, sum) in sums.enumerated() {
        let expected = (0..<24).reduce(0.0) {
          $0 + held[k % 5, $1] * Double(test.inputs[k / 5 * 24 + $1])
        }
        #expect((sum - expected).magnitude < 24 * 255 * 63 * 0x1p-20, "\(sum) \(expected)")
      }
    }
  }
}
