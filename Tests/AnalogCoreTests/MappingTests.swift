import AnalogCore
import BehavioralModels
import CrossbarArray
import Foundation
import NumericKernels
import TestSupport
import Testing
import Units

@Suite struct MappingTests {
  private static let cellBits: [Int?] = [nil, 1, 2, 4, 8]

  private func ideal(_ array: ArrayDescription) throws(ArrayError) -> any ArrayModel {
    try IdealArray(array)
  }

  /// Slices put together are the code, for every code and every width (paper, p. 33).
  @Test(arguments: SignedWeightScheme.all)
  func digitsAddUpToTheCode(scheme: SignedWeightScheme) {
    for cellBits in [nil] + (1...8).map({ Optional($0) }) {
      for weightLevels in [127, 128] {
        let coding = WeightCoding(scheme, cellBits: cellBits, weightLevels: weightLevels)
        for code in coding.codes {
          var sum = 0.0
          for slice in 0..<coding.sliceCount {
            let digit = coding.digit(of: code, slice: slice)
            #expect(digit.magnitude <= UInt(coding.levels) && (coding.offset == 0 || digit >= 0))
            sum += Double(digit) * coding.significance(ofSlice: slice)
          }
          #expect(sum == Double(code + coding.offset))
        }
      }
    }
  }

  /// Every mapping, slicing, drive, accumulation, On/Off ratio and partition gives the integer
  /// product with ideal parts (paper, claim 1), and no array is larger than what can be built.
  @Test(arguments: SignedWeightScheme.all, InputDrive.all)
  func idealPartsGiveTheIntegers(scheme: SignedWeightScheme, drive: InputDrive) throws {
    let test = IntegerCase(outputs: 5, inputs: 41, batch: 2, bitCount: 7, seed: 51)
    for cellBits in Self.cellBits {
      for (onOffRatio, tile) in [
        (Double.infinity, TileSpecification(wordLines: 64, bitLines: 64)),
        (10, TileSpecification(wordLines: 16, bitLines: 5, partition: .maximum)),
        (2, TileSpecification(wordLines: 1, bitLines: 3)),
      ] {
        var hardware = HardwareConfiguration()
        hardware.mapping = scheme
        hardware.cellBits = cellBits
        hardware.inputs = drive
        hardware.cell.onOffRatio = onOffRatio
        hardware.tile = tile
        hardware.converter = .fullPrecision
        var matrix = try AnalogMatrix(
          codes: WeightCodes(test.codes), hardware: hardware, inputBits: 7, layer: 0, seed: 1,
          makeModel: ideal)
        let (sums, counts) = try test.multiply(matrix)
        #expect(sums == test.products, "\(scheme) \(drive) \(cellBits as Any) \(onOffRatio)")
        #expect(counts.clippedConversions == 0)
        for tile in matrix.tiles {
          let array = tile.model.description
          #expect(array.wordLineCount <= hardware.tile.wordLines)
          #expect(array.outputCount <= hardware.tile.bitLines)
        }
        matrix.setConverters(.ideal)
        // Without converters, single precision remains: half an ulp of the largest current for each
        // of the sums of 41 products and the few steps after them, at the weight of its slices.
        let full = 255.0 * 127 * 41
        let bound = 64 * Double(Float.ulpOfOne) * full * (1 + 2 / (onOffRatio - 1))
        for (a, b) in matched(try test.multiply(matrix).0, test.products) {
          #expect((a - b).magnitude <= bound)
        }
      }
    }
  }

  /// With the full-precision guarantee the result is exact to the bit for all widths of slices and
  /// inputs and all sizes of arrays, at the ends of the range too; and it takes no more codes than
  /// the guarantee says.
  @Test(arguments: [nil, 1, 2, 4, 8] as [Int?], [1, 2, 3, 4, 5, 6, 7, 8])
  func fullPrecisionIsExact(cellBits: Int?, bitCount: Int) throws {
    for (k, rows) in [1, 2, 3, 64, 127, 1000, 1151, 1152].enumerated() {
      let test = IntegerCase(
        outputs: 2, inputs: rows, batch: 1, bitCount: bitCount, seed: UInt64(rows),
        isExtreme: (k + bitCount) % 2 == 0)
      for scheme in [.differentialPair, .pair(.twoSided, .digital), .offset(.digital)]
        as [SignedWeightScheme]
      {
        for accumulation in InputDrive.Accumulation.allCases {
          var hardware = HardwareConfiguration()
          hardware.mapping = scheme
          hardware.cellBits = cellBits
          hardware.inputs.accumulation = accumulation
          hardware.tile = TileSpecification(wordLines: 1152, bitLines: 8)
          hardware.converter = .fullPrecision
          let matrix = try AnalogMatrix(
            codes: WeightCodes(test.codes), hardware: hardware, inputBits: bitCount, layer: 0,
            seed: 1,
            makeModel: ideal)
          let (sums, counts) = try test.multiply(matrix)
          #expect(sums == test.products, "\(scheme) \(accumulation) \(rows)")
          #expect(counts.clippedConversions == 0)
          let bits = ConverterSpecification.guaranteedBits(
            weightBits: matrix.coding.cellBits, inputBits: accumulation == .analog ? bitCount : 1,
            rows: rows)
          for tile in matrix.tiles {
            let codes = tile.converter.maximumCode * scheme.granularity
            #expect(codes < exp2(bits) * (1 + 1e-12))
          }
        }
      }
    }
  }

