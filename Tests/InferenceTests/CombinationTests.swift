import AnalogCore
import BehavioralModels
import CrossbarArray
import Inference
import NeuralNetwork
import NumericKernels
import TestSupport
import Testing
import Units

@Suite struct CombinationTests {
  private static let schemes: [SignedWeightScheme] =
    SignedWeightScheme.PairStates.allCases.flatMap { states in
      SignedWeightScheme.PairSubtraction.allCases.map { SignedWeightScheme.pair(states, $0) }
    } + SignedWeightScheme.OffsetRemoval.allCases.map { SignedWeightScheme.offset($0) }
    + [.offset(.digital, zero: .lowest)]
  private static let drives: [InputDrive] = InputDrive.Accumulation.allCases.flatMap {
    [
      InputDrive(.gates, accumulation: $0),
      InputDrive(.gates, accumulation: $0, signs: .differential),
      InputDrive(.voltages(sliceBits: 3), accumulation: $0),
      InputDrive(.voltages(sliceBits: 8), accumulation: $0, signs: .differential),
    ]
  }
  /// Laws of cells, with curves of their states and of their bulk.
  private static func laws() throws -> [CellLaw] {
    let on = HardwareConfiguration().cell.onConductance.value
    return [
      .sinh(SinhLaw(scale: 0.05.volts)),
      .selector(SelectorLaw(saturation: 1e-6.amperes, slope: 0.03.volts)),
      .transistor(TransistorLaw(gate: 1.volts, threshold: 0.4.volts, transconductance: 2e-4)),
      .table(
        try TableLaw(
          volts: [-0.3, -0.1, -0.05, 0, 0.05, 0.1, 0.3],
          relativeCurrents: [-0.5, -0.11, -0.05, 0, 0.05, 0.11, 0.5])),
      .table(
        try TableLaw(
          volts: [-0.3, -0.1, 0, 0.1, 0.3], stateSiemens: [on / 1e4, on / 5, 1.3 * on],
          relativeCurrents: [
            [-0.6, -0.13, 0, 0.13, 0.6], [-0.5, -0.12, 0, 0.12, 0.5], [-0.4, -0.11, 0, 0.11, 0.4],
          ])),
      .transistor(
        TransistorLaw(
          gate: 1.2.volts, threshold: 0.4.volts, transconductance: 2e-4, bodyEffect: 0.4,
          bulk: -0.2.volts)),
    ]
  }
  private static let lawDrives: [InputDrive] =
    InputDrive.Accumulation.allCases.map { InputDrive(.gates, accumulation: $0) } + [
      InputDrive(.voltages(sliceBits: 1), accumulation: .digital),
      InputDrive(.voltages(sliceBits: 3), accumulation: .analog, signs: .differential),
    ]
  private static let converters: [ConverterSpecification] = [
    .ideal, .fullPrecision, .uniform(bits: 8, range: .maximum),
    .uniform(bits: 8, range: .granular), .uniform(bits: 8, range: .covering(percent: 99.98)),
    .uniform(bits: 8, range: .leastError()),
    .uniform(bits: 8, range: .anchored(percent: 99.98, on: .ideal), rounding: .stochastic),
    circuit(.ramp(stepMismatch: 0.05), .maximum),
    circuit(.successiveApproximation(capacitorMismatch: 0.01), .granular),
    circuit(.pipeline(capacitorMismatch: 0.01, comparatorOffset: 0.02), .leastError()),
    circuit(
      .cyclic(capacitorMismatch: 0.01, comparatorOffset: 0.02), .covering(percent: 99.98)),
  ]
  private static func circuit(
    _ architecture: CircuitConverterSpecification.Architecture, _ range: ConverterRange
  ) -> ConverterSpecification {
    .circuit(
      CircuitConverterSpecification(
        architecture, bits: 8, offset: 0.2, gain: 0.01, inputNoise: 0.3, comparatorNoise: 0.1),
      range: range)
  }

  /// The options that are drawn for every combination, each by its own bits of a hash.
  private struct Drawn: Equatable {
    static let counts = [2, 2, 2, 3, 3, 2, 2]
    /// Word lines, bit lines, partition, programming error, read noise, wires, stuck cells.
    var choices: [Int]

    init(_ number: Int) {
      var random = RandomStream(seed: UInt64(number), stream: 77)
      choices = Self.counts.map { Int.random(in: 0..<$0, using: &random) }
    }

    func apply(to hardware: inout HardwareConfiguration) {
      hardware.tile = TileSpecification(
        wordLines: [50, 128][choices[0]], bitLines: [3, 12][choices[1]],
        partition: [.equal, .maximum][choices[2]])
      guard hardware.converter != .fullPrecision else {
        hardware.wires = WireParasitics()
        return
      }
      hardware.programmingError =
        [.none, .stateIndependent(alpha: 0.01), .stateProportional(alpha: 0.05)][choices[3]]
      // Noise of reads with unit columns and on voltages is refused by key.
      if hardware.mapping.sharedBitLines == 0, hardware.inputs.lines == .gates {
        hardware.readNoise =
          [.none, .stateIndependent(alpha: 0.01), .stateProportional(alpha: 0.02)][choices[4]]
      }
      hardware.wires = WireParasitics(bitLineSegment: [0, 1][choices[5]].ohms)
      if choices[6] == 1 { hardware.errors.stuckCells = StuckCells(onRate: 0.01, openRate: 0.01) }
    }
  }

