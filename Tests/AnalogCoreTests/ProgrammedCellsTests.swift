import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

@testable import AnalogCore

/// Cells that are taken over in place of being programmed again.
@Suite struct ProgrammedCellsTests {
  private static let codes = WeightCodes(
    Matrix(rows: 9, columns: 13) { (o: Int, i: Int) in Int8((o * 37 + i * 11) % 201 - 100) })

  private static func hardware(
    _ change: (inout HardwareConfiguration) -> Void = { _ in }
  ) -> HardwareConfiguration {
    var hardware = HardwareConfiguration()
    hardware.tile = TileSpecification(wordLines: 8, bitLines: 8)
    hardware.errors.programming = .stateProportional(alpha: 0.1)
    change(&hardware)
    return hardware
  }

  private static func matrix(
    _ hardware: HardwareConfiguration, seed: UInt64 = 3, cells: ProgrammedCells? = nil
  ) throws -> AnalogMatrix {
    try AnalogMatrix(codes: codes, hardware: hardware, layer: 2, seed: seed, cells: cells) {
      (array) throws(ArrayError) in try CircuitArray(array)
    }
  }

  private static func arrays(_ matrix: AnalogMatrix) -> [ArrayDescription] {
    matrix.tiles.map(\.model.description)
  }

  /// What cells do not depend on leaves them as they are, and the arrays get the rest of the hardware.
  @Test(
    arguments: [
      { (hardware: inout HardwareConfiguration) in
        hardware.technology.wires = WireParasitics(bitLineSegment: 70.ohms)
      },
      { $0.technology.terminals = TerminalResistances(bitLineSense: 5.ohms) },
      { $0.technology.ends.bitLineSense = .near },
      { $0.converter = .ideal },
      { $0.readNoise = .stateIndependent(alpha: 0.01) },
    ] as [@Sendable (inout HardwareConfiguration) -> Void])
  func cellsServeOtherWiresAndConverters(
    change: @Sendable (inout HardwareConfiguration) -> Void
  ) throws {
    let cells = ProgrammedCells(try Self.matrix(Self.hardware()), codes: Self.codes)
    let hardware = Self.hardware(change)
    #expect(hardware != Self.hardware())
    #expect(cells.hold(Self.codes, on: hardware, layer: 2, seed: 3))
    let taken = Self.arrays(try Self.matrix(hardware, cells: cells))
    #expect(taken == Self.arrays(try Self.matrix(hardware)))
  }

  /// What cells depend on has them programmed anew.
  @Test(
    arguments: [
      { (hardware: inout HardwareConfiguration) in hardware.cell.onOffRatio = 20 },
      { $0.cell.stateCount = 5 }, { $0.tile.wordLines = 5 }, { $0.cellBits = 4 },
      { $0.scale = .maximum }, { $0.mapping = .offset(.digital, zero: .middle) },
      { $0.errors.programming = .stateIndependent(alpha: 0.1) },
      { $0.errors.stuckCells = StuckCells(onRate: 0.2) },
    ] as [@Sendable (inout HardwareConfiguration) -> Void])
  func otherCellsAreProgrammedAnew(
    change: @Sendable (inout HardwareConfiguration) -> Void
  ) throws {
    let cells = ProgrammedCells(try Self.matrix(Self.hardware()), codes: Self.codes)
    let hardware = Self.hardware(change)
    #expect(!cells.hold(Self.codes, on: hardware, layer: 2, seed: 3))
    let fresh = Self.arrays(try Self.matrix(hardware))
    #expect(Self.arrays(try Self.matrix(hardware, cells: cells)) == fresh)
    #expect(fresh != Self.arrays(try Self.matrix(Self.hardware())))
  }

