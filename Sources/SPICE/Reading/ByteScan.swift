/// Finds marks in decks, 16 bytes at a time: most of reading a large deck is looking for the ends of
/// lines and words.
enum ByteScan {
  /// Sixteen bytes of a text.
  typealias Block = SIMD16<UInt8>
  /// Which of them are marks.
  typealias Marks = SIMDMask<SIMD16<Int8>>

  /// Position of the first mark from `start` on, or the end of the text.
  ///
  /// - Parameter isMark: The marks among 16 bytes; a line end must be one.
  @inline(__always)
  static func first(
    in text: Span<UInt8>, from start: Int, _ isMark: (Block) -> Marks
  ) -> Int {
    var position = start
    while position + Block.scalarCount <= text.count {
      // Spans have no safe load of a vector; the bound has been checked.
      let block = unsafe text.bytes.unsafeLoadUnaligned(
        fromByteOffset: position, as: Block.self)
      if let offset = firstIndex(isMark(block)) { return position + offset }
      position += Block.scalarCount
    }
    // Line ends fill the last block, so that a mark is found.
    var block = Block(repeating: 10)
    for index in position..<max(position, text.count) { block[index - position] = text[index] }
    return min(position + (firstIndex(isMark(block)) ?? 0), text.count)
  }

  /// Sixteen times the same byte. Comparisons of a block with it become single instructions, unlike
  /// those with the byte itself, which go through generic code.
  @inline(__always)
  static func all(_ byte: UInt8) -> Block { Block(repeating: byte) }

  @inline(__always)
  private static func firstIndex(_ marks: Marks) -> Int? {
    let halves = unsafe unsafeBitCast(marks, to: SIMD2<UInt64>.self)
    if halves[0] != 0 { return halves[0].littleEndian.trailingZeroBitCount / 8 }
    return halves[1] != 0 ? 8 + halves[1].littleEndian.trailingZeroBitCount / 8 : nil
  }
}
