/// Counter-based random numbers: Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy
/// as 1, 2, 3", SC 2011, doi 10.1145/2063384.2063405).
///
/// A stream is addressed by seed and stream number, never by earlier draws elsewhere, so
/// results do not depend on order, batches or threads.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let key: SIMD2<UInt32>
  private var counter: SIMD4<UInt32>
  private var pending: UInt64?

  /// The stream numbered `stream` of the generator seeded with `seed`.
  public init(seed: UInt64, stream: UInt64 = 0) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    counter = SIMD4(
      0, 0, UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32))
  }

  public mutating func next() -> UInt64 {
    if let value = pending {
      pending = nil
      return value
    }
    let block = Self.block(counter: counter, key: key)
    counter[0] &+= 1
    if counter[0] == 0 { counter[1] &+= 1 }
    pending = UInt64(block[3]) << 32 | UInt64(block[2])
    return UInt64(block[1]) << 32 | UInt64(block[0])
  }

  /// Four words of random bits: a pure function of counter and key.
  public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var (c, k) = (counter, key)
    for _ in 0..<10 {
      let p0 = UInt64(0xD251_1F53) * UInt64(c[0])
      let p1 = UInt64(0xCD9E_8D57) * UInt64(c[2])
      c = SIMD4(
        UInt32(truncatingIfNeeded: p1 >> 32) ^ c[1] ^ k[0], UInt32(truncatingIfNeeded: p1),
        UInt32(truncatingIfNeeded: p0 >> 32) ^ c[3] ^ k[1], UInt32(truncatingIfNeeded: p0))
      k = SIMD2(k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85)
    }
    return c
  }
}
