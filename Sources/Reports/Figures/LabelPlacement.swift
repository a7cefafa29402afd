/// Moves labels along a line apart so that none overlaps another.
enum LabelPlacement {
  /// Centers of labels of these `heights`, in the order given: as near to where they are `wanted`
  /// as they can be (in the least squares of their moves) without overlap, within `room` if that is
  /// long enough for all.
  static func centers(
    wanted: [Double], heights: [Double], room: ClosedRange<Double>
  ) -> [Double] {
    precondition(wanted.count == heights.count, "one height for each label")
    guard !wanted.isEmpty else { return [] }
    let order = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
    // Without the heights of the labels before it, a label only has to stay behind the others: its
    // place is then that of isotonic regression, by pooling adjacent violators.
    var before = 0.0
    var blocks: [(sum: Double, count: Int)] = []
    for index in order {
      blocks.append((wanted[index] - heights[index] / 2 - before, 1))
      before += heights[index]
      while blocks.count > 1, mean(blocks[blocks.count - 2]) > mean(blocks[blocks.count - 1]) {
        let last = blocks.removeLast()
        blocks[blocks.count - 1].sum += last.sum
        blocks[blocks.count - 1].count += last.count
      }
    }
    let highest = max(room.lowerBound, room.upperBound - before)
    var centers = wanted
    var (position, taken) = (0, 0.0)
    for block in blocks {
      let start = min(max(mean(block), room.lowerBound), highest)
      for _ in 0..<block.count {
        let index = order[position]
        centers[index] = start + taken + heights[index] / 2
        taken += heights[index]
        position += 1
      }
    }
    return centers
  }

  private static func mean(_ block: (sum: Double, count: Int)) -> Double {
    block.sum / Double(block.count)
  }
}
