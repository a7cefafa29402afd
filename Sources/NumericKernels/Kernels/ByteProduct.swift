internal import CByteProducts

/// Products of signed 8-bit weights with runs of unsigned bytes at the same distances, exact in
/// 32-bit integers: `ShiftedProduct` for codes, several times as fast on processors that have
/// instructions for it.
public enum ByteProduct {
  /// Whether this processor multiplies bytes; the rest must not be called otherwise.
  public static let isSupported = byte_products_are_there()
  /// Columns that are computed at once.
  public static let lanes = BYTE_PRODUCT_LANES
  /// Steps of one sum at most: four products of 255 and 128 in each stay below 2³¹.
  public static let largestStepCount = 16_000

  /// Rows of weights in the order in which the product reads them, four bytes per step.
  public struct Weights: Sendable {
    /// Rows of the matrix.
    public let rows: Int
    /// Four-byte steps of a row.
    public let steps: Int
    /// Sum of a row's weights, per row.
    public let sums: [Int32]
    /// Blocks of four rows, the last filled with zeros: `[block, step, row]`, a byte each of four.
    fileprivate let words: [Int32]

    /// Memory in bytes.
    public var byteCount: Int { 4 * (words.count + sums.count) }

    /// Packs `rows` of `steps` times four weights; `weight` gives that of a row, a step and a place
    /// from 0 to 3.
    public init(rows: Int, steps: Int, weight: (Int, Int, Int) -> Int8) {
      precondition(rows > 0 && (1...largestStepCount).contains(steps), "sums fit 32 bits")
      let height = BYTE_PRODUCT_ROWS
      self.rows = rows
      self.steps = steps
      var words = [Int32](repeating: 0, count: (rows + height - 1) / height * height * steps)
      var sums = [Int32](repeating: 0, count: rows)
      for row in 0..<rows {
        for step in 0..<steps {
          var word: UInt32 = 0
          for place in 0..<4 {
            let value = weight(row, step, place)
            word |= UInt32(UInt8(bitPattern: value)) << UInt32(8 * place)
            sums[row] += Int32(value)
          }
          words[(row / height * steps + step) * height + row % height] = Int32(bitPattern: word)
        }
      }
      self.words = words
      self.sums = sums
    }

    /// Rows with those that fill the last block.
    var paddedRows: Int { words.count / steps }
  }

  /// Columns of sums that `multiply` writes for `columns`: whole vectors.
  public static func stride(columns: Int) -> Int { (columns + lanes - 1) / lanes * lanes }

  /// Sums that `multiply` writes in all.
  public static func sumCount(_ weights: Weights, columns: Int) -> Int {
    weights.paddedRows * stride(columns: columns)
  }

  /// `sums[r, j] = Σ_k Σ_b w[r, k, b] x[start + shifts[k] + j, b]`, overwritten, with rows
  /// `stride(columns:)` apart.
  ///
  /// - Parameters:
  ///   - x: Four unsigned bytes each; reaches a whole vector beyond the last column.
  ///   - shifts: Where each step finds its bytes, not negative.
  public static func multiply(
    _ weights: Weights, shifts: Span<Int32>, _ x: Span<UInt32>, start: Int, columns: Int,
    into sums: inout MutableSpan<Int32>
  ) {
    precondition(isSupported, "this processor does not multiply bytes")
    precondition(shifts.count == weights.steps && start >= 0 && columns > 0, "a shift per step")
    let stride = stride(columns: columns)
    var (least, most) = (shifts[0], shifts[0])
    for k in shifts.indices { (least, most) = (min(least, shifts[k]), max(most, shifts[k])) }
    precondition(least >= 0 && start + Int(most) + stride <= x.count, "columns leave the vector")
    precondition(sums.count >= weights.paddedRows * stride, "sums do not fit")
    unsafe x.withUnsafeBufferPointer { x in
      unsafe shifts.withUnsafeBufferPointer { shifts in
        unsafe weights.words.withUnsafeBufferPointer { words in
          unsafe sums.withUnsafeMutableBufferPointer { sums in
            guard let x = x.baseAddress else { return }
            unsafe byte_products(
              x + start, shifts.baseAddress, weights.steps, words.baseAddress,
              weights.paddedRows / BYTE_PRODUCT_ROWS, stride / lanes,
              sums.baseAddress, stride)
          }
        }
      }
    }
  }
}
