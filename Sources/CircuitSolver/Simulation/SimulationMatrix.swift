import SparseLinearAlgebra

/// Collects the coordinates that elements write to, before there are values.
struct Footprint {
  /// The coordinate of everything in ground's row or column.
  static let ground: Int32 = 0

  let order: Int
  private(set) var rows: [Int32] = [], columns: [Int32] = []

  init(order: Int) {
    self.order = order
    // Every diagonal is there, for conductances to ground and for voltages that are forced.
    for k in 0..<order { _ = coordinate(k, k) }
  }

  /// The number of a coordinate, by which values are added to it.
  mutating func coordinate(_ row: Int, _ column: Int) -> Int32 {
    guard row < order, column < order else { return Self.ground }
    rows.append(Int32(row))
    columns.append(Int32(column))
    return Int32(rows.count)
  }

  /// A conductance between two unknowns.
  mutating func pair(_ a: Int, _ b: Int) -> Pair {
    Pair(
      a: a, b: b, aa: coordinate(a, a), ab: coordinate(a, b), ba: coordinate(b, a),
      bb: coordinate(b, b))
  }

  /// A current from `a` to `b` that the unknowns at `columns` control.
  mutating func controlled(_ a: Int, _ b: Int, by columns: [Int]) -> [(out: Int32, into: Int32)] {
    columns.map { (coordinate(a, $0), coordinate(b, $0)) }
  }

  /// The pattern of all coordinates.
  var pattern: SparsePattern {
    SparsePattern(order: order, symmetry: .general, rows: rows, columns: columns)
  }

  /// Two unknowns and the four coordinates of an element between them.
  struct Pair: Sendable {
    var a: Int, b: Int
    var aa: Int32, ab: Int32, ba: Int32, bb: Int32
  }
}

/// `f(x) + dq(x)/dt = 0` at one `x`: the current out of each node and the residual of each branch,
/// the charge or flux stored there, and the slopes of both.
///
/// The last value of every array is ground's and means nothing.
struct SimulationMatrix: Sendable {
  let pattern: SparsePattern
  /// Stored entry of each coordinate.
  private let slots: [Int32]
  /// Amperes or volts, coulombs or webers, by unknown.
  var flow: [Double], charge: [Double]
  /// ∂flow/∂x and ∂charge/∂x by stored entry.
  var conductances: [Double], capacitances: [Double]

  init(_ footprint: Footprint) {
    pattern = footprint.pattern
    slots = [Int32(pattern.entryCount)] + pattern.slots
    flow = [Double](repeating: 0, count: footprint.order + 1)
    charge = flow
    conductances = [Double](repeating: 0, count: pattern.entryCount + 1)
    capacitances = conductances
  }

  /// Stored entry of a coordinate.
  func slot(_ coordinate: Int32) -> Int { Int(slots[Int(coordinate)]) }
  /// Stored entry of a diagonal.
  func diagonal(_ unknown: Int) -> Int { slot(Int32(unknown + 1)) }

  /// Whether the currents at an unknown's node sum to zero, to a millionth: Newton's method does
  /// not require more.
  func balances(_ unknown: Int, at x: [Double]) -> Bool {
    var size = 0.0
    for column in 0..<pattern.order {
      for entry in pattern.columnStarts[column]..<pattern.columnStarts[column + 1]
      where pattern.rowIndices[entry] == unknown {
        size += abs(conductances[entry] * x[column])
      }
    }
    return abs(flow[unknown]) <= 1e-6 * size
  }

  mutating func add(_ siemens: Double, at coordinate: Int32) {
    conductances[slot(coordinate)] += siemens
  }

  mutating func addCapacitance(_ farads: Double, at coordinate: Int32) {
    capacitances[slot(coordinate)] += farads
  }

  /// A conductance, with `amperes` flowing from `a` to `b`.
  mutating func add(_ pair: Footprint.Pair, amperes: Double, siemens: Double) {
    flow[pair.a] += amperes
    flow[pair.b] -= amperes
    addConductance(pair, siemens)
  }

  mutating func addConductance(_ pair: Footprint.Pair, _ siemens: Double) {
    add(siemens, at: pair.aa)
    add(siemens, at: pair.bb)
    add(-siemens, at: pair.ab)
    add(-siemens, at: pair.ba)
  }

  /// A capacitance, with `coulombs` on its side `a`.
  mutating func add(_ pair: Footprint.Pair, coulombs: Double, farads: Double) {
    charge[pair.a] += coulombs
    charge[pair.b] -= coulombs
    addCapacitance(pair, farads)
  }

  mutating func addCapacitance(_ pair: Footprint.Pair, _ farads: Double) {
    addCapacitance(farads, at: pair.aa)
    addCapacitance(farads, at: pair.bb)
    addCapacitance(-farads, at: pair.ab)
    addCapacitance(-farads, at: pair.ba)
  }
}
