import Foundation
import TestSupport
import Testing
import Units

@testable import AnalogCore

/// Shifts of conductances by reads, against closed forms.
@Suite struct ReadDisturbTests {
  private static let cell = CellSpecification(
    onConductance: 1e-4.siemens, onOffRatio: 100, readVoltage: 0.2.volts)

  private static func table(
    _ states: [Double], _ means: [Double], _ deviations: [Double]? = nil
  ) throws -> ReadDisturb.Table {
    ReadDisturb.Table(
      try StateTable(
        state: .siemens, states: states, means: means,
        deviations: deviations ?? means.map { _ in 0 }))
  }

  private static func held(
    _ disturb: ReadDisturb, _ siemens: Double, normal: Double = 0,
    limits: ConductanceLimits = .unlimited
  ) -> Double {
    disturb.disturbed(siemens, cell: cell, limits: limits, normal: normal)
  }

  /// Shifts in proportion to the distance from an end are exponentials.
  @Test(arguments: [1.0, 10, 300, 1e6])
  func linearRatesGiveExponentials(reads: Double) throws {
    let k = 2e-3
    let table = try Self.table([0, 3e-5, 1e-4], [0, -k * 3e-5, -k * 1e-4])
    for g in [1e-6, 2e-5, 3e-5, 7e-5, 1e-4] {
      let found = Self.held(ReadDisturb(table: table, reads: reads), g)
      #expect(abs(found - g * exp(-k * reads)) <= 1e-13 * g)
    }
  }

  /// Constant shifts add up; the first reads of any table do nearly.
  @Test func fewReadsAddUp() throws {
    let constant = ReadDisturb(table: try Self.table([1e-6, 1e-4], [2e-8, 2e-8]), reads: 50)
    #expect(abs(Self.held(constant, 5e-6) - 6e-6) <= 1e-20)
    // From below the first point and to beyond the last.
    #expect(abs(Self.held(constant, 0.5e-6) - 1.5e-6) <= 1e-20)
    #expect(abs(Self.held(constant, 9.95e-5) - 1.005e-4) <= 1e-18)
    let curved = try Self.table([1e-6, 1e-5, 1e-4], [1e-11, 4e-11, 0])
    let g = 4e-6
    let shift = 1e-11 + 3e-11 / 3
    let found = Self.held(ReadDisturb(table: curved, reads: 100), g)
    #expect(abs((found - g) / (100 * shift) - 1) <= 1e-3)
  }

  /// The state of validation/compact/memristor.va, `dw/dt = r w (1 − w)`, by a dense table: w / (1 − w)
  /// grows e-fold.
  @Test(arguments: [10.0, 1e3, 1e5])
  func logisticStatesAreFollowed(reads: Double) throws {
    let (off, on, rate) = (1e-6, 1e-4, 2e-5)
    let states = (0...2000).map { off + (on - off) * Double($0) / 2000 }
    let means = states.map { g in
      let w = (g - off) / (on - off)
      return (on - off) * rate * w * (1 - w)
    }
    let disturb = ReadDisturb(table: try Self.table(states, means), reads: reads)
    for w in [0.01, 0.2, 0.5, 0.9] {
      let odds = w / (1 - w) * exp(rate * reads)
      let exact = odds / (1 + odds)
      let found = (Self.held(disturb, off + (on - off) * w) - off) / (on - off)
      // Chords of a parabola: an eighth of its second derivative times the square of the step, which
      // grows no faster than states do.
      let chords = rate * reads / (4 * 2000 * 2000)
      #expect(abs(found - exact) <= chords * exp(rate * reads) + 1e-12)
    }
  }

