/// Products `C = X B` of binary rows `X`: sums of the rows of `B` that a vector selects.
///
/// Rows of `B` are taken four at a time: of each four, all sixteen sums are tabulated for a vector of
/// columns, and a row of `X` takes one of them per four bits (the method of four Russians). Sums of
/// four are added in two halves per word of 64 bits, then word by word, so that rounding grows with
/// the words, not with the rows, and a vector's result does not depend on its neighbors.
package struct SelectedSums: Sendable {
  typealias Lanes = SIMD16<Float>

  /// `B` by vectors of columns, then rows to a multiple of 64, padded with zeros.
  private let lanes: [Lanes]
  private let rows: Int, columns: Int
  private let wordCount: Int
  /// Fewer rows of `X` than this do not pay for tables.
  private static let fewest = 8

  /// `B` of shape `[rows, columns]` by its entries.
  package init(rows: Int, columns: Int, entry: (Int, Int) -> Float) {
    (self.rows, self.columns) = (rows, columns)
    wordCount = (rows + 63) / 64
    var lanes = [Lanes](repeating: .zero, count: (columns + 15) / 16 * wordCount * 64)
    for row in 0..<rows {
      for column in 0..<columns {
        lanes[column / 16 * wordCount * 64 + row][column % 16] = entry(row, column)
      }
    }
    self.lanes = lanes
  }

  /// The products `[bits.rows, columns]`; `bits` has a column per row of `B`.
  package func multiply(_ bits: BitMatrix, into products: inout [Float]) {
    multiply(bits, into: &products, tabulates: bits.rows >= Self.fewest)
  }

  /// The same bits with tables and without.
  package func multiply(_ bits: BitMatrix, into products: inout [Float], tabulates: Bool) {
    precondition(bits.columns == rows, "a bit per row")
    let count = bits.rows * columns
    if products.count != count { products = Array(repeating: 0, count: count) }
    var sums = [Lanes](repeating: .zero, count: bits.rows)
    var table = [Lanes](repeating: .zero, count: tabulates ? 256 : 0)
    for panel in 0..<(columns + 15) / 16 {
      if panel > 0 { for k in sums.indices { sums[k] = .zero } }
      for word in 0..<wordCount {
        let first = (panel * wordCount + word) * 64
        let own = lanes.span.extracting(first..<first + 64)
        let bytes = min(8, (rows - 64 * word + 7) / 8)
        if tabulates {
          Self.tabulate(own, fours: 2 * bytes, into: &table)
          Self.add(table.span, bits, word: word, bytes: bytes, to: &sums)
        } else {
          Self.addSelected(own, bits, word: word, to: &sums)
        }
      }
      store(sums.span, panel: panel, into: &products)
    }
  }

  /// The sums of each four rows, by the bits that select them.
  private static func tabulate(_ b: Span<Lanes>, fours: Int, into table: inout [Lanes]) {
    var sums = table.mutableSpan
    for four in 0..<fours {
      let own = 16 * four
      for bit in 0..<4 {
        let row = b[4 * four + bit]
        for k in 0..<1 << bit { sums[own + 1 << bit + k] = sums[own + k] + row }
      }
    }
  }

  private static func add(
    _ table: Span<Lanes>, _ bits: BitMatrix, word: Int, bytes: Int, to sums: inout [Lanes]
  ) {
    precondition(table.count >= 256 && sums.count >= bits.rows, "sums of four missing")
    let each = bits.wordsPerRow
    let words = bits.words.span
    var out = sums.mutableSpan
    for row in 0..<bits.rows {
      let selected = words[row * each + word]
      guard selected != 0 else { continue }
      // Four bits never lead beyond their own sixteen sums.
      var even = unsafe table[unchecked: Int(truncatingIfNeeded: selected & 15)]
      var odd = unsafe table[unchecked: 16 &+ Int(truncatingIfNeeded: selected &>> 4 & 15)]
      for byte in 1..<bytes {
        let own = selected &>> UInt64(truncatingIfNeeded: 8 &* byte)
        let (low, high) = (
          Int(truncatingIfNeeded: own & 15), Int(truncatingIfNeeded: own &>> 4 & 15)
        )
        unsafe even += table[unchecked: 32 &* byte &+ low]
        unsafe odd += table[unchecked: 32 &* byte &+ 16 &+ high]
      }
      out[row] += even + odd
    }
  }

  /// Row by row in the order of the tables.
  private static func addSelected(
    _ b: Span<Lanes>, _ bits: BitMatrix, word: Int, to sums: inout [Lanes]
  ) {
    for row in 0..<bits.rows {
      var selected = bits.words[row * bits.wordsPerRow + word]
      guard selected != 0 else { continue }
      var halves = (Lanes.zero, Lanes.zero)
      while selected != 0 {
        let four = selected.trailingZeroBitCount / 4
        var sum = Lanes.zero
        for bit in 4 * four..<4 * four + 4 where selected >> UInt64(bit) & 1 == 1 { sum += b[bit] }
        if four % 2 == 0 { halves.0 += sum } else { halves.1 += sum }
        selected &= ~(15 << UInt64(4 * four))
      }
      sums[row] += halves.0 + halves.1
    }
  }

  private func store(_ sums: Span<Lanes>, panel: Int, into products: inout [Float]) {
    let left = columns - 16 * panel
    var out = products.mutableSpan
    if left >= 16 {
      precondition(out.count >= sums.count * columns, "products missing")
      unsafe out.withUnsafeMutableBytes { bytes in
        for row in sums.indices {
          unsafe bytes.storeBytes(
            of: sums[row], toByteOffset: 4 * (row * columns + 16 * panel), as: Lanes.self)
        }
      }
    } else {
      for row in sums.indices {
        for k in 0..<left { out[row * columns + 16 * panel + k] = sums[row][k] }
      }
    }
  }
}
