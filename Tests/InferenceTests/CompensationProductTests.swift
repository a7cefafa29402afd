import AnalogCore
import CrossbarArray
import NeuralNetwork
import NumericKernels
import TestSupport
import Testing
import Units

@testable import Inference

/// Compensation with everything that it may meet: each combination runs or is refused by its key.
@Suite struct CompensationProductTests {
  private typealias Change = (
    name: String, make: @Sendable (inout HardwareConfiguration) -> Void
  )

  private static let errors: [Change] = [
    ("none", { _ in }),
    (
      "errors",
      {
        $0.errors.programming = .stateProportional(alpha: 0.05)
        $0.errors.stuckCells = StuckCells(onRate: 0.01, offRate: 0.01)
      }
    ),
  ]
  private static let partitions: [Change] = [
    (
      "maximum",
      { $0.tile = TileSpecification(wordLines: 50, bitLines: 12, partition: .maximum) }
    ),
    ("equal", { $0.tile = TileSpecification(wordLines: 50, bitLines: 12, partition: .equal) }),
  ]
  private static let laws: [Change] = [
    ("linear", { _ in }),
    ("sinh", { $0.law = .sinh(SinhLaw(scale: 0.1.volts)) }),
  ]
  private static let compensations: [(name: String, compensation: LayerCompensation)] = [
    ("programming", LayerCompensation(gains: .column, programming: .voltageLoss(passes: 1))),
    (
      "reconstruction",
      LayerCompensation(
        gains: .layer, programming: .voltageLoss(passes: 1),
        reconstruction: .init(steps: 1, vectors: 32))
    ),
  ]

  /// Every combination of mapping, slices, errors, partition and law: finite outputs, or a refusal that
  /// says which key to change.
  @Test(arguments: CompensationTests.schemes)
  func everyCombinationRunsOrIsRefused(scheme: SignedWeightScheme) async throws {
    let plan = try await SmallNetwork.plan()
    let images = SmallNetwork.images(4, seed: 2)
    var (runs, refusals) = (0, 0)
    for cellBits in [nil, 4] as [Int?] {
      for error in Self.errors {
        for partition in Self.partitions {
          for law in Self.laws {
            for (name, compensation) in Self.compensations {
              var hardware = HardwareConfiguration()
              hardware.mapping = scheme
              hardware.cellBits = cellBits
              hardware.wires = WireParasitics(bitLineSegment: 500.ohms)
              for change in [error, partition, law] { change.make(&hardware) }
              let place = "\(error.name), \(partition.name), \(law.name), \(name)"
              let choice = AnalogNetwork.LayerChoice(
                hardware: hardware, path: .exact, compensation: compensation)
              do {
                let network = try await AnalogNetwork(
                  plan, choices: plan.layers.map { _ in choice }, seed: 1, calibration: images,
                  compensation: images, width: 2)
                let logits = try network.run(images[0]).logits
                #expect(logits.allSatisfy { $0.isFinite }, "\(scheme), \(place)")
                #expect(network.layers.allSatisfy { $0.compensation != nil })
                runs += 1
              } catch let error as InferenceError {
                // The key behind the name of a layer, whichever of several; then why.
                let text = "\(error)"
                let keys = ["compensation.reconstruction: ", "law: ", "mapping: ", "errors."]
                #expect(
                  keys.contains {
                    text.contains("layer first: \($0)") || text.contains("layer second: \($0)")
                  }, "\(place): \(text)")
                refusals += 1
              }
            }
          }
        }
      }
    }
    #expect(runs + refusals == 32)
    // Reconstruction takes ladders of linear cells, which interleaved pairs are not; the rest runs.
    #expect(refusals == (scheme.pairing == .interleaved ? 16 : 8), "\(scheme): \(refusals)")
  }

  /// Outputs that do not vary on the calibration images keep the gain 1, and are named.
  @Test func outputsWithoutVarianceKeepTheirGain() async throws {
    var weights = Matrix<Float>(rows: 3, columns: 4) { Float($0 + $1 + 1) / 8 }
    for input in 0..<4 { weights[1, input] = 0 }
    let graph = try Graph(
      inputName: "x", inputShape: [4], outputName: "y",
      nodes: [
        GraphNode(
          name: "own", operation: .dense(Dense(weights: weights, bias: [0, 0.5, 0])),
          inputs: ["x"], output: "y")
      ])
    var random = RandomStream(seed: 3)
    let images = (0..<8).map { _ in
      Tensor(shape: [1, 4], values: (0..<4).map { _ in Float.random(in: 0...1, using: &random) })
    }
    let plan = try await ExecutionPlan(
      graph, calibration: images, options: QuantizationOptions(), width: 1)
    var hardware = HardwareConfiguration()
    hardware.cell.onOffRatio = .infinity
    hardware.wires = WireParasitics(bitLineSegment: 2000.ohms)
    let network = try await AnalogNetwork(
      plan,
      choices: [
        AnalogNetwork.LayerChoice(
          hardware: hardware, path: .exact,
          compensation: LayerCompensation(
            gains: .column, programming: .voltageLoss(passes: 2),
            reconstruction: .init(steps: 2, vectors: 64)))
      ], seed: 1, calibration: images, compensation: images, width: 1)
    let found = try #require(network.layers[0].compensation)
    #expect(found.constantOutputs == [1])
    for image in images {
      #expect((try network.run(image).logits[1] - 0.5).magnitude <= 1e-6)
    }
  }
}
