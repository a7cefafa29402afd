import AnalogCore
import BehavioralModels
import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

@Suite struct AnalogMatrixTests {
  private func ideal(_ array: ArrayDescription) throws(ArrayError) -> any ArrayModel {
    try IdealArray(array)
  }

  private func exact(_ array: ArrayDescription) throws(ArrayError) -> any ArrayModel {
    try LadderArray(array)
  }

  private struct Case {
    var codes: Matrix<Int8>
    var inputs: [UInt16]
    var batch: Int
    /// The integer products, by the obvious loop.
    var products: [Double]

    init(outputs: Int, inputs inputCount: Int, batch: Int, bitCount: Int, seed: UInt64) {
      var random = RandomStream(seed: seed)
      codes = Matrix(rows: outputs, columns: inputCount) { _, _ in
        Int8.random(in: -127...127, using: &random)
      }
      inputs = (0..<batch * inputCount).map { _ in
        UInt16.random(in: 0...UInt16((1 << bitCount) - 1), using: &random)
      }
      self.batch = batch
      var products: [Double] = []
      for vector in 0..<batch {
        for output in 0..<outputs {
          var sum = 0
          for k in 0..<inputCount {
            sum += Int(codes[output, k]) * Int(inputs[vector * inputCount + k])
          }
          products.append(Double(sum))
        }
      }
      self.products = products
    }

    func multiply(_ matrix: AnalogMatrix, bitCount: Int) throws -> ([Double], ActivityCounts) {
      var sums = [Double](repeating: 0, count: products.count)
      var counts = ActivityCounts()
      try matrix.multiply(
        inputs.span, batch: batch, bitCount: bitCount, sign: 1, into: &sums, counts: &counts)
      return (sums, counts)
    }
  }

  /// With ideal parts and the full-precision guarantee the result is the integer product, for every
  /// tile size, partition, On/Off ratio and input width (paper, claim 1).
  @Test(arguments: [1, 3, 8], [Double.infinity, 1000, 10])
  func idealPartsGiveTheIntegers(bitCount: Int, onOffRatio: Double) throws {
    let test = Case(outputs: 13, inputs: 150, batch: 5, bitCount: bitCount, seed: 31)
    for (wordLines, bitLines) in [(1152, 256), (64, 64), (37, 6), (150, 26), (1, 2)] {
      for partition in TileSpecification.Partition.allCases {
        var hardware = HardwareConfiguration()
        hardware.cell.onOffRatio = onOffRatio
        hardware.tile = TileSpecification(
          wordLines: wordLines, bitLines: bitLines, partition: partition)
        hardware.converter = .fullPrecision
        let matrix = try AnalogMatrix(
          codes: WeightCodes(test.codes), hardware: hardware, layer: 0, seed: 1, makeModel: ideal)
        let (sums, counts) = try test.multiply(matrix, bitCount: bitCount)
        #expect(sums == test.products)
        #expect(counts.clippedConversions == 0)
        #expect(counts.conversions == 5 * bitCount * 13 * ((150 + wordLines - 1) / wordLines))
        for tile in matrix.tiles {
          #expect(tile.inputs.count <= wordLines && 2 * tile.outputs.count <= bitLines)
        }
      }
    }
  }

  /// The exact path without resistance gives the integers too; with resistance, less and less.
  @Test func wiresAloneSeparateExactFromIdeal() throws {
    let test = Case(outputs: 8, inputs: 100, batch: 3, bitCount: 8, seed: 32)
    var hardware = HardwareConfiguration()
    hardware.converter = .fullPrecision
    hardware.wires = WireParasitics()
    let unwired = try AnalogMatrix(
      codes: WeightCodes(test.codes), hardware: hardware, layer: 0, seed: 1, makeModel: exact)
    #expect(try test.multiply(unwired, bitCount: 8).0 == test.products)
    hardware.converter = .ideal
    var last = 0.0
    for ohms in [1.0, 10, 100] {
      hardware.wires.bitLineSegment = ohms.ohms
      let wired = try AnalogMatrix(
        codes: WeightCodes(test.codes), hardware: hardware, layer: 0, seed: 1, makeModel: exact)
      let sums = try test.multiply(wired, bitCount: 8).0
      let error = zip(sums, test.products).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
      #expect(error > 2 * last)
      last = error
    }
  }

  /// A converter's error is at most half a step per conversion, weighted by its input bit.
  @Test(arguments: [4, 6, 8, 10])
  func conversionErrsByHalfAStep(bits: Int) throws {
    let test = Case(outputs: 6, inputs: 50, batch: 4, bitCount: 8, seed: 33)
    var hardware = HardwareConfiguration()
    hardware.converter = .uniform(bits: Double(bits), range: .maximum)
    let matrix = try AnalogMatrix(
      codes: WeightCodes(test.codes), hardware: hardware, layer: 0, seed: 1, makeModel: ideal)
    let step = Double(50 * 127) / Double((1 << (bits - 1)) - 1)
    let (sums, counts) = try test.multiply(matrix, bitCount: 8)
    #expect(counts.clippedConversions == 0)
    var worst = 0.0
    for (sum, product) in matched(sums, test.products) {
      worst = max(worst, (sum - product).magnitude)
    }
    #expect(worst <= 255 * step / 2 * (1 + 1e-5))
    #expect(worst > step / 2)
  }

  /// A calibrated range clips what lies beyond it and counts it.
  @Test func valuesBeyondTheRangeAreClippedAndCounted() throws {
    let test = Case(outputs: 6, inputs: 50, batch: 4, bitCount: 8, seed: 34)
    var hardware = HardwareConfiguration()
    hardware.converter = .uniform(bits: 8, range: .covering(percent: 99.98))
    var matrix = try AnalogMatrix(
      codes: WeightCodes(test.codes), hardware: hardware, layer: 0, seed: 1, makeModel: ideal)
    matrix.setConverters(hardware.converter, ranges: [100])
    let (sums, counts) = try test.multiply(matrix, bitCount: 8)
    #expect(counts.clippedConversions > 0)
    #expect(sums.allSatisfy { $0.magnitude <= 255 * 100 * (1 + 1e-6) })
  }

  /// Programming errors depend on the cell's address alone: another partition into tiles leaves the
  /// programmed matrix, and so the product, unchanged.
  @Test func errorsDoNotDependOnTiles() throws {
    let test = Case(outputs: 10, inputs: 90, batch: 2, bitCount: 8, seed: 35)
    func product(_ tile: TileSpecification, seed: UInt64, layer: Int) throws -> [Double] {
      var hardware = HardwareConfiguration()
      hardware.tile = tile
      hardware.converter = .ideal
      hardware.programmingError = .stateIndependent(alpha: 0.02)
      let matrix = try AnalogMatrix(
        codes: WeightCodes(test.codes), hardware: hardware, layer: layer, seed: seed,
        makeModel: ideal)
      return try test.multiply(matrix, bitCount: 8).0
    }
    let whole = try product(TileSpecification(wordLines: 128, bitLines: 128), seed: 1, layer: 0)
    let parts = try product(TileSpecification(wordLines: 17, bitLines: 6), seed: 1, layer: 0)
    // Sums are divided differently: single-precision rounding of each partial sum.
    let largest = 90.0 * 127 * 255
    for (a, b) in matched(whole, parts) { #expect((a - b).magnitude < 1e-4 * largest) }
    #expect(
      try product(TileSpecification(), seed: 2, layer: 0)
        != product(TileSpecification(), seed: 1, layer: 0))
    #expect(
      try product(TileSpecification(), seed: 1, layer: 1)
        != product(TileSpecification(), seed: 1, layer: 0))
  }
}