  /// So many reads and then so many more are all of them, whatever the signs and the spread.
  @Test(arguments: [-2.0, -0.3, 0, 1, 2.5])
  func readsCompose(normal: Double) throws {
    let table = try Self.table(
      [1e-6, 5e-6, 2e-5, 1e-4], [2e-9, -1e-9, -4e-9, 3e-9], [1e-9, 0, 2e-9, 1e-9])
    func held(_ reads: Double, _ g: Double) -> Double {
      Self.held(ReadDisturb(table: table, reads: reads), g, normal: normal)
    }
    for g in [0.7e-6, 1e-6, 3e-6, 5e-6, 1.1e-5, 6e-5, 1e-4, 1.2e-4] {
      let once = held(5000, g)
      #expect(abs(held(3600, held(1400, g)) - once) <= 1e-12 * 1e-4, "\(g)")
      #expect(once.isFinite)
    }
  }

  /// A state whose rate vanishes attracts its neighbors and is never passed.
  @Test func equilibriaAreNotPassed() throws {
    let table = try Self.table([1e-6, 1e-4], [1e-8, -1e-8])
    let equilibrium = (1e-6 + 1e-4) / 2
    for g in [1e-6, 4e-5, 7e-5, 1e-4] {
      let found = Self.held(ReadDisturb(table: table, reads: 1e9), g)
      #expect(abs(found - equilibrium) <= 1e-15)
    }
    let disturb = ReadDisturb(table: table, reads: 1e9)
    #expect(Self.held(disturb, equilibrium) == equilibrium)
  }

  /// Limits stop what reads move; cells that are outside already stay where they are.
  @Test func limitsHold() throws {
    let up = ReadDisturb(table: try Self.table([1e-6, 1e-4], [1e-6, 1e-6]), reads: 1e4)
    let down = ReadDisturb(table: try Self.table([1e-6, 1e-4], [-1e-6, -1e-6]), reads: 1e4)
    #expect(Self.held(up, 5e-5, limits: .cellRange) == 1e-4)
    #expect(Self.held(down, 5e-5, limits: .cellRange) == 1e-6)
    #expect(Self.held(down, 5e-5, limits: .positive) == 0)
    #expect(Self.held(down, 5e-5, limits: .unlimited) < 0)
    #expect(Self.held(down, 5e-7, limits: .cellRange) == 5e-7)
    #expect(Self.held(up, 2e-4, limits: .cellRange) == 2e-4)
    #expect(Self.held(up, 5e-7, limits: .cellRange) == 1e-4)
    #expect(Self.held(up, 0, limits: .unlimited) == 0)
  }

