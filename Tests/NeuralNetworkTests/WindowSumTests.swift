import NumericKernels
import Testing

@testable import NeuralNetwork

@Suite struct WindowSumTests {
  /// Against sums over gathered windows, for windows of every kind; the last ones leave out little of
  /// the image.
  @Test(arguments: 0..<100) func sumsAreThoseOfGatheredWindows(seed: Int) throws {
    var random = RandomStream(seed: 31, stream: UInt64(seed))
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    var window = WindowShape(kernelHeight: draw(1...3), kernelWidth: draw(1...4))
    (window.strideHeight, window.strideWidth) = (draw(1...3), draw(1...3))
    (window.dilationHeight, window.dilationWidth) = (draw(1...2), draw(1...2))
    (window.padTop, window.padLeft) = (draw(0...4), draw(0...4))
    (window.padBottom, window.padRight) = (draw(0...4), draw(0...4))
    if seed >= 60 {
      (window.strideHeight, window.strideWidth) = (1, 1)
      (window.dilationHeight, window.dilationWidth) = (1, 1)
      (window.padTop, window.padLeft) = (draw(0...1), draw(0...1))
      (window.padBottom, window.padRight) = (draw(0...1), draw(0...1))
    }
    let geometry = try WindowGeometry(
      channels: draw(1...3), height: draw(8...12), width: draw(8...12), window: window)
    let image = (0..<geometry.channels * geometry.height * geometry.width).map { _ in
      UInt16.random(in: 0...16, using: &random)
    }
    let values = geometry.windowCount * geometry.rowCount
    var patches = [UInt16](repeating: 0, count: values + WindowRows.slack)
    var rows = WindowRows(geometry)
    rows.take(image.span)
    var target = patches.mutableSpan
    rows.copy(0..<geometry.windowCount, into: &target)
    var expected = [Int](repeating: 0, count: geometry.rowCount)
    for k in 0..<values { expected[k % geometry.rowCount] += Int(patches[k]) }
    let pixels = image.map { Int32($0) }
    let sums = geometry.sumsOverWindows(pixels.span)
    #expect(sums == expected)
  }
}