  /// One bit less than the guarantee loses something: the guarantee is not generous.
  @Test func fewerBitsLoseSomething() throws {
    let test = IntegerCase(
      outputs: 4, inputs: 100, batch: 4, bitCount: 8, seed: 52, isExtreme: true)
    var hardware = HardwareConfiguration()
    hardware.mapping = .offset(.digital)
    hardware.cellBits = 2
    hardware.tile = TileSpecification(wordLines: 128, bitLines: 128)
    // 2 + 1 + log₂ 100 − 1 = 8.64 bits.
    for (bits, isExact) in [(9.0, true), (8.0, false)] {
      hardware.converter = .uniform(bits: bits, range: .granular)
      let matrix = try AnalogMatrix(
        codes: WeightCodes(test.codes), hardware: hardware, layer: 0, seed: 1, makeModel: ideal)
      let (sums, counts) = try test.multiply(matrix)
      #expect((sums == test.products) == isExact)
      #expect((counts.clippedConversions == 0) == isExact)
    }
  }

  /// Cells of few states hold the nearest one; weights beyond the scale are clipped and counted.
  @Test func statesAndScalesAreThoseAskedFor() throws {
    let cell = CellSpecification(onConductance: 1.siemens, stateCount: 3)
    #expect(
      [0, 31, 33, 64, 96, 127].map { cell.target(level: $0, of: 127) } == [0, 0, 0.5, 0.5, 1, 1])
    let codes = Matrix<Int8>(rows: 1, columns: 10, elements: [1, -2, 3, -4, 5, -6, 7, -8, 9, -90])
    #expect(ConductanceScale.codes.weightLevels(of: WeightCodes(codes)) == 127)
    #expect(ConductanceScale.maximum.weightLevels(of: WeightCodes(codes)) == 90)
    #expect(ConductanceScale.percentile(percent: 90).weightLevels(of: WeightCodes(codes)) == 9)
    for scheme in SignedWeightScheme.all {
      var hardware = HardwareConfiguration()
      hardware.mapping = scheme
      hardware.scale = .percentile(percent: 90)
      hardware.converter = .fullPrecision
      let matrix = try AnalogMatrix(
        codes: WeightCodes(codes), hardware: hardware, layer: 0, seed: 1, makeModel: ideal)
      #expect(matrix.clippedWeights == 1)
      var sums = [0.0]
      var counts = ActivityCounts()
      try matrix.multiply(
        [UInt16](repeating: 1, count: 10).span, batch: 1, bitCount: 1, sign: 1, into: &sums,
        counts: &counts)
      #expect(sums == [1 - 2 + 3 - 4 + 5 - 6 + 7 - 8 + 9 - 9])
    }
  }

  /// Hardware that contradicts itself is refused with the key at fault.
  @Test func conflictsAreNamed() {
    var hardware = HardwareConfiguration()
    hardware.tile.bitLines = 1
    #expect(hardware.conflict?.key == "tile")
    hardware = HardwareConfiguration()
    hardware.cellBits = 2
    #expect(hardware.conflict?.key == nil)
    hardware.scale = .maximum
    #expect(hardware.conflict?.key == "scale")
    var wired = HardwareConfiguration()
    wired.wires.wordLineSegment = 1.ohms
    #expect(wired.conflict?.key == "wires")
    wired.inputs = InputDrive(.voltages(sliceBits: 8))
    #expect(wired.conflict?.key == nil)
    #expect(throws: ArrayError.self) {
      try AnalogMatrix(
        codes: WeightCodes(Matrix(rows: 1, columns: 1, repeating: 1)), hardware: hardware, layer: 0,
        seed: 1,
        makeModel: ideal)
    }
  }
}
