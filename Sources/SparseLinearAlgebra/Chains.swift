/// The unknowns of a symmetric matrix as chains: paths along the strongest couplings of each, as the
/// wires of an array are among its cells.
///
/// Every unknown is in one chain, those without a strong coupling alone. Chains lie side by side in
/// groups of eight, so that one instruction eliminates an unknown of each: place `p` of lane `l` in a
/// group that starts at `s` is `8 (s + p) + l`. Lanes whose chain is shorter are filled up with places
/// that hold no unknown.
struct Chains {
  /// Chains per group.
  static let lanes = 8

  /// First place of each group, in eights, and after the last one their number.
  private(set) var groupStarts: [Int] = [0]
  /// The unknown at each place; −1 where there is none.
  private(set) var unknowns: [Int32] = []
  /// The place of each unknown.
  private(set) var places: [Int32]

  /// Number of places, in eights.
  var count: Int { groupStarts[groupStarts.count - 1] }

  /// The chains of a matrix with the lower triangle `pattern`. An unknown is coupled with at most two
  /// others: its two strongest, where it is one of the two strongest of theirs too.
  init(_ pattern: SparsePattern, _ values: Span<Double>) {
    let order = pattern.order
    var strongest = [Couple](repeating: Couple(), count: order)
    for column in 0..<order {
      for entry in pattern.columnStarts[column]..<pattern.columnStarts[column + 1] {
        let row = pattern.rowIndices[entry]
        guard row != column else { continue }
        let weight = abs(values[entry])
        strongest[column].offer(Int32(row), weight)
        strongest[row].offer(Int32(column), weight)
      }
    }
    for unknown in 0..<order {
      let couple = strongest[unknown]
      for other in [couple.first, couple.second] where other >= 0 {
        if !strongest[Int(other)].has(Int32(unknown)) { strongest[unknown].drop(other) }
      }
    }
    places = [Int32](repeating: -1, count: order)
    arrange(Self.walk(strongest))
  }

  /// The two strongest couplings of an unknown; −1 for none.
  private struct Couple {
    var first: Int32 = -1
    var second: Int32 = -1
    private var firstWeight = 0.0
    private var secondWeight = 0.0

    func has(_ other: Int32) -> Bool { first == other || second == other }

    mutating func offer(_ other: Int32, _ weight: Double) {
      if weight > firstWeight {
        (second, secondWeight) = (first, firstWeight)
        (first, firstWeight) = (other, weight)
      } else if weight > secondWeight {
        (second, secondWeight) = (other, weight)
      }
    }

    mutating func drop(_ other: Int32) {
      if second == other { second = -1 } else if first == other { (first, second) = (second, -1) }
    }
  }

  /// The chains one after another, and where each starts: first those with ends, then rings, which are
  /// cut where they are met.
  private static func walk(_ couples: [Couple]) -> (unknowns: [Int32], starts: [Int]) {
    var (unknowns, starts) = ([Int32](), [0])
    unknowns.reserveCapacity(couples.count)
    var isTaken = [Bool](repeating: false, count: couples.count)
    for ringsToo in [false, true] {
      for start in couples.indices where !isTaken[start] && (ringsToo || couples[start].second < 0)
      {
        var (previous, next) = (Int32(-1), Int32(start))
        while next >= 0, !isTaken[Int(next)] {
          isTaken[Int(next)] = true
          unknowns.append(next)
          let couple = couples[Int(next)]
          (previous, next) = (next, couple.first == previous ? couple.second : couple.first)
        }
        starts.append(unknowns.count)
      }
    }
    return (unknowns, starts)
  }

  /// Lays the chains side by side, long ones first, so that those of a group differ little.
  private mutating func arrange(_ chains: (unknowns: [Int32], starts: [Int])) {
    let starts = chains.starts
    let byLength = (0..<starts.count - 1).sorted {
      let (a, b) = (starts[$0 + 1] - starts[$0], starts[$1 + 1] - starts[$1])
      return a == b ? $0 < $1 : a > b
    }
    for first in stride(from: 0, to: byLength.count, by: Self.lanes) {
      let longest = byLength[first]
      let start = count
      groupStarts.append(start + starts[longest + 1] - starts[longest])
      unknowns += [Int32](repeating: -1, count: Self.lanes * (count - start))
      for lane in 0..<min(Self.lanes, byLength.count - first) {
        let chain = byLength[first + lane]
        for (position, k) in (starts[chain]..<starts[chain + 1]).enumerated() {
          let place = Self.lanes * (start + position) + lane
          unknowns[place] = chains.unknowns[k]
          places[Int(chains.unknowns[k])] = Int32(place)
        }
      }
    }
  }
}
