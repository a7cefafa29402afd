import AnalogCore
import Testing

@Suite struct TileSpecificationTests {
  /// Ranges cover everything once, never exceed the limit, and are as few as possible.
  @Test(arguments: TileSpecification.Partition.allCases)
  func partitionsCoverAndFit(partition: TileSpecification.Partition) {
    let tile = TileSpecification(partition: partition)
    for count in [1, 2, 63, 64, 65, 127, 128, 129, 576, 1153] {
      for limit in [1, 2, 64, 100, 1152] {
        let ranges = tile.ranges(of: count, limit: limit)
        #expect(ranges.flatMap { Array($0) } == Array(0..<count))
        #expect(ranges.allSatisfy { (1...limit).contains($0.count) })
        #expect(ranges.count == (count + limit - 1) / limit)
        if partition == .equal, let least = ranges.map(\.count).min(),
          let most = ranges.map(\.count).max()
        {
          #expect(most - least <= 1)
        }
      }
    }
  }
}
