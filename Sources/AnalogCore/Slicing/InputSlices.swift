import NumericKernels

/// Unsigned input codes as the bit vectors that drive the gates, least significant bit first.
public enum InputSlices {
  /// Bits of codes `[batch, stride]`, positions `lines` of each vector: row
  /// `vector · bitCount + bit` of the result holds bit `bit` of vector `vector`.
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
        let planes = BitPlanes(row, from: 64 * word)
        for bit in 0..<bitCount {
          result.setWord(planes.words[bit], row: vector * bitCount + bit, index: word)
        }
      }
    }
    return result
  }
}

/// The bits of 64 codes by significance: a transposition of 64 × 8 bits.
struct BitPlanes {
  /// Bit `k` of word `b` is bit `b` of code `k`.
  private(set) var words = InlineArray<8, UInt64>(repeating: 0)

  /// Codes `from …` of a row; those beyond its end are zero.
  @inline(__always)
  init(_ row: Span<UInt8>, from first: Int) {
    var eights = SIMD8<UInt64>(repeating: 0)
    let count = min(64, row.count - first)
    for group in 0..<count / 8 {
      // Eight codes, a constant number: one load.
      let codes = row.extracting(first + 8 * group..<first + 8 * group + 8)
      var eight: UInt64 = 0
      for k in 0..<8 { eight |= UInt64(codes[k]) &<< UInt64(8 * k) }
      eights[group] = eight
    }
    var rest: UInt64 = 0
    for k in 0..<count % 8 {
      rest |= UInt64(row[first + count / 8 * 8 + k]) &<< UInt64(8 * k)
    }
    if count % 8 > 0 { eights[count / 8] = rest }
    // Each group of eight codes as 8 × 8 bits: exchange single bits, pairs, then nibbles across the
    // diagonal, all groups at once. Byte b of a group then holds its bits of significance b.
    eights = Self.exchanged(eights, by: 7, mask: 0x00AA_00AA_00AA_00AA)
    eights = Self.exchanged(eights, by: 14, mask: 0x0000_CCCC_0000_CCCC)
    eights = Self.exchanged(eights, by: 28, mask: 0x0000_0000_F0F0_F0F0)
    // The groups as 8 × 8 bytes, the same way across words.
    for k in 0..<8 { words[k] = eights[k] }
    for k in [0, 2, 4, 6] { exchange(k, k + 1, by: 8, mask: 0x00FF_00FF_00FF_00FF) }
    for k in [0, 1, 4, 5] { exchange(k, k + 2, by: 16, mask: 0x0000_FFFF_0000_FFFF) }
    for k in [0, 1, 2, 3] { exchange(k, k + 4, by: 32, mask: 0x0000_0000_FFFF_FFFF) }
  }

  @inline(__always)
  private static func exchanged(
    _ x: SIMD8<UInt64>, by shift: UInt64, mask: UInt64
  ) -> SIMD8<UInt64> {
    let t = (x ^ (x &>> shift)) & mask
    return x ^ t ^ (t &<< shift)
  }

  /// Exchanges the high parts of word `a` with the low parts of word `b`.
  @inline(__always)
  private mutating func exchange(_ a: Int, _ b: Int, by shift: UInt64, mask: UInt64) {
    let t = ((words[a] &>> shift) ^ words[b]) & mask
    words[b] ^= t
    words[a] ^= t &<< shift
  }
}

extension InputSlices {
  /// Digits of codes `[batch, stride]`, positions `lines` of each vector, `sliceBits` at a time:
  /// row `vector · slices + slice` is the multi-bit counterpart of a row of `bits`.
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
