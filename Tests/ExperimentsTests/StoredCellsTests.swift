import AnalogCore
import CrossbarArray
import Foundation
import NumericKernels
import Testing
import Units

@testable import Experiments

/// Cells as files.
@Suite struct StoredCellsTests {
  private static let codes = WeightCodes(
    Matrix(rows: 6, columns: 5) { (o: Int, i: Int) in Int8((o * 37 + i * 11) % 201 - 100) })

  private static func origin(
    _ codes: WeightCodes = codes, layer: Int = 2, seed: UInt64 = 3,
    _ change: (inout HardwareConfiguration) -> Void = { _ in }
  ) -> ProgrammedCells.Origin {
    var hardware = HardwareConfiguration()
    hardware.errors.programming = .stateProportional(alpha: 0.1)
    change(&hardware)
    return ProgrammedCells.Origin(codes: codes, hardware: hardware, layer: layer, seed: seed)
  }

  /// Whatever tells cells apart tells their keys apart.
  @Test func everythingThatCellsDependOnIsInTheirKey() throws {
    var other = Self.codes.codes
    other[4, 3] += 1
    let drift = Drift.powerLaw(
      exponent: .constant(mean: 0.05, deviation: 0), seconds: 10, referenceSeconds: 1)
    let table = try ["a", "b"].map { name in
      ConductanceError.table(
        try StateTable(
          state: .relative, states: [0, 1], means: [0, 0],
          deviations: [0.1, name == "a" ? 0.1 : 0]))
    }
    let disturb = ReadDisturb(
      table: .init(
        try StateTable(state: .siemens, states: [0, 1], means: [0, 1e-9], deviations: [0, 0])),
      reads: 10)
    let origins = [
      Self.origin(), Self.origin(WeightCodes(other)), Self.origin(WeightCodes(other, groups: 2)),
      Self.origin(WeightCodes(Self.codes.codes, bits: 7)), Self.origin(layer: 1),
      Self.origin(seed: 4), Self.origin(seed: .max), Self.origin { $0.cell.onOffRatio = 20 },
      Self.origin { $0.cell.onConductance = 17e-6.siemens }, Self.origin { $0.cellBits = 4 },
      Self.origin { $0.cell.stateCount = 5 }, Self.origin { $0.scale = .maximum },
      Self.origin { $0.mapping = .offset(.digital, zero: .middle) },
      Self.origin { $0.tile.wordLines = 5 }, Self.origin { $0.errorCell = CellSpecification() },
      Self.origin { $0.errors.programming = .stateProportional(alpha: 0.1.nextUp) },
      Self.origin { $0.errors.programming = .stateIndependent(alpha: 0.1) },
      Self.origin { $0.errors.programming = table[0] },
      Self.origin { $0.errors.programming = table[1] },
      Self.origin { $0.errors.distribution = .uniform },
      Self.origin { $0.errors.limits = .positive }, Self.origin { $0.errors.drift = drift },
      Self.origin { $0.errors.drift = drift.at(seconds: 11) },
      Self.origin { $0.errors.readDisturb = disturb },
      Self.origin {
        $0.errors.readDisturb = disturb
        $0.errors.readDisturb?.reads = 11
      },
      Self.origin {
        $0.errors.readDisturb = disturb
        $0.errors.readDisturb?.volts = 0.2
      },
      Self.origin { $0.errors.stuckCells = StuckCells(onRate: 0.2) },
      Self.origin { $0.errors.stuckCells = StuckCells(offRate: 0.2) },
      Self.origin {
        $0.blocks[0] = BlockHardware(
          wires: $0.wires, terminals: $0.terminals, errors: CellErrors())
      },
    ]
    let keys = origins.compactMap { StoredCells.key($0) }
    #expect(keys.count == origins.count && Set(keys).count == origins.count)
    // Equal cells have equal keys.
    let same = Self.origin {
      $0.technology.wires = WireParasitics(bitLineSegment: 70.ohms)
      $0.converter = .ideal
    }
    #expect(StoredCells.key(same) == keys[0])
  }

  /// Cells without draws, and those of very large layers, are not stored.
  @Test func cellsThatAreNotWorthAFileHaveNoKey() {
    #expect(StoredCells.key(Self.origin { $0.errors = CellErrors() }) == nil)
    let (rows, columns) = (2048, 2048)
    let large = WeightCodes(Matrix(rows: rows, columns: columns, repeating: 1))
    #expect(16 * rows * columns == StoredCells.mostBytesOfLayer)
    #expect(StoredCells.key(Self.origin(large)) != nil)
    #expect(StoredCells.key(Self.origin(large) { $0.cellBits = 4 }) == nil)
  }
}
