/// One of several parts of a sweep with about the same estimated time each.
public struct SweepShard: Sendable, Equatable {
  /// Which part, from 1, of how many.
  public let index: Int, count: Int

  /// The part that `text`, i/n, names.
  public init(_ text: String) throws(SweepError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1], count >= 1,
      (1...count).contains(index)
    else { throw .shard(text) }
    self.index = index
    self.count = count
  }

  /// Places of its points in a plan, in the order in which they are run.
  func points(of plan: SweepPlan) -> [Int] {
    let total = plan.points.reduce(0) { $0 + $1.seconds }
    guard total > 0 else { return [] }
    var before = 0.0
    return plan.order.filter { point in
      // A point belongs to the part that its middle falls into.
      let middle = (before + plan.points[point].seconds / 2) / total
      before += plan.points[point].seconds
      return min(Int(middle * Double(count)), count - 1) == index - 1
    }
  }
}