  /// Conductances alone give cells back, for every way of placing them; others are not taken.
  @Test(
    arguments: [
      { (_: inout HardwareConfiguration) in }, { $0.mapping = .pair(.twoSided, .inArray) },
      { $0.mapping = .offset(.digital, zero: .middle) },
      { $0.mapping = .offset(.unitColumn, zero: .middle) }, { $0.cellBits = 3 },
      { $0.tile.partition = .maximum },
      { $0.technology.wires = WireParasitics(bitLineSegment: 70.ohms) },
    ] as [@Sendable (inout HardwareConfiguration) -> Void], [1, 3])
  func conductancesGiveCellsBack(
    change: @Sendable (inout HardwareConfiguration) -> Void, groups: Int
  ) throws {
    let hardware = Self.hardware(change)
    let codes = WeightCodes(Self.codes.codes, groups: groups)
    func matrix(_ cells: ProgrammedCells? = nil) throws -> AnalogMatrix {
      try AnalogMatrix(codes: codes, hardware: hardware, layer: 2, seed: 3, cells: cells) {
        (array) throws(ArrayError) in try CircuitArray(array)
      }
    }
    let cells = ProgrammedCells(try matrix(), codes: codes)
    let origin = ProgrammedCells.Origin(codes: codes, hardware: hardware, layer: 2, seed: 3)
    #expect(cells.origin == origin && origin.drawsCells)
    var siemens = cells.siemens
    #expect(siemens.count == origin.cellCount && 8 * siemens.count == cells.bytes)
    let taken = try #require(ProgrammedCells(origin, siemens: siemens))
    #expect(taken.siemens == siemens)
    #expect(Self.arrays(try matrix(taken)) == Self.arrays(try matrix()))
    // They are taken, not programmed again.
    siemens[5] += 1e-6
    let changed = try #require(ProgrammedCells(origin, siemens: siemens))
    #expect(Self.arrays(try matrix(changed)) != Self.arrays(try matrix()))
    #expect(ProgrammedCells(origin, siemens: siemens.dropLast()) == nil)
  }

  /// Cells that are looked up are told from those that are drawn, in blocks too.
  @Test func drawsAreKnown() {
    func draws(_ change: (inout HardwareConfiguration) -> Void) -> Bool {
      let hardware = Self.hardware {
        $0.errors = CellErrors()
        change(&$0)
      }
      return ProgrammedCells.Origin(codes: Self.codes, hardware: hardware, layer: 0, seed: 1)
        .drawsCells
    }
    var errors = CellErrors()
    #expect(!draws { _ in } && !draws { $0.readNoise = .stateIndependent(alpha: 0.1) })
    #expect(draws { $0.errors.programming = .stateIndependent(alpha: 0.1) })
    #expect(draws { $0.errors.stuckCells = StuckCells(openRate: 0.1) })
    errors.drift = .powerLaw(
      exponent: .constant(mean: 0.1, deviation: 0.1), seconds: 10, referenceSeconds: 1)
    #expect(draws { $0.errors = errors })
    #expect(
      draws {
        $0.blocks = [
          1: BlockHardware(
            wires: WireParasitics(), terminals: TerminalResistances(), errors: errors)
        ]
      })
  }

  /// So have another seed, another layer and other weights.
  @Test func drawsAndWeightsCount() throws {
    let hardware = Self.hardware()
    let cells = ProgrammedCells(try Self.matrix(hardware), codes: Self.codes)
    #expect(cells.hold(Self.codes, on: hardware, layer: 2, seed: 3))
    #expect(!cells.hold(Self.codes, on: hardware, layer: 2, seed: 4))
    #expect(!cells.hold(Self.codes, on: hardware, layer: 1, seed: 3))
    var other = Self.codes.codes
    other[4, 5] += 1
    #expect(!cells.hold(WeightCodes(other), on: hardware, layer: 2, seed: 3))
    let grouped = WeightCodes(Self.codes.codes, groups: 3)
    #expect(!cells.hold(grouped, on: hardware, layer: 2, seed: 3))
    let taken = Self.arrays(try Self.matrix(hardware, seed: 4, cells: cells))
    #expect(taken == Self.arrays(try Self.matrix(hardware, seed: 4)))
  }
}