  private func network(
    _ plan: ExecutionPlan, _ hardware: HardwareConfiguration, _ path: SolutionPath, width: Int = 2
  ) async throws -> AnalogNetwork {
    try await AnalogNetwork(
      plan,
      choices: plan.layers.map { _ in
        AnalogNetwork.LayerChoice(hardware: hardware, path: path)
      }, seed: 1, calibration: SmallNetwork.images(1, seed: 2), width: width)
  }

  /// Mapping, slices, drive, accumulation, converter, errors, wires and partition combine freely, on
  /// a convolution and a dense layer; without errors and wires the guarantee is the integer network.
  @Test(.tags(.validation), arguments: schemes)
  func everyCombinationRuns(scheme: SignedWeightScheme) async throws {
    let plan = try await SmallNetwork.plan()
    let image = SmallNetwork.images(1, seed: 3)[0]
    let integers = try plan.integerLogits(image)
    var number = 0
    for cellBits in [nil, 1, 2, 4] as [Int?] {
      for drive in Self.drives {
        for converter in Self.converters {
          number += 1
          let drawn = Drawn(number)
          var hardware = HardwareConfiguration()
          hardware.mapping = scheme
          hardware.cellBits = cellBits
          hardware.inputs = drive
          hardware.converter = converter
          drawn.apply(to: &hardware)
          let isExact = converter == .fullPrecision
          let path = isExact ? SolutionPath.ideal : .exact
          let logits = try await network(plan, hardware, path).run(image).logits
          let isFinite = logits.allSatisfy { $0.isFinite }
          #expect(isFinite)
          if isExact { #expect(logits == integers, "\(hardware)") }
        }
      }
    }
  }

  /// The same with nonlinear cells behind wires, for every mapping: gates of one sign and voltages,
  /// slices, accumulation, converters, errors and partition.
  @Test(arguments: schemes)
  func everyLawCombines(scheme: SignedWeightScheme) async throws {
    let plan = try await SmallNetwork.plan()
    let image = SmallNetwork.images(1, seed: 3)[0]
    var number = 0
    for law in try Self.laws() {
      for cellBits in [nil, 3] as [Int?] {
        for drive in Self.lawDrives {
          number += 1
          var hardware = HardwareConfiguration()
          hardware.law = law
          hardware.cell.onOffRatio = [20, .infinity][number % 2]
          hardware.cell.levels = LevelSpacing.allCases[number / 2 % 2]
          hardware.mapping = scheme
          hardware.cellBits = cellBits
          hardware.inputs = drive
          hardware.converter = Self.converters[(3 * number) % Self.converters.count]
          Drawn(number).apply(to: &hardware)
          // A read with noise of its own solves an array of its own.
          hardware.readNoise = .none
          if hardware.converter != .fullPrecision { hardware.wires.bitLineSegment = 20.ohms }
          if drive.lines != .gates, case .transistor = law {
            #expect(hardware.conflict?.key == "law")
            continue
          }
          if scheme.pairing == .interleaved, !law.isOdd {
            #expect(hardware.conflict?.key == "law")
            continue
          }
          #expect(hardware.conflict == nil, "\(hardware.conflict?.reason ?? "")")
          let logits = try await network(plan, hardware, .exact).run(image).logits
          let ideal = try await network(plan, hardware, .ideal).run(image).logits
          let isFinite = (logits + ideal).allSatisfy { $0.isFinite }
          #expect(isFinite)
        }
      }
    }
  }

  /// Calibrated models of crossing lines with every law, for every mapping: slices, accumulation,
  /// converters, errors and partition; audited, they keep what they promise.
  @Test(arguments: schemes)
  func everyLawCombinesWhereCalibrated(scheme: SignedWeightScheme) async throws {
    let plan = try await SmallNetwork.plan()
    let image = SmallNetwork.images(1, seed: 3)[0]
    for (index, law) in ([.linear] + (try Self.laws())).enumerated() {
      let number = index + 11 * (Self.schemes.firstIndex(of: scheme) ?? 0)
      var hardware = HardwareConfiguration()
      hardware.law = law
      hardware.cell.onOffRatio = 20
      hardware.cell.levels = LevelSpacing.allCases[number / 2 % 2]
      hardware.mapping = scheme
      hardware.cellBits = [nil, 3][number % 2]
      hardware.inputs = InputDrive(
        .gates, accumulation: InputDrive.Accumulation.allCases[number % 2])
      hardware.converter = Self.converters[(3 * number) % Self.converters.count]
      if hardware.converter == .fullPrecision { hardware.converter = .ideal }
      Drawn(number).apply(to: &hardware)
      hardware.readNoise = .none
      hardware.sourceLine = .crossing
      hardware.wires = WireParasitics(bitLineSegment: 20.ohms, sourceLineSegment: 30.ohms)
      let choice = AnalogNetwork.LayerChoice(hardware: hardware, path: .calibrated)
      if scheme.pairing == .interleaved {
        // Resistors of interleaved pairs have fitted columns.
        #expect(law.isLinear || choice.conflict != nil || hardware.conflict != nil)
        continue
      }
      #expect(hardware.conflict == nil, "\(hardware.conflict?.reason ?? "")")
      let fitted = try await network(plan, hardware, .calibrated)
      let logits = try fitted.run(image).logits
      let isFinite = logits.allSatisfy { $0.isFinite }
      #expect(isFinite)
      for array in fitted.layers.flatMap(\.choices).compactMap(\.calibrated) {
        #expect(array.calibration.method.label == "calibrated: crossing ladder")
        let seen = array.observations
        #expect(seen.vectors > 0)
        guard let rms = seen.rmsAmperes, seen.audited > 20 else { continue }
        #expect(rms <= 1.5 * array.calibration.promisedRMSAmperes, "\(law.keyword)")
      }
    }
  }

  /// Every value of every drawn option meets every value of every other one, and every converter.
  @Test func everyPairOfOptionsIsDrawn() {
    var seen: Set<[Int]> = []
    let total = 4 * Self.drives.count * Self.converters.count
    for number in 1...total {
      let converter = (number - 1) % Self.converters.count
      let choices = [converter] + Drawn(number).choices
      for a in choices.indices {
        for b in a + 1..<choices.count { seen.insert([a, choices[a], b, choices[b]]) }
      }
    }
    let counts = [Self.converters.count] + Drawn.counts
    var wanted = 0
    for a in counts.indices {
      for b in a + 1..<counts.count { wanted += counts[a] * counts[b] }
    }
    #expect(seen.count == wanted)
  }

  /// Noise of reads and converters depends on the image and the seed alone: not on order, company or
  /// tasks, and not on whether other layers have noise.
  @Test func noiseIsPure() async throws {
    let plan = try await SmallNetwork.plan()
    var hardware = HardwareConfiguration()
    hardware.wires = WireParasitics()
    hardware.readNoise = .stateIndependent(alpha: 0.02)
    hardware.converter = Self.circuit(.successiveApproximation(capacitorMismatch: 0.01), .maximum)
    let one = try await network(plan, hardware, .exact, width: 1)
    let four = try await network(plan, hardware, .exact, width: 4)
    let images = SmallNetwork.images(3, seed: 4)
    let forward = try images.map { try one.run($0).logits }
    let backward = try images.reversed().map { try four.run($0).logits }
    let turned = [[Float]](backward.reversed())
    #expect(forward == turned)
    hardware.readNoise = .none
    let quiet = try await network(plan, hardware, .exact)
    let silent = try images.map { try quiet.run($0).logits }
    #expect(silent != forward)
    hardware.wires = WireParasitics(bitLineSegment: 1.ohms)
    hardware.readNoise = .stateIndependent(alpha: 0.02)
    let noisy = hardware
    await #expect(throws: InferenceError.self) {
      _ = try await network(plan, noisy, .calibrated)
    }
  }

