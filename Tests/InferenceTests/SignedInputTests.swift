import AnalogCore
import CrossbarArray
import Inference
import NeuralNetwork
import TestSupport
import Testing
import Units

/// Networks with signed inputs on drives and mappings that know signs.
@Suite struct SignedInputTests {
  private static let schemes: [SignedWeightScheme] = [
    .differentialPair, .pair(.twoSided, .inArray), .pair(.oneSided, .digital),
    .offset(.digital), .offset(.unitColumn, zero: .lowest), .offset(.digital, zero: .lowest),
  ]

  private func hardware(
    _ scheme: SignedWeightScheme, _ signs: InputDrive.Signs, _ converter: ConverterSpecification,
    lines: InputDrive.Lines = .voltages(sliceBits: 4)
  ) -> HardwareConfiguration {
    var hardware = HardwareConfiguration()
    hardware.mapping = scheme
    hardware.inputs = InputDrive(lines, signs: signs)
    hardware.converter = converter
    hardware.tile = TileSpecification(wordLines: 50, bitLines: 7)
    hardware.wires = WireParasitics()
    return hardware
  }

  private func network(
    _ plan: ExecutionPlan, _ hardware: HardwareConfiguration, width: Int = 2
  ) async throws -> AnalogNetwork {
    try await AnalogNetwork(
      plan,
      choices: plan.layers.map { _ in
        AnalogNetwork.LayerChoice(hardware: hardware, path: .ideal)
      }, seed: 1, calibration: SmallNetwork.images(2, seed: 2), width: width)
  }

  /// The guarantee gives the integer network, convolution and dense layer, and the signed layer takes
  /// half the conversions of two passes.
  @Test(arguments: schemes)
  func theGuaranteeIsExact(scheme: SignedWeightScheme) async throws {
    let plan = try await SmallNetwork.plan()
    #expect(plan.layers[0].quantizer.isSigned && !plan.layers[1].quantizer.isSigned)
    for lines in [InputDrive.Lines.gates, .voltages(sliceBits: 4)] {
      var conversions: [[Int]] = []
      for signs in [InputDrive.Signs.differential, .split] {
        let analog = try await network(
          plan, hardware(scheme, signs, .fullPrecision, lines: lines))
        for image in SmallNetwork.images(2, seed: 3) {
          let output = try analog.run(image)
          #expect(try output.logits == plan.integerLogits(image))
          conversions.append(output.activity.map(\.conversions))
        }
      }
      #expect(2 * conversions[0][0] == conversions[2][0])
      #expect(conversions[0][1] == conversions[2][1])
    }
  }

  /// Measured ranges see both signs on single lines: a converter of many bits errs little.
  @Test(arguments: schemes)
  func measuredRangesCoverBothSigns(scheme: SignedWeightScheme) async throws {
    let plan = try await SmallNetwork.plan()
    let analog = try await network(
      plan,
      hardware(scheme, .differential, .uniform(bits: 14.5, range: .covering(percent: 100))))
    #expect(analog.layers[0].matrix.tiles.allSatisfy { $0.converter.minimumCode < 0 })
    #expect(
      analog.layers[1].matrix.tiles.allSatisfy {
        ($0.converter.minimumCode < 0) == scheme.isBipolar
      })
    let image = SmallNetwork.images(2, seed: 2)[0]
    // Logits reach about 10; a wrong sign or a range of one sign would be off by as much.
    for (a, b) in matched(try analog.run(image).logits, try plan.integerLogits(image)) {
      #expect((a - b).magnitude < 0.05)
    }
  }
}
