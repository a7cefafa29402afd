import AnalogCore
import BehavioralModels
import CrossbarArray
import NeuralNetwork
import NumericKernels
import TestSupport
import Testing
import Units

@testable import Inference

/// Networks whose layers make up for the losses of their arrays.
@Suite struct CompensationTests {
  private static let both = LayerCompensation(
    gains: .column, programming: .voltageLoss(passes: 4))

  private var hardware: HardwareConfiguration {
    var hardware = HardwareConfiguration()
    hardware.tile = TileSpecification(wordLines: 64, bitLines: 16)
    hardware.cell.onOffRatio = 100
    hardware.wires = WireParasitics(bitLineSegment: 1500.ohms)
    hardware.converter = .uniform(bits: 8, range: .covering(percent: 99.98))
    return hardware
  }

  private func network(
    _ plan: ExecutionPlan, _ hardware: HardwareConfiguration,
    _ compensation: LayerCompensation..., path: SolutionPath = .exact, images: Int = 8,
    width: Int = 2, models: ModelCalibration = ModelCalibration()
  ) async throws -> AnalogNetwork {
    try await AnalogNetwork(
      plan,
      choices: plan.layers.indices.map {
        AnalogNetwork.LayerChoice(
          hardware: hardware, path: path, compensation: compensation[$0 % compensation.count])
      }, seed: 1, calibration: SmallNetwork.images(4, seed: 2),
      compensation: SmallNetwork.images(images, seed: 2), width: width, models: models)
  }

  /// Root mean square difference to the float network over other images than those of the fits.
  private func error(_ network: AnalogNetwork) throws -> Double {
    var (sum, signal) = (0.0, 0.0)
    for image in SmallNetwork.images(6, seed: 11) {
      for (own, float) in zip(try network.run(image).logits, try network.plan.floatLogits(image)) {
        sum += Double((own - float) * (own - float))
        signal += Double(float * float)
      }
    }
    return (sum / signal).squareRoot()
  }

  // MARK: Limits

  /// Without wires, programming is the identity: the same codes, bit for bit.
  @Test func withoutWiresNothingIsProgrammedAnew() async throws {
    let plan = try await SmallNetwork.plan()
    var hardware = hardware
    hardware.wires = WireParasitics()
    let network = try await network(
      plan, hardware, LayerCompensation(programming: .voltageLoss(passes: 4)))
    for (layer, original) in zip(network.layers, plan.layers) {
      let found = try #require(layer.compensation)
      #expect(layer.integer.weights == original.weights && layer.integer.bias == original.bias)
      #expect(found.meanShare == 1 && found.siemensAfter == found.siemensBefore)
      #expect(found.cellsBeyondRange == 0 && found.passes == 4 && found.fittedVectors == 0)
    }
    #expect(network.layers[0].integer.quantizer == plan.layers[0].quantizer)
    // Gains then correct nothing but the rounding of codes.
    let fitted = try await self.network(plan, hardware, LayerCompensation(gains: .column))
    for layer in fitted.layers {
      let found = try #require(layer.compensation)
      #expect((try #require(found.lowestGain) - 1).magnitude < 0.05)
      #expect((try #require(found.highestGain) - 1).magnitude < 0.05)
    }
  }

  /// One cell behind one segment: the gain is what the divider takes, `1 + R G`. Programming has no
  /// larger conductance to go to; it puts the same into the scale of the weight.
  @Test func oneCellHasAClosedForm() async throws {
    let graph = try Graph(
      inputName: "x", inputShape: [1], outputName: "y",
      nodes: [
        GraphNode(
          name: "cell",
          operation: .dense(
            Dense(weights: Matrix(rows: 1, columns: 1, repeating: 0.5), bias: [0.25])),
          inputs: ["x"], output: "y")
      ])
    // Values of codes: nothing but the divider is between the network and its arrays.
    let exact = [255, 128, 64, 32, 0].map {
      Tensor(shape: [1, 1], values: [Float($0) / 255])
    }
    let plan = try await ExecutionPlan(
      graph, calibration: exact, options: QuantizationOptions(), width: 1)
    var hardware = hardware
    hardware.converter = .ideal
    hardware.cell.onOffRatio = .infinity
    let ohms = 20_000.0
    hardware.wires = WireParasitics(bitLineSegment: ohms.ohms)
    let divider = 1 + ohms * hardware.cell.onConductance.value
    for compensation in [LayerCompensation(gains: .column), Self.both] {
      let network = try await AnalogNetwork(
        plan,
        choices: [
          AnalogNetwork.LayerChoice(hardware: hardware, path: .exact, compensation: compensation)
        ], seed: 1, calibration: [], compensation: exact, width: 1)
      let found = try #require(network.layers[0].compensation)
      let gain = compensation.programming == .none ? divider : 1
      #expect((try #require(found.meanGain) - gain).magnitude <= 1e-5 * gain)
      let weights = network.layers[0].integer.weights
      let ratio = Double(weights.scales[0] / plan.layers[0].weights.scales[0])
      #expect((ratio - divider).magnitude <= 1e-5 * divider && weights.codes[0, 0] == 127)
      #expect(found.siemensAfter == found.siemensBefore)
      for image in exact {
        #expect((try network.run(image).logits[0] - plan.floatLogits(image)[0]).magnitude <= 1e-5)
      }
    }
  }

