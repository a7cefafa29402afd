/// Elimination of the nodes of a network of conductances without a subtraction, so that no digit
/// cancels however far apart the conductances are.
///
/// A network is given by the conductances between its nodes and from each node to known voltages.
/// Its pivots are sums, `d = s + Σ g`, where Cholesky's are differences: eliminating a node adds
/// `g_i g_j / d` between its neighbors and `g_i s / d` from them to known voltages (star-mesh
/// transformation; Grassmann, Taksar, Heyman, Oper. Res. 33(5), 1985). For currents of one sign
/// every voltage is then within a few roundings per elimination of its value, whatever the
/// condition number (Alfa, Xue, Ye, Math. Comp. 71, 2002). Slower than CHOLMOD, which works on
/// dense blocks.
public struct ConductanceElimination: Sendable {
  /// Number of nodes.
  public let order: Int
  /// Node that is eliminated at each place.
  private let nodes: [Int]
  /// Conductances to nodes that are eliminated later: where each place's start, their places,
  /// ascending, and their values.
  private var starts = [0]
  private var places: [Int32] = []
  private var siemens: [Double] = []
  /// Reciprocal pivots; zero for a part without a path to known voltages.
  private var inverses: [Double] = []

  /// Conductances between nodes, `siemens[k]` from `first[k]` to `second[k]`.
  public struct Edges: Sendable {
    public var first: [Int32] = []
    public var second: [Int32] = []
    public var siemens: [Double] = []

    /// No conductances.
    public init() {}
  }

  /// Eliminates all nodes.
  ///
  /// - Parameters:
  ///   - edges: Conductances between two different nodes, not negative.
  ///   - excess: Conductance from each node to known voltages, not negative; its count is the
  ///     number of nodes.
  public init(_ edges: Edges, excess: [Double]) throws(SparseError) {
    order = excess.count
    guard order > 0 else {
      nodes = []
      return
    }
    let all = (0..<Int32(order)).map { $0 }
    let pattern = SparsePattern(
      order: order, symmetry: .symmetric, rows: all + edges.first, columns: all + edges.second)
    nodes = try CholeskyFactorization(analyzing: pattern).ordering
    var place = [Int32](repeating: 0, count: order)
    for (k, node) in nodes.enumerated() { place[node] = Int32(k) }
    eliminate(Neighbors(edges, place), excess)
  }

  /// The conductances of the network by the place of the end that goes first.
  private struct Neighbors {
    var starts: [Int]
    var places: [Int32]
    var siemens: [Double]

    init(_ edges: Edges, _ place: [Int32]) {
      starts = [Int](repeating: 0, count: place.count + 1)
      let ends = zip(edges.first, edges.second).map { (place[Int($0)], place[Int($1)]) }
      for (a, b) in ends { starts[Int(min(a, b)) + 1] += 1 }
      for k in place.indices { starts[k + 1] += starts[k] }
      var next = starts
      places = [Int32](repeating: 0, count: ends.count)
      siemens = [Double](repeating: 0, count: ends.count)
      for (edge, (a, b)) in ends.enumerated() {
        let slot = next[Int(min(a, b))]
        next[Int(min(a, b))] += 1
        (places[slot], siemens[slot]) = (max(a, b), edges.siemens[edge])
      }
    }
  }

  /// Left-looking by columns: each gathers what earlier columns add to it. `heads` and `links`
  /// list, for every column, the earlier ones whose next entry is its own (George, Liu 1981,
  /// section 5.4).
  private mutating func eliminate(_ neighbors: Neighbors, _ excess: [Double]) {
    var excess = nodes.map { excess[$0] }
    var heads = [Int32](repeating: -1, count: order)
    var links = heads
    var marks = heads
    var cursors = [Int](repeating: 0, count: order)
    var sums = [Double](repeating: 0, count: order)
    var found: [Int32] = []
    for column in 0..<order {
      found.removeAll(keepingCapacity: true)
      func add(_ place: Int32, _ value: Double) {
        if marks[Int(place)] != Int32(column) {
          marks[Int(place)] = Int32(column)
          sums[Int(place)] = 0
          found.append(place)
        }
        sums[Int(place)] += value
      }
      for slot in neighbors.starts[column]..<neighbors.starts[column + 1] {
        add(neighbors.places[slot], neighbors.siemens[slot])
      }
      var earlier = heads[column]
      while earlier >= 0 {
        let p = Int(earlier)
        earlier = links[p]
        let share = siemens[cursors[p]] * inverses[p]
        excess[column] += share * excess[p]
        let end = starts[p + 1]
        for slot in cursors[p] + 1..<end { add(places[slot], share * siemens[slot]) }
        cursors[p] += 1
        if cursors[p] < end { Self.link(p, to: places[cursors[p]], &heads, &links) }
      }
      found.sort()
      var pivot = excess[column]
      cursors[column] = places.count
      for place in found {
        places.append(place)
        siemens.append(sums[Int(place)])
        pivot += sums[Int(place)]
      }
      starts.append(places.count)
      inverses.append(pivot > 0 ? 1 / pivot : 0)
      if let first = found.first { Self.link(column, to: first, &heads, &links) }
    }
  }

  private static func link(
    _ column: Int, to place: Int32, _ heads: inout [Int32], _ links: inout [Int32]
  ) {
    links[column] = heads[Int(place)]
    heads[Int(place)] = Int32(column)
  }

  /// Voltages in volts of all nodes for the currents in amperes that enter them, with all known
  /// voltages zero.
  public func solve(_ amperes: [Double]) -> [Double] {
    precondition(amperes.count == order, "one current per node")
    var x = nodes.map { amperes[$0] }
    for k in 0..<order where x[k] != 0 {
      let share = x[k] * inverses[k]
      for slot in starts[k]..<starts[k + 1] { x[Int(places[slot])] += siemens[slot] * share }
    }
    for k in stride(from: order - 1, through: 0, by: -1) {
      var sum = x[k]
      for slot in starts[k]..<starts[k + 1] { sum += siemens[slot] * x[Int(places[slot])] }
      x[k] = sum * inverses[k]
    }
    var volts = [Double](repeating: 0, count: order)
    for (k, node) in nodes.enumerated() { volts[node] = x[k] }
    return volts
  }
}
