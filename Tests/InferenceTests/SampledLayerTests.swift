import AnalogCore
import CrossbarArray
import Inference
import NeuralNetwork
import Testing
import Units

@Suite struct SampledLayerTests {
  private func network(
    _ change: (inout HardwareConfiguration) -> Void
  ) async throws -> AnalogNetwork {
    var hardware = HardwareConfiguration()
    hardware.tile = TileSpecification(wordLines: 50, bitLines: 6)
    hardware.converter = .ideal
    hardware.readNoise = .stateProportional(alpha: 0.02)
    change(&hardware)
    let plan = try await SmallNetwork.plan()
    let own = hardware
    return try await AnalogNetwork(
      plan, choices: plan.layers.map { _ in .init(hardware: own, path: .exact) }, seed: 1,
      calibration: [], width: 2)
  }

  /// Layers whose reads are circuits of their own are named, with as many reads as a run makes: input
  /// vectors times bits times arrays. Images are signed: every vector is read once for each sign.
  @Test func readsAreCountedAsTheyAreMade() async throws {
    let image = SmallNetwork.images(1, seed: 3)[0]
    let network = try await network { $0.ends.bitLineSense = .both }
    let found = try network.sampledLayers(image)
    #expect(found.map(\.name) == ["first", "second"])
    let tiles = network.layers.map(\.matrix.tiles.count)
    let bits = network.layers.map(\.integer.quantizer.bitCount)
    // 6 × 4 windows of signed inputs; one vector of outputs of a rectifier.
    #expect(
      found.map(\.readsPerImage) == [2 * 24 * bits[0] * tiles[0], 1 * bits[1] * tiles[1]])
    #expect(found.allSatisfy { $0.secondsPerImage > 0 && $0.reason.contains("both ends") })
  }

  /// Nothing is said where the first order holds, and none is timed.
  @Test func firstOrderReadsAreNotNamed() async throws {
    let image = SmallNetwork.images(1, seed: 3)[0]
    #expect(try await network { _ in }.sampledLayers(image).isEmpty)
    let quiet = try await network {
      $0.readNoise = .none
      $0.ends.bitLineSense = .both
    }
    #expect(try quiet.sampledLayers(image).isEmpty)
  }

  /// Noise on wires depends on the image alone, not on order or tasks.
  @Test func firstOrderNoiseIsPure() async throws {
    let (one, other) = (try await network { _ in }, try await network { _ in })
    let images = SmallNetwork.images(3, seed: 4)
    let forward = try images.map { try one.run($0).logits }
    let backward = try images.reversed().map { try other.run($0).logits }
    #expect(forward == [[Float]](backward.reversed()))
  }
}
