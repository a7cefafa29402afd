import AnalogCore
import CrossbarArray
import Energy
import NumericKernels
import Testing
import Units

/// What must hold whatever the numbers of the table are.
@Suite struct EnergyIdentityTests {
  private static let designs: [@Sendable (inout HardwareConfiguration) -> Void] = [
    { _ in },
    { $0.inputs = InputDrive(accumulation: .analog) },
    { $0.mapping = .pair(.oneSided, .digital) },
    { $0.mapping = .pair(.oneSided, .inArray) },
    {
      $0.mapping = .offset(.digital)
      $0.cellBits = 2
    },
    { $0.mapping = .offset(.unitColumn) },
    {
      $0.inputs = InputDrive(.voltages(sliceBits: 2))
      $0.wires = WireParasitics(wordLineSegment: 15.ohms, bitLineSegment: 40.ohms)
    },
  ]

  /// The energy of arrays is the power that every resistance and cell dissipates in the solved
  /// circuits, times the time.
  @Test(arguments: designs.indices) func arraysDissipateWhatIsCounted(design: Int) throws {
    let sample = try EnergySample(Self.designs[design])
    var watts = 0.0
    for tile in sample.matrix.tiles {
      let inputs = sample.matrix.drive(
        of: tile, codes: EnergySample.codes(15).span, batch: EnergySample.batch, bitCount: 4)
      try CircuitArray(tile.model.description).solutions(inputs) { watts += $1.dissipatedWatts }
    }
    let joules = try sample.cost().joules(of: .array)
    #expect(watts > 0)
    // The currents of inference are in single precision.
    #expect((joules - watts * 1e-8).magnitude <= 1e-6 * joules, "\(joules) J")
  }

  /// The parts sum to the total, by component and by layer.
  @Test(arguments: designs.indices) func partsSumToTheTotal(design: Int) throws {
    let sample = try EnergySample(Self.designs[design])
    let cost = try EnergyModel(
      EnergySample.table, layers: [sample.arrays, sample.arrays]
    ).cost([sample.counts, sample.counts], images: 2)
    func close(_ a: Double, _ b: Double) -> Bool { (a - b).magnitude <= 1e-14 * a }
    let all = EnergyComponent.allCases
    #expect(close(cost.joules, all.reduce(0) { $0 + cost.joules(of: $1) }))
    #expect(close(cost.joules, cost.layers.reduce(0) { $0 + $1.totalJoules }))
    #expect(close(cost.areaSquareMicrometers, all.reduce(0) { $0 + cost.area(of: $1) }))
    // Two layers, each with half of its counts: one inference each.
    #expect(close(cost.joules - cost.joules(of: .idle), try parts(sample) * 2 / 2))
  }

  private func parts(_ sample: EnergySample) throws -> Double {
    let cost = try sample.cost()
    return cost.joules - cost.joules(of: .idle)
  }

  /// Doubling the integration time doubles exactly the energy of arrays and integrators, and what is
  /// idle for longer.
  @Test(arguments: designs.indices) func integrationTimeDoublesItsTerms(design: Int) throws {
    let sample = try EnergySample(Self.designs[design])
    let cost = try sample.cost()
    var table = EnergySample.table
    table.integration.seconds *= 2
    let twice = try sample.cost(table)
    for component in EnergyComponent.allCases {
      switch component {
      case .array, .integrators:
        #expect(twice.joules(of: component) == 2 * cost.joules(of: component))
      case .idle:
        let ratio = twice.seconds / cost.seconds
        let expected = ratio * cost.joules(of: .idle)
        #expect((twice.joules(of: .idle) - expected).magnitude <= 1e-15 * expected)
      default: #expect(twice.joules(of: component) == cost.joules(of: component))
      }
    }
    let slices = Double(EnergySample.batch * sample.matrix.hardware.inputs.sliceCount(bitCount: 4))
    #expect((twice.seconds - cost.seconds - slices * 1e-8).magnitude <= 1e-18)
  }

  /// A layer that does nothing costs the idle terms only: those of the time that others work.
  @Test func noActivityCostsIdleTermsOnly() throws {
    let sample = try EnergySample()
    let model = try EnergyModel(EnergySample.table, layers: [sample.arrays, sample.arrays])
    let cost = model.cost([sample.counts, ActivityCounts()], images: 1)
    let idle = cost.layers[1]
    #expect(idle.joules[.idle] ?? 0 > 0)
    #expect(idle.totalJoules == idle.joules[.idle])
    #expect(model.cost([ActivityCounts(), ActivityCounts()], images: 1).joules == 0)
  }

  /// Inputs at rest take no energy from arrays and drivers, and as much as ever from what is behind.
  @Test func inputsAtRestDriveNothing() throws {
    let (busy, resting) = (try EnergySample().cost(), try EnergySample(largestCode: 0).cost())
    for component in EnergyComponent.allCases {
      switch component {
      case .array, .wordLineDrivers:
        #expect(resting.joules(of: component) == 0 && busy.joules(of: component) > 0)
      default: #expect(resting.joules(of: component) == busy.joules(of: component))
      }
    }
  }

