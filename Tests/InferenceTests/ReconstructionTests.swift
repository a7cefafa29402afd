import AnalogCore
import CrossbarArray
import NeuralNetwork
import NumericKernels
import Testing
import Units

@testable import Inference

/// Conductances fitted through the circuit to what the float network has.
@Suite struct ReconstructionTests {
  private static let programmed = LayerCompensation(
    gains: .column, programming: .voltageLoss(passes: 4))
  private static let fitted = LayerCompensation(
    gains: .column, programming: .voltageLoss(passes: 4),
    reconstruction: .init(steps: 4, vectors: 512))

  /// Wires behind which fits of single layers on few images pay for all images.
  private static let lossyWires = WireParasitics(bitLineSegment: 8000.ohms)

  private var hardware: HardwareConfiguration {
    var hardware = HardwareConfiguration()
    hardware.tile = TileSpecification(wordLines: 64, bitLines: 16)
    hardware.cell.onOffRatio = 100
    hardware.wires = WireParasitics(bitLineSegment: 1500.ohms)
    hardware.converter = .uniform(bits: 8, range: .covering(percent: 99.98))
    return hardware
  }

  private func network(
    _ hardware: HardwareConfiguration, _ compensation: LayerCompensation, images: Int = 160,
    width: Int = 2, plan: ExecutionPlan? = nil
  ) async throws -> AnalogNetwork {
    let own: ExecutionPlan
    if let plan { own = plan } else { own = try await SmallNetwork.plan() }
    return try await AnalogNetwork(
      own,
      choices: own.layers.map { _ in
        AnalogNetwork.LayerChoice(hardware: hardware, path: .exact, compensation: compensation)
      }, seed: 1, calibration: SmallNetwork.images(4, seed: 2),
      compensation: SmallNetwork.images(images, seed: 2), width: width)
  }

  /// Root mean square difference to the float network over images that no fit has seen.
  private func error(_ network: AnalogNetwork) throws -> Double {
    var (sum, signal) = (0.0, 0.0)
    for image in SmallNetwork.images(12, seed: 11) {
      for (own, float) in zip(try network.run(image).logits, try network.plan.floatLogits(image)) {
        sum += Double((own - float) * (own - float))
        signal += Double(float * float)
      }
    }
    return (sum / signal).squareRoot()
  }

  // MARK: Least squares

  private static func random(_ count: Int, in range: ClosedRange<Float>, seed: UInt64) -> [Float] {
    var random = RandomStream(seed: seed)
    return (0..<count).map { _ in Float.random(in: range, using: &random) }
  }

