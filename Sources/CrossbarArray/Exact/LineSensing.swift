/// The lines whose terminal currents are wanted, and what bounds the errors of those currents.
///
/// Voltages that miss Kirchhoff's law by `r` are off by `S⁻¹ r`, and the current of a line by `tᵀ r`
/// with `t` the voltages that 1 V at the line's terminals makes. By Cauchy and Schwarz that is at
/// most `√(tᵀ S t) √(rᵀ S⁻¹ r)`, and `tᵀ S t` at most the conductance `y` between the line's
/// terminals and everything else: `error ≤ √(y rᵀ S⁻¹ r)`. A residual against the input bounds no
/// current: good wires raise it by `1 / √(ohms)` over what reaches a line behind megohms.
///
/// Nor is that bound near where rounding is all that is left: voltages rounded to `ε u` leave
/// currents `ε u / ohms` that enter a wire at one node and leave it at the next, of much energy and
/// no effect. But `tᵀ r = (T_u t)ᵀ z` with `z = T_u⁻¹ r`, and `T_u t = G w` where nothing drives,
/// with bit-line voltages `w` from 0 to 1: `error ≤ Σ g |z|` over all cells, plus what the ends of
/// a sensed drive line carry at `|z|`. The lesser of both bounds holds.
struct LineSensing: Sendable {
  /// A line and the conductance that its terminals see at most, in siemens.
  struct Line: Sendable {
    var index: Int
    /// One value for all lanes, or one per lane.
    var siemens: [Double]

    func siemens(lane: Int) -> Double { siemens.count == 1 ? siemens[0] : siemens[lane] }
  }

  /// Largest error of a sensed current, relative to it.
  static let tolerance = 1e-8
  /// What a current counts at least, relative to what the line's cells carry at 1 V at most.
  static let cancellation = 1e-5

  /// Bit lines and drive lines.
  var columns: [Line], rows: [Line]
  /// What summing the currents of a line rounds away, relative to the largest of them.
  private let rounding: Double

  /// The bit lines `columns` and the drive lines `rows` of a system.
  init(_ system: LineSystem, columns: Range<Int>, rows: Range<Int>) {
    let n = system.columns
    rounding = Double(system.rows + n) * .ulpOfOne
    var sums = [Double](repeating: 0, count: n)
    if !columns.isEmpty {
      for row in 0..<system.rows {
        for j in columns { sums[j] += system.cells[row * n + j] }
      }
    }
    self.columns = columns.map {
      let ends = system.columnTerminals[$0]
      return Line(index: $0, siemens: [min(ends.near + ends.far, sums[$0])])
    }
    self.rows = rows.map { row in
      let ends = system.rowTerminals[row]
      let cells = system.cells[row * n..<(row + 1) * n].reduce(0, +)
      return Line(index: row, siemens: [min(ends.near + ends.far, cells)])
    }
  }

  /// The bit lines `columns` of a system whose cells have the conductances `slopes`, different ones in
  /// each lane.
  init<V: LineLanes>(_ system: LineSystem, slopes: [V], columns: Range<Int>) {
    let n = system.columns
    rounding = Double(system.rows + n) * .ulpOfOne
    var sums = [V](repeating: .none, count: n)
    for row in 0..<system.rows {
      for j in columns { sums[j] = sums[j] + slopes[row * n + j] }
    }
    self.columns = columns.map { j in
      let ends = system.columnTerminals[j]
      return Line(
        index: j, siemens: (0..<V.width).map { min(ends.near + ends.far, sums[j][lane: $0]) })
    }
    rows = []
  }

  /// Largest error of a current of one lane, relative to it, where `rᵀ S⁻¹ r` is at most `energy`
  /// and, if it is known, `shift` what `z` moves; `beside` are amperes of other errors.
  func relativeError<V: LineLanes>(
    _ work: borrowing LineWorkspace<V>, lane: Int, energy: Double, shift: LineShift<V>? = nil,
    beside: Double = 0
  ) -> Double {
    var worst = rounding
    func note(_ line: Line, _ amperes: Double, _ moved: Double) {
      let siemens = line.siemens(lane: lane)
      guard siemens > 0 else { return }
      let error = (siemens * energy).squareRoot()
      let scale = max(amperes.magnitude, Self.cancellation * siemens)
      let relative = ((moved < error ? moved : error) + beside) / scale
      // Not a number is worst of all.
      if !(relative <= worst) { worst = relative.isNaN ? .infinity : relative }
    }
    let cells = shift?.cells[lane: lane] ?? .infinity
    for line in columns { note(line, work.amperes[line.index][lane: lane], cells) }
    for line in rows {
      let ends = shift?.ends[line.index][lane: lane] ?? 0
      note(line, work.rowAmperes[line.index][lane: lane], cells + ends)
    }
    return worst
  }
}

/// What the voltages `z = T_u⁻¹ r` would move, in amperes: a bound of what `r` does to any terminal.
struct LineShift<V: LineLanes>: Sendable {
  /// `Σ g |z|` over all cells.
  var cells: V
  /// What the terminals of each drive line carry at `|z|`.
  var ends: [V]
}

extension LineSolver {
  /// The shift of the residual in the work arrays, whose `z` is `T_u⁻¹ r`.
  func shift(_ work: borrowing LineWorkspace<V>) -> LineShift<V> {
    let n = system.columns
    let (z, g) = (work.z.span, cells.span)
    var shift = LineShift(cells: V.none, ends: [V](repeating: .none, count: system.rows))
    for row in 0..<system.rows where isOn[row] {
      let range = row * n..<row * n + n
      let (line, siemens) = (z.extracting(range), g.extracting(range))
      // Four sums, so that none waits for the one before.
      var (a, b, c, d) = (V.none, V.none, V.none, V.none)
      var j = 0
      while j &+ 3 < n {
        a = .fused(C.lanes(siemens[j]), line[j].magnitude, a)
        b = .fused(C.lanes(siemens[j &+ 1]), line[j &+ 1].magnitude, b)
        c = .fused(C.lanes(siemens[j &+ 2]), line[j &+ 2].magnitude, c)
        d = .fused(C.lanes(siemens[j &+ 3]), line[j &+ 3].magnitude, d)
        j &+= 4
      }
      while j < n {
        a = .fused(C.lanes(siemens[j]), line[j].magnitude, a)
        j &+= 1
      }
      shift.cells = .fused(gates[row], (a + b) + (c + d), shift.cells)
      let ends = system.rowTerminals[row].finite
      let near = V.all(ends.near) * line[0].magnitude
      shift.ends[row] = gates[row] * .fused(.all(ends.far), line[n - 1].magnitude, near)
    }
    return shift
  }
}
