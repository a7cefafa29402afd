import BehavioralModels
import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

@testable import AnalogCore

/// Codes of every width.
@Suite struct PrecisionTests {
  @Sendable private static func ideal(
    _ array: ArrayDescription
  ) throws(ArrayError) -> any ArrayModel { try IdealArray(array) }

  /// Ideal parts with full precision give the integers for every width of weights and inputs, in
  /// every mapping, whole or sliced, by every drive; the ends of the codes included.
  @Test(arguments: 2...8, [2, 3, 4, 5, 6, 7, 8, 12, 16])
  func fullPrecisionIsExact(weightBits: Int, inputBits: Int) throws {
    for scheme in SignedWeightScheme.all + [.offset(.digital, zero: .lowest)] {
      for (drive, cellBits) in zip(Self.drives, [nil, 1, 3, nil, 2, nil, 3] as [Int?]) {
        for isExtreme in [false, true] {
          let test = IntegerCase(
            outputs: 3, inputs: 11, batch: 2, bitCount: inputBits, seed: 3, isExtreme: isExtreme,
            weightBits: weightBits)
          var hardware = HardwareConfiguration()
          hardware.tile = TileSpecification(wordLines: 6, bitLines: 5)
          hardware.wires = WireParasitics()
          hardware.mapping = scheme
          hardware.inputs = drive
          hardware.cellBits = cellBits
          hardware.cell.onOffRatio = 50
          hardware.converter = .fullPrecision
          let matrix = try AnalogMatrix(
            codes: WeightCodes(test.codes, bits: weightBits), hardware: hardware,
            inputBits: inputBits, layer: 0, seed: 1, makeModel: Self.ideal)
          #expect(try test.multiply(matrix).0 == test.products)
        }
      }
    }
  }

  private static let drives = [
    InputDrive(.gates), InputDrive(.gates, accumulation: .analog),
    InputDrive(.voltages(sliceBits: 8)), InputDrive(.voltages(sliceBits: 5)),
    InputDrive(.voltages(sliceBits: 16)),
    InputDrive(.voltages(sliceBits: 16), accumulation: .analog),
    InputDrive(.voltages(sliceBits: 4), accumulation: .analog),
  ]

  /// The largest code of its width is the highest level, so that a cell holds as many levels as the
  /// code has.
  @Test(arguments: 2...8) func levelsFollowTheWidth(bits: Int) {
    let half = 1 << (bits - 1)
    let codes = WeightCodes(Matrix(rows: 1, columns: 2, elements: [0, 1]), bits: bits)
    var hardware = HardwareConfiguration()
    #expect(WeightCoding(hardware, codes: codes).levels == half - 1)
    hardware.mapping = .offset(.digital)
    let coding = WeightCoding(hardware, codes: codes)
    #expect(coding.levels == 2 * half - 1 && coding.offset == half)
    #expect(coding.codes == -half...half - 1)
    hardware.mapping = .differentialPair
    let lowest = WeightCodes(
      Matrix(rows: 1, columns: 2, elements: [Int8(-half), 1]), bits: bits)
    #expect(WeightCoding(hardware, codes: lowest).levels == half)
    hardware.cellBits = 1
    #expect(WeightCoding(hardware, codes: codes).sliceCount == bits - 1)
  }

  /// A converter that is to tell apart more steps than double precision holds is refused by the key
  /// that asks for them.
  @Test func stepsBeyondDoublePrecisionAreRefused() throws {
    let codes = WeightCodes(Matrix(rows: 1, columns: 2, elements: [127, -3]))
    var hardware = HardwareConfiguration()
    hardware.wires = WireParasitics()
    hardware.cell.onOffRatio = 1.00001
    hardware.inputs = InputDrive(.voltages(sliceBits: 16))
    hardware.tile = TileSpecification(wordLines: 1024, bitLines: 64)
    hardware.converter = .fullPrecision
    func program(_ inputBits: Int) throws {
      _ = try AnalogMatrix(
        codes: codes, hardware: hardware, inputBits: inputBits, layer: 0, seed: 1,
        makeModel: Self.ideal)
    }
    try program(8)
    hardware.tile.wordLines = 4096
    hardware.cell.onOffRatio = 1.0000001
    let error = #expect(throws: ArrayError.self) { try program(16) }
    #expect(
      error.map { "\($0)" }?.contains("quantization.activationBits: with inputs of 16 bits") == true
    )
    hardware.converter = .uniform(bits: 8, range: .maximum)
    try program(16)
  }
}
