/// Products `C = X B` of binary rows `X`: sums of the rows of `B` that a vector selects.
///
/// A block is four vectors by two vectors of columns in registers. Rows that none of the four
/// selects are skipped: with bit-serial inputs most bits are zero, those of high significance
/// nearly all. Sums run in row order, in parts of 64 rows, so a vector's result does not depend on
/// its neighbors and rounding grows with the parts, not with the rows.
package struct SelectedSums: Sendable {
  typealias Lanes = SIMD16<Float>

  /// `B` in panels of two vectors of columns, `[panels, rows, 2]`, padded with zeros.
  private let lanes: [Lanes]
  private static let partLength = 64
  private let stride: Int
  private let rows: Int, columns: Int

  /// `B` of shape `[rows, columns]` by its entries.
  package init(rows: Int, columns: Int, entry: (Int, Int) -> Float) {
    (self.rows, self.columns) = (rows, columns)
    stride = 2 * ((columns + 31) / 32)
    var lanes = [Lanes](repeating: .zero, count: rows * stride)
    for row in 0..<rows {
      for column in 0..<columns {
        let at = PanelLayout.index(row: row, group: column / 16, rows: rows)
        lanes[at][column % 16] = entry(row, column)
      }
    }
    self.lanes = lanes
  }

  /// Cost of the products, in multiply-adds of a matrix product of known length: sums over the rows
  /// selected by any of four neighboring vectors. The weights are measured by
  /// `Benchmarks reducedLadder`; the choice of a model must not depend on a clock.
  package static func estimatedWork(_ bits: BitMatrix, columns: Int) -> Double {
    let each = bits.wordsPerRow
    var lines = 0
    for row in Swift.stride(from: 0, to: bits.rows, by: 4) {
      for index in 0..<each {
        let any = (row..<min(row + 4, bits.rows)).reduce(UInt64(0)) {
          $0 | bits.words[$1 * each + index]
        }
        lines += any.nonzeroBitCount
      }
    }
    return Double(4 * lines) * (0.7 * Double(columns) + 12)
  }

  /// The products `[bits.rows, columns]`; `bits` has a column per row of `B`.
  package func multiply(_ bits: BitMatrix, into products: inout [Float]) {
    precondition(bits.columns == rows, "a bit per row")
    let count = bits.rows * columns
    if products.count != count { products = Array(repeating: 0, count: count) }
    var out = products.mutableSpan
    var selections = QuadSelections(
      wordLineCount: rows, segmentLength: Self.partLength, vectors: bits.rows)
    var first = 0
    while first < bits.rows {
      selections.set(bits, row: first)
      for group in Swift.stride(from: 0, to: stride, by: 2) {
        for quad in 0..<selections.count {
          let row = first + 4 * quad
          add(selections, quad, group, first: row, count: min(4, bits.rows - row), into: &out)
        }
      }
      first += 4 * selections.count
    }
  }

  @inline(__always)
  private func add(
    _ selections: borrowing QuadSelections, _ quad: Int, _ group: Int, first: Int, count: Int,
    into out: inout MutableSpan<Float>
  ) {
    let zero = Lanes(repeating: 0)
    var (t00, t01, t10, t11) = (zero, zero, zero, zero)
    var (t20, t21, t30, t31) = (zero, zero, zero, zero)
    let b = lanes.span.extracting(group * rows..<(group + 2) * rows)
    let (lines, starts) = (selections.lines.span, selections.starts.span)
    let firstStart = quad * selections.startsPerQuad
    let table = QuadSelections.numbers
    let numbers = table.span
    for part in firstStart..<firstStart + selections.startsPerQuad - 1
    where starts[part] < starts[part + 1] {
      var (s00, s01, s10, s11) = (zero, zero, zero, zero)
      var (s20, s21, s30, s31) = (zero, zero, zero, zero)
      for k in starts[part]..<starts[part + 1] {
        // Selections name rows of the matrix and four bits.
        let line = unsafe lines[unchecked: k]
        let at = 2 &* Int(line.index)
        let (b0, b1) = unsafe (b[unchecked: at], b[unchecked: at &+ 1])
        let x = unsafe numbers[unchecked: Int(line.bits)]
        let x0 = Lanes(repeating: x[0])
        let x1 = Lanes(repeating: x[1])
        let x2 = Lanes(repeating: x[2])
        let x3 = Lanes(repeating: x[3])
        s00 = multiplyAdd(x0, b0, s00)
        s01 = multiplyAdd(x0, b1, s01)
        s10 = multiplyAdd(x1, b0, s10)
        s11 = multiplyAdd(x1, b1, s11)
        s20 = multiplyAdd(x2, b0, s20)
        s21 = multiplyAdd(x2, b1, s21)
        s30 = multiplyAdd(x3, b0, s30)
        s31 = multiplyAdd(x3, b1, s31)
      }
      (t00, t01, t10, t11) = (t00 + s00, t01 + s01, t10 + s10, t11 + s11)
      (t20, t21, t30, t31) = (t20 + s20, t21 + s21, t30 + s30, t31 + s31)
    }
    store(t00, t01, first, group, count > 0, &out)
    store(t10, t11, first + 1, group, count > 1, &out)
    store(t20, t21, first + 2, group, count > 2, &out)
    store(t30, t31, first + 3, group, count > 3, &out)
  }

  @inline(__always)
  private func store(
    _ low: Lanes, _ high: Lanes, _ row: Int, _ group: Int, _ exists: Bool,
    _ out: inout MutableSpan<Float>
  ) {
    guard exists else { return }
    let base = row * columns + 16 * group
    let left = columns - 16 * group
    if left >= 32 {
      // Constant counts: two vector stores.
      for k in 0..<16 { out[base + k] = low[k] }
      for k in 0..<16 { out[base + 16 + k] = high[k] }
    } else {
      for k in 0..<min(16, left) { out[base + k] = low[k] }
      for k in 16..<max(16, left) { out[base + k] = high[k - 16] }
    }
  }
}
