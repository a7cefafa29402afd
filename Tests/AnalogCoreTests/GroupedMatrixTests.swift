import BehavioralModels
import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

@testable import AnalogCore

/// Layers of several groups on arrays.
@Suite struct GroupedMatrixTests {
  @Sendable private static func ideal(
    _ array: ArrayDescription
  ) throws(ArrayError) -> any ArrayModel { try IdealArray(array) }

  @Sendable private static func exact(
    _ array: ArrayDescription
  ) throws(ArrayError) -> any ArrayModel {
    LadderArray.covers(array) ? try LadderArray(array) : try ColumnArray(array)
  }

  /// Groups with outputs and inputs of one group, smaller and larger than the arrays.
  private static let shapes: [(groups: Int, outputs: Int, inputs: Int)] = [
    (1, 5, 9), (7, 1, 9), (12, 2, 4), (3, 3, 17), (2, 9, 6), (5, 1, 1),
  ]

  private static func codes(
    _ shape: (groups: Int, outputs: Int, inputs: Int), seed: UInt64 = 5
  ) -> WeightCodes {
    var random = RandomStream(seed: seed)
    return WeightCodes(
      Matrix(rows: shape.groups * shape.outputs, columns: shape.inputs) { _, _ in
        Int8.random(in: -127...127, using: &random)
      }, groups: shape.groups)
  }

  /// The same weights as one matrix, zero outside its diagonal.
  private static func whole(_ codes: WeightCodes) -> Matrix<Int8> {
    let perGroup = codes.outputCount / codes.groups
    return Matrix(rows: codes.outputCount, columns: codes.inputCount) { output, input in
      output / perGroup == input / codes.codes.columns
        ? codes.codes[output, input % codes.codes.columns] : 0
    }
  }

  private static func inputs(_ count: Int, batch: Int, seed: UInt64 = 6) -> [UInt16] {
    var random = RandomStream(seed: seed)
    return (0..<batch * count).map { _ in UInt16.random(in: 0...255, using: &random) }
  }

  private func products(
    _ codes: WeightCodes, _ inputs: [UInt16], batch: Int, hardware: HardwareConfiguration,
    _ makeModel: @escaping SampledReads.ModelMaker = Self.ideal
  ) throws -> (sums: [Double], counts: ActivityCounts, matrix: AnalogMatrix) {
    let matrix = try AnalogMatrix(
      codes: codes, hardware: hardware, layer: 3, seed: 4, makeModel: makeModel)
    var sums = [Double](repeating: 0, count: batch * codes.outputCount)
    var counts = ActivityCounts()
    try matrix.multiply(
      inputs.span, batch: batch, bitCount: 8, sign: 1, into: &sums, counts: &counts)
    return (sums, counts, matrix)
  }

  private func hardware(
    _ packing: GroupPacking, _ change: (inout HardwareConfiguration) -> Void
  ) -> HardwareConfiguration {
    var hardware = HardwareConfiguration()
    hardware.tile = TileSpecification(wordLines: 20, bitLines: 13)
    hardware.wires = WireParasitics()
    hardware.groups = packing
    change(&hardware)
    return hardware
  }

  /// Ideal parts with full precision give the integers, for every mapping, slicing, drive and
  /// packing.
  @Test(arguments: SignedWeightScheme.all + [.offset(.digital, zero: .lowest)], InputDrive.all)
  func fullPrecisionIsExact(scheme: SignedWeightScheme, drive: InputDrive) throws {
    for shape in Self.shapes {
      let codes = Self.codes(shape)
      let inputs = Self.inputs(codes.inputCount, batch: 2)
      let whole = Self.whole(codes)
      let exact = (0..<2 * codes.outputCount).map { k in
        let (vector, output) = (k / codes.outputCount, k % codes.outputCount)
        return (0..<codes.inputCount).reduce(0.0) {
          $0 + Double(whole[output, $1]) * Double(inputs[vector * codes.inputCount + $1])
        }
      }
      for packing in GroupPacking.allCases {
        for cellBits in [nil, 3] {
          let hardware = hardware(packing) {
            $0.mapping = scheme
            $0.inputs = drive
            $0.cellBits = cellBits
            $0.converter = .fullPrecision
            $0.cell.onOffRatio = 100
          }
          #expect(try products(codes, inputs, batch: 2, hardware: hardware).sums == exact)
        }
      }
    }
  }

