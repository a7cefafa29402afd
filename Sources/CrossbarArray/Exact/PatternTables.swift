import NumericKernels

/// Currents of columns that conduct on few word lines, for every pattern of the gates there.
///
/// A column of a block-diagonal array holds one group of a grouped convolution: with 3 × 3 weights it
/// has nine cells, and where cells that are off carry no current its own current is one of 512.
/// Looking it up costs the same however many word lines the array has.
struct PatternTables: Sendable {
  /// Word lines of a table at most: 1024 patterns, fewer than the vectors of most layers.
  static let longest = 10
  /// Columns of a table at most: more are walked as fast as they are copied.
  static let widest = 16

  /// Columns that conduct on word lines `lines` only.
  struct Block: Equatable, Sendable {
    var lines: Range<Int>
    var columns: [Int]
  }

  private let blocks: [Block]
  /// Amperes, `[blocks][patterns, columns]`: bit 0 of a pattern is the block's first word line.
  private let amperes: [Float]
  /// Where the tables of the blocks start.
  private let starts: [Int]
  private let outputCount: Int

  /// The columns `[wordLines, outputs]` in blocks of at most `longest` word lines and `widest`
  /// columns; `nil` if there are none such.
  static func blocks(
    wordLines: Int, outputs: Int, conducts: (_ line: Int, _ output: Int) -> Bool
  ) -> [Block]? {
    var spans: [(lines: Range<Int>, column: Int)] = []
    for output in 0..<outputs {
      var (low, high) = (wordLines, 0)
      for line in 0..<wordLines where conducts(line, output) {
        low = min(low, line)
        high = line + 1
        if high - low > longest { return nil }
      }
      spans.append((min(low, high)..<high, output))
    }
    spans.sort { ($0.lines.lowerBound, $0.column) < ($1.lines.lowerBound, $1.column) }
    var found: [Block] = []
    for (lines, column) in spans {
      if let last = found.last {
        let first = last.lines.isEmpty ? lines.lowerBound : last.lines.lowerBound
        let joined = first..<max(last.lines.upperBound, lines.upperBound)
        // Only columns that share word lines, so that tables stay short.
        let meet = last.lines.isEmpty || lines.isEmpty || last.lines.overlaps(lines)
        if meet, joined.count <= longest {
          found[found.count - 1].lines = joined
          found[found.count - 1].columns.append(column)
          continue
        }
      }
      found.append(Block(lines: lines, columns: [column]))
    }
    return found.contains { $0.columns.count > widest } ? nil : found
  }

  /// Tables of `blocks` from the currents of `solve`, which is asked for vectors of all word lines.
  init(
    _ blocks: [Block], wordLines: Int, outputs: Int, solve: (BitMatrix) -> [Double]
  ) {
    (self.blocks, outputCount) = (blocks, outputs)
    let patterns = 1 << (blocks.map(\.lines.count).max() ?? 0)
    var bits = BitMatrix(rows: patterns, columns: wordLines)
    for block in blocks {
      for (place, line) in block.lines.enumerated() {
        for pattern in 0..<patterns where pattern >> place & 1 == 1 { bits[pattern, line] = true }
      }
    }
    // Every block at once: none sees the others' word lines.
    let solved = solve(bits)
    var (amperes, starts): ([Float], [Int]) = ([], [])
    for block in blocks {
      starts.append(amperes.count)
      for pattern in 0..<1 << block.lines.count {
        for column in block.columns { amperes.append(Float(solved[pattern * outputs + column])) }
      }
    }
    (self.amperes, self.starts) = (amperes, starts)
  }

  /// Writes the currents of vectors, `[bits.rows, outputs]`.
  func currents(_ bits: BitMatrix, into result: inout [Float]) {
    if result.count != bits.rows * outputCount {
      result = Array(repeating: 0, count: bits.rows * outputCount)
    }
    var out = result.mutableSpan
    let (words, each, table) = (bits.words.span, bits.wordsPerRow, amperes.span)
    for (block, start) in zip(blocks, starts) {
      let (first, count) = (block.lines.lowerBound, block.lines.count)
      // An empty block reads the pattern zero of any word.
      let (word, shift) = (min(first / 64, each - 1), UInt64(first % 64))
      let straddles = Int(shift) + count > 64
      let mask = UInt64(1 << count - 1)
      let columns = block.columns.span
      let own = table.extracting(start..<start + columns.count << count)
      precondition(columns.indices.allSatisfy { columns[$0] < outputCount }, "no such column")
      for row in 0..<bits.rows {
        var pattern = words[row &* each &+ word] &>> shift
        if straddles { pattern |= words[row &* each &+ word &+ 1] &<< (64 &- shift) }
        // Masked patterns have rows in the table.
        let at = Int(truncatingIfNeeded: pattern & mask) &* columns.count
        for k in columns.indices {
          unsafe out[unchecked: row &* outputCount &+ columns[unchecked: k]] =
            own[unchecked: at &+ k]
        }
      }
    }
  }
}
