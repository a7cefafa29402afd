import NumericKernels

/// Unsigned input codes as the bit vectors that drive the gates, least significant bit first.
public enum InputSlices {
  /// Bits of codes `[batch, stride]`, positions `lines` of each vector: row
  /// `vector · bitCount + bit` of the result holds bit `bit` of vector `vector`.
  public static func bits(
    of codes: Span<UInt16>, batch: Int, stride: Int, lines: Range<Int>, bitCount: Int
  ) -> BitMatrix {
    precondition((1...16).contains(bitCount), "input codes have 1 to 16 bits")
    precondition(codes.count >= batch * stride && lines.upperBound <= stride, "codes too short")
    var result = BitMatrix(rows: batch * bitCount, columns: lines.count)
    for vector in 0..<batch {
      let row = codes.extracting(
        vector * stride + lines.lowerBound..<vector * stride + lines.upperBound)
      for word in 0..<result.wordsPerRow {
        // Most codes have one byte.
        for byte in 0..<(bitCount + 7) / 8 {
          let planes = BitPlanes(row, from: 64 * word, byte: byte)
          for bit in 8 * byte..<min(8 * byte + 8, bitCount) {
            result.setWord(
              planes.words[bit - 8 * byte], row: vector * bitCount + bit, index: word)
          }
        }
      }
    }
    return result
  }
}

/// The bits of one byte of 64 codes by significance: a transposition of 64 × 8 bits.
struct BitPlanes {
  /// Bit `k` of word `b` is bit `b` of the byte of code `k`.
  private(set) var words = InlineArray<8, UInt64>(repeating: 0)

  /// Codes `from …` of a row, of each its byte `byte` from the least significant one; codes beyond
  /// the row's end are zero.
  @inline(__always)
  init(_ row: Span<UInt16>, from first: Int, byte: Int) {
    // Four codes of 16 bits to a word: the first and the last four of each group of eight.
    var low = SIMD8<UInt64>(repeating: 0)
    var high = SIMD8<UInt64>(repeating: 0)
    let count = min(64, row.count - first)
    for group in 0..<count / 8 {
      // Constant numbers of codes: two loads.
      let codes = row.extracting(first + 8 * group..<first + 8 * group + 8)
      var (a, b): (UInt64, UInt64) = (0, 0)
      for k in 0..<4 { a |= UInt64(codes[k]) &<< UInt64(16 * k) }
      for k in 0..<4 { b |= UInt64(codes[4 + k]) &<< UInt64(16 * k) }
      low[group] = a
      high[group] = b
    }
    var (a, b): (UInt64, UInt64) = (0, 0)
    for k in 0..<count % 8 {
      let code = UInt64(row[first + count / 8 * 8 + k])
      if k < 4 { a |= code &<< UInt64(16 * k) } else { b |= code &<< UInt64(16 * (k - 4)) }
    }
    if count % 8 > 0 { (low[count / 8], high[count / 8]) = (a, b) }
    let shift = UInt64(8 * byte)
    var eights = Self.bytes(low &>> shift) | Self.bytes(high &>> shift) &<< 32
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

  /// The low bytes of four codes each, together in the low half.
  @inline(__always)
  private static func bytes(_ codes: SIMD8<UInt64>) -> SIMD8<UInt64> {
    var x = codes & 0x00FF_00FF_00FF_00FF
    x = (x | x &>> 8) & 0x0000_FFFF_0000_FFFF
    return (x | x &>> 16) & 0x0000_0000_FFFF_FFFF
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
    of codes: Span<UInt16>, batch: Int, stride: Int, lines: Range<Int>, bitCount: Int,
    sliceBits: Int
  ) -> Matrix<UInt16> {
    precondition((1...16).contains(bitCount) && (1...16).contains(sliceBits), "1 to 16 bits")
    precondition(codes.count >= batch * stride && lines.upperBound <= stride, "codes too short")
    let slices = (bitCount + sliceBits - 1) / sliceBits
    let mask = UInt16(1 << sliceBits - 1)
    var digits = Matrix<UInt16>(rows: batch * slices, columns: lines.count, repeating: 0)
    for row in 0..<batch * slices {
      let first = row / slices * stride + lines.lowerBound
      let shift = UInt16(row % slices * sliceBits)
      for k in 0..<lines.count { digits[row, k] = codes[first + k] >> shift & mask }
    }
    return digits
  }
}
