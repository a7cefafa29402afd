import BehavioralModels
import CrossbarArray
import NumericKernels
import Testing
import Units

@testable import AnalogCore

/// Arrays of full height, whose inputs leave word lines over.
@Suite struct UnusedWordLineTests {
  private static let test = IntegerCase(outputs: 4, inputs: 41, batch: 3, bitCount: 4, seed: 71)

  private func matrix(
    _ change: (inout HardwareConfiguration) -> Void, isIdeal: Bool = false
  ) throws -> AnalogMatrix {
    var hardware = HardwareConfiguration()
    hardware.tile = TileSpecification(wordLines: 64, bitLines: 6)
    hardware.converter = .ideal
    hardware.programmingError = .stateIndependent(alpha: 0.01)
    hardware.wires = WireParasitics(bitLineSegment: 30.ohms)
    change(&hardware)
    return try AnalogMatrix(
      codes: WeightCodes(Self.test.codes), hardware: hardware, layer: 0, seed: 5
    ) { (array) throws(ArrayError) in
      if isIdeal { return try IdealArray(array) }
      return try ExactMethod.model(of: array)
    }
  }

  /// Arrays have the lines of the tile besides their inputs, with the meaning of `unused` in array
  /// files, whatever the drive, the mapping and the partition; cells and their errors stay.
  @Test(arguments: SignedWeightScheme.all)
  func arraysHaveTheLinesOfTheTile(scheme: SignedWeightScheme) throws {
    for partition in TileSpecification.Partition.allCases {
      for lines in [InputDrive.Lines.gates, .voltages(sliceBits: 4)] {
        func tiles(_ unused: TileSpecification.UnusedWordLines) throws -> [AnalogMatrix.Tile] {
          try matrix {
            $0.mapping = scheme
            $0.cellBits = 2
            $0.inputs.lines = lines
            $0.tile = TileSpecification(
              wordLines: 30, bitLines: 6, partition: partition, unusedWordLines: unused)
          }.tiles
        }
        let none = try tiles(.none)
        for (side, unused) in [(UnusedLines.Side.near, try tiles(.near)), (.far, try tiles(.far))] {
          #expect(unused.count == none.count)
          for (full, own) in zip(unused, none) {
            var array = own.model.description
            array.unused.wordLines = UnusedLines.Group(count: 30 - own.inputs.count, side: side)
            #expect(full.model.description == array)
          }
        }
      }
    }
  }

  /// The result is that of the same array by its own description, and lines between cells and
  /// converters cost more than lines behind the cells, which cost nothing.
  @Test(arguments: SignedWeightScheme.all)
  func onlyLinesTowardsConvertersCost(scheme: SignedWeightScheme) throws {
    func products(
      _ unused: TileSpecification.UnusedWordLines, isIdeal: Bool = false
    ) throws -> [Double] {
      try Self.test.multiply(
        matrix(
          {
            $0.mapping = scheme
            $0.tile.unusedWordLines = unused
            $0.programmingError = .none
          }, isIdeal: isIdeal)
      ).0
    }
    let ideal = try products(.none, isIdeal: true)
    #expect(try products(.far, isIdeal: true) == ideal)
    #expect(try products(.near, isIdeal: true) == ideal)
    func loss(_ found: [Double]) -> Double {
      zip(found, ideal).reduce(0) { $0 + ($1.0 - $1.1).magnitude }
    }
    let (none, near, far) = (
      loss(try products(.none)), loss(try products(.near)), loss(try products(.far))
    )
    // Behind the cells there is no current: the elimination differs in rounding alone.
    #expect((near / none - 1).magnitude < 1e-3)
    #expect(far > 1.5 * none)
  }

  /// The drop of 288 lines with all cells on, alone and in an array of 1152, by the sum over the
  /// segments that a cell's current passes: nine times as much.
  @Test func fullArraysDropNineTimesAsMuch() throws {
    func lost(_ unused: TileSpecification.UnusedWordLines) throws -> Double {
      var hardware = HardwareConfiguration()
      hardware.tile = TileSpecification(wordLines: 1152, bitLines: 2, unusedWordLines: unused)
      hardware.converter = .ideal
      hardware.wires = WireParasitics(bitLineSegment: (1e-7 / 16e-6).ohms)
      let matrix = try AnalogMatrix(
        codes: WeightCodes(Matrix(rows: 1, columns: 288, repeating: 127)), hardware: hardware,
        inputBits: 1, layer: 0, seed: 1
      ) { (array) throws(ArrayError) in try LadderArray(array) }
      let amperes = try matrix.tiles[0].model.currents(
        .bits(BitMatrix(rows: 1, columns: 288) { _, _ in true })
      ).amperes[0, 0]
      return 1 - amperes / (288 * 1.6e-6)
    }
    // Mean over cells of the segments they share with each other: N(N+1)(2N+1)/6 / N, and N more
    // for each unused line.
    let n = 288.0
    let alone = 1e-7 * (n + 1) * (2 * n + 1) / 6
    let full = alone + 1e-7 * n * (1152 - n)
    // To first order in the drop, 2.5 % at the most.
    #expect((try lost(.none) / alone - 1).magnitude < 0.03)
    #expect((try lost(.near) / alone - 1).magnitude < 0.03)
    #expect((try lost(.far) / full - 1).magnitude < 0.03)
    #expect(full / alone > 9.9)
  }

  /// Lines that ideal arrays do not feel do not keep results from being shared.
  @Test func idealArraysDoNotDependOnThem() {
    var hardware = HardwareConfiguration()
    let without = hardware
    hardware.tile.unusedWordLines = .far
    #expect(hardware != without)
    #expect(hardware.withoutWires == without.withoutWires && hardware.ofCells == without.ofCells)
  }
}
