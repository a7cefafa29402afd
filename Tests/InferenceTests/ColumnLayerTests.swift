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

  /// Two convolutions of all channels, the second with strides and dilation.
  private static func plainGraph(seed: UInt64) throws -> Graph {
    var random = RandomStream(seed: seed, stream: 5)
    func convolution(_ outputs: Int, _ channels: Int, _ window: WindowShape) -> Convolution {
      Convolution(
        weights: Matrix(rows: outputs, columns: 9 * channels) { _, _ in
          Float.random(in: -1...1, using: &random)
        }, bias: (0..<outputs).map { _ in Float.random(in: -1...1, using: &random) }, groups: 1,
        window: window)
    }
    var (first, second) = (
      WindowShape(kernelHeight: 3, kernelWidth: 3), WindowShape(kernelHeight: 3, kernelWidth: 3)
    )
    (first.padTop, first.padLeft, first.padBottom, first.padRight) = (1, 1, 1, 1)
    (second.strideHeight, second.strideWidth, second.dilationHeight) = (2, 1, 2)
    return try Graph(
      inputName: "image", inputShape: [3, 12, 17], outputName: "scores",
      nodes: [
        GraphNode(
          name: "first", operation: .convolution(convolution(7, 3, first)), inputs: ["image"],
          output: "a"),
        GraphNode(name: "positive", operation: .relu, inputs: ["a"], output: "b"),
        GraphNode(
          name: "second", operation: .convolution(convolution(5, 7, second)), inputs: ["b"],
          output: "c"),
        GraphNode(name: "flat", operation: .flatten(axis: 1), inputs: ["c"], output: "scores"),
      ])
  }

  private static func plainImages(_ count: Int, seed: UInt64) -> [Tensor] {
    var random = RandomStream(seed: seed, stream: 6)
    return (0..<count).map { _ in
      Tensor(
        shape: [1, 3, 12, 17],
        values: (0..<3 * 12 * 17).map { _ in Float.random(in: -1...1, using: &random) })
    }
  }

  /// Arrays without errors multiply bytes where the processor has them: the bits, the activity and
  /// what converters see are those of single precision. Word lines end within a quad of channels.
  @Test(
    .enabled(if: ByteProduct.isSupported, "this processor does not multiply bytes"),
    arguments: drives, schemes)
  func bytesGiveTheBitsOfSinglePrecision(drive: InputDrive, scheme: SignedWeightScheme) async throws
  {
    for (seed, cellBits) in [(UInt64(1), Int?.none), (2, 2)] {
      let images = Self.plainImages(4, seed: seed)
      let network = try await network(try Self.plainGraph(seed: seed), images) {
        $0.inputs = drive
        $0.mapping = scheme
        $0.cellBits = cellBits
        $0.cell.onOffRatio = seed == 2 ? 20 : .infinity
        $0.converter = .uniform(bits: 6, range: .covering(percent: 99))
      }
      var covered = 0
      for image in images.prefix(2) {
        _ = try network.plan.run(image) { layer, input in
          let own = network.layers[layer.index]
          var found: [(values: [Float], counts: ActivityCounts, seen: [Float])] = []
          for bytes in [nil, own.bytes] {
            var (counts, seen) = (ActivityCounts(), [Float]())
            let output = try own.integer.runColumns(
              input, on: own.matrix, bytes: bytes, first: { UInt64($0.lowerBound) },
              counts: &counts
            ) { _, values in
              for k in values.indices { seen.append(values[k]) }
            }
            found.append((output.values, counts, seen.sorted()))
          }
          #expect(found[0].values == found[1].values)
          #expect(found[0].counts == found[1].counts)
          #expect(found[0].seen == found[1].seen)
          covered += own.bytes == nil ? 0 : 1
          return try own.integer.runColumns(
            input, on: own.matrix, bytes: nil, first: { UInt64($0.lowerBound) },
            counts: &found[0].counts, recorder: nil)
        }
      }
      // Digital removal of an offset takes sums of the inputs too; levels of whole weights fit a byte
      // where signs have cells of their own.
      let isOneSided = scheme == .differentialPair || scheme == .pair(.oneSided, .inArray)
      #expect((covered > 0) == (isOneSided || cellBits != nil && scheme != .offset(.digital)))
    }
  }

  /// Arrays whose cells have errors hold no bytes.
  @Test func cellsWithErrorsAreNoBytes() async throws {
    let images = Self.plainImages(4, seed: 1)
    let network = try await network(try Self.plainGraph(seed: 1), images) {
      $0.programmingError = .stateIndependent(alpha: 0.02)
    }
    #expect(network.layers.allSatisfy { $0.bytes == nil })
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
