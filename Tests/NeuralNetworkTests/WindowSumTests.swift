import NumericKernels
import Testing

@testable import NeuralNetwork

@Suite struct WindowSumTests {
  /// Against sums over gathered windows, for windows of every kind.
  @Test(arguments: 0..<60) func sumsAreThoseOfGatheredWindows(seed: Int) throws {
    var random = RandomStream(seed: 31, stream: UInt64(seed))
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    var window = WindowShape(kernelHeight: draw(1...3), kernelWidth: draw(1...4))
    (window.strideHeight, window.strideWidth) = (draw(1...3), draw(1...3))
    (window.dilationHeight, window.dilationWidth) = (draw(1...2), draw(1...2))
    (window.padTop, window.padLeft) = (draw(0...4), draw(0...4))
    (window.padBottom, window.padRight) = (draw(0...4), draw(0...4))
    let geometry = try WindowGeometry(
      channels: draw(1...3), height: draw(8...12), width: draw(8...12), window: window)
    let image = (0..<geometry.channels * geometry.height * geometry.width).map { _ in
      Int32.random(in: 0...16, using: &random)
    }
    var patches = [Int32](repeating: 0, count: geometry.windowCount * geometry.rowCount)
    var target = patches.mutableSpan
    geometry.gather(
      image.span, channelOffset: 0, windows: 0..<geometry.windowCount, padding: 0, into: &target)
    var expected = [Int](repeating: 0, count: geometry.rowCount)
    for (k, value) in patches.enumerated() { expected[k % geometry.rowCount] += Int(value) }
    #expect(geometry.sumsOverWindows(image.span) == expected)
  }
}