  /// What follows from geometry is what the run counts, and sums of codes need one addition less than
  /// they have terms.
  @Test(arguments: designs.indices) func operationsFollowFromGeometry(design: Int) throws {
    let sample = try EnergySample(Self.designs[design])
    let (own, products) = (sample.arrays.operations, sample.counts.products)
    #expect(products == EnergySample.batch)
    #expect(sample.counts.conversions == products * own.conversions)
    let slices = sample.matrix.hardware.inputs.sliceCount(bitCount: 4)
    #expect(own.arrayReads == slices * sample.matrix.tiles.count)
    #expect(own.inputReads == 20 && own.outputWrites == 7)
    #expect(own.partialSumAdditions == 7 * 2, "three blocks of inputs")
    let perOutput = Double(own.shiftAdds + own.partialSumAdditions + 7) / 7
    let scheme = sample.matrix.hardware.mapping
    let terms: Int =
      switch scheme {
      case .pair(_, .digital), .offset(.unitColumn, _): 2
      default: 1
      }
    let rounds = sample.matrix.hardware.inputs.accumulation == .analog ? 1 : slices
    #expect(perOutput == Double(3 * terms * rounds * sample.matrix.coding.sliceCount))
  }

  /// The closed form of one design, term by term.
  @Test func termsAreCountsTimesNumbers() throws {
    let sample = try EnergySample()
    let cost = try sample.cost()
    // 3 vectors; 4 slices; arrays of 4 and of 3 outputs, 3 blocks of inputs.
    func expect(_ component: EnergyComponent, _ joules: Double) {
      let own = cost.joules(of: component)
      #expect((own - joules).magnitude <= 1e-12 * joules, "\(component): \(own) J")
    }
    expect(.integrators, Double(3 * 4 * 3 * 14) * 3e-13)
    expect(.converters, Double(3 * 4 * 3 * 7) * 5.12e-12)
    expect(.shiftAdd, Double(3 * 3 * 3 * 7) * 2e-14)
    expect(.adders, Double(3 * 2 * 7) * 1e-14)
    // One multiply-add for each output of a vector.
    expect(.gains, Double(3 * 7) * 8e-13)
    #expect(cost.area(of: .gains) == 6300)
    let buffered: Double = 20 * 5e-14 + 7 * 7e-14
    expect(.buffers, 1.5 * buffered)
    let set = EnergySample.codes(15).reduce(0) { $0 + $1.nonzeroBitCount }
    let perActivation = 14 * 1e-16 * 2.5 * 2.5 + 2 * 3e-15
    expect(.wordLineDrivers, Double(set) * perActivation)
    #expect((cost.seconds - 12 * 266e-9).magnitude <= 1e-18)
    expect(.idle, 6 * 1e-6 * cost.seconds)
    #expect(cost.arrays == 6 && cost.operations == 840)
    #expect((cost.area(of: .array) - 28).magnitude <= 1e-9)
    #expect(cost.area(of: .converters) == 6300)
    #expect(cost.area(of: .wordLineDrivers) == 200)
  }

  /// Lines that share a converter take turns: less area, more time, the same energy of conversions.
  @Test func sharedConvertersTakeTurns() throws {
    let sample = try EnergySample()
    var table = EnergySample.table
    table.converters?.linesPerConverter = 2
    let (own, shared) = (try sample.cost(), try sample.cost(table))
    #expect(shared.joules(of: .converters) == own.joules(of: .converters))
    // Arrays of 4 and of 3 converted lines take 2 converters each.
    #expect(shared.area(of: .converters) == 3600)
    #expect((shared.seconds - 12 * 522e-9).magnitude <= 1e-18)
  }

  /// Word lines that no input drives have cells and drivers where the arrays are said to have them.
  @Test func unusedWordLinesTakeArea() throws {
    let (own, full) = (
      try EnergySample().cost(), try EnergySample { $0.tile.unusedWordLines = .far }.cost()
    )
    // Blocks of 7, 7 and 6 inputs in arrays of 8 word lines.
    for component in [EnergyComponent.array, .wordLineDrivers] {
      #expect((full.area(of: component) / own.area(of: component) - 24.0 / 20).magnitude <= 1e-12)
    }
    #expect(full.area(of: .converters) == own.area(of: .converters))
  }

  /// Gains take one multiply-add per output and vector, nothing where there are none; a table without
  /// them is said to leave them out only where there are some.
  @Test func gainsCountWhereThereAreSome() throws {
    var sample = try EnergySample()
    sample.counts.products *= 2
    #expect(try sample.cost().joules(of: .gains) == 21 * 8e-13)
    var table = EnergySample.table
    table.gains = nil
    #expect(try sample.cost(table).missing.contains(.gains))
    #expect(try sample.cost(table).joules(of: .gains) == 0)
    sample.hasGains = false
    #expect(try sample.cost().joules(of: .gains) == 0)
    #expect(try sample.cost().area(of: .gains) == 0)
    #expect(try !sample.cost(table).missing.contains(.gains))
  }
}
