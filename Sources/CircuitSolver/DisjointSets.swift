/// Sets of connected nodes (Tarjan 1975): union by index, path halving.
struct DisjointSets {
  private var parents: [Int32]

  init(count: Int) { parents = (0..<Int32(count)).map { $0 } }

  /// The representative of the set of `element`; the smallest member, so ground's set is zero.
  mutating func find(_ element: Int32) -> Int32 {
    var element = element
    while parents[Int(element)] != element {
      parents[Int(element)] = parents[Int(parents[Int(element)])]
      element = parents[Int(element)]
    }
    return element
  }

  /// Joins two sets; `false` if they were one already.
  @discardableResult
  mutating func join(_ a: Int32, _ b: Int32) -> Bool {
    let (a, b) = (find(a), find(b))
    guard a != b else { return false }
    parents[Int(max(a, b))] = min(a, b)
    return true
  }
}
