internal import COSDI

extension CompactModule {
  /// Where the nodes of a device are, whose collapsible pairs are one as `collapsed` says. Adds its
  /// own unknowns and the shorts between its first `terminals` nodes.
  func placed(
    _ collapsed: [Bool], device: Int, _ terminals: Int, _ unknowns: inout [CompactDevices.Unknown],
    _ shorts: inout [CompactDevices.Short]
  ) -> [CompactDevices.Place] {
    let ground = nodes.count
    var root = Array(0...ground)
    func find(_ k: Int) -> Int {
      var k = k
      while root[k] != k { k = root[k] }
      return k
    }
    let d = unsafe descriptor.pointee
    for (k, isOne) in collapsed.enumerated() where isOne {
      let pair = unsafe d.collapsible[k]
      let (a, b) = (
        find(Int(pair.first)), find(pair.second == .max ? ground : Int(pair.second))
      )
      root[max(a, b)] = min(a, b)
    }
    // Nodes without an equation would make it singular: they hang on nothing.
    var isUsed = [Bool](repeating: false, count: nodes.count)
    for k in unsafe 0..<Int(d.entry_count) {
      let pair = unsafe d.entries[k].nodes
      isUsed[find(Int(pair.first)) % nodes.count] = true
      isUsed[find(Int(pair.second)) % nodes.count] = true
    }
    let groundRoot = find(ground)
    // What a group of nodes is, by its root: its first terminal, ground, or an unknown.
    var groups = [CompactDevices.Place?](repeating: nil, count: ground + 1)
    for terminal in 0..<terminals {
      let group = find(terminal)
      if let first = groups[group], case .terminal(let other) = first {
        shorts.append(.init(device: device, terminal: terminal, other: other))
      } else {
        groups[group] = .terminal(terminal)
        if group == groundRoot {
          shorts.append(.init(device: device, terminal: terminal, other: nil))
        }
      }
    }
    if groups[groundRoot] == nil { groups[groundRoot] = .ground }
    var places: [CompactDevices.Place] = []
    for node in nodes.indices {
      if node < terminals {
        places.append(.terminal(node))
        continue
      }
      let group = find(node)
      if groups[group] == nil {
        if isUsed[group] {
          groups[group] = .own(unknowns.count)
          unknowns.append(.init(device: device, node: node, quantity: nodes[node].quantity))
        } else {
          groups[group] = .ground
        }
      }
      places.append(groups[group] ?? .ground)
    }
    return places
  }
}
