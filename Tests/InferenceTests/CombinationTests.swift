import AnalogCore
import CrossbarArray
import Inference
import NeuralNetwork
import Testing
import Units

@Suite struct CombinationTests {
  private static let schemes: [SignedWeightScheme] =
    SignedWeightScheme.PairStates.allCases.flatMap { states in
      SignedWeightScheme.PairSubtraction.allCases.map { SignedWeightScheme.pair(states, $0) }
    } + SignedWeightScheme.OffsetRemoval.allCases.map { SignedWeightScheme.offset($0) }
  private static let drives: [InputDrive] = InputDrive.Accumulation.allCases.flatMap {
    [InputDrive(.gates, accumulation: $0), InputDrive(.voltages(sliceBits: 3), accumulation: $0)]
  }
  private static let converters: [ConverterSpecification] = [
    .ideal, .fullPrecision, .uniform(bits: 8, range: .maximum),
    .uniform(bits: 8, range: .granular), .uniform(bits: 8, range: .calibrated(percent: 99.98)),
    .uniform(bits: 8, range: .leastError),
  ]

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
  @Test(arguments: schemes)
  func everyCombinationRuns(scheme: SignedWeightScheme) async throws {
    let plan = try await SmallNetwork.plan()
    let image = SmallNetwork.images(1, seed: 3)[0]
    let integers = try plan.integerLogits(image)
    var number = 0
    for cellBits in [nil, 1, 2, 4] as [Int?] {
      for drive in Self.drives {
        for converter in Self.converters {
          // Errors, wires and partitions take turns, so that each meets each of the others.
          number += 1
          var hardware = HardwareConfiguration()
          hardware.mapping = scheme
          hardware.cellBits = cellBits
          hardware.inputs = drive
          hardware.converter = converter
          hardware.tile = TileSpecification(
            wordLines: number % 2 == 0 ? 50 : 128, bitLines: number % 3 == 0 ? 3 : 12,
            partition: number % 5 < 2 ? .equal : .maximum)
          let isExact = converter == .fullPrecision
          if !isExact, number % 4 > 1 {
            hardware.programmingError = .stateIndependent(alpha: 0.01)
          }
          hardware.wires = WireParasitics(
            bitLineSegment: isExact || number % 3 == 0 ? 0.ohms : 1.ohms)
          let path = isExact || number % 4 != 0 ? SolutionPath.ideal : .exact
          let logits = try await network(plan, hardware, path).run(image).logits
          let isFinite = logits.allSatisfy { $0.isFinite }
          #expect(isFinite)
          if isExact { #expect(logits == integers, "\(hardware)") }
        }
      }
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