  /// Order, company and number of tasks leave an image's logits alone, to the bit.
  @Test(arguments: [
    SignedWeightScheme.pair(.twoSided, .inArray), .pair(.oneSided, .digital), .offset(.unitColumn),
  ])
  func resultsArePure(scheme: SignedWeightScheme) async throws {
    let plan = try await SmallNetwork.plan()
    var hardware = HardwareConfiguration()
    hardware.mapping = scheme
    hardware.cellBits = 2
    hardware.cell.onOffRatio = 50
    hardware.programmingError = .stateProportional(alpha: 0.05)
    hardware.tile = TileSpecification(wordLines: 50, bitLines: 7)
    let one = try await network(plan, hardware, .exact, width: 1)
    let four = try await network(plan, hardware, .exact, width: 4)
    let images = SmallNetwork.images(3, seed: 4)
    let forward = try images.map { try one.run($0).logits }
    let backward = try images.reversed().map { try four.run($0).logits }
    let turned = [[Float]](backward.reversed())
    #expect(forward == turned)
    // Another converter does not touch the cells.
    hardware.converter = .ideal
    let ideal = try await network(plan, hardware, .exact)
    func arrays(_ network: AnalogNetwork) -> [[ArrayDescription]] {
      network.layers.map { layer in layer.matrix.tiles.map { $0.model.description } }
    }
    let (held, expected) = (arrays(ideal), arrays(one))
    #expect(held == expected)
  }
}
