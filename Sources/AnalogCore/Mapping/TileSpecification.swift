import CrossbarArray

/// The largest array that can be built, and the partition of larger matrices.
public struct TileSpecification: Sendable, Equatable {
  /// How rows are divided among several tiles.
  public enum Partition: String, Sendable, Equatable, Codable, CaseIterable {
    /// As equally as possible, over the fewest tiles.
    case equal
    /// Full tiles first, the remainder in the last one.
    case maximum
  }

  /// Word lines of an array that its block of the matrix does not use.
  public enum UnusedWordLines: String, Sendable, Equatable, Codable, CaseIterable {
    /// There are none: every array has as many word lines as its block has inputs.
    case none
    /// Arrays have all their word lines; the unused ones come before the first input.
    case near
    /// The same behind the last input: between the cells and converters at the far end.
    case far
  }

  /// Maximum number of word lines of one array.
  public var wordLines: Int
  /// Maximum number of bit lines of one array; a differential pair takes two.
  public var bitLines: Int
  /// How rows and outputs are divided.
  public var partition: Partition
  /// The word lines of an array that its inputs leave over. Their gates are off, or their cells do
  /// not conduct; they lengthen the bit lines and the source lines beside them.
  public var unusedWordLines: UnusedWordLines

  /// Arrays of at most `wordLines` × `bitLines` cells.
  public init(
    wordLines: Int = 64, bitLines: Int = 64, partition: Partition = .equal,
    unusedWordLines: UnusedWordLines = .none
  ) {
    self.wordLines = wordLines
    self.bitLines = bitLines
    self.partition = partition
    self.unusedWordLines = unusedWordLines
  }

  /// The unused lines of an array that holds `inputs` inputs.
  func unused(besides inputs: Int) -> UnusedLines {
    let side: UnusedLines.Side
    switch unusedWordLines {
    case .none: return UnusedLines()
    case .near: side = .near
    case .far: side = .far
    }
    return UnusedLines(wordLines: UnusedLines.Group(count: wordLines - inputs, side: side))
  }

  /// Ranges that cover `0 ..< count`, none longer than `limit`, in the fewest pieces.
  public func ranges(of count: Int, limit: Int) -> [Range<Int>] {
    precondition(count > 0 && limit > 0, "a partition needs something to divide")
    let pieces = (count + limit - 1) / limit
    switch partition {
    case .maximum:
      return (0..<pieces).map { $0 * limit..<min(($0 + 1) * limit, count) }
    case .equal:
      return (0..<pieces).map { $0 * count / pieces..<($0 + 1) * count / pieces }
    }
  }
}
