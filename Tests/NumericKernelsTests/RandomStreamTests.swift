import NumericKernels
import Testing

@Suite struct RandomStreamTests {
  /// Known answers of the Random123 distribution (kat_vectors, philox4x32 10).
  @Test func agreesWithKnownAnswers() {
    #expect(
      RandomStream.block(counter: SIMD4(0, 0, 0, 0), key: SIMD2(0, 0))
        == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = UInt32.max
    #expect(
      RandomStream.block(counter: SIMD4(ones, ones, ones, ones), key: SIMD2(ones, ones))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
  }

  /// A stream depends on its address alone, and streams differ.
  @Test func streamsAreAddressed() {
    func draw(_ seed: UInt64, _ stream: UInt64) -> [UInt64] {
      var random = RandomStream(seed: seed, stream: stream)
      return (0..<100).map { _ in random.next() }
    }
    #expect(draw(1, 2) == draw(1, 2))
    #expect(Set(draw(1, 2) + draw(1, 3) + draw(2, 2)).count == 300)
  }
}
