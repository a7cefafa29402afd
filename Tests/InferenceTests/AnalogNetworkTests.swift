import AnalogCore
import CrossbarArray
import Foundation
import Inference
import NeuralNetwork
import NumericKernels
import TestSupport
import Testing
import Units

@Suite struct AnalogNetworkTests {
  private func network(
    _ path: SolutionPath, width: Int = 2, seed: UInt64 = 1,
    _ change: (inout HardwareConfiguration) -> Void = { _ in }
  ) async throws -> AnalogNetwork {
    var hardware = HardwareConfiguration()
    hardware.tile = TileSpecification(wordLines: 50, bitLines: 6)
    change(&hardware)
    let plan = try await SmallNetwork.plan()
    let choices = plan.layers.map { _ in
      AnalogNetwork.LayerChoice(hardware: hardware, path: path)
    }
    return try await AnalogNetwork(
      plan, choices: choices, seed: seed, calibration: SmallNetwork.images(4, seed: 2), width: width
    )
  }

  /// Ideal parts with the full-precision guarantee are the integer network, bit for bit: signed
  /// inputs, partitions, stride and padding included.
  @Test func idealPartsAreTheIntegerNetwork() async throws {
    let ideal = try await network(.ideal) { $0.converter = .fullPrecision }
    let exact = try await network(.exact) {
      $0.converter = .fullPrecision
      $0.wires = WireParasitics()
    }
    for image in SmallNetwork.images(5, seed: 3) {
      let integer = try ideal.plan.integerLogits(image)
      #expect(try ideal.run(image).logits == integer)
      #expect(try exact.run(image).logits == integer)
    }
  }

  /// The integer network is the float network within its quantization, on images whose activations
  /// were recorded (others may clip).
  @Test func integersAreCloseToFloats() async throws {
    let plan = try await SmallNetwork.plan()
    for image in SmallNetwork.images(8, seed: 2) {
      let (float, integer) = (try plan.floatLogits(image), try plan.integerLogits(image))
      let peak = float.reduce(0) { max($0, $1.magnitude) }
      for (a, b) in matched(float, integer) { #expect((a - b).magnitude < 0.03 * peak) }
    }
  }

  /// The exact path and the factorized circuits give the same network.
  @Test(.tags(.validation)) func exactIsTheCircuit() async throws {
    let change: (inout HardwareConfiguration) -> Void = {
      $0.wires = WireParasitics(bitLineSegment: 100.ohms)
      $0.converter = .ideal
    }
    let exact = try await network(.exact, change)
    let circuit = try await network(.cholmod, change)
    #expect(exact.layers[0].matrix.tiles[0].model.method == ArrayMethod(.exact, "ladder"))
    #expect(circuit.layers[0].matrix.tiles[0].model.method == ArrayMethod(.exact, "CHOLMOD"))
    let image = SmallNetwork.images(1, seed: 5)[0]
    let (a, b) = (try exact.run(image).logits, try circuit.run(image).logits)
    let peak = b.reduce(0) { max($0, $1.magnitude) }
    for (x, y) in matched(a, b) { #expect((x - y).magnitude < 1e-4 * peak) }
    let ideal = try await network(.ideal, change).run(image).logits
    #expect(zip(ideal, b).contains { ($0 - $1).magnitude > 1e-2 * peak })
  }

  /// Preparing and running with one task or four gives the same bits.
  @Test func resultsDoNotDependOnTheNumberOfTasks() async throws {
    let change: (inout HardwareConfiguration) -> Void = {
      $0.programmingError = .stateProportional(alpha: 0.05)
    }
    let one = try await network(.exact, width: 1, change)
    let four = try await network(.exact, width: 4, change)
    for image in SmallNetwork.images(3, seed: 6) {
      #expect(try one.run(image).logits == four.run(image).logits)
    }
    #expect(
      one.layers.map { $0.matrix.tiles.map(\.converter) }
        == four.layers.map { $0.matrix.tiles.map(\.converter) })
  }

  /// The audit sees drop grow with resistance and single precision within its tolerance.
  @Test func auditMeasuresDropAndError() async throws {
    var last = 0.0
    for ohms in [1.0, 10, 100] {
      let audited = try await network(.exact) {
        $0.wires = WireParasitics(bitLineSegment: ohms.ohms)
      }
      let audits = try await audited.audit(
        SmallNetwork.images(1, seed: 7)[0], vectorsPerTile: 3, width: 2)
      #expect(audits.map(\.name) == ["first", "second"])
      for audit in audits { #expect(try #require(audit.worstRelativeError) < 1e-5) }
      let (mean, worst) = (try #require(audits[1].meanDrop), try #require(audits[1].worstDrop))
      #expect(mean > 5 * last && worst >= mean)
      last = mean
    }
    let ideal = try await network(.ideal) { $0.wires = WireParasitics(bitLineSegment: 100.ohms) }
    let audits = try await ideal.audit(
      SmallNetwork.images(1, seed: 7)[0], vectorsPerTile: 3, width: 2)
    #expect(try #require(audits[1].worstRelativeError) > 1e-3)
  }

  /// Full-precision parts have no error; coarse converters have one in the layer itself, which the
  /// next layer inherits; and the first layer inherits nothing.
  @Test func fidelityTellsOwnErrorsFromInherited() async throws {
    let image = SmallNetwork.images(1, seed: 12)[0]
    let clean = try await network(.ideal) { $0.converter = .fullPrecision }.fidelity(image)
    #expect(clean.map(\.name) == ["first", "second"])
    for layer in clean {
      #expect(layer.signal > 0 && layer.ownError == 0 && layer.reachedError == 0)
      #expect(layer.ownDecibels == nil && layer.reachedDecibels == nil)
    }
    let wired = try await network(.exact) {
      $0.converter = .ideal
      $0.wires = WireParasitics(bitLineSegment: 1000.ohms)
    }
    let found = try wired.fidelity(image)
    #expect(found.map(\.signal) == clean.map(\.signal))
    #expect(found[0].ownError > 0 && found[0].reachedError == found[0].ownError)
    #expect(found[1].reachedError != found[1].ownError)
    // The last layer's outputs are the logits.
    let (analog, exact) = (try wired.run(image).logits, try wired.plan.integerLogits(image))
    let error = zip(analog, exact).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }
    #expect(abs(found[1].reachedError / error - 1) < 1e-12)
  }

  @Test func valuesThatAreNotFiniteAreNamed() async throws {
    let network = try await network(.ideal)
    var image = SmallNetwork.images(1, seed: 8)[0]
    image.values[3] = .nan
    #expect {
      try network.run(image)
    } throws: {
      "\($0)" == "layer first: an input is not finite"
    }
  }

  @Test func quantizationNeedsImages() async throws {
    await #expect(throws: InferenceError.self) {
      try await ExecutionPlan(
        SmallNetwork.graph(), calibration: [], options: QuantizationOptions(), width: 1)
    }
  }
}
