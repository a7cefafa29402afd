/// A batch of binary vectors, packed 64 to a word, one vector per row.
///
/// Bit `k` of a row is bit `k % 64` of its word `k / 64`; the unused bits of the last word are
/// zero, so that words can be scanned with bit-counting instructions.
public struct BitMatrix: Sendable, Equatable {
  /// Number of vectors.
  public let rows: Int
  /// Number of bits in each vector.
  public let columns: Int
  /// Words per row: `columns` divided by 64, rounded up.
  public let wordsPerRow: Int
  /// The words, row by row; count `rows * wordsPerRow`.
  public private(set) var words: [UInt64]

  /// A batch of zero vectors.
  public init(rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0, "a bit matrix has no negative extent")
    self.rows = rows
    self.columns = columns
    wordsPerRow = (columns + 63) / 64
    words = Array(repeating: 0, count: rows * wordsPerRow)
  }

  /// A batch by its words, row by row; bits at or beyond `columns` must be zero.
  public init(rows: Int, columns: Int, words: [UInt64]) {
    precondition(rows >= 0 && columns >= 0, "a bit matrix has no negative extent")
    self.rows = rows
    self.columns = columns
    wordsPerRow = (columns + 63) / 64
    precondition(words.count == rows * wordsPerRow, "a word per 64 bits of a row")
    if columns % 64 != 0 {
      var beyond: UInt64 = 0
      for row in 0..<rows { beyond |= words[(row + 1) * wordsPerRow - 1] }
      precondition(beyond >> UInt64(columns % 64) == 0, "bits beyond the last column are set")
    }
    self.words = words
  }

  /// A batch whose bit is set where `isSet(row, column)` holds.
  public init(rows: Int, columns: Int, isSet: (Int, Int) -> Bool) {
    self.init(rows: rows, columns: columns)
    for row in 0..<rows {
      for column in 0..<columns where isSet(row, column) { self[row, column] = true }
    }
  }

  /// Some of the vectors, in the order of `indices`.
  public func vectors(_ indices: some Collection<Int>) -> BitMatrix {
    var chosen = BitMatrix(rows: indices.count, columns: columns)
    for (row, index) in indices.enumerated() {
      for k in 0..<wordsPerRow {
        chosen.words[row * wordsPerRow + k] = words[index * wordsPerRow + k]
      }
    }
    return chosen
  }

  /// The bit in `row`, `column`.
  public subscript(row: Int, column: Int) -> Bool {
    get {
      precondition(column >= 0 && column < columns, "bit index out of range")
      return words[row * wordsPerRow + column / 64] >> UInt64(column % 64) & 1 == 1
    }
    set {
      precondition(column >= 0 && column < columns, "bit index out of range")
      let mask = UInt64(1) << UInt64(column % 64)
      if newValue {
        words[row * wordsPerRow + column / 64] |= mask
      } else {
        words[row * wordsPerRow + column / 64] &= ~mask
      }
    }
  }

  /// Number of set bits in a row.
  public func population(row: Int) -> Int {
    words[row * wordsPerRow..<(row + 1) * wordsPerRow].reduce(0) { $0 + $1.nonzeroBitCount }
  }
}
