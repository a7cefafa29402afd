/// The largest array that can be built, and the partition of larger matrices.
public struct TileSpecification: Sendable, Equatable {
  /// How rows are divided among several tiles.
  public enum Partition: String, Sendable, Equatable, Codable, CaseIterable {
    /// As equally as possible, over the fewest tiles.
    case equal
    /// Full tiles first, the remainder in the last one.
    case maximum
  }

  /// Maximum number of word lines of one array.
  public var wordLines: Int
  /// Maximum number of bit lines of one array; a differential pair takes two.
  public var bitLines: Int
  /// How rows and outputs are divided.
  public var partition: Partition

  /// Arrays of at most `wordLines` × `bitLines` cells.
  public init(wordLines: Int = 64, bitLines: Int = 64, partition: Partition = .equal) {
    self.wordLines = wordLines
    self.bitLines = bitLines
    self.partition = partition
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
