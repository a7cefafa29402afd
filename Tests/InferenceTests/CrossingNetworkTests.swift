import AnalogCore
import BehavioralModels
import CrossbarArray
import Inference
import NeuralNetwork
import NumericKernels
import TestSupport
import Testing
import Units

/// Whole networks on arrays whose source lines run along the word lines.
@Suite struct CrossingNetworkTests {
  private static let schemes: [SignedWeightScheme] =
    SignedWeightScheme.PairStates.allCases.flatMap { states in
      SignedWeightScheme.PairSubtraction.allCases.map { SignedWeightScheme.pair(states, $0) }
    } + [.offset(.digital), .offset(.unitColumn), .offset(.digital, zero: .lowest)]

  private func network(
    _ plan: ExecutionPlan, _ hardware: HardwareConfiguration, _ path: SolutionPath
  ) async throws -> AnalogNetwork {
    try await AnalogNetwork(
      plan, choices: plan.layers.map { _ in .init(hardware: hardware, path: path) }, seed: 1,
      calibration: SmallNetwork.images(1, seed: 2), width: 2)
  }

  private static func hardware(_ scheme: SignedWeightScheme) -> HardwareConfiguration {
    var hardware = HardwareConfiguration()
    hardware.mapping = scheme
    hardware.sourceLine = .crossing
    hardware.cell.onOffRatio = 50
    hardware.wires = WireParasitics(bitLineSegment: 40.ohms, sourceLineSegment: 60.ohms)
    hardware.tile = TileSpecification(wordLines: 50, bitLines: 12)
    return hardware
  }

  /// Mapping, slices, accumulation, signs, partition, unused lines and errors combine with crossing
  /// source lines, and what the arrays give is what their circuits give.
  @Test(arguments: schemes)
  func everyMappingRuns(scheme: SignedWeightScheme) async throws {
    let plan = try await SmallNetwork.plan()
    let image = SmallNetwork.images(1, seed: 3)[0]
    var number = 0
    for cellBits in [nil, 3] as [Int?] {
      for accumulation in InputDrive.Accumulation.allCases {
        for signs in InputDrive.Signs.allCases {
          number += 1
          var hardware = Self.hardware(scheme)
          hardware.cellBits = cellBits
          hardware.inputs = InputDrive(.gates, accumulation: accumulation, signs: signs)
          hardware.tile.partition = [.equal, .maximum][number % 2]
          hardware.tile.unusedWordLines = [.none, .near, .far][number % 3]
          hardware.programmingError = .stateProportional(alpha: 0.05)
          hardware.ends = LineEnds(
            bitLineSense: LineEnd.allCases[number % 3],
            sourceLineDrive: LineEnd.allCases[number / 2 % 3])
          hardware.converter = .ideal
          #expect(hardware.conflict == nil, "\(hardware.conflict?.reason ?? "")")
          let exact = try await network(plan, hardware, .exact)
          for tile in exact.layers.flatMap(\.matrix.tiles) {
            #expect(tile.model.method.label == "exact: line relaxation")
            let topology = tile.model.description.topology
            #expect(topology == .gateDriven(sourceLine: .crossing))
          }
          let logits = try exact.run(image).logits
          let circuits = try await network(plan, hardware, .klu).run(image).logits
          let scale = circuits.reduce(0) { max($0, $1.magnitude) }
          for (a, b) in zip(logits, circuits) {
            #expect((a - b).magnitude <= 1e-3 * scale, "\(number): \(a), \(b)")
          }
          let ideal = try await network(plan, hardware, .ideal).run(image).logits
          #expect(ideal != logits && ideal.allSatisfy(\.isFinite))
        }
      }
    }
  }

  /// Without resistance the direction of the source lines makes no difference, to the bit; nor on the
  /// ideal path, whatever the wires are.
  @Test(arguments: schemes)
  func withoutResistanceThereIsNoDirection(scheme: SignedWeightScheme) async throws {
    let plan = try await SmallNetwork.plan()
    let image = SmallNetwork.images(1, seed: 3)[0]
    var hardware = Self.hardware(scheme)
    let wired = try await network(plan, hardware, .ideal).run(image).logits
    hardware.wires = WireParasitics()
    let unwired = try await network(plan, hardware, .exact).run(image).logits
    hardware.sourceLine = .parallel
    let parallel = try await network(plan, hardware, .exact).run(image).logits
    #expect(unwired == parallel && wired == parallel)
    #expect(Self.hardware(scheme).withoutWires == hardware.withoutWires)
  }

