import AnalogCore
import Foundation
import TestSupport
import Testing
import Units

@Suite struct CellErrorsTests {
  private static let count = 40_000
  private static let cell = CellSpecification(
    onConductance: 20e-6.siemens, onOffRatio: 50, readVoltage: 0.1.volts)

  /// What pairs of cells hold when all are told `target`, by their order of address.
  private static func held(
    _ errors: CellErrors, target: Double, cell: CellSpecification = cell, seed: UInt64 = 5,
    count: Int = count
  ) -> [Double] {
    let programmer = CellProgrammer(errors: errors, cell: cell, seed: seed, layer: 3)
    return (0..<count / 2).flatMap { k in
      let pair = programmer.held(SIMD2(target, target), input: k / 100, output: k % 100)
      return [pair[0], pair[1]]
    }
  }

  private static func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    return (mean, variance.squareRoot())
  }

  /// At 0.1 V its points are 0, 10 and 20 µS.
  private static func table() throws -> StateTable {
    try StateTable(
      state: .amperes, states: [0, 1e-6, 2e-6], means: [0, -4e-8, 1e-8],
      deviations: [1e-8, 5e-8, 2e-8])
  }

  /// `programmingFollowsItsLaw` for a table: at 5 µS, midway between two of its points, and so on.
  @Test(arguments: [(5e-6, -0.2e-6, 0.3e-6), (10e-6, -0.4e-6, 0.5e-6), (15e-6, -0.15e-6, 0.35e-6)])
  func programmingFollowsItsTable(target: Double, shift: Double, sigma: Double) throws {
    programmingFollowsItsLaw(
      error: .table(try Self.table()), target: target, shift: shift, sigma: sigma)
  }

  /// Mean and deviation follow each law at every state. Bounds are five standard errors: σ/√n of a
  /// mean and σ/√(2n) of a deviation.
  @Test(arguments: [
    (ConductanceError.stateIndependent(alpha: 0.02), 4e-6, 0.0, 0.02 * 19.6e-6),
    (.stateIndependent(alpha: 0.02), 16e-6, 0, 0.02 * 19.6e-6),
    (.stateProportional(alpha: 0.05), 4e-6, 0, 0.2e-6),
    (.stateProportional(alpha: 0.05), 16e-6, 0, 0.8e-6),
  ])
  func programmingFollowsItsLaw(
    error: ConductanceError, target: Double, shift: Double, sigma: Double
  ) {
    var errors = CellErrors()
    errors.programming = error
    errors.limits = .unlimited
    let (mean, deviation) = Self.moments(Self.held(errors, target: target))
    let n = Double(Self.count)
    #expect((mean - target - shift).magnitude < 5 * sigma / n.squareRoot())
    #expect((deviation / sigma - 1).magnitude < 5 / (2 * n).squareRoot())
  }

  /// Errors are normal: the fractions within 1, 2 and 3 σ, to five binomial standard errors; and
  /// the two cells of a pair, and draws for different purposes, are uncorrelated.
  @Test func errorsAreNormalAndIndependent() {
    let purposes: [DrawPurpose] = [.programming, .drift]
    let n = 20_000
    let series = purposes.flatMap { purpose -> [[Double]] in
      let draws = CellDraws(seed: 5, purpose: purpose, layer: 3)
      let pairs = (0..<n).map { draws.normals(input: $0, output: 7) }
      return [pairs.map { $0[0] }, pairs.map { $0[1] }]
    }
    for values in series {
      for (sigmas, part) in [(1.0, 0.682689), (2, 0.954500), (3, 0.997300)] {
        let inside = Double(values.count { $0.magnitude < sigmas }) / Double(n)
        #expect((inside - part).magnitude < 5 * (part * (1 - part) / Double(n)).squareRoot())
      }
    }
    for a in series.indices {
      for b in 0..<a {
        let product = zip(series[a], series[b]).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(product.magnitude < 5 * Double(n).squareRoot())
      }
    }
  }

  /// Half of the cells told to be off stay exactly at the lower limit; none leaves the limits.
  @Test(arguments: ConductanceLimits.allCases)
  func conductancesAreLimited(limits: ConductanceLimits) {
    var errors = CellErrors()
    errors.programming = .stateIndependent(alpha: 0.3)
    errors.limits = limits
    let (off, on) = (Self.cell.offConductance.value, Self.cell.onConductance.value)
    let values = Self.held(errors, target: off)
    let n = Double(values.count)
    let below = Double(values.count { $0 <= off })
    #expect((below - n / 2).magnitude < 5 * (n / 4).squareRoot())
    switch limits {
    case .cellRange:
      #expect(values.min() == off)
      #expect(values.max() == on)
    case .positive:
      #expect(values.min() == 0)
      #expect(values.contains { $0 > on })
    case .unlimited: #expect(values.contains { $0 < 0 })
    }
  }

  /// Rates of stuck cells, to five binomial standard errors; stuck cells hold their value exactly
  /// and the others are untouched, to the bit.
  @Test func stuckCellsHaveTheirRates() {
    var errors = CellErrors()
    errors.programming = .stateIndependent(alpha: 0.01)
    errors.drift = .powerLaw(
      exponent: .constant(mean: 0.05, deviation: 0.01), seconds: 1e4, referenceSeconds: 1)
    let working = Self.held(errors, target: 10e-6)
    errors.stuckCells = StuckCells(onRate: 0.02, offRate: 0.05, openRate: 0.01)
    let values = Self.held(errors, target: 10e-6)
    let n = Double(values.count)
    var others = n
    for (value, rate) in [
      (Self.cell.onConductance.value, 0.02), (Self.cell.offConductance.value, 0.05), (0, 0.01),
    ] {
      let stuck = Double(values.count { $0 == value })
      #expect((stuck - rate * n).magnitude < 5 * (n * rate * (1 - rate)).squareRoot())
      others -= stuck
    }
    #expect(Double(zip(values, working).count { $0 == $1 }) == others)
  }

  /// `ln G(t)/G(t₀) = −ν ln(t/t₀)` with the stated mean and deviation of ν, and the same ν of a cell
  /// at every time.
  @Test func driftIsAPowerLawPerCell() {
    func exponents(at seconds: Double, _ deviation: Double) -> [Double] {
      var errors = CellErrors()
      errors.drift = .powerLaw(
        exponent: .constant(mean: 0.06, deviation: deviation), seconds: seconds,
        referenceSeconds: 20)
      return Self.held(errors, target: 10e-6).map { -log($0 / 10e-6) / log(seconds / 20) }
    }
    let n = Double(Self.count)
    let hour = exponents(at: 3600, 0.01)
    let (mean, deviation) = Self.moments(hour)
    #expect((mean - 0.06).magnitude < 5 * 0.01 / n.squareRoot())
    #expect((deviation / 0.01 - 1).magnitude < 5 / (2 * n).squareRoot())
    // One rounding of G of relative size 1.1e-16 over ln(t/t₀) > 5, a few times over.
    for (a, b) in matched(hour, exponents(at: 1e7, 0.01)) { #expect((a - b).magnitude < 1e-15) }
    for nu in exponents(at: 1e7, 0) { #expect((nu - 0.06).magnitude < 1e-15) }
    // A wide spread never makes cells grow.
    #expect(exponents(at: 3600, 0.2).allSatisfy { $0 > -1e-15 })
  }

  /// The law of Joshi et al. (2020): a table's exponent depends on the state at t₀.
  @Test func driftFollowsTheStateOfItsTable() throws {
    let table = try StateTable(
      state: .relative, states: [0, 1], means: [0.1, 0.05], deviations: [0, 0])
    var errors = CellErrors()
    errors.drift = .powerLaw(exponent: .table(table), seconds: 2000, referenceSeconds: 20)
    for target in [1e-6, 10e-6, 20e-6] {
      let nu = 0.1 - 0.05 * target / 20e-6
      let expected = target * pow(100, -nu)
      #expect((Self.held(errors, target: target, count: 2)[0] / expected - 1).magnitude < 1e-14)
    }
  }

  /// The pairwise programmer gives what each cell's own address gives, to the bit, in any order and
  /// with any other feature on or off.
  @Test func everyCellIsAFunctionOfItsAddress() throws {
    var every = CellErrors()
    every.programming = .table(try Self.table())
    every.drift = .powerLaw(
      exponent: .constant(mean: 0.05, deviation: 0.02), seconds: 3600, referenceSeconds: 1)
    every.stuckCells = StuckCells(onRate: 0.1, offRate: 0.1, openRate: 0.1)
    var programmed = every
    programmed.drift = .none
    programmed.stuckCells = StuckCells()
    var drifted = CellErrors()
    drifted.drift = every.drift
    for errors in [CellErrors(), every, programmed, drifted] {
      for (layer, slice, seed) in [(0, 0, 1), (7, 3, 9), (7, 3, 1 << 40)] {
        let programmer = CellProgrammer(
          errors: errors, cell: Self.cell, seed: UInt64(seed), layer: layer, weightSlice: slice)
        for k in (0..<200).reversed() {
          let targets = SIMD2(Double(k) * 1e-7, 5e-6)
          let (input, output) = (k * 31, 4000 - k)
          let pair = programmer.held(targets, input: input, output: output)
          for lane in 0...1 {
            let address = CellAddress(
              layer: layer, weightSlice: slice, input: input, output: output, isNegative: lane == 1)
            let alone = errors.held(
              targets[lane], cell: Self.cell, seed: UInt64(seed), address: address)
            #expect(pair[lane] == alone)
          }
        }
      }
    }
  }

  /// Any change of the address or the seed changes the draw.
  @Test func noTwoAddressesShareADraw() {
    var drawn: Set<Double> = []
    var count = 0
    for seed in [1, 2, 1 << 33] as [UInt64] {
      for layer in 0..<3 {
        for slice in 0..<3 {
          let draws = CellDraws(seed: seed, purpose: .programming, layer: layer, weightSlice: slice)
          for (input, output, read) in [
            (0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0), (0, 0, 1), (0, 0, 1 << 32),
          ] {
            let pair = draws.normals(input: input, output: output, read: UInt64(read))
            drawn.formUnion([pair[0], pair[1]])
            count += 2
          }
        }
      }
    }
    #expect(drawn.count == count)
  }
}
