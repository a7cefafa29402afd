import AnalogCore
import NumericKernels
import Testing

@Suite struct InputSlicesTests {
  /// Every bit of every code is where the definition puts it.
  @Test(arguments: [(1, 1, 8), (3, 7, 8), (2, 64, 7), (4, 65, 8), (5, 200, 3)])
  func bitsAreTheCodes(batch: Int, stride: Int, bitCount: Int) {
    var random = RandomStream(seed: 1, stream: UInt64(stride))
    let codes = (0..<batch * stride).map { _ in
      UInt16.random(in: 0...UInt16((1 << bitCount) - 1), using: &random)
    }
    for lines in [0..<stride, stride / 3..<stride, 0..<(stride + 1) / 2] where !lines.isEmpty {
      let bits = InputSlices.bits(
        of: codes.span, batch: batch, stride: stride, lines: lines, bitCount: bitCount)
      let expected = BitMatrix(rows: batch * bitCount, columns: lines.count) { row, k in
        codes[row / bitCount * stride + lines.lowerBound + k] >> UInt16(row % bitCount) & 1 == 1
      }
      #expect(bits == expected)
    }
  }
}