  /// What is determined is found to rounding, every step with its own weights, whatever stands beside
  /// it.
  @Test func determinedStepsAreFound() {
    let (rows, columns, count) = (60, 8, 5)
    let matrix = Self.random(rows * columns, in: 0...255, seed: 5)
    let weights = Self.random(columns * count, in: 0.3...1, seed: 6)
    let wanted = Self.random(columns * count, in: -20...20, seed: 7)
    let residuals = (0..<rows * count).map { place -> Float in
      let (row, j) = (place / count, place % count)
      return (0..<columns).reduce(0) {
        $0 + matrix[row * columns + $1] * weights[$1 * count + j] * wanted[$1 * count + j]
      }
    }
    let solver = TruncatedLeastSquares(matrix, rows: rows, fitted: 45)
    let found = solver.steps(weights, to: residuals, count: count)
    for (a, b) in zip(found, wanted) { #expect((a - b).magnitude <= 5e-3, "\(a) for \(b)") }
    for j in 0..<count {
      func column(_ values: [Float]) -> [Float] {
        stride(from: j, to: values.count, by: count).map { values[$0] }
      }
      let alone = solver.steps(column(weights), to: column(residuals), count: 1)
      for (a, b) in zip(alone, column(found)) { #expect((a - b).magnitude <= 5e-3) }
    }
  }

  /// Nothing to fit to, and inputs that are all zero, give no step.
  @Test func nothingIsFittedToNothing() {
    let matrix = Self.random(20 * 3, in: 0...255, seed: 5)
    let solver = TruncatedLeastSquares(matrix, rows: 20, fitted: 15)
    let ones = [Float](repeating: 1, count: 6)
    // The first input by itself.
    let (none, some) = ([Float](repeating: 0, count: 20), (0..<20).map { matrix[3 * $0] })
    let found = solver.steps(ones, to: zip(none, some).flatMap { [$0, $1] }, count: 2)
    #expect(stride(from: 0, to: 6, by: 2).allSatisfy { found[$0] == 0 })
    for (own, wanted) in zip([found[1], found[3], found[5]], [1, 0, 0] as [Float]) {
      #expect((own - wanted).magnitude <= 1e-4)
    }
    let idle = TruncatedLeastSquares([Float](repeating: 0, count: 60), rows: 20, fitted: 15)
    #expect(idle.steps(ones, to: some + some, count: 2).allSatisfy { $0 == 0 })
  }

  /// Chance in more unknowns than vectors: what is held out ends the iteration at once.
  @Test func chanceIsNotFitted() {
    let (rows, columns) = (40, 60)
    let matrix = Self.random(rows * columns, in: 0...255, seed: 5)
    let residual = Self.random(rows, in: -100...100, seed: 8)
    let ones = [Float](repeating: 1, count: columns)
    func size(_ fitted: Int) -> Float {
      TruncatedLeastSquares(matrix, rows: rows, fitted: fitted)
        .steps(ones, to: residual, count: 1).reduce(0) { $0 + $1 * $1 }
    }
    #expect(size(30) < 0.1 * size(40))
  }

  // MARK: Limits

  /// Without wires there is nothing to gain: no code moves by more than its own rounding.
  @Test func withoutWiresCodesStayToRounding() async throws {
    let plan = try await SmallNetwork.plan()
    var hardware = hardware
    hardware.wires = WireParasitics()
    let network = try await network(hardware, Self.fitted, plan: plan)
    for (layer, original) in zip(network.layers, plan.layers) {
      let found = try #require(layer.compensation)
      let (before, after) = (
        try #require(found.reconstructionErrorBefore), try #require(found.reconstructionErrorAfter)
      )
      #expect(after <= before && before < 0.02)
      for (a, b) in zip(layer.integer.weights.codes.elements, original.weights.codes.elements) {
        #expect((Int(a) - Int(b)).magnitude <= 1)
      }
    }
  }

  /// One cell behind one segment: the conductance and the digital factors deliver the weight, whatever
  /// is left of the voltage.
  @Test(arguments: [LayerCompensation.Gains.none, .column])
  func oneCellDeliversItsWeight(gains: LayerCompensation.Gains) async throws {
    let graph = try Graph(
      inputName: "x", inputShape: [1], outputName: "y",
      nodes: [
        GraphNode(
          name: "cell",
          operation: .dense(
            Dense(weights: Matrix(rows: 1, columns: 1, repeating: 0.5), bias: [0.25])),
          inputs: ["x"], output: "y")
      ])
    let exact = [255, 128, 64, 32, 16, 200, 90, 45].map {
      Tensor(shape: [1, 1], values: [Float($0) / 255])
    }
    let plan = try await ExecutionPlan(
      graph, calibration: exact, options: QuantizationOptions(), width: 1)
    var hardware = hardware
    hardware.converter = .ideal
    hardware.cell.onOffRatio = .infinity
    let ohms = 20_000.0
    hardware.wires = WireParasitics(bitLineSegment: ohms.ohms)
    let network = try await AnalogNetwork(
      plan,
      choices: [
        AnalogNetwork.LayerChoice(
          hardware: hardware, path: .exact,
          compensation: LayerCompensation(gains: gains, reconstruction: .init(steps: 6)))
      ], seed: 1, calibration: [], compensation: exact, width: 1)
    let weights = network.layers[0].integer.weights
    let siemens =
      hardware.cell.onConductance.value * Double(weights.codes[0, 0]) / 127
    // The code times what the divider leaves of it.
    let delivered =
      Double(weights.codes[0, 0]) / (1 + ohms * siemens) * Double(weights.scales[0])
    #expect((delivered - 0.5).magnitude <= 0.5 / 127, "\(delivered)")
    if gains == .column { #expect(weights.codes[0, 0] == 127) }
  }

  // MARK: What it is for

  /// Every layer comes closer on vectors that are held out, whatever the mapping; where wires take most
  /// of the signal, whole networks of unsliced pairs do so on images that no fit has seen.
  @Test(arguments: CompensationTests.schemes.filter { $0.pairing != .interleaved })
  func everyMappingGains(scheme: SignedWeightScheme) async throws {
    for cellBits in [nil, 4] as [Int?] {
      var hardware = hardware
      hardware.mapping = scheme
      hardware.cellBits = cellBits
      hardware.converter = .ideal
      hardware.wires = Self.lossyWires
      let programmed = try await network(hardware, Self.programmed)
      let fitted = try await network(hardware, Self.fitted)
      let errors = (try error(programmed), try error(fitted))
      if cellBits == nil, case .pair = scheme {
        #expect(errors.1 < errors.0, "\(scheme): \(errors)")
      }
      for layer in fitted.layers {
        let found = try #require(layer.compensation)
        #expect(
          try #require(found.reconstructionErrorAfter)
            <= #require(found.reconstructionErrorBefore))
        #expect(try #require(found.reconstructionSteps) > 0)
      }
    }
  }

  /// Layers with one scale keep one, and gains of the layer or none are what is fitted with.
  @Test(arguments: [LayerCompensation.Gains.none, .layer])
  func sharedScalesStayShared(gains: LayerCompensation.Gains) async throws {
    let compensation = LayerCompensation(
      gains: gains, programming: .voltageLoss(passes: 4),
      reconstruction: .init(steps: 3, vectors: 512))
    var hardware = hardware
    hardware.wires = Self.lossyWires
    let network = try await network(hardware, compensation)
    for layer in network.layers { #expect(Set(layer.integer.weights.scales).count == 1) }
    let plain = try await self.network(
      hardware, LayerCompensation(gains: gains, programming: .voltageLoss(passes: 4)))
    #expect(try error(network) < error(plain))
  }

  /// The same bits for any number of tasks, errors of cells included.
  @Test func resultsDoNotDependOnTheTasks() async throws {
    var hardware = hardware
    hardware.programmingError = .stateIndependent(alpha: 0.02)
    let one = try await network(hardware, Self.fitted, images: 24, width: 1)
    let four = try await network(hardware, Self.fitted, images: 24, width: 4)
    for (a, b) in zip(one.layers, four.layers) {
      #expect(a.integer.weights == b.integer.weights && a.integer.bias == b.integer.bias)
      #expect(a.compensation == b.compensation)
    }
  }

  // MARK: Bad input

  @Test func refusalsNameTheKey() async throws {
    let only = LayerCompensation(reconstruction: .init(steps: 2))
    func fault(_ change: (inout HardwareConfiguration) -> Void, path: SolutionPath = .exact)
      -> String?
    {
      var hardware = hardware
      change(&hardware)
      return AnalogNetwork.LayerChoice(hardware: hardware, path: path, compensation: only).conflict
    }
    #expect(fault { _ in } == nil)
    #expect(
      fault({ _ in }, path: .ideal)
        == "compensation.reconstruction: path ideal has no wires and gives no voltages of cells: "
        + "take path exact, or steps: 0")
    #expect(
      fault { $0.inputs = InputDrive(.voltages(sliceBits: 4)) }
        == "compensation.reconstruction: conductances are fitted column by column, but the ladder "
        + "needs a gate-driven array: take steps: 0 and programming: voltageLoss")
    #expect(
      fault { $0.mapping = .pair(.oneSided, .inArray) }
        == "compensation.reconstruction: conductances are fitted column by column, but the ladder "
        + "does not cover pair: interleaved: take steps: 0 and programming: voltageLoss")
  }
}
