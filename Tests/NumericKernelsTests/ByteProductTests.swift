import NumericKernels
import Testing

@Suite(.enabled(if: ByteProduct.isSupported, "this processor has no products of bytes"))
struct ByteProductTests {
  /// Sums by a loop over bytes, for rows and columns that fill no block and no vector.
  @Test(arguments: [(1, 1, 1), (3, 5, 17), (4, 2, 96), (9, 36, 112), (16, 7, 200)])
  func sumsAreThoseOfBytes(rows: Int, steps: Int, columns: Int) {
    var random = RandomStream(seed: UInt64(1000 * rows + columns))
    let values = (0..<rows * steps * 4).map { _ in Int8.random(in: -128...127, using: &random) }
    let weights = ByteProduct.Weights(rows: rows, steps: steps) {
      values[($0 * steps + $1) * 4 + $2]
    }
    let shifts = (0..<steps).map { _ in Int32.random(in: 0...40, using: &random) }
    let start = 3
    let stride = ByteProduct.stride(columns: columns)
    let x = (0..<start + 40 + stride).map { _ in UInt32.random(in: 0...(.max), using: &random) }
    var sums = [Int32](repeating: 7, count: ByteProduct.sumCount(weights, columns: columns))
    var target = sums.mutableSpan
    ByteProduct.multiply(
      weights, shifts: shifts.span, x.span, start: start, columns: columns, into: &target)
    for row in 0..<rows {
      for column in 0..<columns {
        var sum: Int32 = 0
        for step in 0..<steps {
          let word = x[start + Int(shifts[step]) + column]
          for place in 0..<4 {
            sum +=
              Int32(values[(row * steps + step) * 4 + place])
              * Int32(word >> UInt32(8 * place) & 0xFF)
          }
        }
        #expect(sums[row * stride + column] == sum)
      }
      #expect(
        weights.sums[row]
          == values[row * steps * 4..<(row + 1) * steps * 4].reduce(0) { $0 + Int32($1) })
    }
  }

  /// The longest sums of the largest products stay within 32 bits.
  @Test func longestSumsFit() {
    let steps = ByteProduct.largestStepCount
    let weights = ByteProduct.Weights(rows: 1, steps: steps) { _, _, _ in -128 }
    let shifts = [Int32](repeating: 0, count: steps)
    let x = [UInt32](repeating: .max, count: ByteProduct.lanes)
    var sums = [Int32](repeating: 0, count: ByteProduct.sumCount(weights, columns: 1))
    var target = sums.mutableSpan
    ByteProduct.multiply(weights, shifts: shifts.span, x.span, start: 0, columns: 1, into: &target)
    #expect(Int(sums[0]) == -128 * 255 * 4 * steps)
  }
}
