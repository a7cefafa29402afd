import CrossbarArray
import NumericKernels
import Testing
import Units

@testable import AnalogCore

/// Blocks of inputs whose arrays have wires and errors of their own.
@Suite struct BlockHardwareTests {
  private static let codes = WeightCodes(
    Matrix(rows: 5, columns: 22) { (o: Int, i: Int) in Int8((o * 37 + i * 11) % 201 - 100) })

  private static func hardware(
    _ change: (inout HardwareConfiguration) -> Void = { _ in }
  ) -> HardwareConfiguration {
    var hardware = HardwareConfiguration()
    hardware.tile = TileSpecification(wordLines: 8, bitLines: 6)
    hardware.errors.programming = .stateProportional(alpha: 0.1)
    hardware.technology.wires = WireParasitics(bitLineSegment: 10.ohms)
    change(&hardware)
    return hardware
  }

  private static func matrix(
    _ hardware: HardwareConfiguration, cells: ProgrammedCells? = nil
  ) throws -> AnalogMatrix {
    try AnalogMatrix(codes: codes, hardware: hardware, layer: 2, seed: 3, cells: cells) {
      (array) throws(ArrayError) in try ExactMethod.model(of: array)
    }
  }

  private static func own(_ change: (inout CellErrors) -> Void = { _ in }) -> BlockHardware {
    var errors = CellErrors()
    change(&errors)
    return BlockHardware(
      wires: WireParasitics(bitLineSegment: 70.ohms),
      terminals: TerminalResistances(bitLineSense: 5.ohms), errors: errors)
  }

  /// Arrays of a block are those of a layer that has its hardware throughout; all others stay.
  @Test(arguments: SignedWeightScheme.all)
  func arraysOfABlockAreThoseOfItsHardware(scheme: SignedWeightScheme) throws {
    let block = Self.own { $0.programming = .stateIndependent(alpha: 0.05) }
    let parted = Self.hardware {
      $0.mapping = scheme
      $0.cellBits = 4
      $0.blocks = [1: block]
    }
    let whole = Self.hardware {
      $0.mapping = scheme
      $0.cellBits = 4
    }
    let (own, others) = (try Self.matrix(parted), try Self.matrix(whole))
    let changed = try Self.matrix(
      Self.hardware {
        $0.mapping = scheme
        $0.cellBits = 4
        $0.errors = block.errors
        $0.technology.wires = block.wires
        $0.technology.terminals = block.terminals
      })
    #expect(own.geometry.inputBlocks.count == 3)
    for (k, tile) in own.tiles.enumerated() {
      let expected = tile.place.inputBlock == 1 ? changed : others
      #expect(tile.model.description == expected.tiles[k].model.description)
      #expect(
        (tile.model.description == others.tiles[k].model.description)
          == (tile.place.inputBlock != 1))
    }
  }

  /// Other wires of a block leave its cells as they are; other errors do not.
  @Test func cellsServeOtherWiresOfABlock() throws {
    let hardware = Self.hardware { $0.blocks = [2: Self.own()] }
    let cells = ProgrammedCells(try Self.matrix(hardware), codes: Self.codes)
    var wired = hardware
    wired.blocks[2]?.wires = WireParasitics(bitLineSegment: 90.ohms)
    #expect(cells.hold(Self.codes, on: wired, layer: 2, seed: 3))
    let taken = try Self.matrix(wired, cells: cells).tiles.map(\.model.description)
    #expect(taken == (try Self.matrix(wired)).tiles.map(\.model.description))
    #expect(taken != (try Self.matrix(hardware)).tiles.map(\.model.description))
    var noisy = hardware
    noisy.blocks[2]?.errors.programming = .stateIndependent(alpha: 0.05)
    #expect(!cells.hold(Self.codes, on: noisy, layer: 2, seed: 3))
  }

  /// Codes written into a block get its errors, and what leaves out wires leaves out those of blocks.
  @Test func blocksKeepTheirErrorsWhenTheyAreWritten() throws {
    let hardware = Self.hardware {
      $0.errors.programming = .none
      $0.blocks = [0: Self.own { $0.programming = .stateIndependent(alpha: 0.05) }]
    }
    var matrix = try Self.matrix(hardware)
    let before = matrix.tiles.map(\.model.description)
    try matrix.program(
      Self.codes.codes, fromOutput: 0, fromInput: 0, write: 1,
      makeModel: { (array) throws(ArrayError) in try ExactMethod.model(of: array) })
    for (tile, old) in zip(matrix.tiles, before) {
      #expect((tile.model.description == old) == (tile.place.inputBlock != 0))
    }
    #expect(hardware.hasWires && !hardware.withoutWires.hasWires)
    #expect(
      Self.hardware {
        $0.technology.wires = WireParasitics()
        $0.blocks = [0: Self.own()]
      }.hasWires)
    #expect(hardware.ofIdealArrays == Self.hardware { $0.errors = CellErrors() }.ofIdealArrays)
  }
}
