import AnalogCore
import CrossbarArray
import NeuralNetwork
import NumericKernels
import TestSupport
import Testing
import Units

@testable import Inference

/// Layers whose arrays multiply whole codes against their twin, which takes vectors and slices one
/// by one.
@Suite struct ColumnLayerTests {
  private func network(
    _ graph: Graph, _ images: [Tensor], _ change: (inout HardwareConfiguration) -> Void
  ) async throws -> AnalogNetwork {
    var hardware = HardwareConfiguration()
    hardware.tile = TileSpecification(wordLines: 40, bitLines: 12)
    hardware.inputs = InputDrive(.gates, accumulation: .analog)
    change(&hardware)
    let plan = try await ExecutionPlan(
      graph, calibration: images, options: QuantizationOptions(), width: 2)
    let choice = AnalogNetwork.LayerChoice(hardware: hardware, path: .ideal)
    return try await AnalogNetwork(
      plan, choices: plan.layers.map { _ in choice }, seed: 1, calibration: images, width: 2)
  }

  private func twin(_ network: AnalogNetwork, _ image: Tensor) throws -> AnalogNetwork.Output {
    var activity = network.layers.map { _ in ActivityCounts() }
    let reads = ReadNumbers(of: image)
    let logits = try network.plan.run(image) { layer, input in
      activity[layer.index].vectors += try layer.product.vectorCount(input.shape)
      return try network.layers[layer.index].runVectors(
        input, reads: reads, counts: &activity[layer.index], recorder: nil)
    }
    return AnalogNetwork.Output(logits: logits, activity: activity)
  }

  static let drives = [
    InputDrive(.gates, accumulation: .analog), InputDrive(.voltages(sliceBits: 8)),
    InputDrive(.voltages(sliceBits: 3), accumulation: .analog),
    InputDrive(.voltages(sliceBits: 8), accumulation: .analog, signs: .differential),
    InputDrive(.gates, accumulation: .analog, signs: .differential),
  ]
  static let schemes: [SignedWeightScheme] = [
    .differentialPair, .pair(.twoSided, .digital), .pair(.oneSided, .inArray), .offset(.digital),
    .offset(.unitColumn),
  ]

  /// The same bits and the same activity: every mapping, drive, slicing, packing and converter on
  /// strided, padded, dilated, grouped and dense layers with signed inputs.
  @Test(arguments: drives, schemes)
  func cellsWithoutErrorGiveTheBitsOfTheTwin(
    drive: InputDrive, scheme: SignedWeightScheme
  ) async throws {
    for (seed, cellBits) in [(UInt64(1), Int?.none), (2, 2), (3, 4)] {
      let images = GroupedLayer.images(4, seed: seed)
      let network = try await network(try GroupedLayer.graph(seed: seed), images) {
        $0.inputs = drive
        $0.mapping = scheme
        $0.cellBits = cellBits
        $0.groups = seed == 2 ? .separate : .blockDiagonal
        $0.cell.onOffRatio = seed == 3 ? 20 : .infinity
        $0.converter =
          seed == 1
          ? .circuit(
            CircuitConverterSpecification(
              .successiveApproximation(capacitorMismatch: 0.01), bits: 6, inputNoise: 0.3),
            range: .maximum)
          : .uniform(bits: 6, range: .covering(percent: 99))
      }
      let takesColumns = network.layers.map(\.takesColumns)
      #expect(takesColumns.allSatisfy { $0 })
      for image in images.prefix(2) {
        let (run, twin) = (try network.run(image), try twin(network, image))
        #expect(run.logits == twin.logits)
        #expect(run.activity == twin.activity)
      }
    }
  }

  /// With errors the two sum reals in different orders.
  @Test(arguments: drives, schemes)
  func cellsWithErrorsAgreeToRounding(drive: InputDrive, scheme: SignedWeightScheme) async throws {
    let images = SmallNetwork.images(4, seed: 3)
    let network = try await network(try SmallNetwork.graph(), images) {
      $0.inputs = drive
      $0.mapping = scheme
      $0.programmingError = .stateIndependent(alpha: 0.02)
      $0.converter = .ideal
    }
    let takesColumns = network.layers.map(\.takesColumns)
    #expect(takesColumns.allSatisfy { $0 })
    for image in images {
      let (run, twin) = (try network.run(image).logits, try twin(network, image).logits)
      let size = twin.map(abs).max() ?? 0
      for (a, b) in zip(run, twin) { #expect(abs(a - b) <= 1e-5 * size) }
    }
  }

  /// What converts every slice, has wires, or tells units apart beyond single precision does not
  /// multiply whole codes.
  @Test func otherHardwareTakesVectors() async throws {
    let images = SmallNetwork.images(4, seed: 3)
    let changes: [(inout HardwareConfiguration) -> Void] = [
      { $0.inputs = InputDrive(.gates) },
      { $0.inputs = InputDrive(.voltages(sliceBits: 4)) },
      { $0.readNoise = .stateIndependent(alpha: 0.01) },
      {
        $0.programmingError = .stateIndependent(alpha: 0.02)
        $0.converter = .fullPrecision
        $0.tile = TileSpecification(wordLines: 64, bitLines: 12)
      },
    ]
    for change in changes {
      let network = try await network(try SmallNetwork.graph(), images, change)
      #expect(network.layers.contains { !$0.takesColumns })
    }
  }
}
