import BehavioralModels
import CrossbarArray
import NumericKernels
import Testing
import Units

@testable import AnalogCore

/// Offset mapping whose smallest weight is the lowest level.
@Suite struct LowestZeroTests {
  private static let schemes = SignedWeightScheme.OffsetRemoval.allCases.map {
    SignedWeightScheme.offset($0, zero: .lowest)
  }

  private func ideal(_ array: ArrayDescription) throws(ArrayError) -> any ArrayModel {
    try IdealArray(array)
  }

  /// Slices put together are the code, for every smallest code and every width, and no level is wasted
  /// below it.
  @Test func digitsAddUpToTheCode() {
    for lowest in [-128, -127, -100, -3, -1, 0, 5] {
      for cellBits in [nil, 1, 2, 3, 4, 8] as [Int?] {
        let coding = WeightCoding(
          Self.schemes[0], cellBits: cellBits, weightLevels: lowest == -128 ? 128 : 127,
          lowestCode: lowest)
        #expect(coding.offset == max(0, -lowest))
        #expect(coding.codes == min(lowest, 0)...127)
        for code in coding.codes {
          var sum = 0.0
          for slice in 0..<coding.sliceCount {
            let digit = coding.digit(of: code, slice: slice)
            #expect((0...coding.levels).contains(digit))
            sum += Double(digit) * coding.significance(ofSlice: slice)
          }
          #expect(sum == Double(code + coding.offset))
        }
      }
    }
  }

  /// The integer product for layers of any sign, slicing, accumulation and On/Off ratio.
  @Test(arguments: schemes, [-128, -127, -20, 0, 3])
  func idealPartsGiveTheIntegers(scheme: SignedWeightScheme, lowest: Int) throws {
    var test = IntegerCase(outputs: 4, inputs: 33, batch: 2, bitCount: 5, seed: 71)
    test.codes = test.codes.map { Int8(max(Int($0), lowest)) }
    test.codes[1, 7] = Int8(lowest)
    test.products = (0..<8).map { k in
      (0..<33).reduce(0.0) {
        $0 + Double(Int(test.codes[k % 4, $1]) * Int(test.inputs[k / 4 * 33 + $1]))
      }
    }
    for cellBits in [nil, 1, 2, 4] as [Int?] {
      for accumulation in InputDrive.Accumulation.allCases {
        for onOffRatio in [Double.infinity, 5] {
          var hardware = HardwareConfiguration()
          hardware.mapping = scheme
          hardware.cellBits = cellBits
          hardware.inputs.accumulation = accumulation
          hardware.cell.onOffRatio = onOffRatio
          hardware.tile = TileSpecification(wordLines: 16, bitLines: 4)
          hardware.converter = .fullPrecision
          let matrix = try AnalogMatrix(
            codes: WeightCodes(test.codes), hardware: hardware, inputBits: 5, layer: 0, seed: 1,
            makeModel: ideal)
          let (sums, counts) = try test.multiply(matrix)
          #expect(sums == test.products, "\(cellBits as Any) \(accumulation) \(onOffRatio)")
          #expect(counts.clippedConversions == 0)
        }
      }
    }
  }

  /// A layer without negative weights keeps zero in cells at the off conductance, and takes one bit less.
  @Test func zeroIsOffWhereNoWeightIsNegative() throws {
    var hardware = HardwareConfiguration()
    hardware.mapping = Self.schemes[0]
    hardware.cellBits = 1
    hardware.converter = .ideal
    let codes = Matrix<Int8>(rows: 1, columns: 3, elements: [0, 127, 64])
    let matrix = try AnalogMatrix(
      codes: WeightCodes(codes), hardware: hardware, layer: 0, seed: 1, makeModel: ideal)
    #expect(matrix.coding.sliceCount == 7)
    for tile in matrix.tiles { #expect(tile.model.description.conductances[0, 0] == 0) }
    hardware.mapping = .offset(.digital)
    let middle = try AnalogMatrix(
      codes: WeightCodes(codes), hardware: hardware, layer: 0, seed: 1, makeModel: ideal)
    #expect(middle.coding.sliceCount == 8)
  }

  /// A transpose read takes off the offset that the layer has, not that of another one.
  @Test func transposeKnowsTheOffset() throws {
    var hardware = HardwareConfiguration()
    hardware.mapping = Self.schemes[0]
    hardware.inputs = InputDrive(.voltages(sliceBits: 8))
    hardware.wires = WireParasitics()
    hardware.converter = .fullPrecision
    let codes = Matrix<Int8>(rows: 2, columns: 3, elements: [0, 127, 64, -20, 5, 7])
    let matrix = try AnalogMatrix(
      codes: WeightCodes(codes), hardware: hardware, layer: 0, seed: 1, makeModel: ideal
    ).transposed(makeModel: ideal)
    var sums = [0.0, 0, 0]
    var counts = ActivityCounts()
    let inputs: [UInt16] = [3, 200]
    try matrix.multiply(
      inputs.span, batch: 1, bitCount: 8, sign: 1, into: &sums, counts: &counts)
    // 200 · −20; 3 · 127 + 200 · 5; 3 · 64 + 200 · 7.
    #expect(sums == [-4000.0, 1381.0, 1592.0])
  }
}