  // MARK: What it is for

  static let schemes: [SignedWeightScheme] =
    SignedWeightScheme.PairStates.allCases.flatMap { states in
      SignedWeightScheme.PairSubtraction.allCases.map { SignedWeightScheme.pair(states, $0) }
    } + SignedWeightScheme.OffsetRemoval.allCases.map { SignedWeightScheme.offset($0) }
    + [.offset(.digital, zero: .lowest)]

  /// Programming and gains bring every mapping, whole and sliced, closer to the float network than
  /// gains alone and than nothing.
  @Test(arguments: schemes) func everyMappingGains(scheme: SignedWeightScheme) async throws {
    let plan = try await SmallNetwork.plan()
    for cellBits in [nil, 4] as [Int?] {
      var hardware = hardware
      hardware.mapping = scheme
      hardware.cellBits = cellBits
      hardware.converter = .ideal
      hardware.wires = WireParasitics(bitLineSegment: 200.ohms)
      func error(_ compensation: LayerCompensation) async throws -> Double {
        try self.error(try await network(plan, hardware, compensation, images: 24))
      }
      let nothing = try await error(.none)
      let gains = try await error(LayerCompensation(gains: .column))
      let both = try await error(Self.both)
      #expect(
        both < 0.7 * nothing && both < gains,
        "\(scheme), \(cellBits ?? 8) bits: nothing \(nothing), gains \(gains), both \(both)")
    }
  }

  /// Laws of cells, drives, errors, stuck cells, partitions, converters of either kind and fitted
  /// paths: everything runs, and what is linear gains.
  @Test func everythingCombines() async throws {
    let plan = try await SmallNetwork.plan()
    var changes: [(name: String, gains: Bool, change: (inout HardwareConfiguration) -> Void)] = [
      (
        "voltages", true,
        {
          $0.inputs = InputDrive(.voltages(sliceBits: 4))
          $0.wires.wordLineSegment = 100.ohms
          $0.wires.bitLineSegment = 800.ohms
        }
      ),
      ("differential drive", true, { $0.inputs.signs = .differential }),
      ("errors", false, { $0.programmingError = .stateProportional(alpha: 0.05) }),
      ("stuck cells", false, { $0.errors.stuckCells = StuckCells(onRate: 0.01, openRate: 0.02) }),
      (
        "equal tiles", true,
        {
          $0.tile = TileSpecification(wordLines: 50, bitLines: 6, partition: .equal)
        }
      ),
      (
        "ideal ranges", true,
        {
          $0.converter = .uniform(bits: 8, range: .covering(percent: 99.98, on: .ideal))
        }
      ),
      ("guarantee", true, { $0.converter = .uniform(bits: 10, range: .maximum) }),
      ("analog accumulation", true, { $0.inputs.accumulation = .analog }),
      ("states", false, { $0.cell.stateCount = 33 }),
      ("percentile", false, { $0.scale = .percentile(percent: 99) }),
    ]
    let laws: [CellLaw] = [
      .sinh(SinhLaw(scale: 0.1.volts)),
      .selector(SelectorLaw(saturation: 1e-5.amperes, slope: 0.03.volts)),
      .transistor(TransistorLaw(gate: 1.volts, threshold: 0.4.volts, transconductance: 2e-4)),
    ]
    for law in laws { changes.append((law.keyword, false, { $0.law = law })) }
    for (name, gains, change) in changes {
      var hardware = hardware
      change(&hardware)
      let nothing = try error(try await network(plan, hardware, .none))
      let compensated = try error(try await network(plan, hardware, Self.both))
      #expect(compensated.isFinite)
      if gains {
        #expect(compensated < 0.7 * nothing, "\(name): \(compensated) of \(nothing)")
      }
    }
  }

  /// Models are fitted to the compensated arrays.
  @Test func fittedModelsFollow() async throws {
    let plan = try await SmallNetwork.plan()
    var models = ModelCalibration()
    models.imageCount = 4
    models.recordedVectors = 64
    let fitted = try await network(plan, hardware, Self.both, path: .calibrated, models: models)
    let exact = try await network(plan, hardware, Self.both)
    for (a, b) in zip(fitted.layers, exact.layers) {
      #expect(a.integer.weights == b.integer.weights && a.compensation == b.compensation)
      #expect(!a.choices.isEmpty)
    }
    #expect(try error(fitted) < 1.2 * error(exact) + 0.01)
  }

  /// Factorized circuits get what exact models found: the same codes, ranges and gains.
  @Test func factorizedCircuitsAgree() async throws {
    let plan = try await SmallNetwork.plan()
    let (circuits, exact) = (
      try await network(plan, hardware, Self.both, path: .cholmod),
      try await network(plan, hardware, Self.both)
    )
    for (a, b) in zip(circuits.layers, exact.layers) {
      #expect(a.integer.weights == b.integer.weights && a.integer.bias == b.integer.bias)
      #expect(a.compensation == b.compensation && a.path == .cholmod)
      #expect(a.matrix.tiles.map(\.converter) == b.matrix.tiles.map(\.converter))
    }
    let image = SmallNetwork.images(1, seed: 5)[0]
    for (a, b) in zip(try circuits.run(image).logits, try exact.run(image).logits) {
      #expect((a - b).magnitude <= 0.05)
    }
  }

  /// The same bits for any number of tasks, noise and errors included.
  @Test func resultsDoNotDependOnTheTasks() async throws {
    let plan = try await SmallNetwork.plan()
    var hardware = hardware
    hardware.programmingError = .stateIndependent(alpha: 0.02)
    hardware.readNoise = .stateProportional(alpha: 0.001)
    let one = try await network(plan, hardware, Self.both, width: 1)
    let four = try await network(plan, hardware, Self.both, width: 4)
    for (a, b) in zip(one.layers, four.layers) {
      #expect(a.integer.weights == b.integer.weights && a.integer.bias == b.integer.bias)
      #expect(a.compensation == b.compensation)
    }
    let image = SmallNetwork.images(1, seed: 5)[0]
    #expect(try one.run(image).logits == four.run(image).logits)
  }

  // MARK: Layers by themselves

  /// A layer that is not compensated stays as it is; one behind it is fitted to what it delivers.
  @Test func layersAreCompensatedOneByOne() async throws {
    let plan = try await SmallNetwork.plan()
    let network = try await network(plan, hardware, .none, Self.both)
    #expect(network.layers[0].compensation == nil)
    #expect(network.layers[0].integer.weights == plan.layers[0].weights)
    #expect(network.layers[0].integer.quantizer == plan.layers[0].quantizer)
    // Weaker inputs than the float network has.
    let found = try #require(network.layers[1].compensation)
    #expect(found.inputScaleAfter < 0.95 * found.inputScaleBefore)
    #expect(found.fittedVectors == 8 && found.name == "second")
    let (nothing, first) = (
      try await self.network(plan, hardware, .none),
      try await self.network(plan, hardware, Self.both, .none)
    )
    let errors = (try error(network), try error(nothing), try error(first))
    #expect(errors.0 < errors.1 && errors.2 < errors.1, "\(errors)")
  }

  /// A network that waited for its turn is the one that was prepared.
  @Test func compensatedNetworksWait() async throws {
    let plan = try await SmallNetwork.plan()
    let network = try await network(plan, hardware, Self.both)
    let awakened = try await DormantNetwork(network).awakened(width: 2)
    let image = SmallNetwork.images(1, seed: 5)[0]
    #expect(try awakened.run(image).logits == network.run(image).logits)
    #expect(awakened.layers.map(\.compensation) == network.layers.map(\.compensation))
  }

  /// The reference of fidelity and of the digital network is the original one.
  @Test func originalNetworkStaysTheReference() async throws {
    let plan = try await SmallNetwork.plan()
    let network = try await network(plan, hardware, Self.both)
    let image = SmallNetwork.images(1, seed: 5)[0]
    #expect(try network.plan.integerLogits(image) == plan.integerLogits(image))
    let plain = try await self.network(plan, hardware, .none)
    for (own, other) in zip(try network.fidelity(image), try plain.fidelity(image)) {
      #expect(own.signal == other.signal && own.reachedError < other.reachedError)
    }
  }

  // MARK: Bad input

  @Test func refusalsNameTheKey() async throws {
    let plan = try await SmallNetwork.plan()
    let hardware = hardware
    func fault(_ compensation: LayerCompensation, path: SolutionPath = .exact, images: Int = 8)
      async throws -> String
    {
      do {
        _ = try await network(plan, hardware, compensation, path: path, images: images)
        return "none"
      } catch let error as InferenceError {
        return "\(error)"
      }
    }
    #expect(
      try await fault(Self.both, path: .ideal)
        == "layer first: compensation.programming: path ideal has no wires and gives "
        + "no voltages of cells: take path exact, or programming: none")
    #expect(
      try await fault(LayerCompensation(gains: .column), images: 2)
        == "layer second: compensation.gains: column fits two numbers to each output, which takes at "
        + "least 3 output vectors; 2 calibration images give 2: take more compensation.images, or "
        + "gains: layer")
    #expect(
      try await fault(LayerCompensation(gains: .layer), images: 0)
        == "compensation needs calibration images and there are none")
    #expect(try await fault(LayerCompensation(gains: .layer), images: 2) == "none")
    #expect(try await fault(LayerCompensation(gains: .layer), path: .ideal) == "none")
  }
}
