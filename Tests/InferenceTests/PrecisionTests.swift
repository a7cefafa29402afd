import AnalogCore
import CrossbarArray
import NeuralNetwork
import NumericKernels
import Testing

@testable import Inference

/// Networks whose codes are not of 8 bits.
@Suite struct PrecisionTests {
  private static let hardware: HardwareConfiguration = {
    var hardware = HardwareConfiguration()
    hardware.tile = TileSpecification(wordLines: 40, bitLines: 12)
    hardware.converter = .fullPrecision
    return hardware
  }()

  private func plan(_ options: QuantizationOptions) async throws -> ExecutionPlan {
    try await ExecutionPlan(
      GroupedLayer.graph(seed: 1), calibration: GroupedLayer.images(4, seed: 2), options: options,
      width: 2)
  }

  /// Ideal parts with full precision are the integers for every width of weights and inputs, signed
  /// and not, with grouped layers.
  @Test(arguments: 2...8, [2, 3, 4, 5, 6, 7, 8, 12, 16])
  func idealPartsAreTheIntegerNetwork(weightBits: Int, activationBits: Int) async throws {
    var options = QuantizationOptions()
    options.precision = LayerPrecision(weightBits: weightBits, activationBits: activationBits)
    let plan = try await plan(options)
    #expect(plan.layers.map(\.quantizer.isSigned) == [true, true, false])
    #expect(plan.layers.allSatisfy { $0.weights.bits == weightBits })
    #expect(
      plan.label
        == (weightBits == 8 && activationBits == 8 ? "int8" : "w\(weightBits)a\(activationBits)"))
    for mapping in [
      SignedWeightScheme.differentialPair, .offset(.digital), .pair(.twoSided, .digital),
    ] {
      var hardware = Self.hardware
      hardware.mapping = mapping
      let choice = AnalogNetwork.LayerChoice(hardware: hardware, path: .ideal)
      let network = try await AnalogNetwork(
        plan, choices: plan.layers.map { _ in choice }, seed: 1, calibration: [], width: 2)
      for image in GroupedLayer.images(2, seed: 3) {
        #expect(try network.run(image).logits == plan.integerLogits(image))
      }
    }
  }

  /// More bits come closer to the float network: each halves the step.
  @Test func moreBitsComeCloser() async throws {
    func error(_ bits: Int) async throws -> Float {
      var options = QuantizationOptions()
      options.precision = LayerPrecision(weightBits: min(bits, 8), activationBits: bits)
      let plan = try await plan(options)
      return try GroupedLayer.images(4, seed: 2).reduce(0) { worst, image in
        let pairs = zip(try plan.floatLogits(image), try plan.integerLogits(image))
        return pairs.reduce(worst) { max($0, ($1.0 - $1.1).magnitude) }
      }
    }
    let errors = [try await error(2), try await error(4), try await error(8)]
    #expect(errors[0] > 2 * errors[1] && errors[1] > 2 * errors[2])
  }

  /// A layer may have widths of its own.
  @Test func layersHaveWidthsOfTheirOwn() async throws {
    var options = QuantizationOptions()
    options.layers["depthwise"] = LayerPrecision(weightBits: 4, activationBits: 6)
    let plan = try await plan(options)
    #expect(plan.layers.map(\.weights.bits) == [8, 4, 8])
    #expect(plan.layers.map(\.quantizer.bits) == [8, 6, 8])
    #expect(plan.label == "integer")
  }
}