  /// Groups packed on the diagonal of one array are the whole matrix, zeros programmed, bit for bit:
  /// with IR drop, programming errors, stuck cells, noise and converters that have errors.
  @Test(arguments: SignedWeightScheme.all)
  func packedGroupsAreTheWholeMatrix(scheme: SignedWeightScheme) throws {
    let codes = Self.codes((4, 2, 9))
    let inputs = Self.inputs(36, batch: 3)
    let hardware = hardware(.blockDiagonal) {
      $0.tile = TileSpecification(wordLines: 36, bitLines: 17)
      $0.mapping = scheme
      $0.cell.onOffRatio = 20
      $0.wires.bitLineSegment = 3.ohms
      $0.errors.programming = .stateIndependent(alpha: 0.02)
      $0.errors.stuckCells = StuckCells(onRate: 0.02, offRate: 0.02)
      if scheme.sharedBitLines == 0 { $0.readNoise = .stateIndependent(alpha: 0.01) }
      $0.converter = .circuit(
        CircuitConverterSpecification(
          .successiveApproximation(capacitorMismatch: 0.01), bits: 8, inputNoise: 0.3),
        range: .granular)
    }
    let grouped = try products(codes, inputs, batch: 3, hardware: hardware, Self.exact)
    let whole = try products(
      WeightCodes(Self.whole(codes)), inputs, batch: 3, hardware: hardware, Self.exact)
    try #require(grouped.matrix.tiles.count == 1)
    #expect(
      grouped.matrix.tiles[0].model.description == whole.matrix.tiles[0].model.description)
    #expect(grouped.sums == whole.sums && grouped.counts == whole.counts)
    #expect(grouped.matrix.heldCodes == whole.matrix.heldCodes)
  }

  /// Where cells of weight zero do not conduct and wires have no resistance, groups that share an
  /// array know nothing of each other.
  @Test(arguments: [
    SignedWeightScheme.pair(.oneSided, .analog), .pair(.oneSided, .digital),
    .pair(.oneSided, .inArray),
  ])
  func idealGroupsAreIndependent(scheme: SignedWeightScheme) throws {
    for shape in Self.shapes {
      let codes = Self.codes(shape)
      let inputs = Self.inputs(codes.inputCount, batch: 4)
      for converter in [
        ConverterSpecification.fullPrecision, .uniform(bits: 6, range: .maximum),
        .uniform(bits: 5, range: .granular),
      ] {
        let both = try GroupPacking.allCases.map { packing in
          try products(
            codes, inputs, batch: 4,
            hardware: hardware(packing) {
              $0.mapping = scheme
              $0.converter = converter
            })
        }
        #expect(both[0].sums == both[1].sums)
        #expect(both[0].counts.conversions == both[1].counts.conversions)
      }
    }
  }

  /// Separate groups on wires are the solve of each group's own matrix.
  @Test func separateGroupsAreMatricesOfTheirOwn() throws {
    for shape in Self.shapes {
      let codes = Self.codes(shape)
      let inputs = Self.inputs(codes.inputCount, batch: 2)
      let hardware = hardware(.separate) {
        $0.cell.onOffRatio = 10
        $0.wires.bitLineSegment = 20.ohms
        $0.converter = .uniform(bits: 8, range: .maximum)
      }
      let together = try products(codes, inputs, batch: 2, hardware: hardware, Self.exact).sums
      for group in 0..<shape.groups {
        let own = WeightCodes(
          Matrix(rows: shape.outputs, columns: shape.inputs) {
            codes.codes[group * shape.outputs + $0, $1]
          })
        var part: [UInt16] = []
        for vector in 0..<2 {
          let first = vector * codes.inputCount + group * shape.inputs
          part += inputs[first..<first + shape.inputs]
        }
        let alone = try products(own, part, batch: 2, hardware: hardware, Self.exact).sums
        for vector in 0..<2 {
          let first = vector * codes.outputCount + group * shape.outputs
          for output in 0..<shape.outputs {
            #expect(together[first + output] == alone[vector * shape.outputs + output])
          }
        }
      }
    }
  }

  /// The cells of a weight have the same errors however groups are packed: those of its input and
  /// output.
  @Test func errorsBelongToTheWeight() throws {
    let codes = Self.codes((6, 2, 4))
    var held: [Matrix<Double>] = []
    for packing in GroupPacking.allCases {
      let hardware = hardware(packing) {
        $0.errors.programming = .stateIndependent(alpha: 0.1)
        $0.cellBits = 3
      }
      let inputs = Self.inputs(24, batch: 1)
      held.append(
        try products(codes, inputs, batch: 1, hardware: hardware).matrix.heldCodes)
    }
    for output in 0..<12 {
      for input in output / 2 * 4..<output / 2 * 4 + 4 {
        #expect(held[0][output, input] == held[1][output, input])
      }
    }
    #expect(held[0] != held[1])
    #expect(held[1][0, 23] == 0)
  }

  /// Every weight lies in one array per slice, no array is larger than allowed, no more groups would
  /// fit, and cells are those of the arrays: counted and programmed alike.
  @Test(arguments: GroupPacking.allCases, SignedWeightScheme.all)
  func tilesAreThoseProgrammed(packing: GroupPacking, scheme: SignedWeightScheme) throws {
    for shape in Self.shapes {
      let codes = Self.codes(shape)
      let hardware = hardware(packing) {
        $0.mapping = scheme
        $0.cellBits = 4
        $0.tile.partition = .maximum
      }
      let matrix = try AnalogMatrix(
        codes: codes, hardware: hardware, layer: 0, seed: 1, makeModel: Self.ideal)
      let geometry = matrix.geometry
      #expect(matrix.tiles.map(\.place) == geometry.tiles)
      #expect(geometry.tileCount == matrix.tiles.count)
      var held: [[Int]: Int] = [:]
      var cells = 0
      for tile in matrix.tiles {
        let array = tile.model.description
        #expect(array.wordLineCount <= 20 && geometry.bitLines(of: tile.place) <= 13)
        cells +=
          array.conductances.elements.count + (array.negativeConductances?.elements.count ?? 0)
        for output in tile.outputs {
          for input in tile.inputs where output / shape.outputs == input / shape.inputs {
            held[[output, input, tile.weightSlice], default: 0] += 1
          }
        }
        #expect(geometry.inputBlocks[tile.place.inputBlock] == tile.inputs)
      }
      #expect(held.count == codes.codes.elements.count * geometry.sliceCount)
      #expect(held.values.allSatisfy { $0 == 1 })
      #expect(geometry.usedCells + geometry.zeroCells == cells)
      let weights = held.count * scheme.bitLinesPerOutput * scheme.cellsPerCrossing
      let units = matrix.tiles.reduce(0) { $0 + $1.inputs.count } * scheme.sharedBitLines
      #expect(geometry.usedCells == weights + units)
      let fitting = min(20 / shape.inputs, hardware.outputsPerArray / shape.outputs)
      if fitting > 0 {
        let perArray = packing == .separate ? 1 : fitting
        let arrays = (shape.groups + perArray - 1) / perArray
        #expect(geometry.tileCount == arrays * geometry.sliceCount)
      }
      #expect(
        (geometry.zeroCells == 0) == (packing == .separate || shape.groups == 1 || fitting < 2))
    }
  }

  @Test func blocksAreWrittenToSingleMatricesOnly() throws {
    var matrix = try products(
      Self.codes((4, 1, 2)), Self.inputs(8, batch: 1), batch: 1,
      hardware: hardware(.separate) { _ in }
    ).matrix
    let error = #expect(throws: ArrayError.self) {
      try matrix.program(
        Matrix(rows: 1, columns: 1, repeating: 1), fromOutput: 0, fromInput: 0, write: 1,
        makeModel: Self.ideal)
    }
    #expect(
      error.map { "\($0)" }?.contains("groups: blocks are written to matrices without groups")
        == true)
  }

  /// A transpose read of groups gives the products with the transposed whole matrix.
  @Test(arguments: GroupPacking.allCases) func groupsAreReadTransposed(packing: GroupPacking) throws
  {
    let codes = Self.codes((5, 3, 4))
    let matrix = try AnalogMatrix(
      codes: codes,
      hardware: hardware(packing) {
        $0.inputs = InputDrive(.voltages(sliceBits: 8))
        $0.converter = .fullPrecision
      }, layer: 0, seed: 1, makeModel: Self.ideal
    ).transposed(makeModel: Self.ideal)
    let inputs = Self.inputs(15, batch: 1)
    var sums = [Double](repeating: 0, count: 20)
    var counts = ActivityCounts()
    try matrix.multiply(
      inputs.span, batch: 1, bitCount: 8, sign: 1, into: &sums, counts: &counts)
    let whole = Self.whole(codes)
    #expect(
      sums
        == (0..<20).map { input in
          (0..<15).reduce(0) { $0 + Double(whole[$1, input]) * Double(inputs[$1]) }
        })
  }
}
