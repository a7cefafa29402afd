import AnalogCore
import CrossbarArray
import Foundation
import NeuralNetwork
import Testing
import Units

@testable import Inference

@Suite struct LayerFidelityTests {
  private func fidelity(_ signal: Double, _ own: Double, _ reached: Double) -> LayerFidelity {
    LayerFidelity(name: "a", signal: signal, ownError: own, reachedError: reached)
  }

  /// Decibels of a ratio of powers: ten for each power of ten, three for a factor of two.
  @Test func ratiosOfPowersAreTenDecibelsEach() throws {
    let found = fidelity(1000, 1, 500)
    #expect((try #require(found.ownDecibels) - 30).magnitude < 1e-12)
    #expect((try #require(found.reachedDecibels) - 3.010_299_956_64).magnitude < 1e-9)
    let noisy = fidelity(1, 10, 100)
    #expect((try #require(noisy.ownDecibels) + 10).magnitude < 1e-12)
    #expect((try #require(noisy.reachedDecibels) + 20).magnitude < 1e-12)
  }

  /// Without an error or without a signal there is no ratio.
  @Test func noErrorAndNoSignalHaveNone() {
    #expect(fidelity(1, 0, 2).ownDecibels == nil && fidelity(1, 0, 2).reachedDecibels != nil)
    #expect(fidelity(0, 1, 1).ownDecibels == nil && fidelity(0, 1, 1).reachedDecibels == nil)
  }

  /// A network's fidelity is that of its outputs: signal and error are sums of squares over the
  /// outputs of a layer, here of the last one, whose outputs are the logits.
  @Test func theLastLayerIsThatOfTheLogits() async throws {
    let plan = try await SmallNetwork.plan()
    var hardware = HardwareConfiguration()
    hardware.wires.bitLineSegment = 100.ohms
    hardware.converter = .ideal
    let network = try await AnalogNetwork(
      plan, choices: plan.layers.map { _ in .init(hardware: hardware, path: .exact) }, seed: 1,
      calibration: [], width: 2)
    let image = SmallNetwork.images(1, seed: 3)[0]
    let found = try #require(try network.fidelity(image).last)
    let integers = try plan.integerLogits(image)
    let logits = try network.run(image).logits
    let signal = integers.reduce(0.0) { $0 + Double($1) * Double($1) }
    let error = zip(logits, integers).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }
    #expect((found.signal / signal - 1).magnitude < 1e-12)
    #expect((found.reachedError / error - 1).magnitude < 1e-12)
    let decibels = try #require(found.reachedDecibels)
    #expect((decibels - 10 * log10(signal / error)).magnitude < 1e-9)
  }
}
