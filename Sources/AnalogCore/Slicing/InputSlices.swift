import NumericKernels

/// Unsigned input codes as the bit vectors that drive the gates, least significant bit first.
public enum InputSlices {
  /// Bits of codes `[batch, stride]`, positions `lines` of each vector: row `vector · bitCount + bit`
  /// of the result holds bit `bit` of vector `vector`.
  public static func bits(
    of codes: Span<UInt8>, batch: Int, stride: Int, lines: Range<Int>, bitCount: Int
  ) -> BitMatrix {
    precondition((1...8).contains(bitCount), "input codes have 1 to 8 bits")
    precondition(codes.count >= batch * stride && lines.upperBound <= stride, "codes too short")
    var result = BitMatrix(rows: batch * bitCount, columns: lines.count)
    for vector in 0..<batch {
      let row = codes.extracting(
        vector * stride + lines.lowerBound..<vector * stride + lines.upperBound)
      for word in 0..<result.wordsPerRow {
        var planes = InlineArray<8, UInt64>(repeating: 0)
        let end = min(64 * word + 64, row.count)
        for start in Swift.stride(from: 64 * word, to: end, by: 8) {
          var eight: UInt64 = 0
          for k in start..<min(start + 8, end) {
            eight |= UInt64(row[k]) << UInt64(8 * (k - start))
          }
          guard eight != 0 else { continue }
          for bit in 0..<bitCount {
            // The product moves bit 0 of byte k to bit 56 + k; no two terms meet.
            let spread = (eight >> UInt64(bit)) & 0x0101_0101_0101_0101
            let packed = (spread &* 0x0102_0408_1020_4080) >> 56
            planes[bit] |= packed << UInt64(start - 64 * word)
          }
        }
        for bit in 0..<bitCount where planes[bit] != 0 {
          result.setWord(planes[bit], row: vector * bitCount + bit, index: word)
        }
      }
    }
    return result
  }
}

extension InputSlices {
  /// Digits of codes `[batch, stride]`, positions `lines` of each vector, `sliceBits` at a time: row
  /// `vector · slices + slice` holds what `bits` holds for one bit.
  public static func digits(
    of codes: Span<UInt8>, batch: Int, stride: Int, lines: Range<Int>, bitCount: Int, sliceBits: Int
  ) -> Matrix<UInt8> {
    precondition((1...8).contains(bitCount) && (1...8).contains(sliceBits), "1 to 8 bits")
    precondition(codes.count >= batch * stride && lines.upperBound <= stride, "codes too short")
    let slices = (bitCount + sliceBits - 1) / sliceBits
    let mask = UInt8(1 << sliceBits - 1)
    var digits = Matrix<UInt8>(rows: batch * slices, columns: lines.count, repeating: 0)
    for row in 0..<batch * slices {
      let first = row / slices * stride + lines.lowerBound
      let shift = UInt8(row % slices * sliceBits)
      for k in 0..<lines.count { digits[row, k] = codes[first + k] >> shift & mask }
    }
    return digits
  }
}
