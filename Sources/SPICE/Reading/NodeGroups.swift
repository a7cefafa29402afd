/// Nodes that are one: disjoint sets that grow on demand.
struct NodeGroups {
  private var parents: [Int: Int] = [:]

  private mutating func root(_ node: Int) -> Int {
    var node = node
    while let parent = parents[node] {
      if let above = parents[parent] { parents[node] = above }
      node = parent
    }
    return node
  }

  /// Makes two nodes one; `false` if they were before.
  mutating func join(_ a: Int, _ b: Int) -> Bool {
    let (a, b) = (root(a), root(b))
    guard a != b else { return false }
    parents[a] = b
    return true
  }
}
