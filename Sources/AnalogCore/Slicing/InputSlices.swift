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
    let (words, bytes) = ((lines.count + 63) / 64, (bitCount + 7) / 8)
    var planes = [UInt64](repeating: 0, count: batch * bitCount * words)
    var out = planes.mutableSpan
    // The last codes of a row, and zeros: always as many.
    var tail = [UInt16](repeating: 0, count: 64)
    let whole = lines.count / 64 * 64
    for vector in 0..<batch {
      let row = codes.extracting(
        vector * stride + lines.lowerBound..<vector * stride + lines.upperBound)
      let first = vector * bitCount * words
      for k in whole..<lines.count { tail[k - whole] = row[k] }
      for word in 0..<words {
        // Most codes have one byte.
        for byte in 0..<bytes {
          let bits =
            64 * word == whole
            ? BitPlanes(tail.span, byte: byte)
            : BitPlanes(row.extracting((64 * word)...), byte: byte)
          for bit in 8 * byte..<min(8 * byte + 8, bitCount) {
            out[first + bit * words + word] = bits.words[bit - 8 * byte]
          }
        }
      }
    }
    return BitMatrix(rows: batch * bitCount, columns: lines.count, words: planes)
  }
}

/// The bits of one byte of 64 codes by significance: a transposition of 64 × 8 bits.
struct BitPlanes {
  private typealias Words = SIMD4<UInt64>

  /// Bit `k` of word `b` is bit `b` of the byte of code `k`.
  private(set) var words = InlineArray<8, UInt64>(repeating: 0)

  /// The first 64 of `codes`, of each its byte `byte` from the least significant one.
  @inline(__always)
  init(_ codes: Span<UInt16>, byte: Int) {
    precondition(codes.count >= 64, "64 codes to a word")
    let shift = UInt64(8 * byte)
    let (first, second) = unsafe codes.withUnsafeBytes { bytes in
      // Four codes of 16 bits to a word.
      @inline(__always)
      func fours(_ first: Int) -> Words {
        unsafe Words(
          bytes.loadUnaligned(fromByteOffset: 8 * first, as: UInt64.self),
          bytes.loadUnaligned(fromByteOffset: 8 * first + 16, as: UInt64.self),
          bytes.loadUnaligned(fromByteOffset: 8 * first + 32, as: UInt64.self),
          bytes.loadUnaligned(fromByteOffset: 8 * first + 48, as: UInt64.self))
      }
      return (
        Self.planes(fours(0) &>> shift, fours(1) &>> shift),
        Self.planes(fours(8) &>> shift, fours(9) &>> shift)
      )
    }
    // The groups as 8 × 8 bytes, the same way across words.
    for k in 0..<4 { (words[k], words[k + 4]) = (first[k], second[k]) }
    for k in [0, 2, 4, 6] { exchange(k, k + 1, by: 8, mask: 0x00FF_00FF_00FF_00FF) }
    for k in [0, 1, 4, 5] { exchange(k, k + 2, by: 16, mask: 0x0000_FFFF_0000_FFFF) }
    for k in [0, 1, 2, 3] { exchange(k, k + 4, by: 32, mask: 0x0000_0000_FFFF_FFFF) }
  }

  /// Groups of eight codes as 8 × 8 bits, from their first and last four: exchanges single bits,
  /// pairs, then nibbles across the diagonal. Byte `b` of a group then holds its bits of
  /// significance `b`.
  @inline(__always)
  private static func planes(_ low: Words, _ high: Words) -> Words {
    var eights = bytes(low) | bytes(high) &<< 32
    eights = exchanged(eights, by: 7, mask: 0x00AA_00AA_00AA_00AA)
    eights = exchanged(eights, by: 14, mask: 0x0000_CCCC_0000_CCCC)
    return exchanged(eights, by: 28, mask: 0x0000_0000_F0F0_F0F0)
  }

  /// The low bytes of four codes each, together in the low half.
  @inline(__always)
  private static func bytes(_ codes: Words) -> Words {
    var x = codes & 0x00FF_00FF_00FF_00FF
    x = (x | x &>> 8) & 0x0000_FFFF_0000_FFFF
    return (x | x &>> 16) & 0x0000_0000_FFFF_FFFF
  }

  @inline(__always)
  private static func exchanged(_ x: Words, by shift: UInt64, mask: UInt64) -> Words {
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
