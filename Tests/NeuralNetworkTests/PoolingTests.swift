import NumericKernels
import Testing

@testable import NeuralNetwork

@Suite struct PoolingTests {
  /// Rounding up and down, counting the padding and not, dilations and unequal pads.
  @Test(arguments: 0..<200)
  func equalsItsDefinition(seed: Int) throws {
    var random = RandomStream(seed: 4, stream: UInt64(seed))
    var window = randomWindow(&random, padsWithinKernel: true)
    window.roundsUp = seed % 2 == 0
    let pooling = Pooling(window: window, countsPadding: seed % 4 < 2)
    let image = randomTensor(
      [
        2, 3, Int.random(in: 10...15, using: &random), Int.random(in: 10...15, using: &random),
      ], &random)
    let reference = NaiveOperators.pooling(pooling, image)
    let maxima = try evaluate(.maxPool(pooling), [image])
    #expect(worstDifference(maxima.values, reference.maxima) == 0)
    let means = try evaluate(.averagePool(pooling), [image])
    // At most 16 additions of magnitudes up to 16, then one division.
    #expect(worstDifference(means.values, reference.means) <= 17 * Double(Float.ulpOfOne))
  }

  /// ResNet50 of the shared networks: 112 → 56 with a 3×3 window of stride 2 that only fits rounded up.
  @Test func ceilModeAddsThePartialWindow() throws {
    var window = WindowShape(kernelHeight: 3, kernelWidth: 3)
    (window.strideHeight, window.strideWidth) = (2, 2)
    #expect(
      try WindowGeometry(channels: 1, height: 112, width: 112, window: window).outputWidth == 55)
    window.roundsUp = true
    #expect(
      try WindowGeometry(channels: 1, height: 112, width: 112, window: window).outputWidth == 56)
  }

  @Test func globalMeanIsTheMeanOfEachPlane() throws {
    let image = Tensor(shape: [1, 2, 2, 2], values: [1, 2, 3, 6, -1, -1, -1, 1])
    let result = try evaluate(.globalAveragePool, [image])
    #expect(result == Tensor(shape: [1, 2, 1, 1], values: [3, -0.5]))
  }

  /// A window that sees only padding has no maximum: refused rather than infinite.
  @Test func windowsOfPaddingOnlyAreRefused() throws {
    var window = WindowShape(kernelHeight: 2, kernelWidth: 2)
    window.padTop = 2
    let image = Tensor(shape: [1, 1, 4, 4], values: [Float](repeating: 1, count: 16))
    #expect(throws: GraphError.self) {
      _ = try evaluate(.maxPool(Pooling(window: window)), [image])
    }
  }

  /// Windows of a thousand million positions cost only the pixels that they see.
  @Test func hugePaddedWindowsFinish() throws {
    var window = WindowShape(kernelHeight: 1 << 15, kernelWidth: 1 << 15)
    (window.padTop, window.padLeft) = ((1 << 15) - 4, (1 << 15) - 4)
    let image = Tensor(shape: [1, 1, 4, 4], values: (0..<16).map { Float($0) })
    let result = try evaluate(.maxPool(Pooling(window: window)), [image])
    #expect(result == Tensor(shape: [1, 1, 1, 1], values: [15]))
  }
}
