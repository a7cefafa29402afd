import BehavioralModels
import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

@testable import AnalogCore

/// Signed inputs by voltages of both signs.
@Suite struct DifferentialDriveTests {
  private static let codes: [Int] = {
    var random = RandomStream(seed: 61)
    return (0..<3 * 41).map { _ in Int.random(in: -127...127, using: &random) }
  }()
  private static let positive = codes.map { UInt16(max($0, 0)) }
  private static let negative = codes.map { UInt16(max(-$0, 0)) }

  private func matrix(
    _ hardware: HardwareConfiguration, isExact: Bool = false
  ) throws -> AnalogMatrix {
    let test = IntegerCase(outputs: 5, inputs: 41, batch: 1, bitCount: 7, seed: 62)
    return try AnalogMatrix(
      codes: WeightCodes(test.codes), hardware: hardware, inputBits: 7, hasSignedInputs: true,
      layer: 0, seed: 3,
      makeModel: { (array) throws(ArrayError) in
        if isExact { return try CircuitArray(array) }
        return try IdealArray(array)
      })
  }

  private func inOnePass(_ matrix: AnalogMatrix) throws -> ([Double], ActivityCounts) {
    var sums = [Double](repeating: 0, count: 15)
    var counts = ActivityCounts()
    try matrix.multiply(
      Self.positive.span, negative: Self.negative.span, batch: 3, bitCount: 7, sign: 1, into: &sums,
      counts: &counts)
    return (sums, counts)
  }

  private func inTwoPasses(_ matrix: AnalogMatrix) throws -> ([Double], ActivityCounts) {
    var sums = [Double](repeating: 0, count: 15)
    var counts = ActivityCounts()
    for (codes, sign) in [(Self.positive, 1.0), (Self.negative, -1.0)] {
      try matrix.multiply(
        codes.span, batch: 3, bitCount: 7, sign: sign, into: &sums, counts: &counts)
    }
    return (sums, counts)
  }

  /// With ideal parts every mapping, slicing and accumulation gives the integer product of signed
  /// inputs in half the conversions of two passes.
  @Test(arguments: SignedWeightScheme.all, [1, 3, 7])
  func idealPartsGiveTheIntegers(scheme: SignedWeightScheme, sliceBits: Int) throws {
    let weights = IntegerCase(outputs: 5, inputs: 41, batch: 1, bitCount: 7, seed: 62).codes
    let products = (0..<15).map { k in
      (0..<41).reduce(0.0) { $0 + Double(Int(weights[k % 5, $1]) * Self.codes[k / 5 * 41 + $1]) }
    }
    for cellBits in [nil, 2] as [Int?] {
      for accumulation in InputDrive.Accumulation.allCases {
        var hardware = HardwareConfiguration()
        hardware.mapping = scheme
        hardware.cellBits = cellBits
        hardware.cell.onOffRatio = 20
        hardware.tile = TileSpecification(wordLines: 16, bitLines: 5)
        hardware.converter = .fullPrecision
        hardware.inputs = InputDrive(
          .voltages(sliceBits: sliceBits), accumulation: accumulation, signs: .differential)
        let one = try inOnePass(try matrix(hardware))
        #expect(one.0 == products)
        #expect(one.1.clippedConversions == 0)
        hardware.inputs.signs = .split
        let two = try inTwoPasses(try matrix(hardware))
        #expect(two.0 == products)
        #expect(2 * one.1.conversions == two.1.conversions)
        #expect(one.1.wordLineActivations == two.1.wordLineActivations)
      }
    }
  }

  /// Linear circuits superpose: without converters both drives give the same, wires and errors
  /// included, to what the circuit solver leaves.
  @Test(arguments: [SignedWeightScheme.pair(.twoSided, .inArray), .offset(.unitColumn)])
  func circuitsSuperpose(scheme: SignedWeightScheme) throws {
    var hardware = HardwareConfiguration()
    hardware.mapping = scheme
    hardware.converter = .ideal
    hardware.programmingError = .stateIndependent(alpha: 0.02)
    hardware.wires = WireParasitics(wordLineSegment: 50.ohms, bitLineSegment: 50.ohms)
    hardware.inputs = InputDrive(.voltages(sliceBits: 4), signs: .differential)
    let one = try inOnePass(try matrix(hardware, isExact: true)).0
    hardware.inputs.signs = .split
    let two = try inTwoPasses(try matrix(hardware, isExact: true)).0
    let largest = 127.0 * 127 * 41
    for (a, b) in matched(one, two) { #expect((a - b).magnitude < 1e-8 * largest) }
    // The wires do something.
    let ideal = try inTwoPasses(try matrix(hardware)).0
    #expect(zip(one, ideal).contains { ($0 - $1).magnitude > 100 })
  }

  /// Only inputs that may be negative make single lines carry both signs.
  @Test func unsignedInputsKeepTheirConverters() throws {
    var hardware = HardwareConfiguration()
    hardware.mapping = .offset(.digital)
    hardware.converter = .uniform(bits: 8, range: .maximum)
    hardware.inputs = InputDrive(.voltages(sliceBits: 8), signs: .differential)
    let signed = try matrix(hardware)
    #expect(signed.tiles[0].converter.minimumCode == -127)
    let unsigned = try AnalogMatrix(
      codes: WeightCodes(Matrix(rows: 1, columns: 1, repeating: 1)), hardware: hardware, layer: 0,
      seed: 1,
      makeModel: { (array) throws(ArrayError) in try IdealArray(array) })
    #expect(unsigned.tiles[0].converter.minimumCode == 0)
  }
}
