import AnalogCore
import CrossbarArray
import NeuralNetwork
import NumericKernels
import TestSupport
import Testing
import Units

@testable import Inference

/// Networks with grouped and depthwise convolutions through every path.
@Suite struct GroupedNetworkTests {
  private func network(
    _ path: SolutionPath, seed: UInt64 = 1, _ change: (inout HardwareConfiguration) -> Void
  ) async throws -> AnalogNetwork {
    var hardware = HardwareConfiguration()
    hardware.tile = TileSpecification(wordLines: 40, bitLines: 12)
    change(&hardware)
    let images = GroupedLayer.images(4, seed: 2)
    let plan = try await ExecutionPlan(
      GroupedLayer.graph(seed: seed), calibration: images, options: QuantizationOptions(), width: 2)
    let choice = AnalogNetwork.LayerChoice(hardware: hardware, path: path)
    return try await AnalogNetwork(
      plan, choices: plan.layers.map { _ in choice }, seed: 1, calibration: images, width: 2)
  }

  /// Every convolution is a layer on arrays, and ideal parts with full precision are the integers,
  /// bit for bit.
  @Test(arguments: GroupPacking.allCases, 1...6 as ClosedRange<UInt64>)
  func idealPartsAreTheIntegerNetwork(packing: GroupPacking, seed: UInt64) async throws {
    let network = try await network(.ideal, seed: seed) {
      $0.groups = packing
      $0.converter = .fullPrecision
    }
    #expect(network.layers.map(\.name) == ["grouped", "depthwise", "dense"])
    #expect(network.layers.map(\.integer.weightCodes.groups) == [3, 6, 1])
    for image in GroupedLayer.images(3, seed: 3) {
      #expect(try network.run(image).logits == network.plan.integerLogits(image))
      for layer in try network.fidelity(image) { #expect(layer.ownError == 0) }
    }
  }

  /// Recording, fitted models, audits and activity count the windows of all groups.
  @Test(arguments: GroupPacking.allCases)
  func calibrationAndAuditsFollow(packing: GroupPacking) async throws {
    let change: (inout HardwareConfiguration) -> Void = {
      $0.groups = packing
      $0.wires = WireParasitics(bitLineSegment: 2.ohms)
      $0.converter = .uniform(bits: 8, range: .covering(percent: 100))
    }
    let exact = try await network(.exact, change)
    let fitted = try await network(.calibrated, change)
    let image = GroupedLayer.images(1, seed: 3)[0]
    let recorded = try await exact.recordedVectors(
      of: [image], tile: 0, settings: ModelCalibration(), width: 1)
    for (layer, inputs) in zip(exact.layers, recorded) {
      let tile = layer.matrix.tiles[0]
      #expect(try #require(inputs).vectorLength == tile.inputs.count)
      #expect(tile.inputs.count >= layer.integer.weights.codes.columns || tile.inputs.count == 40)
    }
    for network in [exact, fitted] {
      for audit in try await network.audit(image, vectorsPerTile: 3, width: 2) {
        #expect(try #require(audit.worstRelativeError) < 1e-3)
        #expect(try #require(audit.worstDrop) > 0)
      }
      let output = try network.run(image)
      for (layer, counts) in zip(network.layers, output.activity) {
        // One product per window, and both passes of signed inputs.
        let bits = layer.integer.quantizer.bitCount
        #expect(counts.conversions == counts.products * bits * layer.matrix.outputCount)
        #expect(counts.wordLineBits == counts.products * bits * layer.matrix.inputCount)
      }
    }
  }
}