  /// Source lines without resistance are rails: the same currents as of parallel ones.
  @Test func railsHaveNoDirection() async throws {
    let plan = try await SmallNetwork.plan()
    let image = SmallNetwork.images(1, seed: 3)[0]
    var hardware = Self.hardware(.differentialPair)
    hardware.wires.sourceLineSegment = 0.ohms
    hardware.converter = .ideal
    let crossing = try await network(plan, hardware, .exact).run(image).logits
    hardware.sourceLine = .parallel
    let parallel = try await network(plan, hardware, .exact).run(image).logits
    for (a, b) in zip(crossing, parallel) { #expect((a - b).magnitude <= 1e-4 * b.magnitude) }
  }

  private static let laws: [CellLaw] = [
    .sinh(SinhLaw(scale: 0.08.volts)),
    .selector(SelectorLaw(saturation: 1e-6.amperes, slope: 0.03.volts)),
    .transistor(TransistorLaw(gate: 1.0.volts, threshold: 0.4.volts, transconductance: 2e-4)),
  ]

  /// The calibrated path takes the crossing ladder, `auto` the cheaper one of it and relaxation; both
  /// promise an error and keep near the exact logits.
  @Test(arguments: [SolutionPath.calibrated, .auto], [.linear] + laws)
  func fittedPathsTakeTheLadder(path: SolutionPath, law: CellLaw) async throws {
    let plan = try await SmallNetwork.plan()
    let image = SmallNetwork.images(1, seed: 3)[0]
    var hardware = Self.hardware(.differentialPair)
    hardware.law = law
    hardware.tile = TileSpecification(wordLines: 64, bitLines: 64)
    let exact = try await network(plan, hardware, .exact).run(image).logits
    let fitted = try await network(plan, hardware, path)
    let methods = Set(fitted.layers.flatMap { $0.choices.map(\.model.method.label) })
    let known: Set = [
      "calibrated: crossing ladder", "exact: line relaxation", "exact: nonlinear relaxation",
    ]
    #expect(
      path == .calibrated ? methods == ["calibrated: crossing ladder"] : methods.isSubset(of: known)
    )
    let logits = try fitted.run(image).logits
    let scale = exact.reduce(0) { max($0, $1.magnitude) }
    for (a, b) in zip(logits, exact) { #expect((a - b).magnitude <= 0.05 * scale, "\(a), \(b)") }
    for array in fitted.layers.flatMap(\.choices).compactMap(\.calibrated) {
      #expect(array.calibration.meetsTarget && array.observations.vectors > 0)
    }
  }

  /// Noise of cells is sampled read by read: such arrays share wires.
  @Test func readNoiseRuns() async throws {
    let plan = try await SmallNetwork.plan()
    let image = SmallNetwork.images(1, seed: 3)[0]
    var hardware = Self.hardware(.differentialPair)
    hardware.readNoise = .stateProportional(alpha: 0.02)
    let noisy = try await network(plan, hardware, .exact)
    let reasons = Set(noisy.layers.flatMap(\.matrix.tiles).map(\.sampledReadsReason))
    #expect(reasons == ["columns share wires"])
    let logits = try noisy.run(image).logits
    #expect(logits == (try await network(plan, hardware, .exact).run(image).logits))
    hardware.readNoise = .none
    #expect(logits != (try await network(plan, hardware, .exact).run(image).logits))
  }

  /// Cells of every law on lines that cross: what the arrays give is what their circuits give, ideal
  /// ones hold the integers, and fitted models cover separate pairs alone.
  @Test(arguments: laws)
  func everyLawCrosses(law: CellLaw) async throws {
    let plan = try await SmallNetwork.plan()
    let image = SmallNetwork.images(1, seed: 3)[0]
    for (number, scheme) in Self.schemes.enumerated() {
      var hardware = Self.hardware(scheme)
      hardware.law = law
      hardware.cellBits = [nil, 3][number % 2]
      hardware.tile.unusedWordLines = [.none, .near, .far][number % 3]
      hardware.ends.sourceLineDrive = LineEnd.allCases[number % 3]
      hardware.programmingError = .stateProportional(alpha: 0.05)
      hardware.converter = .ideal
      guard hardware.conflict == nil else {
        // Negative cells of interleaved pairs are read at the opposite voltage.
        #expect(scheme.pairing == .interleaved && !law.isOdd)
        continue
      }
      let exact = try await network(plan, hardware, .exact)
      for tile in exact.layers.flatMap(\.matrix.tiles) {
        #expect(
          tile.model.method.label
            == (scheme.pairing == .interleaved
              ? "exact: Newton over line CG" : "exact: nonlinear relaxation"))
      }
      let logits = try exact.run(image).logits
      let circuits = try await network(plan, hardware, .klu).run(image).logits
      let scale = circuits.reduce(0) { max($0, $1.magnitude) }
      for (a, b) in zip(logits, circuits) { #expect((a - b).magnitude <= 1e-5 * scale) }
      let ideal = try await network(plan, hardware, .ideal).run(image).logits
      #expect(ideal != logits)
      let choice = AnalogNetwork.LayerChoice(hardware: hardware, path: .calibrated)
      #expect((choice.conflict == nil) == (scheme.pairing != .interleaved))
      if let conflict = choice.conflict {
        #expect(conflict.hasPrefix("law: no fitted model covers \(law.keyword) here, since"))
      }
    }
  }

  /// Voltages have no source lines: refused by key.
  @Test func whatATopologyCannotHaveIsRefused() {
    var hardware = Self.hardware(.differentialPair)
    hardware.inputs = InputDrive(.voltages(sliceBits: 8))
    #expect(hardware.conflict?.key == "sourceLine")
    hardware.inputs = InputDrive(.gates)
    #expect(hardware.conflict == nil)
  }
}
