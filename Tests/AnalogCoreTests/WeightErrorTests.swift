import AnalogCore
import BehavioralModels
import CrossbarArray
import Foundation
import NumericKernels
import Testing
import Units

/// Weight errors in 8-bit units of the mappings of Xiao et al. (2022): weights programmed with errors
/// and read back from the conductances, against the closed forms and against independently computed
/// values.
@Suite struct WeightErrorTests {
  struct Expected: Sendable {
    var error: ConductanceError
    var limits: ConductanceLimits
    /// Root mean square by cell bits 8 (7 for pairs), 4, 2, 1.
    var pairs: [Double], offset: [Double]
  }

  /// 400,000 Laplace weights, mean magnitude 10 of 127, infinite On/Off ratio. Pairs of 1-bit slices
  /// have seven, for the seven bits of a magnitude; an eighth, always empty, would double their
  /// independent error.
  static let table = [
    Expected(
      error: .stateIndependent(alpha: 0.01), limits: .unlimited, pairs: [1.79, 3.40, 2.80, 1.045],
      offset: [2.55, 2.40, 1.98, 1.48]),
    Expected(
      error: .stateIndependent(alpha: 0.01), limits: .cellRange, pairs: [1.51, 2.23, 1.66, 0.62],
      offset: [2.55, 2.41, 1.96, 0.87]),
    Expected(
      error: .stateProportional(alpha: 0.1), limits: .unlimited, pairs: [1.41, 1.24, 1.19, 1.12],
      offset: [12.9, 12.2, 10.8, 10.6]),
    Expected(
      error: .stateProportional(alpha: 0.1), limits: .cellRange, pairs: [1.41, 1.22, 1.11, 0.86],
      offset: [12.9, 12.2, 10.6, 8.1]),
  ]

  private static let (rows, columns) = (240, 250)
  private static let count = rows * columns
  private static let weights: Matrix<Double> = {
    var random = RandomStream(seed: 77)
    return Matrix(rows: rows, columns: columns) { row, column in
      // The largest code occurs, so that the scale of the matrix is one.
      if row == 0, column == 0 { return 127 }
      let magnitude = min(
        (-10 * log(Double.random(in: 0..<1, using: &random).nextUp)).rounded(), 127)
      return Bool.random(using: &random) ? magnitude : -magnitude
    }
  }()

  /// Error of every weight in units of an 8-bit code: programmed into arrays and read back.
  private static func errors(
    _ model: CellErrors, isPair: Bool, cellBits: Int
  ) throws -> [Double] {
    var hardware = HardwareConfiguration()
    hardware.mapping = isPair ? .differentialPair : .offset(.digital)
    hardware.cellBits = cellBits < 7 ? cellBits : nil
    hardware.tile = TileSpecification(wordLines: columns, bitLines: 2 * rows)
    hardware.converter = .ideal
    hardware.errors = model
    let matrix = try ProgrammedMatrix(weights, hardware: hardware, seed: 3) {
      (array) throws(ArrayError) in try IdealArray(array)
    }
    return zip(matrix.weights.elements, weights.elements).map { $0 - $1 }
  }

  /// The root mean square matches to five standard errors of the widest of these distributions,
  /// plus half a unit of the last printed digit. For an error `W n` of a Laplace weight the fourth
  /// moment is 18 times the squared second, so that the rms errs by √(17 / 4n), here and in the
  /// reference's 400,000 draws.
  @Test(arguments: table.indices)
  func weightErrorsAreThoseOfTheMappings(row: Int) throws {
    let expected = Self.table[row]
    var model = CellErrors()
    model.programming = expected.error
    model.limits = expected.limits
    let standard = (17 / 4.0 * (1 / Double(Self.count) + 1 / 400_000)).squareRoot()
    for (isPair, values) in [(true, expected.pairs), (false, expected.offset)] {
      for (bits, value) in zip([8, 4, 2, 1], values) {
        let errors = try Self.errors(model, isPair: isPair, cellBits: bits)
        let rms = (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
        let digit = value < 8 ? 0.005 : 0.05
        #expect((rms - value).magnitude < 5 * standard * value + digit, "\(isPair) \(bits) \(rms)")
      }
    }
  }

  /// Without limits, an independent error gives `α (2ᵇ−1) √((4⁸−1)/(4ᵇ−1))` for offset cells and
  /// `√2·127·α` for unsliced pairs, whatever the weights. Normal: √(1/2n) per standard error.
  @Test(arguments: [8, 4, 2, 1])
  func independentErrorsHaveClosedForms(bits: Int) throws {
    var model = CellErrors()
    model.programming = .stateIndependent(alpha: 0.01)
    model.limits = .unlimited
    func rms(isPair: Bool) throws -> Double {
      let errors = try Self.errors(model, isPair: isPair, cellBits: bits)
      return (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
    }
    let bound = 5 / (2 * Double(Self.count)).squareRoot()
    let levels = pow(2, Double(bits)) - 1
    let law = 0.01 * levels * (65535 / (pow(4, Double(bits)) - 1)).squareRoot()
    #expect((try rms(isPair: false) / law - 1).magnitude < bound)
    if bits == 8 {
      #expect((try rms(isPair: true) / (2.0.squareRoot() * 1.27) - 1).magnitude < bound)
    }
  }

  /// Clipping a proportional error at the top of 1-bit offset cells biases the weight by −5.1.
  @Test func clippingBiasesOneBitOffsetCells() throws {
    var model = CellErrors()
    model.programming = .stateProportional(alpha: 0.1)
    let errors = try Self.errors(model, isPair: false, cellBits: 1)
    let mean = errors.reduce(0, +) / Double(errors.count)
    // Deviation √(8.1² − 5.1²) = 6.3; half a printed digit more.
    #expect((mean + 5.1).magnitude < 5 * 6.3 / Double(errors.count).squareRoot() + 0.05)
  }
}
