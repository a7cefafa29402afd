import Units

/// Conductances along one kind of line in siemens: neighbour to neighbour, and to its terminals.
struct LineConductances: Sendable {
  /// Between neighbouring cells.
  var segment: Double
  /// From the first and the last cell to a terminal; zero where there is none.
  var near: Double, far: Double

  /// A line whose segment resistance is positive; a terminal is in series with one full segment.
  init(segment: Ohms, terminal: Ohms, ends: LineEnd) {
    self.segment = 1 / segment.value
    let end = 1 / (segment.value + terminal.value)
    near = ends == .far ? 0 : end
    far = ends == .near ? 0 : end
  }
}

/// Reciprocal pivot of a sense line: one value for all lanes, or one per lane where gates differ.
protocol LinePivot {
  associatedtype Lanes: SIMD where Lanes.Scalar == Double
  var inverse: Lanes { get }
}

/// A pivot that all vectors of a batch share.
struct SharedPivot<Lanes: SIMD>: LinePivot where Lanes.Scalar == Double {
  var value: Double
  @inline(__always) var inverse: Lanes { Lanes(repeating: value) }
}

/// A pivot per vector.
struct LanePivot<Lanes: SIMD>: LinePivot where Lanes.Scalar == Double {
  var inverse: Lanes
}

/// Kirchhoff's current law of one array with resistive lines in both directions,
///
///     T_u u − G w = b,   T_w w − G u = 0
///
/// `u` and `w` are the voltages of the drive and bit lines at each cell, `T_u` and `T_w` one
/// tridiagonal matrix per line, `G` the diagonal of cell conductances, `b` the drivers' currents.
struct LineSystem: Sendable {
  let wordLines: Int
  let bitLines: Int
  /// Cell conductances in siemens, by word line.
  let cells: [Double]
  let drive: LineConductances
  let sense: LineConductances
  /// Reciprocal pivots of the drive lines with every cell on, by word line.
  let drivePivots: [Double]

  init(
    wordLines: Int, bitLines: Int, cells: [Double], drive: LineConductances,
    sense: LineConductances
  ) {
    self.wordLines = wordLines
    self.bitLines = bitLines
    self.cells = cells
    self.drive = drive
    self.sense = sense
    var pivots = [Double](repeating: 0, count: cells.count)
    // Elimination keeps e, the conductance from a node to everything but the next one. The pivot is
    // e + segment, and e grows by sums of positive terms: no digits cancel however small the wire
    // resistance (the textbook pivot subtracts segment² / pivot from 2 segment).
    for i in 0..<wordLines {
      var e = drive.near
      for j in 0..<bitLines {
        let isLast = j == bitLines - 1
        e += cells[i * bitLines + j] + (isLast ? drive.far : 0)
        let inverse = 1 / (isLast ? e : e + drive.segment)
        pivots[i * bitLines + j] = inverse
        e *= drive.segment * inverse
      }
    }
    drivePivots = pivots
  }

  /// Reciprocal pivots of the bit lines when the cells of word line `i` count `gates[i]` (0 or 1)
  /// times, per lane; by word line. The same elimination as for drive lines.
  func sensePivots<V: SIMD>(gates: [V]) -> [V] where V.Scalar == Double {
    var pivots = [V](repeating: .zero, count: cells.count)
    var e = [V](repeating: V(repeating: sense.near), count: bitLines)
    let segment = V(repeating: sense.segment)
    for i in 0..<wordLines {
      let isLast = i == wordLines - 1
      let along = isLast ? V(repeating: sense.far) : segment
      for j in 0..<bitLines {
        let own = e[j] + gates[i] * cells[i * bitLines + j]
        let inverse = 1 / (own + along)
        pivots[i * bitLines + j] = inverse
        e[j] = own * (segment * inverse)
      }
    }
    return pivots
  }
}
