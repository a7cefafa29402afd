import BehavioralModels
import CrossbarArray
import Foundation
import NumericKernels
import Testing

@testable import AnalogCore

/// Converters whose bits are the logarithm of how many codes they have.
@Suite struct FractionalResolutionTests {
  private func ideal(_ array: ArrayDescription) throws(ArrayError) -> any ArrayModel {
    try IdealArray(array)
  }

  private func maximumCode(_ bits: Double, isBipolar: Bool) -> Double {
    Converter(
      .uniform(bits: bits, range: .granular), peak: 1, isBipolar: isBipolar, calibratedRange: nil
    ).maximumCode
  }

  /// Whole bits give the codes of a binary converter, and the logarithm of a whole number that number.
  @Test func codesAreCounted() {
    for bits in 2...24 {
      #expect(maximumCode(Double(bits), isBipolar: true) == Double(1 << (bits - 1) - 1))
      #expect(maximumCode(Double(bits), isBipolar: false) == Double(1 << bits - 1))
    }
    var wrong = 0
    for count in Array(4...70_000) + [1_000_003, 16_777_215] {
      wrong += maximumCode(log2(Double(count)), isBipolar: false) == Double(count - 1) ? 0 : 1
      // A thousandth of a code less is a code less.
      let less = log2(Double(count) - 0.001)
      guard less >= 2 else { continue }
      wrong += maximumCode(less, isBipolar: false) == Double(count - 2) ? 0 : 1
    }
    #expect(wrong == 0)
  }

  /// The bits of the guarantee, whole or not, are exact for the largest values that there can be; bits
  /// for one code less than there are values clip some.
  @Test(arguments: [1, 2, 4, 8], [1, 3, 8])
  func theGuaranteeNeedsNoWholeBits(cellBits: Int, bitCount: Int) throws {
    for rows in [1, 3, 64, 100, 577] {
      var test = IntegerCase(
        outputs: 2, inputs: rows, batch: 1, bitCount: bitCount, seed: UInt64(rows), isExtreme: true)
      // Offset codes that fill every cell: 127 + 128 = 255.
      test.codes = Matrix(rows: 2, columns: rows, repeating: 127)
      test.products = [0, 1].map { _ in Double(127 * (1 << bitCount - 1) * rows) }
      var hardware = HardwareConfiguration()
      hardware.mapping = .offset(.digital)
      hardware.cellBits = cellBits
      hardware.inputs = InputDrive(.voltages(sliceBits: bitCount))
      hardware.tile = TileSpecification(wordLines: 1152, bitLines: 8)
      let bits = ConverterSpecification.guaranteedBits(
        weightBits: cellBits, inputBits: bitCount, rows: rows)
      let values = rows * (1 << cellBits - 1) * (1 << bitCount - 1) + 1
      for (bits, isExact) in [(bits, true), (log2(Double(values - 1)), false)]
      where ConverterSpecification.uniformBits.contains(bits) {
        hardware.converter = .uniform(bits: bits, range: .granular)
        let matrix = try AnalogMatrix(
          codes: WeightCodes(test.codes), hardware: hardware, inputBits: bitCount, layer: 0,
          seed: 1,
          makeModel: ideal)
        let (sums, counts) = try test.multiply(matrix)
        #expect((sums == test.products) == isExact, "\(bits) bits, \(rows) rows")
        #expect((counts.clippedConversions == 0) == isExact, "\(bits) bits, \(rows) rows")
      }
    }
  }
}
