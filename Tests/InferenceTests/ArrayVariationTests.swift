import AnalogCore
import CrossbarArray
import NumericKernels
import Testing
import Units

@testable import Inference

/// Compensated networks on arrays that they were not compensated for.
@Suite struct ArrayVariationTests {
  private func network(
    path: SolutionPath = .exact, _ change: (inout HardwareConfiguration) -> Void = { _ in }
  ) async throws -> AnalogNetwork {
    var hardware = HardwareConfiguration()
    hardware.tile = TileSpecification(wordLines: 64, bitLines: 16)
    hardware.cell.onOffRatio = 100
    hardware.wires = WireParasitics(bitLineSegment: 1500.ohms)
    hardware.converter = .uniform(bits: 8, range: .covering(percent: 99.98))
    hardware.programmingError = .stateIndependent(alpha: 0.02)
    change(&hardware)
    let plan = try await SmallNetwork.plan()
    return try await AnalogNetwork(
      plan,
      choices: plan.layers.map { _ in
        AnalogNetwork.LayerChoice(
          hardware: hardware, path: path,
          compensation: LayerCompensation(gains: .column, programming: .voltageLoss(passes: 4)))
      }, seed: 1, calibration: SmallNetwork.images(4, seed: 2),
      compensation: SmallNetwork.images(12, seed: 2), width: 2)
  }

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

  /// A factor of 1 changes nothing; others cost accuracy, and leave everything but the wires.
  @Test func resistanceScalesTheWiresAlone() async throws {
    let network = try await network()
    let image = SmallNetwork.images(1, seed: 5)[0]
    let same = try await network.varied(.resistance(factor: 1), width: 2)
    #expect(try same.run(image).logits == network.run(image).logits)
    for factor in [0.5, 2] {
      let varied = try await network.varied(.resistance(factor: factor), width: 2)
      for (own, other) in zip(network.layers, varied.layers) {
        #expect(own.integer.weights == other.integer.weights)
        #expect(own.integer.quantizer == other.integer.quantizer)
        #expect(own.matrix.tiles.map(\.converter) == other.matrix.tiles.map(\.converter))
        let (a, b) = (
          own.matrix.tiles[0].model.description, other.matrix.tiles[0].model.description
        )
        #expect(a.conductances == b.conductances)
        #expect(b.wires.bitLineSegment.value == factor * a.wires.bitLineSegment.value)
      }
      #expect(try error(varied) > error(network))
    }
  }

  /// Another seed draws other errors around the same targets.
  @Test func seedsDrawOtherErrors() async throws {
    let network = try await network()
    let same = try await network.varied(.seed(1), width: 2)
    let other = try await network.varied(.seed(2), width: 2)
    func cells(_ network: AnalogNetwork) -> [Matrix<Double>] {
      network.layers.flatMap { $0.matrix.tiles.map(\.model.description.conductances) }
    }
    #expect(cells(same) == cells(network) && cells(other) != cells(network))
    #expect(other.layers.map(\.integer.weights) == network.layers.map(\.integer.weights))
  }

  /// Cells that drift have drifted farther at a later time; those that do not stay.
  @Test func driftIsThatOfTheTime() async throws {
    let law = Drift.powerLaw(
      exponent: .constant(mean: 0.05, deviation: 0), seconds: 1, referenceSeconds: 1)
    let network = try await network { $0.errors.drift = law }
    #expect(network.choices.allSatisfy { $0.hardware.drifts })
    let later = try await network.varied(.driftSeconds(100), width: 2)
    for (own, other) in zip(network.layers, later.layers) {
      let ratio = other.matrix.meanSiemens / own.matrix.meanSiemens
      // 100^-0.05
      #expect((ratio - 0.794_328_234_7).magnitude <= 1e-9)
    }
    let plain = try await self.network()
    let still = try await plain.varied(.driftSeconds(100), width: 2)
    let image = SmallNetwork.images(1, seed: 5)[0]
    #expect(try still.run(image).logits == plain.run(image).logits)
  }

  /// Fitted models are those of the arrays they were fitted to: others are solved exactly.
  @Test func fittedModelsGiveWayToExactOnes() async throws {
    let fitted = try await network(path: .calibrated)
    let varied = try await fitted.varied(.resistance(factor: 1.2), width: 2)
    #expect(varied.layers.allSatisfy { $0.path == .exact && $0.choices.isEmpty })
    #expect(varied.layers.map(\.converterRanges) == fitted.layers.map(\.converterRanges))
  }
}
