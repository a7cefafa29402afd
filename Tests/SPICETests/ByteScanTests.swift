import NumericKernels
import Testing

@testable import SPICE

@Suite struct ByteScanTests {
  /// Marks at every place of texts of every length around a block's, found byte by byte instead.
  @Test func findsTheFirstMarkFromAnyPlace() {
    var random = RandomStream(seed: 3)
    for count in 0..<70 {
      for density in [0, 3, 40] {
        let text = (0..<count).map { _ in
          Int.random(in: 0..<100, using: &random) < density ? UInt8(ascii: "$") : UInt8(ascii: "a")
        }
        for start in 0...count {
          let found = ByteScan.first(in: text.span, from: start) { block in
            (block .== ByteScan.all(10)) .| (block .== ByteScan.all(UInt8(ascii: "$")))
          }
          #expect(found == text[start...].firstIndex(of: UInt8(ascii: "$")) ?? count)
        }
      }
    }
  }

  /// Every byte value ends a word or does not, alone and far into a block.
  @Test func wordsEndAtBlanksAndPunctuation() throws {
    let ends = Set(UInt8(0)...32).union("=(),{}'\"".utf8)
    for byte in UInt8.min...UInt8.max {
      for lead in [1, 14, 15, 16, 33] {
        let card = [UInt8](repeating: UInt8(ascii: "w"), count: lead) + [byte] + Array("x".utf8)
        var tokens = CardTokens()
        try? tokens.split(card.span, 0..<card.count)
        let first = try #require(tokens.tokens.first)
        #expect(Int(first.end) == (ends.contains(byte) ? lead : lead + 2), "byte \(byte)")
      }
    }
  }
}