  /// Deviations between cells grow as the reads, those between reads as their root; to five standard
  /// errors of the sample.
  @Test(arguments: [(ReadDisturb.Spread.betweenCells, 400.0), (.betweenReads, 20.0)])
  func spreadGrowsAsStated(spread: ReadDisturb.Spread, factor: Double) throws {
    var errors = CellErrors()
    errors.limits = .unlimited
    errors.readDisturb = ReadDisturb(
      table: try Self.table([1e-6, 1e-4], [1e-9, 1e-9], [2e-9, 2e-9]), reads: 400, spread: spread)
    let programmer = CellProgrammer(errors: errors, cell: Self.cell, seed: 5, layer: 3)
    let values = (0..<20_000).flatMap { k in
      let pair = programmer.held(SIMD2(5e-5, 5e-5), input: k / 100, output: k % 100)
      return [pair[0], pair[1]]
    }
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n).squareRoot()
    let sigma = 2e-9 * factor
    #expect(abs(mean - 5e-5 - 4e-7) <= 5 * sigma / n.squareRoot())
    #expect(abs(deviation / sigma - 1) <= 5 / (2 * n).squareRoot())
  }

  /// Between two voltages the shift per read is linear, at the cells' read voltage or at one of its own.
  @Test func shiftsFollowTheVoltage() throws {
    func one(_ shift: Double) throws -> StateTable {
      try StateTable(
        state: .siemens, states: [1e-6, 1e-4], means: [shift, shift], deviations: [0, shift])
    }
    let table = ReadDisturb.Table(
      volts: [0.1, 0.3, 0.4], [try one(1e-9), try one(3e-9), try one(10e-9)])
    for (volts, shift) in [
      (0.1, 1e-9), (0.2, 2e-9), (0.3, 3e-9), (0.35, 6.5e-9), (0.4, 10e-9), (0.05, 1e-9),
      (0.5, 10e-9),
    ] {
      let disturb = ReadDisturb(table: table, reads: 100, volts: volts).resolved(for: Self.cell)
      #expect(abs(Self.held(disturb, 5e-5) - 5e-5 - 100 * shift) <= 1e-18)
      #expect(table.covers(volts: volts) == (volts >= 0.1 && volts <= 0.4))
    }
    // Cells are read at 0.2 V.
    var errors = CellErrors()
    errors.readDisturb = ReadDisturb(table: table, reads: 100)
    var own = errors
    own.readDisturb?.volts = 0.2
    let address = CellAddress(layer: 0, input: 0, output: 0, isNegative: false)
    let held = errors.held(5e-5, cell: Self.cell, seed: 1, address: address)
    #expect(held == own.held(5e-5, cell: Self.cell, seed: 1, address: address))
    own.readDisturb?.volts = 0.3
    #expect(held != own.held(5e-5, cell: Self.cell, seed: 1, address: address))
    let programmer = CellProgrammer(errors: errors, cell: Self.cell, seed: 1, layer: 0)
    #expect(programmer.held(SIMD2(5e-5, 5e-5), input: 0, output: 0)[0] == held)
  }

  /// Reads act on what programming and drift left, before cells get stuck; draws of other errors stay
  /// what they are.
  @Test func disturbIsAnErrorOfItsOwn() throws {
    var errors = CellErrors()
    errors.programming = .stateProportional(alpha: 0.05)
    errors.drift = .powerLaw(
      exponent: .constant(mean: 0.05, deviation: 0.01), seconds: 100, referenceSeconds: 1)
    errors.stuckCells = StuckCells(onRate: 0.05)
    let table = try Self.table([1e-6, 1e-4], [1e-9, -2e-9], [3e-10, 1e-9])
    func pairs(_ errors: CellErrors, write: UInt64 = 0) -> [SIMD2<Double>] {
      let programmer = CellProgrammer(
        errors: errors, cell: Self.cell, seed: 9, layer: 2, weightSlice: 1, write: write)
      return (0..<400).map { programmer.held(SIMD2(2e-5, 6e-5), input: $0 / 20, output: $0 % 20) }
    }
    let before = pairs(errors)
    var none = errors
    none.readDisturb = ReadDisturb(table: table, reads: 0)
    #expect(pairs(none) == before)
    var both = errors
    both.readDisturb = ReadDisturb(table: table, reads: 700)
    let after = pairs(both)
    let draws = CellDraws(seed: 9, purpose: .readDisturb, layer: 2, weightSlice: 1)
    for k in after.indices {
      let normals = draws.normals(input: k / 20, output: k % 20)
      for lane in 0..<2 {
        let isStuck = before[k][lane] == 1e-4
        let expected =
          isStuck
          ? 1e-4
          : both.readDisturb?.disturbed(
            before[k][lane], cell: Self.cell, limits: .cellRange, normal: normals[lane])
        #expect(after[k][lane] == expected)
        // The one-cell reference.
        let address = CellAddress(
          layer: 2, weightSlice: 1, input: k / 20, output: k % 20, isNegative: lane == 1)
        #expect(
          both.held(lane == 0 ? 2e-5 : 6e-5, cell: Self.cell, seed: 9, address: address)
            == after[k][lane])
      }
    }
    #expect(zip(before, after).contains { $0[0] != $1[0] })
    // Cells keep how they shift when they are written again; programming errors are drawn anew.
    var alone = CellErrors()
    alone.readDisturb = both.readDisturb
    #expect(pairs(alone, write: 1) == pairs(alone))
    #expect(pairs(both, write: 1) != after)
  }
}
